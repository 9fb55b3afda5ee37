//! What is wrong with servers themselves: memory, files, modules, data that is still being loaded, zones.

use std::fs;
use std::process::Command;

use serde_json::{Value, json};

use super::stage::{Stage, fields_of, paths, repository};
use crate::support::{Server, TestCluster, binary, run};

fn error(report: &Value, node: usize) -> &str {
    report["nodes"][node]["error"]["code"].as_str().unwrap_or("")
}

#[test]
fn memory_that_does_not_fit_and_data_that_is_not_saved() {
    let stage = Stage::start(3, 0);
    let _: () = stage.command(0, &["CONFIG", "SET", "maxmemory", "3gb"]);
    let _: () = stage.command(1, &["CONFIG", "SET", "appendonly", "yes"]);
    stage.wait_until(1, &["INFO", "persistence"], "aof_rewrite_in_progress:0");
    stage.wait_until(1, &["INFO", "persistence"], "aof_rewrite_scheduled:0");
    stage.wait_until(1, &["INFO", "persistence"], "rdb_bgsave_in_progress:0");
    // Nothing can be written there any more.
    fs::remove_dir_all(stage.path().join("server-1")).unwrap();
    let _: String = stage.command(1, &["BGSAVE"]);
    stage.wait_until(1, &["INFO", "persistence"], "rdb_last_bgsave_status:err");
    // It says so itself, or its child does.
    let refused = redis::Client::open(("127.0.0.1", stage.port(1))).unwrap().get_connection();
    let _ = redis::cmd("BGREWRITEAOF").exec(&mut refused.unwrap());
    stage.wait_until(1, &["INFO", "persistence"], "aof_last_bgrewrite_status:err");
    let _: () = stage.command(2, &["CONFIG", "SET", "maxmemory-policy", "noeviction"]);
    let _: () = stage.command(2, &["CONFIG", "SET", "maxmemory", "512kb"]);
    let report = stage.diff(&["-o", "json"]).expect(1).json();
    let first = fields_of(&report, "cache-0");
    assert_eq!(paths(&first), ["config.maxmemory", "memory.maxmemory"]);
    // The limit of its container, where that is written.
    assert_eq!((&first[1]["after"], &first[1]["origin"]["file"]), (&json!("2Gi"), &json!("overlay/cache.yaml")));
    let second = fields_of(&report, "cache-1");
    assert_eq!(paths(&second), ["config.appendonly", "persistence.rdb", "persistence.aof"]);
    assert_eq!((&second[1]["before"], &second[2]["before"]), (&json!("err"), &json!("err")));
    let third = fields_of(&report, "cache-2");
    assert_eq!(paths(&third), ["config.maxmemory", "config.maxmemory-policy", "memory.used"]);
}

#[test]
fn a_node_that_loads_its_data_is_an_error_of_its_own() {
    let stage = Stage::start(3, 0);
    let value = "x".repeat(3000);
    for key in 0..100 {
        let _: () = stage.command(0, &["SET", &format!("key:{key}"), &value]);
    }
    let _: () = stage.command(1, &["REPLICAOF", "NO", "ONE"]);
    let _: () = stage.command(1, &["SET", "own", "history"]);
    let _: () = stage.command(1, &["CONFIG", "SET", "key-load-delay", "100000"]);
    let _: () = stage.command(1, &["CONFIG", "SET", "loading-process-events-interval-bytes", "1024"]);
    let _: () = stage.command(2, &["CONFIG", "SET", "hz", "50"]);
    let port = stage.port(0).to_string();
    let _: () = stage.command(1, &["REPLICAOF", "127.0.0.1", &port]);
    stage.wait_until(1, &["INFO", "persistence"], "loading:1");
    let report = stage.diff(&["-o", "json"]).expect(2).json();
    assert_eq!(error(&report, 1), "loading", "{report:#}");
    assert_eq!(paths(&fields_of(&report, "cache-2")), ["config.hz"]);
}

/// A module that does nothing.
const MODULE: &str = r#"
int RedisModule_OnLoad(void *ctx, void **argv, int argc) {
    int (*get)(const char *, void *) = (int (*)(const char *, void *))((void **)ctx)[0];
    void (*set)(void *, const char *, int, int);
    (void)argv, (void)argc;
    get("RedisModule_SetModuleAttribs", &set);
    set(ctx, "tiny", 1, 1);
    return 0;
}
"#;

#[test]
fn a_module_that_nobody_asked_for() {
    let stage = Stage::start(2, 0);
    let (source, module) = (stage.path().join("tiny.c"), stage.path().join("tiny.so"));
    fs::write(&source, MODULE).unwrap();
    let made = Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(&module).arg(&source).output().unwrap();
    assert!(made.status.success(), "{made:?}");
    let _: () = stage.command(1, &["MODULE", "LOAD", module.to_str().unwrap()]);
    let fields = stage.fields("cache-1");
    assert_eq!(
        (paths(&fields), &fields[0]["before"], &fields[0]["after"], &fields[0]["fix"]),
        (vec!["modules"], &json!(["tiny.so"]), &json!([]), &json!("restart"))
    );
}

#[test]
fn a_replica_in_the_zone_of_its_master() {
    let cluster = TestCluster::builder().nodes(3, 1, 0).server(Server::Valkey81).start();
    let map: Vec<String> = cluster.nodes().map(|node| format!("\"{0}\": \"{0}\"", node.address())).collect();
    repository(cluster.dir(), &format!("{{mode: map, map: {{{}}}}}", map.join(", ")), "");
    for (number, zone) in [(1, "a"), (2, "b"), (3, "c"), (4, "a"), (5, "a"), (6, "a")] {
        let _: () = cluster.node(number).command(&["CONFIG", "SET", "availability-zone", zone]);
    }
    let ran = run(binary(), &["diff", "test", "--redis-only", "-o", "json"], cluster.dir(), &[]);
    let report = ran.expect(1).json();
    let node = cluster.node(4).id();
    let fields = fields_of(&report, node.as_str());
    assert_eq!((paths(&fields), &fields[0]["before"]), (vec!["zone"], &json!("a")));
    assert_eq!(report["summary"]["nodesDrifted"], 1, "{report:#}");
}

#[test]
fn nodes_that_speak_tls_and_ask_for_a_password() {
    let cluster = TestCluster::builder().nodes(3, 0, 0).tls().password("hunter2").start();
    let flags = cluster.flags();
    let file = |flag: &str| flags[flags.iter().position(|one| one == flag).unwrap() + 1].clone();
    let tls = format!("tls: {{ca: {}, cert: {}, key: {}}}", file("--cacert"), file("--cert"), file("--key"));
    let map: Vec<String> = cluster.nodes().map(|node| format!("\"{0}\": \"{0}\"", node.address())).collect();
    let diff = |access: &str, auth: &str| {
        repository(cluster.dir(), access, auth);
        run(binary(), &["diff", "test", "--redis-only", "-o", "json"], cluster.dir(), &[])
    };
    let auth = "    auth: {passwordFrom: {file: password}}\n";
    for mode in ["map", "direct"] {
        let access = format!("{{mode: {mode}, map: {{{}}}, {tls}}}", map.join(", "));
        let ran = diff(&access, auth);
        assert_eq!(ran.code, 0, "{mode}: {}{}", ran.stdout, ran.stderr);
        assert_eq!(error(&diff(&access, "").expect(2).json(), 0), "auth", "{mode}");
    }
    // Without certificates nobody is let in, and an authority that did not sign theirs is not trusted.
    let plain = diff(&format!("{{mode: map, map: {{{}}}}}", map.join(", ")), auth).expect(2).json();
    assert!(["closed", "timeout", "unreachable"].contains(&error(&plain, 0)), "{plain:#}");
    let other = tempfile::tempdir().unwrap();
    crate::support::certificates::make(other.path());
    let access = format!("{{mode: map, map: {{{}}}, tls: {{ca: {}/ca.crt}}}}", map.join(", "), other.path().display());
    assert_eq!(error(&diff(&access, auth).expect(2).json(), 0), "tls");
}
