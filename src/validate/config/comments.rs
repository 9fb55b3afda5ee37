//! `# redisops:ignore RULE` beside what a finding points at.

use std::sync::Arc;

use crate::diagnostics::{Source, Sources};
use crate::validate::Finding;

const SIGN: &str = "redisops:ignore";

/// Whether the line that a finding points at ends with a comment that names its rule, or stands below a line that is nothing but such a comment.
pub fn is_silenced(finding: &Finding, sources: &Sources) -> bool {
    let Some(label) = finding.labels.first() else { return false };
    let Some((source, offset)) = sources.outermost(label.pos) else { return false };
    silenced_at(&source, source.line_column(offset).0, &finding.rule)
}

fn silenced_at(source: &Arc<Source>, number: u32, rule: &str) -> bool {
    if named_in(source.line(number), rule) {
        return true;
    }
    let above = number.checked_sub(1).filter(|above| *above > 0).map_or("", |above| source.line(above));
    above.trim_start().starts_with('#') && named_in(above, rule)
}

fn named_in(line: &str, rule: &str) -> bool {
    let Some((before, rules)) = line.rsplit_once(SIGN) else { return false };
    let is_comment =
        before.trim_end().strip_suffix('#').is_some_and(|left| left.is_empty() || left.ends_with([' ', '\t', '#']));
    is_comment && rules.trim_start_matches(':').split([',', ' ', '\t']).any(|word| names(word, rule))
}

/// Whether a word of a configuration or a comment means a rule: its id, or its folder with `/*`.
pub(super) fn names(word: &str, rule: &str) -> bool {
    word == rule
        || word.strip_suffix("/*").is_some_and(|folder| rule.split_once('/').is_some_and(|(own, _)| own == folder))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::SourceKind;

    #[test]
    fn comments_name_the_rules_that_they_silence() {
        for (line, silent) in [
            ("image: redis # redisops:ignore k8s/image-tag", true),
            ("image: redis # why not # redisops:ignore k8s/image-tag", true),
            ("image: redis # redisops:ignore k8s/image-latest, k8s/image-tag", true),
            ("image: redis # redisops:ignore k8s/*", true),
            ("image: redis # redisops:ignore k8s/image", false),
            ("image: redis # redisops:ignore", false),
            ("image: \"redisops:ignore k8s/image-tag\"", false),
            ("image: x#redisops:ignore k8s/image-tag", false),
        ] {
            assert_eq!(named_in(line, "k8s/image-tag"), silent, "{line}");
        }
    }

    #[test]
    fn a_line_of_its_own_above_counts() {
        let sources = Sources::new();
        let text = "redis.conf: |\n  # redisops:ignore redis-conf/wrong-value\n  hz x\n  port 1\nimage: a # redisops:ignore k8s/image-tag\nimage: b\n";
        let source = sources.add("a.yaml", text.to_owned(), SourceKind::Resource).unwrap();
        assert!(silenced_at(&source, 3, "redis-conf/wrong-value"));
        assert!(!silenced_at(&source, 4, "redis-conf/wrong-value"));
        // A comment behind a value is about that value.
        assert!(silenced_at(&source, 5, "k8s/image-tag") && !silenced_at(&source, 6, "k8s/image-tag"));
    }
}
