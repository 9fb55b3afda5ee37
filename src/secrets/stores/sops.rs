//! Files that are encrypted with SOPS, opened by its program.

use std::io::Read;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::secrets::{Fetched, Request, Store, StoreError, Variables, Why};

use super::file::{fields_of_yaml, place};
use super::timeout;

/// Encrypted files of a directory.
#[derive(Debug)]
pub struct Sops {
    root: PathBuf,
    program: String,
    timeout: Duration,
}

impl Sops {
    /// Files of that directory. Keys are found by the program, from its own variables.
    pub fn new(variables: &Variables, root: PathBuf) -> Sops {
        let program = variables.get("REDISOPS_SOPS").unwrap_or("sops").to_owned();
        Sops { root, program, timeout: timeout(variables, "REDISOPS_SECRETS_TIMEOUT").unwrap_or(super::TIMEOUT) }
    }
}

impl Store for Sops {
    fn name(&self) -> String {
        "sops".to_owned()
    }

    fn fetch(&self, request: &Request) -> Result<Fetched, StoreError> {
        let path = &request.path;
        let file = place(&self.root, request)?;
        if !file.is_file() {
            return Err(StoreError::new(Why::NoPath, format!("there is no encrypted file `{path}`")));
        }
        let mut child = Command::new(&self.program)
            .args(["--decrypt", "--input-type", input_type(path), "--output-type", "json"])
            .arg(&file)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| {
                StoreError::new(Why::Settings, format!("`{}` cannot be started: {}", self.program, error.kind()))
                    .help("install sops (https://getsops.io), or name it with REDISOPS_SOPS")
            })?;
        let (out, errors, success) = finish(&mut child, self.timeout).ok_or_else(|| {
            StoreError::new(Why::Down, format!("sops has not opened `{path}` after {} s", self.timeout.as_secs()))
                .help("look whether its key service answers")
        })?;
        if !success {
            return Err(refused(path, &errors));
        }
        let fields = fields_of_yaml(&out)
            .map_err(|why| StoreError::new(Why::Unreadable, format!("`{path}` cannot be used as a secret: {why}")))?;
        Ok(Fetched { fields, ..Fetched::default() })
    }
}

fn input_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("json") => "json",
        Some("env") => "dotenv",
        Some("ini") => "ini",
        _ => "yaml",
    }
}

fn refused(path: &str, errors: &[u8]) -> StoreError {
    let errors = String::from_utf8_lossy(errors);
    // It prints no values, but long tables of keys that it has tried.
    let first = errors.lines().find(|line| !line.trim().is_empty()).unwrap_or("it says nothing").trim().to_owned();
    if errors.contains("sops metadata not found") {
        return StoreError::new(Why::Unreadable, format!("`{path}` is not encrypted with SOPS"))
            .help(format!("encrypt it: `sops encrypt --in-place {path}`"));
    }
    let no_key = errors.contains("Failed to get the data key") || errors.contains("no identity");
    let why = if no_key { Why::NoCredentials } else { Why::Unreadable };
    let error = StoreError::new(why, format!("sops cannot open `{path}`")).note(first);
    if no_key { error.help("give sops a key that the file is encrypted for, as in SOPS_AGE_KEY_FILE") } else { error }
}

/// What a program prints, and whether it succeeds; nothing when it takes too long.
fn finish(child: &mut Child, limit: Duration) -> Option<(Vec<u8>, Vec<u8>, bool)> {
    let drain = |pipe: Option<Box<dyn Read + Send>>| {
        std::thread::spawn(move || {
            let mut bytes = Vec::new();
            // What was read until a pipe breaks is all there is.
            let _ = pipe.map(|mut pipe| pipe.read_to_end(&mut bytes));
            bytes
        })
    };
    let out = drain(child.stdout.take().map(|pipe| Box::new(pipe) as Box<dyn Read + Send>));
    let errors = drain(child.stderr.take().map(|pipe| Box::new(pipe) as Box<dyn Read + Send>));
    let started = Instant::now();
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if started.elapsed() < limit => std::thread::sleep(Duration::from_millis(5)),
            Ok(None) | Err(_) => {
                // It may have ended by itself just now.
                let _ = child.kill();
                let _ = child.wait();
                return None;
            }
        }
    };
    Some((out.join().unwrap_or_default(), errors.join().unwrap_or_default(), status.success()))
}
