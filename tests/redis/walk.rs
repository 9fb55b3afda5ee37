//! The commands of `examples/cluster-lab/README.md`, one after another, on ports that are free.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{Ports, binary, run};

fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/cluster-lab")
}

/// Ends the lab when the walk breaks off.
struct Ending<'a>(&'a Path);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        if self.0.join(".redisops-lab").exists() {
            run(binary(), &["lab", "down"], self.0, &[]);
        }
    }
}

#[test]
fn every_command_of_the_walk_does_what_it_says() {
    let dir = tempfile::tempdir().unwrap();
    for file in ["keys.yaml", "scripts/check-out.lua", "scripts/release-lock.lua"] {
        let to = dir.path().join(file);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(example().join(file), to).unwrap();
    }
    let ports = Ports::take(8);
    let mut text = fs::read_to_string(example().join("README.md")).unwrap();
    for (number, port) in (7001..).zip(ports.numbers()) {
        text = text.replace(&number.to_string(), &port.to_string());
    }
    text = text.replace("lab up", &format!("lab up --base-port {}", ports.numbers()[0]));
    let blocks: Vec<&str> = text.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert!(blocks.len() > 8, "the walk has become short: {blocks:?}");
    let script = format!("set -euxo pipefail\n{}", blocks.join("\n"));
    let path = env::join_paths(
        std::iter::once(binary().parent().unwrap().to_owned()).chain(env::split_paths(&env::var_os("PATH").unwrap())),
    );
    let _ending = Ending(dir.path());
    let ran =
        run(Path::new("bash"), &["-c", &script], dir.path(), &[("PATH", path.unwrap().to_str().unwrap())]).expect(0);
    let said = |words: &str| assert!(ran.stdout.contains(words), "no `{words}` in\n{}\n{}", ran.stdout, ran.stderr);
    said("4,096 of 16,384 slots move");
    said("error half-open-slot: slot 100");
    said("has ended");
    said("nothing found");
    said("ended 8 processes; removed `.redisops-lab`");
    said("ended 10 processes; removed `.redisops-lab`");
}
