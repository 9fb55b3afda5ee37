use super::*;
use crate::source::{Disk, Entry, LoadOptions, Loader, Network, NetworkOptions};
use std::sync::Arc;

/// A repository with one commit on `main`, tagged `v1`, and its URL.
struct Repository(tempfile::TempDir);

impl Repository {
    fn new() -> Repository {
        let repository = Repository(tempfile::tempdir().unwrap());
        repository.git(&["init", "--quiet", "--initial-branch=main"]);
        repository.write("base/kustomization.yaml", "resources: [deployment.yaml]\n");
        repository.write("base/deployment.yaml", "one");
        repository.write("other/kustomization.yaml", "resources: [../base, ../../outside]\n");
        repository.commit();
        repository.git(&["tag", "v1"]);
        repository
    }

    fn git(&self, arguments: &[&str]) -> String {
        let mut command = Command::new("git");
        command
            .args(["-c", "user.name=t", "-c", "user.email=t@example.test"])
            .args(arguments)
            .current_dir(self.0.path());
        for variable in REPOSITORY_VARIABLES {
            command.env_remove(variable);
        }
        let output = run(command, b"", None).unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", last_lines(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    fn write(&self, path: &str, content: &str) {
        let path = self.0.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    fn commit(&self) -> String {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message=x"]);
        self.git(&["rev-parse", "HEAD"])
    }

    fn url(&self) -> String {
        format!("file://{}", self.0.path().display())
    }
}

fn network(cache: &Path, offline: bool, lock_for: Option<&Path>) -> LoadOptions {
    let options = NetworkOptions { cache: Some(cache.to_owned()), offline, lock_for: lock_for.map(Path::to_owned) };
    LoadOptions { remotes: Arc::new(Network::new(options)), ..LoadOptions::default() }
}

fn open(target: &str, options: &LoadOptions) -> Result<Loader, LoadError> {
    Loader::open(Arc::new(Disk::new()), target, options.clone())
}

fn content(target: &str, options: &LoadOptions) -> String {
    open(target, options).unwrap().load("deployment.yaml").unwrap().text().unwrap()
}

#[test]
fn a_revision_is_fetched_and_a_commit_is_kept() {
    let (repository, cache) = (Repository::new(), tempfile::tempdir().unwrap());
    let first = repository.git(&["rev-parse", "HEAD"]);
    let base = |reference: &str| format!("{}//base?ref={reference}", repository.url());
    assert_eq!(content(&base("v1"), &network(cache.path(), false, None)), "one");
    repository.write("base/deployment.yaml", "two");
    repository.commit();
    assert_eq!(content(&base("main"), &network(cache.path(), false, None)), "two");
    assert_eq!(content(&base("v1"), &network(cache.path(), false, None)), "one");
    let shown = open(&base("v1"), &network(cache.path(), false, None)).unwrap().load("deployment.yaml").unwrap().path;
    assert_eq!(shown, format!("{}//base/deployment.yaml?ref=v1", repository.url()));
    // What is known needs the repository no more: a commit never, the rest only offline.
    let (url_base, gone) = (base(&first), repository.0.path().with_extension("gone"));
    fs::rename(repository.0.path(), &gone).unwrap();
    assert_eq!(content(&url_base, &network(cache.path(), false, None)), "one");
    assert_eq!(content(&base("main"), &network(cache.path(), true, None)), "two");
    assert_eq!(open(&base("v2"), &network(cache.path(), true, None)).unwrap_err().kind(), LoadErrorKind::Offline);
    assert_eq!(open(&base("v1"), &network(cache.path(), false, None)).unwrap_err().kind(), LoadErrorKind::Git);
    fs::rename(&gone, repository.0.path()).unwrap();
}

#[test]
fn a_repository_is_left_by_no_path() {
    let (repository, cache) = (Repository::new(), tempfile::tempdir().unwrap());
    let options = network(cache.path(), false, None);
    let other = open(&format!("{}//other", repository.url()), &options).unwrap();
    let Entry::Base(base) = other.entry("../base").unwrap() else { panic!("a base") };
    assert_eq!(base.display_root(), format!("{}//base", repository.url()));
    assert_eq!(other.load("../base/deployment.yaml").unwrap_err().kind(), LoadErrorKind::Restricted);
    assert_eq!(other.sub("../..").unwrap_err().kind(), LoadErrorKind::Restricted);
    let again = format!("{}//other", repository.url());
    assert_eq!(base.sub(&again).unwrap_err().kind(), LoadErrorKind::Cycle);
    let slip = open(&format!("{}//bsae", repository.url()), &options).unwrap_err();
    assert_eq!(slip.diagnostic().help.as_deref(), Some("did you mean `base`?"));
}

#[test]
fn the_lock_decides() {
    let (repository, cache, tree) = (Repository::new(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let first = repository.git(&["rev-parse", "HEAD"]);
    repository.write("base/deployment.yaml", "two");
    repository.commit();
    let lock = |commit: &str| {
        let url = repository.url();
        let text = format!("version = 1\n[[repository]]\nurl = \"{url}\"\nref = \"main\"\ncommit = \"{commit}\"\n");
        fs::write(tree.path().join("redisops.lock"), text).unwrap();
    };
    let main = format!("{}//base?ref=main", repository.url());
    lock(&first);
    assert_eq!(content(&main, &network(cache.path(), false, Some(tree.path()))), "one");
    lock(&"0".repeat(40));
    let error = open(&main, &network(cache.path(), false, Some(tree.path()))).unwrap_err();
    assert_eq!(error.kind(), LoadErrorKind::Lock);
}

#[test]
fn says_which_reference_was_probably_meant() {
    let (repository, cache) = (Repository::new(), tempfile::tempdir().unwrap());
    repository.git(&["branch", "release-2"]);
    let error = |reference: &str| {
        let target = format!("{}//base?ref={reference}", repository.url());
        open(&target, &network(cache.path(), false, None)).unwrap_err()
    };
    assert_eq!(error("relaese-2").diagnostic().help.as_deref(), Some("did you mean `release-2`?"));
    assert!(error("0123456").diagnostic().help.as_ref().unwrap().contains("40 digits"));
    assert_eq!(error("--upload-pack=x").kind(), LoadErrorKind::InvalidPath);
    assert!(error("relaese-2").to_string().contains("has no branch, tag or commit `relaese-2`"));
}
