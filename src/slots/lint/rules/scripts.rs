//! Scripts that touch keys which they were not given.

use std::sync::Arc;

use crate::diagnostics::Source as File;
use crate::slots::key_slot;
use crate::slots::lint::finding::{Finding, Rule};
use crate::slots::lint::lua::{KeyUse, Source, Span, Uses, parse, uses};
use crate::slots::lint::model::{Model, Script, Template};

/// Findings in a script.
pub(in crate::slots::lint) fn scripts(model: &Model, index: usize, file: &Arc<File>) -> Vec<Finding> {
    let Some(declared) = model.declared.scripts.get(index) else { return Vec::new() };
    let path = match declared.name.value.as_str() {
        "" => format!("scripts[{index}]"),
        name => format!("scripts[name={name}]"),
    };
    let keys: Option<Vec<&Template>> = declared
        .keys
        .as_ref()
        .map(|keys| keys.iter().filter_map(|name| model.position(name).map(|at| &model.templates[at])).collect());
    let checked = Checked { file, declared, keys };
    checked.check().into_iter().map(|found| found.at(&*path)).collect()
}

struct Checked<'m> {
    file: &'m File,
    declared: &'m Script,
    keys: Option<Vec<&'m Template>>,
}

impl Checked<'_> {
    fn place(&self, finding: Finding, span: Span, label: &str) -> Finding {
        finding.with(|found| found.label(self.file.pos(span.start), span.end - span.start, label))
    }

    fn check(&self) -> Vec<Finding> {
        let script = match parse(&self.file.text) {
            Ok(script) => script,
            Err(error) => {
                let found = Finding::error(Rule::ScriptSyntax, format!("this is no Lua 5.1: {}", error.message));
                return vec![self.place(found, error.span, "")];
            }
        };
        let uses = uses(&script);
        let mut found = self.flags(script.shebang.as_deref());
        found.extend(uses.keys.iter().filter_map(|key| self.key(key)));
        found.extend(self.indices(&uses));
        found.extend(uses.keyspace.iter().map(|(command, span)| {
            let message = format!("`{command}` in a script sees the keys of one node only");
            self.place(Finding::warning(Rule::ScriptKeyspace, message), *span, "").with(|found| {
                found.help("keep the names of the keys in a set, or run the command on each node from outside")
            })
        }));
        found
    }

    fn flags(&self, shebang: Option<&str>) -> Vec<Finding> {
        let flags = shebang.unwrap_or_default().split_whitespace().find_map(|word| word.strip_prefix("flags="));
        let refuses = flags.is_some_and(|flags| flags.split(',').any(|flag| flag.trim() == "no-cluster"));
        if !refuses {
            return Vec::new();
        }
        let line = Span { start: 0, end: self.file.line(1).len() };
        let found =
            Finding::error(Rule::ScriptKeyspace, "the flag `no-cluster` keeps this script from running in a cluster");
        vec![
            self.place(found, line, "")
                .with(|found| found.help("take the flag out, once the script takes all its keys in KEYS")),
        ]
    }

    fn key(&self, key: &KeyUse) -> Option<Finding> {
        let command = key.command.as_ref().map_or_else(|| "a command".to_owned(), |command| format!("`{command}`"));
        let refused = "the script runs where the slot of KEYS is, and fails where this key is not: `Script attempted to access a non local key in a cluster node`";
        let hand_over = "hand the key over in KEYS, so that the client and the server know of it";
        let (finding, label, note, help) = match key.source {
            Source::Declared(_) => return None,
            Source::Unknown => (
                Finding::warning(Rule::ScriptKeys, format!("nobody can tell which key {command} touches")),
                "not known to be one of KEYS",
                refused,
                "take the key from KEYS directly",
            ),
            Source::Longer(which) => {
                let tagged = which.and_then(|which| self.template(which)).map(|template| template.tag().is_some());
                let message = format!("{command} touches a key that is built from one of KEYS");
                let finding = match tagged {
                    Some(false) => Finding::error(Rule::ScriptKeys, message),
                    _ => Finding::warning(Rule::ScriptKeys, message),
                };
                let note = match tagged {
                    Some(true) => {
                        "it lies in the same slot, as the tag is the same; but access rules (ACL), proxies and clients do not know of it"
                    }
                    Some(false) => "the pattern of that key has no tag, so the longer key lies in another slot",
                    None => "it lies in the same slot only if the key has a tag",
                };
                (finding, "not one of KEYS", note, hand_over)
            }
            Source::Derived => (
                Finding::error(Rule::ScriptKeys, format!("{command} touches a key that is built from one of KEYS")),
                "not one of KEYS",
                refused,
                hand_over,
            ),
            Source::Argument => (
                Finding::error(Rule::ScriptKeys, format!("{command} touches a key that is built from ARGV")),
                "from ARGV",
                refused,
                hand_over,
            ),
            Source::Reply => (
                Finding::error(Rule::ScriptKeys, format!("{command} touches a key whose name comes from the database")),
                "from the reply of a command",
                refused,
                "read the names first, in a call of their own, and hand them over in KEYS",
            ),
            Source::Constant => {
                let message = match &key.text {
                    Some(_) => format!("{command} touches a key that is written in the script"),
                    None => format!("{command} may touch a key that is written in the script"),
                };
                let finding = match self.is_at_home(key) {
                    true => Finding::warning(Rule::ScriptKeys, message),
                    false => Finding::error(Rule::ScriptKeys, message),
                };
                (finding, "not one of KEYS", refused, hand_over)
            }
        };
        Some(self.place(finding, key.span, label).with(|found| found.note(note).help(help)))
    }

    /// The pattern of `KEYS[which]`.
    fn template(&self, which: u32) -> Option<&Template> {
        let at = usize::try_from(which).ok()?.checked_sub(1)?;
        self.keys.as_ref()?.get(at).copied()
    }

    /// Whether a key that is written in the script lies in the slot of the keys that it is given.
    fn is_at_home(&self, key: &KeyUse) -> bool {
        let slot = key.text.as_deref().map(key_slot);
        slot.is_some() && self.keys.iter().flatten().next().is_some_and(|first| first.hashed().slot() == slot)
    }

    fn indices(&self, uses: &Uses) -> Vec<Finding> {
        // A library of several functions gets other keys in each.
        let declared = self.declared.keys.as_ref().filter(|_| uses.registered < 2).map(Vec::len);
        let one = |(number, span): &(f64, Span)| {
            let message = match declared {
                _ if *number < 1.0 || number.fract() != 0.0 => "KEYS counts from 1 in whole numbers".to_owned(),
                Some(0) if *number >= 1.0 => "the script takes one of KEYS, and the model gives it none".to_owned(),
                Some(count) if *number > count as f64 => format!(
                    "the script takes KEYS[{number}], and the model gives it {count} key{}",
                    if count == 1 { "" } else { "s" }
                ),
                _ => return None,
            };
            let found = Finding::error(Rule::ScriptKeys, message);
            Some(
                self.place(found, *span, "nil")
                    .with(|found| found.help("name the pattern of each key in `keys`, in their order")),
            )
        };
        uses.indices.iter().filter_map(one).collect()
    }
}
