//! Settings, users and saved files of nodes.

use std::fs;

use serde_json::{Value, json};

use super::stage::{Stage, fields_of, paths};
use crate::support::Server;

#[test]
fn what_is_as_git_wants_it_is_no_drift() {
    let stage = Stage::start(2, 0);
    let report = stage.diff(&["-o", "json"]).expect(0).json();
    assert_eq!(report["summary"]["nodesDrifted"], 0);
    assert_eq!(report["nodes"].as_array().unwrap().len(), 2);
    // The same values in the words of a person.
    stage.edit("overlay/cache.yaml", "maxmemory 1gb", "MAXMEMORY 1024mb");
    stage.edit("overlay/cache.yaml", "notify-keyspace-events KEA", "notify-keyspace-events Eg$lshzxetdK");
    stage.edit("overlay/cache.yaml", "    save 900 1\n    save 300 10\n", "    save 900 1 300 10\n");
    stage.diff(&[]).expect(0);
    let first = stage.diff(&["-o", "json"]).stdout;
    assert_eq!(first, stage.diff(&["-o", "json"]).stdout, "two runs over one state print the same");
}

#[test]
fn values_differ_with_their_lines_and_what_mends_them() {
    let stage = Stage::start(2, 0);
    for words in [["maxmemory", "2gb"], ["hz", "50"], ["save", "60 1"], ["masterauth", "other"]] {
        let _: () = stage.command(0, &["CONFIG", "SET", words[0], words[1]]);
    }
    stage.edit("overlay/cache.yaml", "databases 16", "databases 32\n    masterauth hunter2");
    let fields = stage.fields("cache-0");
    let field = |path: &str| fields.iter().find(|field| field["path"] == path).unwrap_or(&Value::Null);
    let origin = |directive: &str| json!({"file": "overlay/cache.yaml", "line": stage.line(directive), "column": 5, "commit": null});
    assert_eq!(
        *field("config.maxmemory"),
        json!({"path": "config.maxmemory", "before": "2147483648", "after": "1gb", "origin": origin("maxmemory 1gb"), "fix": "runtime", "unsaved": true})
    );
    assert_eq!(
        *field("config.save"),
        json!({"path": "config.save", "before": "60 1", "after": "900 1 300 10", "origin": origin("save 900"), "fix": "runtime", "unsaved": true})
    );
    assert_eq!(
        *field("config.databases"),
        json!({"path": "config.databases", "before": "16", "after": "32", "origin": origin("databases"), "fix": "restart", "unsaved": false})
    );
    let auth = field("config.masterauth");
    assert_eq!((&auth["before"], &auth["after"]), (&json!("••••"), &json!("••••")));
    assert_eq!(
        paths(&fields),
        ["config.maxmemory", "config.save", "config.hz", "config.databases", "config.masterauth"]
    );
    // What was written to the server's file is saved.
    let _: () = stage.command(0, &["CONFIG", "REWRITE"]);
    assert!(stage.fields("cache-0").iter().all(|field| field["unsaved"] == false));
    for form in ["human", "sarif", "junit", "github", "gitlab", "markdown"] {
        let ran = stage.diff(&["-o", form]).expect(1);
        assert!(ran.stdout.contains("config.maxmemory"), "{form}: {}", ran.stdout);
        assert!(!ran.stdout.contains("hunter2") && !ran.stdout.contains("other"), "{form}: {}", ran.stdout);
    }
}

#[test]
fn a_value_that_the_next_start_takes_back_is_told() {
    let stage = Stage::start(1, 0);
    let file = stage.path().join("server-0/redis.conf");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("maxmemory 1gb", "maxmemory 512mb")).unwrap();
    let fields = stage.fields("cache-0");
    let field = &fields[0];
    assert_eq!(
        (&field["before"], &field["after"], &field["unsaved"]),
        (&json!("1073741824"), &json!("1gb"), &json!(true))
    );
    assert_eq!(fields.len(), 1);
}

#[test]
fn a_server_without_a_file_has_saved_nothing() {
    let stage = Stage::of(Server::Redis70, 1, 0, false);
    stage.diff(&[]).expect(0);
    let _: () = stage.command(0, &["CONFIG", "SET", "maxmemory", "3gb"]);
    assert_eq!(stage.fields("cache-0")[0]["unsaved"], true);
}

#[test]
fn users_are_compared_by_what_they_may_do() {
    let stage = Stage::start(1, 0);
    let _: () = stage.command(0, &["ACL", "SETUSER", "app", "+flushall"]);
    let _: () = stage.command(0, &["ACL", "SETUSER", "stranger", "on", ">secret", "~*", "+@all"]);
    stage.edit("overlay/users.acl", "user default", "user reader on >other ~* +get\nuser default");
    let fields = stage.fields("cache-0");
    assert_eq!(paths(&fields), ["acl.app", "acl.reader", "acl.stranger"]);
    assert_eq!(fields[0]["origin"], json!({"file": "overlay/users.acl", "line": 3, "column": 1, "commit": null}));
    assert!(fields[0]["before"].as_str().unwrap().contains("+flushall"));
    assert_eq!(fields[1]["before"], Value::Null);
    assert_eq!((&fields[2]["after"], &fields[2]["origin"]), (&Value::Null, &Value::Null));
    let told = fields.iter().map(Value::to_string).collect::<String>();
    // The hash of `pw`, and what it was made of.
    assert!(!told.contains("30c952fab122") && !told.contains(">secret") && !told.contains(">other"), "{told}");
    // Another password is another user, and no password is shown.
    let _: () = stage
        .command(0, &["ACL", "SETUSER", "app", "reset", "on", ">changed", "~app:*", "+@read", "-@dangerous", "+set"]);
    assert_eq!(paths(&stage.fields("cache-0"))[0], "acl.app");
}

#[test]
fn other_servers_are_understood() {
    for (server, image) in
        [(Server::Redis62, "redis:6.2"), (Server::Redis82, "redis:8.2-alpine"), (Server::Valkey91, "valkey/valkey:9.1")]
    {
        let stage = Stage::of(server, 2, 0, true);
        stage.edit("overlay/cache.yaml", "redis:7.0", image);
        let report = stage.diff(&["-o", "json"]);
        assert_eq!(report.code, 0, "{image}: {}{}", report.stdout, report.stderr);
        let _: () = stage.command(1, &["CONFIG", "SET", "maxmemory-policy", "noeviction"]);
        let report = stage.diff(&["-o", "json"]).expect(1).json();
        assert_eq!(paths(&fields_of(&report, "cache-1")), ["config.maxmemory-policy"], "{image}");
    }
}

#[test]
fn the_version_of_the_image_is_that_of_the_server() {
    let stage = Stage::start(1, 0);
    stage.edit("overlay/cache.yaml", "redis:7.0", "redis:7.2.4");
    let fields = stage.fields("cache-0");
    assert_eq!(
        (&fields[0]["path"], &fields[0]["after"], &fields[0]["fix"]),
        (&json!("version"), &json!("7.2.4"), &json!("restart"))
    );
}
