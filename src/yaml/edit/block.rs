//! Lists and mappings over lines.

use super::align::{Step, align};
use super::change::{Editor, Place, Stuck};
use super::layout::{begins_line, column, line_start, next_line};
use super::syntax::{Item, Pair};
use super::text;
use crate::yaml::{Entry, Map, Node};

impl Editor<'_> {
    /// Makes of a list what is wanted: old items keep their lines and what stands between them.
    pub(super) fn block_items(&mut self, items: &[Item], was: &[Node], wanted: &[Node]) -> Result<(), Stuck> {
        let first = items[0].dash;
        let indent = column(self.text, first);
        let gap = self.gap_of(items);
        // Where the next new item goes: before the first, or below the last that was looked at.
        let mut place = None;
        for step in align(was, wanted) {
            match step {
                Step::Pair(old, new) => {
                    let item = &items[old];
                    let at = Place::Item { column: indent, after: item.dash + 1 };
                    self.change(&item.value, &was[old], &wanted[new], at)?;
                    place = Some(next_line(self.text, item.end()));
                }
                Step::Gone(old) => {
                    let item = &items[old];
                    if !begins_line(self.text, item.dash) {
                        return Err(Stuck);
                    }
                    let end = next_line(self.text, item.end());
                    self.remove_lines(line_start(self.text, item.dash), end);
                    place = Some(end);
                }
                Step::New(new) => {
                    let item = text::item(&wanted[new], indent, gap, self.layout);
                    match place {
                        Some(at) => self.edits.insert(at, format!("{:indent$}{item}", "")),
                        None => self.edits.insert(first, format!("{item}{:indent$}", "")),
                    }
                }
            }
        }
        Ok(())
    }

    /// Blanks behind the dashes of a list.
    fn gap_of(&self, items: &[Item]) -> usize {
        let gap = |item: &Item| {
            let between = self.text.get(item.dash + 1..item.value.span.start)?;
            (!between.is_empty() && between.bytes().all(|b| b == b' ')).then_some(between.len())
        };
        items.iter().rev().find_map(gap).unwrap_or(self.layout.gap)
    }

    /// Makes of a mapping what is wanted. New entries go behind the one that they follow in the wanted tree.
    pub(super) fn block_pairs(&mut self, pairs: &[Pair], was: &Map, wanted: &Map, root: bool) -> Result<(), Stuck> {
        let indent = column(self.text, pairs[0].key.start);
        let find = |name: &str| pairs.iter().rposition(|pair| pair.name == name);
        let renamed = |name: &str| -> Option<usize> {
            let rename = self.renames.iter().find(|r| root && r.to == name && wanted.get(&r.from).is_none())?;
            find(&rename.from)
        };
        let places: Vec<Option<usize>> =
            wanted.entries.iter().map(|e| find(&e.key.text).or_else(|| renamed(&e.key.text))).collect();
        for (entry, place) in wanted.entries.iter().zip(&places) {
            if let Some(place) = place {
                self.block_pair(&pairs[*place], was, entry, indent)?;
            }
        }
        // Of a key that stands twice, the last counts; the others go when its mapping is changed.
        let stays = |i: usize| pairs[i].name == "<<" || places.contains(&Some(i));
        self.remove_pairs(pairs, stays)?;
        let mut after = None;
        for (entry, place) in wanted.entries.iter().zip(&places) {
            match place {
                Some(place) => after = after.max(Some(*place)),
                None if inherited(was, entry) => {}
                None => self.insert_pair(pairs, after, entry, indent, root)?,
            }
        }
        Ok(())
    }

    fn block_pair(&mut self, pair: &Pair, was: &Map, entry: &Entry, indent: usize) -> Result<(), Stuck> {
        let old = was.entries.iter().rev().find(|e| e.key.text == pair.name.as_str()).ok_or(Stuck)?;
        let renamed = pair.name != entry.key.text.as_str();
        if !renamed && old.value.says_the_same(&entry.value) {
            return Ok(());
        }
        let after = pair.after_colon.ok_or(Stuck)?;
        if renamed {
            self.edits.replace(pair.key.clone(), entry.key.text.as_str());
        }
        self.change(&pair.value, &old.value, &entry.value, Place::Key { column: indent, after })
    }

    fn remove_pairs(&mut self, pairs: &[Pair], stays: impl Fn(usize) -> bool) -> Result<(), Stuck> {
        let mut i = 0;
        while i < pairs.len() {
            if stays(i) {
                i += 1;
                continue;
            }
            let start = pairs[i].key.start;
            if pairs[i].after_colon.is_none() {
                return Err(Stuck);
            }
            if begins_line(self.text, start) {
                self.remove_lines(line_start(self.text, start), next_line(self.text, pairs[i].end()));
                i += 1;
                continue;
            }
            // Behind a dash: the next entry that stays moves up.
            let next = (i..pairs.len()).find(|n| stays(*n)).ok_or(Stuck)?;
            let to = pairs[next].key.start;
            self.save_comments(line_start(self.text, start), start, to);
            self.edits.remove(start..to);
            i = next;
        }
        Ok(())
    }

    fn insert_pair(
        &mut self,
        pairs: &[Pair],
        after: Option<usize>,
        entry: &Entry,
        indent: usize,
        root: bool,
    ) -> Result<(), Stuck> {
        let new = text::pair(&entry.key.text, &entry.value, indent, self.layout);
        let airy = if root && self.layout.airy { "\n" } else { "" };
        let Some(after) = after else {
            let first = pairs[0].key.start;
            if !begins_line(self.text, first) {
                self.edits.insert(first, format!("{new}{:indent$}", ""));
            } else {
                let at = self.above_comments(line_start(self.text, first));
                self.edits.insert(at, format!("{:indent$}{new}", ""));
            }
            return Ok(());
        };
        let mut at = next_line(self.text, pairs[after].end());
        if root && after + 1 == pairs.len() {
            // Comments at the end belong to what is above them.
            at = at.max(next_line(self.text, self.text[..self.end].trim_end().len())).min(self.end.max(at));
        }
        self.edits.insert(at, format!("{airy}{:indent$}{new}", ""));
        Ok(())
    }

    /// The beginning of the comments that stand right above a line.
    fn above_comments(&self, line: usize) -> usize {
        let mut at = line;
        while let Some(comment) = self.layout.comments.iter().find(|comment| comment.end == at) {
            at = comment.start;
        }
        at
    }
}

/// Whether an entry comes from a merge key and stays as it is.
fn inherited(was: &Map, entry: &Entry) -> bool {
    was.get(&entry.key.text).is_some_and(|old| old.says_the_same(&entry.value))
}

impl Item {
    /// Behind its last character.
    pub(super) fn end(&self) -> usize {
        self.value.span.end.max(self.dash + 1)
    }
}
