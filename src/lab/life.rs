//! A lab from its start to its end.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::diagnostics::Diagnostic;
use crate::live::redis::Access;
use crate::slots::Address;

use super::process::{Fate, Process, Signal};
use super::server::ServerProgram;
use super::spec::Spec;
use super::starting::{Starting, access, refuse_a_second, refuse_strangers, start_server};
use super::state::{LabNode, STATE_FILE, State, cannot_write};
use super::{announce, form, ports};

/// How long a server may take to end by itself.
const GRACE: Duration = Duration::from_secs(5);

/// A cluster of server processes on this machine. Dropping it leaves them as they are.
#[derive(Debug)]
pub struct Lab {
    pub(super) dir: PathBuf,
    pub(super) state: State,
    pub(super) access: Access,
    pub(super) detached: bool,
}

/// What [`Lab::end`] did.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Ended {
    /// Servers that were asked to end, and did.
    pub ended: Vec<u32>,
    /// Servers that did not in time, and were killed.
    pub killed: Vec<u32>,
    /// Servers that had ended before.
    pub gone: Vec<u32>,
    /// Ids of servers that have ended, now of other processes, which were left alone.
    pub replaced: Vec<u32>,
    /// Files in the folder that no lab made, which were left there.
    pub kept: Vec<PathBuf>,
}

impl Lab {
    /// Starts servers, makes a cluster of them and waits until it takes writes. When anything fails, or the future is dropped, nothing is left
    /// running.
    ///
    /// # Errors
    /// When the folder has a lab, ports are taken, or a server or the cluster does not come up.
    pub async fn start(spec: &Spec) -> Result<Lab, Diagnostic> {
        refuse_a_second(&spec.dir)?;
        refuse_strangers(&spec.dir, &spec.ports)?;
        spec.check()?;
        ports::check(spec)?;
        let access = access(spec)?;
        fs::create_dir_all(&spec.dir).map_err(|error| cannot_write(&spec.dir, &error))?;
        let dir = fs::canonicalize(&spec.dir).map_err(|error| cannot_write(&spec.dir, &error))?;
        let mut starting = Starting::claim(&dir, spec)?;
        starting.prepare_network(spec)?;
        starting.start_servers(spec)?;
        starting.start_forwarder(spec)?;
        starting.form(spec, &access).await?;
        let lab = starting.lab(access, spec.detached);
        if let Some(load) = spec.load {
            lab.fill(load).await?;
        }
        starting.finish();
        Ok(lab)
    }

    /// The lab of a folder, its servers running or not; nothing when there is none.
    ///
    /// # Errors
    /// When what is kept of it cannot be read.
    pub fn open(dir: &Path) -> Result<Option<Lab>, Diagnostic> {
        let Some(state) = State::read(dir)? else { return Ok(None) };
        let dir = fs::canonicalize(dir).map_err(|error| cannot_write(dir, &error))?;
        let mut access = Access::default();
        for rule in &state.map {
            access.map.add(rule).map_err(|error| Diagnostic::error("redisops::lab::state", error.to_string()))?;
        }
        Ok(Some(Lab { dir, state, access, detached: true }))
    }

    /// The folder of its state and data.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Its nodes, in their order.
    pub fn nodes(&self) -> &[LabNode] {
        &self.state.nodes
    }

    /// The program of its servers.
    pub fn server(&self) -> &ServerProgram {
        &self.state.server
    }

    /// How its nodes are reached.
    pub fn access(&self) -> &Access {
        &self.access
    }

    /// From announced to reachable addresses, as `--map` takes them; empty where both are the same.
    pub fn map(&self) -> &[String] {
        &self.state.map
    }

    /// The address of the first node, as it is reached from here.
    pub fn seed(&self) -> Address {
        self.access.map.reach(&self.state.nodes[0].address)
    }

    /// The node of that number.
    fn node(&self, number: u16) -> Result<&LabNode, Diagnostic> {
        self.state.nodes.iter().find(|node| node.number == number).ok_or_else(|| {
            let message =
                format!("there is no node {number}; nodes have the numbers from 1 to {}", self.state.nodes.len());
            Diagnostic::error("redisops::lab::node", message)
        })
    }

    /// Ends the server of a node at once, as a crash does, and waits until it has ended.
    ///
    /// # Errors
    /// When it does not run.
    pub async fn kill(&self, number: u16) -> Result<(), Diagnostic> {
        let process = &self.node(number)?.process;
        if matches!(process.fate(), Fate::Ended | Fate::Replaced) {
            return Err(Diagnostic::error("redisops::lab::node", format!("node {number} does not run")));
        }
        send(process, Signal::Kill)?;
        match process.ended_within(GRACE).await {
            true => Ok(()),
            false => Err(stays(process)),
        }
    }

    /// Starts the server of a node again that has ended, with the files it has, and waits until it answers.
    ///
    /// # Errors
    /// When it still runs, or does not come up.
    pub async fn revive(&mut self, number: u16) -> Result<(), Diagnostic> {
        let node = self.node(number)?;
        if matches!(node.process.fate(), Fate::Running | Fate::Stopped) {
            let message = format!("node {number} still runs, as pid {}", node.process.pid);
            return Err(Diagnostic::error("redisops::lab::running", message));
        }
        let folder = self.dir.join(node.address.port.to_string());
        let started = start_server(&self.state.server, &self.state.launcher, &folder, self.detached)?;
        let (mut server, process) = started;
        let (what, logs) = (format!("the server of node {number}"), [folder.join("server.log")]);
        let address = node.address.clone();
        self.state.nodes[usize::from(number) - 1].process = process;
        self.state.write(&self.dir)?;
        form::connect(&self.access, &[address], |_| server.alive(&what, &logs)).await?;
        server.release();
        Ok(())
    }

    /// Ends its servers and removes its data.
    ///
    /// # Errors
    /// When a process cannot be ended. Its data are kept then.
    pub async fn end(self) -> Result<Ended, Diagnostic> {
        let mut report = Ended::default();
        let processes: Vec<&Process> =
            self.state.nodes.iter().map(|node| &node.process).chain(&self.state.helpers).collect();
        let mut asked = Vec::new();
        for process in processes {
            match process.fate() {
                Fate::Ended => report.gone.push(process.pid),
                Fate::Replaced => report.replaced.push(process.pid),
                Fate::Running | Fate::Stopped => {
                    send(process, Signal::Term)?;
                    asked.push(process);
                }
            }
        }
        let deadline = tokio::time::Instant::now() + GRACE;
        for process in asked {
            let left = deadline.saturating_duration_since(tokio::time::Instant::now());
            // A halted process does not see that it is asked.
            let patience = if process.fate() == Fate::Stopped { Duration::ZERO } else { left };
            if process.ended_within(patience).await {
                report.ended.push(process.pid);
                continue;
            }
            send(process, Signal::Kill)?;
            if !process.ended_within(GRACE).await {
                return Err(stays(process));
            }
            report.killed.push(process.pid);
        }
        let ports: Vec<u16> = self.state.nodes.iter().map(|node| node.address.port).collect();
        report.kept = remove(&self.dir, &ports);
        Ok(report)
    }
}

fn stays(process: &Process) -> Diagnostic {
    let message = format!("pid {} (`{}`) does not end", process.pid, process.command.join(" "));
    Diagnostic::error("redisops::lab::end", message)
}

fn send(process: &Process, signal: Signal) -> Result<(), Diagnostic> {
    process.signal(signal).map(drop).map_err(|error| {
        let message = format!("pid {} (`{}`) cannot be ended: {error}", process.pid, process.command.join(" "));
        Diagnostic::error("redisops::lab::end", message)
    })
}

/// Removes what a lab made in its folder, and the folder where nothing else is in it. What is left is returned.
pub(super) fn remove(dir: &Path, ports: &[u16]) -> Vec<PathBuf> {
    for port in ports {
        let _ = fs::remove_dir_all(dir.join(port.to_string()));
    }
    for file in [STATE_FILE, announce::NAMESPACE_LOG, announce::FORWARDER_LOG] {
        let _ = fs::remove_file(dir.join(file));
    }
    if fs::remove_dir(dir).is_ok() {
        return Vec::new();
    }
    let entries = fs::read_dir(dir).into_iter().flatten();
    entries.filter_map(|entry| Some(entry.ok()?.path())).collect()
}
