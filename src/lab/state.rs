//! The file in which a lab is kept between commands.

use std::fs;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::diagnostics::Diagnostic;
use crate::slots::{Address, NodeId};

use super::process::Process;
use super::server::ServerProgram;

/// Its name in the folder of the lab.
pub const STATE_FILE: &str = "lab.json";

/// A node of a lab.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LabNode {
    /// Its number, from 1.
    pub number: u16,
    /// The address that it announces.
    pub address: Address,
    /// Its identity, once it is in the cluster.
    pub id: Option<NodeId>,
    /// Its process.
    pub process: Process,
}

/// What is kept.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct State {
    pub api_version: String,
    pub kind: String,
    /// The program of the servers.
    pub server: ServerProgram,
    /// What stands in front of it when a server is started.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub launcher: Vec<String>,
    pub nodes: Vec<LabNode>,
    /// Processes beside the servers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub helpers: Vec<Process>,
    /// From announced to reachable addresses, as `--map` takes them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub map: Vec<String>,
}

impl State {
    pub fn new(server: ServerProgram, launcher: Vec<String>) -> State {
        State {
            api_version: "redisops.dev/v1".to_owned(),
            kind: "LabState".to_owned(),
            server,
            launcher,
            nodes: Vec::new(),
            helpers: Vec::new(),
            map: Vec::new(),
        }
    }

    /// Reads what is kept in a folder; nothing when there is no lab.
    pub fn read(dir: &Path) -> Result<Option<State>, Diagnostic> {
        let path = dir.join(STATE_FILE);
        let unreadable = |why: String| {
            Diagnostic::error("redisops::lab::state", format!("`{}` cannot be read: {why}", path.display()))
        };
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(None),
            Err(error) => return Err(unreadable(error.to_string())),
        };
        serde_json::from_str(&text).map(Some).map_err(|error| {
            unreadable(error.to_string())
                .help("it is written by `redisops lab up`; end the servers by hand if it is lost")
        })
    }

    /// Writes it where no other lab is: of two that start at once, one gets the folder.
    pub fn claim(&self, dir: &Path) -> Result<(), Diagnostic> {
        let path = dir.join(STATE_FILE);
        match fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path) {
            Ok(_) => self.write(dir),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                let message = format!("another lab is being started in `{}`", dir.display());
                Err(Diagnostic::error("redisops::lab::exists", message).help("choose another `--dir`"))
            }
            Err(error) => Err(cannot_write(&path, &error)),
        }
    }

    /// Writes it, all or nothing.
    pub fn write(&self, dir: &Path) -> Result<(), Diagnostic> {
        let path = dir.join(STATE_FILE);
        let text = serde_json::to_string_pretty(self).expect("plain data has a form in JSON");
        let fresh = dir.join(format!("{STATE_FILE}.new"));
        let written = fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&fresh)
            .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.write_all(b"\n")))
            .and_then(|()| fs::rename(&fresh, &path));
        written.map_err(|error| cannot_write(&path, &error))
    }
}

/// A file or folder of a lab that cannot be written.
pub fn cannot_write(path: &Path, error: &std::io::Error) -> Diagnostic {
    Diagnostic::error("redisops::lab::write", format!("`{}` cannot be written: {}", path.display(), error))
}
