//! How nodes and slots are called in texts.

use std::collections::HashMap;

use crate::slots::{ClusterState, NodeId, SlotPlan, SlotSet};

use super::numbers::count;

/// What nodes are called: where they listen and the beginning of their id.
pub(super) struct Names<'s> {
    addresses: HashMap<&'s NodeId, String>,
}

impl<'s> Names<'s> {
    /// Of the nodes of a cluster, and of those that a plan brings in.
    pub(super) fn new(state: &'s ClusterState, plan: Option<&'s SlotPlan>) -> Names<'s> {
        let joins = plan.iter().flat_map(|plan| &plan.joins);
        let joins = joins.filter_map(|join| Some((join.id.as_ref()?, join.address.to_string())));
        let known = state.nodes.iter().map(|node| (&node.id, node.address.to_string()));
        Names { addresses: joins.chain(known).collect() }
    }

    /// `172.30.0.11:7001`; the beginning of the id where nobody knows the address.
    pub(super) fn address(&self, id: &NodeId) -> String {
        self.addresses.get(id).cloned().unwrap_or_else(|| id.short().to_owned())
    }

    /// `172.30.0.11:7001 (07c37dfe)`.
    pub(super) fn full(&self, id: &NodeId) -> String {
        match self.addresses.get(id) {
            Some(address) => format!("{address} ({})", id.short()),
            None => id.short().to_owned(),
        }
    }
}

/// The ranges of a set, the first `most` of them: `0-99, 200-299 and 12 more ranges`.
pub(super) fn ranges(slots: &SlotSet, most: usize) -> String {
    let total = slots.ranges().count();
    if total == 0 {
        return "none".to_owned();
    }
    // Leaving one out saves nothing.
    let shown = if total <= most + 1 { total } else { most };
    let mut text = slots.ranges().take(shown).map(|range| range.to_string()).collect::<Vec<_>>().join(", ");
    if total > shown {
        text.push_str(&format!(" and {} more ranges", count((total - shown) as u64)));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::slots::Slot;

    #[test]
    fn long_lists_of_ranges_are_cut() {
        let every_other: SlotSet = Slot::all().step_by(2).collect();
        assert_eq!(ranges(&every_other, 3), "0, 2, 4 and 8,189 more ranges");
        let four: SlotSet = Slot::all().step_by(2).take(4).collect();
        assert_eq!(ranges(&four, 3), "0, 2, 4, 6");
        assert_eq!(ranges(&SlotSet::new(), 3), "none");
    }
}
