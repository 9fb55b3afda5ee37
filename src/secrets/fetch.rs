//! Every path once, many at a time.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::store::{Fetched, Request, Store, StoreError};

/// Questions that are asked at the same time.
const AT_ONCE: usize = 32;

/// Answers by question.
pub type Answers = BTreeMap<Request, Result<Fetched, StoreError>>;

/// Asks a store. When the store itself fails, the rest is not asked and has the same answer.
pub fn fetch(store: &dyn Store, requests: &BTreeSet<Request>) -> Answers {
    let list: Vec<&Request> = requests.iter().collect();
    let (next, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
    let answers = Mutex::new(Vec::with_capacity(list.len()));
    let failure: Mutex<Option<StoreError>> = Mutex::new(None);
    let work = || {
        while !stop.load(Ordering::Relaxed) {
            let Some(request) = list.get(next.fetch_add(1, Ordering::Relaxed)) else { break };
            let answer = store.fetch(request);
            if let Err(error) = answer.as_ref()
                && error.why.is_of_the_store()
            {
                stop.store(true, Ordering::Relaxed);
                lock(&failure).get_or_insert_with(|| error.clone());
            }
            lock(&answers).push(((*request).clone(), answer));
        }
    };
    std::thread::scope(|scope| {
        // The first is asked alone when it is the only one.
        for _ in 1..list.len().min(AT_ONCE) {
            scope.spawn(work);
        }
        work();
    });
    let mut answers: Answers = lock(&answers).drain(..).collect();
    if let Some(error) = lock(&failure).take() {
        for request in list {
            answers.entry(request.clone()).or_insert_with(|| Err(error.clone()));
        }
    }
    answers
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secrets::Why;

    #[derive(Debug, Default)]
    struct Counting {
        asked: Mutex<Vec<String>>,
        at_once: AtomicUsize,
        most: AtomicUsize,
        down: bool,
    }

    impl Store for Counting {
        fn name(&self) -> String {
            "counting".into()
        }

        fn fetch(&self, request: &Request) -> Result<Fetched, StoreError> {
            let now = self.at_once.fetch_add(1, Ordering::SeqCst) + 1;
            self.most.fetch_max(now, Ordering::SeqCst);
            std::thread::sleep(std::time::Duration::from_millis(5));
            self.at_once.fetch_sub(1, Ordering::SeqCst);
            lock(&self.asked).push(request.path.clone());
            if self.down { Err(StoreError::new(Why::Down, "it is down")) } else { Ok(Fetched::default()) }
        }
    }

    fn requests(count: usize) -> BTreeSet<Request> {
        (0..count).map(|i| Request { path: format!("p{i}"), version: String::new(), engine: None }).collect()
    }

    #[test]
    fn each_path_is_asked_for_once_and_many_at_a_time() {
        let store = Counting::default();
        let answers = fetch(&store, &requests(100));
        assert_eq!((answers.len(), lock(&store.asked).len()), (100, 100));
        assert!(store.most.load(Ordering::SeqCst) > 1);
    }

    #[test]
    fn a_store_that_is_down_is_not_asked_a_hundred_times() {
        let store = Counting { down: true, ..Counting::default() };
        let answers = fetch(&store, &requests(1000));
        assert!(answers.len() == 1000 && answers.values().all(Result::is_err));
        assert!(lock(&store.asked).len() <= 2 * AT_ONCE);
    }
}
