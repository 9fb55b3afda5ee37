//! All nodes of all databases asked at once.

use std::time::{Duration, Instant};

use futures::future::join_all;

use crate::drift::nodes::{Answer, Answers, Compared, Mode, SentinelAnswers, Wanted, compare, unheard};
use crate::live::redis::{About, Access, Asked, ask, ask_sentinel};
use crate::slots::Address;

use super::reach::{Reached, Spot};

/// How long nodes get to agree before they are said to disagree.
const SETTLING: Duration = Duration::from_secs(2);
/// How long to wait before asking again.
const PAUSE: Duration = Duration::from_millis(150);

/// What the nodes of a database answered.
#[derive(Clone, Debug, Default)]
pub struct Said {
    /// The nodes.
    pub nodes: Vec<Answer<Answers>>,
    /// The sentinels.
    pub sentinels: Vec<Answer<SentinelAnswers>>,
}

/// Asks the nodes of a database and compares them; again where they may only need a moment to agree.
pub async fn examine(wanted: &Wanted, reached: &Reached) -> (Compared, Said) {
    let begin = Instant::now();
    loop {
        let said = ask_all(wanted, reached).await;
        let compared = compare(wanted, &said.nodes, &said.sentinels);
        // Nodes that are silent take their time to be so; one round of that is enough.
        let is_slow = begin.elapsed() > SETTLING;
        if !compared.may_settle || is_slow {
            return (compared, said);
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Asks every node and sentinel once.
pub async fn ask_all(wanted: &Wanted, reached: &Reached) -> Said {
    let with_users = wanted.users.as_ref().is_some_and(|users| !users.is_empty());
    let nodes = join_all(reached.nodes.iter().map(|spot| placed(spot, reached, with_users)));
    let sentinels = join_all(reached.sentinels.iter().map(|spot| sentinel(spot, reached)));
    let (mut nodes, sentinels) = tokio::join!(nodes, sentinels);
    if reached.discovers && wanted.mode == Mode::Cluster {
        // An address says less than who answers there.
        for answer in nodes.iter_mut().filter(|answer| answer.node.parse::<Address>().is_ok()) {
            let id = answer.said.as_ref().ok().and_then(|live| live.own_line()).map(|own| own.id.to_string());
            answer.node = id.unwrap_or_else(|| answer.node.clone());
        }
        let others = unknown(&nodes, reached);
        nodes.extend(join_all(others.iter().map(|spot| one(spot, reached, with_users))).await);
    }
    Said { nodes, sentinels }
}

/// Members that nodes know and that were not asked: what is not at a place that was asked in vain.
fn unknown(nodes: &[Answer<Answers>], reached: &Reached) -> Vec<Spot> {
    let asked: Vec<&str> = nodes.iter().map(|answer| answer.address.as_str()).collect();
    let others = unheard(nodes).into_iter();
    others
        .filter(|(_, address)| !asked.contains(&reached.access.map.reach(address).to_string().as_str()))
        .map(|(id, address)| Spot { node: id.to_string(), ways: Ok(vec![address]), names: Vec::new() })
        .collect()
}

/// A node, and the machine that its pod runs on.
async fn placed(spot: &Spot, reached: &Reached, with_users: bool) -> Answer<Answers> {
    let about = async {
        match &reached.pods {
            Some(pods) => pods.about(&Address::new(spot.node.as_str(), 0)).await,
            None => About::default(),
        }
    };
    let (mut answer, about) = tokio::join!(one(spot, reached, with_users), about);
    if let Ok(live) = &mut answer.said {
        live.zone = live.zone.take().or(about.zone);
        live.zones.extend(about.zones);
    }
    answer
}

async fn one(spot: &Spot, reached: &Reached, with_users: bool) -> Answer<Answers> {
    let (node, address) = (spot.node.clone(), shown(spot, &reached.access));
    let said = match &spot.ways {
        Ok(ways) => ask(&asked(spot, ways, reached, with_users)).await,
        Err(error) => Err(error.clone()),
    };
    Answer { node, address, said }
}

async fn sentinel(spot: &Spot, reached: &Reached) -> Answer<SentinelAnswers> {
    let (node, address) = (spot.node.clone(), shown(spot, &reached.access));
    let said = match &spot.ways {
        Ok(ways) => ask_sentinel(&asked(spot, ways, reached, false)).await,
        Err(error) => Err(error.clone()),
    };
    Answer { node, address, said }
}

fn asked<'r>(spot: &Spot, ways: &[Address], reached: &'r Reached, with_users: bool) -> Asked<'r> {
    Asked {
        ways: ways.to_vec(),
        names: spot.names.clone(),
        with_users,
        is_service: reached.is_service,
        is_mapped: reached.is_mapped,
        access: &reached.access,
    }
}

/// Where a node is asked, for the report.
fn shown(spot: &Spot, access: &Access) -> String {
    match &spot.ways {
        Ok(ways) => ways.first().map_or_else(String::new, |way| access.map.reach(way).to_string()),
        Err(_) => spot.names.first().cloned().unwrap_or_default(),
    }
}
