//! Tables of text: columns as wide as they need to be, two spaces between them.

use owo_colors::{OwoColorize, Style as Ink};

/// A text and how it looks.
#[derive(Clone, Debug)]
pub(super) struct Cell {
    text: String,
    ink: Ink,
}

impl Cell {
    /// As it is.
    pub(super) fn plain(text: impl Into<String>) -> Cell {
        Cell { text: text.into(), ink: Ink::new() }
    }

    /// With that look.
    pub(super) fn inked(text: impl Into<String>, ink: Ink) -> Cell {
        Cell { text: text.into(), ink }
    }

    fn width(&self) -> usize {
        self.text.chars().count()
    }
}

/// Where the text of a column stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Align {
    Left,
    Right,
}

/// A text with a look, where colours may be written.
pub(super) fn inked(text: &str, ink: Ink, color: bool) -> String {
    if color && !text.is_empty() { text.style(ink).to_string() } else { text.to_owned() }
}

/// A table with lines between its rows that keep to no column.
#[derive(Debug)]
pub(super) struct Columns {
    aligns: Vec<Align>,
    lines: Vec<Line>,
}

#[derive(Debug)]
enum Line {
    Row(Vec<Cell>),
    Free(Cell),
}

impl Columns {
    /// With a line of titles.
    pub(super) fn new(titles: &[(&str, Align)]) -> Columns {
        let ink = Ink::new().bold();
        let row = titles.iter().map(|(title, _)| Cell::inked(*title, ink)).collect();
        Columns { aligns: titles.iter().map(|(_, align)| *align).collect(), lines: vec![Line::Row(row)] }
    }

    /// Adds a row.
    pub(super) fn row(&mut self, cells: Vec<Cell>) {
        self.lines.push(Line::Row(cells));
    }

    /// Adds a line that keeps to no column.
    pub(super) fn free(&mut self, text: impl Into<String>, ink: Ink) {
        self.lines.push(Line::Free(Cell::inked(text, ink)));
    }

    /// The table, each line behind an indent, without spaces at its end.
    pub(super) fn render(&self, indent: &str, color: bool) -> String {
        let mut widths = vec![0; self.aligns.len()];
        for line in &self.lines {
            if let Line::Row(cells) = line {
                for (width, cell) in widths.iter_mut().zip(cells) {
                    *width = (*width).max(cell.width());
                }
            }
        }
        let mut out = String::new();
        for line in &self.lines {
            let text = match line {
                Line::Row(cells) => self.row_text(cells, &widths, color),
                Line::Free(cell) => inked(&cell.text, cell.ink, color),
            };
            let text = format!("{indent}{text}");
            out.push_str(text.trim_end());
            out.push('\n');
        }
        out
    }

    fn row_text(&self, cells: &[Cell], widths: &[usize], color: bool) -> String {
        let mut out = String::new();
        for (index, (cell, width)) in cells.iter().zip(widths).enumerate() {
            if index > 0 {
                out.push_str("  ");
            }
            let text = inked(&cell.text, cell.ink, color);
            let space = " ".repeat(width - cell.width());
            match self.aligns[index] {
                Align::Left => out.extend([text, space]),
                Align::Right => out.extend([space, text]),
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_with_and_without_colour() {
        let mut table = Columns::new(&[("node", Align::Left), ("slots", Align::Right)]);
        table.row(vec![Cell::inked("→ a", Ink::new().red()), Cell::plain("5")]);
        table.free("  free", Ink::new());
        table.row(vec![Cell::plain("long name"), Cell::plain("16,384")]);
        assert_eq!(table.render(" ", false), " node        slots\n → a             5\n   free\n long name  16,384\n");
        let colored = table.render(" ", true);
        assert!(colored.contains("\u{1b}[31m→ a\u{1b}[0m             5\n"), "{colored:?}");
    }
}
