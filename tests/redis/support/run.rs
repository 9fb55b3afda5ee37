//! Programs that end by themselves: the built binary, `redis-cli`.

use std::path::Path;
use std::process::{Command, Stdio};

/// How a program ended, and what it printed.
#[derive(Debug)]
pub struct Ran {
    /// Its exit code; -1 when a signal ended it.
    pub code: i32,
    /// What it printed to stdout.
    pub stdout: String,
    /// What it printed to stderr.
    pub stderr: String,
}

impl Ran {
    /// Itself, if it ended with that code.
    #[track_caller]
    pub fn expect(self, code: i32) -> Ran {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    /// What it printed to stdout, as JSON.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error} in stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr))
    }
}

/// Runs the built binary to its end, in a folder that is not this repository.
pub fn redisops(arguments: &[&str]) -> Ran {
    run(binary(), arguments, &std::env::temp_dir(), &[])
}

/// The built binary.
pub fn binary() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_redisops"))
}

/// Runs a program to its end.
pub fn run(program: &Path, arguments: &[&str], dir: &Path, variables: &[(&str, &str)]) -> Ran {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(dir)
        .env_remove("REDISCLI_AUTH")
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| panic!("{} cannot be run: {error}", program.display()));
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("output is text");
    Ran { code: output.status.code().unwrap_or(-1), stdout: text(output.stdout), stderr: text(output.stderr) }
}
