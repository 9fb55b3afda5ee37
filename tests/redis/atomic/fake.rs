//! A fake: two nodes that answer as Redis 8.4 is documented to, as no registry here has that server. It knows the commands that moving slots
//! atomically takes, and nothing else; it holds no keys. What a real server does beyond its documentation is not tested by this.

use std::sync::{Arc, Mutex};

use redisops::live::redis::{Access, Cluster};
use redisops::slots::{Address, NodeId};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// What happens to a task from one look to the next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Script {
    /// It goes through its states and completes.
    Completes,
    /// It fails, and is tried again by the target, for ever.
    KeepsFailing,
    /// It streams until it is cancelled.
    Hangs,
}

/// One node: identity, slots at the start.
const NODES: [(&str, &str); 2] =
    [("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "0-16383"), ("bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", "")];
const TASK: &str = "24cf41718b20f7f05901743dffc40bc9b15db339";

#[derive(Debug, Default)]
struct World {
    ports: [u16; 2],
    script: Option<Script>,
    /// The slots of the task, if there is one.
    task: Option<String>,
    looks: u64,
    cancelled: bool,
    /// Commands about migrations, by node.
    heard: Vec<(usize, String)>,
}

/// The two of them.
#[derive(Clone)]
pub struct Fake(Arc<Mutex<World>>);

impl Fake {
    /// Begins to answer.
    pub async fn start(script: Script) -> Fake {
        let fake = Fake(Arc::new(Mutex::new(World { script: Some(script), ..World::default() })));
        for node in 0..2 {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
            fake.world(|world| world.ports[node] = listener.local_addr().expect("an address").port());
            let fake = fake.clone();
            tokio::spawn(async move {
                while let Ok((stream, _)) = listener.accept().await {
                    let fake = fake.clone();
                    tokio::spawn(async move { fake.serve(node, stream).await });
                }
            });
        }
        fake
    }

    fn world<T>(&self, look: impl FnOnce(&mut World) -> T) -> T {
        look(&mut self.0.lock().expect("nobody panics here"))
    }

    /// Connections to both.
    pub async fn cluster(&self) -> Cluster {
        let port = self.world(|world| world.ports[0]);
        Cluster::connect(&Access::default(), &[Address::new("127.0.0.1", port)]).await.expect("a cluster")
    }

    /// The identity of a node.
    pub fn id(node: usize) -> NodeId {
        NODES[node].0.into()
    }

    /// Commands about migrations so far, with the node that got them.
    pub fn heard(&self) -> Vec<(usize, String)> {
        self.world(|world| world.heard.clone())
    }

    /// As if an earlier run had begun that task.
    pub fn has_begun(&self, slots: &str) {
        self.world(|world| world.task = Some(slots.to_owned()));
    }

    async fn serve(&self, node: usize, stream: TcpStream) {
        let mut stream = BufReader::new(stream);
        while let Some(words) = command(&mut stream).await {
            let reply = self.world(|world| world.answer(node, &words));
            if stream.write_all(reply.as_bytes()).await.is_err() {
                return;
            }
        }
    }
}

/// A command as clients send it: `*2`, then `$4`, `PING` and so on.
async fn command(stream: &mut BufReader<TcpStream>) -> Option<Vec<String>> {
    let mut words = Vec::new();
    for _ in 0..number(stream).await? {
        let length = number(stream).await?;
        let mut bytes = vec![0; length + 2];
        stream.read_exact(&mut bytes).await.ok()?;
        words.push(String::from_utf8_lossy(&bytes[..length]).into_owned());
    }
    Some(words)
}

async fn number(stream: &mut BufReader<TcpStream>) -> Option<usize> {
    let mut line = String::new();
    stream.read_line(&mut line).await.ok()?;
    line.get(1..)?.trim().parse().ok()
}

fn bulk(text: &str) -> String {
    format!("${}\r\n{text}\r\n", text.len())
}

fn array(items: &[String]) -> String {
    format!("*{}\r\n{}", items.len(), items.concat())
}

impl World {
    fn answer(&mut self, node: usize, words: &[String]) -> String {
        let words: Vec<String> = words.iter().map(|word| word.to_ascii_lowercase()).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        if words.starts_with(&["cluster", "migration"]) {
            self.heard.push((node, words[2..].join(" ")));
        }
        match words.as_slice() {
            ["ping"] => "+PONG\r\n".to_owned(),
            ["client", ..] => "+OK\r\n".to_owned(),
            ["info", ..] => bulk("# Server\r\nredis_version:8.4.0\r\ncluster_enabled:1\r\nrole:master\r\n"),
            ["cluster", "myid"] => bulk(NODES[node].0),
            ["cluster", "nodes"] => bulk(&self.nodes(node)),
            ["command", "info", asked @ ..] => {
                let known = |name: &&str| {
                    if *name == "cluster|migration" { array(&[bulk(name)]) } else { "$-1\r\n".to_owned() }
                };
                array(&asked.iter().map(known).collect::<Vec<_>>())
            }
            ["cluster", "slot-stats", "slotsrange", first, _] => {
                array(&[array(&[format!(":{first}\r\n"), array(&[bulk("key-count"), ":5\r\n".to_owned()])])])
            }
            ["cluster", "migration", "import", ranges @ ..] => self.import(ranges),
            ["cluster", "migration", "status", "all"] | ["cluster", "migration", "status", "id", TASK] => self.status(),
            ["cluster", "migration", "cancel", "id", TASK] => {
                self.cancelled = true;
                ":1\r\n".to_owned()
            }
            _ => format!("-ERR the fake does not know `{}`\r\n", words.join(" ")),
        }
    }

    fn import(&mut self, ranges: &[&str]) -> String {
        if self.task.is_some() {
            return "-ERR another ASM task is already in progress\r\n".to_owned();
        }
        let ranges: Vec<String> = ranges.chunks(2).map(|range| range.join("-")).collect();
        self.task = Some(ranges.join(" "));
        bulk(TASK)
    }

    /// Fields and their order as documented; each look is one step further.
    fn status(&mut self) -> String {
        let Some(slots) = self.task.clone() else { return array(&[]) };
        self.looks += 1;
        let (state, error, retries) = match (self.script, self.cancelled) {
            (_, true) => ("canceled", "", 0),
            (Some(Script::Completes), _) => {
                (["connecting", "wait-stream-eof", "completed"][self.looks.min(3) as usize - 1], "", 0)
            }
            (Some(Script::KeepsFailing), _) => ("failed", "Connection with the source lost", self.looks),
            _ => ("streaming-buffer", "", 0),
        };
        let fields = [
            ("id", bulk(TASK)),
            ("slots", bulk(&slots)),
            ("source", bulk(NODES[0].0)),
            ("dest", bulk(NODES[1].0)),
            ("operation", bulk("import")),
            ("state", bulk(state)),
            ("last_error", bulk(error)),
            ("retries", format!(":{retries}\r\n")),
            ("create_time", ":1757000000000\r\n".to_owned()),
            ("start_time", ":1757000000001\r\n".to_owned()),
            ("end_time", ":-1\r\n".to_owned()),
            ("write_pause_ms", ":0\r\n".to_owned()),
        ];
        let fields: Vec<String> = fields.into_iter().flat_map(|(name, value)| [bulk(name), value]).collect();
        array(&[array(&fields)])
    }

    /// The first 1,001 slots change their owner when the task has completed; nothing else ever moves.
    fn nodes(&self, speaker: usize) -> String {
        let done = self.script == Some(Script::Completes) && self.looks >= 3;
        let line = |node: usize| {
            let (id, slots) = NODES[node];
            let slots = match (node, done) {
                (0, true) => "1001-16383",
                (1, true) => "0-1000",
                _ => slots,
            };
            let flags = if node == speaker { "myself,master" } else { "master" };
            let port = self.ports[node];
            format!("{id} 127.0.0.1:{port}@1 {flags} - 0 1757000000000 {} connected {slots}\n", node + 1)
        };
        [line(0), line(1)].concat()
    }
}
