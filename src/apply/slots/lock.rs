//! One run at a time: a named connection on every node, which dies with its process.
//!
//! Nothing is written anywhere, so nothing is left behind. Of two runs the one with the lower client id holds a node. A run works only if it holds every
//! node that it reaches: two runs that share a node cannot both.

use std::time::{Duration, SystemTime};

use ::redis::cmd;
use futures::future::join_all;
use tokio::sync::Mutex;

use crate::diagnostics::Diagnostic;
use crate::live::redis::{Cluster, Connection, Member, NodeError};
use crate::slots::Address;

/// What the names of locks begin with; the run and its host follow.
const PREFIX: &str = "redisops:";
/// How long a look at the connections counts. A laptop that wakes up looks first.
const FRESH: Duration = Duration::from_secs(1);
/// How long a node may take to answer before its lock is not counted.
const PATIENCE: Duration = Duration::from_secs(3);

/// The right to change slots, as long as the process lives.
#[derive(Debug)]
pub struct Lock {
    name: String,
    state: Mutex<Held>,
}

#[derive(Debug)]
struct Held {
    cluster: Cluster,
    nodes: Vec<Node>,
    looked: SystemTime,
}

#[derive(Debug)]
struct Node {
    member: Member,
    connection: Option<Connection>,
}

/// Another run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Other {
    /// Its name in `CLIENT LIST`: `redisops:RUN:HOST`.
    pub name: String,
    /// A node that it holds.
    pub node: Address,
    /// From where it connects.
    pub from: String,
}

/// Why there is no lock.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NoLock {
    /// Another run has it.
    Held(Other),
    /// A node does not let us look.
    Node(NodeError),
}

impl NoLock {
    /// What to show.
    pub fn diagnostic(&self) -> Diagnostic {
        match self {
            NoLock::Held(other) => {
                let who = other.name.strip_prefix(PREFIX).and_then(|rest| rest.split_once(':'));
                let (run, host) = who.unwrap_or((&other.name, "an unknown host"));
                Diagnostic::error("redisops::slots::lock", format!("another run moves slots of this cluster: {run} of {host}"))
                    .note(format!("it holds node {} from {}", other.node, other.from))
                    .help("wait until it is done, or stop it; its lock ends with its process. `--force lock` goes on regardless")
            }
            NoLock::Node(error) => {
                let mut found = error.diagnostic();
                found.message = format!("whether another run is at work cannot be seen: {}", found.message);
                found
            }
        }
    }
}

/// The name of a run's locks. Hosts have no blanks, which `CLIENT SETNAME` does not take.
pub fn lock_name(run: &str, holder: &str) -> String {
    let plain = |c: char| if c.is_ascii_graphic() && c != ':' { c } else { '_' };
    format!("{PREFIX}{run}:{}", holder.chars().map(plain).collect::<String>())
}

impl Lock {
    /// Takes the lock on every node that can be reached. The first node, in the order of ids, decides between runs that begin at the same time.
    ///
    /// # Errors
    /// When another run holds a node.
    pub async fn take(cluster: &Cluster, name: &str) -> Result<Lock, NoLock> {
        let nodes = register(cluster, name).await?;
        for node in &nodes {
            judge(node, name).await?;
        }
        Ok(Lock {
            name: name.to_owned(),
            state: Mutex::new(Held { cluster: cluster.clone(), nodes, looked: SystemTime::now() }),
        })
    }

    /// Takes it whatever others hold.
    ///
    /// # Errors
    /// When no node lets us register.
    pub async fn take_regardless(cluster: &Cluster, name: &str) -> Result<Lock, NoLock> {
        let nodes = register(cluster, name).await.or_else(|error| match error {
            NoLock::Held(_) => Ok(Vec::new()),
            error => Err(error),
        })?;
        Ok(Lock {
            name: name.to_owned(),
            state: Mutex::new(Held { cluster: cluster.clone(), nodes, looked: SystemTime::now() }),
        })
    }

    /// Makes sure that it is still held. Cheap: the connections are looked at once a second.
    ///
    /// # Errors
    /// When all connections were lost and another run has come in between.
    pub async fn check(&self) -> Result<(), NoLock> {
        let mut held = self.state.lock().await;
        if held.nodes.is_empty() || held.looked.elapsed().is_ok_and(|age| age < FRESH) {
            return Ok(());
        }
        let alive = join_all(held.nodes.iter().map(Node::alive)).await;
        for (node, alive) in held.nodes.iter_mut().zip(&alive) {
            if !alive {
                node.connection = None;
            }
        }
        if !alive.contains(&true) {
            let again = register(&held.cluster, &self.name).await?;
            for node in &again {
                judge(node, &self.name).await?;
            }
            held.nodes = again;
        } else if alive.contains(&false) {
            // Nobody else can have come: the nodes that are left were held all the time.
            let Held { cluster, nodes, .. } = &mut *held;
            for node in nodes.iter_mut().filter(|node| node.connection.is_none()) {
                node.connection = tokio::time::timeout(PATIENCE, cluster.open(&node.member, &self.name))
                    .await
                    .ok()
                    .and_then(Result::ok);
            }
        }
        held.looked = SystemTime::now();
        Ok(())
    }

    /// Gives it back in good order: whoever carries the connections (an API server that leads to a pod) may keep them open for a while after they have ended here.
    /// Former connections of this run whose way was cut are ended for the same reason, where the user may do that.
    pub async fn release(&self) {
        let held = self.state.lock().await;
        let nameless = cmd("CLIENT").arg("SETNAME").arg("").to_owned();
        let told = held.nodes.iter().filter_map(|node| node.connection.as_ref());
        // A node that does not answer loses the connection, and the name with it.
        join_all(told.map(|connection| async {
            if connection.query_within::<()>(&nameless, PATIENCE).await.is_err() {
                return;
            }
            let list = connection.query_within::<String>(cmd("CLIENT").arg("LIST"), PATIENCE).await.unwrap_or_default();
            for former in of_run(&list, &self.name) {
                let end = cmd("CLIENT").arg("KILL").arg("ID").arg(former).to_owned();
                let _ = connection.query_within::<::redis::Value>(&end, PATIENCE).await;
            }
        }))
        .await;
    }

    /// Registers at nodes that are new, and goes on with these connections.
    pub async fn follow(&self, cluster: &Cluster) {
        let mut held = self.state.lock().await;
        if held.nodes.is_empty() {
            return;
        }
        for member in cluster.members().iter().filter(|member| member.link.is_ok()) {
            if !held.nodes.iter().any(|node| node.member.id == member.id) {
                let connection = cluster.open(member, &self.name).await.ok();
                held.nodes.push(Node { member: member.clone(), connection });
            }
        }
        held.cluster = cluster.clone();
    }
}

impl Node {
    async fn alive(&self) -> bool {
        match &self.connection {
            Some(connection) => {
                let pinged = connection.query_within::<::redis::Value>(&cmd("PING"), PATIENCE).await;
                pinged.is_ok_and(|_| true)
            }
            None => false,
        }
    }
}

async fn register(cluster: &Cluster, name: &str) -> Result<Vec<Node>, NoLock> {
    let mut members: Vec<&Member> = cluster.members().iter().filter(|member| member.link.is_ok()).collect();
    members.sort_by(|a, b| a.id.cmp(&b.id));
    let open = |member: &Member| {
        let member = member.clone();
        async move { Node { connection: cluster.open(&member, name).await.ok(), member } }
    };
    let Some((first, rest)) = members.split_first() else { return Ok(Vec::new()) };
    let first = open(first).await;
    judge(&first, name).await?;
    let mut nodes = vec![first];
    nodes.extend(join_all(rest.iter().map(|member| open(member))).await);
    Ok(nodes)
}

async fn judge(node: &Node, name: &str) -> Result<(), NoLock> {
    let Some(connection) = &node.connection else { return Ok(()) };
    let list: String = match connection.query(cmd("CLIENT").arg("LIST")).await {
        Ok(list) => list,
        Err(error) if error.is_lost() => return Ok(()),
        Err(error) => return Err(NoLock::Node(error)),
    };
    match holder(&list).filter(|holder| holder.name != name) {
        Some(client) => Err(NoLock::Held(Other {
            name: client.name.to_owned(),
            node: connection.address().clone(),
            from: client.from.to_owned(),
        })),
        None => Ok(()),
    }
}

/// The name of the run that holds a node.
///
/// # Errors
/// When the node does not let us look.
pub async fn lock_on(connection: &Connection) -> Result<Option<String>, NodeError> {
    let list: String = connection.query(cmd("CLIENT").arg("LIST")).await?;
    Ok(holder(&list).map(|client| client.name.to_owned()))
}

struct Client<'a> {
    id: u64,
    name: &'a str,
    from: &'a str,
}

/// The lock with the lowest client id in a reply of `CLIENT LIST`.
fn holder(list: &str) -> Option<Client<'_>> {
    list.lines().filter_map(client).min_by_key(|client| client.id)
}

/// The ids of all connections that hold a node for a run.
fn of_run(list: &str, name: &str) -> Vec<u64> {
    list.lines().filter_map(client).filter(|client| client.name == name).map(|client| client.id).collect()
}

fn client(line: &str) -> Option<Client<'_>> {
    let field = |name: &str| line.split(' ').find_map(|field| field.strip_prefix(name)?.strip_prefix('='));
    let name = field("name")?;
    // `redisops:RUN:HOST`; connections for other purposes have other names.
    (name.starts_with(PREFIX) && name.split(':').count() == 3)
        .then(|| Some(Client { id: field("id")?.parse().ok()?, name, from: field("addr")? }))
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "\
id=12 addr=10.0.0.9:5000 laddr=10.0.0.1:7001 fd=8 name=redisops:b2:other age=1
id=7 addr=10.0.0.5:6000 laddr=10.0.0.1:7001 fd=9 name=redisops:a1:laptop age=9
id=3 addr=10.0.0.5:6001 fd=9 name=redisops-steps age=9
id=4 addr=10.0.0.5:6001 fd=9 name= age=9
";

    #[test]
    fn the_lowest_id_holds_a_node() {
        let client = holder(LIST).unwrap();
        assert_eq!((client.id, client.name, client.from), (7, "redisops:a1:laptop", "10.0.0.5:6000"));
        assert!(holder("id=3 addr=a name=redisops-steps\n").is_none());
        assert_eq!((of_run(LIST, "redisops:a1:laptop"), of_run(LIST, "redisops:a1:other")), (vec![7], vec![]));
    }

    #[test]
    fn names_have_no_blanks_and_three_parts() {
        assert_eq!(lock_name("1a2b", "me@my host:1"), "redisops:1a2b:me@my_host_1");
    }

    #[test]
    fn the_holder_is_named() {
        let other = Other {
            name: "redisops:a1:me@laptop".to_owned(),
            node: Address::new("h", 7001),
            from: "10.0.0.5:6000".to_owned(),
        };
        let found = NoLock::Held(other).diagnostic();
        assert_eq!(found.message, "another run moves slots of this cluster: a1 of me@laptop");
        assert_eq!(found.notes, ["it holds node h:7001 from 10.0.0.5:6000"]);
    }
}
