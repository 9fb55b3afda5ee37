//! How a run is followed on stderr.

use crate::apply::objects::Watcher;
use crate::cli::printer::Printer;

/// Passes on what happens.
pub struct Teller<'a>(pub &'a Printer);

impl Watcher for Teller<'_> {
    fn tell(&self, text: &str) {
        if !self.0.is_quiet() {
            self.0.report(&format!("{text}\n"));
        }
    }

    fn note(&self, text: &str) {
        self.0.report(&format!("note: {text}\n"));
    }
}
