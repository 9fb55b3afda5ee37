//! SIGKILL of redisops between the changes that it makes on nodes: run again, all is as the files say, and nobody was locked out.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use crate::scaling::{Space, report};
use crate::support::binary;

use super::apply::login;
use super::stage::Stage;

/// Commands that change a node.
const CHANGES: [&str; 5] = ["config|set", "config|rewrite", "acl|setuser", "acl|save", "replicaof"];

/// How many changes the nodes have seen since they started.
fn changes(stage: &Stage) -> usize {
    let of_node = |node: usize| {
        let text: String = stage.command(node, &["INFO", "commandstats"]);
        let calls = |line: &str| {
            let (name, stats) = line.strip_prefix("cmdstat_")?.split_once(":calls=")?;
            CHANGES.contains(&name).then(|| stats.split(',').next()?.parse::<usize>().ok())?
        };
        text.lines().filter_map(calls).sum::<usize>()
    };
    (0..3).map(of_node).sum()
}

/// Starts an apply and kills it once so many things have happened: changes on nodes, and lines that it tells. Whether it was still at work then.
fn killed_after(stage: &Stage, count: usize) -> bool {
    let begin = changes(stage);
    let mut command = Command::new(binary());
    command.args(["apply", "test", "--yes", "--prune", "--timeout", "60s"]).current_dir(stage.path());
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let told = Arc::new(AtomicUsize::new(0));
    let (lines, output) = (told.clone(), child.stderr.take().unwrap());
    let reader = thread::spawn(move || {
        let all = BufReader::new(output).lines().map_while(Result::ok);
        let count = |_: &String| {
            lines.fetch_add(1, Ordering::Relaxed);
        };
        all.inspect(count).collect::<Vec<_>>()
    });
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            assert!(status.success(), "{:?}", reader.join().unwrap());
            return false;
        }
        if changes(stage) - begin + told.load(Ordering::Relaxed) >= count {
            let _ = child.kill();
            child.wait().unwrap();
            return true;
        }
        thread::sleep(Duration::from_micros(200));
    }
}

#[test]
fn a_run_that_is_killed_between_changes_of_nodes_goes_on() {
    let Some(space) = Space::named("killed") else { return };
    let stage = Stage::start(3, 3);
    stage.live_in(&space.name, &space.kubeconfig);
    stage.redisops(&["apply", "test", "--yes"]).expect(0);
    let pace = if std::env::var_os("REDISOPS_FAULT_RUNS").is_some() { 1 } else { 6 };
    let states = [("1gb", "pw", "quorum: 2"), ("2gb", "next", "quorum: 3")];
    let mut kills = 0;
    for round in 0.. {
        let (from, to) = (states[round % 2], states[(round + 1) % 2]);
        stage.edit("overlay/cache.yaml", &format!("maxmemory {}", from.0), &format!("maxmemory {}", to.0));
        stage.edit("overlay/users.acl", &format!(">{}", from.1), &format!(">{}", to.1));
        stage.edit("environments/test.yaml", from.2, to.2);
        let _: () = stage.command(2, &["REPLICAOF", "NO", "ONE"]);
        let was_at_work = killed_after(&stage, 1 + round * pace);
        for node in 0..3 {
            let one = login(stage.port(node), from.1).or_else(|_| login(stage.port(node), to.1));
            one.unwrap_or_else(|error| panic!("round {round}: nobody gets into {node}: {error}"));
        }
        // The lock of a run that was killed.
        space.run(&["delete", "lease", "--all"]).unwrap();
        stage.redisops(&["apply", "test", "--yes", "--prune", "--timeout", "60s"]).expect(0);
        stage.redisops(&["plan", "test", "--exit-code"]).expect(0);
        for node in 0..3 {
            assert!(login(stage.port(node), from.1).is_err(), "round {round}: the old password is valid on {node}");
            login(stage.port(node), to.1).unwrap_or_else(|error| panic!("round {round}: {node}: {error}"));
            // What runs is also what the server begins with when it starts again.
            let file =
                |name: &str| std::fs::read_to_string(stage.path().join(format!("server-{node}/{name}"))).unwrap();
            let conf = file("redis.conf");
            assert!(conf.contains(&format!("maxmemory {}", to.0)), "round {round}: {node}: {conf}");
            let users: Vec<String> = stage.command(node, &["ACL", "LIST"]);
            assert!(
                file("users.acl").lines().all(|line| line.is_empty() || users.iter().any(|user| user == line)),
                "round {round}: {node}"
            );
        }
        stage.wait_until(2, &["INFO", "replication"], "master_link_status:up");
        kills += usize::from(was_at_work);
        if !was_at_work {
            break;
        }
    }
    assert!(kills > 2, "{kills}");
    report("nodes", &format!("{kills} kills between changes of nodes"));
}
