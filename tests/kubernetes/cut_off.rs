//! An API server that is killed in the middle of work on Redis nodes, to which it is the only way.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::faults::Own;
use crate::servers::Server;
use crate::support::{Bench, Run, kubeconfig};

const SET: &str = "\
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: lab}
spec:
  replicas: 2
  serviceName: lab
  podManagementPolicy: Parallel
  selector: {matchLabels: {app: lab}}
  template:
    metadata: {labels: {app: lab}}
    spec:
      containers:
      - {name: redis, image: 'redis:7.0.15', command: [redis-server, --cluster-enabled, 'yes']}
";

const ENVIRONMENT: &str = "\
apiVersion: redisops.dev/v1alpha1
kind: Environment
metadata: {name: shop}
spec:
  overlay: prod
  kubernetes: {namespace: NAMESPACE}
  redis:
  - {name: lab, workload: StatefulSet/lab, topology: {mode: cluster}, access: {mode: portForward}}
";

const KEYS: usize = 4000;
/// Longest time for what should come.
const LONG: Duration = Duration::from_secs(90);

/// An apply whose lines are read as they come.
struct Running {
    child: Child,
    lines: Receiver<String>,
    told: String,
}

impl Running {
    fn start(bench: &Bench, timeout: &str) -> Running {
        let mut command = bench.command(&["apply", "shop", "--yes", "--timeout", timeout]);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let output = BufReader::new(child.stderr.take().unwrap());
        let (sender, lines) = channel();
        thread::spawn(move || output.lines().map_while(Result::ok).for_each(|line| drop(sender.send(line))));
        Running { child, lines, told: String::new() }
    }

    /// Waits until it says something.
    #[track_caller]
    fn wait_for(&mut self, text: &str) {
        let begin = Instant::now();
        while !self.told.contains(text) {
            match self.lines.recv_timeout(LONG.saturating_sub(begin.elapsed())) {
                Ok(line) => self.told.push_str(&format!("{line}\n")),
                Err(_) => panic!("it never says {text}: {}", self.told),
            }
        }
    }

    /// Its exit code, and all that it said.
    fn end(mut self) -> (Option<i32>, String) {
        let status = self.child.wait().unwrap();
        self.lines.iter().for_each(|line| self.told.push_str(&format!("{line}\n")));
        (status.code(), self.told)
    }
}

/// The number of slots that a server takes for its own.
fn slots(server: &Server) -> usize {
    let nodes = server.cli(&["CLUSTER", "NODES"]);
    let own = nodes.lines().find(|line| line.contains("myself")).unwrap_or_default();
    let ranges = own.split_whitespace().skip(8).filter(|word| !word.starts_with('['));
    let count = |range: &str| {
        let (from, to) = range.split_once('-').unwrap_or((range, range));
        to.parse::<usize>().unwrap() + 1 - from.parse::<usize>().unwrap()
    };
    ranges.map(count).sum()
}

#[track_caller]
fn wait_until(running: &mut Running, what: impl Fn() -> bool) {
    let begin = Instant::now();
    while !what() {
        running.told.extend(running.lines.try_iter().map(|line| format!("{line}\n")));
        assert!(running.child.try_wait().unwrap().is_none(), "it has ended: {}", running.told);
        assert!(begin.elapsed() < LONG, "{}", running.told);
        thread::sleep(Duration::from_millis(2));
    }
}

/// Two masters with keys behind two pods, and a third server for the pod that comes.
fn stage(bench: &Bench) -> Vec<Server> {
    bench.kubectl(&["create", "namespace", &bench.namespace.clone()]);
    bench.write("prod/kustomization.yaml", "namespace: NAMESPACE\nresources: [set.yaml]\n");
    bench.write("prod/set.yaml", SET);
    bench.write("environments/shop.yaml", ENVIRONMENT);
    let server = |index: usize| {
        let conf = format!(
            "cluster-enabled yes\ncluster-node-timeout 2000\ncluster-announce-hostname lab-{index}\nsave \"\"\nappendonly no\n"
        );
        let server = Server::start(bench, "", &conf);
        server.behind(bench, &format!("lab-{index}"));
        server
    };
    let servers: Vec<Server> = (0..3).map(server).collect();
    for (index, range) in [("0", "8191"), ("8192", "16383")].into_iter().enumerate() {
        servers[index].cli(&["CLUSTER", "ADDSLOTSRANGE", range.0, range.1]);
        servers[index].cli(&["CLUSTER", "SET-CONFIG-EPOCH", &(index + 1).to_string()]);
    }
    servers[1].cli(&["CLUSTER", "MEET", "127.0.0.1", &servers[0].port.to_string()]);
    for server in &servers[..2] {
        server.wait_for(&["CLUSTER", "INFO"], "cluster_state:ok");
        server.wait_for(&["CLUSTER", "NODES"], ",lab-1");
        let keys: String = (0..KEYS).map(|key| format!("SET key:{key} value:{key}\n")).collect();
        // What belongs to the other is refused.
        server.feed(&keys);
    }
    servers
}

fn keys(servers: &[Server]) -> usize {
    servers.iter().map(|server| server.cli(&["DBSIZE"]).trim().parse::<usize>().unwrap()).sum()
}

fn resize(bench: &Bench, to: usize) {
    bench.write("prod/set.yaml", &SET.replace("replicas: 2", &format!("replicas: {to}")));
}

#[test]
fn slots_go_on_moving_once_the_api_server_is_back() {
    if kubeconfig().is_none() {
        return;
    }
    let own = Own::whole();
    let bench = Bench::at(&own.kubeconfig());
    let servers = stage(&bench);
    let first = bench.redisops(&["apply", "shop", "--yes"]);
    assert_eq!(first.code, 0, "{first:?}");
    (0..2).for_each(|index| bench.wait_for_pod(&format!("lab-{index}")));

    resize(&bench, 3);
    let mut running = Running::start(&bench, "5m");
    wait_until(&mut running, || slots(&servers[2]) > 0);
    let absent = own.cut_off();
    assert!(slots(&servers[2]) < 5461, "it was in the middle");
    running.wait_for("the API server does not answer (");
    absent.back();
    let (code, told) = running.end();
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains("the API server answers again, after "), "{told}");
    let whole = |run: &Run| assert_eq!(run.code, 0, "{run:?}");
    whole(&bench.redisops(&["slots", "check", "shop"]));
    whole(&bench.redisops(&["plan", "shop", "--exit-code"]));
    assert_eq!(keys(&servers), KEYS);

    // Back again, and away for longer than the user waits: then it is said, and the next run goes on.
    resize(&bench, 2);
    let before = slots(&servers[2]);
    let mut running = Running::start(&bench, "4s");
    wait_until(&mut running, || slots(&servers[2]) < before);
    let absent = own.cut_off();
    let (code, told) = running.end();
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains("redisops::apply::unreachable"), "{told}");
    absent.back();
    let ready = || bench.kubectl_with(&["get", "--raw", "/readyz"], "").stdout == b"ok";
    let begin = Instant::now();
    while !ready() {
        assert!(begin.elapsed() < LONG, "it does not come back");
        thread::sleep(Duration::from_millis(100));
    }
    bench.kubectl(&["-n", &bench.namespace.clone(), "delete", "lease", "--all"]);
    // A kubelet ends a connection to a pod whose other end is gone. The one here leaves that to the server, and with it the lock of the run.
    servers.iter().for_each(|server| drop(server.cli(&["CLIENT", "KILL", "TYPE", "normal"])));
    whole(&bench.redisops(&["apply", "shop", "--yes", "--timeout", "5m"]));
    whole(&bench.redisops(&["slots", "check", "shop"]));
    assert_eq!((keys(&servers[..2]), slots(&servers[2])), (KEYS, 0));
}
