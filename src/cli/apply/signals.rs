//! Signals that ask a run to stop.

use crate::apply::slots::{Stop, Stopper};
use crate::cli::printer::Printer;
use crate::cli::signals::pass_on;

/// Passes signals on: the first asks to finish what is begun, the second to stop at once.
pub async fn listen(stopper: &Stopper, stop: &Stop, printer: &Printer) -> std::convert::Infallible {
    pass_on(stopper, stop, "finishing what is begun; once more to stop at once", |text| printer.note(text)).await
}
