//! An object and a patch in one text, with a line `===` between: the patch is applied as a JSON patch and as a strategic merge.
#![no_main]

use libfuzzer_sys::fuzz_target;
use redisops::diagnostics::{SourceKind, Sources};
use redisops::k8s::openapi::OpenApi;
use redisops::kustomize::patches::json6902::{apply, parse_json_patch};
use redisops::kustomize::patches::strategic_merge;
use redisops::yaml::{Node, Trace, emit, parse_documents};
use redisops_fuzz::check_diagnostic;

fuzz_target!(|input: &str| {
    let Some((object, patch)) = input.split_once("\n===\n") else { return };
    let sources = Sources::new();
    let object = sources.add("object.yaml", object.into(), SourceKind::Resource).expect("the text is short");
    let patch = sources.add("patch.yaml", patch.into(), SourceKind::Patch).expect("the text is short");
    let Some(object) = parse_documents(&object).ok().and_then(|documents| documents.into_iter().next()) else { return };
    let trace = Trace::new();
    match parse_json_patch(&patch) {
        Ok(operations) => {
            let mut patched = object.clone();
            match apply(&mut patched, &operations, &trace) {
                Ok(warnings) => {
                    show(&patched, &sources);
                    warnings.iter().for_each(|warning| check_diagnostic(warning, &sources));
                }
                Err(found) => check_diagnostic(&found, &sources),
            }
        }
        Err(found) => check_diagnostic(&found, &sources),
    }
    let openapi = OpenApi::default();
    for document in parse_documents(&patch).unwrap_or_default() {
        let mut patched = object.clone();
        match strategic_merge(&mut patched, &document, &openapi, &trace) {
            Ok(()) => show(&patched, &sources),
            Err(found) => {
                assert!(!found.0.is_empty(), "an error without a reason");
                found.0.iter().for_each(|one| check_diagnostic(one, &sources));
            }
        }
    }
});

fn show(node: &Node, sources: &Sources) {
    if let Err(found) = emit(node, &mut String::new()) {
        check_diagnostic(&found, sources);
    }
}
