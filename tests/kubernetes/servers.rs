//! Real redis-servers behind pods that are not there: a PortForward of the name of a pod leads to one.

use std::fs;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::Bench;

/// Lines of redis.conf that say where a pod listens and keeps its files.
const PLACES: [&str; 8] = ["port ", "dir ", "bind ", "pidfile ", "logfile ", "unixsocket", "aclfile ", "include "];

/// A server that ends when this is dropped.
pub struct Server {
    child: Child,
    pub port: u16,
    directory: PathBuf,
    password: Option<String>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A port that nobody has, below those that the system gives to connections.
fn free() -> u16 {
    let start = 20_000 + (std::process::id() % 7000) as u16;
    let is_free = |port: &u16| {
        TcpListener::bind(("127.0.0.1", *port)).is_ok() && TcpListener::bind(("127.0.0.1", port + 10_000)).is_ok()
    };
    static NEXT: std::sync::atomic::AtomicU16 = std::sync::atomic::AtomicU16::new(0);
    let mut ports = std::iter::from_fn(|| Some(start + NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed)));
    ports.by_ref().take(500).find(is_free).unwrap()
}

impl Server {
    /// With the lines of a redis.conf, as far as a server of this machine can have them, and further ones.
    pub fn start(bench: &Bench, conf: &str, more: &str) -> Server {
        let port = free();
        let directory = bench.path().join(format!(".git/server-{port}"));
        fs::create_dir_all(&directory).unwrap();
        let own = conf.lines().filter(|line| !PLACES.iter().any(|place| line.starts_with(place)));
        let text: String = own.map(|line| format!("{line}\n")).collect();
        let file = directory.join("redis.conf");
        fs::write(&file, format!("{text}port {port}\nbind 127.0.0.1\ndir {}\n{more}", directory.display())).unwrap();
        let password = more.lines().find_map(|line| line.strip_prefix("requirepass ")).map(str::to_owned);
        let mut command = Command::new("redis-server");
        let child = command.arg(&file).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let server = Server { child, port, directory, password };
        server.wait_for(&["PING"], "PONG");
        server
    }

    /// What redis-cli prints.
    pub fn cli(&self, words: &[&str]) -> String {
        let mut command = Command::new("redis-cli");
        command.args(["-p", &self.port.to_string()]).args(words).current_dir(&self.directory);
        if let Some(password) = &self.password {
            command.env("REDISCLI_AUTH", password);
        }
        String::from_utf8_lossy(&command.output().unwrap().stdout).into_owned()
    }

    /// Waits until a reply has a text.
    #[track_caller]
    pub fn wait_for(&self, words: &[&str], text: &str) {
        let begin = Instant::now();
        loop {
            let said = self.cli(words);
            if said.contains(text) {
                return;
            }
            assert!(begin.elapsed() < Duration::from_secs(30), "{words:?} never says {text}: {said}");
            thread::sleep(Duration::from_millis(50));
        }
    }

    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Where the ports of a pod lead from now on.
    #[track_caller]
    pub fn behind(&self, bench: &Bench, pod: &str) {
        forward(bench, pod, self.port);
    }
}

/// The ports of a pod lead to a port of this machine.
#[track_caller]
pub fn forward(bench: &Bench, pod: &str, port: u16) {
    let object = format!(
        "apiVersion: kwok.x-k8s.io/v1alpha1\nkind: PortForward\nmetadata: {{name: {pod}, namespace: {}}}\nspec: {{forwards: [{{target: {{address: 127.0.0.1, port: {port}}}}}]}}\n",
        bench.namespace
    );
    let done = bench.kubectl_with(&["apply", "-f", "-"], &object);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

/// The redis.conf of a ConfigMap among rendered objects, by the end of its name without a hash.
pub fn conf_of(rendered: &str, map: &str) -> String {
    let mut documents = rendered.split("\n---\n").filter(|text| text.contains("kind: ConfigMap"));
    let name = format!("name: {map}");
    let is_own =
        |text: &&str| text.contains("  redis.conf: |") && text.lines().any(|line| line.trim().starts_with(&name));
    let text = documents.find(is_own).unwrap_or_else(|| panic!("no {map}: {rendered}"));
    let after = text.split("  redis.conf: |").nth(1).unwrap();
    let lines = after.lines().skip(1).take_while(|line| line.is_empty() || line.starts_with("    "));
    lines.map(|line| format!("{}\n", line.trim_start())).collect()
}
