//! Exit codes. They are part of the interface: scripts and pipelines rely on them.

use std::process::ExitCode;

/// How a command ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exit {
    /// Done; no difference.
    Done,
    /// The answer is no. For `build`: the input is wrong.
    No,
    /// It could not be done: wrong arguments, a program that is not installed, a server that is down. For commands other than `build`, wrong input too.
    CouldNot,
}

impl Exit {
    /// The number that the system sees.
    pub const fn code(self) -> u8 {
        match self {
            Exit::Done => 0,
            Exit::No => 1,
            Exit::CouldNot => 2,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit.code())
    }
}
