//! The commits of the lines of a report.

use std::path::Path;

use crate::drift::{Change, ChangeKind, Origin};
use crate::source::{Blamer, LineBlame};

use super::sides::Compared;
use super::targets::Task;

/// Finds commits for many tasks; each file is looked at once.
pub struct Commits {
    before: Blamer,
    after: Blamer,
}

impl Commits {
    /// For tasks of these states.
    pub fn new(task: &Task) -> Commits {
        let blamer = |revision: &Option<String>| match revision {
            Some(revision) => Blamer::new(None).at_revision(revision),
            None => Blamer::new(None),
        };
        Commits { before: blamer(&task.before.1.revision), after: blamer(&task.after.1.revision) }
    }

    /// Fills them in where they are known.
    pub fn fill(&mut self, compared: &mut Compared) {
        let [before, after] = &compared.roots;
        for change in &mut compared.changes {
            let Change { place, fields, .. } = change;
            let places = place.iter_mut().filter(|_| change.change != ChangeKind::None);
            match (change.change == ChangeKind::Delete, before, after) {
                (true, Some(root), _) => places.for_each(|place| fill(place, root, &mut self.before)),
                (false, _, Some(root)) => places
                    .chain(fields.iter_mut().filter_map(|field| field.origin.as_mut()))
                    .for_each(|place| fill(place, root, &mut self.after)),
                _ => {}
            }
        }
    }
}

fn fill(place: &mut Origin, root: &Path, blamer: &mut Blamer) {
    if let Ok(LineBlame::Commit(commit)) = blamer.line(&root.join(&place.file), place.line) {
        place.commit = Some(commit.id);
    }
}
