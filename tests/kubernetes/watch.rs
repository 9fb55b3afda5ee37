//! The watch: metrics while it runs, and an orderly end.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::Bench;

fn scrape(port: u16) -> Option<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    write!(stream, "GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n").ok()?;
    let mut text = String::new();
    stream.read_to_string(&mut text).ok()?;
    Some(text)
}

fn wait_for(port: u16, wanted: &str) {
    let begin = Instant::now();
    loop {
        let text = scrape(port).unwrap_or_default();
        if text.lines().any(|line| line == wanted) {
            return;
        }
        assert!(begin.elapsed() < Duration::from_secs(60), "no `{wanted}` in {text}");
        thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn drift_shows_in_the_metrics_and_a_signal_ends_the_watch() {
    let Some(bench) = Bench::new() else { return };
    bench.write(
        "prod.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: NAMESPACE}\ndata: {a: b}\n",
    );
    bench.apply_as("redisops", "prod.yaml");
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let address = format!("127.0.0.1:{port}");
    let mut command = bench.command(&["diff", "--no-redis", "prod.yaml", "--watch=200ms", "--metrics", &address]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    wait_for(port, "redisops_drift_objects{target=\"prod.yaml\",change=\"update\"} 0");
    let namespace = bench.namespace.clone();
    bench.kubectl(&["-n", &namespace, "patch", "configmap", "a", "-p", r#"{"data":{"a":"c"}}"#]);
    wait_for(port, "redisops_drift_objects{target=\"prod.yaml\",change=\"update\"} 1");
    assert!(Command::new("kill").arg(child.id().to_string()).status().unwrap().success());
    let done = child.wait_with_output().unwrap();
    assert_eq!(done.status.code(), Some(1), "{done:?}");
    let told = String::from_utf8(done.stdout).unwrap();
    assert_eq!(told.matches("unchanged").count(), 2, "told when it changes: {told}");
}
