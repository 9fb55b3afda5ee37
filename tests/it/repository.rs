//! A throwaway repository with files, for tests of commands that look at history.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use git2::{IndexAddOption, Oid, Signature, Time};
use tempfile::TempDir;

/// A directory with a git repository in it, and a cache of its own.
pub struct Repository {
    dir: TempDir,
    git: git2::Repository,
}

impl Repository {
    /// With these files, not committed yet.
    pub fn new(files: &[(&str, &str)]) -> Repository {
        let dir = tempfile::tempdir().unwrap();
        let git = git2::Repository::init(dir.path().join("repo")).unwrap();
        let repository = Repository { dir, git };
        for (path, text) in files {
            repository.write(path, text);
        }
        repository
    }

    /// Its top directory.
    pub fn top(&self) -> PathBuf {
        self.dir.path().join("repo").canonicalize().unwrap()
    }

    /// A place beside it.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.dir.path().canonicalize().unwrap().join(name)
    }

    /// Writes a file.
    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.top().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// Replaces a text in a file.
    pub fn edit(&self, path: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.top().join(path)).unwrap();
        assert!(text.contains(from), "{path} has no {from}");
        self.write(path, text.replace(from, to));
    }

    /// Commits all files; the n-th commit is n days after the start of 2026.
    pub fn commit(&self, author: &str, message: &str) -> Oid {
        let mut index = self.git.index().unwrap();
        index.add_all(["*"], IndexAddOption::DEFAULT, None).unwrap();
        index.update_all(["*"], None).unwrap();
        index.write().unwrap();
        let tree = self.git.find_tree(index.write_tree().unwrap()).unwrap();
        let parent = self.git.head().ok().map(|head| head.peel_to_commit().unwrap());
        let day = parent.as_ref().map_or(0, |parent| (parent.time().seconds() - 1_767_225_600) / 86_400 + 1);
        let when = Time::new(1_767_225_600 + day * 86_400, 60);
        let who = Signature::new(author, "author@example.test", &when).unwrap();
        let parents: Vec<_> = parent.iter().collect();
        self.git.commit(Some("HEAD"), &who, &who, message, &tree, &parents).unwrap()
    }

    /// The repository, for what has no shorthand here.
    pub fn git(&self) -> &git2::Repository {
        &self.git
    }

    /// Runs the program in a directory.
    pub fn run_in(&self, directory: &Path, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_redisops"));
        command.args(arguments).current_dir(directory).env("XDG_CACHE_HOME", self.beside("cache"));
        for name in ["NO_COLOR", "CLICOLOR_FORCE", "FORCE_COLOR"] {
            command.env_remove(name);
        }
        command.output().unwrap()
    }

    /// Runs the program in the top directory.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.run_in(&self.top(), arguments)
    }

    /// Exit code, result and messages of a run, without paths of this machine.
    pub fn shown(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace(&*self.top().to_string_lossy(), "[TOP]");
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        format!("exit {}\n--- stdout\n{out}--- stderr\n{err}", output.status.code().unwrap())
    }

    /// The document that a run prints.
    pub fn json(&self, arguments: &[&str]) -> serde_json::Value {
        let output = self.run(&[arguments, &["-o", "json"]].concat());
        let told = String::from_utf8_lossy(&output.stderr);
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{arguments:?}: {error}\n{told}"))
    }
}
