//! Who may join, and what a node has when it has joined.

use redisops::apply::slots::Step;
use redisops::apply::slots::join::{examine, join};
use redisops::slots::Join;

use crate::support::{Server, TestCluster, TestNode};

use super::{block_on, listed_by, make_fresh, members, messages, with_steps};

const LIBRARY: &str = "#!lua name=mylib\nredis.register_function('answer', function() return 42 end)";

fn wanted(node: TestNode<'_>) -> Join {
    Join { id: None, address: node.address() }
}

fn refused(cluster: &TestCluster, node: TestNode<'_>, forced: &[&str]) -> String {
    let before = listed_by(cluster.node(1));
    let (result, _) =
        with_steps(forced, |steps| block_on(async { join(&mut members(cluster).await, &wanted(node), steps).await }));
    assert_eq!(listed_by(cluster.node(1)), before, "a node that is refused is not introduced");
    messages(&result.expect_err("it is refused"))
}

#[test]
fn a_fresh_node_becomes_a_member_with_the_functions() {
    let cluster = TestCluster::start(3, 1, 0);
    let outside = TestCluster::start(1, 0, 0);
    let new = outside.node(1);
    make_fresh(new);
    for master in 1..=3 {
        cluster.node(master).command::<String>(&["FUNCTION", "LOAD", LIBRARY]);
    }
    let (joined, steps) = with_steps(&[], |steps| {
        block_on(async {
            let mut members = members(&cluster).await;
            assert_eq!(examine(&members, &wanted(new), steps).await, Ok(Vec::new()));
            let joined = join(&mut members, &wanted(new), steps).await;
            assert!(members.connection(&new.id()).is_ok(), "it is one of the members");
            joined
        })
    });
    let joined = joined.expect("it joins");
    assert_eq!((joined.already, joined.functions, joined.id == new.id()), (false, 1, true));
    assert!(joined.warnings.is_empty(), "{:?}", joined.warnings);
    assert!(steps.contains(&Step::FunctionsCopied { to: new.address(), libraries: 1 }), "{steps:?}");
    let answer: i64 = new.command(&["FCALL", "answer", "0"]);
    assert_eq!(answer, 42);
    for node in cluster.nodes().chain([new]) {
        assert_eq!(listed_by(node).len(), 7, "{} lists everybody", node.address());
    }
    cluster.assert_redis_cli_check();
    let (again, steps) =
        with_steps(&[], |steps| block_on(async { join(&mut members(&cluster).await, &wanted(new), steps).await }));
    assert!(again.expect("it is a member").already);
    assert_eq!(steps, []);
}

#[test]
fn a_join_that_broke_off_goes_on() {
    let cluster = TestCluster::start(3, 0, 0);
    let outside = TestCluster::start(1, 0, 0);
    let new = outside.node(1);
    make_fresh(new);
    let first = cluster.node(1).address();
    new.command::<()>(&["CLUSTER", "MEET", &first.host, &first.port.to_string()]);
    let (joined, _) =
        with_steps(&[], |steps| block_on(async { join(&mut members(&cluster).await, &wanted(new), steps).await }));
    joined.expect("it joins");
    assert!(cluster.nodes().all(|node| listed_by(node).len() == 4));
}

#[test]
fn a_node_that_was_forgotten_comes_back_before_the_ban_is_over() {
    let cluster = TestCluster::start(3, 0, 1);
    let node = cluster.node(4);
    let id = node.id();
    (1..=3).for_each(|number| cluster.node(number).command::<()>(&["CLUSTER", "FORGET", id.as_str()]));
    assert_eq!(listed_by(cluster.node(1)).len(), 3);
    let (joined, _) =
        with_steps(&[], |steps| block_on(async { join(&mut members(&cluster).await, &wanted(node), steps).await }));
    assert_eq!(joined.expect("it joins").id, id);
    assert!(cluster.nodes().all(|node| listed_by(node).len() == 4));
}

#[test]
fn nodes_of_other_clusters_are_refused() {
    let cluster = TestCluster::start(3, 0, 0);
    let other = TestCluster::start(2, 0, 0);
    let (node, neighbour) = (other.node(1), other.node(2));
    other.fill(100);
    let said = refused(&cluster, node, &["knows-others", "acl", "version"]);
    let at = node.address();
    assert!(
        said.contains(&format!("redisops::slots::knows-others `{at}` knows a node outside this cluster")),
        "{said}"
    );
    assert!(said.contains(&format!("redisops::slots::owns-slots `{at}` takes slots 0-8191 for its own")), "{said}");
    assert!(said.contains(&format!("redisops::slots::holds-keys `{at}` holds ")), "{said}");
    // Alone, but still with what it had.
    node.command::<()>(&["CLUSTER", "FORGET", neighbour.id().as_str()]);
    let said = refused(&cluster, node, &[]);
    assert!(!said.contains("knows-others") && said.contains("owns-slots"), "{said}");
}

#[test]
fn keys_of_any_database_count() {
    let cluster = TestCluster::builder().server(Server::Valkey91).config("cluster-databases", "4").start();
    let outside =
        TestCluster::builder().nodes(1, 0, 0).server(Server::Valkey91).config("cluster-databases", "4").start();
    let node = outside.node(1);
    let mut connection = node.connection();
    redis::cmd("SELECT").arg(2).exec(&mut connection).unwrap();
    redis::cmd("SET").arg("key").arg("value").exec(&mut connection).unwrap();
    assert_eq!(node.command::<u64>(&["DBSIZE"]), 0);
    let said = refused(&cluster, node, &[]);
    assert!(said.contains("redisops::slots::holds-keys") && said.contains("holds a key"), "{said}");
}

#[test]
fn databases_and_versions_are_compared() {
    let cluster = TestCluster::builder().server(Server::Valkey91).config("cluster-databases", "4").start();
    let outside = TestCluster::builder().nodes(1, 0, 0).server(Server::Valkey91).start();
    make_fresh(outside.node(1));
    let said = refused(&cluster, outside.node(1), &[]);
    assert!(said.contains("redisops::slots::databases"), "{said}");
    let old = TestCluster::builder().nodes(1, 0, 0).server(Server::Valkey81).start();
    make_fresh(old.node(1));
    let said = refused(&cluster, old.node(1), &[]);
    assert!(said.contains("redisops::slots::older-version") && said.contains("Valkey 8.1"), "{said}");
}

#[test]
fn users_that_are_connected_have_to_be_there() {
    let cluster = TestCluster::builder().user("app", "on >secret ~app:* resetchannels -@all +get +auth").start();
    let outside = TestCluster::builder().nodes(1, 0, 0).user("spare", "off").start();
    let new = outside.node(1);
    make_fresh(new);
    let unused =
        with_steps(&[], |steps| block_on(async { examine(&members(&cluster).await, &wanted(new), steps).await })).0;
    let unused: Vec<String> = unused.expect("nobody uses it").into_iter().map(|d| d.message).collect();
    let at = new.address();
    assert_eq!(
        unused,
        [
            format!("`{at}` lacks the ACL user `app`"),
            format!("`{at}` has the ACL user `spare`, which the members lack")
        ]
    );
    let mut client = cluster.node(2).connection();
    redis::cmd("AUTH").arg("app").arg("secret").exec(&mut client).unwrap();
    let said = refused(&cluster, new, &[]);
    assert!(said.contains(&format!("redisops::slots::acl-user `{at}` lacks the ACL user `app`")), "{said}");
    new.command::<()>(&["ACL", "SETUSER", "app", "on", ">other", "~app:*", "resetchannels", "-@all", "+get", "+auth"]);
    let said = refused(&cluster, new, &[]);
    assert!(said.contains("the ACL user `app`") && said.contains("differs from the members' in: passwords"), "{said}");
    assert!(!said.contains('#'), "no hash is shown: {said}");
    // The same rules, set at run time and not read from a file: `ACL LIST` spells them in another way.
    new.command::<()>(&["ACL", "SETUSER", "app", ">secret", "<other"]);
    new.command::<()>(&["ACL", "DELUSER", "spare"]);
    let (joined, _) =
        with_steps(&[], |steps| block_on(async { join(&mut members(&cluster).await, &wanted(new), steps).await }));
    assert_eq!(joined.expect("it joins").warnings, []);
    drop(client);
}

#[test]
fn other_functions_are_not_overwritten() {
    let cluster = TestCluster::start(3, 0, 0);
    let outside = TestCluster::start(1, 0, 0);
    let new = outside.node(1);
    make_fresh(new);
    cluster.nodes().for_each(|node| {
        node.command::<String>(&["FUNCTION", "LOAD", LIBRARY]);
    });
    let other = LIBRARY.replace("42", "7");
    new.command::<String>(&["FUNCTION", "LOAD", &other]);
    let said = refused(&cluster, new, &[]);
    assert!(said.contains("redisops::slots::functions"), "{said}");
    let (joined, _) = with_steps(&["functions"], |steps| {
        block_on(async { join(&mut members(&cluster).await, &wanted(new), steps).await })
    });
    assert_eq!(joined.expect("it was insisted on").functions, 0);
    assert_eq!(new.command::<i64>(&["FCALL", "answer", "0"]), 7);
}
