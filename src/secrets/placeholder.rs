//! The grammar of placeholders: `<path:PATH#KEY>`, `<path:PATH#KEY#VERSION>`, and `<KEY>` in objects that name a path.

use std::ops::Range;
use std::sync::LazyLock;

use regex::bytes::Regex;

/// `<KEY>` or anything else in angle brackets.
static ANY: LazyLock<Regex> = LazyLock::new(|| compiled(r"(?-u)<(.*?)>"));
/// A placeholder that says which path.
static WITH_PATH: LazyLock<Regex> = LazyLock::new(|| compiled(r"(?-u)<path:([^#]+?)#([^#]+?)(?:#([^#]+?))??>"));
/// The parts of one.
static PARTS: LazyLock<Regex> = LazyLock::new(|| compiled(r"(?-u)path:([^#]+)#([^#]+)(?:#(.+))?"));

fn compiled(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is a constant")
}

/// What a placeholder stands for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Target {
    /// A key of the path that the object names.
    Key(String),
    /// A key of a path of its own.
    Path {
        /// The path in the store.
        path: String,
        /// The key.
        key: String,
        /// The version; empty for the newest.
        version: String,
    },
}

/// A placeholder in a text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Placeholder {
    /// Where it stands, brackets included.
    pub range: Range<usize>,
    /// What it stands for.
    pub target: Target,
    /// The modifiers, as they are written.
    pub modifiers: Vec<String>,
}

/// Whether a text has angle brackets at all.
pub fn any(text: &[u8]) -> bool {
    ANY.is_match(text)
}

/// The placeholders of a text. Those without a path count only in an object that names one (`named`).
pub fn find(text: &[u8], named: bool) -> Vec<Placeholder> {
    if memchr::memchr(b'<', text).is_none() {
        return Vec::new();
    }
    let pattern = if named { &ANY } else { &WITH_PATH };
    pattern.find_iter(text).map(|found| read(found.range(), found.as_bytes())).collect()
}

fn read(range: Range<usize>, text: &[u8]) -> Placeholder {
    let text = String::from_utf8_lossy(text);
    let mut parts = text.trim_matches(['<', '>']).split('|');
    let first = parts.next().unwrap_or("").trim_matches(' ');
    let target = match PARTS.captures(first.as_bytes()) {
        None => Target::Key(first.to_owned()),
        Some(found) => {
            let part =
                |i: usize| found.get(i).map_or(String::new(), |m| String::from_utf8_lossy(m.as_bytes()).into_owned());
            Target::Path { path: part(1), key: part(2).trim().to_owned(), version: part(3) }
        }
    };
    Placeholder { range, target, modifiers: parts.map(str::to_owned).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(path: &str, key: &str, version: &str) -> Target {
        Target::Path { path: path.into(), key: key.into(), version: version.into() }
    }

    fn targets(text: &str, named: bool) -> Vec<Target> {
        find(text.as_bytes(), named).into_iter().map(|found| found.target).collect()
    }

    #[test]
    fn paths_say_where() {
        assert_eq!(targets("x <path:a/b#c> <path:a#d#2>", false), [path("a/b", "c", ""), path("a", "d", "2")]);
        assert_eq!(targets("<path: a # c # 2 >", false), [path(" a ", "c", " 2")]);
        for none in ["<key>", "<path:a>", "<path:a#>", "<path:#b>"] {
            assert_eq!(targets(none, false), []);
        }
        // As in the reference, a path may have brackets in it: it goes on to the next `#`.
        assert_eq!(targets("<path:a> <path:b#c>", false), [path("a> <path:b", "c", "")]);
        assert_eq!(targets("<path:a:b#c>", false), [path("a:b", "c", "")]);
    }

    #[test]
    fn keys_count_where_a_path_is_named() {
        assert_eq!(targets("<key> and <path:a#b>", true), [Target::Key("key".into()), path("a", "b", "")]);
        assert_eq!(targets("<key>", false), []);
        assert_eq!(targets("<>", true), [Target::Key(String::new())]);
        assert_eq!(targets("<a\nb>", true), []);
        assert_eq!(targets("<<key>", true), [Target::Key("key".into())]);
        assert_eq!(targets("<path:a#b#c#d>", true), [path("a", "b", "c#d")]);
    }

    #[test]
    fn modifiers_follow() {
        let found = find(b"<path:a#b | jsonPath {.x} | base64encode>", false).remove(0);
        assert_eq!(found.target, path("a", "b", ""));
        assert_eq!(found.modifiers, [" jsonPath {.x} ", " base64encode"]);
        assert_eq!(found.range, 0..41);
        let odd = find(b"<path:a#b|jsonPath {.x[?(@.y>1)]}>", false).remove(0);
        assert_eq!(odd.modifiers, ["jsonPath {.x[?(@.y"], "the first bracket ends it");
    }
}
