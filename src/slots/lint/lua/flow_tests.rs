use super::Source::{Argument, Constant, Declared, Derived, Longer, Reply, Unknown};
use proptest::prelude::*;

use super::*;
use crate::slots::lint::lua::parse;

fn sources(script: &str) -> Vec<Source> {
    uses(&parse(script).unwrap()).keys.into_iter().map(|key| key.source).collect()
}

#[test]
fn keys_that_were_given_are_recognized_on_every_way() {
    for script in [
        "return redis.call('GET', KEYS[1])",
        "return redis.pcall('GET', KEYS[1])",
        "return server.call('GET', KEYS[1])",
        "return redis['call']('GET', KEYS[1])",
        "local call = redis.call return call('GET', KEYS[1])",
        "local r = redis local k = KEYS[1] return r.call('GET', k)",
        "local a, b = KEYS[1], KEYS[2] if b then a = b end return redis.call('GET', a)",
        "for i, k in ipairs(KEYS) do redis.call('DEL', k) end",
        "for i = 1, #KEYS do redis.call('DEL', KEYS[i]) end",
        "return redis.call('DEL', unpack(KEYS))",
        "return redis.call('SET', KEYS[1], unpack(ARGV))",
        "local t = {} for i = 1, #KEYS, 2 do t[#t + 1] = KEYS[i] end return redis.call('MGET', unpack(t))",
        "local t = {} for _, k in pairs(KEYS) do table.insert(t, k) end return redis.call('MGET', unpack(t))",
        "local t = {a = KEYS[1]} return redis.call('GET', t.a)",
        "local function get(k) return redis.call('GET', k) end return get(KEYS[1])",
        "local function all(...) return redis.call('MGET', ...) end return all(unpack(KEYS))",
        "local function first() return KEYS[1] end return redis.call('GET', first())",
        "return redis.call('GET', tostring(KEYS[1]))",
        "local lib = {} function lib.get(k) return redis.call('GET', k) end return lib.get(KEYS[1])",
        "#!lua name=l\nredis.register_function('f', function(keys, args) return redis.call('GET', keys[1]) end)",
        "#!lua name=l\nlocal function f(k, a) return redis.call('SET', k[1], a[1]) end redis.register_function{function_name='f', callback=f, flags={'no-writes'}}",
    ] {
        let found = sources(script);
        assert!(!found.is_empty() && found.iter().all(|source| matches!(source, Declared(_))), "{script}: {found:?}");
    }
}

#[test]
fn keys_that_were_not_given_are_told_by_where_they_come_from() {
    for (script, wanted) in [
        ("redis.call('GET', 'config')", Constant),
        ("redis.call('GET', 'a' .. 1)", Constant),
        ("local k = 'lock:' .. ARGV[1] redis.call('SET', k, 1)", Argument),
        ("redis.call('GET', ARGV[1])", Argument),
        ("redis.call('GET', string.format('user:%s', ARGV[1]))", Argument),
        ("redis.call('GET', ('user:%s'):format(ARGV[1]))", Argument),
        ("local a = cjson.decode(ARGV[1]) redis.call('GET', a.key)", Argument),
        ("redis.call('GET', KEYS[1] .. ':lock')", Longer(Some(1))),
        ("redis.call('GET', 'lock:' .. KEYS[2] .. ARGV[1])", Longer(Some(2))),
        ("redis.call('GET', ARGV[1] .. KEYS[1])", Derived),
        ("redis.call('GET', KEYS[1]:gsub('a', 'b'))", Derived),
        ("redis.call('GET', table.concat({KEYS[1], 'x'}, ':'))", Derived),
        ("redis.call('GET', KEYS[1] or 'default')", Constant),
        ("for _, k in ipairs(redis.call('SMEMBERS', KEYS[1])) do redis.call('DEL', k) end", Reply),
        ("local n = redis.call('GET', KEYS[1]) redis.call('DEL', 'job:' .. n)", Reply),
        ("for k in pairs(KEYS) do redis.call('DEL', k) end", Unknown),
        ("redis.call('GET', some_global())", Unknown),
        ("redis.call('ZUNIONSTORE', KEYS[1], 2, KEYS[2], 'b')", Constant),
        ("redis.call('SORT', KEYS[1], 'STORE', ARGV[1])", Argument),
        ("redis.call('DEL', KEYS[1], unpack(ARGV))", Argument),
        ("redis.call(ARGV[1], ARGV[2])", Argument),
        ("local f = function(k) redis.call('GET', k) end f(KEYS[1]) f('x')", Constant),
    ] {
        let found = sources(script);
        assert!(found.contains(&wanted), "{script}: {found:?}");
    }
}

#[test]
fn what_is_no_key_is_not_taken_for_one() {
    for script in [
        "redis.call('PUBLISH', 'channel', ARGV[1])",
        "redis.call('SET', KEYS[1], 'value', 'EX', 30)",
        "redis.call('PING') redis.log(redis.LOG_NOTICE, 'x') redis.sha1hex('x')",
        "local function never(k) redis.call('GET', k) end",
        "redis.call('MSET', KEYS[1], 'v1', KEYS[2], 'v2')",
        "redis.call('ZADD', KEYS[1], 1, 'member')",
        "redis.call()",
    ] {
        let found = sources(script);
        assert!(found.iter().all(|source| matches!(source, Declared(Some(_)))), "{script}: {found:?}");
    }
}

#[test]
fn numbers_of_keys_and_commands_on_everything_are_told() {
    let script = "redis.call('GET', KEYS[3]) local n = KEYS[0] redis.call('keys', '*') return redis.call('DBSIZE')";
    let found = uses(&parse(script).unwrap());
    assert_eq!(found.indices.iter().map(|(n, _)| *n).collect::<Vec<_>>(), [3.0, 0.0]);
    assert_eq!(found.keyspace.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["KEYS", "DBSIZE"]);
    assert_eq!(&script[found.keys[0].span.start..found.keys[0].span.end], "KEYS[3]");
}

#[test]
fn a_value_that_goes_through_many_names_arrives() {
    let chain: String = (1..60).rev().map(|n| format!("a{n} = a{} ", n - 1)).collect();
    assert_eq!(sources(&format!("a0 = KEYS[1] {chain} redis.call('GET', a59)")), [Declared(Some(1))]);
}

const WORDS: [&str; 46] = [
    "local",
    "function",
    "end",
    "if",
    "then",
    "else",
    "for",
    "in",
    "do",
    "while",
    "repeat",
    "until",
    "return",
    "and",
    "or",
    "not",
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    "=",
    "==",
    "..",
    ",",
    ";",
    ".",
    ":",
    "a",
    "b",
    "KEYS",
    "ARGV",
    "redis",
    "call",
    "ipairs",
    "unpack",
    "'GET'",
    "'ö'",
    "ö",
    "'\\ö",
    "1",
    "redis.call('MGET',",
    "redis.call('ZUNIONSTORE', KEYS[1],",
    "...",
    "table.insert(",
];

proptest! {
    #[test]
    fn any_words_are_read_or_refused(words in prop::collection::vec(prop::sample::select(&WORDS[..]), 0..60)) {
        let script = words.join(" ");
        let spans: Vec<Span> = match parse(&script) {
            Ok(parsed) => {
                let uses = uses(&parsed);
                let all = uses.keys.iter().map(|key| key.span).chain(uses.keyspace.iter().map(|it| it.1));
                all.chain(uses.indices.iter().map(|it| it.1)).collect()
            }
            Err(error) => vec![error.span],
        };
        for span in spans {
            prop_assert!(script.get(span.start..span.end).is_some(), "{span:?} of {script:?}");
        }
    }

    /// A key that is handed through names, tables, loops and functions stays what it is.
    #[test]
    fn keys_are_followed_through_any_steps(steps in prop::collection::vec(0..7usize, 0..8), declared: bool) {
        let mut script = format!("local v = {}\n", if declared { "KEYS[1]" } else { "ARGV[1]" });
        for step in steps {
            script.push_str([
                "do local w = v v = w end\n",
                "local t = {v} v = t[1]\n",
                "local t = {} t[#t + 1] = v for _, x in ipairs(t) do v = x end\n",
                "local function f(x) return x end v = f(v)\n",
                "local function f(...) return ... end v = f(v)\n",
                "local t = {} table.insert(t, v) v = unpack(t)\n",
                "if v then v = tostring(v) else v = v end\n",
            ][step]);
        }
        script.push_str("return redis.call('GET', v)");
        let found = sources(&script);
        prop_assert_eq!(found.len(), 1);
        prop_assert_eq!(matches!(found[0], Declared(_)), declared, "{}", script);
    }
}
