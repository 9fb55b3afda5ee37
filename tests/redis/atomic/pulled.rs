//! Redis 8.4: targets pull. Against a fake that answers as documented: see there what that does not prove.

use std::sync::Mutex;
use std::time::Duration;

use redisops::apply::slots::atomic::{AtomicOptions, Outcome, Progress, Why};
use redisops::apply::slots::{Members, Stop, Stopper};

use crate::membership::block_on;

use super::fake::{Fake, Script};
use super::{moved, one};

async fn made(fake: &Fake, options: &AtomicOptions, stop: &Stop, tell: &dyn Fn(&Progress)) -> (Outcome, Vec<Progress>) {
    let members = Members::of(&fake.cluster().await);
    let moves = [one(&Fake::id(0), &Fake::id(1), "0-1000")];
    let (outcome, told) = moved(&members, &moves, options, stop, tell).await;
    (outcome.expect("it ends in order"), told)
}

/// What was asked at the target, looks at the state left out.
fn orders(fake: &Fake) -> Vec<String> {
    let heard = fake.heard();
    assert!(heard.iter().all(|(node, _)| *node == 1), "the target is told, never the source: {heard:?}");
    heard.into_iter().map(|(_, words)| words).filter(|words| !words.starts_with("status")).collect()
}

#[test]
fn the_target_is_told_and_watched() {
    block_on(async {
        let fake = Fake::start(Script::Completes).await;
        let (outcome, told) = made(&fake, &AtomicOptions::default(), &Stop::never(), &|_| ()).await;
        assert_eq!(outcome.left, []);
        let moved: Vec<_> = outcome.moved.iter().map(|one| (one.slots.to_string(), one.keys, one.attempts)).collect();
        assert_eq!(moved, [("0-1000".to_owned(), Some(5), 1)]);
        assert_eq!(orders(&fake), ["import 0 1000"]);
        let states: Vec<&str> = told.iter().map(|progress| progress.state.as_str()).collect();
        assert_eq!(states, ["connecting", "wait-stream-eof", "moved"]);
    });
}

#[test]
fn a_task_of_a_run_that_died_is_taken_over() {
    block_on(async {
        let fake = Fake::start(Script::Completes).await;
        fake.has_begun("0-1000");
        let (outcome, _) = made(&fake, &AtomicOptions::default(), &Stop::never(), &|_| ()).await;
        assert_eq!((outcome.moved.len(), outcome.left.len()), (1, 0));
        assert_eq!(orders(&fake), [""; 0], "nothing is begun twice");
    });
}

#[test]
fn a_target_that_tries_for_ever_is_told_to_give_up() {
    block_on(async {
        let fake = Fake::start(Script::KeepsFailing).await;
        let (outcome, _) = made(&fake, &AtomicOptions::default(), &Stop::never(), &|_| ()).await;
        assert_eq!(outcome.moved, []);
        assert_eq!(outcome.left[0].why, Why::Failed("Connection with the source lost".to_owned()));
        assert!(orders(&fake)[1].starts_with("cancel id"), "{:?}", orders(&fake));
    });
}

#[test]
fn a_task_that_takes_too_long_or_is_not_wanted_any_more_is_taken_back() {
    block_on(async {
        let fake = Fake::start(Script::Hangs).await;
        let options = AtomicOptions { deadline: Duration::from_millis(50), ..AtomicOptions::default() };
        let (outcome, _) = made(&fake, &options, &Stop::never(), &|_| ()).await;
        assert_eq!(outcome.left[0].why, Why::TooLate);
        let fake = Fake::start(Script::Hangs).await;
        let (stopper, stop) = Stopper::new();
        let stopper = Mutex::new(stopper);
        let on_stream = |progress: &Progress| {
            if progress.state == "streaming-buffer" {
                stopper.lock().unwrap().ask();
            }
        };
        let (outcome, told) = made(&fake, &AtomicOptions::default(), &stop, &on_stream).await;
        assert_eq!(outcome.left[0].why, Why::Stopped);
        assert_eq!(told.last().map(|progress| progress.state.as_str()), Some("cancelled"));
    });
}

#[test]
fn one_task_at_a_time_of_a_node() {
    block_on(async {
        let fake = Fake::start(Script::Completes).await;
        // Somebody else's task: the server refuses a second one until the deadline.
        fake.has_begun("5-6");
        let options = AtomicOptions { deadline: Duration::from_millis(100), ..AtomicOptions::default() };
        let (outcome, _) = made(&fake, &options, &Stop::never(), &|_| ()).await;
        assert!(
            matches!(&outcome.left[0].why, Why::Refused(words) if words.contains("already in progress")),
            "{outcome:?}"
        );
    });
}
