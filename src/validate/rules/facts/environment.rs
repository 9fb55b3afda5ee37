//! Whether objects are those of production.

use crate::k8s::Resource;

use super::super::super::Objects;

/// Whether an object belongs to production: by the environment that is checked, by a label or by its namespace.
pub fn is_production(objects: &Objects<'_>, resource: &Resource) -> bool {
    if let Some(environment) = &objects.settings().environment {
        return is_name_of_production(environment);
    }
    let labels = resource.node.lookup(&["metadata", "labels"]).and_then(|labels| labels.as_map());
    let label = labels.and_then(|labels| {
        let of_environment = |key: &str| {
            let name = key.rsplit('/').next().unwrap_or(key);
            matches!(name, "environment" | "env" | "stage" | "tier-environment")
        };
        labels.entries.iter().find(|entry| of_environment(&entry.key.text)).and_then(|entry| entry.value.text())
    });
    match label {
        Some(label) => is_name_of_production(label),
        None => is_name_of_production(objects.namespace(resource)),
    }
}

/// Whether a word of a name says so; `nonprod` and `pre-prod` do not.
fn is_name_of_production(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let words: Vec<&str> = name.split(|c: char| !c.is_ascii_alphanumeric()).collect();
    let says = |word: &&str| ["prod", "prd", "production", "live"].contains(word);
    words
        .iter()
        .enumerate()
        .any(|(i, word)| says(word) && !(i > 0 && ["non", "pre", "not", "no", "test"].contains(&words[i - 1])))
}

#[cfg(test)]
mod tests {
    use super::is_name_of_production;

    #[test]
    fn names_say_whether_it_is_production() {
        assert!(
            ["prod", "orders-redis-prod", "production", "PROD-eu", "prd"].iter().all(|it| is_name_of_production(it))
        );
        let others = ["nonprod", "orders-redis-nonprod", "pre-prod", "non-prod", "dev", "product", "delivery", ""];
        assert!(others.iter().all(|it| !is_name_of_production(it)));
    }
}
