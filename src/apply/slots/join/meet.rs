//! Introducing a node to all others, and waiting until all of them agree.

use std::time::Duration;

use futures::future::join;
use tokio::time::{Instant, sleep};

use crate::diagnostics::Diagnostic;
use crate::live::redis::Connection;
use crate::slots::{Address, NodeId};

use super::super::members::{Member, Members, Step, Steps, View, failed, view};

/// How many nodes are introduced in one go: each handshake costs all of them packets.
const AT_ONCE: usize = 64;
/// How often to look.
const LOOK: Duration = Duration::from_millis(50);
/// How often to introduce again those who have not heard.
const AGAIN: Duration = Duration::from_secs(2);

/// Makes a node and the members know each other. The node itself is told to meet each member, at the address and the bus port that the members
/// announce: nothing here depends on the address by which the node was reached, nor on gossip that other nodes may not listen to (a node that was
/// forgotten is not learned by gossip for a minute).
pub(super) async fn meet(members: &Members, candidate: &Member, steps: &Steps<'_>) -> Result<(), Diagnostic> {
    let end = Instant::now() + steps.deadline;
    let mut introduced: Option<Instant> = None;
    let mut last_said = usize::MAX;
    loop {
        let (views, own) = join(members.views(), view(candidate)).await;
        let waiting = disagreeing(&views, &own);
        if waiting.is_empty() {
            return Ok(());
        }
        if last_said != waiting.len() {
            last_said = waiting.len();
            let address = candidate.connection.address().clone();
            steps.say(Step::Meeting { address, waiting_for: waiting.len() });
        }
        if Instant::now() >= end {
            return Err(too_late(candidate, &views, &own, &waiting, steps.deadline));
        }
        if introduced.is_none_or(|at| at.elapsed() >= AGAIN) {
            introduce(&candidate.connection, &views, &own).await?;
            introduced = Some(Instant::now());
        }
        sleep(LOOK).await;
    }
}

/// Members that do not know the node, or that it does not know, or whose slots it sees otherwise than they do.
fn disagreeing(views: &[View], own: &View) -> Vec<NodeId> {
    let agrees = |view: &&View| {
        let slots = |view: &View| view.line(&view.of).map(|line| line.slots.clone());
        view.lines.is_err()
            || view.knows(&own.of)
                && own.knows(&view.of)
                && own.line(&view.of).map(|line| line.slots.clone()) == slots(view)
    };
    views.iter().filter(|view| view.of != own.of && !agrees(view)).map(|view| view.of.clone()).collect()
}

async fn introduce(candidate: &Connection, views: &[View], own: &View) -> Result<(), Diagnostic> {
    let strangers = views.iter().filter(|view| view.of != own.of && view.lines.is_ok());
    let strangers = strangers.filter(|view| !view.knows(&own.of) || !own.knows(&view.of));
    let mut pipeline = ::redis::pipe();
    for (address, bus_port) in strangers.filter_map(|view| announced(&view.of, views)).take(AT_ONCE) {
        pipeline.cmd("CLUSTER").arg("MEET").arg(address.host).arg(address.port).arg(bus_port);
    }
    let replies = candidate.pipeline(&pipeline, Duration::from_secs(10)).await;
    let told = replies.and_then(|replies| replies.into_iter().try_for_each(|reply| candidate.read::<()>(reply)));
    told.map_err(|error| failed("the node could not be introduced to the members", &error))
}

/// The address and the bus port of a member, as it and the others announce them. A node that never met anybody does not know its own address.
fn announced(id: &NodeId, views: &[View]) -> Option<(Address, u16)> {
    let own = views.iter().filter(|view| view.of == *id);
    let others = views.iter().filter(|view| view.of != *id);
    let told = own
        .chain(others)
        .filter_map(|view| view.line(id))
        .find_map(|line| Some((line.address.clone()?, line.bus_port?)));
    // Alone it is where we reached it: the address that the user gave is the announced one.
    told.or_else(|| {
        let view = views.iter().find(|view| view.of == *id)?;
        Some((view.address.clone(), view.own()?.bus_port?))
    })
}

fn too_late(candidate: &Member, views: &[View], own: &View, waiting: &[NodeId], deadline: Duration) -> Diagnostic {
    let at = candidate.connection.address();
    let bus = own.own().and_then(|line| line.bus_port).map_or_else(String::new, |port| format!(" (bus port {port})"));
    let names = waiting.iter().filter_map(|id| views.iter().find(|view| view.of == *id));
    let names: Vec<String> = names.take(5).map(|view| format!("`{}`", view.address)).collect();
    let more =
        if waiting.len() > names.len() { format!(" and {} more", waiting.len() - names.len()) } else { String::new() };
    Diagnostic::error(
        "redisops::slots::join-timeout",
        format!("`{at}` and {}{more} do not know each other after {} s", names.join(", "), deadline.as_secs()),
    )
    .note("nodes talk over their bus ports, at the addresses that they announce, both ways")
    .help(format!(
        "see that `{at}`{bus} and those nodes reach each other's bus ports (`cluster-announce-ip`, `cluster-announce-bus-port`, firewalls, `tls-cluster`), \
         then run the same command again: it goes on where it stopped"
    ))
}

#[cfg(test)]
mod tests {
    use crate::redis::parse_nodes;

    use super::*;

    fn view(of: &str, reached: &str, text: &str) -> View {
        View { of: of.into(), address: reached.parse().unwrap(), lines: Ok(parse_nodes(text).unwrap()) }
    }

    #[test]
    fn members_are_met_where_they_announce_themselves() {
        // Reached through a map; the first node has not learned its own address.
        let views = [
            view(
                "a",
                "127.0.0.1:7001",
                "a :7001@17001 myself,master - 0 0 1 connected 0-5\nb 172.30.0.12:7002@9002 master - 0 0 2 connected",
            ),
            view(
                "b",
                "127.0.0.1:7002",
                "b 172.30.0.12:7002@9002 myself,master - 0 0 2 connected\na 172.30.0.11:7001@17001 master - 0 0 1 connected 0-5",
            ),
        ];
        let at =
            |id: &str, views: &[View]| announced(&id.into(), views).map(|(address, bus)| format!("{address}@{bus}"));
        assert_eq!(at("a", &views).as_deref(), Some("172.30.0.11:7001@17001"));
        assert_eq!(at("b", &views).as_deref(), Some("172.30.0.12:7002@9002"));
        assert_eq!(at("a", &views[..1]).as_deref(), Some("127.0.0.1:7001@17001"), "alone");
    }

    #[test]
    fn all_have_to_agree_on_slots_too() {
        let member = view("a", "h:1", "a h:1@2 myself,master - 0 0 1 connected 0-5\nn h:3@4 master - 0 0 0 connected");
        let shaking =
            view("a", "h:1", "a h:1@2 myself,master - 0 0 1 connected 0-5\nn h:3@4 handshake - 0 0 0 connected");
        let own = |slots: &str| {
            view(
                "n",
                "h:3",
                &format!("n h:3@4 myself,master - 0 0 0 connected\na h:1@2 master - 0 0 1 connected {slots}"),
            )
        };
        assert_eq!(disagreeing(std::slice::from_ref(&member), &own("0-5")), []);
        assert_eq!(disagreeing(&[member], &own("0-4")), ["a".into()]);
        assert_eq!(disagreeing(&[shaking], &own("0-5")), ["a".into()]);
    }
}
