//! Workflow commands of GitHub Actions, which become annotations of lines.

use std::fmt::Write;

use super::item::{Item, Level};

/// A command a line.
pub(super) fn render(items: &[Item]) -> String {
    let mut out = String::new();
    for item in items {
        let command = match item.level {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Note => "notice",
        };
        let _ = write!(out, "::{command} ");
        if let Some(place) = &item.place {
            let _ = write!(out, "file={},line={},col={},", property(&place.file), place.line, place.column);
        }
        let _ = writeln!(out, "title={}::{}", property(&item.rule), data(&item.details().join("\n")));
    }
    out
}

/// The text of a command. Other control characters are shown by their signs, so that logs stay readable.
fn data(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '%' => out.push_str("%25"),
            '\r' => out.push_str("%0D"),
            '\n' => out.push_str("%0A"),
            c if c.is_control() && c != '\t' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// The value of a property of a command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::super::item;
    use super::*;

    #[test]
    fn what_would_end_a_command_is_written_otherwise() {
        insta::assert_snapshot!(render(&item::merged(item::tests::awkward())));
    }
}
