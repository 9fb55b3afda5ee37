//! Labs for people.

use std::path::{Path, PathBuf};

use comfy_table::{Cell, CellAlignment, Table, TableStyle};
use indicatif::{HumanBytes, HumanCount};

use crate::lab::{Ended, Fate, LabStatus, NodeStatus};
use crate::slots::Role;

/// A table of the nodes.
pub fn status_table(status: &LabStatus) -> String {
    let mut table = Table::new();
    let header = ["NODE", "ADDRESS", "PID", "ROLE", "SLOTS", "KEYS", "MEMORY", ""];
    table.load_style(TableStyle::new()).set_header(header);
    for node in &status.nodes {
        let right = |text: Option<String>| Cell::new(text.unwrap_or_default()).set_alignment(CellAlignment::Right);
        table.add_row([
            right(Some(node.node.to_string())),
            Cell::new(&node.address),
            right(Some(node.pid.to_string())),
            Cell::new(role(node, status)),
            Cell::new(if node.slots.is_empty() { String::new() } else { node.slots.to_string() }),
            right(node.keys.map(|keys| HumanCount(keys).to_string())),
            right(node.used_memory.map(|bytes| HumanBytes(bytes).to_string())),
            Cell::new(trouble(node)),
        ]);
    }
    let mut text: String = table.lines().map(|line| format!("{}\n", line.trim_end())).collect();
    if !status.map.is_empty() {
        let map: Vec<String> = status.map.iter().map(|rule| format!("--map {rule}")).collect();
        text.push_str(&format!("{}\n", map.join(" ")));
    }
    text
}

fn role(node: &NodeStatus, status: &LabStatus) -> String {
    match (node.role, &node.master) {
        (Some(Role::Replica), master) => {
            let of = status.nodes.iter().find(|other| other.id == *master && master.is_some());
            of.map_or_else(|| "replica".to_owned(), |of| format!("replica of {}", of.node))
        }
        (Some(Role::Master), _) if node.slots.is_empty() => "spare".to_owned(),
        (Some(Role::Master), _) => "master".to_owned(),
        (None, _) => String::new(),
    }
}

fn trouble(node: &NodeStatus) -> String {
    match (node.process, &node.error) {
        (Fate::Ended, _) => "has ended".to_owned(),
        (Fate::Replaced, _) => "has ended; its pid is another's now".to_owned(),
        (Fate::Stopped, _) => "is halted (SIGSTOP)".to_owned(),
        (Fate::Running, Some(error)) => error.clone(),
        (Fate::Running, None) => String::new(),
    }
}

/// What has ended, and what was removed.
pub fn parting(ended: &Ended, dir: &Path) -> String {
    let servers = |n: usize| if n == 1 { "1 process".to_owned() } else { format!("{n} processes") };
    let mut parts = vec![format!("ended {}", servers(ended.ended.len() + ended.killed.len()))];
    if !ended.killed.is_empty() {
        parts.push(format!("{} of them by SIGKILL", ended.killed.len()));
    }
    if !ended.gone.is_empty() {
        parts.push(format!("{} had ended before", servers(ended.gone.len())));
    }
    if !ended.replaced.is_empty() {
        let pids: Vec<String> = ended.replaced.iter().map(u32::to_string).collect();
        parts.push(format!("left alone what now has the pids of ended ones: {}", pids.join(", ")));
    }
    if ended.kept.is_empty() {
        parts.push(format!("removed `{}`", dir.display()));
    } else {
        let name = |path: &PathBuf| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let kept: Vec<String> = ended.kept.iter().map(name).collect();
        parts.push(format!("removed the data; `{}` keeps what is not of the lab: {}", dir.display(), kept.join(", ")));
    }
    format!("{}\n", parts.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::slots::{Address, SlotSet};

    fn node(number: u16, process: Fate) -> NodeStatus {
        let address = Address::new("172.30.0.11", 7000 + number);
        NodeStatus {
            node: number,
            reach: address.clone(),
            address,
            pid: 4000 + u32::from(number),
            process,
            id: None,
            role: None,
            master: None,
            slots: SlotSet::new(),
            keys: None,
            used_memory: None,
            error: None,
        }
    }

    #[test]
    fn every_kind_of_node() {
        let mut slots = SlotSet::new();
        slots.insert_range("0-5460".parse().unwrap());
        let up = |n: u16, role| NodeStatus {
            id: Some(n.to_string().as_str().into()),
            role: Some(role),
            ..node(n, Fate::Running)
        };
        let status = LabStatus {
            dir: "/lab".to_owned(),
            server: "redis-server 7.0.15".to_owned(),
            seed: Address::new("127.0.0.1", 7001),
            map: vec!["172.30.0.11:7001=127.0.0.1:7001".to_owned(), "172.30.0.12:7002=127.0.0.1:7002".to_owned()],
            nodes: vec![
                NodeStatus { slots, keys: Some(334_112), used_memory: Some(52_000_000), ..up(1, Role::Master) },
                NodeStatus { master: Some("1".into()), keys: Some(334_112), ..up(2, Role::Replica) },
                up(3, Role::Master),
                NodeStatus { error: Some("172.30.0.11:7004: no answer in time".to_owned()), ..node(4, Fate::Running) },
                node(5, Fate::Stopped),
                node(6, Fate::Ended),
                node(7, Fate::Replaced),
            ],
        };
        insta::assert_snapshot!(status_table(&status));
    }

    #[test]
    fn what_ended_and_what_is_left() {
        let dir = Path::new("lab");
        let all = Ended { ended: vec![1, 2], ..Ended::default() };
        assert_eq!(parting(&all, dir), "ended 2 processes; removed `lab`\n");
        let some = Ended {
            ended: Vec::new(),
            killed: vec![1],
            gone: vec![2],
            replaced: vec![3],
            kept: vec!["/lab/notes".into()],
        };
        let expected = "ended 1 process; 1 of them by SIGKILL; 1 process had ended before; left alone what now has the pids of ended ones: 3; \
                        removed the data; `lab` keeps what is not of the lab: notes\n";
        assert_eq!(parting(&some, dir), expected);
    }
}
