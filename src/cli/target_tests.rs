use super::*;
use crate::source::Memory;

fn access() -> Access {
    let environment = "apiVersion: redisops.dev/v1alpha1\nkind: Environment\nspec: {overlay: overlays/prod}\n";
    let files = Memory::new()
        .with("/repo/.git/HEAD", "")
        .with("/repo/environments/prod.yaml", environment)
        .with("/repo/environments/base.yaml", environment)
        .with("/repo/environments/gone.yaml", environment.replace("overlays/prod", "overlays/prd"))
        .with("/repo/environments/out.yaml", environment.replace("overlays/prod", "../elsewhere"))
        .with("/repo/overlays/prod/kustomization.yaml", "resources: []\n")
        .with("/repo/overlays/prod/other.yaml", "kind: Kustomization\nnamePrefix: other-\n")
        .with("/repo/overlays/prod/pod.yaml", "kind: Pod\nresources:\n")
        .with("base/kustomization.yaml", "");
    Access {
        files: Arc::new(files),
        from: PathBuf::from("/repo/overlays"),
        offline: true,
        restriction: LoadRestriction::RootOnly,
    }
}

fn root(word: &str) -> Result<(String, String, bool), String> {
    let (sources, trace) = (Sources::new(), Trace::new());
    let target = open(word, &access(), &sources, &trace).map_err(|found| {
        let first = &found.0[0];
        let at = first.labels.first().and_then(|label| sources.location(label.pos));
        let at = at.map_or(String::new(), |at| format!("{}:{}:{}: ", at.path, at.line, at.column));
        format!("{at}{} ({})", first.message, first.help.clone().or(first.notes.last().cloned()).unwrap_or_default())
    })?;
    let file = target.loader.kustomization().unwrap().file;
    Ok((target.loader.root().display().to_string(), file.text().unwrap(), target.note.is_some()))
}

#[test]
fn a_word_is_a_path_before_it_is_a_name() {
    let prod = || "/repo/overlays/prod".to_owned();
    let list = || "resources: []\n".to_owned();
    assert_eq!(root("prod"), Ok((prod(), list(), false)));
    assert_eq!(root("env:prod"), Ok((prod(), list(), false)));
    assert_eq!(root("/repo/overlays/prod"), Ok((prod(), list(), false)));
    assert_eq!(root("/repo/overlays/prod/kustomization.yaml"), Ok((prod(), list(), false)));
    assert_eq!(root("base"), Ok(("/base".to_owned(), String::new(), true)));
}

#[test]
fn files_are_kustomizations_or_the_resource_of_one() {
    let (_, text, _) = root("/repo/overlays/prod/other.yaml").unwrap();
    assert_eq!(text, "kind: Kustomization\nnamePrefix: other-\n");
    let (_, text, _) = root("/repo/overlays/prod/pod.yaml").unwrap();
    assert_eq!(text, "resources:\n- \"pod.yaml\"\n");
}

#[test]
fn what_is_not_there_is_answered_with_what_is() {
    let error = |word: &str| root(word).unwrap_err();
    assert_eq!(error("prdo"), "`prdo` is neither a path nor an environment (did you mean the environment `prod`?)");
    assert_eq!(
        error("elephants"),
        "`elephants` is neither a path nor an environment (environments are base, gone, out, prod)"
    );
    assert_eq!(error("env:prdo"), "there is no environment `prdo` (did you mean `env:prod`?)");
    assert_eq!(
        error("/repo/overlays/prid"),
        "there is no directory or file `/repo/overlays/prid` (did you mean `/repo/overlays/prod`?)"
    );
    assert_eq!(
        error("out"),
        "/repo/environments/out.yaml:3:17: the overlay `../elsewhere` of environment `out` lies outside the repository \
         (name a directory relative to the root of the repository)"
    );
    assert!(error("gone").starts_with("/repo/environments/gone.yaml:3:17: there is no directory"), "{}", error("gone"));
}
