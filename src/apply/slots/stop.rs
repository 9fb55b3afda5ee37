//! The wish to stop a run: first what is open is finished, then nothing is.

use tokio::sync::watch;

/// How urgent it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Urgency {
    /// Nobody wants to stop.
    Go,
    /// Open slots are finished, no further one is opened.
    Finish,
    /// At once.
    Now,
}

/// Says when to stop.
#[derive(Debug)]
pub struct Stopper(watch::Sender<Urgency>);

/// Is told when to stop.
#[derive(Clone, Debug)]
pub struct Stop(watch::Receiver<Urgency>);

impl Stopper {
    /// With the one that is told.
    pub fn new() -> (Stopper, Stop) {
        let (sender, receiver) = watch::channel(Urgency::Go);
        (Stopper(sender), Stop(receiver))
    }

    /// Asks for it once more: the first time to finish, then to stop at once.
    pub fn ask(&self) -> Urgency {
        self.0.send_modify(|urgency| {
            *urgency = if *urgency == Urgency::Go { Urgency::Finish } else { Urgency::Now };
        });
        *self.0.borrow()
    }
}

impl Stop {
    /// Never stops.
    pub fn never() -> Stop {
        // Without a sender the value stays.
        Stop(watch::channel(Urgency::Go).1)
    }

    /// How urgent it is now.
    pub fn urgency(&self) -> Urgency {
        *self.0.borrow()
    }

    /// Whether no further slot is to be opened.
    pub fn wanted(&self) -> bool {
        self.urgency() > Urgency::Go
    }

    /// Returns when it is at least that urgent.
    pub async fn reached(&self, urgency: Urgency) {
        let mut receiver = self.0.clone();
        if receiver.wait_for(|now| *now >= urgency).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_wish_is_more_urgent() {
        let (stopper, stop) = Stopper::new();
        assert!(!stop.wanted());
        assert_eq!(stopper.ask(), Urgency::Finish);
        assert!(stop.wanted());
        assert_eq!(stopper.ask(), Urgency::Now);
        assert_eq!(stop.urgency(), Urgency::Now);
        assert_eq!(Stop::never().urgency(), Urgency::Go);
    }
}
