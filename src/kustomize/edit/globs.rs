//! What stands around a kustomization: files by pattern.

use std::path::Path;

use crate::diagnostics::Diagnostic;
use crate::source::{FileSystem, clean};

/// The files that an edit may look at.
pub struct Surroundings<'a> {
    /// Files.
    pub files: &'a dyn FileSystem,
    /// The directory of the kustomization.
    pub directory: &'a Path,
    /// The name of the kustomization in it.
    pub kustomization: &'a str,
    /// Tries to load what is no file of the directory: a URL.
    pub load: &'a dyn Fn(&str) -> Result<(), Diagnostic>,
}

impl std::fmt::Debug for Surroundings<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Surroundings").field("directory", &self.directory).finish_non_exhaustive()
    }
}

impl Surroundings<'_> {
    /// Whether a path names something.
    pub fn exists(&self, path: &str) -> bool {
        self.files.exists(&clean(&self.directory.join(path)))
    }

    /// The content of a file.
    pub fn read(&self, path: &str) -> Option<Vec<u8>> {
        self.files.read(&clean(&self.directory.join(path))).ok()
    }

    /// The paths that match a pattern, as Go's `filepath.Glob` finds them; hidden ones only where the pattern says so.
    ///
    /// # Errors
    /// When the pattern is none.
    pub fn glob(&self, pattern: &str) -> Result<Vec<String>, Diagnostic> {
        let found = glob(self.files, self.directory, pattern).ok_or_else(|| bad_pattern(pattern))?;
        if is_hidden(pattern) {
            return Ok(found);
        }
        Ok(found.into_iter().filter(|path| !is_hidden(path)).collect())
    }
}

/// A pattern that cannot be understood.
pub(super) fn bad_pattern(pattern: &str) -> Diagnostic {
    Diagnostic::error("redisops::edit::pattern", format!("`{pattern}` is no pattern for paths"))
        .help("`*` stands for any characters, `?` for one, `[a-z]` for one of a class; put `\\` before one that is meant as it is")
}

fn is_hidden(path: &str) -> bool {
    let base = path.trim_end_matches('/').rsplit('/').next().unwrap_or("");
    base.starts_with('.') || path.is_empty()
}

fn has_meta(path: &str) -> bool {
    path.contains(['*', '?', '[', '\\'])
}

/// The paths under a directory that match a pattern; none when it is no pattern.
pub fn glob(files: &dyn FileSystem, directory: &Path, pattern: &str) -> Option<Vec<String>> {
    matches(pattern, "")?;
    if !has_meta(pattern) {
        let found = !pattern.is_empty() && files.exists(&clean(&directory.join(pattern)));
        return Some(if found { vec![pattern.to_owned()] } else { Vec::new() });
    }
    let (parent, base) = match pattern.rfind('/') {
        Some(at) => (&pattern[..at + 1], &pattern[at + 1..]),
        None => ("", pattern),
    };
    let parents = match parent {
        "" => vec![".".to_owned()],
        "/" => vec!["/".to_owned()],
        parent => {
            let parent = &parent[..parent.len() - 1];
            if has_meta(parent) { glob(files, directory, parent)? } else { vec![parent.to_owned()] }
        }
    };
    let mut found = Vec::new();
    for parent in parents {
        let path = clean(&directory.join(&parent));
        let Ok(names) = files.read_dir(&path) else { continue };
        for name in names {
            if matches(base, &name)? {
                found.push(joined(&parent, &name));
            }
        }
    }
    Some(found)
}

/// Go's `filepath.Join`: cleaned.
fn joined(parent: &str, name: &str) -> String {
    let path = Path::new(parent).join(name);
    let mut parts: Vec<&str> = Vec::new();
    let absolute = path.is_absolute();
    for part in path.to_str().unwrap_or(name).split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if absolute => {}
            part => parts.push(part),
        }
    }
    format!("{}{}", if absolute { "/" } else { "" }, parts.join("/"))
}

/// Whether a path matches a pattern as a whole, as Go's `filepath.Match` says; none when it is no pattern. `*` and `?` do not match `/`.
pub fn matches(pattern: &str, path: &str) -> Option<bool> {
    let pattern: Vec<char> = pattern.chars().collect();
    let path: Vec<char> = path.chars().collect();
    check(&pattern)?;
    Some(matches_at(&pattern, &path))
}

fn check(pattern: &[char]) -> Option<()> {
    let mut rest = pattern;
    while let Some(first) = rest.first() {
        rest = match first {
            '\\' => rest.get(2..).or_else(|| (rest.len() > 1).then_some(&[][..]))?,
            '[' => class(rest, 'x')?.1,
            _ => &rest[1..],
        };
    }
    Some(())
}

fn matches_at(pattern: &[char], path: &[char]) -> bool {
    let Some(first) = pattern.first() else { return path.is_empty() };
    match first {
        '*' => {
            let most = path.iter().position(|c| *c == '/').unwrap_or(path.len());
            (0..=most).any(|skip| matches_at(&pattern[1..], &path[skip..]))
        }
        '?' => path.first().is_some_and(|c| *c != '/') && matches_at(&pattern[1..], &path[1..]),
        '[' => {
            let Some(c) = path.first() else { return false };
            match class(pattern, *c) {
                Some((true, rest)) => matches_at(rest, &path[1..]),
                _ => false,
            }
        }
        '\\' => path.first() == pattern.get(1) && pattern.len() > 1 && matches_at(&pattern[2..], &path[1..]),
        c => path.first() == Some(c) && matches_at(&pattern[1..], &path[1..]),
    }
}

/// Whether a character is of the class that a pattern begins with, and what follows the class.
fn class(pattern: &[char], c: char) -> Option<(bool, &[char])> {
    let mut rest = &pattern[1..];
    let negated = rest.first() == Some(&'^');
    if negated {
        rest = &rest[1..];
    }
    let mut found = false;
    let mut ranges = 0;
    while rest.first() != Some(&']') || ranges == 0 {
        let (low, after) = one(rest)?;
        let mut high = low;
        rest = after;
        if rest.first() == Some(&'-') {
            (high, rest) = one(&rest[1..])?;
        }
        found |= (low..=high).contains(&c);
        ranges += 1;
    }
    Some((found != negated, &rest[1..]))
}

fn one(rest: &[char]) -> Option<(char, &[char])> {
    match rest {
        [] | ['-' | ']', ..] => None,
        ['\\', c, after @ ..] | [c, after @ ..] if !after.is_empty() => Some((*c, after)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_in_go() {
        let yes = [
            ("*", "abc"),
            ("a*c", "abc"),
            ("a?c", "abc"),
            ("[a-c]x", "bx"),
            ("[^a]x", "bx"),
            ("a\\*", "a*"),
            ("*/b", "a/b"),
        ];
        let no = [("*", "a/b"), ("a", "ab"), ("[a-c]x", "dx"), ("?", "/"), ("", "a"), ("a\\*", "ab")];
        assert!(yes.iter().all(|(p, s)| matches(p, s) == Some(true)));
        assert!(no.iter().all(|(p, s)| matches(p, s) == Some(false)));
        assert!(["[", "[]", "[a", "a\\", "[a-]", "[-a]"].iter().all(|p| matches(p, "x").is_none()));
    }
}
