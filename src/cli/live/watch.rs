//! The same comparison again and again, for a Deployment in the cluster.

use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::cli::printer::Printer;
use crate::cli::runtime::block_on;
use crate::cli::settings::RenderSettings;
use crate::diagnostics::Diagnostics;
use crate::drift::{DiffReport, Runs, metrics};

use super::metrics::{Page, serve};
use super::report::report;
use super::settings::LiveSettings;

/// How a comparison ended: its report, and whether all that was asked for could be done.
pub type Done = (Option<DiffReport>, bool);

/// Compares until the process is told to end; what is found is given to `tell` when it is other than before. The last one is given back.
///
/// # Errors
/// When the address of the metrics cannot be had, or the system gives no means to wait.
pub fn watch(
    paths: &[String],
    rendering: &RenderSettings,
    settings: &LiveSettings,
    every: Duration,
    address: Option<&str>,
    printer: &Printer,
    mut tell: impl FnMut(&DiffReport) -> Result<(), Diagnostics>,
) -> Result<Done, Diagnostics> {
    let page = Page::default();
    if let Some(address) = address {
        serve(address, page.clone())?;
    }
    let end = ends();
    let mut runs = Runs::default();
    let mut before: Option<DiffReport> = None;
    loop {
        let begin = Instant::now();
        let done = report(paths, rendering, settings, printer)?;
        runs.all += 1;
        let is_whole = done.1 && done.0.as_ref().is_some_and(|report| !report.has_errors());
        runs.failed += u64::from(!is_whole);
        runs.seconds = begin.elapsed().as_secs_f64();
        runs.last_end = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |it| it.as_secs_f64());
        page.set(metrics(done.0.as_ref().unwrap_or(&DiffReport::default()), runs));
        if let Some(report) = &done.0
            && before.as_ref() != Some(report)
        {
            tell(report)?;
            before = Some(report.clone());
        }
        if end.recv_timeout(every.saturating_sub(begin.elapsed())).is_ok() {
            return Ok(done);
        }
    }
}

/// A channel on which the process is told to end, also while it compares.
fn ends() -> Receiver<()> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        // Without a means to wait for signals the system ends the process as it always does.
        if block_on(told_to_end()).is_ok() {
            let _ = sender.send(());
        }
        // Kept, so that the other side waits for as long as it wants to.
        loop {
            thread::park();
        }
    });
    receiver
}

async fn told_to_end() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminated) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupted => {}
                _ = terminated.recv() => {}
            }
            return;
        }
    }
    let _ = interrupted.await;
}
