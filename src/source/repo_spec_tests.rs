use super::*;

/// Host, path of the repository, directory in it, reference, submodules, timeout in nanoseconds.
type Parts = (&'static str, &'static str, &'static str, &'static str, bool, u64);

/// What `NewRepoSpecFromURL` of kustomize 5.8.2 answers.
#[rustfmt::skip]
const REFERENCE: &[(&str, Option<Parts>)] = &[
    ("https://github.com/org/repo", Some(("https://github.com/", "org/repo", "", "", true, 27000000000))),
    ("https://github.com/org/repo/", Some(("https://github.com/", "org/repo", "", "", true, 27000000000))),
    ("https://github.com/org/repo.git", Some(("https://github.com/", "org/repo.git", "", "", true, 27000000000))),
    ("https://github.com/org/repo.git/path/to/root?ref=v1", Some(("https://github.com/", "org/repo.git", "path/to/root", "v1", true, 27000000000))),
    ("https://github.com/org/repo/path/to/root?ref=branch", Some(("https://github.com/", "org/repo", "path/to/root", "branch", true, 27000000000))),
    ("https://github.com/org/repo//path/to/root?ref=v1", Some(("https://github.com/", "org/repo", "path/to/root", "v1", true, 27000000000))),
    ("https://github.com/org/repo//path//to", Some(("https://github.com/", "org/repo", "path//to", "", true, 27000000000))),
    ("https://github.com/org/repo///path", Some(("https://github.com/", "org/repo", "path", "", true, 27000000000))),
    ("https://github.com/org/repo//../up", None),
    ("https://github.com/org/repo//a/../../up", None),
    ("https://github.com/org", None),
    ("https://github.com/", None),
    ("https://github.com", None),
    ("github.com/org/repo", Some(("https://github.com/", "org/repo", "", "", true, 27000000000))),
    ("github.com/org/repo/sub?version=v2", Some(("https://github.com/", "org/repo", "sub", "v2", true, 27000000000))),
    ("github.com:org/repo", Some(("https://github.com/", "org/repo", "", "", true, 27000000000))),
    ("GitHub.com/org/repo/x", Some(("https://github.com/", "org/repo", "x", "", true, 27000000000))),
    ("git@github.com:org/repo.git//sub?ref=x", Some(("git@github.com:", "org/repo.git", "sub", "x", true, 27000000000))),
    ("git@github.com/org/repo", Some(("git@github.com:", "org/repo", "", "", true, 27000000000))),
    ("user-1@github.com/org/repo", Some(("user-1@github.com:", "org/repo", "", "", true, 27000000000))),
    ("ssh://git@github.com/org/repo", Some(("git@github.com:", "org/repo", "", "", true, 27000000000))),
    ("ssh://git@github.com:org/repo", None),
    ("SSH://git@host.xz:22/org/repo.git/sub", Some(("ssh://git@host.xz:22/", "org/repo.git", "sub", "", true, 27000000000))),
    ("ssh://host/org/repo", Some(("ssh://host/", "org/repo", "", "", true, 27000000000))),
    ("http://git@github.com/org/repo", Some(("git@github.com:", "org/repo", "", "", true, 27000000000))),
    ("HTTPS://github.com/org/repo", Some(("https://github.com/", "org/repo", "", "", true, 27000000000))),
    ("https://raw.githubusercontent.com/org/repo/main/x.yaml", Some(("https://raw.githubusercontent.com/", "org/repo", "main/x.yaml", "", true, 27000000000))),
    ("https://example.com/x.yaml", None),
    ("https://example.com/a/x.yaml", Some(("https://example.com/", "a/x.yaml", "", "", true, 27000000000))),
    ("https://user:pass@example.com/org/repo", Some(("https://user:pass@example.com/", "org/repo", "", "", true, 27000000000))),
    ("https://user@dev.azure.com/org/project/_git/repo/path/to/root?version=v3", Some(("https://user@dev.azure.com/", "org/project/_git/repo", "path/to/root", "v3", true, 27000000000))),
    ("https://dev.azure.com/org/_git/repo", Some(("https://dev.azure.com/", "org/_git/repo", "", "", true, 27000000000))),
    ("https://dev.azure.com/org/_git/", Some(("https://dev.azure.com/", "org/_git/", "", "", true, 27000000000))),
    ("git@ssh.dev.azure.com:v3/org/proj/repo", Some(("git@ssh.dev.azure.com:", "v3/org", "proj/repo", "", true, 27000000000))),
    ("git@gitlab.com:group/sub/repo.git", Some(("git@gitlab.com:", "group/sub/repo.git", "", "", true, 27000000000))),
    ("git@gitlab.com:group/sub/repo", Some(("git@gitlab.com:", "group/sub", "repo", "", true, 27000000000))),
    ("git@host:22/org/repo", Some(("git@host:", "22/org", "repo", "", true, 27000000000))),
    ("git@host/org/repo", Some(("git@host/", "org/repo", "", "", true, 27000000000))),
    ("git@host:repo", None),
    ("git@:repo/x", None),
    ("g_it@host:org/repo", None),
    ("1git@host:org/repo", None),
    ("host:org/repo", None),
    ("file:///abs/repo", Some(("file://", "/abs/repo", "", "", true, 27000000000))),
    ("file:///abs/repo//sub?ref=v1", Some(("file://", "/abs/repo", "sub", "v1", true, 27000000000))),
    ("file:///abs/repo.git/sub", Some(("file://", "/abs/repo.git", "sub", "", true, 27000000000))),
    ("file:///abs/re.gitx/sub", Some(("file://", "/abs/re.git", "x/sub", "", true, 27000000000))),
    ("file://relative/repo", Some(("file://", "relative/repo", "", "", true, 27000000000))),
    ("file://user@host/repo", Some(("file://", "user@host/repo", "", "", true, 27000000000))),
    ("file://", None),
    ("git::https://github.com/org/repo", Some(("https://github.com/", "org/repo", "", "", true, 27000000000))),
    ("git::git@host:org/repo", Some(("git@host:", "org/repo", "", "", true, 27000000000))),
    ("Git::github.com/org/repo", Some(("https://github.com/", "org/repo", "", "", true, 27000000000))),
    ("git::/abs", None),
    ("gh:org/repo", None),
    ("../base", None),
    ("base", None),
    ("./base//x", None),
    ("/abs/path", None),
    (".", None),
    ("..", None),
    ("", None),
    ("org/repo", None),
    ("https:/github.com/org/repo", None),
    ("https://", None),
    ("https:///org/repo", Some(("https:///", "org/repo", "", "", true, 27000000000))),
    ("https://host//", Some(("https://host/", "/", "", "", true, 27000000000))),
    ("https://host/a/", Some(("https://host/", "a/", "", "", true, 27000000000))),
    ("https://host/a", None),
    ("https://host//a/b", Some(("https://host/", "/a", "b", "", true, 27000000000))),
    ("git@github.com:", None),
    ("github.com/org", None),
    ("github.com/", None),
    ("github.com", None),
    ("github.com:", None),
    ("githubXcom/org/repo", None),
    ("ftp://host/org/repo", None),
    ("https://host/org/repo?ref=a&ref=b", Some(("https://host/", "org/repo", "", "a", true, 27000000000))),
    ("https://host/org/repo?version=a&ref=", Some(("https://host/", "org/repo", "", "a", true, 27000000000))),
    ("https://host/org/repo?ref=a%2Fb+c", Some(("https://host/", "org/repo", "", "a/b c", true, 27000000000))),
    ("https://host/org/repo?ref=a%zz", Some(("https://host/", "org/repo", "", "", true, 27000000000))),
    ("https://host/org/repo?ref=a;timeout=3", Some(("https://host/", "org/repo", "", "", true, 27000000000))),
    ("https://host/org/repo?timeout=61", Some(("https://host/", "org/repo", "", "", true, 61000000000))),
    ("https://host/org/repo?timeout=+61", Some(("https://host/", "org/repo", "", "", true, 27000000000))),
    ("https://host/org/repo?timeout=%2B61", Some(("https://host/", "org/repo", "", "", true, 61000000000))),
    ("https://host/org/repo?timeout=1m30.5s", Some(("https://host/", "org/repo", "", "", true, 90500000000))),
    ("https://host/org/repo?timeout=.5s", Some(("https://host/", "org/repo", "", "", true, 500000000))),
    ("https://host/org/repo?timeout=5.s", Some(("https://host/", "org/repo", "", "", true, 5000000000))),
    ("https://host/org/repo?timeout=.s", Some(("https://host/", "org/repo", "", "", true, 27000000000))),
    ("https://host/org/repo?timeout=-5", Some(("https://host/", "org/repo", "", "", true, 27000000000))),
    ("https://host/org/repo?timeout=-5s", Some(("https://host/", "org/repo", "", "", true, 27000000000))),
    ("https://host/org/repo?timeout=0", Some(("https://host/", "org/repo", "", "", true, 27000000000))),
    ("https://host/org/repo?timeout=1h1ms1us1ns", Some(("https://host/", "org/repo", "", "", true, 3600001001001))),
    ("https://host/org/repo?timeout=5x", Some(("https://host/", "org/repo", "", "", true, 27000000000))),
    ("https://host/org/repo?timeout=s", Some(("https://host/", "org/repo", "", "", true, 27000000000))),
    ("https://host/org/repo?timeout=9999999h", Some(("https://host/", "org/repo", "", "", true, 27000000000))),
    ("https://host/org/repo?submodules=0", Some(("https://host/", "org/repo", "", "", false, 27000000000))),
    ("https://host/org/repo?submodules=nope", Some(("https://host/", "org/repo", "", "", true, 27000000000))),
    ("https://host/org/repo?submodules=TRUE&timeout=1s&ref=x", Some(("https://host/", "org/repo", "", "x", true, 1000000000))),
    ("https://host/org/repo?submodules=false", Some(("https://host/", "org/repo", "", "", false, 27000000000))),
    ("https://host/org/repo?sub?modules=false", Some(("https://host/", "org/repo", "", "", true, 27000000000))),
    ("https://host/org/repo.github.io/x", Some(("https://host/", "org/repo.git", "hub.io/x", "", true, 27000000000))),
    ("https://host/org/repo.github.io", Some(("https://host/", "org/repo.git", "hub.io", "", true, 27000000000))),
    ("https://host/org/repo?", Some(("https://host/", "org/repo", "", "", true, 27000000000))),
    ("https://host/org/repo?&&ref=x", Some(("https://host/", "org/repo", "", "x", true, 27000000000))),
    ("https://host/org/repo#frag", Some(("https://host/", "org/repo#frag", "", "", true, 27000000000))),
    ("https://host:8443/org/repo/sub", Some(("https://host:8443/", "org/repo", "sub", "", true, 27000000000))),
    ("https://git-codecommit.us-east-2.amazonaws.com/v1/repos/x", Some(("https://git-codecommit.us-east-2.amazonaws.com/", "v1/repos", "x", "", true, 27000000000))),
    ("https://bitbucket.org/org/repo/src?ref=a=b", Some(("https://bitbucket.org/", "org/repo", "src", "a=b", true, 27000000000))),
    ("https://host/org/repo?ref=--upload-pack", Some(("https://host/", "org/repo", "", "--upload-pack", true, 27000000000))),
    ("deployment.git.yaml", None),
    ("a/.git/x", None),
    ("x@y", None),
    ("x@y/z", None),
    ("x@y:z:w/q", Some(("x@y:", "z:w/q", "", "", true, 27000000000))),
    ("a-b@c", None),
    ("https://host/org/repo//..", None),
    ("https://host/org/repo//./..x", Some(("https://host/", "org/repo", "./..x", "", true, 27000000000))),
];

#[test]
fn parses_as_the_reference() {
    for (url, want) in REFERENCE {
        let got = RepoSpec::parse(url).ok();
        let got = got.as_ref().map(|s| {
            let nanoseconds = s.timeout.as_nanos() as u64;
            (
                s.host.as_str(),
                s.repo_path.as_str(),
                s.directory.as_str(),
                s.reference.as_str(),
                s.submodules,
                nanoseconds,
            )
        });
        assert_eq!(got, *want, "{url}");
    }
}

#[test]
fn tells_urls_from_paths() {
    for (path, remote) in [
        ("https://host/x.yaml", true),
        ("HTTP://host/x.yaml", true),
        ("http:x", true),
        ("https://host/%zz", false),
        ("https://host/?%zz", true),
        ("file:///x", false),
        ("httpsx/y", false),
        ("base", false),
    ] {
        assert_eq!(is_remote_file(path), remote, "{path}");
    }
}

#[test]
fn hides_what_may_be_a_secret() {
    assert_eq!(
        redact("https://user:token@host/org/repo?ref=v1&token=abc"),
        "https://***@host/org/repo?ref=v1&token=***"
    );
    assert_eq!(redact("ssh://git@host/org"), "ssh://git@host/org");
    assert_eq!(redact("git@host:org/a@b"), "git@host:org/a@b");
    assert_eq!(redact("https://host/org/a@b"), "https://host/org/a@b");
}
