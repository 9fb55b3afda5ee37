//! Fields that rules tell to leave alone, in what is applied: they go to the server as they are there.

use crate::k8s::openapi::OpenApi;
use crate::provenance::{FieldPath, Segment, keyed_path};
use crate::yaml::{Entry, Node, Value};

use super::ignore::{IgnoreRule, IgnoreRules};
use super::live::LiveObject;
use super::owners::Ours;
use super::set::{FieldSet, at};

impl IgnoreRules {
    /// Puts what is live into fields that are of no interest. Left out, those that nobody else has would go; sent as Git has them, they would change.
    pub fn leave_alone(&self, git: &mut Node, live: &LiveObject, ours: &Ours) {
        let original = git.clone();
        let rules = self.of(&original);
        if rules.is_empty() {
            return;
        }
        let mut own = FieldSet::default();
        live.entries.iter().filter(|entry| ours.is_own_apply(entry)).for_each(|entry| own.add(&entry.fields));
        let around = Around { rules, git: &original, live, own };
        around.visit(git, &FieldPath::root(), &FieldPath::root());
    }
}

struct Around<'a> {
    rules: Vec<&'a IgnoreRule>,
    git: &'a Node,
    live: &'a LiveObject,
    own: FieldSet,
}

impl Around<'_> {
    fn is_ignored(&self, path: &FieldPath, value: &Node) -> bool {
        // A manager is known by its single fields.
        let is_leaf = value.as_scalar().is_some();
        self.rules.iter().any(|rule| match is_leaf {
            true => rule.covers(path, self.git, self.live),
            false => rule.covers_by_path(path, self.git, self.live),
        })
    }

    /// `raw` names items by their places, `path` by their keys. What is not live at all stays as Git has it.
    fn visit(&self, node: &mut Node, raw: &FieldPath, path: &FieldPath) {
        let Some(there) = at(&self.live.node, &path.0) else { return };
        match &mut node.value {
            Value::Map(map) => {
                map.entries.retain_mut(|entry| {
                    let (raw, path) = (raw.key(&entry.key.text), path.key(&entry.key.text));
                    if !self.is_ignored(&path, &entry.value) {
                        self.visit(&mut entry.value, &raw, &path);
                        return true;
                    }
                    match there.get(&entry.key.text) {
                        Some(now) => entry.value = now.clone(),
                        None => return false,
                    }
                    true
                });
                let given_up = |entry: &&Entry| {
                    let path = path.key(&entry.key.text);
                    map.get(&entry.key.text).is_none()
                        && self.own.covers(&path.0)
                        && self.is_ignored(&path, &entry.value)
                };
                let kept: Vec<Entry> =
                    there.as_map().into_iter().flat_map(|map| &map.entries).filter(given_up).cloned().collect();
                map.entries.extend(kept);
            }
            Value::Seq(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    let raw = raw.with(Segment::Index(index));
                    let path = keyed_path(self.git, raw.0.clone(), &OpenApi::default());
                    self.visit(item, &raw, &path);
                }
            }
            Value::Scalar(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::drift::managed::Pattern;
    use crate::provenance::json as plain;
    use crate::yaml::{Origin, from_value};

    fn applied(paths: &[&str], managers: &[&str], git: serde_json::Value) -> serde_json::Value {
        let live = LiveObject::new(json!({
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web",
              "managedFields": [
                {"manager": "redisops", "operation": "Apply", "apiVersion": "apps/v1", "fieldsV1": {"f:spec": {"f:minReadySeconds": {}, "f:paused": {}}}},
                {"manager": "hpa", "operation": "Update", "apiVersion": "apps/v1", "fieldsV1": {"f:spec": {"f:replicas": {}}}}]},
            "spec": {"replicas": 7, "minReadySeconds": 3, "paused": false, "template": {"spec": {"containers": [{"name": "b", "image": "live"}]}}},
        }));
        let rule = IgnoreRule {
            paths: paths.iter().map(|path| Pattern::path(path).unwrap()).collect(),
            managers: managers.iter().map(|it| (*it).to_owned()).collect(),
            ..IgnoreRule::default()
        };
        let mut node = from_value(git, Origin::NONE);
        IgnoreRules(vec![rule]).leave_alone(&mut node, &live, &Ours::new("redisops", []));
        plain(&node)["spec"].clone()
    }

    fn git(spec: serde_json::Value) -> serde_json::Value {
        json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": spec})
    }

    #[test]
    fn what_is_live_is_sent() {
        let found = applied(&["spec.replicas"], &[], git(json!({"replicas": 2, "revisionHistoryLimit": 1})));
        assert_eq!(found, json!({"replicas": 7, "revisionHistoryLimit": 1}));
        assert_eq!(applied(&[], &["hpa"], git(json!({"replicas": 2})))["replicas"], 7);
        assert_eq!(applied(&[], &["other"], git(json!({"replicas": 2})))["replicas"], 2);
    }

    #[test]
    fn what_is_not_live_stays_absent_and_new_items_are_as_git_has_them() {
        let found = applied(&["spec.progressDeadlineSeconds"], &[], git(json!({"progressDeadlineSeconds": 5})));
        assert_eq!(found, json!({}));
        let containers = json!([{"name": "a", "image": "new"}, {"name": "b", "image": "new"}]);
        let spec = git(json!({"template": {"spec": {"containers": containers}}}));
        let found = applied(&["spec.template.spec.containers[*].image"], &[], spec);
        let images = &found["template"]["spec"]["containers"];
        assert_eq!((&images[0]["image"], &images[1]["image"]), (&json!("new"), &json!("live")));
    }

    #[test]
    fn what_the_files_gave_up_and_only_we_have_is_kept() {
        let found = applied(&["spec.minReadySeconds"], &[], git(json!({"replicas": 2})));
        assert_eq!(found, json!({"replicas": 2, "minReadySeconds": 3}), "`paused` goes: no rule is about it");
    }
}
