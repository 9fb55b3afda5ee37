//! Where a value came from: a place in a text, or a recorded write.
//!
//! A node that stands in a file as it is needs no record: its origin is the place itself, and what the file is to the build says how it came in. Only
//! a value that a transformer computed or overwrote has a [`Write`], which keeps what it replaced; so the history of a field is a chain of writes.

use std::sync::Arc;

use parking_lot::RwLock;
use rustc_hash::FxHashMap;

use crate::diagnostics::Pos;

use super::Node;

/// The origin of a node in four bytes: a place, or the number of a write in the [`Trace`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Origin(u32);

const WRITE: u32 = 1 << 31;

impl Origin {
    /// Of a value that stands nowhere.
    pub const NONE: Origin = Origin(0);

    /// Of a value that stands in a text.
    pub const fn at(pos: Pos) -> Origin {
        Origin(pos.raw())
    }

    /// The place, when there is no write.
    pub fn pos(self) -> Option<Pos> {
        (self.0 & WRITE == 0).then_some(Pos::from_raw(self.0))
    }

    fn write(self) -> Option<usize> {
        (self.0 & WRITE != 0).then_some((self.0 & !WRITE) as usize)
    }
}

/// What wrote a value. Names are those of the `via` field of explanations.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Via {
    /// A manifest under `resources`.
    Resource,
    /// A strategic merge patch, which has the value in it.
    Patch,
    /// An operation of a JSON patch.
    JsonPatch,
    /// An entry of `replacements`.
    Replacement,
    /// A field of a kustomization (`labels`, `namePrefix`, `images`, …), by its name.
    Field(&'static str),
    /// A reference that followed a rename.
    NameReference,
    /// `vars`.
    Var,
    /// Output of helm.
    Helm,
    /// Output of a KRM function.
    Function,
}

/// One write of a value.
#[derive(Clone, PartialEq, Debug)]
pub struct Write {
    /// The place that asked for it: the entry of `images`, the field in the patch.
    pub at: Pos,
    /// What wrote.
    pub via: Via,
    /// For replacements: where the value itself stands.
    pub source: Pos,
    /// What was there before, with its own origin; none for a new field.
    pub before: Option<Node>,
}

/// Where a line of a text comes from that was put together from several places.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LineOrigin {
    /// The place that caused it.
    pub at: Pos,
    /// Whether the line stands there as it is, so that words of it have places too.
    pub verbatim: bool,
}

/// The writes of a build, in order. A build records them on one thread; checks read them on several.
#[derive(Debug, Default)]
pub struct Trace {
    writes: RwLock<Vec<Write>>,
    lines: RwLock<FxHashMap<Origin, Arc<[LineOrigin]>>>,
}

impl Trace {
    /// No writes.
    pub fn new() -> Trace {
        Trace::default()
    }

    /// Records a write. When the numbers are used up (2^31 writes), the place is all that is kept.
    pub fn record(&self, write: Write) -> Origin {
        let mut writes = self.writes.write();
        let number = writes.len() as u32;
        if number >= WRITE {
            return Origin::at(write.at);
        }
        writes.push(write);
        Origin(number | WRITE)
    }

    /// Records that a field was created (or a mapping, which has no history of its own).
    pub fn created(&self, at: Pos, via: Via) -> Origin {
        self.record(Write { at, via, source: Pos::NONE, before: None })
    }

    /// Records that a text was put together, line by line.
    pub fn composed(&self, at: Pos, via: Via, lines: Vec<LineOrigin>) -> Origin {
        let origin = self.created(at, via);
        self.lines.write().insert(origin, lines.into());
        origin
    }

    /// Where the lines of a text come from; none where it stands in one place.
    pub fn lines(&self, origin: Origin) -> Option<Arc<[LineOrigin]>> {
        self.lines.read().get(&origin).cloned()
    }

    /// Records that a value was overwritten.
    pub fn overwrote(&self, at: Pos, via: Via, before: Node) -> Origin {
        self.record(Write { at, via, source: Pos::NONE, before: Some(before) })
    }

    /// The write behind an origin; none where the value stands in a text as it is.
    pub fn write(&self, origin: Origin) -> Option<Write> {
        self.writes.read().get(origin.write()?).cloned()
    }

    /// Number of the write behind an origin and the origin of what it replaced; none for a write before `since` (a former [`Trace::len`]) or one that
    /// replaced nothing.
    pub fn replaced(&self, origin: Origin, since: usize) -> Option<(usize, Origin)> {
        let number = origin.write().filter(|n| *n >= since)?;
        let writes = self.writes.read();
        Some((number, writes.get(number)?.before.as_ref()?.origin))
    }

    /// Whether a write since `since` replaced a value with an origin that passes a test.
    pub fn any_replaced(&self, since: usize, test: impl Fn(Origin) -> bool) -> bool {
        let writes = self.writes.read();
        let recent = writes.get(since..).unwrap_or(&[]);
        recent.iter().any(|write| write.before.as_ref().is_some_and(|before| test(before.origin)))
    }

    /// The place to show for an origin.
    pub fn pos(&self, origin: Origin) -> Pos {
        match origin.write() {
            None => Pos::from_raw(origin.0),
            Some(number) => self.writes.read().get(number).map_or(Pos::NONE, |w| w.at),
        }
    }

    /// The place at which a value is written out as it is: its own, or that in the strategic patch which put it there.
    pub fn text_pos(&self, origin: Origin) -> Option<Pos> {
        origin.pos().or_else(|| self.write(origin).filter(|write| write.via == Via::Patch).map(|write| write.at))
    }

    /// How many writes there are.
    pub fn len(&self) -> usize {
        self.writes.read().len()
    }

    /// Whether nothing was written.
    pub fn is_empty(&self) -> bool {
        self.writes.read().is_empty()
    }
}
