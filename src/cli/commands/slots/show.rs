//! `redisops slots show`.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use crate::cli::args::{Format, HeatOf, ShowArgs};
use crate::cli::document::{document, save};
use crate::cli::exit::Exit;
use crate::cli::runtime::block_on;
use crate::cli::slots::{Context, Live, Picture, Source, look, read_document, read_shown_state, source};
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::live::redis::SurveyOptions;
use crate::slots::render::{Activity, Heat};
use crate::slots::{ClusterState, NodeId, SlotPlan, state_digest};

/// Draws a cluster, or a plan on it.
///
/// # Errors
/// When the cluster or the plan cannot be read, a picture cannot be written, or what it is to show is not known.
pub fn run(arguments: &ShowArgs, cx: &Context<'_>) -> Result<Exit, Diagnostics> {
    let plan = arguments.plan.as_deref().map(|path| read_document::<SlotPlan>(path, "SlotPlan", cx.sources));
    let plan = plan.transpose()?.map(|(plan, _)| plan);
    let (state, activity) = match &arguments.source.state {
        // What is wrong with a cluster is shown, too.
        Some(path) => (read_shown_state(path, cx.sources)?, BTreeMap::new()),
        None => match source(&arguments.source, &arguments.access, cx)? {
            Source::Live(live) => block_on(ask(&live, arguments.sample_ops, cx))??,
            Source::Saved(state) => (state, BTreeMap::new()),
        },
    };
    if plan.as_ref().is_some_and(|plan| plan.state_digest != state_digest(&state)) {
        cx.printer.note("the plan was made from another state: it is drawn on this one");
    }
    let heat = arguments.heat.map(|what| heat(what, &state)).transpose()?;
    let picture = Picture::new(state, &activity, plan, heat);
    if let Some(path) = &arguments.svg {
        write(path, &picture.svg(), cx)?;
    }
    if let Some(path) = &arguments.html {
        write(path, &picture.html(), cx)?;
    }
    cx.printer.print(match arguments.output {
        Format::Json => document("SlotMap", &picture.document()),
        Format::Human => picture.text(cx.printer.result_style()),
    })?;
    Ok(Exit::Done)
}

async fn ask(
    live: &Live,
    ops: Option<Duration>,
    cx: &Context<'_>,
) -> Result<(ClusterState, BTreeMap<NodeId, Activity>), Diagnostics> {
    let cluster = live.connect().await?;
    // Before the slots are looked into: that is many commands, which would be counted.
    let activity = cluster.activity().await;
    let (state, _) = look(&cluster, SurveyOptions { bytes: true, big_keys: None, ops }, cx).await;
    Ok((state, activity))
}

fn write(path: &Path, text: &str, cx: &Context<'_>) -> Result<(), Diagnostic> {
    save(path, text)?;
    cx.printer.note(&format!("wrote `{}`", path.display()));
    Ok(())
}

fn heat(what: HeatOf, state: &ClusterState) -> Result<Heat, Diagnostic> {
    let (heat, name) = match what {
        HeatOf::Keys => (Heat::Keys, "keys"),
        HeatOf::Bytes => (Heat::Bytes, "bytes"),
        HeatOf::Ops => (Heat::Ops, "ops"),
    };
    match heat.is_known(state) {
        true => Ok(heat),
        false => Err(Diagnostic::error(
            "redisops::slots::heat",
            format!("the {name} of each slot are not known, so `--heat {name}` has nothing to show"),
        )
        .help(match what {
            HeatOf::Ops => {
                "sample them with `--sample-ops 5s`, or give a state whose `slotStats` have `ops`".to_owned()
            }
            _ => format!("give a state whose `slotStats` have `{name}`, or leave `--heat` out"),
        })),
    }
}
