//! Names of container images: their parts, and which entries of `images` are for them.

use std::cell::OnceCell;

use regex::Regex;
use rustc_hash::FxHashMap;

use crate::k8s::go_regex;

/// Splits an image into name, tag and digest; missing parts are empty. A colon before the first slash belongs to the registry.
pub(in crate::kustomize) fn split(image: &str) -> (&str, &str, &str) {
    let start = image.find('/').unwrap_or(0);
    let at = image[start..].find('@').map(|i| i + start);
    let colon = image[start..].find(':').map(|i| i + start);
    match (colon, at) {
        (None, None) => (image, "", ""),
        (None, Some(at)) => (&image[..at], "", &image[at + 1..]),
        (Some(colon), Some(at)) if at < colon => (&image[..at], "", &image[at + 1..]),
        (Some(colon), Some(at)) => (&image[..colon], &image[colon + 1..at], &image[at + 1..]),
        (Some(colon), None) => (&image[..colon], &image[colon + 1..], ""),
    }
}

/// Numbers of entries by name.
type Numbers = FxHashMap<String, Vec<usize>>;

/// The names of `images`, ready to look up. In the reference a name is a part of a regular expression, in which dots match any character; most names
/// have nothing else in them and are found by their text, so that many entries cost no more than one.
#[derive(Debug, Default)]
pub(super) struct NameIndex {
    names: Vec<String>,
    regexes: Vec<OnceCell<Option<Regex>>>,
    /// By the positions of the dots: numbers by name.
    plain: Vec<(Vec<usize>, Numbers)>,
    /// Numbers of names with other syntax in them.
    other: Vec<usize>,
}

impl NameIndex {
    pub(super) fn new(names: Vec<String>) -> NameIndex {
        let mut index = NameIndex { regexes: vec![OnceCell::new(); names.len()], ..NameIndex::default() };
        for (number, name) in names.iter().enumerate() {
            if !is_plain(name) {
                index.other.push(number);
                continue;
            }
            let dots: Vec<usize> = name.bytes().enumerate().filter(|(_, b)| *b == b'.').map(|(i, _)| i).collect();
            let group = match index.plain.iter().position(|(d, _)| *d == dots) {
                Some(position) => position,
                None => {
                    index.plain.push((dots, Numbers::default()));
                    index.plain.len() - 1
                }
            };
            index.plain[group].1.entry(name.clone()).or_default().push(number);
        }
        index.names = names;
        index
    }

    /// The first entry from a number on that is for an image.
    pub(super) fn next(&self, image: &str, from: usize) -> Option<usize> {
        if !image.is_ascii() {
            return (from..self.names.len()).find(|&n| self.matches(n, image));
        }
        let mut best = self.other.iter().copied().find(|&n| n >= from && self.matches(n, image));
        for end in name_ends(image) {
            for (dots, names) in &self.plain {
                let name = &image[..end];
                let masked = mask(name, dots);
                let Some(numbers) = names.get(masked.as_deref().unwrap_or(name)) else { continue };
                let next = numbers.get(numbers.partition_point(|&n| n < from)).copied();
                best = match (best, next) {
                    (Some(a), Some(b)) => Some(a.min(b)),
                    (a, b) => a.or(b),
                };
            }
        }
        best
    }

    /// Whether an entry is for an image.
    pub(super) fn matches(&self, number: usize, image: &str) -> bool {
        let name = &self.names[number];
        if image.is_ascii() && is_plain(name) {
            return name_ends(image).any(|end| is_like(name, &image[..end]));
        }
        self.matches_expression(number, image)
    }

    /// The same by the reference's regular expression.
    fn matches_expression(&self, number: usize, image: &str) -> bool {
        let name = &self.names[number];
        let compile = || {
            let pattern =
                format!("^{name}(:[a-zA-Z0-9_.{{}}-]*)?(@[a-zA-Z0-9]+([.+_-][a-zA-Z0-9]+)*:[a-zA-Z0-9_.{{}}-]*)?$");
            // A name that is no regular expression matches nothing.
            go_regex(&pattern).ok()
        };
        self.regexes[number].get_or_init(compile).as_ref().is_some_and(|r| r.is_match(image))
    }
}

/// Whether a name is no more of a regular expression than that its dots match any character.
fn is_plain(name: &str) -> bool {
    name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_/:.@".contains(&b))
}

/// Whether a text is a plain name, in which dots stand for any character.
fn is_like(name: &str, text: &str) -> bool {
    name.len() == text.len() && name.bytes().zip(text.bytes()).all(|(n, t)| n == t || (n == b'.' && t != b'\n'))
}

/// The text with dots at those positions; none when they are there already or the text is too short for them.
fn mask(name: &str, dots: &[usize]) -> Option<String> {
    if dots.iter().all(|&i| name.as_bytes().get(i).is_none_or(|b| *b == b'.' || *b == b'\n')) {
        return None;
    }
    let masked = name.char_indices().map(|(i, c)| if dots.contains(&i) && c != '\n' { '.' } else { c });
    Some(masked.collect())
}

/// Where the name may end: before nothing, a digest, a tag, or a tag and a digest.
fn name_ends(image: &str) -> impl Iterator<Item = usize> + '_ {
    let ends = image.char_indices().filter(|(_, c)| matches!(c, ':' | '@')).map(|(i, _)| i);
    ends.chain([image.len()]).filter(|&end| is_tail(&image[end..]))
}

fn is_tail(tail: &str) -> bool {
    let is_value = |b: u8| b.is_ascii_alphanumeric() || b"_.{}-".contains(&b);
    let digest = match tail.strip_prefix(':') {
        Some(tag) => tag.trim_start_matches(|c: char| c.is_ascii() && is_value(c as u8)),
        None => tail,
    };
    if digest.is_empty() {
        return true;
    }
    let Some((algorithm, value)) = digest.strip_prefix('@').and_then(|d| d.split_once(':')) else { return false };
    value.bytes().all(is_value)
        && algorithm
            .split(['.', '+', '_', '-'])
            .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_split_behind_the_registry() {
        assert_eq!(split("nginx"), ("nginx", "", ""));
        assert_eq!(split("foo.com:443/nginx:1.2@sha256:1"), ("foo.com:443/nginx", "1.2", "sha256:1"));
        assert_eq!(split("a/nginx@sha256:1"), ("a/nginx", "", "sha256:1"));
        assert_eq!(split("nginx:1"), ("nginx", "1", ""));
    }

    #[test]
    fn the_index_finds_what_the_expressions_match() {
        let names = ["nginx", "docker.io/nginx", "[", "ngin.", "ng.*", "a:1", "nginx", ""];
        let index = NameIndex::new(names.iter().map(|n| (*n).to_owned()).collect());
        let images = [
            "nginx",
            "nginx:1",
            "nginx@sha512:x",
            "nginx:1@multihash+base58:x",
            "docker.io/nginx:2",
            "dockerXio/nginx",
            "nginx:1:2",
            "a:1",
            "a:1:2",
            "apache",
            "nginx:1@sha:",
            "nginx@+:1",
            ":1",
            "",
            "nginx:ä",
            "nginxnginx",
        ];
        for image in images {
            for from in 0..names.len() {
                let by_expression = (from..names.len()).find(|&n| index.matches_expression(n, image));
                assert_eq!(index.next(image, from), by_expression, "{image} from {from}");
                assert_eq!(index.matches(from, image), index.matches_expression(from, image), "{image} at {from}");
            }
        }
    }
}
