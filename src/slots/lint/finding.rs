//! What a rule has found.

use crate::diagnostics::{Diagnostic, Severity, Sources};

/// A rule; its id is stable, and what `# redisops:ignore` names.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Rule {
    /// Keys that are used together may lie in different slots.
    CrossSlot,
    /// One constant tag gathers many keys in one slot.
    HotspotTag,
    /// A tag is not what it looks like.
    MalformedTag,
    /// Temporary keys do not expire.
    NoTtl,
    /// Keys that stop a node while they move.
    BigKey,
    /// A script touches keys that it was not given.
    ScriptKeys,
    /// A script is no Lua.
    ScriptSyntax,
    /// A script does what has no meaning in a cluster.
    ScriptKeyspace,
    /// Few tags, so that single slots have far more than their share.
    Unbalanced,
    /// Keys that the model does not know.
    Undeclared,
    /// Keys of another type than declared.
    WrongType,
}

impl Rule {
    /// All rules.
    pub const ALL: [Rule; 11] = [
        Rule::CrossSlot,
        Rule::HotspotTag,
        Rule::MalformedTag,
        Rule::NoTtl,
        Rule::BigKey,
        Rule::ScriptKeys,
        Rule::ScriptSyntax,
        Rule::ScriptKeyspace,
        Rule::Unbalanced,
        Rule::Undeclared,
        Rule::WrongType,
    ];

    /// Its id.
    pub const fn id(self) -> &'static str {
        match self {
            Rule::CrossSlot => "slots/crossslot",
            Rule::HotspotTag => "slots/hotspot-tag",
            Rule::MalformedTag => "slots/malformed-tag",
            Rule::NoTtl => "slots/no-ttl",
            Rule::BigKey => "slots/big-key",
            Rule::ScriptKeys => "slots/script-keys",
            Rule::ScriptSyntax => "slots/script-syntax",
            Rule::ScriptKeyspace => "slots/script-keyspace",
            Rule::Unbalanced => "slots/unbalanced",
            Rule::Undeclared => "slots/undeclared",
            Rule::WrongType => "slots/wrong-type",
        }
    }
}

/// What a rule has found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// The rule.
    pub rule: Rule,
    /// What it says; its code is the id of the rule.
    pub diagnostic: Diagnostic,
    /// The field that it is about, `patterns[name=cart].ttl`.
    pub path: Option<String>,
}

impl Finding {
    /// Something that fails.
    pub fn error(rule: Rule, message: impl Into<String>) -> Finding {
        Finding { rule, diagnostic: Diagnostic::error(rule.id(), message), path: None }
    }

    /// Something that works, but not well.
    pub fn warning(rule: Rule, message: impl Into<String>) -> Finding {
        Finding { rule, diagnostic: Diagnostic::warning(rule.id(), message), path: None }
    }

    /// With the field that it is about.
    #[must_use]
    pub fn at(mut self, path: impl Into<String>) -> Finding {
        self.path = Some(path.into());
        self
    }

    /// With changes to what it says.
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(Diagnostic) -> Diagnostic) -> Finding {
        self.diagnostic = change(self.diagnostic);
        self
    }

    /// Whether it is an error.
    pub fn is_error(&self) -> bool {
        self.diagnostic.severity == Severity::Error
    }

    /// Whether the line that it points at ends with `redisops:ignore` and the rule, as a comment.
    pub fn is_silenced(&self, sources: &Sources) -> bool {
        let Some(label) = self.diagnostic.labels.first() else { return false };
        let inner = sources.get(label.pos).map(|source| {
            let offset = source.offset(label.pos);
            (source, offset)
        });
        [inner, sources.outermost(label.pos)].into_iter().flatten().any(|(source, offset)| {
            let line = source.line(source.line_column(offset).0);
            silences(line, self.rule)
        })
    }
}

/// Whether a line has a comment that silences a rule.
fn silences(line: &str, rule: Rule) -> bool {
    let Some((before, rules)) = line.rsplit_once("redisops:ignore") else { return false };
    let before = before.trim_end();
    (before.ends_with('#') || before.ends_with("--")) && rules.split([',', ' ', '\t']).any(|word| word == rule.id())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_silence_the_rules_that_they_name() {
        for (line, silent) in [
            ("ttl: none # redisops:ignore slots/no-ttl", true),
            ("ttl: none # redisops:ignore slots/big-key, slots/no-ttl", true),
            ("redis.call('GET', 'x') -- redisops:ignore slots/no-ttl", true),
            ("ttl: none # redisops:ignore slots/no-ttls", false),
            ("ttl: none # redisops:ignore", false),
            ("name: redisops:ignore slots/no-ttl", false),
            ("ttl: none", false),
        ] {
            assert_eq!(silences(line, Rule::NoTtl), silent, "{line}");
        }
    }

    #[test]
    fn ids_are_told_apart() {
        let mut ids = Rule::ALL.map(Rule::id).to_vec();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), Rule::ALL.len());
        assert!(ids.iter().all(|id| id.starts_with("slots/")));
    }
}
