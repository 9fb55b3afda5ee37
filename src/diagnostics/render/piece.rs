//! The lines around the labels of one diagnostic, as one text for the graphical renderer.
//!
//! Labels may stand in several files and far apart; each group of near ones is a piece. All pieces share one address space, so that the renderer
//! takes them for places of a single source and still shows each with its own file name and line numbers.

use std::collections::BTreeMap;
use std::sync::Arc;

use miette::{LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use super::mask::Mask;
use super::text::Style;
use crate::diagnostics::{Diagnostic, Source, Sources};

/// Lines shown before and after a label.
pub(super) const CONTEXT: u32 = 2;
/// Longest line that is shown whole, in characters.
const WIDEST: usize = 160;
/// What of a longer line is shown before the label, in characters.
const LEAD: usize = 60;

/// A label, resolved: line and column of the outermost text, length in characters.
struct Place {
    source: Arc<Source>,
    line: u32,
    column: u32,
    length: usize,
    text: String,
    first: bool,
}

/// Consecutive lines of a file.
struct Piece {
    path: String,
    first_line: u32,
    text: String,
    /// Offset of the text in the shared address space.
    base: usize,
}

/// The pieces of a diagnostic and its labels in their address space.
#[derive(Default)]
pub(super) struct Pieces {
    pieces: Vec<Piece>,
    labels: Vec<LabeledSpan>,
    /// Real line and column (from 0) by offset of a label: cut lines have other columns than the file.
    places: BTreeMap<usize, (usize, usize)>,
}

impl Pieces {
    /// The lines around the labels of a diagnostic.
    pub(super) fn of(diagnostic: &Diagnostic, sources: &Sources, style: Style) -> Pieces {
        let mut places: Vec<Place> = Vec::new();
        for label in &diagnostic.labels {
            let Some((source, offset)) = sources.outermost(label.pos) else { continue };
            let (line, column) = source.line_column(offset);
            let marked = source.text.get(offset..).map_or("", |rest| {
                let end = rest.floor_char_boundary((label.len as usize).min(rest.len()));
                rest[..end].split(['\n', '\r']).next().unwrap_or("")
            });
            let length = marked.chars().count().max(1);
            let first = places.is_empty();
            places.push(Place { source, line, column, length, text: label.text.clone(), first });
        }
        let mut groups = groups(places);
        // The place to look at stands on top.
        groups.sort_by_key(|group| !group.iter().any(|place| place.first));
        let mut pieces = Pieces::default();
        for group in groups {
            pieces.add(&group, style);
        }
        pieces
    }

    /// Whether there is nothing to show.
    pub(super) fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Whether lines of that file are shown.
    pub(super) fn shows(&self, path: &str) -> bool {
        self.pieces.iter().any(|piece| piece.path == path)
    }

    /// The labels in the address space of the pieces.
    pub(super) fn labels(&self) -> &[LabeledSpan] {
        &self.labels
    }

    fn add(&mut self, group: &[Place], style: Style) {
        let (Some(top), Some(bottom)) = (group.first(), group.last()) else { return };
        let source = &top.source;
        let mask = Mask::new(source);
        let first_line = top.line.saturating_sub(CONTEXT).max(1);
        let last_line = (bottom.line + CONTEXT).min(source.line_count().max(bottom.line));
        let base = self.pieces.last().map_or(0, |piece| piece.base + piece.text.len() + 1);
        let mut text = String::new();
        for number in first_line..=last_line {
            let here: Vec<&Place> = group.iter().filter(|place| place.line == number).collect();
            let line = Line::new(source.line(number), mask.hidden_from(number), here.first().copied(), style);
            for place in here {
                let (start, length) = line.span(place.column as usize - 1, place.length);
                let offset = base + text.len() + start;
                let message = (!place.text.is_empty()).then(|| place.text.clone());
                self.places.entry(offset).or_insert((place.line as usize - 1, place.column as usize - 1));
                self.labels.push(match place.first {
                    true => LabeledSpan::new_primary_with_span(message, (offset, length)),
                    false => LabeledSpan::new_with_span(message, (offset, length)),
                });
            }
            text.push_str(&line.text);
            text.push('\n');
        }
        self.pieces.push(Piece { path: source.path.clone(), first_line, text, base });
    }
}

/// Labels of one file whose lines of context touch, sorted by place.
fn groups(mut places: Vec<Place>) -> Vec<Vec<Place>> {
    places.sort_by_key(|place| (place.source.pos(0), place.line, place.column));
    let mut groups: Vec<Vec<Place>> = Vec::new();
    for place in places {
        match groups
            .last_mut()
            .and_then(|group| group.last().map(|last| (last.source.pos(0), last.line)).zip(Some(group)))
        {
            Some(((file, line), group)) if file == place.source.pos(0) && place.line - line <= 2 * CONTEXT + 1 => {
                group.push(place);
            }
            _ => groups.push(vec![place]),
        }
    }
    groups
}

/// A line as it is shown: without control characters and secrets, cut when it is long.
struct Line {
    text: String,
    /// Characters cut off at the start.
    cut: usize,
    /// Characters put in their place.
    lead: usize,
    /// Characters shown, `lead` included.
    shown: usize,
    /// From which shown character on the value is masked.
    masked: Option<usize>,
}

impl Line {
    fn new(raw: &str, hidden_from: Option<usize>, label: Option<&Place>, style: Style) -> Line {
        let (dots, bullets) = if style.unicode { ("…", "••••") } else { ("...", "****") };
        let visible = &raw[..hidden_from.unwrap_or(raw.len())];
        let length = visible.chars().count();
        // One character past the end, so that a label there has something to mark.
        let reach = label.map_or(0, |place| place.column as usize - 1);
        let cut = if length > WIDEST && reach > WIDEST / 2 { reach.min(length).saturating_sub(LEAD) } else { 0 };
        let mut text = if cut > 0 { dots.to_owned() } else { String::new() };
        let lead = text.chars().count();
        text.extend(visible.chars().skip(cut).take(WIDEST).map(printable));
        let mut masked = None;
        if length > cut + WIDEST {
            text.push_str(dots);
        } else if hidden_from.is_some() {
            masked = Some(text.chars().count());
            text.push_str(bullets);
        }
        let shown = text.chars().count();
        Line { text, cut, lead, shown, masked }.with_room(reach)
    }

    fn with_room(mut self, reach: usize) -> Line {
        if self.masked.is_none() && (reach + self.lead).saturating_sub(self.cut) >= self.shown {
            self.text.push(' ');
            self.shown += 1;
        }
        self
    }

    /// Bytes of the shown line that stand for characters of the real one: start and length.
    fn span(&self, column: usize, length: usize) -> (usize, usize) {
        let mut start = (column + self.lead).saturating_sub(self.cut).min(self.shown.saturating_sub(1));
        let mut end = (start + length).min(self.shown).max(start + 1);
        if let Some(masked) = self.masked.filter(|masked| end > *masked) {
            // All of what is masked, so that not even the length shows.
            (start, end) = (start.min(masked), self.shown);
        }
        let byte = |n: usize| self.text.char_indices().nth(n).map_or(self.text.len(), |(at, _)| at);
        (byte(start), byte(end) - byte(start))
    }
}

/// Terminals must not obey what stands in a file.
fn printable(c: char) -> char {
    if c.is_control() && c != '\t' { char::REPLACEMENT_CHARACTER } else { c }
}

impl SourceCode for Pieces {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let piece = self.pieces.iter().rfind(|piece| piece.base <= span.offset()).ok_or(MietteError::OutOfBounds)?;
        let start = span.offset() - piece.base;
        let end = start + span.len();
        // Labels of different pieces are never shown as one.
        if end > piece.text.len() {
            return Err(MietteError::OutOfBounds);
        }
        if before == 0 && after == 0 {
            let (line, column) = self.places.get(&span.offset()).copied().unwrap_or((piece.first_line as usize - 1, 0));
            let data = &piece.text.as_bytes()[start..end];
            return Ok(Box::new(MietteSpanContents::new_named(piece.path.clone(), data, *span, line, column, 1)));
        }
        let line_of = |at: usize| memchr::memchr_iter(b'\n', &piece.text.as_bytes()[..at]).count();
        let starts: Vec<usize> =
            std::iter::once(0).chain(piece.text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        let top = line_of(start).saturating_sub(before);
        let bottom = (line_of(end.saturating_sub(1).max(start)) + after + 1).min(starts.len() - 1);
        let (from, to) = (starts[top], starts[bottom]);
        Ok(Box::new(MietteSpanContents::new_named(
            piece.path.clone(),
            &piece.text.as_bytes()[from..to],
            SourceSpan::from((piece.base + from, to - from)),
            piece.first_line as usize - 1 + top,
            0,
            bottom - top,
        )))
    }
}
