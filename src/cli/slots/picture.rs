//! What `slots show` draws: a cluster, or a plan on it, in every form.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::diagnostics::render::Style;
use crate::slots::render::{
    Activity, Heat, SlotMap, after, map_html, map_svg, map_text, plan_html, plan_maps_text, plan_svg, plan_text,
};
use crate::slots::{ClusterState, Node, NodeId, SlotPlan};

/// A cluster, with a plan or without.
#[derive(Debug)]
pub struct Picture {
    state: ClusterState,
    map: SlotMap,
    plan: Option<SlotPlan>,
    heat: Option<Heat>,
}

/// The JSON form.
#[derive(Debug, Serialize)]
pub struct Document<'p> {
    nodes: &'p [Node],
    #[serde(flatten)]
    map: &'p SlotMap,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<SlotMap>,
}

impl Picture {
    /// Of a cluster with what its nodes are doing.
    pub fn new(
        state: ClusterState,
        activity: &BTreeMap<NodeId, Activity>,
        plan: Option<SlotPlan>,
        heat: Option<Heat>,
    ) -> Picture {
        let map = SlotMap::of(&state).with_activity(activity);
        Picture { state, map, plan, heat }
    }

    /// For a terminal.
    pub fn text(&self, style: Style) -> String {
        match &self.plan {
            Some(plan) => {
                let maps = plan_maps_text(plan, &self.state, style);
                format!("{maps}\n{}", plan_text(plan, &self.state, style))
            }
            None => map_text(&self.state, &self.map, style),
        }
    }

    /// As a picture.
    pub fn svg(&self) -> String {
        match &self.plan {
            Some(plan) => plan_svg(plan, &self.state),
            None => map_svg(&self.state, &self.map, self.heat),
        }
    }

    /// As a page.
    pub fn html(&self) -> String {
        match &self.plan {
            Some(plan) => plan_html(plan, &self.state),
            None => map_html(&self.state, &self.map, self.heat),
        }
    }

    /// For programs.
    pub fn document(&self) -> Document<'_> {
        let after = self.plan.as_ref().map(|plan| SlotMap::of(&after(&self.state, plan)));
        Document { nodes: &self.state.nodes, map: &self.map, after }
    }
}
