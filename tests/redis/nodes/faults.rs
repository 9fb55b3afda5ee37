//! Nodes that do not answer as they should: each is an error of its own, and the others are told all the same.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;

use serde_json::Value;

use super::stage::{Stage, paths};

fn error(report: &Value, node: usize) -> &str {
    report["nodes"][node]["error"]["code"].as_str().unwrap_or("")
}

#[test]
fn what_is_dead_halted_or_not_redis_hides_nothing_else() {
    let mut stage = Stage::start(5, 0);
    let _: () = stage.command(4, &["CONFIG", "SET", "hz", "50"]);
    stage.kill(1);
    let signal = |name: &str, pid: u32| {
        assert!(Command::new("kill").args([name, &pid.to_string()]).status().unwrap().success());
    };
    signal("-STOP", stage.pid(2));
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let place = other.local_addr().unwrap().to_string();
    stage.edit("environments/test.yaml", &format!("127.0.0.1:{}", stage.port(3)), &place);
    std::thread::spawn(move || {
        // As a server of web pages does.
        for stream in other.incoming().flatten() {
            let mut stream: TcpStream = stream;
            let _ = stream.read(&mut [0; 512]);
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
        }
    });
    let ran = stage.diff(&["-o", "json"]).expect(2);
    signal("-CONT", stage.pid(2));
    let report = ran.json();
    assert_eq!([1, 2, 3].map(|node| error(&report, node)), ["unreachable", "timeout", "not_redis"], "{report:#}");
    assert_eq!(report["nodes"][0]["error"], Value::Null);
    assert_eq!(paths(report["nodes"][4]["fields"].as_array().unwrap()), ["config.hz"]);
    assert_eq!(report["summary"]["nodesDrifted"], 1);
}

#[test]
fn passwords_and_places_that_are_wrong() {
    let stage = Stage::start(2, 0);
    let _: () = stage.command(1, &["ACL", "SETUSER", "default", "resetpass", ">secret"]);
    let twice = (format!("127.0.0.1:{}", stage.port(1)), format!("127.0.0.1:{}", stage.port(0)));
    let report = stage.diff(&["-o", "json"]).expect(2).json();
    assert_eq!(error(&report, 1), "auth", "{report:#}");
    stage.edit("environments/test.yaml", "    access:", "    auth: {passwordFrom: {env: NODES_PASSWORD}}\n    access:");
    let ran = stage.diff(&[]).expect(2);
    assert!(ran.stderr.contains("the variable `NODES_PASSWORD` is not set"), "{}", ran.stderr);
    stage.edit("environments/test.yaml", "{env: NODES_PASSWORD}", "{file: secret.txt}");
    std::fs::write(stage.path().join("secret.txt"), "secret\n").unwrap();
    let report = stage.diff(&["-o", "json"]).expect(1).json();
    assert_eq!(paths(report["nodes"][1]["fields"].as_array().unwrap()), ["acl.default"], "{report:#}");
    stage.edit("environments/test.yaml", &twice.0, &twice.1);
    assert_eq!(error(&stage.diff(&["-o", "json"]).expect(2).json(), 1), "same_node");
    stage.edit("environments/test.yaml", "cache-1:", "cache-9:");
    assert_eq!(error(&stage.diff(&["-o", "json"]).expect(2).json(), 1), "no_address");
}

#[test]
fn what_the_environment_refers_to_has_to_be_there() {
    let stage = Stage::start(1, 0);
    stage.edit("environments/test.yaml", "StatefulSet/cache", "StatefulSet/cash");
    let ran = stage.diff(&[]).expect(2);
    assert!(ran.stderr.contains("there is no StatefulSet cash among the objects of the overlay"), "{}", ran.stderr);
    assert!(ran.stderr.contains("test.yaml:8:15"), "{}", ran.stderr);
    let ran = stage.redisops(&["diff", "overlay", "--redis-only"]).expect(2);
    assert!(ran.stderr.contains("`overlay` is no environment"), "{}", ran.stderr);
}
