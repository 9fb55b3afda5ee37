//! Settings as argocd-vault-plugin has them: variables of the process and of Argo CD, and a configuration file.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::diagnostics::{Diagnostic, SourceKind, Sources};
use crate::yaml::{Node, parse_yaml11};

/// Variables of Argo CD begin like this, and win over all others.
const ARGOCD: &str = "ARGOCD_ENV_";

/// Names that begin like this belong to the client of a store. From a file they win over the variable of the process.
const OF_CLIENTS: [&str; 4] = ["VAULT", "AWS", "SOPS", "K8S_SECRET"];

/// Where settings come from. It prints their names only: tokens and passwords are among them.
#[derive(Clone, Default)]
pub struct Variables {
    process: BTreeMap<String, String>,
    file: BTreeMap<String, String>,
    fixed: BTreeMap<String, String>,
}

impl fmt::Debug for Variables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: BTreeSet<&String> =
            [&self.process, &self.file, &self.fixed].into_iter().flat_map(BTreeMap::keys).collect();
        f.debug_set().entries(names).finish()
    }
}

impl Variables {
    /// Of variables of a process.
    pub fn new(process: impl IntoIterator<Item = (String, String)>) -> Variables {
        Variables { process: process.into_iter().collect(), ..Variables::default() }
    }

    /// Adds what a file or a Secret has. Later ones win.
    pub fn add_file(&mut self, values: impl IntoIterator<Item = (String, String)>) {
        self.file.extend(values.into_iter().map(|(name, value)| (name.to_ascii_uppercase(), value)));
    }

    /// Sets what nothing else changes.
    pub fn fix(&mut self, name: &str, value: impl Into<String>) {
        self.fixed.insert(name.to_owned(), value.into());
    }

    /// The value of a name; none where it is not set or empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        let argocd = self.process.get(&format!("{ARGOCD}{name}"));
        let (process, file) = (self.process.get(name), self.file.get(name));
        let of_client = OF_CLIENTS.iter().any(|prefix| name.starts_with(prefix));
        let order = if of_client { [argocd, file, process] } else { [argocd, process, file] };
        let found = std::iter::once(self.fixed.get(name)).chain(order).flatten();
        found.map(String::as_str).find(|value| !value.is_empty())
    }

    /// The same without blanks and line breaks around it.
    pub fn word(&self, name: &str) -> Option<&str> {
        self.get(name).map(str::trim).filter(|value| !value.is_empty())
    }

    /// Whether a flag is set, as Go reads flags.
    pub fn flag(&self, name: &str) -> bool {
        self.word(name).is_some_and(super::go::parse_bool)
    }

    /// A value that is only in a file or fixed: what the client of a store would not find in the process.
    pub fn beside_process(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|value| self.process.get(name).is_none_or(|own| own != value))
    }
}

/// The settings in a configuration file: YAML, JSON, TOML, or lines of `NAME=VALUE`, by the ending of its name.
///
/// # Errors
/// A file that is none of these.
pub fn parse_file(name: &str, text: &str) -> Result<Vec<(String, String)>, Diagnostic> {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    match ending {
        "yaml" | "yml" | "json" => from_yaml(name, text),
        "env" | "dotenv" | "properties" | "props" | "prop" => Ok(lines(text)),
        "toml" => from_toml(name, text),
        _ => Err(wrong_file(name, "its name ends in none of .yaml, .yml, .json, .toml, .env and .properties")),
    }
}

fn wrong_file(name: &str, why: &str) -> Diagnostic {
    Diagnostic::error(super::SETTINGS, format!("the configuration file `{name}` cannot be used: {why}")).in_file(name)
}

fn from_yaml(name: &str, text: &str) -> Result<Vec<(String, String)>, Diagnostic> {
    let sources = Sources::new();
    // Data, so that its lines are hidden in messages.
    let source =
        sources.add(name, text.to_owned(), SourceKind::Data).map_err(|error| wrong_file(name, &error.to_string()))?;
    let node = parse_yaml11(&source).map_err(|found| {
        let at = found.labels.first().and_then(|label| sources.location(label.pos));
        wrong_file(name, &format!("line {} is not YAML", at.map_or(1, |at| at.line)))
    })?;
    if node.is_null() {
        return Ok(Vec::new());
    }
    let Some(map) = node.as_map() else { return Err(wrong_file(name, "it is not a mapping of names to values")) };
    Ok(map.entries.iter().filter_map(|entry| Some((entry.key.text.to_string(), plain(&entry.value)?))).collect())
}

fn plain(node: &Node) -> Option<String> {
    node.text().filter(|_| !node.is_null()).map(str::to_owned)
}

fn from_toml(name: &str, text: &str) -> Result<Vec<(String, String)>, Diagnostic> {
    let table: toml::Table = text.parse().map_err(|_| wrong_file(name, "it is not TOML"))?;
    let value = |value: toml::Value| match value {
        toml::Value::String(text) => Some(text),
        toml::Value::Boolean(flag) => Some(flag.to_string()),
        toml::Value::Integer(number) => Some(number.to_string()),
        _ => None,
    };
    Ok(table.into_iter().filter_map(|(name, it)| Some((name, value(it)?))).collect())
}

fn lines(text: &str) -> Vec<(String, String)> {
    let assignment = |line: &str| {
        let line = line.trim();
        let line = line.strip_prefix("export ").unwrap_or(line);
        let (name, value) = line.split_once(['=', ':']).filter(|_| !line.starts_with(['#', '!']))?;
        let value = value.trim();
        let quoted = |quote: char| value.strip_prefix(quote).and_then(|rest| rest.split(quote).next());
        let unquoted = match value.chars().next() {
            Some(quote @ ('"' | '\'')) => quoted(quote).unwrap_or(value),
            _ => value.split(" #").next().unwrap_or("").trim_end(),
        };
        Some((name.trim().to_owned(), unquoted.to_owned()))
    };
    text.lines().filter_map(assignment).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
    }

    #[test]
    fn who_wins() {
        let mut variables = Variables::new(pairs(&[
            ("AVP_TYPE", "vault"),
            ("VAULT_ADDR", "process"),
            ("AVP_ROLE_ID", "process"),
            ("ARGOCD_ENV_AVP_ROLE_ID", "argocd"),
            ("AVP_SECRET_ID", ""),
        ]));
        variables.add_file(pairs(&[("avp_type", "file"), ("VAULT_ADDR", "file"), ("AVP_SECRET_ID", "file")]));
        assert_eq!(variables.get("AVP_TYPE"), Some("vault"));
        assert_eq!(variables.get("VAULT_ADDR"), Some("file"));
        assert_eq!(variables.get("AVP_ROLE_ID"), Some("argocd"));
        assert_eq!(variables.get("AVP_SECRET_ID"), Some("file"));
        assert_eq!(variables.beside_process("VAULT_ADDR"), Some("file"));
        variables.fix("AVP_TYPE", "env");
        assert_eq!(variables.get("AVP_TYPE"), Some("env"));
    }

    #[test]
    fn tokens_are_not_printed() {
        let mut variables = Variables::new(pairs(&[("VAULT_TOKEN", "hunter2")]));
        variables.add_file(pairs(&[("AVP_SECRET_ID", "hunter3")]));
        variables.fix("AVP_PASSWORD", "hunter4");
        assert_eq!(format!("{variables:?}"), r#"{"AVP_PASSWORD", "AVP_SECRET_ID", "VAULT_TOKEN"}"#);
    }

    #[test]
    fn files_of_all_kinds() {
        let expected = pairs(&[("AVP_TYPE", "vault"), ("VAULT_SKIP_VERIFY", "true")]);
        let read = |name: &str, text: &str| parse_file(name, text).unwrap();
        assert_eq!(read("a.yaml", "AVP_TYPE: vault\nVAULT_SKIP_VERIFY: true\nNONE:\n"), expected);
        assert_eq!(read("a.json", r#"{"AVP_TYPE": "vault", "VAULT_SKIP_VERIFY": true}"#), expected);
        assert_eq!(read("a.env", "# c\nAVP_TYPE=vault # c\nexport VAULT_SKIP_VERIFY=\"true\" # c\n"), expected);
        assert_eq!(read("a.toml", "AVP_TYPE = 'vault'\nVAULT_SKIP_VERIFY = true\n"), expected);
        let wrong = parse_file("a.yaml", "a: [hunter2").unwrap_err();
        assert!(wrong.message.contains("`a.yaml`") && !wrong.message.contains("hunter2"));
        assert!(parse_file("a.txt", "").unwrap_err().message.contains(".yaml"));
    }
}
