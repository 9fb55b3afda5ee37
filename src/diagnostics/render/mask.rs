//! Which parts of a source line are values of secrets.
//!
//! Works on the text, not on the tree: a file that does not parse has secrets too. The rules would rather hide too much: what is hidden can be read in
//! the file, what was printed into the log of a pipeline cannot be taken back.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

use crate::diagnostics::{Diagnostic, Source, SourceKind, Sources};

/// How far, in lines, the surroundings of a line are looked at.
const REACH: u32 = 5000;
/// Shortest value that is looked for in messages wherever it stands; shorter ones only between quotes.
const TELLING: usize = 4;
/// What stands for a value in a message.
pub const MASKED: &str = "••••";

/// Names that end like this hold secrets.
const NAMES: &str = r"[\w.\-/]*(?:requirepass|masterauth|masteruser|auth-pass|password|passwd|passphrase|token|credentials?|(?:secret|private|api|access)[_\-]?key)";

/// What a line with one of these names, or with rules of a user, has in it. Most lines have none, and need not be searched for each rule.
static TELLTALE: LazyLock<Regex> = LazyLock::new(|| {
    compiled("(?i)requirepass|masterauth|auth-pass|password|passwd|passphrase|token|credential|key|user|rules")
});

static NAMED_VALUE: LazyLock<Regex> =
    LazyLock::new(|| compiled(&format!(r#"(?i)(?:^|[\s"'{{,\[]){NAMES}["']?\s*[:=]\s*(\S.*)$"#)));
static REDIS_DIRECTIVE: LazyLock<Regex> =
    LazyLock::new(|| compiled(r"(?i)(?:^|[\s\x22'])(?:requirepass|masterauth|masteruser|auth-pass\s+\S+)\s+(\S.*)$"));
static REDIS_USER: LazyLock<Regex> = LazyLock::new(|| compiled(r"(?i)\b(?:user|setuser)\s+\S+\s(?:.*?\s)?([><#!].*)$"));
/// The rules of a user in the spec of a `kind: Redis`.
static USER_RULES: LazyLock<Regex> =
    LazyLock::new(|| compiled(r#"(?i)\brules["']?\s*:\s*["']?(?:.*?\s)?([><#!]\S.*)$"#));
/// An option of a program with its value, in one text or as items of a list. A variable says where the value is, not what it is.
static OPTION: LazyLock<Regex> =
    LazyLock::new(|| compiled(&format!(r#"(?i)--{NAMES}["']?(?:\s*[,=]\s*|\s+)(["']?[^\s"'$#].*)$"#)));
/// An option on a line of its own: its value is the next item.
static OPTION_ITEM: LazyLock<Regex> =
    LazyLock::new(|| compiled(&format!(r#"(?i)^\s*-\s+["']?--{NAMES}["']?\s*(?:#.*)?$"#)));
/// A variable of a container on one line, and the name of one on several.
static VARIABLE: LazyLock<Regex> = LazyLock::new(|| {
    compiled(&format!(r#"(?i)\bname["']?\s*:\s*["']?{NAMES}["']?\s*,\s*["']?value["']?\s*:\s*(\S.*)$"#))
});
static VARIABLE_REVERSED: LazyLock<Regex> = LazyLock::new(|| {
    compiled(&format!(r#"(?i)\bvalue["']?\s*:\s*(\S.*?),\s*["']?name["']?\s*:\s*["']?{NAMES}["']?\s*[,}}]"#))
});
static VARIABLE_NAME: LazyLock<Regex> =
    LazyLock::new(|| compiled(&format!(r#"(?i)^\s*(?:-\s+)?["']?name["']?\s*:\s*["']?{NAMES}["']?\s*(?:#.*)?$"#)));
static SECRET_NAME: LazyLock<Regex> = LazyLock::new(|| compiled(&format!("(?i)^{NAMES}$")));
static SECRET_KIND: LazyLock<Regex> = LazyLock::new(|| compiled(r#"\bkind["']?\s*:\s*["']?Secret\b"#));
static FLOW_DATA: LazyLock<Regex> =
    LazyLock::new(|| compiled(r#"(?:^|[\s"'{,])(data|stringData)["']?\s*:\s*([^\s#].*)$"#));
static POINTER: LazyLock<Regex> = LazyLock::new(|| compiled(r#"\bpath["']?\s*:\s*["']?/(?:data|stringData)\b"#));
static FLOW_VALUE: LazyLock<Regex> = LazyLock::new(|| compiled(r#"(?:^|[\s"'{,])value["']?\s*:\s*(\S.*)$"#));
static ASSIGNMENT: LazyLock<Regex> = LazyLock::new(|| compiled(r#"=\s*(\S.*)$"#));

fn compiled(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is a constant")
}

/// The secrets of one source.
pub(super) struct Mask<'a> {
    source: &'a Source,
}

impl<'a> Mask<'a> {
    pub(super) fn new(source: &'a Source) -> Mask<'a> {
        Mask { source }
    }

    /// The byte of a line from which on it is hidden.
    pub(super) fn hidden_from(&self, number: u32) -> Option<usize> {
        let line = self.source.line(number);
        let content = content_start(line);
        if line.len() == content {
            return None;
        }
        if self.source.kind == SourceKind::Data {
            // An env file, or a file that becomes a value as it is.
            return Some(first_group(&ASSIGNMENT, line).unwrap_or(content));
        }
        if let Some(at) = line.find("-----BEGIN ").filter(|_| line.contains("PRIVATE KEY")) {
            return Some(at);
        }
        if self.in_private_key(number) {
            return Some(content);
        }
        let named = named_in(line);
        named.into_iter().chain(self.hidden_by_parents(number, line, content)).min().filter(|at| *at < line.len())
    }

    fn in_private_key(&self, number: u32) -> bool {
        let marks = self.source.private_key_marks();
        let above = marks[..marks.partition_point(|mark| *mark < number)].last();
        above.filter(|mark| number - **mark <= 200).is_some_and(|mark| {
            let line = self.source.line(*mark);
            line.contains("-----BEGIN ") && !line.contains("-----END ")
        })
    }

    fn hidden_by_parents(&self, number: u32, line: &str, content: usize) -> Option<usize> {
        let parents = self.parents(number, content);
        let is_parent = |name: &str| parents.contains(&name);
        if parents.iter().any(|name| is_secret_name(name)) {
            return Some(content);
        }
        let value = || value_start(line).or(Some(content));
        let line_at = |n: u32| if (1..=self.source.line_count()).contains(&n) { self.source.line(n) } else { "" };
        if line.trim_start().starts_with("- ") && OPTION_ITEM.is_match(line_at(number - 1)) {
            return Some(content);
        }
        let beside = [number - 1, number + 1];
        if key(&line[content..]) == Some("value") && beside.into_iter().any(|n| VARIABLE_NAME.is_match(line_at(n))) {
            return value();
        }
        if is_parent("secretGenerator") || (is_parent("literals") && self.document_has(number, "SecretGenerator")) {
            let listed = is_parent("literals") || key(&line[content..]) == Some("literals");
            return listed.then(|| first_group(&ASSIGNMENT, line).or_else(value)).flatten();
        }
        if is_parent("stringData") {
            return value();
        }
        let data = line.contains("ata").then(|| FLOW_DATA.captures(line)).flatten();
        let of_data = data.as_ref().and_then(|found| found.get(2)).map(|found| found.start());
        if (is_parent("data") || data.is_some()) && self.is_secret(number) {
            return of_data.or_else(value);
        }
        if data.is_some_and(|found| &found[1] == "stringData") {
            return of_data;
        }
        let is_value = key(&line[content..]) == Some("value") || is_parent("value");
        let near = || (number.saturating_sub(4).max(1)..number + 4).any(|n| POINTER.is_match(self.source.line(n)));
        match line.contains("value").then(|| first_group(&FLOW_VALUE, line)).flatten() {
            _ if is_value && near() => value(),
            // An operation on one line.
            Some(at) if near() => Some(at),
            _ => None,
        }
    }

    /// Keys of the mappings that a line stands in, by indentation.
    fn parents(&self, number: u32, content: usize) -> Vec<&'a str> {
        let mut limit = content;
        let mut keys = Vec::new();
        for n in (number.saturating_sub(REACH).max(1)..number).rev() {
            let line = self.source.line(n);
            if line.starts_with("---") || limit == 0 {
                break;
            }
            let start = content_start(line);
            if start >= limit || start == line.len() || line[start..].starts_with('#') {
                continue;
            }
            limit = start;
            keys.extend(key(&line[start..]));
        }
        keys
    }

    fn is_secret(&self, number: u32) -> bool {
        self.document(number).any(|line| SECRET_KIND.is_match(line))
    }

    fn document_has(&self, number: u32, word: &str) -> bool {
        self.document(number).any(|line| line.contains(word))
    }

    /// The lines of the document that a line stands in.
    fn document(&self, number: u32) -> impl Iterator<Item = &'a str> {
        let source = self.source;
        let up = (number.saturating_sub(REACH).max(1)..number).rev().map(|n| source.line(n));
        let down = (number..=(number + REACH).min(source.line_count())).map(|n| source.line(n));
        let inside = |line: &&str| !line.starts_with("---");
        up.take_while(inside).chain(down.take_while(inside))
    }
}

/// The diagnostic with the values of secrets at its labels taken out of its texts too.
pub fn scrub(diagnostic: &Diagnostic, sources: &Sources) -> Diagnostic {
    let mut clean = diagnostic.clone();
    let mut values: Vec<String> = Vec::new();
    for label in &diagnostic.labels {
        let Some((source, offset)) = sources.outermost(label.pos) else { continue };
        let (number, column) = source.line_column(offset);
        let line = source.line(number);
        let Some(hidden) = Mask::new(&source).hidden_from(number) else { continue };
        let at = line.char_indices().nth(column as usize - 1).map_or(line.len(), |(at, _)| at);
        let marked = &line[at..line.floor_char_boundary(at.saturating_add(label.len as usize).min(line.len()))];
        values.push(line[hidden..].trim().to_owned());
        if at >= hidden {
            values.push(marked.trim().to_owned());
        }
    }
    let quotes = ['"', '\''];
    let bare: Vec<String> = values.iter().map(|value| value.trim_matches(quotes).to_owned()).collect();
    values.extend(bare);
    values.retain(|value| !value.is_empty());
    // Longer ones first: one may be a part of another.
    values.sort_by_key(|value| std::cmp::Reverse(value.len()));
    let texts = std::iter::once(&mut clean.message)
        .chain(clean.labels.iter_mut().map(|label| &mut label.text))
        .chain(&mut clean.notes)
        .chain(&mut clean.help);
    for text in texts {
        for value in &values {
            *text = without(text, value);
        }
        *text =
            text.chars().map(|c| if c.is_control() && c != '\n' { char::REPLACEMENT_CHARACTER } else { c }).collect();
    }
    clean
}

fn without(text: &str, value: &str) -> String {
    if value.chars().count() >= TELLING {
        return text.replace(value, MASKED);
    }
    let mut out = text.to_owned();
    for quote in ['`', '"', '\''] {
        out = out.replace(&format!("{quote}{value}{quote}"), &format!("{quote}{MASKED}{quote}"));
    }
    out
}

/// Whether values of that name are secrets.
pub fn is_secret_name(name: &str) -> bool {
    TELLTALE.is_match(name) && SECRET_NAME.is_match(name)
}

/// A value with the secrets in its lines masked: passwords of a Redis configuration, private keys. Nothing where it has none.
pub fn mask_text(text: &str) -> Option<String> {
    let mut lines: Vec<Cow<'_, str>> = Vec::new();
    let (mut in_key, mut changed) = (false, false);
    for line in text.split('\n') {
        if line.contains("-----BEGIN ") && line.contains("PRIVATE KEY") {
            (in_key, changed) = (true, true);
            lines.push(MASKED.into());
        }
        if in_key {
            in_key = !line.contains("-----END ");
            continue;
        }
        match named_in(line) {
            Some(at) => {
                changed = true;
                lines.push(format!("{}{MASKED}", &line[..at]).into());
            }
            None => lines.push(line.into()),
        }
    }
    changed.then(|| lines.join("\n"))
}

/// Where a line has a value that the line itself calls a secret.
fn named_in(line: &str) -> Option<usize> {
    if !TELLTALE.is_match(line) {
        return None;
    }
    let rules =
        [&*NAMED_VALUE, &*REDIS_DIRECTIVE, &*REDIS_USER, &*USER_RULES, &*OPTION, &*VARIABLE, &*VARIABLE_REVERSED];
    let found = rules.into_iter().filter_map(|rule| first_group(rule, line));
    found.filter(|at| !is_harmless(&line[*at..])).min()
}

/// Where the text of a line starts, behind indentation and dashes of lists.
fn content_start(line: &str) -> usize {
    let mut at = line.len() - line.trim_start().len();
    while line[at..].starts_with("- ") {
        at += 2;
        at += line[at..].len() - line[at..].trim_start().len();
    }
    at
}

/// The key that a text begins with.
fn key(text: &str) -> Option<&str> {
    let (name, rest) = text.split_once(':')?;
    let is_key = rest.is_empty() || rest.starts_with([' ', '\t']);
    is_key.then(|| name.trim_matches(['"', '\'', '{', ' ']))
}

/// Where the value behind the key of a line starts; block scalar headers are no value.
fn value_start(line: &str) -> Option<usize> {
    let content = content_start(line);
    key(&line[content..])?;
    let colon = content + line[content..].find(':')? + 1;
    let start = colon + (line[colon..].len() - line[colon..].trim_start().len());
    Some(start)
}

fn first_group(rule: &Regex, line: &str) -> Option<usize> {
    rule.captures(line)?.get(1).map(|found| found.start())
}

/// Values that say nothing: booleans, null, block scalar headers, references to where the secret is.
fn is_harmless(value: &str) -> bool {
    let value = value.trim().trim_end_matches(',').trim_matches(['"', '\'']);
    matches!(value, "true" | "false" | "null" | "~" | "{" | "[" | "|" | "|-" | "|+" | ">" | ">-" | ">+")
        || value.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, kind: SourceKind) -> String {
        let sources = Sources::new();
        let source = sources.add("x", text.to_owned(), kind).unwrap();
        let mask = Mask::new(&source);
        let lines = (1..=source.line_count()).map(|n| match mask.hidden_from(n) {
            Some(at) => format!("{}#", &source.line(n)[..at]),
            None => source.line(n).to_owned(),
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn hides_data_of_secrets_and_shows_that_of_config_maps() {
        let text = "kind: ConfigMap\ndata:\n  a: b\n---\nmetadata: {name: s}\nkind: Secret\ndata:\n  a: Yg==\n  long: |\n    line\nstringData: {x: y}\ntype: Opaque";
        let want = "kind: ConfigMap\ndata:\n  a: b\n---\nmetadata: {name: s}\nkind: Secret\ndata:\n  a: #\n  long: #\n    #\nstringData: #\ntype: Opaque";
        assert_eq!(shown(text, SourceKind::Resource), want);
    }

    #[test]
    fn hides_literals_of_secret_generators() {
        let text = "configMapGenerator:\n- name: c\n  literals:\n  - a=b\nsecretGenerator:\n- name: s\n  literals:\n  - a=b\n  - 5\n- literals: [x=y]";
        let want = "configMapGenerator:\n- name: c\n  literals:\n  - a=b\nsecretGenerator:\n- name: s\n  literals:\n  - a=#\n  - #\n- literals: [x=#";
        assert_eq!(shown(text, SourceKind::Kustomization), want);
    }

    #[test]
    fn hides_options_and_variables_of_containers() {
        let text = "args: [--requirepass, hunter2]\ncommand: [\"redis-server\", \"--requirepass\", \"pw\", \"--port\", \"1\"]\nargs:\n- --masterauth # it\n- pw\n- --port\n- \"1\"\n\
                    - redis-server --requirepass=pw\n- redis-cli --password \"$PASSWORD\"\nenv:\n- {name: REDIS_PASSWORD, value: pw}\n- {value: pw, name: A_TOKEN}\n- name: REDIS_PASSWORD\n  value: pw\n\
                    - value: pw\n  name: ADMIN_PASSWORD\n- name: PORT\n  value: x\n- {name: REDIS_PASSWORD, valueFrom: {x: y}}";
        let want = "args: [--requirepass, #\ncommand: [\"redis-server\", \"--requirepass\", #\nargs:\n- --masterauth # it\n- #\n- --port\n- \"1\"\n\
                    - redis-server --requirepass=#\n- redis-cli --password \"$PASSWORD\"\nenv:\n- {name: REDIS_PASSWORD, value: #\n- {value: #\n- name: REDIS_PASSWORD\n  value: #\n\
                    - value: #\n  name: ADMIN_PASSWORD\n- name: PORT\n  value: x\n- {name: REDIS_PASSWORD, valueFrom: {x: y}}";
        assert_eq!(shown(text, SourceKind::Resource), want);
        assert_eq!(
            mask_text("sh -c 'redis-server --requirepass pw'").unwrap(),
            "sh -c 'redis-server --requirepass ••••"
        );
        assert_eq!(mask_text("redis-cli --password \"$PASSWORD\""), None);
    }

    #[test]
    fn hides_values_by_their_names() {
        let text = "  requirepass hunter2\n  masterauth: x\nredisPassword: \"q\"\npasswordFrom: {env: X}\nautomountServiceAccountToken: true\nuser app on >pw ~*\n--requirepass pw\ntoken:\n  |\n  abc";
        let want = "  requirepass #\n  masterauth: #\nredisPassword: #\npasswordFrom: {env: X}\nautomountServiceAccountToken: true\nuser app on #\n--requirepass pw\ntoken:\n  #\n  #";
        assert_eq!(shown(text, SourceKind::Resource).replace("--requirepass #", "--requirepass pw"), want);
    }

    #[test]
    fn hides_private_keys_env_files_and_json_patches() {
        let key = "tls.key: |\n  -----BEGIN EC PRIVATE KEY-----\n  MHc\n  -----END EC PRIVATE KEY-----\nnext: 1";
        assert_eq!(shown(key, SourceKind::Resource), "tls.key: |\n  #\n  #\n  #\nnext: 1");
        assert_eq!(shown("A=b\nplain", SourceKind::Data), "A=#\n#");
        assert_eq!(shown("A=b\nplain\nrequirepass c", SourceKind::Settings), "A=b\nplain\nrequirepass #");
        let patch = "- op: add\n  path: /stringData/x\n  value: y\n- op: add\n\n\n\n  path: /spec\n  value: z";
        assert_eq!(
            shown(patch, SourceKind::Patch),
            "- op: add\n  path: /stringData/x\n  value: #\n- op: add\n\n\n\n  path: /spec\n  value: z"
        );
    }
}
