use super::*;
use crate::diagnostics::Diagnostic;
use crate::source::{Disk, Memory};

fn memory(target: &str, files: Memory) -> Loader {
    Loader::open(Arc::new(files), target, LoadOptions::default()).unwrap()
}

fn tree() -> Memory {
    Memory::new()
        .with("/app/base/kustomization.yaml", "a")
        .with("/app/base/deployment.yaml", "kind: Deployment")
        .with("/app/overlays/prod/kustomization.yaml", "b")
        .with("/app/overlays/prod/patch.yaml", "c")
}

#[test]
fn reads_files_and_bases() {
    let prod = memory("/app/overlays/prod", tree());
    assert_eq!(prod.load("./patch.yaml").unwrap().bytes, b"c");
    assert_eq!(prod.load("/app/overlays/prod/patch.yaml").unwrap().path, "/app/overlays/prod/patch.yaml");
    assert_eq!(prod.kustomization().unwrap().name, "kustomization.yaml");
    let Entry::Base(base) = prod.entry("../../base").unwrap() else { panic!("a base") };
    assert_eq!(base.root(), Path::new("/app/base"));
    let Entry::File(file) = base.entry("deployment.yaml").unwrap() else { panic!("a file") };
    assert_eq!(file.text().unwrap(), "kind: Deployment");
}

#[test]
fn says_what_was_probably_meant() {
    let prod = memory("/app/overlays/prod", tree());
    let help = |path: &str| Diagnostic::from(prod.entry(path).unwrap_err());
    let slip = help("../../base/deploymnt.yaml");
    assert_eq!(slip.message, "`../../base/deploymnt.yaml` is neither a file nor a directory");
    assert_eq!(slip.help.as_deref(), Some("did you mean `../../base/deployment.yaml`?"));
    assert_eq!(slip.code, "redisops::load::not_found");
    assert_eq!(slip.file.as_deref(), Some("/app/base/deploymnt.yaml"));
    assert_eq!(help("../../bsae/deploymnt.yaml").help.as_deref(), Some("did you mean `../../base/deployment.yaml`?"));
    let above = help("../base/deployment.yaml");
    assert_eq!(above.help.as_deref(), Some("`../../base/deployment.yaml` exists: did you mean that?"));
    assert!(help("volumes").notes[0].contains("has `kustomization.yaml`, `patch.yaml`"), "{:?}", help("volumes"));
    let url = help("ftp://host/x");
    assert!(url.notes.iter().any(|n| n.contains("has no scheme")), "{url:?}");
}

#[test]
fn keeps_files_below_the_root() {
    let prod = memory("/app/overlays/prod", tree());
    let error = prod.entry("../../base/deployment.yaml").unwrap_err();
    assert_eq!(error.kind(), LoadErrorKind::Restricted);
    let shown = error.diagnostic();
    assert!(
        shown.notes[0].contains("`/app/overlays/prod`")
            && shown.help.as_ref().unwrap().contains("LoadRestrictionsNone")
    );
    let base = prod.entry("../../base/kustomization.yaml").unwrap_err();
    assert_eq!(base.diagnostic().help.as_deref(), Some("a base is named by its directory: `../../base`"));
    let absolute = prod.entry("/app/nothing.yaml").unwrap_err();
    assert_eq!(absolute.to_string(), "there is no file `/app/nothing.yaml`");
    let options = LoadOptions { restriction: LoadRestriction::None, ..LoadOptions::default() };
    let free = Loader::open(Arc::new(tree()), "app/overlays/prod", options).unwrap();
    assert_eq!(free.load("../../base/deployment.yaml").unwrap().bytes, b"kind: Deployment");
    // A sibling whose name only starts alike is not below.
    let sibling = memory("/a/b", Memory::new().with("/a/b/k", "").with("/a/bc/f", ""));
    assert_eq!(sibling.load("../bc/f").unwrap_err().kind(), LoadErrorKind::Restricted);
}

#[test]
fn refuses_cycles() {
    let prod = memory("/app/overlays/prod", tree());
    for path in [".", "..", "../..", "../prod"] {
        assert_eq!(prod.sub(path).unwrap_err().kind(), LoadErrorKind::Cycle, "{path}");
    }
    let back = prod.sub("../../base").unwrap().sub("../overlays/prod").unwrap_err();
    assert!(back.to_string().contains("cycle detected"), "{back}");
    assert!(
        back.diagnostic().notes[0].contains("`/app/overlays/prod` → `/app/base` → `/app/overlays/prod`"),
        "{back:?}"
    );
}

#[test]
fn refuses_what_is_no_path() {
    let prod = memory("/app/overlays/prod", tree());
    let kind = |path: &str| prod.sub(path).unwrap_err().kind();
    assert_eq!(kind(""), LoadErrorKind::InvalidPath);
    assert_eq!(kind("/app/base"), LoadErrorKind::InvalidPath);
    assert_eq!(kind("../../base - ../../shared/prod"), LoadErrorKind::InvalidPath);
    assert_eq!(kind("patch.yaml"), LoadErrorKind::NotDirectory);
    assert_eq!(prod.load("").unwrap_err().kind(), LoadErrorKind::InvalidPath);
    assert_eq!(prod.load("../prod").unwrap_err().kind(), LoadErrorKind::IsDirectory);
    let file = prod.sub("../../base/kustomization.yaml").unwrap_err();
    assert_eq!(file.diagnostic().help.as_deref(), Some("name its directory: `../../base`"));
    let outside = Loader::open(Arc::new(tree()), "/app/ovrlays/prod", LoadOptions::default()).unwrap_err();
    assert_eq!(outside.diagnostic().help.as_deref(), Some("did you mean `/app/overlays/prod`?"));
}

#[test]
fn one_kustomization_file_is_needed() {
    let two = memory("/a", Memory::new().with("/a/kustomization.yaml", "").with("/a/Kustomization", ""));
    assert_eq!(two.kustomization().unwrap_err().kind(), LoadErrorKind::MultipleKustomizations);
    let none = memory("/a", Memory::new().with("/a/kustomisation.yaml", "")).kustomization().unwrap_err();
    assert_eq!(none.kind(), LoadErrorKind::MissingKustomization);
    assert_eq!(none.diagnostic().help.as_deref(), Some("rename `kustomisation.yaml` to `kustomization.yaml`"));
    let below = memory("/app/overlays", tree()).kustomization().unwrap_err();
    assert_eq!(below.diagnostic().help.as_deref(), Some("these directories in it have one: `prod`"));
}

#[test]
fn text_must_be_utf8() {
    let loader = memory("/a", Memory::new().with("/a/x", b"ok: 1\nbad: \xff".to_vec()));
    let error = loader.load("x").unwrap().text().unwrap_err();
    assert_eq!(error.kind(), LoadErrorKind::NotUtf8(11));
    assert!(error.to_string().contains("/a/x:2:6 is not UTF-8: byte 0xff at offset 11"), "{error}");
}

#[cfg(unix)]
#[test]
fn links_do_not_lead_out_of_the_root() {
    let dir = tempfile::tempdir().unwrap();
    let path = |p: &str| dir.path().join(p);
    std::fs::create_dir_all(path("root/sub")).unwrap();
    std::fs::write(path("secret"), "s").unwrap();
    std::fs::write(path("root/sub/in"), "i").unwrap();
    std::os::unix::fs::symlink("../secret", path("root/out")).unwrap();
    std::os::unix::fs::symlink("gone", path("root/dangling")).unwrap();
    std::os::unix::fs::symlink("sub/in", path("root/to-in")).unwrap();
    let root = path("root").display().to_string();
    let loader = Loader::open(Arc::new(Disk::new()), &root, LoadOptions::default()).unwrap();
    assert_eq!(loader.load("to-in").unwrap().bytes, b"i");
    let error = loader.load("out").unwrap_err();
    assert_eq!(error.kind(), LoadErrorKind::Restricted);
    assert!(error.diagnostic().notes.iter().any(|n| n.contains("symbolic link to")), "{error:?}");
    let dangling = loader.entry("dangling").unwrap_err();
    assert!(dangling.diagnostic().notes[0].contains("leads nowhere"), "{dangling:?}");
}

/// A server that has nothing, not even repositories.
#[derive(Debug)]
struct Refusing;

impl Remotes for Refusing {
    fn get(&self, url: &str) -> Result<Vec<u8>, LoadError> {
        let kind = if RepoSpec::parse(url).is_ok() { LoadErrorKind::Http } else { LoadErrorKind::HttpStatus(404) };
        Err(LoadError::new(kind, "status 404"))
    }

    fn checkout(&self, _: &RepoSpec) -> Result<crate::source::Checkout, LoadError> {
        Err(LoadError::new(LoadErrorKind::Git, "no repository").note("git says: no"))
    }
}

#[test]
fn a_url_that_is_nothing_tells_both_attempts() {
    let options = LoadOptions { remotes: Arc::new(Refusing), ..LoadOptions::default() };
    let loader = Loader::open(Arc::new(tree()), "/app/base", options).unwrap();
    let told = |url: &str| {
        let error = loader.entry(url).unwrap_err();
        (error.to_string(), error.diagnostic().notes.clone())
    };
    assert_eq!(told("https://host/x.yaml"), ("status 404".to_owned(), vec![]));
    let notes = |list: &[&str]| list.iter().map(|note| (*note).to_owned()).collect::<Vec<_>>();
    let file = ("status 404".to_owned(), notes(&["as a repository: no repository", "git says: no"]));
    assert_eq!(told("https://host/org/repo/x.yaml?token=1"), file);
    let base = ("no repository".to_owned(), notes(&["git says: no", "as a file: status 404"]));
    assert_eq!(told("https://host/org/repo"), base);
}
