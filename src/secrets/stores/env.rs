//! Environment variables, for development.

use crate::secrets::{Fetched, Request, Store, StoreError, Value, Variables, Why};

/// Variables of the process: `<path:cache/prod#password>` is `CACHE_PROD_PASSWORD`, or else `password`.
#[derive(Debug)]
pub struct Env {
    prefix: String,
    read: fn() -> Vec<(String, String)>,
}

impl Env {
    /// With the prefix that variables give.
    pub fn new(variables: &Variables) -> Env {
        let prefix = variables.get("REDISOPS_SECRETS_PREFIX").unwrap_or("").to_owned();
        let read = || {
            let pairs = std::env::vars_os().map(|(name, value)| (name.into_string(), value.into_string()));
            pairs.filter_map(|(name, value)| Some((name.ok()?, value.ok()?))).collect()
        };
        Env { prefix, read }
    }
}

/// A path as part of the name of a variable.
fn upper(path: &str) -> String {
    path.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect()
}

impl Store for Env {
    fn name(&self) -> String {
        "the environment variables".to_owned()
    }

    fn fetch(&self, request: &Request) -> Result<Fetched, StoreError> {
        if !request.version.is_empty() {
            let message = format!("environment variables have no versions, and `{}` is wanted at one", request.path);
            return Err(StoreError::new(Why::NoVersion, message).help("leave the version out"));
        }
        let of_path = format!("{}_", upper(&request.path));
        let mut fields = Vec::new();
        let mut named = Vec::new();
        for (name, value) in (self.read)() {
            let Some(name) = name.strip_prefix(self.prefix.as_str()) else { continue };
            if let Some(key) = name.strip_prefix(&of_path) {
                // No name of a variable has a dash.
                named.push((key.to_ascii_lowercase().replace('_', "-"), Value::text(value.clone())));
                named.push((key.to_ascii_lowercase(), Value::text(value.clone())));
                named.push((key.to_owned(), Value::text(value.clone())));
            }
            fields.push((name.to_owned(), Value::text(value)));
        }
        // The last of a name wins: those with the path.
        fields.extend(named);
        Ok(Fetched { fields, ..Fetched::default() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_the_path_come_first() {
        let read = || vec![("X_password".into(), "plain".into()), ("X_CACHE_PROD_PASSWORD".into(), "named".into())];
        let env = Env { prefix: "X_".into(), read };
        let ask = |path: &str, version: &str| {
            let request = Request { path: path.into(), version: version.into(), engine: None };
            env.fetch(&request).map(|it| it.fields.into_iter().rev().find(|(key, _)| key == "password").map(|it| it.1))
        };
        assert_eq!(ask("cache/prod", ""), Ok(Some(Value::text("named"))));
        assert_eq!(ask("other", ""), Ok(Some(Value::text("plain"))));
        assert_eq!(ask("other", "1").unwrap_err().why, Why::NoVersion);
        let read = || vec![("CACHE_DB_PASSWORD".into(), "named".into())];
        let request = Request { path: "cache".into(), version: String::new(), engine: None };
        let fields = Env { prefix: String::new(), read }.fetch(&request).unwrap().fields;
        for key in ["db-password", "db_password", "DB_PASSWORD"] {
            assert!(fields.iter().any(|(name, value)| name == key && *value == Value::text("named")), "{key}");
        }
    }
}
