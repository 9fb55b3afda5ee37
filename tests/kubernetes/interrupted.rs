//! Runs that end before their end: killed at each step, cut from the server, shut out by it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use crate::applying::{applied, edit, live, results, system};
use crate::support::Bench;

const EXTRA: &str = "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: extra\n---\napiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: extra\n---\n";

/// Starts an apply and kills it as soon as it has told of so many steps; whether it was still at work then.
fn killed_after(bench: &Bench, steps: usize) -> bool {
    let mut child = bench
        .command(&["apply", "prod", "--yes", "--prune", "--timeout", "60s"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let told = BufReader::new(child.stderr.take().unwrap());
    let begun = told.lines().map_while(Result::ok).filter(|line| is_step(line)).take(steps).count();
    let was_at_work = child.try_wait().unwrap().is_none();
    let _ = child.kill();
    child.wait().unwrap();
    begun == steps && was_at_work
}

/// `created Service/…`, `waiting for …`, `ready …`, `pruned …`.
fn is_step(line: &str) -> bool {
    ["created ", "changed ", "pruned ", "waiting for ", "ready ", "replacing "]
        .iter()
        .any(|word| line.starts_with(word))
}

/// Whoever runs it again has to wait for the lock of the killed run, or to take it: the test takes it.
fn free(bench: &Bench) {
    bench.kubectl(&["-n", &bench.namespace, "delete", "lease", "--all"]);
}

fn is_whole(bench: &Bench, kill: usize) {
    let run = applied(bench, &["--prune"]);
    assert!(
        results(&run).iter().all(|it| ["created", "changed", "pruned", "unchanged"].contains(&it.as_str())),
        "{run:?}"
    );
    assert_eq!(results(&applied(bench, &["--prune"])), ["unchanged"], "killed after {kill} steps");
    assert_eq!(bench.diff(&["prod", "--prune"]).code, 0, "killed after {kill} steps");
    assert_eq!(live(bench, "statefulset,service,job", "{.items[*].metadata.name}"), "cache cache once");
    assert_eq!(
        live(bench, "statefulset/cache", "{.status.readyReplicas}"),
        live(bench, "statefulset/cache", "{.spec.replicas}")
    );
    assert_eq!(live(bench, "lease", "{.items}"), "[]");
}

/// From nothing; then a change, a restart and what goes.
#[test]
#[allow(clippy::print_stderr, reason = "the counts are for docs/reliability.md")]
fn a_run_that_is_killed_at_any_step_goes_on() {
    let Some(bench) = system() else { return };
    let namespace = bench.namespace.clone();
    let (mut kills, mut at_work) = (0, 0);
    for steps in 0.. {
        let is_at_work = killed_after(&bench, steps);
        kills += 1;
        free(&bench);
        is_whole(&bench, steps);
        if !is_at_work && steps > 0 {
            break;
        }
        at_work += 1;
        bench.redisops(&["delete", "prod", "--yes"]);
        assert_eq!(live(&bench, "statefulset,service,job,lease", "{.items}"), "[]");
    }
    assert!(at_work > 6, "five objects and their readiness: {at_work}");
    for steps in 0.. {
        edit(&bench, "---\n", EXTRA);
        applied(&bench, &["--prune"]);
        edit(&bench, EXTRA, "---\n");
        let text = std::fs::read_to_string(bench.path().join("prod/all.yaml")).unwrap();
        let is_old = text.contains("redis:7");
        let (from, to) = if is_old { ("redis:7", "redis:8") } else { ("redis:8", "redis:7") };
        edit(&bench, from, to);
        edit(
            &bench,
            &format!("a: \"{}\"", if is_old { 1 } else { 2 }),
            &format!("a: \"{}\"", if is_old { 2 } else { 1 }),
        );
        let is_at_work = killed_after(&bench, steps);
        kills += 1;
        free(&bench);
        is_whole(&bench, steps);
        let images = bench.kubectl(&[
            "-n",
            &namespace,
            "get",
            "pods",
            "-l",
            "app=cache",
            "-o",
            "jsonpath={.items[*].spec.containers[*].image}",
        ]);
        assert_eq!(images, format!("{to} {to}"));
        assert_eq!(live(&bench, "serviceaccount", "{.items[*].metadata.name}"), "default");
        if !is_at_work && steps > 0 {
            break;
        }
        at_work += 1;
    }
    eprintln!("killed {kills} times, {at_work} of them at work");
}

/// Between redisops and the server: what it lets through can be cut.
struct Line {
    port: u16,
    open: Arc<Mutex<Vec<TcpStream>>>,
}

impl Line {
    fn to(server: &str) -> Line {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let open: Arc<Mutex<Vec<TcpStream>>> = Arc::default();
        let (server, kept) = (server.to_owned(), Arc::clone(&open));
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let Ok(there) = TcpStream::connect(&server) else { continue };
                kept.lock().unwrap().extend([client.try_clone().unwrap(), there.try_clone().unwrap()]);
                let both = [(client.try_clone().unwrap(), there.try_clone().unwrap()), (there, client)];
                for (from, to) in both {
                    thread::spawn(move || pass(from, to));
                }
            }
        });
        Line { port, open }
    }

    fn cut(&self) -> usize {
        let mut open = self.open.lock().unwrap();
        let count = open.iter().filter(|one| one.shutdown(Shutdown::Both).is_ok()).count();
        open.clear();
        count
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream) {
    let mut buffer = [0; 16 * 1024];
    while let Ok(count) = from.read(&mut buffer) {
        if count == 0 || to.write_all(&buffer[..count]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
}

/// A kubeconfig that leads through a line.
fn through(bench: &Bench, line: &Line) -> PathBuf {
    let text = std::fs::read_to_string(&bench.kubeconfig).unwrap();
    let server = text.split("server: \"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let path = bench.path().join(".git/through");
    std::fs::write(&path, text.replace(&server, &format!("https://127.0.0.1:{}", line.port))).unwrap();
    path
}

/// An apply of a system whose pods have no node yet, when it has begun to wait.
fn waiting(bench: &Bench, kubeconfig: &str) -> Child {
    let label = format!("      nodeSelector: {{{}: here}}\n      containers:\n      - name: redis", bench.namespace);
    edit(bench, "      containers:\n      - name: redis", &label);
    let child = bench
        .command(&["apply", "prod", "--yes", "--timeout", "60s", "--kubeconfig", kubeconfig])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let deadline = Instant::now() + Duration::from_secs(30);
    while live(bench, "pods", "{.items}") == "[]" {
        assert!(Instant::now() < deadline, "it does not begin");
        thread::sleep(Duration::from_millis(100));
    }
    child
}

#[test]
fn a_watch_that_breaks_is_taken_up_again() {
    let Some(bench) = system() else { return };
    let text = std::fs::read_to_string(&bench.kubeconfig).unwrap();
    let server = text.split("https://").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let line = Line::to(&server);
    let child = waiting(&bench, through(&bench, &line).to_str().unwrap());
    let mut cut = 0;
    for _ in 0..6 {
        cut += line.cut();
        thread::sleep(Duration::from_millis(300));
    }
    assert!(cut > 0, "nothing went through the line");
    let label = format!("{}=here", bench.namespace);
    bench.kubectl(&["label", "node", "--all", &label]);
    let done = child.wait_with_output().unwrap();
    bench.kubectl(&["label", "node", "--all", &format!("{}-", bench.namespace)]);
    let told = String::from_utf8_lossy(&done.stderr);
    assert_eq!(done.status.code(), Some(0), "{told}");
    assert!(told.contains("ready StatefulSet/"), "{told}");
    assert_eq!(live(&bench, "statefulset/cache", "{.status.readyReplicas}"), "2");
}

#[test]
fn a_token_that_ends_while_it_waits_ends_the_run_and_nothing_is_lost() {
    let Some(bench) = system() else { return };
    let user = bench.user("- {apiGroups: [\"*\"], resources: [\"*\"], verbs: [\"*\"]}");
    let child = waiting(&bench, user.to_str().unwrap());
    // The token of an account that is gone is no longer good.
    let namespace = bench.namespace.clone();
    bench.kubectl(&["-n", &namespace, "delete", "serviceaccount", "user"]);
    let done = child.wait_with_output().unwrap();
    let told = String::from_utf8_lossy(&done.stderr);
    assert_eq!(done.status.code(), Some(2), "{told}");
    assert!(told.contains("Unauthorized") || told.contains("does not let the user in"), "{told}");
    // Its lock runs out by itself; what was applied is there.
    edit(&bench, &format!("      nodeSelector: {{{namespace}: here}}\n"), "");
    free(&bench);
    bench.kubectl(&["-n", &namespace, "delete", "pod", "--all"]);
    let run = applied(&bench, &["--no-wait"]);
    assert_eq!(results(&run), ["changed", "created", "unchanged"], "{run:?}");
    bench.kubectl(&["-n", &namespace, "delete", "pod", "--all", "--ignore-not-found"]);
    assert_eq!(results(&applied(&bench, &[])), ["unchanged"]);
}
