//! Signals of the process, for those who work.

use crate::apply::slots::{Stop, Stopper, Urgency};

use super::progress::Display;

/// Passes signals on: the first asks to finish what is open, the second to stop at once.
pub async fn listen(stopper: &Stopper, stop: &Stop, display: &Display) -> std::convert::Infallible {
    loop {
        signal().await;
        display.say(match stopper.ask() {
            Urgency::Now => "stopping at once",
            _ => "finishing the slots that are open, which takes a moment; once more to stop at once",
        });
        if stop.urgency() == Urgency::Now {
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(unix)]
async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    match (signal(SignalKind::interrupt()), signal(SignalKind::terminate())) {
        (Ok(mut interrupt), Ok(mut terminate)) => {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        }
        // Without handlers signals end the process, which is safe, too.
        _ => std::future::pending().await,
    }
}

#[cfg(not(unix))]
async fn signal() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending().await
    }
}
