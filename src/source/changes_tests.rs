use std::fs;

use git2::{IndexAddOption, Signature};

use super::*;

struct Repo {
    dir: tempfile::TempDir,
    repository: Repository,
}

impl Repo {
    fn new() -> Repo {
        let dir = tempfile::tempdir().unwrap();
        let repository = Repository::init(dir.path()).unwrap();
        Repo { dir, repository }
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.dir.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn remove(&self, path: &str) {
        fs::remove_file(self.dir.path().join(path)).unwrap();
    }

    fn stage(&self) {
        let mut index = self.repository.index().unwrap();
        index.add_all(["*"], IndexAddOption::DEFAULT, None).unwrap();
        index.update_all(["*"], None).unwrap();
        index.write().unwrap();
    }

    fn commit(&self) -> String {
        self.stage();
        let tree = self.repository.index().unwrap().write_tree().unwrap();
        let tree = self.repository.find_tree(tree).unwrap();
        let who = Signature::now("t", "t@example.test").unwrap();
        let parent = self.repository.head().ok().map(|head| head.peel_to_commit().unwrap());
        let parents: Vec<&git2::Commit<'_>> = parent.iter().collect();
        self.repository.commit(Some("HEAD"), &who, &who, "x", &tree, &parents).unwrap().to_string()
    }

    fn changes(&self, from: Option<&str>, until: &Until) -> Result<Changes, LoadError> {
        Changes::between(self.dir.path(), from, until, &|path| path.extension().is_some_and(|e| e == "yaml"))
    }

    fn shown(&self, from: Option<&str>, until: &Until) -> Vec<String> {
        shown(&self.changes(from, until).unwrap())
    }
}

fn shown(changes: &Changes) -> Vec<String> {
    let one = |change: &Change| match &change.old {
        Some(old) => format!("{:?} {} from {}", change.kind, change.path.display(), old.display()),
        None => format!("{:?} {}", change.kind, change.path.display()),
    };
    changes.files.iter().map(one).collect()
}

const LONG: &str = "one\ntwo\nthree\nfour\nfive\n";

#[test]
fn tells_what_happened_between_commits_index_and_files() {
    let repo = Repo::new();
    for name in ["a.yaml", "d/b.yaml", "d/c.txt", "gone.yaml"] {
        repo.write(name, name);
    }
    repo.write("long.yaml", LONG);
    let first = repo.commit();
    repo.write("a.yaml", "changed");
    repo.remove("gone.yaml");
    repo.remove("long.yaml");
    repo.write("renamed.yaml", LONG);
    repo.stage();
    repo.write("d/new/untracked.yaml", "");
    let staged = ["Modified a.yaml", "Deleted gone.yaml", "Renamed renamed.yaml from long.yaml"];
    assert_eq!(repo.shown(None, &Until::Index), staged);
    let mut files = staged.map(str::to_owned).to_vec();
    files.insert(1, "Added d/new/untracked.yaml".to_owned());
    let all = repo.changes(Some("HEAD"), &Until::Worktree).unwrap();
    assert_eq!(shown(&all), files);
    let tracked: Vec<&str> = all.tracked.iter().map(|path| path.to_str().unwrap()).collect();
    assert_eq!(tracked, ["a.yaml", "d/b.yaml", "d/new/untracked.yaml", "renamed.yaml"]);
    assert_eq!((all.from.unwrap().commit, all.to), (first.clone(), None));
    repo.commit();
    assert_eq!(repo.shown(Some(&first), &Until::Revision("HEAD".into())), files);
    let back = repo.changes(Some("HEAD"), &Until::Revision(first.clone())).unwrap();
    assert_eq!(
        shown(&back),
        ["Modified a.yaml", "Deleted d/new/untracked.yaml", "Added gone.yaml", "Renamed long.yaml from renamed.yaml"]
    );
    let tracked: Vec<&str> = back.tracked.iter().map(|path| path.to_str().unwrap()).collect();
    assert_eq!(tracked, ["a.yaml", "d/b.yaml", "gone.yaml", "long.yaml"]);
    assert_eq!(back.to, Some(Revision { name: first.clone(), commit: first }));
}

#[test]
fn before_the_first_commit_all_that_is_staged_is_new() {
    let repo = Repo::new();
    repo.write("a.yaml", "");
    repo.stage();
    let changes = repo.changes(None, &Until::Index).unwrap();
    assert_eq!((shown(&changes), changes.from), (vec!["Added a.yaml".to_owned()], None));
    let error = repo.changes(Some("HEAD"), &Until::Worktree).unwrap_err();
    assert!(error.to_string().contains("has no revision `HEAD`"), "{error}");
    assert_eq!(error.diagnostic().notes, ["it has no commit yet"]);
}

#[test]
fn three_dots_compare_with_where_lines_of_work_parted() {
    let repo = Repo::new();
    repo.write("a.yaml", "1");
    let base = repo.commit();
    let start = repo.repository.find_commit(git2::Oid::from_str(&base).unwrap()).unwrap();
    repo.repository.branch("other", &start, false).unwrap();
    repo.write("main.yaml", "what main has\n");
    repo.commit();
    let main = repo.repository.head().unwrap().shorthand().unwrap().to_owned();
    repo.repository.set_head("refs/heads/other").unwrap();
    repo.repository.checkout_head(Some(git2::build::CheckoutBuilder::new().force())).unwrap();
    repo.write("other.yaml", "123\n456\n");
    repo.commit();
    let until = Until::Revision("HEAD".into());
    assert_eq!(repo.shown(Some(&main), &until), ["Deleted main.yaml", "Added other.yaml"]);
    assert_eq!(repo.shown(Some(&format!("{main}...")), &until), ["Added other.yaml"]);
}

#[test]
fn a_bare_repository_has_revisions_only() {
    let repo = Repo::new();
    repo.write("a.yaml", "");
    let first = repo.commit();
    repo.write("a.yaml", "x");
    let second = repo.commit();
    let bare = tempfile::tempdir().unwrap();
    git2::build::RepoBuilder::new().bare(true).clone(repo.dir.path().to_str().unwrap(), bare.path()).unwrap();
    let changes = |until| Changes::between(bare.path(), Some(&first), &until, &|_| true);
    assert_eq!(shown(&changes(Until::Revision(second)).unwrap()), ["Modified a.yaml"]);
    assert!(changes(Until::Worktree).unwrap_err().to_string().contains("is bare"));
}

#[test]
fn names_are_taken_as_they_are_given() {
    let repo = Repo::new();
    repo.write("d/a.yaml", "");
    repo.write("d/k.yaml", "");
    repo.commit();
    let directory = repo.dir.path().join("d");
    let names = ["a.yaml".to_owned(), "gone.yaml".to_owned(), "../../outside".to_owned()];
    let changes = Changes::named(&directory, &names, &|_| true).unwrap();
    assert_eq!(shown(&changes), ["Modified d/a.yaml", "Deleted d/gone.yaml"]);
    assert_eq!(changes.tracked, [PathBuf::from("d/a.yaml"), PathBuf::from("d/k.yaml")]);
}
