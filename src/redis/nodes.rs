//! The reply of `CLUSTER NODES` (documented at redis.io/commands/cluster-nodes).

use crate::slots::{Address, Direction, NodeId, Role, Slot, SlotRange, SlotSet};

/// The state of a node's link to another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LinkState {
    /// It is up.
    Connected,
    /// It is down.
    Disconnected,
}

/// What one node says about one node.
#[derive(Clone, PartialEq, Debug)]
pub struct NodeLine {
    /// Who it is about.
    pub id: NodeId,
    /// Its address; nothing where the node has none (`noaddr`, or a node that does not know its own yet).
    pub address: Option<Address>,
    /// The port for clients, known also of a node that has no address yet.
    pub port: Option<u16>,
    /// The port of the cluster bus.
    pub bus_port: Option<u16>,
    /// Its host name, if it announces one.
    pub hostname: Option<String>,
    /// Whether the node speaks about itself.
    pub myself: bool,
    /// What it does; nothing in a handshake.
    pub role: Option<Role>,
    /// Flags other than `myself`, `master`, `slave`, `noflags`.
    pub flags: Vec<String>,
    /// Whom it copies.
    pub master: Option<NodeId>,
    /// When it last answered; milliseconds since 1970 by the clock of the speaker, 0 for itself.
    pub pong_received: u64,
    /// Its configuration epoch.
    pub config_epoch: u64,
    /// The speaker's link to it.
    pub link: LinkState,
    /// The slots that it owns in the view of the speaker.
    pub slots: SlotSet,
    /// Its slots in the middle of a hand-over; only for the speaker itself.
    pub open: Vec<(Slot, Direction)>,
}

/// A reply that is none of `CLUSTER NODES`.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("line {line} of CLUSTER NODES cannot be read: `{text}`")]
pub struct BadNodes {
    /// Its number, from 1.
    pub line: usize,
    /// The line.
    pub text: String,
}

/// Reads a reply of `CLUSTER NODES`.
///
/// # Errors
/// When a line has another form.
pub fn parse_nodes(text: &str) -> Result<Vec<NodeLine>, BadNodes> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(index, line)| node_line(line).ok_or_else(|| BadNodes { line: index + 1, text: line.to_owned() }))
        .collect()
}

fn node_line(line: &str) -> Option<NodeLine> {
    let mut fields = line.split_ascii_whitespace();
    let id = NodeId::from(fields.next()?);
    let endpoint = endpoint(fields.next()?)?;
    let flags: Vec<&str> = fields.next()?.split(',').collect();
    let master = Some(fields.next()?).filter(|m| *m != "-").map(NodeId::from);
    let _ping_sent: u64 = fields.next()?.parse().ok()?;
    let pong_received = fields.next()?.parse().ok()?;
    let config_epoch = fields.next()?.parse().ok()?;
    let link = match fields.next()? {
        "connected" => LinkState::Connected,
        "disconnected" => LinkState::Disconnected,
        _ => return None,
    };
    let has = |flag: &str| flags.contains(&flag);
    let mut slots = SlotSet::new();
    let mut open = Vec::new();
    for field in fields {
        match field.strip_prefix('[') {
            Some(inside) => open.push(open_slot(inside.strip_suffix(']')?)?),
            None => slots.insert_range(field.parse::<SlotRange>().ok()?),
        }
    }
    Some(NodeLine {
        id,
        address: endpoint.address,
        port: endpoint.port,
        bus_port: endpoint.bus_port,
        hostname: endpoint.hostname,
        myself: has("myself"),
        role: match (has("master"), has("slave")) {
            (true, _) => Some(Role::Master),
            (_, true) => Some(Role::Replica),
            _ => None,
        },
        flags: flags
            .iter()
            .filter(|f| !matches!(**f, "myself" | "master" | "slave" | "noflags"))
            .map(|f| (*f).to_owned())
            .collect(),
        master,
        pong_received,
        config_epoch,
        link,
        slots,
        open,
    })
}

struct Endpoint {
    address: Option<Address>,
    port: Option<u16>,
    bus_port: Option<u16>,
    hostname: Option<String>,
}

/// `ip:port@bus`, with `,hostname` and further `,key=value` fields in newer servers. Without an address it is `:0@0` or `:7001@17001`.
fn endpoint(text: &str) -> Option<Endpoint> {
    let mut parts = text.split(',');
    let first = parts.next()?;
    let hostname = parts.next().filter(|name| !name.is_empty() && !name.contains('=')).map(str::to_owned);
    let (client, bus) = first.split_once('@').unwrap_or((first, "0"));
    let bus_port = Some(bus.parse().ok()?).filter(|port| *port > 0);
    let (host, port) = client.rsplit_once(':')?;
    let port: u16 = port.parse().ok()?;
    // A node that does not know its own address yet still has a port.
    let address = (!host.is_empty() && port > 0).then(|| Address::new(host, port));
    Some(Endpoint { address, port: Some(port).filter(|port| *port > 0), bus_port, hostname })
}

/// `93-<-ID` or `93->-ID`.
fn open_slot(text: &str) -> Option<(Slot, Direction)> {
    let (slot, direction) = if let Some((slot, id)) = text.split_once("->-") {
        (slot, Direction::Migrating(id.into()))
    } else {
        let (slot, id) = text.split_once("-<-")?;
        (slot, Direction::Importing(id.into()))
    };
    Some((Slot::new(slot.parse().ok()?)?, direction))
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPLY: &str = "\
07c37dfeb235213a872192d90877d0cd55635b91 127.0.0.1:30004@31004,host-4 slave e7d1eecce10fd6bb5eb35b9f99a514335d9ba9ca 0 1426238317239 4 connected
67ed2db8d677e59ec4a4cefb06858cf2a1a89fa1 ::1:30002@31002,,shard-id=69bc master,fail? - 0 1426238316232 2 disconnected 5461-10922
e7d1eecce10fd6bb5eb35b9f99a514335d9ba9ca :30001@31001 myself,master - 0 0 1 connected 0-5460 7000 [93-<-292f8b365bb7edb5e285caf0b7e6ddc7265d2f4f] [77->-e7d1]
292f8b365bb7edb5e285caf0b7e6ddc7265d2f4f :0@0 master,noaddr - 1426238316232 1426238316232 3 disconnected
";

    #[test]
    fn every_form_of_a_line() {
        let nodes = parse_nodes(REPLY).unwrap();
        assert_eq!(nodes[0].hostname.as_deref(), Some("host-4"));
        assert_eq!(
            (nodes[0].role, nodes[0].master.as_ref().map(NodeId::short)),
            (Some(Role::Replica), Some("e7d1eecc"))
        );
        assert_eq!(nodes[1].address, Some(Address::new("::1", 30002)));
        assert_eq!((nodes[1].hostname.as_deref(), &nodes[1].flags[..]), (None, &["fail?".to_owned()][..]));
        assert_eq!((nodes[2].address.as_ref(), nodes[2].port, nodes[2].bus_port), (None, Some(30001), Some(31001)));
        assert!(nodes[2].myself && !nodes[1].myself);
        assert_eq!(nodes[2].slots.to_string(), "0-5460, 7000");
        assert_eq!(nodes[2].open.len(), 2);
        assert_eq!(nodes[2].open[1], (Slot::new(77).unwrap(), Direction::Migrating("e7d1".into())));
        assert_eq!((nodes[3].address.as_ref(), nodes[3].port, nodes[3].link), (None, None, LinkState::Disconnected));
    }

    #[test]
    fn a_wrong_line_is_named() {
        let error = parse_nodes("\nabc\n").unwrap_err();
        assert_eq!(error.to_string(), "line 2 of CLUSTER NODES cannot be read: `abc`");
    }
}
