//! `redisops slots key`.

use std::ffi::OsStr;
use std::io::{self, Read};

use serde::Serialize;

use crate::cli::args::{Format, KeyArgs};
use crate::cli::document::document;
use crate::cli::exit::Exit;
use crate::cli::runtime::block_on;
use crate::cli::slots::{Context, key_table, live, read_state};
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::slots::{ClusterState, KeySlot, key_slots};

/// Says where keys go.
///
/// # Errors
/// When standard input cannot be read, or the cluster that was named cannot be looked at.
pub fn run(arguments: &KeyArgs, cx: &Context<'_>) -> Result<Exit, Diagnostics> {
    let keys = keys(arguments)?;
    let cluster = cluster(arguments, cx)?;
    let found = key_slots(keys.iter().map(Vec::as_slice), cluster.as_ref());
    cx.printer.print(match arguments.output {
        Format::Json => document("KeySlots", &Keys { keys: found }),
        Format::Human => key_table(&keys, &found, cluster.as_ref()),
    })?;
    Ok(Exit::Done)
}

#[derive(Serialize)]
struct Keys {
    keys: Vec<KeySlot>,
}

fn cluster(arguments: &KeyArgs, cx: &Context<'_>) -> Result<Option<ClusterState>, Diagnostics> {
    if let Some(file) = &arguments.state {
        return read_state(file, cx.sources).map(Some);
    }
    let Some(seed) = &arguments.seed else { return Ok(None) };
    let live = live(seed, &arguments.access, cx)?;
    block_on(async { Ok(Some(live.connect().await?.state().await)) })?
}

/// The keys as bytes; a `-` stands for the lines of standard input.
fn keys(arguments: &KeyArgs) -> Result<Vec<Vec<u8>>, Diagnostic> {
    let mut keys = Vec::new();
    for argument in &arguments.keys {
        if argument != "-" {
            keys.push(bytes_of(argument));
            continue;
        }
        let mut text = Vec::new();
        io::stdin().lock().read_to_end(&mut text).map_err(|error| {
            Diagnostic::error("redisops::load::io", format!("standard input cannot be read: {error}"))
        })?;
        let lines = text.strip_suffix(b"\n").unwrap_or(&text);
        if !text.is_empty() {
            keys.extend(lines.split(|b| *b == b'\n').map(<[u8]>::to_vec));
        }
    }
    Ok(keys)
}

#[cfg(unix)]
fn bytes_of(argument: &OsStr) -> Vec<u8> {
    std::os::unix::ffi::OsStrExt::as_bytes(argument).to_vec()
}

#[cfg(not(unix))]
fn bytes_of(argument: &OsStr) -> Vec<u8> {
    argument.to_string_lossy().into_owned().into_bytes()
}
