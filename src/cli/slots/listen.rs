//! Signals of the process, for those who move slots.

use crate::apply::slots::{Stop, Stopper};
use crate::cli::signals::pass_on;

use super::progress::Display;

/// Passes signals on: the first asks to finish what is open, the second to stop at once.
pub async fn listen(stopper: &Stopper, stop: &Stop, display: &Display) -> std::convert::Infallible {
    let finishing = "finishing the slots that are open, which takes a moment; once more to stop at once";
    pass_on(stopper, stop, finishing, |text| display.say(text)).await
}
