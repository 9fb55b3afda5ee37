//! Configuration in objects: its directives, users and modules, each with its line.

use base64::Engine;

use crate::diagnostics::Pos;
use crate::k8s::Resource;
use crate::redis::acl::Rules;
use crate::redis::config::{Line, Parsed, parse};
use crate::validate::rules::facts::RedisServer;
use crate::validate::{Field, Objects};

use super::super::report::Origin;
use super::lines::place_in_text;
use super::wanted::{WantedSetting, WantedUser, Written};

/// Lines of a grammar of their own: no parameters of `CONFIG GET`.
const STRUCTURAL: [&str; 5] = ["include", "loadmodule", "rename-command", "sentinel", "user"];
/// Directives each of whose lines counts.
const REPEATED: [&str; 2] = ["save", "client-output-buffer-limit"];

/// Tells files and lines of places.
pub(super) type Places<'p> = &'p dyn Fn(Pos) -> Option<Origin>;

/// A configuration with the places of its words.
pub(super) struct Text {
    text: String,
    parsed: Parsed,
    /// Where the value begins.
    at: Pos,
}

impl Text {
    /// The value of a key of a ConfigMap or Secret; none where there is none or it is no text.
    pub(super) fn of(objects: &Objects<'_>, resource: &Resource, key: &str) -> Option<Text> {
        let object = Field::of(resource);
        // What is not encoded wins in a Secret.
        let keys = ["stringData", "data"].map(|part| object.get(part).get(key));
        let (index, field) = keys.into_iter().enumerate().find(|(_, field)| field.is_set())?;
        let value = field.text()?;
        let is_encoded = resource.kind() == "Secret" && index == 1;
        let text = if is_encoded { decoded(value)? } else { value.to_owned() };
        let at = objects.places(&field).first().map_or(Pos::NONE, |label| label.pos);
        Some(Text { parsed: parse(&text), text, at })
    }

    pub(super) fn parsed(&self) -> &Parsed {
        &self.parsed
    }

    /// Where a byte of it stands.
    pub(super) fn origin(&self, objects: &Objects<'_>, offset: usize, places: Places<'_>) -> Option<Origin> {
        places(place_in_text(objects.sources(), self.at, &self.text, offset))
    }

    /// The users of a file of users: a line each, comments left out.
    pub(super) fn users(&self, objects: &Objects<'_>, places: Places<'_>) -> Vec<WantedUser> {
        let mut users = Vec::new();
        let mut start = 0;
        for line in self.text.split_inclusive('\n') {
            let at = start + (line.len() - line.trim_start().len());
            start += line.len();
            let content = line.trim();
            if content.is_empty() || content.starts_with('#') {
                continue;
            }
            if let Some(rules) = Rules::parse(content) {
                users.push(WantedUser { rules, origin: self.origin(objects, at, places) });
            }
        }
        users
    }
}

fn decoded(text: &str) -> Option<String> {
    let packed: String = text.split_ascii_whitespace().collect();
    String::from_utf8(base64::engine::general_purpose::STANDARD.decode(packed).ok()?).ok()
}

/// What files and a command line say of a server.
#[derive(Default)]
pub(super) struct Said {
    pub(super) settings: Vec<WantedSetting>,
    pub(super) modules: Vec<Written<String>>,
    /// Users of redis.conf.
    pub(super) users: Vec<WantedUser>,
    /// Whether users stand in a file that is named.
    pub(super) names_user_file: bool,
    /// Whether it is a node of a cluster.
    pub(super) is_cluster: bool,
    /// The port for clients: of TLS where there is one.
    pub(super) port: Option<u16>,
}

/// What the files of a server say, then what its command line says instead.
pub(super) fn said(
    texts: &[Text],
    server: Option<&RedisServer<'_>>,
    objects: &Objects<'_>,
    places: Places<'_>,
) -> Said {
    let mut said = Said::default();
    for text in texts {
        said.take(text.parsed(), &|offset| text.origin(objects, offset, places));
    }
    if let Some(server) = server {
        let at = |index: usize| {
            let field = &server.arguments.get(index)?.field;
            places(objects.places(field).first()?.pos)
        };
        said.take(&server.options, &at);
    }
    said
}

impl Said {
    /// A later part takes the place of an earlier one, directive by directive.
    fn take(&mut self, part: &Parsed, at: &dyn Fn(usize) -> Option<Origin>) {
        let mut begun: Vec<String> = Vec::new();
        for line in &part.lines {
            let name = line.name.text.as_str();
            if STRUCTURAL.contains(&name) {
                self.take_structural(line, at);
                continue;
            }
            let words: Vec<String> = line.arguments.iter().map(|word| word.text.clone()).collect();
            self.note(name, &words);
            let is_first = !begun.iter().any(|known| known == name);
            let known = self.settings.iter().position(|setting| setting.name == name);
            let goes_on = REPEATED.contains(&name) && !is_first;
            match known {
                Some(index) if goes_on => self.settings[index].lines.push(words),
                Some(index) => {
                    (self.settings[index].lines, self.settings[index].origin) = (vec![words], at(line.name.at));
                }
                None => {
                    let origin = at(line.name.at);
                    self.settings.push(WantedSetting { name: name.to_owned(), lines: vec![words], origin });
                }
            }
            if is_first {
                begun.push(name.to_owned());
            }
        }
    }

    fn take_structural(&mut self, line: &Line, at: &dyn Fn(usize) -> Option<Origin>) {
        let Some(first) = line.argument(0) else { return };
        match line.name.text.as_str() {
            "loadmodule" => self.modules.push(Written { value: first.to_owned(), origin: at(line.name.at) }),
            "user" => {
                let words = line.arguments[1..].iter().map(|word| word.text.as_str());
                let rules = Rules::of(first.to_owned(), words);
                self.users.push(WantedUser { rules, origin: at(line.name.at) });
            }
            _ => {}
        }
    }

    fn note(&mut self, name: &str, words: &[String]) {
        let value = words.first().map_or("", String::as_str);
        let port = || value.parse().ok().filter(|port| *port > 0);
        match name {
            "aclfile" => self.names_user_file = !value.is_empty(),
            "cluster-enabled" => self.is_cluster = value.eq_ignore_ascii_case("yes"),
            "tls-port" => self.port = port().or(self.port),
            "port" => self.port = port().or(self.port),
            _ => {}
        }
    }
}
