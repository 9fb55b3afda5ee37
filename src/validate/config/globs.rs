//! Patterns of names and paths.

/// Whether a name fits a pattern in which `*` stands for any part.
pub(super) fn name_fits(pattern: &str, name: &str) -> bool {
    fits(pattern.as_bytes(), name.as_bytes(), false)
}

/// Whether a path, or a directory above it, fits a pattern: `*` stands for any part of a name, `**` for any number of directories.
pub(super) fn path_fits(pattern: &str, path: &str) -> bool {
    let pattern = pattern.trim_start_matches("./").trim_end_matches('/');
    let path = path.trim_start_matches("./").trim_end_matches('/');
    // A directory means everything in it.
    let above = path.match_indices('/').map(|(at, _)| &path[..at]);
    let whole = pattern.strip_suffix("/**").unwrap_or(pattern);
    std::iter::once(path).chain(above).any(|part| fits(whole.as_bytes(), part.as_bytes(), true))
}

fn fits(pattern: &[u8], text: &[u8], is_path: bool) -> bool {
    match pattern {
        [] => text.is_empty(),
        [b'*', b'*', b'/', rest @ ..] if is_path => {
            let below = (0..text.len()).filter(|at| text[*at] == b'/').map(|at| &text[at + 1..]);
            fits(rest, text, is_path) || below.into_iter().any(|part| fits(rest, part, is_path))
        }
        [b'*', b'*', rest @ ..] if is_path => (0..=text.len()).any(|at| fits(rest, &text[at..], is_path)),
        [b'*', rest @ ..] => {
            let end = text.iter().position(|b| is_path && *b == b'/').unwrap_or(text.len());
            (0..=end).any(|at| fits(rest, &text[at..], is_path))
        }
        [b'?', rest @ ..] => text.first().is_some_and(|b| !is_path || *b != b'/') && fits(rest, &text[1..], is_path),
        [first, rest @ ..] => text.first() == Some(first) && fits(rest, &text[1..], is_path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_parts() {
        assert!(name_fits("prod-*", "prod-eu") && name_fits("*", "") && name_fits("a", "a") && !name_fits("a", "ab"));
        for (pattern, path, wanted) in [
            ("overlays/dev", "overlays/dev/a.yaml", true),
            ("overlays/dev/**", "overlays/dev/a/b.yaml", true),
            ("overlays/dev/**", "overlays/dev", true),
            ("overlays/*/a.yaml", "overlays/dev/a.yaml", true),
            ("overlays/*/a.yaml", "overlays/dev/x/a.yaml", false),
            ("**/*.conf", "a/b/redis.conf", true),
            ("**/*.conf", "redis.conf", true),
            ("overlays/dev", "overlays/development/a.yaml", false),
            ("examples/", "./examples/x", true),
        ] {
            assert_eq!(path_fits(pattern, path), wanted, "{pattern} {path}");
        }
    }
}
