//! Where asynchronous work runs.

use crate::diagnostics::{Diagnostic, Diagnostics};

/// Runs to its end what waits for sockets, on this thread.
///
/// # Errors
/// When the system gives no means to wait.
pub fn block_on<T>(work: impl Future<Output = T>) -> Result<T, Diagnostics> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| {
        Diagnostic::error("redisops::cli::runtime", format!("the system gives no means to wait for sockets: {error}"))
    })?;
    Ok(runtime.block_on(work))
}
