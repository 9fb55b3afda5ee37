//! The promises of `docs/architecture.md` that a compiler does not check.

use std::fs;
use std::path::{Path, PathBuf};

/// Modules that take values and return values: no files, environment, clock, processes, sockets.
const PURE: &[&str] = &[
    "diagnostics",
    "yaml",
    "k8s",
    "kustomize",
    "topology",
    "provenance",
    "affected",
    "schema",
    "slots",
    "redis",
    "validate",
    "drift",
    "report",
    "plan",
];

/// What they must not name.
const IMPURE: [&str; 10] = [
    "std::fs",
    "std::env",
    "std::net",
    "std::process",
    "std::time",
    "tokio::",
    "kube::",
    "redis::",
    "git2::",
    "println!",
];

/// The one-way flow: a module uses only those before it.
const FLOW: &[&str] = &[
    "diagnostics",
    "yaml",
    "k8s",
    "provenance",
    "source",
    "kustomize",
    "slots",
    "redis",
    "topology",
    "environment",
    "affected",
    "secrets",
    "schema",
    "validate",
    "drift",
    "report",
    "plan",
    "live",
    "apply",
    "lab",
    "cli",
];

fn rust_files(dir: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).expect("a folder of sources") {
        let path = entry.expect("a folder of sources").path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
    files
}

/// Lines of code, tests and comments left out.
fn code(path: &Path) -> Vec<(usize, String)> {
    let text = fs::read_to_string(path).expect("a source file");
    text.lines()
        .enumerate()
        .take_while(|(_, l)| !l.starts_with("#[cfg(test)]") && !l.starts_with("mod tests"))
        .filter(|(_, l)| !l.trim_start().starts_with("//"))
        .map(|(i, l)| (i + 1, l.to_owned()))
        .collect()
}

fn is_test_file(path: &Path) -> bool {
    path.file_name().is_some_and(|n| n.to_string_lossy().ends_with("tests.rs"))
}

fn files_of(module: &str) -> Vec<PathBuf> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(module);
    if dir.is_dir() { rust_files(&dir).into_iter().filter(|p| !is_test_file(p)).collect() } else { Vec::new() }
}

#[test]
fn the_core_is_pure() {
    let mut found = Vec::new();
    for file in PURE.iter().flat_map(|m| files_of(m)) {
        for (number, line) in code(&file) {
            // The pure module that has the name of the crate.
            let line = line.replace("crate::redis::", "");
            found.extend(
                IMPURE
                    .iter()
                    .filter(|what| line.contains(**what))
                    .map(|what| format!("{}:{number}: {what}", file.display())),
            );
        }
    }
    assert!(found.is_empty(), "impure core:\n{}", found.join("\n"));
}

#[test]
fn modules_use_only_those_before_them() {
    let mut found = Vec::new();
    for (rank, module) in FLOW.iter().enumerate() {
        let later = &FLOW[rank + 1..];
        for file in files_of(module) {
            for (number, line) in code(&file) {
                found.extend(
                    later
                        .iter()
                        .filter(|l| line.contains(&format!("crate::{l}::")))
                        .map(|l| format!("{}:{number}: {module} uses {l}", file.display())),
                );
            }
        }
    }
    assert!(found.is_empty(), "against the flow:\n{}", found.join("\n"));
}

/// What is printed is also written down for the search for secrets (`ci/leaks`), so nothing is printed elsewhere.
#[test]
fn one_place_prints() {
    let printer = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/cli/printer.rs");
    let mut found = Vec::new();
    for module in FLOW {
        for file in files_of(module).into_iter().filter(|file| *file != printer) {
            for (number, line) in code(&file) {
                let prints = ["io::stdout()", "io::stderr()"].iter().any(|stream| line.contains(stream));
                if prints && !line.contains(".is_terminal()") {
                    found.push(format!("{}:{number}: {}", file.display(), line.trim()));
                }
            }
        }
    }
    assert!(found.is_empty(), "printed past the printer:\n{}", found.join("\n"));
}

#[test]
fn the_walker_sees_the_code() {
    assert!(PURE.iter().all(|m| files_of(m).len() > 2), "a test that reads no files cannot fail");
}
