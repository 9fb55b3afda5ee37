//! A lab from its start to its end.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::time::Duration;

use crate::diagnostics::Diagnostic;
use crate::live::redis::{Access, Tls};
use crate::secrets::Secret;
use crate::slots::Address;

use super::process::{Fate, Launch, Process, Signal};
use super::server::ServerProgram;
use super::spec::Spec;
use super::state::{LabNode, STATE_FILE, State, cannot_write};
use super::{config, form, ports};

/// How long a server may take to end by itself.
const GRACE: Duration = Duration::from_secs(5);

/// A cluster of server processes on this machine. Dropping it leaves them as they are.
#[derive(Debug)]
pub struct Lab {
    pub(super) dir: PathBuf,
    pub(super) state: State,
    pub(super) access: Access,
    detached: bool,
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

/// Children that end when this is dropped.
struct Children(Vec<Child>);

impl Children {
    fn end(&mut self) {
        for child in &mut self.0 {
            // Its id cannot be another's: nobody has waited for it.
            let _ = child.kill();
            let _ = child.wait();
        }
        self.0.clear();
    }

    /// From here on they are nobody's to end.
    fn release(&mut self) {
        self.0.clear();
    }
}

impl Drop for Children {
    fn drop(&mut self) {
        self.end();
    }
}

/// A lab that is not whole yet: when its start fails, or is given up, nothing of it is left.
struct Starting {
    dir: PathBuf,
    state: State,
    servers: Children,
    whole: bool,
}

impl Drop for Starting {
    fn drop(&mut self) {
        if !self.whole {
            self.servers.end();
            remove(&self.dir, &self.state);
        }
    }
}

impl Lab {
    /// Starts servers, makes a cluster of them and waits until it takes writes. When anything fails, or the future is dropped, nothing is left
    /// running.
    ///
    /// # Errors
    /// When the folder has a lab, ports are taken, or a server or the cluster does not come up.
    pub async fn start(spec: &Spec) -> Result<Lab, Diagnostic> {
        fs::create_dir_all(&spec.dir).map_err(|error| cannot_write(&spec.dir, &error))?;
        let dir = fs::canonicalize(&spec.dir).map_err(|error| cannot_write(&spec.dir, &error))?;
        refuse_a_second(&dir)?;
        refuse_strangers(&dir, &spec.ports)?;
        ports::check(&spec.host, &spec.ports)?;
        let access = access(spec)?;
        let state = State::new(spec.server.clone(), spec.launcher.clone());
        let mut starting = Starting { dir: dir.clone(), state, servers: Children(Vec::new()), whole: false };
        for (number, &port) in (1..).zip(&spec.ports) {
            let folder = dir.join(port.to_string());
            write_config(spec, port, &folder)?;
            let (child, process) = start_server(&spec.server, &spec.launcher, &folder, spec.detached)?;
            starting.servers.0.push(child);
            starting.state.nodes.push(LabNode { number, address: Address::new(&spec.host, port), process });
            starting.state.write(&dir)?;
        }
        bring_up(spec, &access, &mut starting).await?;
        starting.whole = true;
        starting.servers.release();
        Ok(Lab { dir, state: starting.state.clone(), access, detached: spec.detached })
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

    /// Starts the server of a node again that has ended, with the files it has, and waits until it answers.
    ///
    /// # Errors
    /// When it still runs, or does not come up.
    pub async fn revive(&mut self, number: u16) -> Result<(), Diagnostic> {
        let index = usize::from(number) - 1;
        let node = &self.state.nodes[index];
        if matches!(node.process.fate(), Fate::Running | Fate::Stopped) {
            let message = format!("node {number} still runs, as pid {}", node.process.pid);
            return Err(Diagnostic::error("redisops::lab::running", message));
        }
        let folder = self.dir.join(node.address.port.to_string());
        let started = start_server(&self.state.server, &self.state.launcher, &folder, self.detached)?;
        let mut server = Children(vec![started.0]);
        self.state.nodes[index].process = started.1;
        self.state.write(&self.dir)?;
        let address = self.state.nodes[index].address.clone();
        form::connect(&self.access, &[address], |_| alive(&mut server.0[0], &folder)).await?;
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
                let message = format!("pid {} (`{}`) does not end", process.pid, process.command.join(" "));
                return Err(Diagnostic::error("redisops::lab::end", message));
            }
            report.killed.push(process.pid);
        }
        report.kept = remove(&self.dir, &self.state);
        Ok(report)
    }
}

fn send(process: &Process, signal: Signal) -> Result<(), Diagnostic> {
    process.signal(signal).map(drop).map_err(|error| {
        let message = format!("pid {} (`{}`) cannot be ended: {error}", process.pid, process.command.join(" "));
        Diagnostic::error("redisops::lab::end", message)
    })
}

/// A folder has one lab.
fn refuse_a_second(dir: &Path) -> Result<(), Diagnostic> {
    let Some(state) = State::read(dir)? else { return Ok(()) };
    let running: Vec<&LabNode> =
        state.nodes.iter().filter(|node| matches!(node.process.fate(), Fate::Running | Fate::Stopped)).collect();
    let shown = dir.display();
    let found = match running.first() {
        Some(first) => {
            Diagnostic::error("redisops::lab::exists", format!("a lab already runs in `{shown}`")).note(format!(
                "{} of its {} servers run; the first is {}, pid {}",
                running.len(),
                state.nodes.len(),
                first.address,
                first.process.pid
            ))
        }
        None => Diagnostic::error("redisops::lab::exists", format!("`{shown}` has a lab whose servers have ended")),
    };
    Err(found.help(format!("end it with `redisops lab down --dir {shown}`, or choose another `--dir`")))
}

/// What a lab makes it removes: folders that others made must not be among it.
fn refuse_strangers(dir: &Path, ports: &[u16]) -> Result<(), Diagnostic> {
    let folders = ports.iter().map(|port| dir.join(port.to_string()));
    match folders.into_iter().find(|folder| folder.exists()) {
        Some(folder) => {
            let message = format!("`{}` exists already, and is of no lab", folder.display());
            Err(Diagnostic::error("redisops::lab::exists", message).help("remove it, or choose another `--dir`"))
        }
        None => Ok(()),
    }
}

fn access(spec: &Spec) -> Result<Access, Diagnostic> {
    let tls = spec.tls.as_ref().map(|files| -> Result<Tls, Diagnostic> {
        let read = |path: &Path| {
            fs::read(path).map_err(|error| {
                Diagnostic::error("redisops::lab::tls", format!("`{}` cannot be read: {error}", path.display()))
            })
        };
        let key = Secret::new(String::from_utf8_lossy(&read(&files.key)?));
        Ok(Tls { ca: Some(read(&files.ca)?), cert: Some(read(&files.cert)?), key: Some(key) })
    });
    Ok(Access { password: spec.password.clone(), tls: tls.transpose()?, ..Access::default() })
}

fn write_config(spec: &Spec, port: u16, folder: &Path) -> Result<(), Diagnostic> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let file = folder.join("redis.conf");
    // It may hold passwords.
    let written = fs::create_dir_all(folder).and_then(|()| {
        let mut out = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&file)?;
        out.write_all(config::text(spec, port, folder).as_bytes())
    });
    written.map_err(|error| cannot_write(&file, &error))
}

fn start_server(
    server: &ServerProgram,
    launcher: &[String],
    folder: &Path,
    detached: bool,
) -> Result<(Child, Process), Diagnostic> {
    let command = vec![server.path.display().to_string(), folder.join("redis.conf").display().to_string()];
    let log = folder.join("output.log");
    let shown = command[0].clone();
    Launch { launcher, command, dir: folder, log, detached }
        .start()
        .map_err(|error| Diagnostic::error("redisops::lab::server", format!("`{shown}` cannot be started: {error}")))
}

async fn bring_up(spec: &Spec, access: &Access, starting: &mut Starting) -> Result<(), Diagnostic> {
    let addresses: Vec<Address> = starting.state.nodes.iter().map(|node| node.address.clone()).collect();
    let Starting { dir, servers, .. } = starting;
    let look = |index: usize| alive(&mut servers.0[index], &dir.join(addresses[index].port.to_string()));
    let nodes = form::connect(access, &addresses, look).await?;
    form::form(&nodes, spec.layout, spec.server.at_least(7, 0)).await
}

/// Says why a server has ended, if it has: the end of what it wrote.
fn alive(child: &mut Child, folder: &Path) -> Result<(), Diagnostic> {
    let Ok(Some(status)) = child.try_wait() else { return Ok(()) };
    let port = folder.file_name().unwrap_or_default().to_string_lossy();
    let mut found = Diagnostic::error("redisops::lab::server", format!("the server for port {port} ended: {status}"));
    for name in ["output.log", "server.log"] {
        let text = fs::read_to_string(folder.join(name)).unwrap_or_default();
        let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
        let last = &lines[lines.len().saturating_sub(4)..];
        found.notes.extend(last.iter().map(|line| (*line).to_owned()));
    }
    Err(found)
}

/// Removes what a lab made in its folder, and the folder where nothing else is in it. What is left is returned.
fn remove(dir: &Path, state: &State) -> Vec<PathBuf> {
    for node in &state.nodes {
        let _ = fs::remove_dir_all(dir.join(node.address.port.to_string()));
    }
    let _ = fs::remove_file(dir.join(STATE_FILE));
    if fs::remove_dir(dir).is_ok() {
        return Vec::new();
    }
    let entries = fs::read_dir(dir).into_iter().flatten();
    entries.filter_map(|entry| Some(entry.ok()?.path())).collect()
}
