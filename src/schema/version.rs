//! Versions of Kubernetes.

use std::fmt;

/// The first release that schemas are kept of.
const FIRST: u16 = 31;
/// The last.
const LAST: u16 = 37;

/// A minor version of Kubernetes that schemas are kept of.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct KubeVersion(u16);

impl KubeVersion {
    /// The newest.
    pub const NEWEST: KubeVersion = KubeVersion(LAST);

    /// All, oldest first.
    pub fn all() -> impl Iterator<Item = KubeVersion> {
        (FIRST..=LAST).map(KubeVersion)
    }

    /// 1.MINOR, where it is known.
    pub fn of_minor(minor: u16) -> Option<KubeVersion> {
        (FIRST..=LAST).contains(&minor).then_some(KubeVersion(minor))
    }

    /// From `1.36`, `v1.36` or `1.36.3`; what comes behind (`-eks-…`, `+k3s1`) counts for nothing.
    pub fn parse(text: &str) -> Option<KubeVersion> {
        let rest = text.trim().strip_prefix('v').unwrap_or(text.trim()).strip_prefix("1.")?;
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (minor, rest) = rest.split_at(end);
        if !rest.is_empty() && !rest.starts_with(['.', '-', '+']) {
            return None;
        }
        KubeVersion::of_minor(minor.parse().ok()?)
    }

    /// 36 of 1.36.
    pub const fn minor(self) -> u16 {
        self.0
    }

    /// Its bit in the releases of a kind.
    pub const fn bit(self) -> u32 {
        1 << (self.0 - FIRST)
    }
}

impl Default for KubeVersion {
    fn default() -> KubeVersion {
        KubeVersion::NEWEST
    }
}

impl fmt::Display for KubeVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "1.{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_people_write_them() {
        for text in ["1.36", "v1.36", "1.36.3", "v1.36.3-eks-1", "1.36+k3s1"] {
            assert_eq!(KubeVersion::parse(text), KubeVersion::of_minor(36), "{text}");
        }
        for text in ["", "1", "1.", "1.5", "1.99", "2.36", "1.36x", "x", "36"] {
            assert_eq!(KubeVersion::parse(text), None, "{text}");
        }
        assert_eq!(KubeVersion::all().last(), Some(KubeVersion::NEWEST));
        assert_eq!(KubeVersion::NEWEST.to_string(), "1.37");
    }
}
