//! Keys that are used together and may lie in different slots.

use crate::diagnostics::{Diagnostic, Source};
use crate::kustomize::decode::Text;
use crate::slots::lint::commands::{Keys, keys_of};
use crate::slots::lint::finding::{Finding, Rule};
use crate::slots::lint::model::{Hashed, Model, inside};

/// A finding for each entry of `together` and each script whose keys are not known to share a slot.
pub(in crate::slots::lint) fn cross_slot(model: &Model, source: &Source) -> Vec<Finding> {
    let together = model.declared.together.iter().enumerate().filter_map(|(index, entry)| {
        let command = entry.command.value.as_str();
        let words = command.split_whitespace().next().unwrap_or_default();
        // A pipeline is many requests.
        if words.eq_ignore_ascii_case("PIPELINE") {
            return None;
        }
        let who = match (command, entry.name.value.as_str()) {
            ("", "") => "this entry".to_owned(),
            ("", name) => format!("`{name}`"),
            (command, "") => format!("`{command}`"),
            (command, name) => format!("`{command}` of `{name}`"),
        };
        let many = match keys_of(words) {
            Keys::First | Keys::None | Keys::Keyspace => false,
            Keys::Range { last, .. } => last != 1,
            Keys::Counted { .. } | Keys::Store | Keys::Streams => !words.to_ascii_uppercase().starts_with("EVAL"),
        };
        let path = match entry.name.value.as_str() {
            "" => format!("together[{index}].patterns"),
            name => format!("together[name={name}].patterns"),
        };
        let group = Group { model, source, who, many, patterns: &entry.patterns, differ: &entry.differ };
        group.check().map(|found| found.at(path))
    });
    let scripts = model.declared.scripts.iter().enumerate().filter_map(|(index, entry)| {
        let name = entry.name.value.as_str();
        let who = if name.is_empty() { "this script".to_owned() } else { format!("the script `{name}`") };
        let path = match name {
            "" => format!("scripts[{index}].keys"),
            name => format!("scripts[name={name}].keys"),
        };
        let patterns = entry.keys.as_deref().unwrap_or_default();
        let group = Group { model, source, who, many: false, patterns, differ: &entry.differ };
        group.check().map(|found| found.at(path))
    });
    together.chain(scripts).collect()
}

/// Keys that are used together.
struct Group<'m> {
    model: &'m Model,
    source: &'m Source,
    who: String,
    /// Whether one pattern alone means several keys.
    many: bool,
    patterns: &'m [Text],
    differ: &'m [Text],
}

impl Group<'_> {
    fn check(&self) -> Option<Finding> {
        self.by_parts().or_else(|| self.by_pairs()).or_else(|| self.of_one())
    }

    fn hashed(&self, name: &Text) -> Option<Hashed<'_>> {
        self.model.position(name).map(|at| self.model.templates[at].hashed())
    }

    fn finding(&self, message: String, at: &Text) -> Finding {
        Finding::error(Rule::CrossSlot, message).with(|found| {
            found
                .label(inside(self.source, at, 0), at.len(), "")
                .note("in a cluster the server refuses keys of different slots: `CROSSSLOT Keys in request don't hash to the same slot`")
        })
    }

    /// Points at the pattern of that name.
    fn defined(&self, found: Diagnostic, name: &Text) -> Diagnostic {
        let Some(at) = self.model.position(name) else { return found };
        let text = &self.model.declared.patterns[at].pattern.0;
        let hashed = self.model.templates[at].hashed().text();
        let label = match self.model.templates[at].tag() {
            Some(_) => format!("hashed by `{hashed}`"),
            None => "no tag: the whole key is hashed".to_owned(),
        };
        found.label(inside(self.source, text, 0), text.len(), label)
    }

    /// A part that differs from key to key is in a tag.
    fn by_parts(&self) -> Option<Finding> {
        self.patterns.iter().find_map(|name| {
            let part =
                self.hashed(name)?.parts().find(|part| self.differ.iter().any(|it| it.value == *part))?.to_owned();
            let message = format!(
                "{} takes keys with different `<{part}>` together, and `<{part}>` decides on the slot of `{}`",
                self.who, name.value
            );
            Some(self.finding(message, name).with(|found| {
                self.defined(found, name).help(
                    "put a part that all these keys have in common between braces, or send one command for each slot",
                )
            }))
        })
    }

    /// Two patterns whose tags are not equal.
    fn by_pairs(&self) -> Option<Finding> {
        let (first, rest) = self.patterns.split_first()?;
        let hashed = self.hashed(first)?;
        rest.iter().filter(|name| name.value != first.value).find_map(|name| {
            let other = self.hashed(name)?;
            let same_slot = hashed.slot().is_some() && hashed.slot() == other.slot();
            if hashed.same_as(&other) || same_slot {
                return None;
            }
            let message = format!(
                "{} takes keys of `{}` and `{}` together, which may lie in different slots",
                self.who, first.value, name.value
            );
            let help = self.help(first, name, &hashed, &other);
            Some(self.finding(message, name).with(|found| {
                let found = self.defined(found, first);
                self.defined(found, name).help(help)
            }))
        })
    }

    fn help(&self, first: &Text, second: &Text, hashed: &Hashed<'_>, other: &Hashed<'_>) -> String {
        let blank = |hashed: &Hashed<'_>| {
            let parts: Vec<String> = hashed.parts().map(|part| format!("<{part}>")).collect();
            parts.iter().fold(hashed.text(), |text, part| text.replacen(part, "<>", 1))
        };
        let parts =
            |hashed: &Hashed<'_>| hashed.parts().map(|part| format!("`<{part}>`")).collect::<Vec<_>>().join(", ");
        if blank(hashed) == blank(other) && hashed.parts().all(|part| part != "*") {
            return format!(
                "if {} and {} always have the same value here, give them the same name",
                parts(hashed),
                parts(other)
            );
        }
        let tag = |name: &Text| {
            self.model
                .position(name)
                .and_then(|at| self.model.templates[at].tag())
                .map(|tag| format!("{{{}}}", tag.text()))
        };
        match tag(first).or_else(|| tag(second)) {
            Some(tag) => format!("give both the same tag, such as `{tag}`"),
            None => "give both the same tag, as in {user:<id>}:profile and {user:<id>}:cart".to_owned(),
        }
    }

    /// Several keys of one pattern, which differ in nothing but the tag.
    fn of_one(&self) -> Option<Finding> {
        self.patterns.iter().enumerate().find_map(|(index, name)| {
            let several = self.many && self.patterns.len() == 1
                || self.patterns[..index].iter().any(|before| before.value == name.value);
            let at = self.model.position(name)?;
            let template = &self.model.templates[at];
            let hashed = template.hashed();
            let differs_outside = template.parts().any(|part| hashed.parts().all(|own| own != part));
            if !several || template.is_one_key() || differs_outside {
                return None;
            }
            let message = format!(
                "{} takes several keys of `{}` together, and each of them has a slot of its own",
                self.who, name.value
            );
            Some(self.finding(message, name).with(|found| {
                self.defined(found, name).help(
                    "send one command for each slot (many client libraries do that), or keep in one key what is read together",
                )
            }))
        })
    }
}
