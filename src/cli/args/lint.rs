//! Arguments of `slots lint`.

use std::path::PathBuf;

use clap::{Args, value_parser};

use crate::slots::lint::model::{bytes_of, share_of};

use super::access::AccessArgs;
use super::format::Format;

/// Arguments of `slots lint`.
#[derive(Args, Debug)]
pub struct LintArgs {
    /// A key model (`keys.yaml`), a Lua script (`.lua`), or a live cluster: a node, HOST:PORT, or the name of an environment; a file that exists wins
    #[arg(value_name = "FILE|SEED|ENV")]
    pub target: String,
    /// How to write it: human or json
    #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT", hide_possible_values = true)]
    pub output: Format,
    /// What the application says of its keys: the keys of the live cluster are held against it
    #[arg(long, value_name = "FILE")]
    pub model: Option<PathBuf>,
    /// How many keys of the live cluster are looked at
    #[arg(long, value_name = "N", default_value_t = 100_000, value_parser = value_parser!(u32).range(1..))]
    pub sample: u32,
    /// Look at keys on masters, not on replicas
    #[arg(long)]
    pub on_masters: bool,
    /// The share of all keys or bytes that one tag, or slot, may have; 1% where the model says nothing
    #[arg(long, value_name = "PERCENTAGE", value_parser = share)]
    pub tag_share: Option<f64>,
    /// The size from which on a key is big; 1MiB where the model says nothing
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub big_key: Option<f64>,
    /// How the nodes are reached.
    #[command(flatten)]
    pub access: AccessArgs,
}

fn share(text: &str) -> Result<f64, String> {
    share_of(text).ok_or_else(|| "write a percentage, as in 1%".to_owned())
}

fn size(text: &str) -> Result<f64, String> {
    bytes_of(text).ok_or_else(|| "write bytes, or a number with KiB, MiB or GiB, as in 1MiB".to_owned())
}
