//! Text in Markdown: nothing that is quoted can change the page, mention a person, or end a section.

/// Text of our own sentences, in which values stand between backticks: the values become code, all else is plain.
pub(crate) fn prose(text: &str) -> String {
    let text = one_line(text);
    let parts: Vec<&str> = text.split('`').collect();
    let balanced = parts.len() % 2 == 1;
    let mut out = String::with_capacity(text.len() + 16);
    for (index, part) in parts.iter().enumerate() {
        match index % 2 {
            1 if balanced && !part.is_empty() => out.push_str(&code(part)),
            1 => {
                out.push_str("\\`");
                out.push_str(&plain(part));
                if balanced {
                    out.push_str("\\`");
                }
            }
            _ => out.push_str(&plain(part)),
        }
    }
    out
}

/// Text without any meaning in Markdown or HTML.
pub(crate) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in one_line(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // Neither people nor issues are to be told.
            '@' => out.push_str("&#64;"),
            '#' => out.push_str("&#35;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '!' | '$' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

/// A value as code in the cell of a table, where even within code a bar ends the cell.
pub(crate) fn cell_code(text: &str) -> String {
    code(text).replace('|', "\\|")
}

/// A value as code in a line.
pub(crate) fn code(text: &str) -> String {
    let text = one_line(text);
    if text.trim().is_empty() {
        return format!("<code>{}</code>", "&nbsp;".repeat(text.chars().count().max(1)));
    }
    let fence = "`".repeat(longest_run(&text, '`') + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// Lines as a block of code, in a language.
pub(super) fn block(language: &str, text: &str) -> String {
    let fence = "`".repeat((longest_run(text, '`') + 1).max(3));
    let end = if text.ends_with('\n') || text.is_empty() { "" } else { "\n" };
    format!("{fence}{language}\n{}{end}{fence}\n", visible(text))
}

fn longest_run(text: &str, of: char) -> usize {
    let mut longest = 0;
    let mut run = 0;
    for c in text.chars() {
        run = if c == of { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

/// Without line breaks.
fn one_line(text: &str) -> String {
    visible(&text.replace("\r\n", " ").replace(['\n', '\r'], " "))
}

/// Control characters by a sign of their own.
fn visible(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' && c != '\t' { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_quoted_has_a_meaning() {
        assert_eq!(prose("there is no `a|b` for <b> @team #1"), "there is no `a|b` for &lt;b&gt; &#64;team &#35;1");
        assert_eq!(prose("one ` alone"), "one \\` alone");
        assert_eq!(prose("empty `` span"), "empty \\`\\` span");
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("`"), "`` ` ``");
        assert_eq!((code("a|b"), cell_code("a|b")), ("`a|b`".to_owned(), "`a\\|b`".to_owned()));
        assert_eq!(code(" "), "<code>&nbsp;</code>");
        assert_eq!(code("x\r\ny"), "`x y`");
        assert_eq!(block("diff", "a\n```\nb"), "````diff\na\n```\nb\n````\n");
        assert_eq!(plain("</details>\u{1b}[31m"), "&lt;/details&gt;\u{fffd}\\[31m");
    }
}
