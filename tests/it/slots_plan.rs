//! `redisops slots plan` and `slots state` on saved states: results, exit codes, and the messages for input that is wrong.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use insta::assert_snapshot;
use serde_json::Value;
use tempfile::TempDir;

const THREE: &str = r#"{
  "kind": "ClusterState",
  "nodes": [
    {"id":"aaaa1111","address":"10.0.0.1:7001","role":"master","slots":[[0,5460]],"configEpoch":1},
    {"id":"bbbb2222","address":"10.0.0.2:7002","role":"master","slots":[[5461,10922]],"configEpoch":2},
    {"id":"cccc3333","address":"10.0.0.3:7003","role":"master","slots":[[10923,16383]],"configEpoch":3},
    {"id":"dddd4444","address":"10.0.0.4:7004","role":"master","labels":{"rack":"r1"}}
  ]
}
"#;

struct Dir(TempDir);

impl Dir {
    fn with(state: &str) -> Dir {
        let dir = Dir(tempfile::tempdir().unwrap());
        dir.write("state.json", state);
        dir
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path().join(name), text).unwrap();
    }

    fn run(&self, line: &str) -> Output {
        Command::new(env!("CARGO_BIN_EXE_redisops"))
            .arg("slots")
            .args(line.split_whitespace())
            .current_dir(self.path())
            .env_remove("REDISCLI_AUTH")
            .output()
            .unwrap()
    }

    /// What a run prints to stdout; it must end with that code and say nothing else.
    #[track_caller]
    fn prints(&self, code: i32, line: &str) -> String {
        let output = self.run(line);
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{line}");
        assert_eq!(output.status.code(), Some(code), "{line}");
        String::from_utf8(output.stdout).unwrap()
    }

    #[track_caller]
    fn json(&self, line: &str) -> Value {
        serde_json::from_str(&self.prints(0, &format!("{line} -o json"))).unwrap()
    }

    /// What a run that cannot do it says.
    #[track_caller]
    fn fails(&self, line: &str) -> String {
        let output = self.run(line);
        assert_eq!(String::from_utf8_lossy(&output.stdout), "", "{line}");
        assert_eq!(output.status.code(), Some(2), "{line}");
        String::from_utf8(output.stderr).unwrap()
    }
}

#[test]
fn a_plan_is_printed_and_kept_and_the_same_each_time() {
    let dir = Dir::with(THREE);
    let plan = "plan --state state.json --masters 4";
    let json = dir.prints(0, &format!("{plan} -o json --out plan.json"));
    assert_eq!(fs::read_to_string(dir.path().join("plan.json")).unwrap(), json);
    assert_eq!(dir.prints(0, &format!("{plan} -o json")), json);
    assert!(dir.prints(1, &format!("{plan} --exit-code --out plan.json")).starts_with("3 masters with slots become 4"));
    let plan: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        (&plan["apiVersion"], &plan["kind"], &plan["seed"]),
        (&"redisops.dev/v1".into(), &"SlotPlan".into(), &Value::Null)
    );
    let counts: Vec<u64> =
        plan["after"]["slotsPerMaster"].as_object().unwrap().values().map(|n| n.as_u64().unwrap()).collect();
    assert_eq!(counts, [4096; 4]);
    assert_eq!((&plan["optimality"]["moved"], &plan["optimality"]["metric"]), (&4096.into(), &"slots".into()));
    assert_eq!(dir.json("plan --state state.json")["moves"], Value::Array(Vec::new()));
    dir.prints(0, "plan --state state.json --exit-code");
}

#[test]
fn targets_of_every_kind() {
    let dir = Dir::with(THREE);
    let moved = |flags: &str| {
        let plan = dir.json(&format!("plan --state state.json {flags}"));
        (plan["optimality"]["moved"].as_u64().unwrap(), plan["after"]["slotsPerMaster"].clone())
    };
    assert_eq!(moved("--add 10.0.0.4:7004").0, 4096);
    assert_eq!(moved("--add dddd4444").0, 4096);
    assert_eq!(moved("--remove 10.0.0.3:7003 aaaa").1, serde_json::json!({"bbbb2222": 16384}));
    assert_eq!(moved("--remove 10.0.0.3:7003 --remove aaaa").1, serde_json::json!({"bbbb2222": 16384}));
    assert_eq!(moved("--weights aaaa=0,dddd=1").1["aaaa1111"], 0);
    assert_eq!(moved("--pin 0-99=bbbb").0, 200, "a hundred go there, and a hundred others back");
    assert_eq!(moved("--masters 2 --zone-label rack").0, 5461);
}

#[test]
fn the_layout_of_another_state_is_a_target() {
    let dir = Dir::with(THREE);
    dir.write(
        "to.json",
        &THREE.replace("[0,5460]", "[0,99]").replace(r#""rack":"r1"}"#, r#""rack":"r1"},"slots":[[100,5460]]"#),
    );
    let plan = dir.json("plan --state state.json --to-state to.json");
    assert_eq!(plan["moves"][0]["slots"], serde_json::json!([[100, 5460]]));
    assert_eq!(plan["moves"][0]["to"], "dddd4444");
    dir.write("to.json", &THREE.replace("dddd4444", "eeee5555").replace("10.0.0.4", "10.0.0.5"));
    dir.prints(0, "plan --state state.json --to-state to.json");
    dir.write("to.json", &THREE.replace("[0,5460]", "[0,5459]"));
    assert_snapshot!(dir.fails("plan --state state.json --to-state to.json"));
}

#[test]
fn arguments_that_are_wrong() {
    let dir = Dir::with(THREE);
    assert_snapshot!("values", dir.fails("plan --state state.json --weights aaaa --pin 9-5=aaaa --tolerance x"));
    assert_snapshot!("label", dir.fails("plan --state state.json --zone-label row"));
    assert_snapshot!("unknown-node", dir.fails("plan --state state.json --add 10.0.0.9:7009"));
    assert_snapshot!("too-few", dir.fails("plan --state state.json --masters 9"));
    assert_snapshot!("balance", dir.fails("plan --state state.json --balance memory"));
    assert_snapshot!("no-seed", dir.fails("plan --add 10.0.0.4:7004 10.0.0.1:7001"));
    assert_snapshot!("seed", dir.fails("plan 10.0.0.1:70010"));
    assert_snapshot!("word", dir.fails("state prod"));
    assert_snapshot!(
        "access",
        dir.fails("state 10.0.0.1:7001 --map a=b=c --user x --cacert none.crt --cert none.crt --key none.key")
    );
    assert!(dir.fails("plan 10.0.0.1:7001 --state state.json").contains("cannot be used with"));
    assert!(dir.fails("plan --state state.json --to-state state.json --masters 2").contains("cannot be used with"));
    assert_snapshot!("out", dir.fails("plan --state state.json --masters 4 --out none/plan.json"));
}

#[test]
fn state_files_that_are_wrong() {
    let fails = |text: &str| Dir::with(text).fails("plan --state state.json");
    assert_snapshot!("json", fails(&THREE.replace("[[0,5460]],", "[[0,5460]]")));
    assert_snapshot!("form", fails(&THREE.replace("[0,5460]", "[0,16384]")));
    assert_snapshot!("missing-field", fails(&THREE.replacen(r#""role":"master","#, "", 1)));
    assert_snapshot!("kind", fails(&THREE.replace("ClusterState", "SlotPlan")));
    assert_snapshot!("version", fails(&THREE.replace("\"kind\"", "\"apiVersion\": \"redisops.dev/v2\",\n  \"kind\"")));
    assert_snapshot!(
        "overlap",
        fails(&THREE.replace("\"configEpoch\":2", "\"configEpoch\":1").replace("[5461,", "[5001,"))
    );
    assert_snapshot!("twice", fails(&THREE.replace("bbbb2222", "aaaa1111")));
    assert_snapshot!("master", fails(&THREE.replace(r#""master","labels""#, r#""replica","master":"zzzz","labels""#)));
    assert_snapshot!("empty", fails(r#"{"nodes":[]}"#));
    assert_snapshot!("table", fails(&THREE.replace("\"nodes\"", "\"slotStats\": {\"keys\":[1,2]},\n  \"nodes\"")));
    assert_snapshot!("no-file", Dir::with("").fails("plan --state none.json"));
}

#[test]
fn fields_that_are_not_known_are_left_alone() {
    let dir = Dir::with(&THREE.replace("\"configEpoch\":1", "\"configEpoch\":1,\"somethingNew\":{\"a\":[1]}"));
    dir.prints(0, "state --state state.json");
}
