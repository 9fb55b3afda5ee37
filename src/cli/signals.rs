//! Signals of the process, for those who work.

use crate::apply::slots::{Stop, Stopper, Urgency};

/// Passes signals on and says so: the first asks to finish what is begun, which `finishing` tells, the second to stop at once.
pub async fn pass_on(stopper: &Stopper, stop: &Stop, finishing: &str, say: impl Fn(&str)) -> std::convert::Infallible {
    loop {
        signal().await;
        say(match stopper.ask() {
            Urgency::Now => "stopping at once",
            _ => finishing,
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
