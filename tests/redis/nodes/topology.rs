//! Masters, replicas and sentinels.

use serde_json::{Value, json};

use super::stage::{Stage, fields_of, paths};

#[test]
fn roles_masters_and_sentinels() {
    let stage = Stage::start(3, 3);
    stage.diff(&["-o", "json"]).expect(0);
    let _: () = stage.command(3, &["SENTINEL", "SET", "cache", "quorum", "3"]);
    let _: () = stage.command(4, &["SENTINEL", "REMOVE", "cache"]);
    let port = stage.port(1).to_string();
    let _: () = stage.command(2, &["REPLICAOF", "127.0.0.1", &port]);
    stage.wait_until(2, &["INFO", "replication"], "master_link_status:up");
    let report = stage.diff(&["-o", "json"]).expect(1).json();
    let quorum = &fields_of(&report, "watch-0")[0];
    assert_eq!(
        (&quorum["path"], &quorum["before"], &quorum["after"]),
        (&json!("sentinel.quorum"), &json!(3), &json!(2))
    );
    assert_eq!(quorum["origin"]["file"], "environments/test.yaml");
    assert_eq!(paths(&fields_of(&report, "watch-1")), ["sentinel.master"]);
    let wrong = fields_of(&report, "cache-2");
    assert_eq!(paths(&wrong), ["replication.master"]);
    assert_eq!((&wrong[0]["before"], &wrong[0]["after"]), (&json!(format!("127.0.0.1:{port}")), &json!("cache-0")));
    assert_eq!(report["summary"]["nodesDrifted"], 3);
}

#[test]
fn a_second_master_and_a_link_that_is_down() {
    let mut stage = Stage::start(3, 0);
    let _: () = stage.command(1, &["REPLICAOF", "NO", "ONE"]);
    let fields = stage.fields("cache-1");
    assert_eq!(paths(&fields), ["role", "replication.master"]);
    assert_eq!(
        (&fields[0]["before"], &fields[0]["after"], &fields[0]["fix"]),
        (&json!("master"), &json!("replica"), &json!("failover"))
    );
    assert_eq!(fields[1]["before"], Value::Null);
    stage.kill(0);
    stage.wait_until(2, &["INFO", "replication"], "master_link_status:down");
    let report = stage.diff(&["-o", "json"]).expect(2).json();
    assert_eq!(paths(&fields_of(&report, "cache-2")), ["replication.link"]);
    assert_eq!(report["nodes"][0]["error"]["code"], "unreachable");
}

#[test]
fn the_status_shows_the_same() {
    let stage = Stage::start(2, 0);
    let _: () = stage.command(1, &["CONFIG", "SET", "hz", "50"]);
    let _: () = stage.command(0, &["SET", "a", "b"]);
    let ran = stage.redisops(&["redis", "status", "test"]).expect(0);
    assert!(ran.stdout.contains("replica of cache-0") && ran.stdout.contains("config.hz: 50 → 20"), "{}", ran.stdout);
    let document = stage.redisops(&["redis", "status", "test", "-o", "json"]).expect(0).json();
    assert_eq!((&document["kind"], &document["apiVersion"]), (&json!("RedisStatus"), &json!("redisops.dev/v1")));
    let node = &document["redis"][0]["nodes"][0];
    assert_eq!((&node["role"], &node["keys"], &node["error"]), (&json!("master"), &json!(1), &Value::Null));
    assert_eq!(document["redis"][0]["nodes"][1]["drift"][0]["path"], "config.hz");
}

#[test]
fn a_replica_that_only_sentinels_remember() {
    let mut stage = Stage::start(2, 1);
    stage.edit("environments/test.yaml", "quorum: 2", "quorum: 1");
    let _: () = stage.command(2, &["SENTINEL", "SET", "cache", "quorum", "1"]);
    let _: () = stage.command(2, &["SENTINEL", "SET", "cache", "down-after-milliseconds", "500"]);
    stage.diff(&["-o", "json"]).expect(0);
    let former = stage.start_former();
    stage.wait_until(2, &["SENTINEL", "REPLICAS", "cache"], &format!("127.0.0.1:{former}"));
    stage.end_former();
    stage.wait_until(2, &["SENTINEL", "REPLICAS", "cache"], "s_down");
    let fields = stage.fields("watch-0");
    assert_eq!(
        (paths(&fields), &fields[0]["before"]),
        (vec!["sentinel.replicas"], &json!([format!("127.0.0.1:{former}")]))
    );
}

/// Both directions of silence, which take half a minute to be one: a replica that is halted, told by its master, and a master that is halted, told by its replica.
#[test]
fn replicas_that_lag() {
    let stages = [Stage::start(3, 0), Stage::start(2, 0)];
    let [late, orphaned] = &stages;
    let halted = [late.pid(2), orphaned.pid(0)];
    let signal = |name: &str, pid: u32| {
        assert!(std::process::Command::new("kill").args([name, &pid.to_string()]).status().unwrap().success());
    };
    halted.iter().for_each(|pid| signal("-STOP", *pid));
    let begin = std::time::Instant::now();
    let lag = || -> u64 {
        let info: String = late.command(0, &["INFO", "replication"]);
        let own = format!("port={},", late.port(2));
        let line = info.lines().find(|line| line.contains(&own)).unwrap_or("");
        line.rsplit_once("lag=").map_or(0, |(_, seconds)| seconds.trim().parse().unwrap())
    };
    let silence = || -> u64 {
        let info: String = orphaned.command(1, &["INFO", "replication"]);
        let line = info.lines().find_map(|line| line.strip_prefix("master_last_io_seconds_ago:"));
        line.map_or(0, |seconds| seconds.trim().parse().unwrap())
    };
    while lag() <= 30 || silence() <= 30 {
        assert!(begin.elapsed() < std::time::Duration::from_secs(55), "{} {}", lag(), silence());
        std::thread::sleep(std::time::Duration::from_millis(250));
    }
    let (first, second) = (late.diff(&["-o", "json"]), orphaned.diff(&["-o", "json"]));
    halted.iter().for_each(|pid| signal("-CONT", *pid));
    let report = first.expect(2).json();
    let master = fields_of(&report, "cache-0");
    assert_eq!(paths(&master), ["replication.lag"], "{report:#}");
    let told = master[0]["before"][0].as_str().unwrap();
    assert!(told.starts_with("cache-2: ") || told.starts_with(&format!("127.0.0.1:{}: ", late.port(2))), "{told}");
    assert_eq!((&report["nodes"][2]["error"]["code"], fields_of(&report, "cache-1").len()), (&json!("timeout"), 0));
    let report = second.expect(2).json();
    let replica = fields_of(&report, "cache-1");
    assert_eq!(paths(&replica), ["replication.lag"], "{report:#}");
    assert!(replica[0]["before"].as_u64().unwrap() > 30);
}
