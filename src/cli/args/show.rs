//! Arguments of `slots show`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::access::AccessArgs;
use super::format::Format;
use super::slots::SourceArgs;
use super::time::time;

/// Arguments of `slots show`.
#[derive(Args, Debug)]
pub struct ShowArgs {
    /// Where the cluster is looked at.
    #[command(flatten)]
    pub source: SourceArgs,
    /// A plan that `slots plan --out` wrote: draw the slots before and after it
    #[arg(long, value_name = "FILE")]
    pub plan: Option<PathBuf>,
    /// Write a picture to this file
    #[arg(long, value_name = "FILE")]
    pub svg: Option<PathBuf>,
    /// Write a page with the picture and the tables to this file
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Let the picture show what is in the slots: keys, bytes or ops
    #[arg(long, value_enum, value_name = "WHAT", hide_possible_values = true, conflicts_with = "plan")]
    pub heat: Option<HeatOf>,
    /// Find out for that long how busy the slots are, as in `5s`: with `MONITOR` on each master, which slows a busy one down
    #[arg(long, value_name = "TIME", value_parser = time, conflicts_with = "state")]
    pub sample_ops: Option<Duration>,
    /// How to write it: human or json
    #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT", hide_possible_values = true)]
    pub output: Format,
    /// How the nodes are reached.
    #[command(flatten)]
    pub access: AccessArgs,
}

/// What a picture shows by its colours.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum HeatOf {
    /// Keys.
    Keys,
    /// Bytes.
    Bytes,
    /// Commands a second.
    Ops,
}
