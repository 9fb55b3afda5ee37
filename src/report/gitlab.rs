//! GitLab's code quality report: the part of Code Climate's format that GitLab reads.

use serde_json::{Value, json};

use super::item::{Item, Level, fingerprints};

/// A list of issues.
pub(super) fn render(items: &[Item]) -> String {
    let ids = fingerprints(items);
    let issues: Vec<Value> = items.iter().zip(ids).map(|(item, id)| issue(item, &id)).collect();
    let mut text = String::from("[");
    for (index, issue) in issues.iter().enumerate() {
        text.push_str(if index > 0 { ",\n  " } else { "\n  " });
        text.push_str(&issue.to_string());
    }
    text.push_str("\n]\n");
    text
}

fn issue(item: &Item, fingerprint: &str) -> Value {
    let severity = match item.level {
        Level::Error => "major",
        Level::Warning => "minor",
        Level::Note => "info",
    };
    // GitLab drops issues without a file; the target is the nearest that there is.
    let target = item.targets.first().map_or(".", String::as_str);
    let (path, line) = item.place.as_ref().map_or((target, 1), |place| (place.file.as_str(), place.line));
    json!({
        "type": "issue",
        "check_name": item.rule,
        "description": item.details().join("\n"),
        "categories": ["Bug Risk"],
        "severity": severity,
        "fingerprint": fingerprint,
        "location": {"path": path.trim_start_matches("./"), "lines": {"begin": line}},
    })
}

#[cfg(test)]
mod tests {
    use super::super::item;
    use super::*;

    #[test]
    fn every_issue_has_its_place_and_id() {
        let text = render(&item::merged(item::tests::awkward()));
        let issues: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(issues.as_array().unwrap().len(), 3);
        assert_eq!(issues[2]["location"], json!({"path": "overlays/prod", "lines": {"begin": 1}}));
        insta::assert_snapshot!(text);
        assert_eq!(render(&[]), "[\n]\n");
    }
}
