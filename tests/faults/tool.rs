//! Faults of redisops itself: killed at any moment.

use std::time::{Duration, Instant};

use crate::judge::{Gaps, Promise, Verdict, judge};
use crate::run::{Dice, Migration, addresses, resume, runs, tell, views};
use crate::support::TestCluster;
use crate::workload::{Workload, fill};

/// Killed at a random moment and run again: nothing lost, nothing doubled, no slot open, no wrong owner.
#[test]
fn killed_at_random_moments() {
    // A node that gave everything away stays a master, so that it can take slots again.
    let cluster = TestCluster::builder().nodes(3, 1, 1).config("cluster-allow-replica-migration", "no").start();
    let (seed, seeds) = (cluster.seed(), addresses(&cluster));
    fill(&seeds);
    cluster.fill(60_000);
    let start = Instant::now();
    resume(&cluster, &seed, &["--masters", "4"]);
    let mut whole = start.elapsed();
    resume(&cluster, &seed, &["--masters", "3"]);
    let mut dice = Dice::new(1);
    let mut verdicts: Vec<Verdict> = Vec::new();
    let (count, mut interrupted) = (runs(4), 0);
    for run in 0..count {
        let arguments = ["--masters", if run % 2 == 0 { "4" } else { "3" }];
        let work = Workload::start(&seeds, &run.to_string(), false);
        let migration = Migration::start(&cluster, &seed, &arguments);
        std::thread::sleep(dice.moment(whole, 0.02, 1.0));
        let killed = migration.kill();
        match killed.code {
            None => interrupted += 1,
            // What else runs on the machine has changed: it was done before.
            Some(_) => whole /= 4,
        }
        resume(&cluster, &seed, &arguments);
        let memory = work.end();
        match judge(&seeds, &memory, Promise::Acknowledged, Gaps::Never, &[]) {
            Ok(verdict) => verdicts.push(verdict),
            Err(wrong) => panic!("run {run}, killed: {wrong}\n{}\n{}", killed.stderr, views(&cluster)),
        }
        cluster.assert_redis_cli_check();
        std::thread::sleep(Duration::from_millis(100));
    }
    assert!(interrupted > 0, "no run was interrupted");
    tell(
        "SIGKILL of redisops",
        count,
        &verdicts,
        &format!("{interrupted} while it ran, the others just after; then resumed"),
    );
}
