//! Reading a key model, with everything that is wrong with it.

use crate::diagnostics::{Diagnostic, Diagnostics, Pos, Source, did_you_mean};
use crate::kustomize::decode::{Decoder, FromNode, Text};
use crate::yaml::{Trace, parse_first};

use super::template::Template;
use super::types::{KeyModel, Pattern};

const API_VERSION: &str = "redisops.dev/v1alpha1";
const KIND: &str = "KeyModel";

/// Code of a field that is not there.
const MISSING: &str = "redisops::keys::missing_field";

/// Code of a name that stands for nothing.
const UNKNOWN: &str = "redisops::keys::unknown_name";

/// A key model whose patterns were taken apart and whose names all stand for something.
#[derive(Clone, Debug, Default)]
pub struct Model {
    /// What was written.
    pub declared: KeyModel,
    /// The patterns, in the order of the file.
    pub templates: Vec<Template>,
}

impl Model {
    /// The place in the list of the pattern of that name.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.declared.patterns.iter().position(|pattern| pattern.name.value == name)
    }
}

/// The key model in a text.
///
/// # Errors
/// What is not YAML; otherwise every field that is unknown, missing or wrong, and every name that stands for nothing.
pub fn read(source: &Source, trace: &Trace) -> Result<Model, Diagnostics> {
    let Some(node) = parse_first(source).map_err(|found| quoted(found, source))? else {
        return Err(Diagnostic::error("redisops::keys::empty", "the key model is empty")
            .in_file(source.path.clone())
            .help(format!("write `apiVersion: {API_VERSION}`, `kind: {KIND}` and `patterns`"))
            .into());
    };
    let mut decoder = Decoder::key_model(trace);
    let declared = KeyModel::from_node(&node, &mut decoder);
    let model = declared.map(|declared| {
        let mut found = Diagnostics::new();
        check_kind(&declared, &mut found);
        let templates = templates(&declared, source, &mut found);
        check_names(&declared, &mut found);
        let model = Model { declared, templates };
        check_uses(&model, &mut found);
        // What could not be read was told already, and may be missing for that reason.
        if decoder.found.has_errors() {
            found.0.retain(|found| ![MISSING, UNKNOWN].contains(&found.code));
        }
        decoder.found.extend(found);
        model
    });
    decoder.finish(model)
}

/// A pattern without quotes that begins with a brace breaks the file; the parser cannot know that it was meant as one.
fn quoted(mut found: Diagnostic, source: &Source) -> Diagnostic {
    let unquoted = |line: &str| line.trim_start().trim_start_matches("- ").starts_with("pattern: {");
    let line = found.labels.first().map(|label| source.line_column(source.offset(label.pos)).0);
    if let Some(line) = line
        && (line.saturating_sub(1).max(1)..=line).any(|line| unquoted(source.line(line)))
    {
        found.help =
            Some("put patterns that begin with a brace in quotes: pattern: \"{user:<id>}:profile\"".to_owned());
    }
    found
}

fn check_kind(model: &KeyModel, found: &mut Diagnostics) {
    for (text, field, wanted) in [(&model.api_version, "apiVersion", API_VERSION), (&model.kind, "kind", KIND)] {
        if text.value == wanted {
            continue;
        }
        let pos = if text.pos.is_none() { model.pos } else { text.pos };
        let message = match text.value.is_empty() {
            true => format!("`{field}` is missing"),
            false => format!("this `{field}` is not that of a key model"),
        };
        found.push(
            Diagnostic::error("redisops::keys::kind", message)
                .label(pos, text.len().max(1), "")
                .help(format!("write `{field}: {wanted}`")),
        );
    }
}

fn missing(what: String, pos: Pos, help: &str) -> Diagnostic {
    Diagnostic::error(MISSING, what).label(pos, 1, "").help(help)
}

fn templates(model: &KeyModel, source: &Source, found: &mut Diagnostics) -> Vec<Template> {
    let one = |pattern: &Pattern| {
        let text = &pattern.pattern.0;
        if text.pos.is_none() {
            found.push(missing(
                "this entry has no `pattern`".to_owned(),
                pattern.pos,
                "add `pattern: \"{user:<id>}:profile\"`",
            ));
            return Template::default();
        }
        Template::parse(text).unwrap_or_else(|mistake| {
            let pos = inside(source, text, mistake.at);
            found.push(Diagnostic::error("redisops::keys::pattern", mistake.message).label(pos, mistake.len, ""));
            Template::default()
        })
    };
    model.patterns.iter().map(one).collect()
}

/// The place of a byte of a text that stands in one line of the file.
pub fn inside(source: &Source, text: &Text, offset: usize) -> Pos {
    let start = source.offset(text.pos);
    let quoted = matches!(source.text.as_bytes().get(start), Some(b'"' | b'\''));
    // Escapes in quotes are shorter here than there.
    source.pos(source.text.floor_char_boundary(start + usize::from(quoted) + offset))
}

fn check_names(model: &KeyModel, found: &mut Diagnostics) {
    for (index, pattern) in model.patterns.iter().enumerate() {
        if pattern.name.value.is_empty() {
            found.push(missing(
                "this pattern has no `name`".to_owned(),
                pattern.pos,
                "add a name, by which `together` and `scripts` can call it",
            ));
            continue;
        }
        if let Some(first) = model.patterns[..index].iter().find(|other| other.name.value == pattern.name.value) {
            let name = &pattern.name;
            found.push(
                Diagnostic::error("redisops::keys::name", format!("two patterns are called `{}`", name.value))
                    .label(name.pos, name.len(), "")
                    .label(first.name.pos, name.len(), "the first one")
                    .help("give each pattern a name of its own"),
            );
        }
    }
    for script in &model.scripts {
        match (script.file.pos.is_none(), script.source.pos.is_none()) {
            (true, true) => found.push(missing(
                "this script has neither `file` nor `source`".to_owned(),
                script.pos,
                "add `file: PATH`, relative to this file, or the script itself as `source: |`",
            )),
            (false, false) => found.push(
                Diagnostic::error("redisops::keys::script", "this script has both `file` and `source`")
                    .label(script.file.pos, script.file.len(), "")
                    .help("keep one of them"),
            ),
            _ => {}
        }
    }
    for together in &model.together {
        if together.patterns.is_empty() {
            found.push(missing(
                "this entry names no `patterns`".to_owned(),
                together.pos,
                "add `patterns: [NAME, NAME]`",
            ));
        }
    }
}

/// Names of patterns and of their parts that stand for nothing.
fn check_uses(model: &Model, found: &mut Diagnostics) {
    let names = || model.declared.patterns.iter().map(|pattern| pattern.name.value.as_str());
    let together = model.declared.together.iter().map(|entry| (&entry.patterns[..], &entry.differ));
    let scripts = model.declared.scripts.iter().map(|entry| (entry.keys.as_deref().unwrap_or_default(), &entry.differ));
    for (patterns, differ) in together.chain(scripts) {
        for name in patterns.iter().filter(|name| model.position(name).is_none()) {
            found.push(unknown(name, "pattern", names().collect()));
        }
        let used = patterns.iter().filter_map(|name| model.position(name));
        let parts: Vec<&str> = used.flat_map(|at| model.templates[at].parts()).collect();
        for name in differ.iter().filter(|name| !parts.contains(&name.value.as_str())) {
            found.push(unknown(name, "part of these patterns", parts.clone()));
        }
    }
    for (pattern, template) in model.declared.patterns.iter().zip(&model.templates) {
        let parts: Vec<&str> = template.parts().collect();
        for (name, _) in pattern.values.0.iter().filter(|(name, _)| !parts.contains(&name.value.as_str())) {
            found.push(unknown(name, "part of this pattern", parts.clone()));
        }
    }
}

fn unknown(name: &Text, what: &str, known: Vec<&str>) -> Diagnostic {
    let mut names = known.clone();
    names.sort_unstable();
    names.dedup();
    let help = match did_you_mean(name, known) {
        Some(near) => format!("did you mean `{near}`?"),
        None if names.is_empty() => "there is none".to_owned(),
        None => format!("known: {}", names.join(", ")),
    };
    Diagnostic::error(UNKNOWN, format!("`{}` is no {what}", name.value)).label(name.pos, name.len(), "").help(help)
}
