//! The files of a repository in one text, with lines `===` between: the whole build, without network and tools.
#![no_main]

use std::path::Path;
use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use redisops::diagnostics::Sources;
use redisops::kustomize::{Context, Options, build};
use redisops::source::{LoadOptions, Loader, Memory, NoTools};
use redisops::yaml::{Trace, emit};
use redisops_fuzz::check_diagnostic;

/// Names of the files, in the order of the text; those that are not there are missing.
const NAMES: [&str; 8] = [
    "kustomization.yaml",
    "a.yaml",
    "base/kustomization.yaml",
    "base/b.yaml",
    "patch.yaml",
    "data.env",
    "component/kustomization.yaml",
    "config.yaml",
];

fuzz_target!(|input: &str| {
    let mut files = Memory::new();
    for (name, text) in NAMES.iter().zip(input.split("\n===\n")) {
        files.insert(Path::new("/repo").join(name), text);
    }
    let sources = Sources::new();
    let trace = Trace::new();
    let context = Context::new(&sources, &trace);
    let loader = Loader::open(Arc::new(files), "/repo", LoadOptions::default()).expect("the directory is there");
    match build(loader, &Options::default(), &context, &NoTools) {
        Ok(resources) => {
            for resource in resources.iter() {
                if let Err(found) = emit(&resource.node, &mut String::new()) {
                    check_diagnostic(&found, &sources);
                }
            }
        }
        Err(found) => {
            assert!(!found.0.is_empty(), "an error without a reason");
            found.0.iter().for_each(|one| check_diagnostic(one, &sources));
        }
    }
    context.warnings.borrow().iter().for_each(|one| check_diagnostic(one, &sources));
});
