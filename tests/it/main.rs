//! Integration tests: the built binary, run as a user runs it.

mod cli_build;
mod fixtures;
