//! Names as the API server takes them.

/// Longest name of one part: of a namespace, a Service, a container.
pub const LONGEST_LABEL: usize = 63;
/// Longest name with dots: of most objects.
pub const LONGEST_SUBDOMAIN: usize = 253;

/// Whether it is a label of DNS: lower case letters, digits and `-`, with a letter or digit at both ends.
pub fn is_dns_label(text: &str) -> bool {
    text.len() <= LONGEST_LABEL && is_dns_part(text)
}

/// As [`is_dns_label`], beginning with a letter: what names of Services were until Kubernetes 1.34.
pub fn is_old_dns_label(text: &str) -> bool {
    is_dns_label(text) && text.starts_with(|c: char| c.is_ascii_lowercase())
}

/// Whether it is a name of DNS: labels with dots between them.
pub fn is_dns_subdomain(text: &str) -> bool {
    text.len() <= LONGEST_SUBDOMAIN && text.split('.').all(is_dns_part)
}

fn is_dns_part(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    !text.is_empty()
        && text.bytes().all(|b| plain(b) || b == b'-')
        && text.bytes().next().is_some_and(plain)
        && text.bytes().last().is_some_and(plain)
}

/// Whether it can be the value of a label: nothing, or letters, digits, `-`, `_` and `.`, with a letter or digit at both ends.
pub fn is_label_value(text: &str) -> bool {
    text.is_empty() || is_name_part(text)
}

/// Whether it can be the key of a label or an annotation: such a name, perhaps with a DNS name and `/` in front.
pub fn is_qualified_name(text: &str) -> bool {
    match text.split_once('/') {
        Some((prefix, name)) => is_dns_subdomain(prefix) && is_name_part(name),
        None => is_name_part(text),
    }
}

fn is_name_part(text: &str) -> bool {
    text.len() <= LONGEST_LABEL
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
        && text.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric())
        && text.bytes().last().is_some_and(|b| b.is_ascii_alphanumeric())
}

/// Whether it can be the name of a port: up to 15 lower case letters, digits and single `-`, one letter at least.
pub fn is_port_name(text: &str) -> bool {
    text.len() <= 15 && is_dns_part(text) && !text.contains("--") && text.bytes().any(|b| b.is_ascii_lowercase())
}

/// Whether it can be a key of a ConfigMap or Secret.
pub fn is_config_key(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= LONGEST_SUBDOMAIN
        && text != "."
        && !text.starts_with("..")
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_what_the_server_takes() {
        let long = "a".repeat(64);
        for (test, good, bad) in [
            (
                is_dns_label as fn(&str) -> bool,
                &["a", "a-1", "1a"][..],
                &["", "A", "a.b", "-a", "a-", "a_b", &long][..],
            ),
            (is_old_dns_label, &["a1"], &["1a", ""]),
            (is_dns_subdomain, &["a.b", "1.2", &long], &["a..b", "a.", ".a", "A.b", "a.-b"]),
            (is_label_value, &["", "A_b.c-1"], &["a b", "-a", "a-", "a/b", &long]),
            (is_qualified_name, &["a", "a.b/C_d", "A"], &["", "/a", "a/", "a/b/c", "A/b", &long]),
            (is_port_name, &["http", "p1", "a-b"], &["HTTP", "1", "a--b", "-a", "metrics-exporter", ""]),
            (is_config_key, &["a", ".a", "A_b"], &["", ".", "..", "..a", "a/b", "a b"]),
        ] {
            assert!(good.iter().all(|it| test(it)), "{good:?}");
            bad.iter().for_each(|it| assert!(!test(it), "{it}"));
        }
    }
}
