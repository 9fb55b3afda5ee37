//! One cluster from what each of its nodes says.

use std::collections::BTreeMap;

use crate::slots::{Address, ClusterState, Node, NodeId, OpenSlot, Role, SlotStats};

use super::nodes::NodeLine;

/// What one node says about all nodes.
#[derive(Clone, PartialEq, Debug)]
pub struct View {
    /// Who speaks.
    pub id: NodeId,
    /// Where it was asked: its address if nobody else knows one.
    pub address: Address,
    /// What it says.
    pub lines: Vec<NodeLine>,
}

impl View {
    /// What it says about itself.
    pub fn own(&self) -> Option<&NodeLine> {
        self.lines.iter().find(|line| line.myself)
    }

    /// What it says about a node.
    pub fn of(&self, id: &NodeId) -> Option<&NodeLine> {
        self.lines.iter().find(|line| line.id == *id)
    }
}

/// The cluster that the views describe.
///
/// A node that speaks is believed about itself: its role, its slots, its open slots. Of a node that does not speak the line with the highest
/// configuration epoch counts. Two masters that claim a slot both keep it: [`ClusterState::owners`] gives it to the higher epoch. A node is failed when
/// it says nothing and some speaker says so, or when most of the masters that speak say so. Nodes in a handshake are none yet, and a silent node without any
/// address is left out unless it owns slots.
pub fn merge_views(views: &[View]) -> ClusterState {
    let mut about: BTreeMap<&NodeId, Vec<(&View, &NodeLine)>> = BTreeMap::new();
    for view in views {
        for line in &view.lines {
            about.entry(&line.id).or_default().push((view, line));
        }
    }
    let masters = views.iter().filter(|view| view.own().is_some_and(|own| own.role == Some(Role::Master))).count();
    let nodes = about.values().filter_map(|lines| node(lines, masters)).collect();
    let open = views.iter().filter_map(View::own).flat_map(|own| {
        own.open.iter().map(|(slot, direction)| OpenSlot {
            slot: *slot,
            node: own.id.clone(),
            direction: direction.clone(),
        })
    });
    ClusterState { nodes, slot_stats: SlotStats::default(), open: open.collect() }
}

/// Stands for the host of a node that owns slots and whose address nobody knows.
const NO_HOST: &str = "unknown";

fn node(lines: &[(&View, &NodeLine)], masters: usize) -> Option<Node> {
    let own = lines.iter().find(|(_, line)| line.myself).map(|(_, line)| *line);
    let best = lines.iter().map(|(_, line)| *line).filter(|line| line.role.is_some());
    let truth = own.or_else(|| best.max_by_key(|line| line.config_epoch))?;
    let role = truth.role?;
    let all = || lines.iter().map(|(_, line)| *line);
    // Others know the address of a node that has not learned its own.
    let announced = truth.address.clone().or_else(|| all().find_map(|line| line.address.clone()));
    let hostname = truth.hostname.clone().or_else(|| all().find_map(|line| line.hostname.clone()));
    let by_name = || Some(Address::new(hostname.clone()?, truth.port?));
    let asked = || lines.iter().find(|(_, line)| line.myself).map(|(view, _)| view.address.clone());
    let address = match announced.or_else(by_name).or_else(asked) {
        Some(address) => address,
        None if !truth.slots.is_empty() => Address::new(NO_HOST, 1),
        None => return None,
    };
    Some(Node {
        id: truth.id.clone(),
        address,
        hostname,
        role,
        master: truth.master.clone().filter(|_| role == Role::Replica),
        zone: None,
        labels: BTreeMap::new(),
        slots: truth.slots.clone(),
        flags: flags(lines, own, truth, masters),
        config_epoch: truth.config_epoch,
        used_memory: None,
        maxmemory: None,
    })
}

fn flags(lines: &[(&View, &NodeLine)], own: Option<&NodeLine>, truth: &NodeLine, masters: usize) -> Vec<String> {
    let say = |flag: &'static str| flagged(lines, flag);
    let masters_say = |flag: &'static str| {
        say(flag).filter(|(view, _)| view.own().is_some_and(|own| own.role == Some(Role::Master))).count()
    };
    let failed = match own {
        Some(_) => masters_say("fail") * 2 > masters,
        None => say("fail").count() > 0,
    };
    let doubted = !failed && say("fail?").count() + say("fail").count() > 0;
    let others = truth.flags.iter().filter(|flag| !matches!(flag.as_str(), "fail" | "fail?")).cloned();
    let mut flags: Vec<String> = others.collect();
    flags.extend(failed.then(|| "fail".to_owned()));
    flags.extend(doubted.then(|| "fail?".to_owned()));
    flags
}

fn flagged<'a>(
    lines: &'a [(&'a View, &'a NodeLine)],
    flag: &'a str,
) -> impl Iterator<Item = &'a (&'a View, &'a NodeLine)> {
    lines.iter().filter(move |(_, line)| line.flags.iter().any(|f| f == flag))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redis::parse_nodes;
    use crate::slots::Direction;

    fn view(id: &str, text: &str) -> View {
        View { id: id.into(), address: Address::new("127.0.0.1", 9), lines: parse_nodes(text).unwrap() }
    }

    #[test]
    fn each_speaker_is_believed_about_itself() {
        let state = merge_views(&[
            view(
                "a",
                "a 10.0.0.1:1@11 myself,master - 0 0 1 connected 0-99 [5->-b]\nb 10.0.0.2:1@11 master - 0 0 2 connected 100-199\nr 10.0.0.3:1@11 slave b 0 0 2 connected\n",
            ),
            view(
                "b",
                "a 10.0.0.1:1@11 master - 0 0 1 connected 0-98\nb :1@11 myself,master - 0 0 3 connected 99-199\nr 10.0.0.3:1@11 slave b 0 0 2 connected\nh 10.0.0.9:1@11 handshake - 0 0 0 disconnected\n",
            ),
            view("r", "r 10.0.0.3:1@11,name myself,slave a 0 0 1 connected\n"),
        ]);
        let node = |id: &str| state.node(&id.into()).unwrap();
        assert_eq!(state.nodes.len(), 3);
        assert_eq!(node("a").slots.to_string(), "0-99");
        assert_eq!(
            (node("b").slots.to_string().as_str(), node("b").address.to_string().as_str()),
            ("99-199", "10.0.0.2:1")
        );
        assert_eq!(state.owners()[99], Some(&"b".into()));
        assert_eq!((node("r").master.as_ref(), node("r").hostname.as_deref()), (Some(&"a".into()), Some("name")));
        assert_eq!(state.open.len(), 1);
        assert_eq!(state.open[0].direction, Direction::Migrating("b".into()));
    }

    #[test]
    fn who_is_silent_and_said_to_be_dead_is_dead() {
        let a = view("a", "a h:1@2 myself,master - 0 0 1 connected 0\nb h:2@3 master,fail - 0 0 2 connected 1\n");
        let b = view("b", "a h:1@2 master - 0 0 1 connected 0\nb h:2@3 myself,master - 0 0 2 connected 1\n");
        let c = view("c", "c h:3@4 myself,master - 0 0 3 connected 2\nb h:2@3 master,fail? - 0 0 2 connected 1\n");
        assert_eq!(merge_views(std::slice::from_ref(&a)).node(&"b".into()).unwrap().flags, ["fail"]);
        assert_eq!(merge_views(&[a, b, c.clone()]).node(&"b".into()).unwrap().flags, ["fail?"]);
        assert_eq!(merge_views(&[c]).node(&"b".into()).unwrap().flags, ["fail?"]);
    }

    #[test]
    fn a_name_stands_for_an_address_and_slots_are_never_lost() {
        let one = view(
            "a",
            "a :7001@17001,cache-0 myself,master - 0 0 1 connected 0\nx :0@0 master,noaddr - 0 0 2 disconnected 7\ny :0@0 master,noaddr - 0 0 2 disconnected\n",
        );
        let state = merge_views(&[one]);
        assert_eq!(state.node(&"a".into()).unwrap().address.to_string(), "cache-0:7001");
        assert!(state.node(&"x".into()).unwrap().is_failed());
        assert!(state.node(&"y".into()).is_none());
    }
}
