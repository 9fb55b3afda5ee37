//! `redisops lab`, as a user runs it.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{Ports, Ran, Server, binary, run};

/// A folder and ports for a lab, which ends with the test.
struct Place {
    ports: Ports,
    dir: TempDir,
}

impl Place {
    fn new(nodes: u16) -> Place {
        Place { ports: Ports::take(nodes), dir: tempfile::tempdir().unwrap() }
    }

    fn port(&self, number: usize) -> u16 {
        self.ports.numbers()[number - 1]
    }

    fn lab(&self, arguments: &[&str]) -> Ran {
        self.lab_with(arguments, &[])
    }

    fn lab_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Ran {
        let base = self.port(1).to_string();
        let mut all = vec!["lab", arguments[0], "--dir", "the-lab"];
        if arguments[0] == "up" {
            all.extend(["--base-port", &base]);
        }
        all.extend(&arguments[1..]);
        run(binary(), &all, self.dir.path(), variables)
    }

    fn status(&self) -> Value {
        self.lab(&["status", "-o", "json"]).expect(0).json()
    }

    fn folder(&self) -> PathBuf {
        self.dir.path().join("the-lab")
    }

    /// Processes whose command lines name the folder.
    fn processes(&self) -> Vec<String> {
        let name = self.dir.path().display().to_string();
        let pids = fs::read_dir("/proc").unwrap().filter_map(|entry| entry.unwrap().file_name().into_string().ok());
        pids.filter_map(|pid| fs::read_to_string(format!("/proc/{pid}/cmdline")).ok())
            .filter(|command| command.contains(&name))
            .collect()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if self.folder().exists() {
            let ran = self.lab(&["down"]);
            if ran.code != 0 && !std::thread::panicking() {
                panic!("{}", ran.stderr);
            }
        }
    }
}

#[test]
fn a_lab_from_its_start_to_its_end() {
    let place = Place::new(8);
    let seed = format!("127.0.0.1:{}", place.port(1));
    let ran = place.lab(&["up", "--keys", "300", "--value-size", "10"]).expect(0);
    assert_eq!(ran.stdout, format!("{seed}\n"));
    assert!(ran.stderr.contains("8 servers of Redis 7"), "{}", ran.stderr);
    let status = place.status();
    assert_eq!((&status["kind"], &status["apiVersion"]), (&json!("LabStatus"), &json!("redisops.dev/v1")));
    assert_eq!((&status["seed"], &status["map"]), (&json!(seed), &json!([])));
    let nodes = status["nodes"].as_array().unwrap();
    let column = |name: &str| nodes.iter().map(|node| node[name].clone()).collect::<Vec<_>>();
    let spread = [json!([[0, 5460]]), json!([[5461, 10922]]), json!([[10923, 16383]])];
    assert_eq!(column("slots")[..3], spread);
    assert!(column("slots")[3..].iter().all(|slots| *slots == json!([])));
    assert_eq!(column("role")[3..], ["replica", "replica", "replica", "master", "master"]);
    assert_eq!(column("master")[3..6], column("id")[..3]);
    assert!(column("process").iter().all(|process| process == "running"));
    let keys: Vec<u64> = column("keys").iter().map(|keys| keys.as_u64().unwrap()).collect();
    assert_eq!((keys[..3].iter().sum::<u64>(), keys[6] + keys[7]), (300, 0));
    assert!(column("usedMemory").iter().all(|bytes| bytes.as_u64().unwrap() > 100_000));
    let table = place.lab(&["status"]).expect(0).stdout;
    assert!(table.contains("replica of 3") && table.contains("10923-16383") && table.contains("spare"), "{table}");

    let ran = place.lab(&["up"]).expect(2);
    assert!(ran.stderr.contains("a lab already runs in `the-lab`"), "{}", ran.stderr);
    assert!(ran.stderr.contains("redisops lab down --dir the-lab"), "{}", ran.stderr);

    fs::write(place.folder().join("notes"), "mine").unwrap();
    let ran = place.lab(&["down"]).expect(0);
    assert_eq!(ran.stdout, "ended 8 processes; removed the data; `the-lab` keeps what is not of the lab: notes\n");
    assert_eq!((place.processes(), fs::read_dir(place.folder()).unwrap().count()), (vec![], 1));
    assert!(place.lab(&["down"]).expect(2).stderr.contains("there is no lab in `the-lab`"));
    assert!(place.lab(&["status"]).expect(2).stderr.contains("there is no lab in `the-lab`"));
    fs::remove_dir_all(place.folder()).unwrap();
}

#[test]
fn ports_that_are_taken_are_named_with_their_holder() {
    let place = Place::new(3);
    let bus = place.port(2) + 10_000;
    let _taken = TcpListener::bind(("127.0.0.1", bus)).unwrap();
    let ran = place.lab(&["up", "--masters", "3", "--replicas", "0", "--nodes", "3"]).expect(2);
    assert!(ran.stderr.contains(&format!("port {bus} is taken")), "{}", ran.stderr);
    assert!(ran.stderr.contains(&format!("pid {}", std::process::id())), "{}", ran.stderr);
    assert!(!place.folder().exists());
}

#[test]
fn a_start_that_fails_leaves_nothing() {
    let place = Place::new(3);
    let three = ["up", "--masters", "3", "--replicas", "0", "--nodes", "3"];
    let ran = place.lab(&[&three[..], &["--config", "maxmemory lots"]].concat()).expect(2);
    assert!(ran.stderr.contains("the server for port") && ran.stderr.contains("maxmemory lots"), "{}", ran.stderr);
    assert!(!place.folder().exists());

    let stranger = place.folder().join(place.port(1).to_string());
    fs::create_dir_all(&stranger).unwrap();
    let ran = place.lab(&three).expect(2);
    assert!(ran.stderr.contains("exists already, and is of no lab"), "{}", ran.stderr);
    assert!(stranger.exists());
    fs::remove_dir_all(place.folder()).unwrap();
    assert_eq!(place.processes(), Vec::<String>::new());
}

#[test]
fn a_start_that_is_interrupted_leaves_nothing() {
    let place = Place::new(8);
    let base = place.port(1).to_string();
    let mut child = Command::new(binary())
        .args(["lab", "up", "--dir", "the-lab", "--base-port", &base])
        .current_dir(place.dir.path())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The whole takes two seconds, by the design of the servers.
    while place.processes().len() < 8 {
        std::thread::sleep(Duration::from_millis(5));
    }
    rustix::process::kill_process(rustix::process::Pid::from_child(&child), rustix::process::Signal::INT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(2));
    let said = std::io::read_to_string(child.stderr.take().unwrap()).unwrap();
    assert!(said.contains("given up before it was whole"), "{said}");
    assert_eq!(place.processes(), Vec::<String>::new());
    assert!(!place.folder().exists());
}

#[test]
fn servers_that_end_or_halt_are_seen_and_nothing_else_is_ended() {
    let place = Place::new(3);
    place.lab(&["up", "--masters", "3", "--replicas", "0", "--nodes", "3"]).expect(0);
    let pid = |status: &Value, node: usize| status["nodes"][node - 1]["pid"].as_u64().unwrap() as i32;
    let signal = |pid: i32, signal| {
        rustix::process::kill_process(rustix::process::Pid::from_raw(pid).unwrap(), signal).unwrap();
    };
    let status = place.status();
    signal(pid(&status, 1), rustix::process::Signal::KILL);
    signal(pid(&status, 2), rustix::process::Signal::STOP);
    let fates = |status: &Value| (1..=3).map(|n| status["nodes"][n - 1]["process"].clone()).collect::<Vec<_>>();
    let wanted = [json!("ended"), json!("stopped"), json!("running")];
    while fates(&place.status()) != wanted {
        std::thread::sleep(Duration::from_millis(20));
    }
    let table = place.lab(&["status"]).expect(0).stdout;
    assert!(table.contains("has ended") && table.contains("is halted (SIGSTOP)"), "{table}");

    // The id of the first server goes to somebody else.
    let mut somebody = Command::new("sleep").arg("600").spawn().unwrap();
    let file = place.folder().join("lab.json");
    let mut state: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    state["nodes"][0]["process"]["pid"] = json!(somebody.id());
    fs::write(&file, state.to_string()).unwrap();
    assert_eq!(fates(&place.status())[0], json!("replaced"));
    let ran = place.lab(&["down"]).expect(0);
    let left = format!("left alone what now has the pids of ended ones: {}", somebody.id());
    assert_eq!(ran.stdout, format!("ended 2 processes; 1 of them by SIGKILL; {left}; removed `the-lab`\n"));
    assert!(somebody.try_wait().unwrap().is_none());
    somebody.kill().unwrap();
    somebody.wait().unwrap();
    assert_eq!(place.processes(), Vec::<String>::new());
}

#[test]
fn announced_addresses_are_reached_through_the_map() {
    let place = Place::new(4);
    let one = ["up", "--masters", "1", "--replicas", "1", "--keys", "20", "--announce", "172.30.0.0/24"];
    let ran = place.lab(&one).expect(0);
    assert!(!ran.stderr.contains("no network namespace"), "{}", ran.stderr);
    let mut lines = ran.stdout.lines();
    let seed = lines.next().unwrap();
    assert_eq!(seed, format!("127.0.0.1:{}", place.port(1)));
    let map: Vec<&str> = lines.next().unwrap().split(' ').collect();
    assert_eq!(map[1], format!("172.30.0.11:{}=127.0.0.1:{}", place.port(1), place.port(1)));
    assert_eq!((map.len(), lines.next()), (8, None));

    let state = |seed: &str, map: &[&str]| {
        let words: Vec<&str> = ["slots", "state", seed, "-o", "json"].iter().chain(map).copied().collect();
        run(binary(), &words, place.dir.path(), &[])
    };
    let announced = format!("172.30.0.14:{}", place.port(4));
    for seed in [seed, &announced] {
        let state = state(seed, &map).expect(0).json();
        let addresses: Vec<&str> =
            state["nodes"].as_array().unwrap().iter().map(|n| n["address"].as_str().unwrap()).collect();
        assert_eq!(addresses.len(), 4);
        assert!(addresses.iter().all(|address| address.starts_with("172.30.0.1")), "{addresses:?}");
        let keys: u64 = state["slotStats"]["keys"].as_array().unwrap().iter().map(|n| n.as_u64().unwrap()).sum();
        assert_eq!(keys, 20);
    }
    // The network exists for the servers only.
    let routes = fs::read_to_string("/proc/net/fib_trie").unwrap();
    assert!(!routes.contains("172.30.0.11"));

    let ran = place.lab(&["down"]).expect(0);
    assert_eq!(ran.stdout, "ended 6 processes; removed `the-lab`\n");
    assert_eq!(place.processes(), Vec::<String>::new());
}

/// The example as a repository of its own, with its environment as it is; only the ports are those of the test.
#[test]
fn the_environment_of_the_example_is_compared_with_the_lab() {
    let place = Place::new(8);
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/cluster-lab");
    for file in ["base/kustomization.yaml", "base/redis.yaml", "environments/lab.yaml"] {
        let (to, mut text) = (place.dir.path().join(file), fs::read_to_string(from.join(file)).unwrap());
        (1..=8).for_each(|node| text = text.replace(&format!(":700{node}"), &format!(":{}", place.port(node))));
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::write(to, text).unwrap();
    }
    place.lab(&["up", "--announce", "172.30.0.0/24"]).expect(0);
    let diff = || run(binary(), &["diff", "lab", "--redis-only", "-o", "json"], place.dir.path(), &[]);
    let ran = diff();
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    let clean = ran.json();
    assert_eq!(clean["nodes"].as_array().unwrap().len(), 8, "{clean:#}");
    let cli = |node: usize, words: &[&str]| {
        let port = place.port(node).to_string();
        let ran = Command::new("redis-cli").args(["-p", &port]).args(words).output().unwrap();
        String::from_utf8(ran.stdout).unwrap().trim().to_owned()
    };
    // A setting, a node that another does not know, an open slot.
    let ids = [1, 2, 7].map(|node| cli(node, &["CLUSTER", "MYID"]));
    cli(1, &["CONFIG", "SET", "maxmemory", "1gb"]);
    cli(2, &["CLUSTER", "SETSLOT", "6000", "MIGRATING", &ids[0]]);
    cli(3, &["CLUSTER", "FORGET", &ids[2]]);
    let report = diff().expect(1).json();
    let paths = |id: &str| -> Vec<String> {
        let node = report["nodes"].as_array().unwrap().iter().find(|node| node["node"] == id).unwrap().clone();
        node["fields"].as_array().unwrap().iter().map(|field| field["path"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(
        [&ids[0], &ids[1], &ids[2]].map(|id| paths(id).join(" ")),
        ["config.maxmemory", "slots", "cluster.unknownTo"]
    );
    let field = report["nodes"][0]["fields"][0].clone();
    assert_eq!((&field["origin"]["file"], &field["after"]), (&json!("base/redis.yaml"), &json!("0")));
    place.lab(&["down"]).expect(0);
}

#[test]
fn without_namespaces_nodes_announce_names() {
    let place = Place::new(3);
    let programs = place.dir.path().join("programs");
    fs::create_dir(&programs).unwrap();
    let redis = Server::Redis70.program().path;
    std::os::unix::fs::symlink(redis, programs.join("redis-server")).unwrap();
    let path = programs.display().to_string();
    let one = ["up", "--masters", "1", "--replicas", "0", "--announce", "172.30.0.0/24"];
    let ran = place.lab_with(&one, &[("PATH", &path)]).expect(0);
    assert!(ran.stderr.contains("no network namespace here"), "{}", ran.stderr);
    assert!(ran.stderr.contains("nodes announce host names instead"), "{}", ran.stderr);
    let map = "--map redis-1.lab=127.0.0.1 --map redis-2.lab=127.0.0.1 --map redis-3.lab=127.0.0.1";
    assert_eq!(ran.stdout.lines().nth(1), Some(map));
    let nodes =
        Command::new("redis-cli").args(["-p", &place.port(1).to_string(), "CLUSTER", "NODES"]).output().unwrap();
    assert!(String::from_utf8(nodes.stdout).unwrap().contains(",redis-2.lab master"));
}

#[test]
fn other_servers_are_named_by_their_path() {
    let place = Place::new(2);
    let server = Server::Valkey91.path();
    let words =
        ["up", "--masters", "1", "--replicas", "1", "--nodes", "2", "-o", "json", "--server", server.to_str().unwrap()];
    let ran = place.lab(&words).expect(0);
    assert!(ran.stderr.contains("2 servers of Valkey 9.1"), "{}", ran.stderr);
    assert_eq!(ran.json()["nodes"][1]["role"], "replica");
    let ran = run(binary(), &["lab", "up", "--dir", "x", "--server", "/bin/true"], place.dir.path(), &[]).expect(2);
    assert!(ran.stderr.contains("the server program `/bin/true` is neither Redis nor Valkey"), "{}", ran.stderr);
    assert!(!Path::new(place.dir.path()).join("x").exists());
}

#[test]
fn one_node_crashes_and_comes_back() {
    let place = Place::new(2);
    place.lab(&["up", "--masters", "1", "--replicas", "1", "--nodes", "2", "--keys", "5"]).expect(0);
    let before = place.status();
    assert!(place.lab(&["start", "2"]).expect(2).stderr.contains("node 2 still runs, as pid"));
    place.lab(&["kill", "2"]).expect(0);
    assert_eq!(place.status()["nodes"][1]["process"], "ended");
    assert!(place.lab(&["kill", "2"]).expect(2).stderr.contains("node 2 does not run"));
    assert!(place.lab(&["kill", "9"]).expect(2).stderr.contains("nodes have the numbers from 1 to 2"));
    place.lab(&["start", "2"]).expect(0);
    let after = place.status();
    assert_eq!(before["nodes"][1]["id"], after["nodes"][1]["id"]);
    assert_ne!(before["nodes"][1]["pid"], after["nodes"][1]["pid"]);
    assert_eq!(place.lab(&["down"]).expect(0).stdout, "ended 2 processes; removed `the-lab`\n");
}
