//! A configuration as a server would judge it.

use crate::diagnostics::did_you_mean;

use super::directive::{ANY_NUMBER, Directive, Kind, directive, is_secret, servers_of};
use super::grammar;
use super::parse::{Line, Parsed, Word};
use super::sentinel::check_statement;
use super::server::Server;
use super::table::DIRECTIVES;
use super::value::refuse;

/// What kind of mistake it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Flaw {
    /// A line that cannot be split.
    Syntax,
    /// A directive that no server knows.
    Unknown,
    /// A directive that other servers know, but not the one in use.
    OtherVersion,
    /// A value that the server refuses, or too many or too few of them.
    WrongValue,
    /// An old name, or a directive that does nothing.
    Deprecated,
    /// A directive that stands again further down.
    Repeated,
}

/// Something wrong with a configuration.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mistake {
    /// What kind of mistake.
    pub flaw: Flaw,
    /// The directive.
    pub directive: String,
    /// Where: a byte offset in the text, or the index of the argument for a command line.
    pub at: usize,
    /// How many bytes.
    pub len: usize,
    /// What is wrong. No value that may be a secret stands in it.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

impl Mistake {
    pub(super) fn new(flaw: Flaw, line: &Line, word: &Word, message: String) -> Mistake {
        Mistake { flaw, directive: line.name.text.clone(), at: word.at, len: word.len, message, help: None }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Mistake {
        self.help = Some(help.into());
        self
    }
}

/// Directives that may stand on several lines, each of which counts.
const REPEATED: [&str; 9] = [
    "save",
    "client-output-buffer-limit",
    "user",
    "include",
    "loadmodule",
    "rename-command",
    "sentinel",
    "oom-score-adj-values",
    "notify-keyspace-events",
];

/// Lines of a grammar of their own, that every server knows.
pub(super) const STRUCTURAL: [&str; 5] = ["include", "loadmodule", "rename-command", "sentinel", "user"];

/// Everything that a server would refuse or has a better name for, in the order of the text.
pub fn check(parsed: &Parsed, server: Server) -> Vec<Mistake> {
    let mut found: Vec<Mistake> = Vec::new();
    for bad in &parsed.bad {
        found.push(Mistake {
            flaw: Flaw::Syntax,
            directive: String::new(),
            at: bad.at,
            len: bad.len.min(1),
            message: "a quote without its partner: the server cannot read this line".to_owned(),
            help: Some(
                "close the quote; behind a closing quote there must be a space or the end of the line".to_owned(),
            ),
        });
    }
    let has_modules = parsed.lines.iter().any(|line| line.name.text == "loadmodule");
    for (index, line) in parsed.lines.iter().enumerate() {
        if is_template(line) {
            continue;
        }
        found.extend(check_line(line, server, has_modules));
        let name = line.name.text.as_str();
        let again = || parsed.lines[index + 1..].iter().find(|later| later.name.text == name);
        if !REPEATED.contains(&name)
            && let Some(later) = again()
            && later.arguments.iter().map(|w| &w.text).ne(line.arguments.iter().map(|w| &w.text))
        {
            let message = format!("`{name}` stands again further down, and the last one counts");
            found.push(Mistake::new(Flaw::Repeated, line, &line.name, message).help("keep one of them"));
        }
    }
    found.sort_by_key(|mistake| mistake.at);
    found
}

/// Whether something else fills the line in before a server reads it.
pub(super) fn is_template(line: &Line) -> bool {
    std::iter::once(&line.name).chain(&line.arguments).any(|word| is_placeholder(&word.text))
}

fn is_placeholder(text: &str) -> bool {
    const SIGNS: [&str; 8] = ["${", "$(", "{{", "}}", "{%", "<path:", "%%", "@@"];
    let variable = |rest: &str| rest.starts_with(|c: char| c.is_ascii_uppercase() || c == '_');
    SIGNS.iter().any(|sign| text.contains(sign))
        || text.strip_prefix('$').is_some_and(variable)
        || (text.starts_with('<') && text.ends_with('>'))
        || (text.len() > 4 && text.starts_with("__") && text.ends_with("__"))
}

fn check_line(line: &Line, server: Server, has_modules: bool) -> Option<Mistake> {
    let name = line.name.text.as_str();
    if name == "sentinel" {
        return check_statement(line, server);
    }
    if STRUCTURAL.contains(&name) {
        return grammar::structural(line);
    }
    let Some(known) = directive(name) else { return unknown(line, server, has_modules) };
    let bits = known.servers() & server.bits();
    if bits == 0 {
        return other_version(line, known, server);
    }
    wrong_value(line, known, bits, server).or_else(|| outdated(line, known, bits, server))
}

fn unknown(line: &Line, server: Server, has_modules: bool) -> Option<Mistake> {
    let name = line.name.text.as_str();
    // Parts of the server that not every build has, and modules, bring their own.
    let of_module =
        name.contains('.') || ["search-", "ts-", "bf-", "cf-"].iter().any(|prefix| name.starts_with(prefix));
    if of_module || name.starts_with("rdma-") || name.starts_with("tls-") && server.version.is_none() {
        return None;
    }
    let bits = server.bits();
    let names = DIRECTIVES.iter().filter(|d| d.servers() & bits != 0).map(|d| d.name).chain(STRUCTURAL);
    let near = did_you_mean(name, names);
    if near.is_none() && (has_modules || server.is_newer()) {
        return None;
    }
    let message = match server.version {
        Some(_) => format!("`{name}` is no directive of {}: the server does not start", server.name()),
        None => format!("`{name}` is no directive of any server ({}): it does not start", server.name()),
    };
    let help = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None if name.ends_with(':') || name.contains('=') => {
            "write the directive and its value with a space between them: `maxmemory 1gb`".to_owned()
        }
        None => "remove it, or look its name up in the documentation of the server".to_owned(),
    };
    Some(Mistake::new(Flaw::Unknown, line, &line.name, message).help(help))
}

fn other_version(line: &Line, known: &Directive, server: Server) -> Option<Mistake> {
    // Whether a server can speak TLS depends on its build, not on its version.
    if known.name.starts_with("tls-") || server.is_newer() && known.is_in_newest() {
        return None;
    }
    let message = format!("{} does not know `{}`: the server does not start", server.name(), known.name);
    Some(
        Mistake::new(Flaw::OtherVersion, line, &line.name, message)
            .help(format!("remove it, or use a server that knows it: it is known to {}", known.known_to())),
    )
}

fn wrong_value(line: &Line, known: &Directive, bits: u8, server: Server) -> Option<Mistake> {
    let forms: Vec<_> = known.forms.iter().filter(|form| form.servers & bits != 0).collect();
    let words: Vec<&str> = line.arguments.iter().map(|word| word.text.as_str()).collect();
    if let Some(special) = grammar::special(known.name) {
        return special(line, &words);
    }
    let fits = |count: usize| {
        forms.iter().any(|f| count >= f.least.into() && (count <= f.most.into() || f.most >= ANY_NUMBER))
    };
    let flags = forms.iter().any(|form| matches!(form.kind, Kind::Flags(_)));
    if !(fits(words.len()) || flags && !words.is_empty()) {
        return Some(wrong_count(line, forms[0].least.into(), &words));
    }
    let mut refusals = forms.iter().map(|form| refuse(form.kind, &words));
    let first = refusals.next()??;
    if refusals.any(|refusal| refusal.is_none()) {
        return None;
    }
    let shown = match is_secret(known.name) {
        true => "this value".to_owned(),
        false => format!("`{}`", words.join(" ")),
    };
    let message = format!("{shown} is no value of `{}`: the server does not start", known.name);
    let help = match first.near {
        Some(near) => format!("did you mean `{near}`? {} takes {}", server.name(), first.wanted),
        None => format!("{} takes {}", server.name(), first.wanted),
    };
    Some(Mistake::new(Flaw::WrongValue, line, &line.arguments[0], message).help(help))
}

fn wrong_count(line: &Line, wanted: usize, words: &[&str]) -> Mistake {
    let name = line.name.text.as_str();
    let comment = words.iter().position(|word| word.starts_with('#')).filter(|at| *at > 0);
    let word = comment.or(words.len().checked_sub(1).filter(|_| words.len() > wanted));
    let word = word.map_or(&line.name, |at| &line.arguments[at]);
    let plural = if wanted == 1 { "" } else { "s" };
    let message = format!("`{name}` takes {wanted} value{plural}, not {}: the server does not start", words.len());
    Mistake::new(Flaw::WrongValue, line, word, message).help(match comment {
        Some(_) => "put the comment on a line of its own: `#` starts one only at the beginning of a line",
        None if words.is_empty() => "write a value behind it; `\"\"` is an empty one",
        None => "put a value with spaces in quotes, or remove what is too much",
    })
}

fn outdated(line: &Line, known: &Directive, bits: u8, server: Server) -> Option<Mistake> {
    let name = known.name;
    if known.forms.iter().filter(|form| form.servers & bits != 0).all(|form| form.kind == Kind::Ignored) {
        let message = format!("`{name}` does nothing in {}", servers_of(bits));
        return Some(Mistake::new(Flaw::Deprecated, line, &line.name, message).help("remove it"));
    }
    let new = known.replaced_by(bits)?;
    let message = format!("`{name}` is an old name of `{new}` in {}", server.name());
    Some(Mistake::new(Flaw::Deprecated, line, &line.name, message).help(format!("write `{new}`")))
}

#[cfg(test)]
#[path = "check_tests.rs"]
mod tests;
