//! The cluster is whole, and what is deleted next holds nothing.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::apply::slots::fix::examine;
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::live::redis::{Access, Cluster};
use crate::redis::{Info, NodeLine, View};
use crate::slots::health::Severity;

use super::look::{Order, Seen, nodes};

/// How long gossip may take to tell all of who copies whom.
const GOSSIP: Duration = Duration::from_secs(20);
/// How often to look.
const LOOK: Duration = Duration::from_millis(50);

/// Waits until every node knows of every other whom it copies, as that says itself. A run that was killed once it had told a node so leaves it to gossip to
/// tell the others; until then they take it for a master without slots.
async fn roles_are_known(cluster: &Cluster) {
    let end = Instant::now() + GOSSIP;
    loop {
        let views: Vec<View> = cluster.views().await.into_iter().filter_map(|(_, view)| view.ok()).collect();
        let own: Vec<&NodeLine> = views.iter().filter_map(View::own).collect();
        let knows = |view: &View, line: &NodeLine| view.of(&line.id).is_some_and(|seen| seen.master == line.master);
        if views.iter().all(|view| own.iter().all(|line| knows(view, line))) || Instant::now() >= end {
            return;
        }
        sleep(LOOK).await;
    }
}

/// Looks at every node once more.
///
/// # Errors
/// What is wrong. Nothing may be deleted then.
pub(super) async fn verify(access: &Access, seen: &Seen, order: &Order) -> Result<(), Diagnostics> {
    roles_are_known(&seen.cluster).await;
    let (_, health) = examine(&seen.cluster).await;
    if !health.whole {
        let mut found = Diagnostic::error("redisops::scaling::not-whole", "the cluster is not whole after all steps");
        for finding in health.findings.iter().filter(|finding| finding.severity == Severity::Error) {
            found = found.note(finding.message.clone());
        }
        return Err(found
            .help("run `redisops slots check`, mend what it finds, then run the same command again")
            .into());
    }
    let mut found = Diagnostics::new();
    for place in order.places.iter().filter(|place| !place.stays) {
        // A pod that is gone holds nothing, and one that cannot be asked is no member, as the cluster says.
        let Ok(connection) = access.connect(&place.at).await else { continue };
        let Ok(lines) = nodes(&connection).await else { continue };
        let text: String = connection.query(::redis::cmd("INFO").arg("keyspace")).await.unwrap_or_default();
        let databases = Info::parse(&text);
        let slots = lines.iter().find(|line| line.myself).map_or(0, |own| own.slots.len());
        if slots > 0 || (0..16).any(|number| databases.get(&format!("db{number}")).is_some()) {
            found.push(
                Diagnostic::error(
                    "redisops::scaling::not-empty",
                    format!("`{}` is no member of the cluster, but holds keys or slots", place.pod),
                )
                .note("they are not of this cluster: redisops has moved nothing to or from it")
                .help("look at it, and empty it (`FLUSHALL`) if nobody needs it"),
            );
        }
    }
    if found.has_errors() { Err(found) } else { Ok(()) }
}
