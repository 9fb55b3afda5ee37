//! `spec.patches`: patches of the objects that a Redis expands to.

use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::k8s::{ResMap, Resource};
use crate::kustomize::Context;
use crate::kustomize::Transformer;
use crate::kustomize::decode::Text;
use crate::kustomize::patches::Patches;

use super::spec::Spec;

/// Applies the patches of a spec to its objects.
pub(super) fn apply(spec: &Spec, children: Vec<Resource>, cx: &Context<'_>) -> Result<Vec<Resource>, Diagnostics> {
    if spec.patches.is_empty() {
        return Ok(children);
    }
    let no_files = |path: &Text| -> Result<_, Diagnostics> {
        Err(Diagnostic::error("redisops::topology::patch_path", "patches of a Redis stand in its spec")
            .label(path.pos, path.len(), "a file cannot be named here")
            .help("write the patch below `patch: |-`")
            .into())
    };
    let patches = Patches::new(&spec.patches, &no_files, cx)?;
    let mut objects = cx.empty_resources();
    for child in children {
        // Two objects of one name are the fault of this module, and the build says so at its end.
        let _ = objects.append(child);
    }
    let warned = cx.warnings.borrow().len();
    patches.transform(&mut objects, cx)?;
    let missed: Vec<Diagnostic> = cx.warnings.borrow_mut().split_off(warned);
    let names = || names_of(&objects);
    // In a build such a patch does nothing and warns; here all objects are known, so that it can only be a mistake.
    let missed = missed.into_iter().map(|one| Diagnostic {
        severity: crate::diagnostics::Severity::Error,
        ..one.note(format!("the Redis expands to {}", names()))
    });
    let missed = Diagnostics(missed.collect());
    if missed.has_errors() { Err(missed) } else { Ok(objects.into_vec()) }
}

fn names_of(objects: &ResMap) -> String {
    let names: Vec<String> = objects.iter().map(|o| format!("{}/{}", o.kind(), o.name())).collect();
    names.join(", ")
}
