//! Objects of which it is certain, without asking the server, that applying them changes nothing.
//!
//! The server remembers which fields each manager has applied. When ours are exactly those of the files, and all have the values of the files, applying is
//! of no effect. Whatever is not certain is asked of the server.

use serde_json::{Map, Value};

/// Whether applying `wanted` as that manager leaves the live object as it is.
pub fn is_settled(wanted: &Value, live: &Value, manager: &str) -> bool {
    let entries = live["metadata"]["managedFields"].as_array().map(Vec::as_slice).unwrap_or_default();
    let own = entries.iter().find(|entry| {
        entry["manager"] == manager
            && entry["operation"] == "Apply"
            && entry["apiVersion"] == wanted["apiVersion"]
            && entry["subresource"].as_str().unwrap_or("").is_empty()
    });
    let (Some(own), Some(wanted), Some(live)) = (own, wanted.as_object(), live.as_object()) else { return false };
    let Some(fields) = own["fieldsV1"].as_object() else { return false };
    map(fields, wanted, live, Level::Top)
}

/// What identifies an object is in no list of fields.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    Top,
    Metadata,
    Below,
}

fn is_identity(level: Level, key: &str) -> bool {
    match level {
        Level::Top => key == "apiVersion" || key == "kind",
        Level::Metadata => key == "name" || key == "namespace",
        Level::Below => false,
    }
}

fn map(fields: &Map<String, Value>, wanted: &Map<String, Value>, live: &Map<String, Value>, level: Level) -> bool {
    let mut owned = fields.keys().filter(|key| *key != ".").count();
    for (key, value) in wanted {
        if is_identity(level, key) {
            continue;
        }
        let field = fields.get(&format!("f:{key}"));
        let next = if level == Level::Top && key == "metadata" { Level::Metadata } else { Level::Below };
        let (Some(field), Some(live)) = (field, live.get(key)) else {
            // Metadata that only identifies has no fields.
            let is_bare = next == Level::Metadata && value.as_object().is_some_and(|it| it.keys().all(|key| is_identity(next, key)));
            if is_bare && field.is_none() {
                continue;
            }
            return false;
        };
        if !same(field, value, live, next) {
            return false;
        }
        owned -= 1;
    }
    owned == 0
}

fn same(field: &Value, wanted: &Value, live: &Value, level: Level) -> bool {
    let Some(fields) = field.as_object() else { return false };
    if fields.is_empty() {
        return wanted == live;
    }
    match (wanted, live) {
        (Value::Object(wanted), Value::Object(live)) if !wanted.is_empty() => map(fields, wanted, live, level),
        (Value::Array(wanted), Value::Array(live)) if !wanted.is_empty() => list(fields, wanted, live),
        _ => false,
    }
}

/// A list whose items have owners of their own.
fn list(fields: &Map<String, Value>, wanted: &[Value], live: &[Value]) -> bool {
    let items: Vec<(&String, &Value)> = fields.iter().filter(|(key, _)| *key != ".").collect();
    if items.len() != wanted.len() {
        return false;
    }
    // The order of items is the server's to keep: where it is not that of the files, it is asked.
    let mut last = None;
    for item in wanted {
        let found = items.iter().find_map(|(name, field)| {
            if let Some(text) = name.strip_prefix("v:") {
                let value: Value = serde_json::from_str(text).ok()?;
                return (value == *item).then(|| (None, live.iter().position(|other| other == item)));
            }
            let keys: Map<String, Value> = serde_json::from_str(name.strip_prefix("k:")?).ok()?;
            let is = |other: &Value| keys.iter().all(|(key, value)| other.get(key) == Some(value));
            // The server fills in keys that the files leave out.
            let is_wanted = keys.iter().all(|(key, value)| item.get(key).is_none_or(|own| own == value))
                && keys.keys().any(|key| item.get(key).is_some());
            is_wanted.then(|| (Some(*field), live.iter().position(is)))
        });
        let Some((field, Some(at))) = found else { return false };
        if last.is_some_and(|last| at < last) || field.is_some_and(|field| !same_item(field, item, &live[at])) {
            return false;
        }
        last = Some(at);
    }
    true
}

fn same_item(field: &Value, wanted: &Value, live: &Value) -> bool {
    match (field.as_object(), wanted.as_object(), live.as_object()) {
        (Some(fields), Some(wanted), Some(live)) => map(fields, wanted, live, Level::Below),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn wanted() -> Value {
        json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "x", "namespace": "a", "labels": {"a": "b"}},
            "spec": {"ports": [{"port": 80, "name": "web"}, {"port": 81, "name": "api"}], "selector": {"app": "x"}}})
    }

    fn live(change: impl FnOnce(&mut Value)) -> Value {
        let mut live = json!({"apiVersion": "v1", "kind": "Service",
            "metadata": {"name": "x", "namespace": "a", "uid": "u", "labels": {"a": "b", "other": "c"},
              "managedFields": [{"manager": "kubectl", "operation": "Apply", "apiVersion": "v1", "fieldsV1": {}},
                {"manager": "redisops", "operation": "Apply", "apiVersion": "v1", "fieldsV1": {
                  "f:metadata": {"f:labels": {"f:a": {}}},
                  "f:spec": {"f:selector": {}, "f:ports": {
                    "k:{\"port\":80,\"protocol\":\"TCP\"}": {".": {}, "f:port": {}, "f:name": {}},
                    "k:{\"port\":81,\"protocol\":\"TCP\"}": {".": {}, "f:port": {}, "f:name": {}}}}}}]},
            "spec": {"clusterIP": "10.0.0.1", "selector": {"app": "x"},
              "ports": [{"port": 80, "name": "web", "protocol": "TCP"}, {"port": 81, "name": "api", "protocol": "TCP"}]}});
        change(&mut live);
        live
    }

    fn settled(change: impl FnOnce(&mut Value)) -> bool {
        is_settled(&wanted(), &live(change), "redisops")
    }

    #[test]
    fn what_has_all_our_fields_and_values_is_settled() {
        assert!(settled(|_| {}));
        assert!(!is_settled(&wanted(), &live(|_| {}), "other"), "somebody else's");
        assert!(!settled(|live| live["spec"]["ports"][0]["name"] = json!("w")), "another value");
        assert!(!settled(|live| live["spec"]["selector"]["more"] = json!("w")), "a map that is one value");
        assert!(!settled(|live| live["spec"]["ports"].as_array_mut().unwrap().reverse()), "another order");
        assert!(settled(|live| live["spec"]["ports"].as_array_mut().unwrap().push(json!({"port": 9}))), "somebody else's item");
        assert!(settled(|live| live["metadata"]["labels"]["other"] = json!("z")), "somebody else's field");
        assert!(!settled(|live| live["spec"]["ports"].as_array_mut().unwrap().truncate(1)), "an item is gone");
    }

    #[test]
    fn what_we_gave_up_or_never_had_is_not() {
        let fields = |live: &mut Value, change: &dyn Fn(&mut Value)| change(&mut live["metadata"]["managedFields"][1]["fieldsV1"]);
        assert!(!settled(|live| fields(live, &|it| it["f:spec"]["f:type"] = json!({}))), "the files no longer have it");
        assert!(!settled(|live| fields(live, &|it| it["f:metadata"] = json!({}))), "not ours yet");
        assert!(!settled(|live| {
            fields(live, &|it| it["f:spec"]["f:ports"]["k:{\"port\":82,\"protocol\":\"TCP\"}"] = json!({".": {}, "f:port": {}}));
        }));
        assert!(!is_settled(&wanted(), &json!({}), "redisops"));
        let mut other = wanted();
        other["apiVersion"] = json!("v2");
        assert!(!is_settled(&other, &live(|_| {}), "redisops"));
    }
}
