//! Running other programs: input, output, a time limit.

use std::io::{Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use thiserror::Error;

/// What a program wrote and how it ended.
#[derive(Debug)]
pub(super) struct Output {
    pub status: ExitStatus,
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
}

/// Why a program did not run to its end.
#[derive(Debug, Error)]
pub(super) enum RunError {
    #[error("`{0}` is not installed or not on the PATH")]
    Missing(String),
    #[error("`{program}` has not ended after {seconds} s", seconds = limit.as_secs_f64())]
    Timeout { program: String, limit: Duration },
    #[error("`{program}` cannot be run: {reason}")]
    Failed { program: String, reason: String },
}

/// Runs a program to its end. Without a limit it may take forever, as the user's own programs may.
///
/// # Errors
/// When it cannot be started or has not ended in time; it is killed then.
pub(super) fn run(mut command: Command, input: &[u8], limit: Option<Duration>) -> Result<Output, RunError> {
    let program = command.get_program().to_string_lossy().into_owned();
    let stdin = if input.is_empty() { Stdio::null() } else { Stdio::piped() };
    let mut child = command.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().map_err(|error| {
        // Also the working directory may be what is missing.
        let directory_exists = command.get_current_dir().is_none_or(std::path::Path::is_dir);
        match error.kind() {
            std::io::ErrorKind::NotFound if directory_exists => RunError::Missing(program.clone()),
            _ => RunError::Failed { program: program.clone(), reason: error.to_string() },
        }
    })?;
    let stdout = drain(child.stdout.take());
    let stderr = drain(child.stderr.take());
    let writer = child.stdin.take().map(|mut pipe| {
        let input = input.to_vec();
        // A program that does not read its input closes the pipe; how it ends says whether that is wrong.
        thread::spawn(move || pipe.write_all(&input).ok())
    });
    let started = Instant::now();
    let mut receive = |pipe: &Receiver<Vec<u8>>| match limit {
        None => Ok(pipe.recv().unwrap_or_default()),
        Some(limit) => pipe.recv_timeout(limit.saturating_sub(started.elapsed())).map_err(|_| {
            stop(&mut child);
            RunError::Timeout { program: program.clone(), limit }
        }),
    };
    // Both pipes end when the program does.
    let (stdout, stderr) = (receive(&stdout)?, receive(&stderr)?);
    let status = child.wait().map_err(|error| RunError::Failed { program, reason: error.to_string() })?;
    if let Some(writer) = writer {
        // It only writes; what it could not write was not wanted.
        let _ = writer.join();
    }
    Ok(Output { status, stdout, stderr })
}

fn stop(child: &mut Child) {
    // Both fail only for a process that is gone.
    let _ = child.kill();
    let _ = child.wait();
}

/// Reads a pipe to its end on a thread of its own, so that neither pipe blocks the other.
fn drain(pipe: Option<impl Read + Send + 'static>) -> Receiver<Vec<u8>> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            // What was read before an error is still worth showing.
            let _ = pipe.read_to_end(&mut bytes);
        }
        // The receiver is gone after a timeout.
        let _ = sender.send(bytes);
    });
    receiver
}

/// What a program wrote on standard error, for a note: its last lines.
pub(super) fn last_lines(bytes: &[u8]) -> String {
    const LINES: usize = 12;
    let text = String::from_utf8_lossy(bytes);
    let lines: Vec<&str> = text.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
    lines[lines.len().saturating_sub(LINES)..].join("\n")
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn feeds_and_collects() {
        let input = vec![b'x'; 1 << 20];
        let out = run(shell("cat; echo oops >&2; exit 3"), &input, None).unwrap();
        assert_eq!((out.stdout.len(), out.stderr.as_slice(), out.status.code()), (1 << 20, &b"oops\n"[..], Some(3)));
        let ignored = run(shell("true"), &input, Some(Duration::from_secs(60))).unwrap();
        assert!(ignored.status.success());
    }

    #[test]
    fn gives_up() {
        let limit = Duration::from_millis(50);
        assert!(matches!(run(shell("exec sleep 600"), b"", Some(limit)), Err(RunError::Timeout { .. })));
        assert!(matches!(run(Command::new("no-such-program-here"), b"", None), Err(RunError::Missing(_))));
        let mut nowhere = shell("true");
        nowhere.current_dir("/no/such/directory");
        assert!(matches!(run(nowhere, b"", None), Err(RunError::Failed { .. })));
    }
}
