use super::*;
use crate::redis::config::{parse, parse_arguments};

fn found(text: &str, server: &str) -> Vec<String> {
    let server = if server.is_empty() { Server::ANY } else { Server::parse(server) };
    let show = |m: &Mistake| {
        let word = text.get(m.at..m.at + m.len).unwrap_or("");
        format!("{:?} at `{word}`: {} ({})", m.flaw, m.message, m.help.as_deref().unwrap_or(""))
    };
    check(&parse(text), server).iter().map(show).collect()
}

#[test]
fn a_good_file_is_good() {
    let text = "# a comment\nbind 0.0.0.0 -::1\nport 6379\nprotected-mode no\nmaxmemory 1gb\nmaxmemory-policy allkeys-lru\nsave 900 1\n\
                save 300 10\nappendonly yes\nappendfsync everysec\nclient-output-buffer-limit replica 256mb 64mb 60\n\
                notify-keyspace-events \"\"\ninclude /etc/redis/more.conf\nrename-command FLUSHALL \"\"\nuser app on >x ~* +@all\n\
                replicaof redis-0.redis 6379\nloadmodule /m.so A 1\nm.setting 5\ncluster-enabled yes\ncluster-node-timeout 5000\n\
                dir /data\ntls-port 6380\ntcp-keepalive 300\ntimeout 0\nloglevel notice\nlogfile \"\"\nmaxclients 10000\n\
                requirepass ${PASSWORD}\nhz ${HZ}\n{{ if .x }}\n";
    for server in ["", "6.2", "7", "7.0", "7.2", "8.2", "8.6", "valkey 8.1", "valkey 9.1"] {
        assert_eq!(found(text, server), [""; 0], "{server}");
    }
}

#[test]
fn says_what_is_wrong_and_what_was_meant() {
    insta::assert_snapshot!(
        found(
            "maxmemmory 1gb\nmaxmemory 4Gi\nappendonly true\nappendfsync everysecond\nport 99999\nhz 10 # often\ntimeout\nzzz 1\n\
             save 900\nsave 0 1\nclient-output-buffer-limit replica 256Mi 64mb 60\nnotify-keyspace-events Kq\nmaxmemory: 1gb\n\
             requirepass \"a\nreplicaof redis-0\nslave-read-only yes\nlist-max-ziplist-value 64\nport 6380\nmaxmemory-policy lru\n",
            "7.0"
        )
        .join("\n"),
    );
}

#[test]
fn versions_differ() {
    assert_eq!(
        found("gopher-enabled yes\n", "7.0"),
        ["OtherVersion at `gopher-enabled`: Redis 7.0 does not know `gopher-enabled`: the server does not start \
          (remove it, or use a server that knows it: it is known to Redis 6.2)"]
    );
    assert_eq!(found("gopher-enabled yes\nhash-max-ziplist-entries 5\n", ""), [""; 0]);
    assert_eq!(found("hash-max-ziplist-entries 5\n", "7.2").len(), 1);
    assert_eq!(found("brand-new-thing 5\n", "8.6"), [""; 0], "it may be new there");
    assert_eq!(found("brand-new-thing 5\n", "8.2").len(), 1);
}

#[test]
fn secrets_stay_out_of_messages() {
    let all =
        found("requirepass hunter2 hunter3\nmasterauth hunter4 hunter5\nuser\nrename-command hunter6\n", "").join("\n");
    assert!(all.lines().count() == 4 && !all.contains("hunter2") && !all.contains(": `hunter"), "{all}");
}

#[test]
fn sentinel_statements_are_judged() {
    let good = "port 26379\nsentinel monitor m redis-0 6379 2\nsentinel down-after-milliseconds m 5000\nsentinel auth-pass m x\n\
                sentinel resolve-hostnames yes\nsentinel known-replica m 1.2.3.4 6379\n";
    assert_eq!(found(good, "7.0"), [""; 0]);
    let bad = found(
        "sentinel monitr m redis-0 6379 2\nsentinel monitor m redis-0 6379\nsentinel failover-timeout m 0\nsentinel\n",
        "7.0",
    );
    assert_eq!(
        bad,
        [
            "Unknown at `monitr`: `sentinel monitr` is no statement that a server knows: it does not start (did you mean `sentinel monitor`?)",
            "WrongValue at `monitor`: `sentinel monitor` takes 4 values, not 3: the server does not start ()",
            "WrongValue at `0`: `0` is no number from 1 on: the server does not start ()",
            "WrongValue at `sentinel`: `sentinel` without a statement: the server does not start (write one: `sentinel monitor mymaster redis-0.redis 6379 2`)",
        ]
    );
}

#[test]
fn command_lines_are_judged_by_argument() {
    let parsed = parse_arguments(["redis-server", "/c/redis.conf", "--maxmemory", "1Gi", "--appendonly", "yes"]);
    let mistakes = check(&parsed, Server::ANY);
    assert_eq!(mistakes.iter().map(|m| (m.flaw, m.at)).collect::<Vec<_>>(), [(Flaw::WrongValue, 3)]);
}
