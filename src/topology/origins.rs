//! Which line of the spec caused a generated field.

use std::cell::RefCell;

use rustc_hash::FxHashMap;

use crate::diagnostics::Pos;
use crate::yaml::{Node, Origin, Trace, Value, Via};

/// How explanations call what this module writes.
const VIA: Via = Via::Field("topology");

/// Origins of generated fields, one record for each line of a spec.
pub(super) struct Origins<'a> {
    trace: &'a Trace,
    known: RefCell<FxHashMap<Pos, Origin>>,
}

impl<'a> Origins<'a> {
    /// For one build.
    pub(super) fn new(trace: &'a Trace) -> Origins<'a> {
        Origins { trace, known: RefCell::default() }
    }

    /// The origin of what a place caused.
    pub(super) fn at(&self, pos: Pos) -> Origin {
        *self.known.borrow_mut().entry(pos).or_insert_with(|| self.trace.created(pos, VIA))
    }

    /// A part of the spec as a part of an object: the values as they are, caused by where they stand.
    pub(super) fn carry(&self, node: &Node) -> Node {
        let mut copy = node.clone();
        self.carry_all(&mut copy);
        copy
    }

    fn carry_all(&self, node: &mut Node) {
        node.origin = self.at(self.trace.pos(node.origin));
        match &mut node.value {
            Value::Scalar(_) => {}
            Value::Seq(items) => items.iter_mut().for_each(|item| self.carry_all(item)),
            Value::Map(map) => map.entries.iter_mut().for_each(|entry| self.carry_all(&mut entry.value)),
        }
    }

    /// Gives every node without an origin that of the node around it.
    pub(super) fn settle(&self, node: &mut Node, around: Origin) {
        if node.origin == Origin::NONE {
            node.origin = around;
        }
        let origin = node.origin;
        match &mut node.value {
            Value::Scalar(_) => {}
            Value::Seq(items) => items.iter_mut().for_each(|item| self.settle(item, origin)),
            Value::Map(map) => {
                for entry in &mut map.entries {
                    self.settle(&mut entry.value, origin);
                    if entry.key_pos.is_none() {
                        entry.key_pos = self.trace.pos(entry.value.origin);
                    }
                }
            }
        }
    }
}
