//! `redisops build` over `tests/kustomize`, compared with what the reference printed.
//!
//! Each folder is one fixture: `input/` is the working directory; `args` (one a line, `.` without
//! the file), `env` (`KEY=VALUE` lines) and `stdin` are optional. `expected.yaml` is the exact
//! standard output, written by `ci/fixtures-update`. A fixture with `expect-error` has to fail, print
//! nothing on stdout, and mention each line of that file in its message.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use rayon::prelude::*;
use similar::TextDiff;

/// The lines of a file that a fixture may leave out.
fn optional_lines(file: &Path) -> Vec<String> {
    match fs::read_to_string(file) {
        Ok(text) => text.lines().map(str::to_owned).collect(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
        Err(error) => panic!("cannot read {}: {error}", file.display()),
    }
}

fn run(fixture: &Path) -> Output {
    let mut arguments = optional_lines(&fixture.join("args"));
    if arguments.is_empty() {
        arguments.push(".".to_owned());
    }
    let stdin = fixture.join("stdin");
    let stdin = if stdin.exists() {
        Stdio::from(File::open(&stdin).expect("a fixture's stdin can be opened"))
    } else {
        Stdio::null()
    };
    let environment = optional_lines(&fixture.join("env"));
    Command::new(env!("CARGO_BIN_EXE_redisops"))
        .args(["build", "--no-validate"])
        .args(arguments)
        .envs(environment.iter().filter_map(|line| line.split_once('=')))
        .current_dir(fixture.join("input"))
        .stdin(stdin)
        .output()
        .expect("the binary under test runs")
}

/// Why the fixture fails; `None` when it passes.
fn mismatch(fixture: &Path) -> Option<String> {
    let output = run(fixture);
    let message = String::from_utf8_lossy(&output.stderr);
    let printed = String::from_utf8_lossy(&output.stdout);
    let mentions = fixture.join("expect-error");
    if mentions.exists() {
        if output.status.code() != Some(1) {
            return Some(format!("status 1 was expected, got {}\n{message}", output.status));
        }
        if !output.stdout.is_empty() {
            return Some(format!("an error must print nothing on stdout, got\n{printed}"));
        }
        let missing: Vec<_> =
            optional_lines(&mentions).into_iter().filter(|line| !message.contains(line.as_str())).collect();
        return (!missing.is_empty()).then(|| format!("the message does not mention {missing:?}:\n{message}"));
    }
    if !output.status.success() {
        return Some(format!("{}\n{message}", output.status));
    }
    let expected = fs::read(fixture.join("expected.yaml")).expect("a fixture has expected.yaml or expect-error");
    if output.stdout == expected {
        return None;
    }
    let expected = String::from_utf8_lossy(&expected);
    let diff = TextDiff::from_lines(expected.as_ref(), printed.as_ref());
    Some(diff.unified_diff().header("expected", "printed").to_string())
}

#[test]
fn fixtures_render_as_the_reference_does() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/kustomize");
    let mut fixtures: Vec<PathBuf> = fs::read_dir(&root)
        .expect("tests/kustomize can be listed")
        .map(|entry| entry.expect("tests/kustomize can be listed").path())
        .filter(|path| path.is_dir())
        .collect();
    fixtures.sort();
    assert!(fixtures.len() > 80, "only {} fixtures in {}", fixtures.len(), root.display());

    let failures: Vec<String> = fixtures
        .par_iter()
        .filter_map(|fixture| {
            let name = fixture.file_name().map(OsStr::to_string_lossy).unwrap_or_default();
            mismatch(fixture).map(|reason| format!("== {name}\n{reason}"))
        })
        .collect();
    assert!(
        failures.is_empty(),
        "{} of {} fixtures fail (those named helm-* need helm on PATH: ci/setup)\n\n{}",
        failures.len(),
        fixtures.len(),
        failures.join("\n")
    );
}
