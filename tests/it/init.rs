//! `redisops init`: what it writes can be rendered, and it never writes over something.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn run(directory: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_redisops")).args(arguments).current_dir(directory).output().unwrap()
}

fn systems() -> Vec<String> {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let names = fs::read_dir(examples).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.chain(["orders".to_owned()]).collect()
}

#[test]
fn every_system_can_be_rendered_where_it_is_written() {
    for system in systems() {
        let directory = tempfile::tempdir().unwrap();
        let output = run(directory.path(), &["init", "new", "--system", &system]);
        assert!(output.status.success(), "{system}: {}", String::from_utf8_lossy(&output.stderr));
        let new = directory.path().join("new");
        let listed = String::from_utf8(output.stdout).unwrap();
        assert!(listed.lines().count() > 2 && listed.lines().all(|line| directory.path().join(line).is_file()));
        for environment in fs::read_dir(new.join("environments")).into_iter().flatten() {
            let name = environment.unwrap().file_name().into_string().unwrap();
            let name = name.strip_suffix(".yaml").unwrap();
            let output = run(&new, &["build", name, "--no-validate"]);
            let message = String::from_utf8_lossy(&output.stderr).into_owned();
            let needs_helm = message.contains("--enable-helm");
            assert!(output.status.success() || needs_helm, "{system} {name}: {message}");
        }
    }
}

#[test]
fn the_orders_system_is_this_repository() {
    let directory = tempfile::tempdir().unwrap();
    let url = "https://git.example.org/team/redis.git";
    run(directory.path(), &["init", "--system", "orders", "--repo-url", url]);
    let prod = run(directory.path(), &["build", "prod"]);
    let ours = run(Path::new(env!("CARGO_MANIFEST_DIR")), &["build", "prod"]);
    assert!(prod.status.success());
    assert_eq!(prod.stdout, ours.stdout);
    let application = fs::read_to_string(directory.path().join("argocd/orders-redis-prod.yaml")).unwrap();
    assert!(application.contains(url));
}

#[test]
fn nothing_is_written_over() {
    let directory = tempfile::tempdir().unwrap();
    fs::create_dir(directory.path().join("base")).unwrap();
    fs::write(directory.path().join("base/rec.yaml"), "mine").unwrap();
    let output = run(directory.path(), &["init", "--system", "orders"]);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
    assert!(String::from_utf8_lossy(&output.stderr).contains("`base/rec.yaml` exists"));
    assert_eq!(fs::read_to_string(directory.path().join("base/rec.yaml")).unwrap(), "mine");
    assert!(!directory.path().join("overlays").exists());
}

#[test]
fn a_system_has_to_be_named() {
    let directory = tempfile::tempdir().unwrap();
    let output = run(directory.path(), &["init"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--system: orders, "));
    let output = run(directory.path(), &["init", "--system", "order"]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("did you mean `orders`?"));
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
}

#[test]
fn values_of_a_chart_become_a_repository() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("values.yaml"), "architecture: standalone\nauth: {enabled: false}\n").unwrap();
    let output = run(directory.path(), &["init", "new", "--from-values", "values.yaml", "--release", "cache"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let output = run(&directory.path().join("new"), &["build", "dev"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8(output.stdout).unwrap().contains("kind: StatefulSet"));
}
