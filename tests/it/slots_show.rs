//! `redisops slots show` on saved states: what is written where, and what it refuses.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;
use std::process::Command;

use insta::assert_snapshot;
use tempfile::TempDir;

/// What a run printed: exit code, stdout, stderr without colour and without the place of the fixtures.
fn show(dir: &TempDir, arguments: &str) -> (Option<i32>, String, String) {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/slots");
    let fixtures = fixtures.to_str().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_redisops"))
        .args(["slots", "show"])
        .args(arguments.split(' ').map(|word| word.replace("FIXTURES", fixtures)))
        .current_dir(dir.path())
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap().replace(fixtures, "FIXTURES");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

fn dir() -> TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn pictures_and_pages_are_written_beside_the_map() {
    let dir = dir();
    let arguments = "--state FIXTURES/three-masters.json --svg map.svg --html map.html";
    let (code, stdout, stderr) = show(&dir, arguments);
    assert_eq!(code, Some(0));
    assert!(stdout.starts_with("3 masters with slots, 2 without, 3 replicas, 3 ranges\n"), "{stdout}");
    assert_eq!(stderr, "note: wrote `map.svg`\nnote: wrote `map.html`\n");
    let read = |name: &str| fs::read_to_string(dir.path().join(name)).unwrap();
    assert!(read("map.svg").starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\""));
    assert!(read("map.html").starts_with("<!DOCTYPE html>"));
    let (_, again, stderr) = show(&dir, &format!("{arguments} -q"));
    assert_eq!((again, stderr), (stdout, String::new()));
}

#[test]
fn a_pipe_gets_no_colour_unless_it_is_asked_for() {
    let (_, plain, _) = show(&dir(), "--state FIXTURES/three-masters.json");
    let (_, colored, _) = show(&dir(), "--state FIXTURES/three-masters.json --color always");
    assert!(!plain.contains('\u{1b}') && colored.contains('\u{1b}'));
}

#[test]
fn a_plan_is_drawn_before_and_after() {
    let dir = dir();
    let plan = "--state FIXTURES/three-masters.json --plan FIXTURES/plan-three-to-four.json";
    let (code, stdout, stderr) = show(&dir, &format!("{plan} --svg plan.svg"));
    assert_eq!(code, Some(0));
    assert!(stdout.starts_with("before\n     0 AAAA") && stdout.contains("\nafter\n     0 AAAA"), "{stdout}");
    assert_eq!(stderr, "note: the plan was made from another state: it is drawn on this one\nnote: wrote `plan.svg`\n");
    assert!(fs::read_to_string(dir.path().join("plan.svg")).unwrap().contains("gives 172.30.0.17:7007 (88110514)"));
    let (_, json, _) = show(&dir, &format!("{plan} -o json"));
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let counts = |map: &serde_json::Value| -> Vec<u64> {
        map["masters"].as_array().unwrap().iter().map(|master| master["slotCount"].as_u64().unwrap()).collect()
    };
    assert_eq!((counts(&json), counts(&json["after"])), (vec![5461, 5462, 5461, 0, 0], vec![4096; 4]));
}

#[test]
fn a_cluster_that_is_broken_can_be_shown() {
    let dir = dir();
    let state = r#"{"nodes":[
        {"id":"a","address":"h:1","role":"master","slots":[[0,9000]],"configEpoch":1},
        {"id":"b","address":"h:2","role":"master","slots":[[8000,16382]],"configEpoch":1},
        {"id":"c","address":"h:3","role":"replica","master":"gone"}],
        "open":[{"slot":5,"node":"a","migrating":"nobody"}]}"#;
    fs::write(dir.path().join("state.json"), state).unwrap();
    let (code, stdout, stderr) = show(&dir, "--state state.json --svg map.svg");
    assert_eq!((code, stderr.as_str()), (Some(0), "note: wrote `map.svg`\n"));
    let wrong: Vec<&str> = stdout.lines().filter(|line| line.starts_with("! ")).collect();
    assert_eq!(
        wrong,
        [
            "! 1 slot without an owner: 16383",
            "! 1,001 slots with two owners: 8000-9000",
            "! slot 5 is open: h:1 gives it to nobody",
            "! h:3 (c) copies no master of this cluster",
        ]
    );
}

#[test]
fn what_cannot_be_shown_is_told() {
    let dir = dir();
    for (name, arguments) in [
        ("no_cluster", "-o json"),
        ("unknown_heat", "--state FIXTURES/open-slots.json --heat bytes"),
        ("unknown_ops", "--state FIXTURES/open-slots.json --heat ops"),
        ("no_folder", "--state FIXTURES/open-slots.json --svg missing/map.svg"),
        ("no_plan", "--state FIXTURES/open-slots.json --plan FIXTURES/open-slots.json"),
    ] {
        let (code, stdout, stderr) = show(&dir, arguments);
        assert_eq!((code, stdout.as_str()), (Some(2), ""), "{arguments}");
        assert_snapshot!(name, stderr);
    }
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0, "nothing is half-written");
}
