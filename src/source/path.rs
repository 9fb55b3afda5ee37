//! Paths as text: what can be said about them without asking a file system.

use std::path::{Component, Path, PathBuf};

/// The path without `.`, doubled separators and, where a name stands before it, `..`; empty becomes `.`.
///
/// Purely lexical, as the reference does it: `link/..` is the directory that holds `link`, wherever that points.
pub fn clean(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => match out.components().next_back() {
                Some(Component::Normal(_)) => {
                    out.pop();
                }
                Some(Component::RootDir | Component::Prefix(_)) => {}
                _ => out.push(".."),
            },
            other => out.push(other),
        }
    }
    if out.as_os_str().is_empty() {
        out.push(".");
    }
    out
}

/// `dir/path`, cleaned. An absolute `path` is put below `dir` too.
pub fn join(dir: &Path, path: &str) -> PathBuf {
    clean(&dir.join(path.trim_start_matches('/')))
}

/// The path that leads from directory `from` to `to`; both absolute and clean.
pub fn relative(from: &Path, to: &Path) -> PathBuf {
    let shared = from.components().zip(to.components()).take_while(|(a, b)| a == b).count();
    let mut out: PathBuf = from.components().skip(shared).map(|_| Component::ParentDir).collect();
    out.extend(to.components().skip(shared));
    if out.as_os_str().is_empty() {
        out.push(".");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cleans_like_the_reference() {
        for (path, want) in [
            ("", "."),
            ("a//b/./c/", "a/b/c"),
            ("a/../..", ".."),
            ("../a/../../b", "../../b"),
            ("/../a", "/a"),
            ("/", "/"),
            ("a/..", "."),
        ] {
            assert_eq!(clean(Path::new(path)), Path::new(want), "{path}");
        }
        assert_eq!(join(Path::new("/r/x"), "../y//z"), Path::new("/r/y/z"));
        assert_eq!(join(Path::new("/r"), ""), Path::new("/r"));
    }

    #[test]
    fn leads_from_one_directory_to_another() {
        for (from, to, want) in
            [("/a/b", "/a/c/d", "../c/d"), ("/a", "/a", "."), ("/", "/x", "x"), ("/a/b", "/", "../..")]
        {
            assert_eq!(relative(Path::new(from), Path::new(to)), Path::new(want), "{from} {to}");
        }
    }
}
