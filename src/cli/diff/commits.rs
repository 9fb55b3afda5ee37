//! The commits of the lines of a report.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

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
    pub fn fill(&mut self, compared: &mut [Compared]) {
        for newer in [false, true] {
            let blamer = if newer { &mut self.after } else { &mut self.before };
            let mut all: BTreeSet<PathBuf> = BTreeSet::new();
            each(compared, newer, &mut |place, root| all.extend([root.join(&place.file)]));
            blamer.prepare(all.iter().map(PathBuf::as_path));
            each(compared, newer, &mut |place, root| {
                if let Ok(LineBlame::Commit(commit)) = blamer.line(&root.join(&place.file), place.line) {
                    place.commit = Some(commit.id);
                }
            });
        }
    }
}

/// The places on one side that are shown, with the roots that they are relative to.
fn each(compared: &mut [Compared], newer: bool, visit: &mut dyn FnMut(&mut Origin, &Path)) {
    for Compared { changes, roots, .. } in compared {
        let Some(root) = &roots[usize::from(newer)] else { continue };
        let on_side =
            |change: &&mut Change| change.change != ChangeKind::None && (change.change != ChangeKind::Delete) == newer;
        for change in changes.iter_mut().filter(on_side) {
            let fields = change.fields.iter_mut().filter_map(|field| field.origin.as_mut());
            change.place.iter_mut().chain(fields).for_each(|place| visit(place, root));
        }
    }
}
