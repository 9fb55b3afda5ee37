//! Valkey 9: sources push.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use redis::Value;
use redisops::apply::slots::Stopper;
use redisops::apply::slots::atomic::{AtomicOptions, Outcome, Progress, Why, ability, route};
use redisops::apply::slots::leave::leave;
use redisops::apply::slots::replicas::{Drained, replicate, what_became_of};
use redisops::slots::{Leave, Move, ReplicaChange};

use crate::membership::{block_on, members, messages, with_steps};
use crate::support::{Server, TestCluster, TestNode};

use super::writer::Writer;
use super::{Stop, moved, one, slots};

fn valkey(masters: u16, replicas: u16, spares: u16) -> TestCluster {
    TestCluster::builder().nodes(masters, replicas, spares).server(Server::Valkey91).start()
}

/// From three masters to the spare, each a quarter of what it has.
fn to_fourth(cluster: &TestCluster, spare: u16) -> Vec<Move> {
    let to = cluster.node(spare).id();
    ["0-1364", "5461-6825", "10923-12288"]
        .iter()
        .zip(1..)
        .map(|(text, number)| one(&cluster.node(number).id(), &to, text))
        .collect()
}

fn made(cluster: &TestCluster, moves: &[Move]) -> (Outcome, Vec<Progress>) {
    let (outcome, told) = block_on(async {
        moved(&members(cluster).await, moves, &AtomicOptions::default(), &Stop::never(), &|_| ()).await
    });
    (outcome.expect("they move"), told)
}

/// So that a snapshot of a few thousand keys takes seconds.
fn slow_down(node: TestNode<'_>) {
    node.command::<()>(&["CONFIG", "SET", "rdb-key-save-delay", "2000"]);
}

fn owned(node: TestNode<'_>) -> String {
    let text: String = node.command(&["CLUSTER", "NODES"]);
    let lines = redisops::redis::parse_nodes(&text).expect("lines");
    lines.into_iter().find(|line| line.myself).expect("its own line").slots.to_string()
}

#[test]
fn three_masters_become_four_under_a_writer() {
    let cluster = valkey(3, 1, 1);
    cluster.fill(20_000);
    let before = cluster.digest();
    let writer = Writer::start(&cluster);
    let (outcome, told) = made(&cluster, &to_fourth(&cluster, 7));
    let written = writer.end();
    assert_eq!((outcome.moved.len(), outcome.left.len()), (3, 0), "{outcome:?}");
    let keys: u64 = outcome.moved.iter().map(|one| one.keys.expect("the server counts them")).sum();
    let held: u64 = cluster.node(7).command(&["DBSIZE"]);
    assert!(keys > 4_500 && keys <= held, "{keys} of {held}");
    assert!(outcome.moved.iter().all(|one| one.attempts == 1));
    assert!(told.iter().any(|progress| progress.state == "moved"), "{told:?}");
    assert_eq!(owned(cluster.node(7)), "0-1364, 5461-6825, 10923-12288");
    assert!(written > 0);
    let after = cluster.digest();
    assert_eq!(after.doubled(), Vec::<String>::new());
    let differences = after.differences(&before);
    assert_eq!(differences.len() as u64, written, "every acknowledged write is there, and nothing else has changed");
    assert!(differences.iter().all(|key| key.starts_with("written:")));
    cluster.assert_redis_cli_check();
    let (again, told) = made(&cluster, &to_fourth(&cluster, 7));
    assert!(again.moved.iter().all(|one| one.attempts == 0), "{again:?}");
    assert_eq!(told, []);
}

#[test]
fn three_masters_become_two_and_the_third_leaves() {
    let cluster = valkey(3, 1, 0);
    cluster.fill(3_000);
    let before = cluster.digest();
    let (first, second, last, replica) = (cluster.node(1), cluster.node(2), cluster.node(3), cluster.node(6));
    let moves = [one(&last.id(), &first.id(), "10923-13653"), one(&last.id(), &second.id(), "13654-16383")];
    let (outcome, _) = made(&cluster, &moves);
    assert_eq!((outcome.moved.len(), outcome.left.len()), (2, 0), "{outcome:?}");
    let (ended, _) = with_steps(&[], |steps| {
        block_on(async {
            let mut members = members(&cluster).await;
            let change = ReplicaChange { node: replica.id(), master: first.id() };
            replicate(&members, &[change], steps).await.expect("it copies another master");
            let leaves = [Leave { id: last.id(), address: last.address() }];
            leave(&mut members, &leaves, steps).await
        })
    });
    ended.expect("it leaves");
    assert_eq!(cluster.digest(), before);
    assert_eq!(last.command::<String>(&["CLUSTER", "NODES"]).lines().count(), 1);
    cluster.assert_redis_cli_check();
}

#[test]
fn all_databases_move() {
    let cluster =
        TestCluster::builder().nodes(3, 0, 1).server(Server::Valkey91).config("cluster-databases", "4").start();
    let slot = 0;
    let tag = (0..)
        .map(|number| format!("{{{number}}}"))
        .find(|tag| redisops::slots::key_slot(tag.as_bytes()).number() == slot);
    let key = tag.expect("some key has that slot");
    let mut connection = cluster.node(1).connection();
    for database in [0, 2, 3] {
        redis::cmd("SELECT").arg(database).exec(&mut connection).unwrap();
        redis::cmd("SET").arg(&key).arg(database).exec(&mut connection).unwrap();
    }
    let (outcome, _) = made(&cluster, &to_fourth(&cluster, 4));
    assert_eq!(outcome.left, []);
    let mut connection = cluster.node(4).connection();
    for database in [0, 2, 3] {
        redis::cmd("SELECT").arg(database).exec(&mut connection).unwrap();
        assert_eq!(redis::cmd("GET").arg(&key).query::<Option<i64>>(&mut connection).unwrap(), Some(database));
    }
}

#[test]
fn being_stopped_takes_back_what_runs() {
    let cluster = valkey(3, 0, 1);
    cluster.fill(10_000);
    (1..=3).for_each(|number| slow_down(cluster.node(number)));
    let before = (cluster.digest(), owned(cluster.node(1)));
    let (stopper, stop) = Stopper::new();
    let stopper = Mutex::new(Some(stopper));
    let on_snapshot = |progress: &Progress| {
        if progress.state == "snapshotting" {
            stopper.lock().unwrap().take().inspect(|stopper| {
                stopper.ask();
            });
        }
    };
    let (outcome, told) = block_on(async {
        let members = members(&cluster).await;
        moved(&members, &to_fourth(&cluster, 4), &AtomicOptions::default(), &stop, &on_snapshot).await
    });
    let outcome = outcome.expect("it ends in order");
    assert_eq!((outcome.moved.len(), outcome.left.len()), (0, 3), "{outcome:?}");
    assert!(outcome.left.iter().all(|left| left.why == Why::Stopped && left.diagnostic().is_none()), "{outcome:?}");
    assert!(told.iter().any(|progress| progress.state == "cancelled"), "{told:?}");
    assert_eq!((cluster.digest(), owned(cluster.node(1))), before);
    cluster.assert_redis_cli_check();
}

#[test]
fn a_target_that_dies_takes_nothing_with_it() {
    let cluster = valkey(3, 0, 1);
    cluster.fill(10_000);
    (1..=3).for_each(|number| slow_down(cluster.node(number)));
    let before = cluster.digest();
    let moves = to_fourth(&cluster, 4);
    let target = cluster.node(4);
    let killed = AtomicBool::new(false);
    let on_snapshot = |progress: &Progress| {
        if progress.state == "snapshotting" && !killed.swap(true, Ordering::Relaxed) {
            target.kill9();
        }
    };
    let (outcome, _) = block_on(async {
        let members = members(&cluster).await;
        moved(&members, &moves, &AtomicOptions::default(), &Stop::never(), &on_snapshot).await
    });
    let outcome = outcome.expect("it ends in order");
    assert_eq!((outcome.moved.len(), outcome.left.len()), (0, 3), "{outcome:?}");
    for left in &outcome.left {
        assert!(matches!(&left.why, Why::Failed(words) if !words.is_empty()), "{left:?}");
        let said = left.diagnostic().expect("it is said").message;
        assert!(said.contains("stay on `") && said.contains("failed: "), "{said}");
    }
    assert_eq!(cluster.digest(), before, "the sources have everything");
    // When it is back, the same moves are made.
    (1..=3).for_each(|number| {
        cluster.node(number).command::<()>(&["CONFIG", "SET", "rdb-key-save-delay", "0"]);
    });
    target.restart();
    let (again, _) = made(&cluster, &moves);
    assert_eq!(again.left, []);
    assert_eq!(cluster.digest(), before);
    cluster.assert_redis_cli_check();
}

#[test]
fn jobs_of_a_run_that_died_are_waited_for() {
    let cluster = valkey(3, 0, 1);
    cluster.fill(10_000);
    let (source, target) = (cluster.node(1), cluster.node(4));
    slow_down(source);
    source.command::<()>(&["CLUSTER", "MIGRATESLOTS", "SLOTSRANGE", "0", "1000", "NODE", target.id().as_str()]);
    let (outcome, told) = made(&cluster, &[one(&source.id(), &target.id(), "0-1364")]);
    let mut done: Vec<_> = outcome.moved.iter().map(|one| one.slots.to_string()).collect();
    done.sort();
    assert_eq!(done, ["0-1000", "1001-1364"]);
    assert_eq!(outcome.left, []);
    assert!(told.iter().any(|progress| progress.slots == slots("0-1000")));
    let jobs: Vec<Value> = source.command(&["CLUSTER", "GETSLOTMIGRATIONS"]);
    assert_eq!(jobs.len(), 2, "none was begun twice");
}

#[test]
fn what_the_server_refuses_is_said_in_its_words() {
    let cluster = valkey(3, 0, 1);
    let (source, target) = (cluster.node(1), cluster.node(4));
    source.command::<()>(&["CLUSTER", "SETSLOT", "9", "MIGRATING", target.id().as_str()]);
    let (outcome, _) = made(&cluster, &[one(&source.id(), &target.id(), "0-5")]);
    let said = outcome.left[0].diagnostic().expect("it is said").message;
    assert!(said.contains("the server does not move them") && said.contains("manually migrated"), "{said}");
    // Slots of a third node.
    let (result, _) = block_on(async {
        let moves = [one(&source.id(), &target.id(), "5461")];
        moved(&members(&cluster).await, &moves, &AtomicOptions::default(), &Stop::never(), &|_| ()).await
    });
    let said = messages(&result.expect_err("nobody knows what is meant"));
    assert!(said.contains("redisops::slots::owner-changed slots 5461 belong neither to"), "{said}");
}

#[test]
fn a_drained_master_may_become_a_replica_by_itself() {
    let cluster = valkey(3, 0, 1);
    let (drained, taker) = (cluster.node(1), cluster.node(4));
    let moves = [one(&drained.id(), &taker.id(), "0-5460")];
    let (outcome, _) = made(&cluster, &moves);
    assert_eq!(outcome.left, []);
    let found =
        block_on(async { what_became_of(&members(&cluster).await, &[drained.id(), cluster.node(2).id()]).await });
    assert_eq!(
        found,
        [
            Drained { node: drained.id(), copies: Some(taker.id()) },
            Drained { node: cluster.node(2).id(), copies: None }
        ]
    );
    let (result, _) = block_on(async {
        let moves = [one(&cluster.node(2).id(), &drained.id(), "5461")];
        moved(&members(&cluster).await, &moves, &AtomicOptions::default(), &Stop::never(), &|_| ()).await
    });
    let said = messages(&result.expect_err("a replica takes no slots"));
    assert!(said.contains("redisops::slots::target-is-replica"), "{said}");
}

#[test]
fn large_moves_go_in_several_jobs() {
    let cluster = valkey(3, 0, 1);
    cluster.fill(2_000);
    let mut moves = to_fourth(&cluster, 4);
    moves[0].bytes = Some(1_000_000);
    let options = AtomicOptions { batch_bytes: 250_000, ..AtomicOptions::default() };
    let (outcome, _) =
        block_on(async { moved(&members(&cluster).await, &moves, &options, &Stop::never(), &|_| ()).await });
    let outcome = outcome.expect("they move");
    assert_eq!((outcome.moved.len(), outcome.left.len()), (6, 0), "{outcome:?}");
    assert_eq!(owned(cluster.node(4)), "0-1364, 5461-6825, 10923-12288");
}

#[test]
fn servers_without_it_move_key_by_key() {
    for server in [Server::Redis70, Server::Redis62, Server::Redis82, Server::Valkey81] {
        let cluster = TestCluster::builder().nodes(1, 0, 1).server(server).start();
        let moves = [one(&cluster.node(1).id(), &cluster.node(2).id(), "0-5")];
        block_on(async {
            let members = members(&cluster).await;
            for member in members.iter() {
                assert_eq!(ability(&member.connection).await, Ok(None), "{server:?}");
            }
            let route = route(&members, &moves).await;
            assert_eq!((route.atomic.len(), route.by_key.len()), (0, 1), "{server:?}");
        });
    }
}
