//! What functions and exec plugins are called with: pure parts.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{ToolError, ToolErrorKind};

/// The environment that is added for a function: the declared `NAME=value` entries, overridden by those of the command line, sorted. As in the
/// reference, entries with no `=` or more than one are dropped.
pub fn merge_exec_environment(declared: &[String], command_line: &[String]) -> Vec<(String, String)> {
    let mut merged = BTreeMap::new();
    for (name, value) in declared.iter().chain(command_line).filter_map(|entry| entry.split_once('=')) {
        if !value.contains('=') {
            merged.insert(name.to_owned(), value.to_owned());
        }
    }
    // Sorted as `NAME=value`, where `=` takes part in the order.
    let mut merged: Vec<(String, String)> = merged.into_iter().collect();
    merged.sort_by_key(|(name, value)| format!("{name}={value}"));
    merged
}

/// The words of `argsOneLiner`: shell quoting, `#` starts a comment anywhere outside quotes.
///
/// # Errors
/// When a quote is not closed.
pub fn split_arguments(line: &str) -> Result<Vec<String>, ToolError> {
    let (mut words, mut word) = (Vec::new(), String::new());
    let (mut quote, mut escaped) = (None, false);
    for c in line.chars() {
        match c {
            c if escaped => {
                word.push(c);
                escaped = false;
            }
            '\\' if quote != Some('\'') => escaped = true,
            '\'' | '"' if quote.is_none() => quote = Some(c),
            c if quote == Some(c) => quote = None,
            '#' if quote.is_none() => break,
            c if c.is_whitespace() && quote.is_none() => {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
            }
            c => word.push(c),
        }
    }
    if let Some(quote) = quote {
        return Err(ToolError::new(ToolErrorKind::Refused, format!("`argsOneLiner` has a {quote} that is not closed")));
    }
    if !word.is_empty() {
        words.push(word);
    }
    Ok(words)
}

/// The arguments that a file named by `argsFromFile` holds: one a line, without leading spaces.
pub fn arguments_from_file(content: &str) -> Vec<String> {
    content
        .split('\n')
        .map(|line| line.trim_start_matches(' '))
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect()
}

/// The program of the plugin that an object configures.
pub fn plugin_path(home: &Path, group: &str, version: &str, kind: &str) -> PathBuf {
    home.join(group).join(version).join(kind.to_lowercase()).join(kind)
}

/// The directory that holds plugins: the first that exists of `$KUSTOMIZE_PLUGIN_HOME`, `$XDG_CONFIG_HOME/kustomize/plugin`,
/// `~/.config/kustomize/plugin` and `~/kustomize/plugin`.
///
/// # Errors
/// When none exists.
pub fn plugin_home(
    variable: impl Fn(&str) -> Option<String>,
    exists: impl Fn(&Path) -> bool,
) -> Result<PathBuf, ToolError> {
    let get = |name: &str| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = get("HOME").unwrap_or_else(|| PathBuf::from("~"));
    let places = [
        get("KUSTOMIZE_PLUGIN_HOME"),
        get("XDG_CONFIG_HOME").map(|dir| dir.join("kustomize/plugin")),
        Some(home.join(".config/kustomize/plugin")),
        Some(home.join("kustomize/plugin")),
    ];
    let places: Vec<PathBuf> = places.into_iter().flatten().collect();
    if let Some(found) = places.iter().find(|place| exists(place)) {
        return Ok(found.clone());
    }
    let tried: Vec<String> = places.iter().map(|place| format!("`{}`", place.display())).collect();
    Err(ToolError::new(ToolErrorKind::Missing, "there is no directory with plugins")
        .note(format!("looked for {}", tried.join(", ")))
        .help("set KUSTOMIZE_PLUGIN_HOME"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_as_the_reference() {
        for (line, want) in [
            ("hello world", vec!["hello", "world"]),
            ("hello 'world test'", vec!["hello", "world test"]),
            (r#""hello \"world\"""#, vec!["hello \"world\""]),
            (r"'can'\''t'", vec!["can't"]),
            (r"hello\ world", vec!["hello world"]),
            ("  multiple\tspaces ", vec!["multiple", "spaces"]),
            ("a#b c", vec!["a"]),
            ("'W#x' # y", vec!["W#x"]),
            ("'' a", vec!["a"]),
            ("", vec![]),
        ] {
            assert_eq!(split_arguments(line).unwrap(), want, "{line}");
        }
        assert!(split_arguments("a 'b").is_err());
        assert_eq!(arguments_from_file("  a b\n\n\tc\n"), ["a b", "\tc"]);
    }

    #[test]
    fn the_command_line_wins() {
        let texts = |list: &[&str]| list.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>();
        let merged = merge_exec_environment(&texts(&["B=1", "A=1", "C=x=y", "D"]), &texts(&["A=2"]));
        assert_eq!(merged, [("A".to_owned(), "2".to_owned()), ("B".to_owned(), "1".to_owned())]);
    }

    #[test]
    fn plugins_are_looked_for_in_order() {
        let variables = |name: &str| match name {
            "HOME" => Some("/h".to_owned()),
            "XDG_CONFIG_HOME" => Some("/x".to_owned()),
            _ => None,
        };
        assert_eq!(plugin_home(variables, |_| true).unwrap(), Path::new("/x/kustomize/plugin"));
        let last = plugin_home(variables, |place| place == Path::new("/h/kustomize/plugin"));
        assert_eq!(last.unwrap(), Path::new("/h/kustomize/plugin"));
        assert_eq!(plugin_home(variables, |_| false).unwrap_err().kind(), ToolErrorKind::Missing);
        assert_eq!(plugin_path(Path::new("/p"), "a.test", "v1", "MyKind"), Path::new("/p/a.test/v1/mykind/MyKind"));
    }
}
