//! Files that configure servers: redis.conf, valkey.conf, sentinel.conf and what stands behind a server's name on a command line.
//!
//! What a directive may be is a table made from real servers (`ci/generate-directives`); a file is judged as the server in use would judge it.
//! Every word keeps its place, so that a mistake in a block scalar points at the word.

mod canonical;
mod check;
mod directive;
mod grammar;
mod parse;
mod sentinel;
mod server;
mod settings;
mod table;
mod value;

pub use canonical::is_as_written;
pub use check::{Flaw, Mistake, check};
pub use directive::{Directive, Kind, Product, directive, is_secret};
pub use parse::{BadLine, Line, Parsed, Word, parse, parse_arguments};
pub use sentinel::{Monitored, monitored};
pub use server::Server;
pub use settings::{SavePoint, Settings};
pub use value::parse_memory;
