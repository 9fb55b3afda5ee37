//! What tests of `slots migrate` share.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::{Ran, TestCluster, TestNode, binary};
use redisops::slots::{Slot, key_slot};

/// Names of keys of a slot.
pub fn keys_of(slot: u16, count: usize) -> Vec<String> {
    let wanted = Slot::new(slot).unwrap();
    (0u64..).map(|n| format!("k{n}")).filter(|key| key_slot(key.as_bytes()) == wanted).take(count).collect()
}

/// A run to its end.
pub fn migrate(cluster: &TestCluster, arguments: &[&str]) -> Ran {
    let seed = cluster.seed();
    let all: Vec<&str> =
        ["slots", "migrate", &seed, "--yes", "-o", "json"].into_iter().chain(arguments.iter().copied()).collect();
    cluster.redisops(&all)
}

/// A run in the background.
pub fn begin(cluster: &TestCluster, arguments: &[&str]) -> Child {
    let flags = cluster.flags();
    Command::new(binary())
        .args(["slots", "migrate", &cluster.seed(), "--yes", "-o", "json"])
        .args(arguments)
        .args(&flags)
        .current_dir(cluster.dir())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Its end.
pub fn end(child: Child) -> (i32, String, String) {
    let output = child.wait_with_output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap_or(-1), text(&output.stdout), text(&output.stderr))
}

/// Waits until something is so.
#[track_caller]
pub fn until(what: &str, so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !so() {
        assert!(begun.elapsed() < Duration::from_secs(60), "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Slots that a node owns, in its own eyes.
pub fn owned(node: TestNode<'_>) -> usize {
    let nodes: String = node.command(&["CLUSTER", "NODES"]);
    let own = nodes.lines().find(|line| line.contains("myself")).unwrap().to_owned();
    own.split(' ')
        .skip(8)
        .filter(|field| !field.starts_with('['))
        .map(|range| {
            let (first, last) = range.split_once('-').unwrap_or((range, range));
            last.parse::<usize>().unwrap() - first.parse::<usize>().unwrap() + 1
        })
        .sum()
}

/// Open slots of all nodes that answer.
pub fn open(cluster: &TestCluster) -> Vec<String> {
    let of = |node: TestNode<'_>| node.try_command::<String>(&["CLUSTER", "NODES"]).unwrap_or_default();
    let lines = cluster.nodes().map(of).collect::<String>();
    lines
        .lines()
        .filter(|line| line.contains("myself"))
        .flat_map(|line| line.split(' ').filter(|field| field.starts_with('[')).map(str::to_owned).collect::<Vec<_>>())
        .collect()
}

/// Sends a command to a node that is taking the slot.
pub fn asking<T: redis::FromRedisValue>(node: TestNode<'_>, words: &[&str]) -> T {
    let mut connection = node.connection();
    redis::cmd("ASKING").exec(&mut connection).unwrap();
    redis::cmd(words[0]).arg(&words[1..]).query(&mut connection).unwrap()
}

/// Opens a slot on both sides.
pub fn open_slot(slot: u16, from: TestNode<'_>, to: TestNode<'_>) {
    let slot = slot.to_string();
    to.command::<()>(&["CLUSTER", "SETSLOT", &slot, "IMPORTING", from.id().as_str()]);
    from.command::<()>(&["CLUSTER", "SETSLOT", &slot, "MIGRATING", to.id().as_str()]);
}
