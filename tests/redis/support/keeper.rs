//! The thread that owns the servers of a test.

use std::sync::mpsc::{Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use redisops::lab::{Lab, LabNode, Signal, Spec};
use tokio::runtime::{Builder, Runtime};

type Order = Box<dyn FnOnce(&Runtime, &mut Lab) + Send>;

/// Servers get a signal when the thread that started them ends, so one thread lives as long as the cluster: whatever ends the test ends them.
#[derive(Debug)]
pub struct Keeper {
    orders: Option<Sender<Order>>,
    thread: Option<JoinHandle<()>>,
}

impl Keeper {
    /// Starts a lab in a thread of its own, so that tests with and without a runtime can.
    pub fn start(mut spec: Spec) -> Keeper {
        spec.launcher = ["setpriv", "--pdeathsig", "KILL", "--"].map(str::to_owned).to_vec();
        spec.detached = false;
        let (orders, inbox) = channel::<Order>();
        let (tell, started) = channel();
        let thread = thread::spawn(move || {
            let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
            let mut lab = match runtime.block_on(Lab::start(&spec)) {
                Ok(lab) => lab,
                Err(error) => return tell.send(Err(error)).expect("somebody waits"),
            };
            tell.send(Ok(())).expect("somebody waits");
            for order in inbox {
                order(&runtime, &mut lab);
            }
            end(&runtime, lab.nodes());
        });
        match started.recv().expect("the keeper lives") {
            Ok(()) => Keeper { orders: Some(orders), thread: Some(thread) },
            Err(error) => panic!("the cluster does not start: {error:#?}"),
        }
    }

    /// Does something with the lab, in its thread.
    pub fn with<T: Send + 'static>(&self, order: impl FnOnce(&Runtime, &mut Lab) -> T + Send + 'static) -> T {
        let (tell, done) = channel();
        let order: Order = Box::new(move |runtime, lab| {
            let _ = tell.send(order(runtime, lab));
        });
        self.orders.as_ref().expect("it lives until dropped").send(order).expect("the keeper lives");
        done.recv().expect("the keeper lives")
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.orders = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn end(runtime: &Runtime, nodes: &[LabNode]) {
    for node in nodes {
        let _ = node.process.signal(Signal::Kill);
    }
    for node in nodes {
        let _ = runtime.block_on(node.process.ended_within(Duration::from_secs(10)));
    }
}
