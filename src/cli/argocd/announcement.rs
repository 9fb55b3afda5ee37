//! What the parameters of an Application are: Argo CD shows them in its interface.

use serde_json::{Value, json};

/// The announcement, with the names of environments that can be chosen.
pub fn announcement(environments: &[String]) -> String {
    let named = match environments.is_empty() {
        true => String::new(),
        false => format!(": {}", environments.join(", ")),
    };
    let text = |name: &str, title: &str, tooltip: String, value: &str| -> Value {
        json!({"name": name, "title": title, "tooltip": tooltip, "collectionType": "string", "string": value})
    };
    let all = json!([
        text(
            "environment",
            "Environment",
            format!("Render this environment instead of the directory of the Application{named}"),
            ""
        ),
        text(
            "secrets",
            "Fill in secrets",
            "\"true\" fills placeholders from the secret store; Argo CD caches what is rendered, secrets included"
                .into(),
            "false"
        ),
        text("validate", "Validate", "\"false\" renders without checking schemas and rules".into(), "true"),
        text("helm", "Inflate charts", "\"true\" inflates helmCharts; the image needs helm for it".into(), "false"),
    ]);
    format!("{all:#}\n")
}

#[cfg(test)]
mod tests {
    use super::super::parameters::NAMES;
    use super::*;

    #[test]
    fn every_parameter_is_announced() {
        let all: Value = serde_json::from_str(&announcement(&["dev".into(), "prod".into()])).unwrap();
        let names: Vec<&str> = all.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
        assert_eq!(names, NAMES);
        assert!(all[0]["tooltip"].as_str().unwrap().ends_with(": dev, prod"));
    }
}
