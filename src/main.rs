//! The `redisops` program.

use std::process::ExitCode;

/// A build allocates millions of small strings and frees them at once, on several threads: the allocator of the system costs a third of its time. It
/// is built without huge pages, which would double the memory of a small build.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    redisops::cli::run(std::env::args_os()).into()
}
