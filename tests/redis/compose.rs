//! `redisops lab compose`, without a container engine: its services run as processes in a network namespace that has their addresses.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;

use redisops::diagnostics::{SourceKind, Sources};
use redisops::yaml::{parse_documents, to_json};
use serde_json::Value;

use crate::support::{redisops, run};

fn compose(arguments: &[&str]) -> Value {
    let text = redisops(&[&["lab", "compose"], arguments].concat()).expect(0).stdout;
    let sources = Sources::new();
    let source = sources.add("docker-compose.yml".to_owned(), text, SourceKind::Config).unwrap();
    let documents = parse_documents(&source).unwrap();
    let mut json = String::new();
    to_json(&documents[0], &mut json).unwrap();
    serde_json::from_str(&json).unwrap()
}

fn words(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|word| word.as_str().expect("commands are texts")).collect()
}

#[test]
fn eight_services_with_the_addresses_of_the_lab() {
    let file = compose(&[]);
    let services = file["services"].as_object().unwrap();
    assert_eq!(services.len(), 9);
    for number in 1..=8 {
        let service = &services[&format!("redis-{number}")];
        let (port, host) = (7000 + number, format!("172.30.0.{}", 10 + number));
        assert_eq!(service["image"], "redis:7.0.15");
        assert_eq!(service["ports"][0], format!("127.0.0.1:{port}:{port}"));
        assert_eq!(service["networks"]["lab"]["ipv4_address"], host);
        let command = words(&service["command"]).join(" ");
        let wanted = format!(
            "--port {port} --cluster-enabled yes --cluster-port {} --cluster-announce-ip {host} ",
            port + 10_000
        );
        assert!(command.contains(&wanted), "{command}");
        assert_eq!(words(&service["healthcheck"]["test"]), ["CMD", "redis-cli", "-p", &port.to_string(), "ping"]);
        assert_eq!(services["cluster"]["depends_on"][format!("redis-{number}")]["condition"], "service_healthy");
    }
    assert_eq!(file["networks"]["lab"]["ipam"]["config"][0]["subnet"], "172.30.0.0/24");
    if let Ok(engine) = Command::new("docker").args(["compose", "version"]).output()
        && engine.status.success()
    {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("docker-compose.yml"), redisops(&["lab", "compose"]).expect(0).stdout).unwrap();
        run(Path::new("docker"), &["compose", "config", "--quiet"], dir.path(), &[]).expect(0);
    }
}

/// As an engine does: addresses, then every service, then the one that waits for them, with two dollars read as one.
#[test]
fn its_commands_make_the_cluster() {
    let file = compose(&["--masters", "2", "--replicas", "1", "--nodes", "5"]);
    let quoted = |word: &str| format!("'{}'", word.replace("$$", "$").replace('\'', "'\\''"));
    let mut script = "set -e\nip link set lo up\ntrap 'kill $(jobs -p) 2>/dev/null' EXIT\n".to_owned();
    for number in 1..=5 {
        let service = &file["services"][format!("redis-{number}")];
        let host = service["networks"]["lab"]["ipv4_address"].as_str().unwrap();
        let command: Vec<String> = words(&service["command"]).into_iter().map(quoted).collect();
        writeln!(script, "ip address add {host}/32 dev lo; mkdir {number}").unwrap();
        // Containers have a loopback interface and a folder each.
        writeln!(script, "(cd {number} && exec {} --bind {host} >/dev/null) &", command.join(" ")).unwrap();
        let port = 7000 + number;
        writeln!(script, "until redis-cli -h {host} -p {port} ping >/dev/null 2>&1; do sleep 0.05; done").unwrap();
    }
    let form = quoted(words(&file["services"]["cluster"]["command"])[0]);
    // Twice, as an engine may.
    writeln!(script, "sh -c {form} >first; sh -c {form} >second").unwrap();
    writeln!(
        script,
        "redis-cli --cluster check 172.30.0.11:7001; echo; redis-cli -h 172.30.0.11 -p 7001 CLUSTER NODES"
    )
    .unwrap();
    let dir = tempfile::tempdir().unwrap();
    let arguments = ["--user", "--map-root-user", "--net", "--pid", "--fork", "--kill-child", "bash", "-c", &script];
    let ran = run(Path::new("unshare"), &arguments, dir.path(), &[]).expect(0);
    assert!(ran.stdout.contains("[OK] All 16384 slots covered."), "{}", ran.stdout);
    let nodes: Vec<&str> = ran.stdout.lines().filter(|line| line.contains("@170")).collect();
    let line = |number: u16| {
        let address = format!("172.30.0.{}:{}@{}", 10 + number, 7000 + number, 17_000 + number);
        *nodes.iter().find(|line| line.contains(&address)).unwrap_or_else(|| panic!("no {address} in {nodes:?}"))
    };
    assert!(line(1).ends_with("0-8191") && line(2).ends_with("8192-16383"), "{nodes:?}");
    let id = |line: &str| line.split(' ').next().unwrap().to_owned();
    for (replica, master) in [(3, 1), (4, 2)] {
        assert!(line(replica).contains(&format!("slave {}", id(line(master)))), "{nodes:?}");
    }
    assert!(line(5).contains("master") && line(5).ends_with("connected"));
    assert_eq!(fs::read_to_string(dir.path().join("second")).unwrap(), "");
}

#[test]
fn the_file_of_the_example_is_what_the_command_writes() {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/cluster-lab/docker-compose.yml");
    let kept = fs::read_to_string(kept).unwrap();
    assert_eq!(kept, redisops(&["lab", "compose"]).expect(0).stdout);
}
