//! `redisops slots show`.

use std::path::Path;

use serde::Serialize;

use crate::cli::args::{Format, HeatOf, ShowArgs};
use crate::cli::document::{document, save};
use crate::cli::exit::Exit;
use crate::cli::runtime::block_on;
use crate::cli::slots::{Context, Source, read_document, source};
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::slots::render::{
    Heat, SlotMap, after, map_html, map_svg, map_text, plan_html, plan_maps_text, plan_svg, plan_text,
};
use crate::slots::{ClusterState, Node, SlotPlan};

/// Draws a cluster, or a plan on it.
///
/// # Errors
/// When the cluster or the plan cannot be read, a picture cannot be written, or what it is to show is not known.
pub fn run(arguments: &ShowArgs, cx: &Context<'_>) -> Result<Exit, Diagnostics> {
    let plan = arguments.plan.as_deref().map(|path| read_document::<SlotPlan>(path, "SlotPlan", cx.sources));
    let plan = plan.transpose()?.map(|(plan, _)| plan);
    let state = match source(&arguments.source, &arguments.access, cx)? {
        Source::Live(live) => block_on(async { Ok::<_, Diagnostics>(live.connect().await?.state().await) })??,
        Source::Saved(state) => state,
    };
    let shown = Shown::new(state, plan);
    let heat = arguments.heat.map(|what| heat(what, &shown.state)).transpose()?;
    for (path, text) in [
        (&arguments.svg, (|| shown.svg(heat)) as &dyn Fn() -> String),
        (&arguments.html, &|| shown.html(heat)),
    ] {
        if let Some(path) = path {
            write(path, &text(), cx)?;
        }
    }
    cx.printer.print(match arguments.output {
        Format::Json => document("SlotMap", &shown.document()),
        Format::Human => shown.text(cx),
    })?;
    Ok(Exit::Done)
}
