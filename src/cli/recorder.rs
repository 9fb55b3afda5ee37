//! What a debug build prints, written down, so that the tests can search all of it for secrets when they are done: `ci/leaks`. A released program has none
//! of this.

/// A stream of the process.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stream {
    /// The result.
    Out,
    /// Everything else.
    Err,
}

/// Makes sure that panics are written down too.
pub fn start() {
    #[cfg(debug_assertions)]
    if debug::directory().is_some() {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            record(Stream::Err, info.to_string().as_bytes());
            usual(info);
        }));
    }
}

/// Writes down what is printed.
pub fn record(stream: Stream, bytes: &[u8]) {
    #[cfg(debug_assertions)]
    debug::record(stream, bytes);
    #[cfg(not(debug_assertions))]
    let _ = (stream, bytes);
}

#[cfg(debug_assertions)]
mod debug {
    use std::fs::{File, OpenOptions};
    use std::io::Write;
    use std::path::PathBuf;
    use std::sync::OnceLock;
    use std::time::{SystemTime, UNIX_EPOCH};

    use super::Stream;

    /// A directory of this name beside the program asks for it. Tests start the program without the variables of their own process.
    const DIRECTORY: &str = "redisops-outputs";

    pub(super) fn directory() -> Option<PathBuf> {
        let directory = std::env::current_exe().ok()?.parent()?.join(DIRECTORY);
        directory.is_dir().then_some(directory)
    }

    /// A file for a stream of this process. Its first line is the command.
    fn open(ending: &str) -> Option<File> {
        let started = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_nanos());
        let name = format!("{}-{started}.{ending}", std::process::id());
        let mut file = OpenOptions::new().create(true).append(true).open(directory()?.join(name)).ok()?;
        let words: Vec<_> = std::env::args_os().skip(1).map(|word| word.to_string_lossy().replace('\n', " ")).collect();
        writeln!(file, "{}", words.join(" ")).ok()?;
        Some(file)
    }

    pub(super) fn record(stream: Stream, bytes: &[u8]) {
        static OUT: OnceLock<Option<File>> = OnceLock::new();
        static ERR: OnceLock<Option<File>> = OnceLock::new();
        let file = match stream {
            Stream::Out => OUT.get_or_init(|| open("out")),
            Stream::Err => ERR.get_or_init(|| open("err")),
        };
        if let Some(mut file) = file.as_ref() {
            // The search counts what there is.
            let _ = file.write_all(bytes);
        }
    }
}
