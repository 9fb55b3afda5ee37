//! An explanation for people: the history of a field, or the object with the origin of each line in its margin.

use std::fmt::Write as _;

use owo_colors::{OwoColorize, Style as Ink};
use rustc_hash::FxHashMap;
use serde_json::Value as Json;

use crate::diagnostics::render::Style;
use crate::diagnostics::{Diagnostics, SourceKind, Sources};
use crate::yaml::{Node, Value, emit, parse_first};

use super::explanation::{Blame, Explanation, OriginEntry};
use super::mask::masked;
use super::path::{FieldPath, Segment};

/// Widest margin, in characters; longer places lose their front.
const WIDEST: usize = 52;

impl Explanation {
    /// The history of a field that is a single value.
    pub fn history_text(&self, style: Style) -> String {
        let ink = |text: String, ink: Ink| if style.color { text.style(ink).to_string() } else { text };
        let mut out = format!("{} {}\n", ink(self.resource.to_string(), Ink::new().bold()), self.path);
        let places: Vec<String> = self.history.iter().map(|step| place(&step.origin)).collect();
        let vias: Vec<&str> = self.history.iter().map(|step| step.origin.via.as_str()).collect();
        let width = |texts: &mut dyn Iterator<Item = usize>| texts.max().unwrap_or(0);
        let place_width = width(&mut places.iter().map(|text| text.chars().count()));
        let via_width = width(&mut vias.iter().map(|text| text.chars().count()));
        for (number, step) in self.history.iter().enumerate() {
            let is_last = number + 1 == self.history.len();
            let value = value_text(&step.value);
            let line = format!("  {:place_width$}  {:via_width$}  {value}", places[number], vias[number]);
            let look = if is_last { Ink::new().green() } else { Ink::new().dimmed() };
            let _ = writeln!(out, "{}", ink(line, look));
            if let Some(source) = &step.origin.source {
                let _ = writeln!(out, "  {:place_width$}  the value stands at {}:{}", "", source.file, source.line);
            }
            if let Some(chart) = &step.origin.chart {
                let values = step.origin.values_files.join(", ");
                let _ = writeln!(out, "  {:place_width$}  chart {chart}, values of {values}", "");
            }
        }
        if let Some(blame) = &self.blame {
            let _ = writeln!(out, "  {}", blame.line());
        }
        out
    }

    /// The object, or the part of it that was asked for, as it is rendered, with the origin of each line in front of it.
    ///
    /// # Errors
    /// When the object has no form as YAML.
    pub fn margin_text(&self, object: &Node, style: Style) -> Result<String, Diagnostics> {
        let path: FieldPath = self.path.parse().unwrap_or_default();
        let part = path.resolve(object).map_or(object, |found| found.node());
        let text = yaml(&masked(object, &path, part))?;
        let by_path: FxHashMap<&str, (&OriginEntry, Option<&Blame>)> =
            self.fields.iter().map(|field| (field.path.as_str(), (&field.origin, field.blame.as_ref()))).collect();
        let lines = text.lines().count();
        let mut margin: Vec<Option<(&OriginEntry, Option<&Blame>)>> = vec![None; lines];
        let sources = Sources::new();
        let source = sources.add("", text.clone(), SourceKind::Resource)?;
        if let Some(tree) = parse_first(&source)? {
            let line =
                |node: &Node| node.origin.pos().map_or(0, |pos| source.line_column(source.offset(pos)).0 as usize);
            let mut todo = vec![(&tree, path, line(&tree))];
            while let Some((node, path, start)) = todo.pop() {
                if let Some(found) = by_path.get(path.to_string().as_str())
                    && let Some(place) = margin.get_mut(start.saturating_sub(1))
                {
                    *place = Some(*found);
                }
                match &node.value {
                    Value::Scalar(_) => {}
                    Value::Map(map) => todo.extend(map.entries.iter().map(|entry| {
                        let start = source.line_column(source.offset(entry.key_pos)).0 as usize;
                        (&entry.value, path.key(&entry.key.text), start)
                    })),
                    Value::Seq(items) => todo.extend(
                        items
                            .iter()
                            .enumerate()
                            .map(|(index, item)| (item, path.with(Segment::Index(index)), line(item))),
                    ),
                }
            }
        }
        Ok(with_margin(&text, &margin, style))
    }
}

fn yaml(node: &Node) -> Result<String, Diagnostics> {
    let mut text = String::new();
    if node.as_scalar().is_some() {
        return Ok(format!("{}\n", node.text().unwrap_or_default()));
    }
    emit(node, &mut text)?;
    Ok(text)
}

fn with_margin(text: &str, margin: &[Option<(&OriginEntry, Option<&Blame>)>], style: Style) -> String {
    let place = |origin: &OriginEntry| match origin.via.as_str() {
        "resource" => shortened(&place_of_line(origin)),
        via => shortened(&format!("{} {via}", place_of_line(origin))),
    };
    let places: Vec<String> =
        margin.iter().map(|entry| entry.map_or(String::new(), |(origin, _)| place(origin))).collect();
    let place_width = places.iter().map(|place| place.chars().count()).max().unwrap_or(0);
    let blame = |at: usize| margin[at].and_then(|(_, blame)| blame).map(|blame| format!("  {}", blame.short()));
    let marks: Vec<String> = places
        .iter()
        .enumerate()
        .map(|(at, place)| format!("{place:place_width$}{}", blame(at).unwrap_or_default()))
        .collect();
    let width = marks.iter().map(|mark| mark.chars().count()).max().unwrap_or(0);
    let bar = if style.unicode { '│' } else { '|' };
    let mut out = String::with_capacity(text.len() * 2);
    for (line, mark) in text.lines().zip(&marks) {
        let mark = format!("{mark:width$}");
        let mark = if style.color { mark.dimmed().to_string() } else { mark };
        let _ = writeln!(out, "{}", format!("{mark} {bar} {line}").trim_end());
    }
    out
}

/// A place that is too long loses its front: the name of the file says most.
fn shortened(place: &str) -> String {
    let length = place.chars().count();
    match length > WIDEST {
        true => format!("…{}", place.chars().skip(length - WIDEST + 1).collect::<String>()),
        false => place.to_owned(),
    }
}

fn place_of_line(origin: &OriginEntry) -> String {
    match (&origin.file, origin.line) {
        (Some(file), Some(line)) => format!("{file}:{line}"),
        _ => "nowhere".to_owned(),
    }
}

fn place(origin: &OriginEntry) -> String {
    match origin.column {
        Some(column) => format!("{}:{column}", place_of_line(origin)),
        None => place_of_line(origin),
    }
}

/// A value on one line.
fn value_text(value: &Json) -> String {
    const LONGEST: usize = 100;
    let text = match value {
        Json::String(text) if !text.contains(['\n', '"']) && !text.is_empty() && !text.ends_with(' ') => text.clone(),
        other => other.to_string(),
    };
    match text.chars().count() > LONGEST {
        true => format!("{}…", text.chars().take(LONGEST).collect::<String>()),
        false => text,
    }
}

impl Blame {
    /// Commit, author, time and summary.
    pub fn line(&self) -> String {
        let Some(commit) = &self.commit else { return "not committed yet".to_owned() };
        let text = |part: &Option<String>| part.clone().unwrap_or_default();
        let shallow = if self.shallow { " (the clone is shallow; the line may be older)" } else { "" };
        let (author, time, summary) = (text(&self.author), text(&self.time), text(&self.summary));
        format!("{} {author}, {time}: {summary}{shallow}", &commit[..commit.len().min(10)])
    }

    /// Commit, author and day.
    fn short(&self) -> String {
        let Some(commit) = &self.commit else { return "not committed".to_owned() };
        let author: String = self.author.as_deref().unwrap_or_default().chars().take(16).collect();
        let day: String = self.time.as_deref().unwrap_or_default().chars().take(10).collect();
        format!("{} {author} {day}", &commit[..commit.len().min(8)])
    }
}
