//! Processes that are known again: by id, start time and command line.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, PidfdFlags, pidfd_open, pidfd_send_signal};
use serde::{Deserialize, Serialize};

/// A process that was started here. Ids are used again after a while; together with the start time and the command line they are not.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Process {
    /// Its id.
    pub pid: u32,
    /// When it started, in clock ticks since the machine did: field 22 of `/proc/PID/stat`.
    pub started: u64,
    /// Its program and arguments.
    pub command: Vec<String>,
}

/// What has become of a process.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Fate {
    /// It runs.
    Running,
    /// It is halted by a signal.
    Stopped,
    /// It has ended.
    Ended,
    /// It has ended, and another process has its id now.
    Replaced,
}

/// What can be sent to a process.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Signal {
    /// Asks it to end.
    Term,
    /// Ends it.
    Kill,
    /// Halts it.
    Stop,
    /// Lets it go on.
    Cont,
}

impl Process {
    /// The process of that id, which has just been started with that command line.
    ///
    /// # Errors
    /// When it has gone already.
    pub fn started(pid: u32, command: Vec<String>) -> io::Result<Process> {
        let (_, started) = stat(pid)?.ok_or(io::ErrorKind::NotFound)?;
        Ok(Process { pid, started, command })
    }

    /// What has become of it.
    pub fn fate(&self) -> Fate {
        let Ok(Some((state, started))) = stat(self.pid) else { return Fate::Ended };
        if started != self.started {
            return Fate::Replaced;
        }
        if matches!(state, 'Z' | 'X') {
            // The first thread may be gone while others still hold sockets.
            return if threads(self.pid) > 1 { Fate::Running } else { Fate::Ended };
        }
        // A process that is ending has none any more, but still its sockets.
        if command_line(self.pid).is_some_and(|command| !command.is_empty() && command != self.command) {
            return Fate::Replaced;
        }
        if matches!(state, 'T' | 't') { Fate::Stopped } else { Fate::Running }
    }

    /// Whether what stood in front of it has become it.
    pub fn has_begun(&self) -> bool {
        self.fate() == Fate::Running && command_line(self.pid).is_some_and(|command| command == self.command)
    }

    /// Sends a signal if it still is that process; tells whether it was sent.
    ///
    /// # Errors
    /// When the system does not let us.
    pub fn signal(&self, signal: Signal) -> io::Result<bool> {
        let Some(pid) = i32::try_from(self.pid).ok().and_then(Pid::from_raw) else { return Ok(false) };
        // The descriptor is opened before the look at who it is, so it cannot become another process in between.
        let process = match pidfd_open(pid, PidfdFlags::empty()) {
            Ok(process) => process,
            Err(rustix::io::Errno::SRCH) => return Ok(false),
            Err(error) => return Err(error.into()),
        };
        if matches!(self.fate(), Fate::Ended | Fate::Replaced) {
            return Ok(false);
        }
        let signal = match signal {
            Signal::Term => rustix::process::Signal::TERM,
            Signal::Kill => rustix::process::Signal::KILL,
            Signal::Stop => rustix::process::Signal::STOP,
            Signal::Cont => rustix::process::Signal::CONT,
        };
        match pidfd_send_signal(&process, signal) {
            Ok(()) => Ok(true),
            Err(rustix::io::Errno::SRCH) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Waits until it has ended, that long at most; tells whether it has.
    pub async fn ended_within(&self, patience: Duration) -> bool {
        let deadline = tokio::time::Instant::now() + patience;
        loop {
            if matches!(self.fate(), Fate::Ended | Fate::Replaced) {
                return true;
            }
            if tokio::time::Instant::now() >= deadline {
                return false;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

/// State and start time of a process; nothing when there is none.
fn stat(pid: u32) -> io::Result<Option<(char, u64)>> {
    let text = match fs::read_to_string(format!("/proc/{pid}/stat")) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        // The process went while its file was read.
        Err(error) if error.raw_os_error() == Some(rustix::io::Errno::SRCH.raw_os_error()) => return Ok(None),
        Err(error) => return Err(error),
    };
    Ok(read_stat(&text))
}

fn threads(pid: u32) -> usize {
    fs::read_dir(format!("/proc/{pid}/task")).map_or(0, Iterator::count)
}

/// The name of the program, in parentheses, may contain anything, parentheses too.
fn read_stat(text: &str) -> Option<(char, u64)> {
    let (_, fields) = text.rsplit_once(')')?;
    let mut fields = fields.split_ascii_whitespace();
    let state = fields.next()?.chars().next()?;
    // The state is field 3, the start field 22.
    Some((state, fields.nth(18)?.parse().ok()?))
}

/// Program and arguments of a process; nothing when there is none, empty when it is ending.
pub fn command_line(pid: u32) -> Option<Vec<String>> {
    let bytes = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
    if bytes.is_empty() {
        return Some(Vec::new());
    }
    let text = String::from_utf8_lossy(&bytes);
    Some(text.trim_end_matches('\0').split('\0').map(str::to_owned).collect())
}

/// A program to start in the background.
#[derive(Debug)]
pub struct Launch<'a> {
    /// A program in front of it that ends in becoming it, with its arguments.
    pub launcher: &'a [String],
    /// The program, and its arguments.
    pub command: Vec<String>,
    /// Where it runs.
    pub dir: &'a Path,
    /// Where what it prints goes.
    pub log: PathBuf,
    /// Whether it is to have a process group of its own, which Ctrl-C does not reach.
    pub detached: bool,
}

impl Launch<'_> {
    /// Starts it.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(self) -> io::Result<(Child, Process)> {
        use std::os::unix::process::CommandExt;
        let log = File::create(&self.log)?;
        let mut words = self.launcher.iter().chain(&self.command);
        let program = words.next().ok_or(io::ErrorKind::InvalidInput)?;
        let mut command = Command::new(program);
        command.args(words).current_dir(self.dir).stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        if self.detached {
            command.process_group(0);
        }
        let mut child = command.spawn()?;
        match Process::started(child.id(), self.command) {
            Ok(process) => Ok((child, process)),
            Err(error) => {
                let _ = child.kill();
                let _ = child.wait();
                Err(error)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sleeper() -> (Child, Process) {
        let dir = tempfile::tempdir().unwrap();
        let command = vec!["sleep".to_owned(), "600".to_owned()];
        let log = dir.path().join("log");
        let (child, process) = Launch { launcher: &[], command, dir: dir.path(), log, detached: true }.start().unwrap();
        // Until it has become the program, its command line is ours.
        while !process.has_begun() {
            std::thread::sleep(Duration::from_millis(1));
        }
        (child, process)
    }

    #[test]
    fn only_that_process_gets_signals() {
        let (mut child, process) = sleeper();
        let younger = Process { started: process.started + 1, ..process.clone() };
        let other = Process { command: vec!["sleep".to_owned(), "601".to_owned()], ..process.clone() };
        for stranger in [&younger, &other] {
            assert_eq!(stranger.fate(), Fate::Replaced);
            assert!(!stranger.signal(Signal::Kill).unwrap());
        }
        assert_eq!(process.fate(), Fate::Running);
        assert!(process.signal(Signal::Kill).unwrap());
        child.wait().unwrap();
        assert_eq!(process.fate(), Fate::Ended);
        assert!(!process.signal(Signal::Term).unwrap());
    }

    #[test]
    fn halted_processes_are_seen() {
        let (mut child, process) = sleeper();
        process.signal(Signal::Stop).unwrap();
        while process.fate() != Fate::Stopped {
            std::thread::sleep(Duration::from_millis(1));
        }
        process.signal(Signal::Cont).unwrap();
        while process.fate() != Fate::Running {
            std::thread::sleep(Duration::from_millis(1));
        }
        process.signal(Signal::Kill).unwrap();
        child.wait().unwrap();
    }

    #[test]
    fn names_of_programs_may_contain_anything() {
        let text = "12 (a) b) R) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 77 20";
        assert_eq!(read_stat(text), Some(('S', 77)));
        assert_eq!(read_stat("12 (x) S 1 2"), None);
    }
}
