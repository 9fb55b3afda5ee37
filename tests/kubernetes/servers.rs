//! Real redis-servers behind pods that are not there: a PortForward of the name of a pod leads to one.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::Bench;

/// Lines of redis.conf that say where a pod listens and keeps its files.
const PLACES: [&str; 12] = [
    "port ",
    "dir ",
    "bind ",
    "pidfile ",
    "logfile ",
    "unixsocket",
    "aclfile ",
    "include ",
    "tls-port ",
    "tls-cert-file ",
    "tls-key-file ",
    "tls-ca-cert-file ",
];

/// A server that ends when this is dropped.
pub struct Server {
    child: Child,
    pub port: u16,
    directory: PathBuf,
    password: Option<String>,
    /// The folder of its certificates.
    tls: Option<PathBuf>,
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
        Server::of(bench, conf, more, None, &[])
    }

    /// One that speaks TLS only, with the certificates of a folder.
    pub fn start_tls(bench: &Bench, conf: &str, more: &str, certificates: &Path) -> Server {
        Server::of(bench, conf, more, Some(certificates), &[])
    }

    /// A sentinel.
    pub fn start_sentinel(bench: &Bench, conf: &str, more: &str) -> Server {
        Server::of(bench, conf, more, None, &["--sentinel"])
    }

    fn of(bench: &Bench, conf: &str, more: &str, tls: Option<&Path>, arguments: &[&str]) -> Server {
        // Another test may have taken the port in between: then the next.
        let mut started = (0..20).filter_map(|_| Server::start_at(free(), bench, conf, more, tls, arguments));
        started.next().expect("a server that starts")
    }

    fn start_at(
        port: u16,
        bench: &Bench,
        conf: &str,
        more: &str,
        tls: Option<&Path>,
        arguments: &[&str],
    ) -> Option<Server> {
        let directory = bench.path().join(format!(".git/server-{port}"));
        fs::create_dir_all(&directory).unwrap();
        let own = conf.lines().filter(|line| !PLACES.iter().any(|place| line.starts_with(place)));
        let text: String = own.map(|line| format!("{line}\n")).collect();
        let file = directory.join("redis.conf");
        let listens = match tls {
            Some(at) => format!(
                "port 0\ntls-port {port}\ntls-cert-file {0}/tls.crt\ntls-key-file {0}/tls.key\ntls-ca-cert-file {0}/ca.crt\n",
                at.display()
            ),
            None => format!("port {port}\n"),
        };
        fs::write(&file, format!("{text}{listens}bind 127.0.0.1\ndir {}\n{more}", directory.display())).unwrap();
        let password = more.lines().find_map(|line| line.strip_prefix("requirepass ")).map(str::to_owned);
        let mut command = Command::new("redis-server");
        let child = command.arg(&file).args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let own = format!("process_id:{}\r", child.id());
        let mut server = Server { child, port, directory, password, tls: tls.map(Path::to_owned) };
        while server.child.try_wait().unwrap().is_none() {
            if server.cli(&["INFO", "server"]).contains(&own) {
                return Some(server);
            }
            thread::sleep(Duration::from_millis(50));
        }
        None
    }

    /// What redis-cli prints.
    pub fn cli(&self, words: &[&str]) -> String {
        let mut command = self.client();
        String::from_utf8_lossy(&command.args(words).output().unwrap().stdout).into_owned()
    }

    /// What redis-cli prints of lines that it reads.
    pub fn feed(&self, lines: &str) -> String {
        let file = self.directory.join("lines");
        fs::write(&file, lines).unwrap();
        let done = self.client().stdin(fs::File::open(file).unwrap()).output().unwrap();
        String::from_utf8_lossy(&done.stdout).into_owned()
    }

    fn client(&self) -> Command {
        let mut command = Command::new("redis-cli");
        command.args(["-p", &self.port.to_string()]).current_dir(&self.directory);
        if let Some(at) = &self.tls {
            // It looks at the authority only, not at names.
            for (flag, file) in [("--cacert", "ca.crt"), ("--cert", "tls.crt"), ("--key", "tls.key")] {
                command.arg(flag).arg(at.join(file));
            }
            command.arg("--tls");
        }
        if let Some(password) = &self.password {
            command.env("REDISCLI_AUTH", password);
        }
        command
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

/// The ports of a pod lead to ports of this machine, each to its own.
#[track_caller]
pub fn forward_ports(bench: &Bench, pod: &str, ports: &[(u16, u16)]) {
    let one = |(from, to): &(u16, u16)| format!("{{ports: [{from}], target: {{address: 127.0.0.1, port: {to}}}}}");
    let forwards: Vec<String> = ports.iter().map(one).collect();
    let object = format!(
        "apiVersion: kwok.x-k8s.io/v1alpha1\nkind: PortForward\nmetadata: {{name: {pod}, namespace: {}}}\nspec: {{forwards: [{}]}}\n",
        bench.namespace,
        forwards.join(", ")
    );
    let done = bench.kubectl_with(&["apply", "-f", "-"], &object);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

/// The redis.conf of a ConfigMap among rendered objects, by the beginning of its name.
pub fn conf_of(rendered: &str, map: &str) -> String {
    file_of(rendered, map, "redis.conf")
}

/// A file of a ConfigMap among rendered objects, by the beginning of its name.
pub fn file_of(rendered: &str, map: &str, key: &str) -> String {
    let mut documents = rendered.split("\n---\n").filter(|text| text.contains("kind: ConfigMap"));
    let (name, key) = (format!("name: {map}"), format!("  {key}: |"));
    let is_own = |text: &&str| text.contains(&key) && text.lines().any(|line| line.trim().starts_with(&name));
    let text = documents.find(is_own).unwrap_or_else(|| panic!("no {map}: {rendered}"));
    let after = text.split(&key).nth(1).unwrap();
    let lines = after.lines().skip(1).take_while(|line| line.is_empty() || line.starts_with("    "));
    lines.map(|line| format!("{}\n", line.trim_start())).collect()
}

/// An authority, and a certificate of it for servers with these names: `ca.crt`, `tls.crt` and `tls.key` in a folder.
pub fn certificates(bench: &Bench, folder: &str, names: &[String]) -> PathBuf {
    let at = bench.path().join(".git").join(folder);
    fs::create_dir_all(&at).unwrap();
    openssl(
        &at,
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.crt -days 2 -subj /CN=authority",
    );
    sign(&at, names);
    at
}

/// A certificate for servers with these names, by the authority of the folder.
pub fn sign(at: &Path, names: &[String]) {
    let names: Vec<String> = names.iter().map(|name| format!("DNS:{name}")).collect();
    fs::write(at.join("names"), format!("subjectAltName={}\n", names.join(","))).unwrap();
    openssl(at, "req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout tls.key -out tls.csr -subj /CN=server");
    openssl(at, "x509 -req -in tls.csr -CA ca.crt -CAkey ca.key -CAcreateserial -out tls.crt -days 2 -extfile names");
}

fn openssl(at: &Path, arguments: &str) {
    let ran = Command::new("openssl").args(arguments.split(' ')).current_dir(at).output().unwrap();
    assert!(ran.status.success(), "openssl {arguments}: {}", String::from_utf8_lossy(&ran.stderr));
}
