//! A lab that is not whole yet.

use std::fs;
use std::path::{Path, PathBuf};

use crate::diagnostics::Diagnostic;
use crate::live::redis::{Access, Tls};
use crate::secrets::Secret;
use crate::slots::Address;

use super::life::{Lab, remove};
use super::process::{Fate, Launch, Process};
use super::server::ServerProgram;
use super::spec::{Reach, Spec};
use super::state::{LabNode, State, cannot_write};
use super::{announce, config, form};

/// What a server prints before it has read its configuration.
const OUTPUT_LOG: &str = "output.log";

/// A process that ends when this is dropped.
pub struct Child(Option<std::process::Child>);

impl Child {
    /// From here on it is not ours to end.
    pub fn release(&mut self) {
        self.0 = None;
    }

    /// Says why it has ended, if it has: the ends of what it wrote.
    pub fn alive(&mut self, what: &str, logs: &[PathBuf]) -> Result<(), Diagnostic> {
        let Some(Ok(Some(status))) = self.0.as_mut().map(std::process::Child::try_wait) else { return Ok(()) };
        let mut found = Diagnostic::error("redisops::lab::server", format!("{what} ended: {status}"));
        for log in logs {
            let text = fs::read_to_string(log).unwrap_or_default();
            let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
            let last = &lines[lines.len().saturating_sub(4)..];
            found.notes.extend(last.iter().map(|line| (*line).to_owned()));
        }
        Err(found)
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        if let Some(child) = &mut self.0 {
            // Its id cannot be another's: nobody has waited for it.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// A lab that is not whole yet: when its start fails, or is given up, nothing of it is left.
pub struct Starting {
    dir: PathBuf,
    ports: Vec<u16>,
    state: State,
    servers: Vec<Child>,
    helpers: Vec<Child>,
    whole: bool,
}

impl Starting {
    /// Takes the folder.
    pub fn claim(dir: &Path, spec: &Spec) -> Result<Starting, Diagnostic> {
        let mut state = State::new(spec.server.clone(), spec.launcher.clone());
        state.map = announce::map(spec);
        state.claim(dir)?;
        let ports = spec.ports.clone();
        Ok(Starting { dir: dir.to_owned(), ports, state, servers: Vec::new(), helpers: Vec::new(), whole: false })
    }

    /// Makes the network in which servers announce addresses of their own.
    pub fn prepare_network(&mut self, spec: &Spec) -> Result<(), Diagnostic> {
        if let Reach::Namespace { network, .. } = &spec.reach {
            let (child, process) = announce::namespace(spec, *network, &self.dir)?;
            self.state.launcher = announce::launcher(spec, &process);
            self.help(child, process)?;
        }
        Ok(())
    }

    /// Lets this machine's ports lead into that network.
    pub fn start_forwarder(&mut self, spec: &Spec) -> Result<(), Diagnostic> {
        if let Reach::Namespace { redisops, .. } = &spec.reach {
            let (child, process) = announce::forwarder(spec, redisops, &self.dir)?;
            self.help(child, process)?;
        }
        Ok(())
    }

    fn help(&mut self, child: std::process::Child, process: Process) -> Result<(), Diagnostic> {
        self.helpers.push(Child(Some(child)));
        self.state.helpers.push(process);
        self.state.write(&self.dir)
    }

    /// Starts all servers.
    pub fn start_servers(&mut self, spec: &Spec) -> Result<(), Diagnostic> {
        for (number, &port) in (1..).zip(&spec.ports) {
            let folder = self.dir.join(port.to_string());
            write_config(spec, number, port, &folder)?;
            let (child, process) = start_server(&spec.server, &self.state.launcher, &folder, spec.detached)?;
            self.servers.push(child);
            self.state.nodes.push(LabNode {
                number,
                address: announce::address(spec, number, port),
                id: None,
                process,
            });
            self.state.write(&self.dir)?;
        }
        Ok(())
    }

    /// Makes a cluster of them.
    pub async fn form(&mut self, spec: &Spec, access: &Access) -> Result<(), Diagnostic> {
        let addresses: Vec<Address> = self.state.nodes.iter().map(|node| node.address.clone()).collect();
        let Starting { dir, servers, helpers, state, .. } = self;
        let look = |index: usize| {
            let port = addresses[index].port;
            let folder = dir.join(port.to_string());
            servers[index]
                .alive(&format!("the server for port {port}"), &[folder.join(OUTPUT_LOG), folder.join("server.log")])?;
            let logs = [dir.join(announce::NAMESPACE_LOG), dir.join(announce::FORWARDER_LOG)];
            helpers.iter_mut().try_for_each(|helper| helper.alive("what leads to the servers", &logs))
        };
        let nodes = form::connect(access, &addresses, look).await?;
        let ids = form::form(&nodes, spec.layout, spec.server.at_least(7, 0)).await?;
        state.nodes.iter_mut().zip(ids).for_each(|(node, id)| node.id = Some(id));
        state.write(dir)
    }

    /// What there is of it so far.
    pub fn lab(&self, access: Access, detached: bool) -> Lab {
        Lab { dir: self.dir.clone(), state: self.state.clone(), access, detached }
    }

    /// It is whole: its processes stay.
    pub fn finish(mut self) {
        self.whole = true;
        self.servers.iter_mut().chain(&mut self.helpers).for_each(Child::release);
    }
}

impl Drop for Starting {
    fn drop(&mut self) {
        if !self.whole {
            self.servers.clear();
            self.helpers.clear();
            remove(&self.dir, &self.ports);
        }
    }
}

/// Starts one server, with the configuration in its folder.
pub fn start_server(
    server: &ServerProgram,
    launcher: &[String],
    folder: &Path,
    detached: bool,
) -> Result<(Child, Process), Diagnostic> {
    let command = vec![server.path.display().to_string(), folder.join("redis.conf").display().to_string()];
    let log = folder.join(OUTPUT_LOG);
    let shown = command[0].clone();
    let started = Launch { launcher, command, dir: folder, log, detached }.start();
    let (child, process) = started
        .map_err(|error| Diagnostic::error("redisops::lab::server", format!("`{shown}` cannot be started: {error}")))?;
    Ok((Child(Some(child)), process))
}

/// A folder has one lab.
pub fn refuse_a_second(dir: &Path) -> Result<(), Diagnostic> {
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
pub fn refuse_strangers(dir: &Path, ports: &[u16]) -> Result<(), Diagnostic> {
    let folders = ports.iter().map(|port| dir.join(port.to_string()));
    match folders.into_iter().find(|folder| folder.exists()) {
        Some(folder) => {
            let message = format!("`{}` exists already, and is of no lab", folder.display());
            Err(Diagnostic::error("redisops::lab::exists", message).help("remove it, or choose another `--dir`"))
        }
        None => Ok(()),
    }
}

/// How its nodes are reached.
pub fn access(spec: &Spec) -> Result<Access, Diagnostic> {
    let tls = spec.tls.as_ref().map(|files| -> Result<Tls, Diagnostic> {
        let read = |path: &Path| {
            fs::read(path).map_err(|error| {
                Diagnostic::error("redisops::lab::tls", format!("`{}` cannot be read: {error}", path.display()))
            })
        };
        let key = Secret::new(String::from_utf8_lossy(&read(&files.key)?));
        Ok(Tls { ca: Some(read(&files.ca)?), cert: Some(read(&files.cert)?), key: Some(key) })
    });
    let mut access = Access { password: spec.password.clone(), tls: tls.transpose()?, ..Access::default() };
    for rule in announce::map(spec) {
        access.map.add(&rule).map_err(|error| Diagnostic::error("redisops::lab::announce", error.to_string()))?;
    }
    Ok(access)
}

fn write_config(spec: &Spec, number: u16, port: u16, folder: &Path) -> Result<(), Diagnostic> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let file = folder.join("redis.conf");
    // It may hold passwords.
    let written = fs::create_dir_all(folder).and_then(|()| {
        let mut out = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&file)?;
        out.write_all(config::text(spec, number, port, folder).as_bytes())
    });
    written.map_err(|error| cannot_write(&file, &error))
}
