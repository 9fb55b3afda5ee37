//! Which arguments of a command are keys, as `COMMAND` of the servers tells (Redis 7.0.15; newer commands from Redis 8.2 and Valkey 9.1).

/// Which arguments of a command are keys. Positions count from 1, the argument behind the command.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Keys {
    /// None.
    None,
    /// None, and it works on everything that one node has.
    Keyspace,
    /// The first one.
    First,
    /// From the first to that one (negative: counted from the last argument), each of so many.
    Range {
        /// The first key.
        first: usize,
        /// The last one; -1 is the last argument.
        last: isize,
        /// Arguments for one key.
        step: usize,
    },
    /// A number at that position, and so many keys behind it; `store`: the first argument is a key, too.
    Counted {
        /// Where the number is.
        number: usize,
        /// Whether the first argument is a key, too.
        store: bool,
    },
    /// The first one, and those behind `STORE` and `STOREDIST`.
    Store,
    /// The first half of what stands behind `STREAMS`.
    Streams,
}

const ALL: Keys = Keys::Range { first: 1, last: -1, step: 1 };
const TWO: Keys = Keys::Range { first: 1, last: 2, step: 1 };
const BUT_LAST: Keys = Keys::Range { first: 1, last: -2, step: 1 };
const SECOND: Keys = Keys::Range { first: 2, last: 2, step: 1 };

/// Commands whose keys are not just the first argument.
const TABLE: [(&str, Keys); 131] = [
    ("ACL", Keys::None),
    ("ASKING", Keys::None),
    ("AUTH", Keys::None),
    ("BGREWRITEAOF", Keys::None),
    ("BGSAVE", Keys::None),
    ("BITOP", Keys::Range { first: 2, last: -1, step: 1 }),
    ("BLMOVE", TWO),
    ("BLMPOP", Keys::Counted { number: 2, store: false }),
    ("BLPOP", BUT_LAST),
    ("BRPOP", BUT_LAST),
    ("BRPOPLPUSH", TWO),
    ("BZMPOP", Keys::Counted { number: 2, store: false }),
    ("BZPOPMAX", BUT_LAST),
    ("BZPOPMIN", BUT_LAST),
    ("CLIENT", Keys::None),
    ("CLUSTER", Keys::None),
    ("COMMAND", Keys::None),
    ("COMMANDLOG", Keys::None),
    ("CONFIG", Keys::None),
    ("COPY", TWO),
    ("DBSIZE", Keys::Keyspace),
    ("DEBUG", Keys::None),
    ("DEL", ALL),
    ("DISCARD", Keys::None),
    ("ECHO", Keys::None),
    ("EVAL", Keys::Counted { number: 2, store: false }),
    ("EVALSHA", Keys::Counted { number: 2, store: false }),
    ("EVALSHA_RO", Keys::Counted { number: 2, store: false }),
    ("EVAL_RO", Keys::Counted { number: 2, store: false }),
    ("EXEC", Keys::None),
    ("EXISTS", ALL),
    ("FAILOVER", Keys::None),
    ("FCALL", Keys::Counted { number: 2, store: false }),
    ("FCALL_RO", Keys::Counted { number: 2, store: false }),
    ("FLUSHALL", Keys::Keyspace),
    ("FLUSHDB", Keys::Keyspace),
    ("FUNCTION", Keys::None),
    ("GEORADIUS", Keys::Store),
    ("GEORADIUSBYMEMBER", Keys::Store),
    ("GEOSEARCHSTORE", TWO),
    ("HELLO", Keys::None),
    ("INFO", Keys::None),
    ("JSON.DEBUG", SECOND),
    ("JSON.MGET", BUT_LAST),
    ("JSON.MSET", Keys::Range { first: 1, last: -1, step: 3 }),
    ("KEYS", Keys::Keyspace),
    ("LASTSAVE", Keys::None),
    ("LATENCY", Keys::None),
    ("LCS", TWO),
    ("LMOVE", TWO),
    ("LMPOP", Keys::Counted { number: 1, store: false }),
    ("LOLWUT", Keys::None),
    ("MEMORY", SECOND),
    ("MGET", ALL),
    ("MIGRATE", Keys::Range { first: 3, last: 3, step: 1 }),
    ("MODULE", Keys::None),
    ("MONITOR", Keys::None),
    ("MSET", Keys::Range { first: 1, last: -1, step: 2 }),
    ("MSETEX", Keys::Counted { number: 1, store: false }),
    ("MSETNX", Keys::Range { first: 1, last: -1, step: 2 }),
    ("MULTI", Keys::None),
    ("OBJECT", SECOND),
    ("PFCOUNT", ALL),
    ("PFDEBUG", SECOND),
    ("PFMERGE", ALL),
    ("PFSELFTEST", Keys::None),
    ("PING", Keys::None),
    ("PSUBSCRIBE", Keys::None),
    ("PSYNC", Keys::None),
    ("PUBLISH", Keys::None),
    ("PUBSUB", Keys::None),
    ("PUNSUBSCRIBE", Keys::None),
    ("QUIT", Keys::None),
    ("RANDOMKEY", Keys::Keyspace),
    ("READONLY", Keys::None),
    ("READWRITE", Keys::None),
    ("RENAME", TWO),
    ("RENAMENX", TWO),
    ("REPLCONF", Keys::None),
    ("REPLICAOF", Keys::None),
    ("RESET", Keys::None),
    ("ROLE", Keys::None),
    ("RPOPLPUSH", TWO),
    ("SAVE", Keys::None),
    ("SCAN", Keys::Keyspace),
    ("SCRIPT", Keys::None),
    ("SDIFF", ALL),
    ("SDIFFSTORE", ALL),
    ("SELECT", Keys::None),
    ("SHUTDOWN", Keys::None),
    ("SINTER", ALL),
    ("SINTERCARD", Keys::Counted { number: 1, store: false }),
    ("SINTERSTORE", ALL),
    ("SLAVEOF", Keys::None),
    ("SLOWLOG", Keys::None),
    ("SMOVE", TWO),
    ("SORT", Keys::Store),
    ("SORT_RO", Keys::First),
    ("SSUBSCRIBE", ALL),
    ("SUBSCRIBE", Keys::None),
    ("SUNION", ALL),
    ("SUNIONSTORE", ALL),
    ("SUNSUBSCRIBE", ALL),
    ("SWAPDB", Keys::None),
    ("SYNC", Keys::None),
    ("TIME", Keys::None),
    ("TOUCH", ALL),
    ("TS.MADD", Keys::Range { first: 1, last: -1, step: 3 }),
    ("TS.MGET", Keys::Keyspace),
    ("TS.MRANGE", Keys::Keyspace),
    ("TS.MREVRANGE", Keys::Keyspace),
    ("TS.QUERYINDEX", Keys::Keyspace),
    ("UNLINK", ALL),
    ("UNSUBSCRIBE", Keys::None),
    ("UNWATCH", Keys::None),
    ("WAIT", Keys::None),
    ("WAITAOF", Keys::None),
    ("WATCH", ALL),
    ("XGROUP", SECOND),
    ("XINFO", SECOND),
    ("XREAD", Keys::Streams),
    ("XREADGROUP", Keys::Streams),
    ("ZDIFF", Keys::Counted { number: 1, store: false }),
    ("ZDIFFSTORE", Keys::Counted { number: 2, store: true }),
    ("ZINTER", Keys::Counted { number: 1, store: false }),
    ("ZINTERCARD", Keys::Counted { number: 1, store: false }),
    ("ZINTERSTORE", Keys::Counted { number: 2, store: true }),
    ("ZMPOP", Keys::Counted { number: 1, store: false }),
    ("ZRANGESTORE", TWO),
    ("ZUNION", Keys::Counted { number: 1, store: false }),
    ("ZUNIONSTORE", Keys::Counted { number: 2, store: true }),
];

/// Words that may stand behind a list of keys whose number is not known.
const BEHIND_KEYS: [&str; 9] = ["WEIGHTS", "AGGREGATE", "WITHSCORES", "LIMIT", "COUNT", "LEFT", "RIGHT", "MIN", "MAX"];

/// Which arguments of a command are keys; the first of one that is not known (nearly all commands are like that).
pub fn keys_of(command: &str) -> Keys {
    let command = command.to_ascii_uppercase();
    TABLE.binary_search_by(|(name, _)| (*name).cmp(command.as_str())).map_or(Keys::First, |at| TABLE[at].1)
}

/// Positions of the keys (from 0) in the arguments behind a command; an argument that is not known beforehand is `None`.
pub fn key_positions(keys: Keys, arguments: &[Option<&str>]) -> Vec<usize> {
    let count = arguments.len();
    let word = |at: usize, words: &[&str]| {
        arguments.get(at).copied().flatten().is_some_and(|text| words.iter().any(|w| text.eq_ignore_ascii_case(w)))
    };
    let mut found: Vec<usize> = match keys {
        Keys::None | Keys::Keyspace => Vec::new(),
        Keys::First => vec![0],
        Keys::Range { first, last, step } => {
            let end = if last < 0 { (count + 1).saturating_sub(last.unsigned_abs()) } else { last.unsigned_abs() };
            (first - 1..end).step_by(step).collect()
        }
        Keys::Counted { number, store } => {
            let listed = arguments.get(number - 1).copied().flatten().and_then(|text| text.parse::<usize>().ok());
            let end = match listed {
                Some(listed) => number.saturating_add(listed).min(count),
                None => (number..count).find(|&at| word(at, &BEHIND_KEYS)).unwrap_or(count),
            };
            store.then_some(0).into_iter().chain(number..end).collect()
        }
        Keys::Store => {
            let stored = (1..count).filter(|&at| word(at - 1, &["STORE", "STOREDIST"]));
            std::iter::once(0).chain(stored).collect()
        }
        Keys::Streams => match (0..count).find(|&at| word(at, &["STREAMS"])) {
            Some(at) => (at + 1..at + 1 + (count - at - 1).div_ceil(2)).collect(),
            None => Vec::new(),
        },
    };
    found.retain(|&at| at < count);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_can_be_searched() {
        assert!(TABLE.is_sorted_by(|a, b| a.0 < b.0));
    }

    #[test]
    fn keys_stand_where_the_server_looks_for_them() {
        for (line, keys) in [
            ("GET a", &["a"][..]),
            ("set a b EX 1", &["a"]),
            ("MGET a b c", &["a", "b", "c"]),
            ("MSET a 1 b 2", &["a", "b"]),
            ("JSON.MSET a $ 1 b $ 2", &["a", "b"]),
            ("BLPOP a b 0", &["a", "b"]),
            ("BITOP AND a b c", &["a", "b", "c"]),
            ("RENAME a b", &["a", "b"]),
            ("ZUNIONSTORE d 2 a b WEIGHTS 1 2", &["d", "a", "b"]),
            ("ZUNIONSTORE d ? a b WEIGHTS 1 2", &["d", "a", "b"]),
            ("ZINTER 99999999999999999999 a b LIMIT 3", &["a", "b"]),
            ("ZINTER 9 a b", &["a", "b"]),
            ("XREAD COUNT 2 STREAMS a b 0 0", &["a", "b"]),
            ("XREADGROUP GROUP g c STREAMS a >", &["a"]),
            ("SORT a BY x STORE b", &["a", "b"]),
            ("XGROUP CREATE a g $", &["a"]),
            ("EVAL x 1 a b", &["a"]),
            ("PING a", &[]),
            ("SCAN 0", &[]),
            ("GET", &[]),
            ("BITOP", &[]),
            ("BLPOP", &[]),
        ] {
            let mut words = line.split(' ');
            let rule = keys_of(words.next().unwrap());
            let arguments: Vec<Option<&str>> = words.map(|w| Some(w).filter(|w| *w != "?")).collect();
            let found: Vec<&str> = key_positions(rule, &arguments).into_iter().filter_map(|at| arguments[at]).collect();
            assert_eq!(found, keys, "{line}");
        }
    }
}
