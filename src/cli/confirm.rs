//! A question before something is changed.

use std::io::{self, IsTerminal};

use crate::diagnostics::Diagnostic;

use super::printer::to_stderr;
use super::settings::Environment;

/// Asks whoever sits at the terminal; only `y` and `yes` mean yes.
///
/// # Errors
/// When nobody does.
pub fn confirmed(question: &str, environment: &Environment) -> Result<bool, Diagnostic> {
    if !environment.can_ask() {
        return Err(nobody());
    }
    let mut answer = String::new();
    let asked = to_stderr(&format!("{question} [y/N] ")).and_then(|()| io::stdin().read_line(&mut answer));
    Ok(asked.is_ok() && is_yes(&answer))
}

/// Nobody is there to be asked.
pub fn nobody() -> Diagnostic {
    Diagnostic::error("redisops::cli::confirm", "this changes a live cluster, and nobody is there to be asked")
        .help("say so with `--yes`")
}

impl Environment {
    /// Whether somebody sits at a terminal.
    pub fn can_ask(&self) -> bool {
        self.stderr.terminal && io::stdin().is_terminal()
    }
}

fn is_yes(answer: &str) -> bool {
    matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_yes_is_yes() {
        assert!(["y\n", "Yes", " yes \r\n"].into_iter().all(is_yes));
        assert!(["", "\n", "n", "ye", "ja"].into_iter().all(|answer| !is_yes(answer)));
    }
}
