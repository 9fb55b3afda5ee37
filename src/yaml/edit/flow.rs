//! Lists and mappings in brackets.

use std::ops::Range;

use super::align::{Step, align};
use super::change::{Editor, Place, Stuck};
use super::layout::{begins_line, column, line_start, next_line};
use super::syntax::{Item, Pair, Syntax};
use super::text;
use crate::yaml::{Map, Node, Style};

/// What becomes of the elements between two brackets.
#[derive(Default)]
struct Plan {
    gone: Vec<usize>,
    /// New elements, with the number of the old one that they follow.
    new: Vec<(Option<usize>, String)>,
}

impl Editor<'_> {
    /// Makes of a list in brackets what is wanted.
    pub(super) fn flow_items(
        &mut self,
        items: &[Item],
        was: &[Node],
        wanted: &[Node],
        node: &Syntax,
    ) -> Result<(), Stuck> {
        let mut plan = Plan::default();
        let mut after = None;
        let style = self.style_of(items.iter().map(|item| item.value.span.clone()));
        for step in align(was, wanted) {
            match step {
                Step::Pair(old, new) => {
                    self.change(&items[old].value, &was[old], &wanted[new], Place::Brackets)?;
                    after = Some(old);
                }
                Step::Gone(old) => plan.gone.push(old),
                Step::New(new) => plan.new.push((after, text::flow(&wanted[new], style, self.layout))),
            }
        }
        let spans: Vec<Range<usize>> = items.iter().map(|item| item.value.span.clone()).collect();
        self.elements(&spans, plan, node)
    }

    /// Makes of a mapping in brackets what is wanted.
    pub(super) fn flow_pairs(&mut self, pairs: &[Pair], was: &Map, wanted: &Map, node: &Syntax) -> Result<(), Stuck> {
        let mut plan = Plan::default();
        let mut after = None;
        let style = self.style_of(pairs.iter().map(|pair| pair.value.span.clone()));
        let find = |name: &str| pairs.iter().rposition(|pair| pair.name == name);
        for entry in &wanted.entries {
            let old = was.entries.iter().rev().find(|e| e.key.text == entry.key.text);
            match (find(&entry.key.text), old) {
                (Some(place), Some(old)) => {
                    if !old.value.says_the_same(&entry.value) {
                        pairs[place].after_colon.ok_or(Stuck)?;
                        self.change(&pairs[place].value, &old.value, &entry.value, Place::Brackets)?;
                    }
                    after = after.max(Some(place));
                }
                (None, Some(old)) if old.value.says_the_same(&entry.value) => {}
                _ => plan.new.push((after, text::flow_pair(&entry.key.text, &entry.value, style, self.layout))),
            }
        }
        plan.gone =
            (0..pairs.len()).filter(|i| pairs[*i].name != "<<" && wanted.get(&pairs[*i].name).is_none()).collect();
        let spans: Vec<Range<usize>> = pairs.iter().map(|pair| pair.key.start..pair.end()).collect();
        self.elements(&spans, plan, node)
    }

    /// Quotes, where all the values have them.
    fn style_of(&self, spans: impl Iterator<Item = Range<usize>>) -> Style {
        let mut all = spans.map(|span| self.text.as_bytes().get(span.start).copied());
        match all.next().flatten() {
            Some(b'"') if all.all(|c| c == Some(b'"')) => Style::Double,
            Some(b'\'') if all.all(|c| c == Some(b'\'')) => Style::Single,
            _ => Style::Plain,
        }
    }

    fn elements(&mut self, spans: &[Range<usize>], plan: Plan, node: &Syntax) -> Result<(), Stuck> {
        let stays = |i: &usize| !plan.gone.contains(i);
        let last = (0..spans.len()).rev().find(stays).ok_or(Stuck)?;
        if self.layout.comments_in(node.span.clone()).next().is_some() && !plan.gone.is_empty() {
            return Err(Stuck);
        }
        for gone in &plan.gone {
            if let Some(next) = spans.get(gone + 1)
                && *gone < last
            {
                self.remove_element(&spans[*gone], next.start);
            }
        }
        if last + 1 < spans.len() {
            self.edits.remove(spans[last].end..spans[spans.len() - 1].end);
        }
        let mut i = 0;
        while i < plan.new.len() {
            let after = plan.new[i].0;
            let count = plan.new[i..].iter().take_while(|(a, _)| *a == after).count();
            let texts: Vec<&str> = plan.new[i..i + count].iter().map(|(_, text)| text.as_str()).collect();
            // Behind one that goes is behind the last before it that stays.
            let after = after.and_then(|after| (0..=after).rev().find(stays));
            self.insert_elements(spans, after, last, &texts, node);
            i += count;
        }
        Ok(())
    }

    /// Takes an element out that another follows, with its line where it has one of its own.
    fn remove_element(&mut self, element: &Range<usize>, next: usize) {
        if begins_line(self.text, element.start) && begins_line(self.text, next) {
            let start = line_start(self.text, element.start);
            self.edits.remove(start..line_start(self.text, next));
        } else {
            self.edits.remove(element.start..next);
        }
    }

    fn insert_elements(
        &mut self,
        spans: &[Range<usize>],
        after: Option<usize>,
        last: usize,
        texts: &[&str],
        node: &Syntax,
    ) {
        let Some(after) = after else {
            let first = spans[0].start;
            let between = self.between(first);
            let new: String = texts.iter().map(|text| format!("{text},{between}")).collect();
            self.edits.insert(first, new);
            return;
        };
        let end = spans[after].end;
        let between = self.between(spans[after].start);
        let comma = end + self.text[end..].bytes().take_while(|b| *b == b' ').count();
        let has_comma = after == last && self.text.as_bytes().get(comma) == Some(&b',') && last + 1 == spans.len();
        let line = next_line(self.text, end);
        if between.starts_with('\n') && after == last && last + 1 == spans.len() && line < node.span.end {
            // The last element has a line of its own, perhaps with a comment behind it.
            let indent = &between[1..];
            let mut lines: Vec<String> = texts.iter().map(|text| format!("{indent}{text}")).collect();
            if has_comma {
                lines.iter_mut().for_each(|line| line.push(','));
                self.edits.insert(line, lines.join("\n") + "\n");
            } else {
                self.edits.insert(end, ",");
                self.edits.insert(line, lines.join(",\n") + "\n");
            }
            return;
        }
        let new: String = texts.iter().map(|text| format!(",{between}{text}")).collect();
        self.edits.insert(end, new);
    }

    /// What stands between elements: a line break with the indentation, or a blank.
    fn between(&self, element: usize) -> String {
        if begins_line(self.text, element) {
            format!("\n{:1$}", "", column(self.text, element))
        } else {
            " ".to_owned()
        }
    }
}
