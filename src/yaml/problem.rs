//! What libyaml says about a text that is not YAML, in words that help.

use crate::diagnostics::{Diagnostic, Source};

use super::libyaml::Problem;

const CODE: &str = "redisops::yaml::syntax";

/// Turns a problem at an offset from `base` into a diagnostic that points into the text.
pub(super) fn diagnose(source: &Source, base: usize, found: &Problem) -> Diagnostic {
    let text = &source.text;
    let at = (base + found.offset).min(text.len());
    let context = (base + found.context_offset).min(text.len());
    let at_char = text[text.floor_char_boundary(at)..].chars().next();
    let line = line_of(text, at);
    let label = |message: &str, place: usize, what: &str| {
        Diagnostic::error(CODE, message).label(source.pos(text.floor_char_boundary(place)), 1, what)
    };
    match found.problem.as_str() {
        _ if at_char == Some('\t')
            || line.trim_start_matches(' ').starts_with('\t') && is_indentation_problem(&found.problem) =>
        {
            let tab = at - (at - line_start(text, at)) + line.find('\t').unwrap_or(0);
            label("a tab stands where YAML takes spaces only", tab, "this is a tab")
                .help("indent with spaces; most editors can convert tabs")
        }
        "found character that cannot start any token" => {
            let shown = at_char.map_or_else(String::new, |c| format!("`{c}` "));
            label(&format!("a value cannot start with {}", shown.trim_end()), at, "needs quotes")
                .help(format!("put the value in quotes: {shown}has a meaning of its own in YAML"))
        }
        "mapping values are not allowed in this context" => {
            label("a `: ` inside a value that has no quotes", at, "reads as a second key")
                .help("put the value in quotes, or check the indentation of this line and the one before")
        }
        "could not find expected ':'" => label("a key without `:`", context, "read as a key").help(
            "`key: value` needs a colon and a space; a text of several lines needs `|` or quotes, or more indentation",
        ),
        "found unexpected end of stream" if found.context.contains("quoted scalar") => {
            label("a quote is never closed", context, "opens here")
                .help("close the quote, or double it (`''`) if it is part of the text")
        }
        "found unexpected document indicator" => {
            label("a quote is still open where the next document starts", context, "opens here")
                .help("close the quote, or indent the line that starts with `---` or `...`")
        }
        "did not find expected key" => label("this line fits no mapping that is open", at, "expected a key here")
            .label(source.pos(context), 1, "the mapping starts here")
            .help("check the indentation, and quotes that end before the end of the value"),
        "did not find expected '-' indicator" => label("this line fits no list that is open", at, "expected `-` here")
            .label(source.pos(context), 1, "the list starts here")
            .help("a key below a list needs less indentation than its `-`, or the list needs one more"),
        // What is not closed shows at the end only; where it opens is where to look.
        "did not find expected ',' or ']'" | "did not find expected ',' or '}'" if text[at..].trim().is_empty() => {
            let (open, close, what) =
                if text[context..].starts_with('[') { ("[", "]", "list") } else { ("{", "}", "mapping") };
            label(&format!("a `{open}` {what} is never closed"), context, "opens here")
                .help(format!("close it with `{close}`, or put the text in quotes"))
        }
        "did not find expected ',' or ']'" => {
            label("a `[` list is not closed or lacks a comma", at, "expected `,` or `]`")
                .label(source.pos(context), 1, "opens here")
                .help("add the missing `,` or `]`, or put a text that starts with `[` in quotes")
        }
        "did not find expected ',' or '}'" => {
            label("a `{` mapping is not closed or lacks a comma", at, "expected `,` or `}`")
                .label(source.pos(context), 1, "opens here")
                .help(match text[context..].starts_with("{{") {
                    true => "a template placeholder such as `{{ name }}` needs quotes",
                    false => "add the missing `,` or `}`, or put a text that starts with `{` in quotes",
                })
        }
        "did not find expected node content" if text[at..].trim().is_empty() => {
            let last = text[..at].trim_end().len().saturating_sub(1);
            label("the text ends where a value is expected", last, "nothing follows this")
                .help("close each `[` with `]` and each `{` with `}`, or put the text in quotes")
        }
        "did not find expected node content" => label("a value is missing", at, "expected a value here")
            .help("a value that starts with `%`, `,` or a template placeholder needs quotes"),
        "block sequence entries are not allowed in this context" => {
            label("a list cannot start here", at, "`-` on the line of its key")
                .help("start the list on a line of its own")
        }
        "found unknown escape character" | "did not find expected hexdecimal number" => {
            label("an escape that YAML does not know in a double-quoted string", at, "unknown escape")
                .help("double the backslash, or use single quotes, in which it has no meaning")
        }
        "did not find expected <document start>" => {
            label("something follows the end of the document", at, "not part of it")
                .help("check the indentation of this line; a new document starts with `---`")
        }
        "control characters are not allowed" => label("a control character in the text", at, "not allowed in YAML")
            .help("remove it, or write it as an escape in a double-quoted string"),
        other => {
            let diagnostic = label(&format!("not YAML: {other}"), at, "here");
            if found.context.is_empty() {
                diagnostic
            } else {
                diagnostic.label(source.pos(context), 1, found.context.clone())
            }
        }
    }
}

fn is_indentation_problem(problem: &str) -> bool {
    problem == "could not find expected ':'" || problem.starts_with("did not find expected")
}

fn line_start(text: &str, at: usize) -> usize {
    text.as_bytes()[..at].iter().rposition(|b| *b == b'\n').map_or(0, |i| i + 1)
}

fn line_of(text: &str, at: usize) -> &str {
    let start = line_start(text, at);
    text[start..].split('\n').next().unwrap_or("")
}
