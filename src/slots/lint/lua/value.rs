//! What is known of a value in a script, whatever way the script takes.

use std::collections::BTreeSet;
use std::ops::{BitOr, BitOrAssign};

use super::tree::FunctionId;

/// Where a text may come from.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Origins(u8);

impl Origins {
    /// Nowhere: not a text, or code that never runs.
    pub const NONE: Origins = Origins(0);
    /// It is one of `KEYS`.
    pub const KEY: Origins = Origins(1);
    /// One of `KEYS` with something added that leaves the hash tag as it is, if there is one.
    pub const LONGER_KEY: Origins = Origins(2);
    /// Made of one of `KEYS` in another way.
    pub const PART_OF_KEY: Origins = Origins(4);
    /// From `ARGV`.
    pub const ARGUMENT: Origins = Origins(8);
    /// From the reply of a command.
    pub const REPLY: Origins = Origins(16);
    /// It stands in the script; numbers, too.
    pub const CONSTANT: Origins = Origins(32);
    /// Nobody can tell.
    pub const UNKNOWN: Origins = Origins(64);

    /// Whether some of the others are in.
    pub fn has(self, other: Origins) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether there are none but the others, and at least one.
    pub fn only(self, others: Origins) -> bool {
        self.0 != 0 && self.0 & !others.0 == 0
    }

    /// Of what is made of a text with these.
    pub fn derived(self) -> Origins {
        let keys = Origins::KEY | Origins::LONGER_KEY;
        if self.has(keys) { Origins(self.0 & !keys.0) | Origins::PART_OF_KEY } else { self }
    }
}

impl BitOr for Origins {
    type Output = Origins;

    fn bitor(self, other: Origins) -> Origins {
        Origins(self.0 | other.0)
    }
}

impl BitOrAssign for Origins {
    fn bitor_assign(&mut self, other: Origins) {
        self.0 |= other.0;
    }
}

/// Something that is one value at most, as far as anybody knows.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Known<T> {
    /// Nothing yet.
    #[default]
    Nothing,
    /// Always this.
    One(T),
    /// Not always the same.
    Many,
}

impl<T: Clone + PartialEq> Known<T> {
    /// Takes in what else it may be.
    pub fn join(&mut self, other: &Known<T>) {
        match (&*self, other) {
            (_, Known::Nothing) | (Known::Many, _) => {}
            (Known::Nothing, _) => *self = other.clone(),
            (Known::One(a), Known::One(b)) if a == b => {}
            _ => *self = Known::Many,
        }
    }

    /// The value, if it is always the same.
    pub fn one(&self) -> Option<&T> {
        match self {
            Known::One(value) => Some(value),
            _ => None,
        }
    }
}

/// What the server gives to scripts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Given {
    /// `KEYS`, and the first parameter of a registered function.
    Keys,
    /// `ARGV`, and the second one.
    Arguments,
    /// `redis` and `server`.
    Redis,
    /// `redis.call` and `redis.pcall`.
    Call,
    /// `redis.register_function`.
    Register,
    /// `table`.
    Table,
    /// `table.insert`.
    Insert,
    /// `ipairs`.
    Ipairs,
    /// `pairs`.
    Pairs,
    /// `unpack`.
    Unpack,
    /// `select`.
    Select,
    /// `tostring` and `assert`: the argument is the result.
    Same,
    /// `math`.
    Math,
    /// A function whose result is a number.
    Number,
    /// Any other thing that the script does not define: `string`, `cjson`, and what is in them.
    Library,
}

/// What is known of a value.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Value {
    /// Where it may come from, as a text.
    pub is: Origins,
    /// Where what is in it may come from, as a table.
    pub holds: Origins,
    /// Which of `KEYS` it is, or made of; from 1.
    pub key: Known<u32>,
    /// The text.
    pub text: Known<Box<[u8]>>,
    /// Functions that it may be, or hold.
    pub functions: BTreeSet<FunctionId>,
    /// What of the server's it may be.
    pub given: BTreeSet<Given>,
    /// Whether it is any number of values.
    pub spread: bool,
}

impl Value {
    /// From there, and nothing else known.
    pub fn of(is: Origins) -> Value {
        Value { is, ..Value::default() }
    }

    /// A value, and everything in it, from there.
    pub fn deep(is: Origins) -> Value {
        Value { is, holds: is, ..Value::default() }
    }

    /// Something of the server's.
    pub fn given(what: Given) -> Value {
        let holds = match what {
            Given::Keys => Origins::KEY,
            Given::Arguments => Origins::ARGUMENT,
            _ => Origins::NONE,
        };
        Value { holds, given: BTreeSet::from([what]), ..Value::default() }
    }

    /// Takes in what else it may be; whether that was new.
    pub fn join(&mut self, other: &Value) -> bool {
        let before = self.clone();
        self.is |= other.is;
        self.holds |= other.holds;
        self.key.join(&other.key);
        self.text.join(&other.text);
        self.functions.extend(&other.functions);
        self.given.extend(&other.given);
        self.spread |= other.spread;
        *self != before
    }

    /// Takes in something that is put into it; whether that was new.
    pub fn put(&mut self, inside: &Value) -> bool {
        let before = self.clone();
        self.holds |= inside.is | inside.holds;
        if inside.is.has(Origins::KEY) {
            self.key.join(&inside.key);
        }
        self.functions.extend(&inside.functions);
        *self != before
    }

    /// Something in it.
    pub fn inside(&self) -> Value {
        Value {
            is: self.holds,
            holds: self.holds,
            key: if self.given.contains(&Given::Keys) { Known::Many } else { self.key.clone() },
            functions: self.functions.clone(),
            ..Value::default()
        }
    }

    /// `left .. right`.
    pub fn concat(left: &Value, right: &Value) -> Value {
        let keys = Origins::KEY | Origins::LONGER_KEY;
        let mut key = left.key.clone();
        key.join(&right.key);
        let text = match (left.text.one(), right.text.one()) {
            (Some(left), Some(right)) => Known::One([&**left, &**right].concat().into()),
            _ => Known::Many,
        };
        // What stands behind a whole tag changes nothing; neither does what stands in front of it, without a brace.
        let plain_front = left.is.only(Origins::CONSTANT) && left.text.one().is_some_and(|text| !text.contains(&b'{'));
        let is = if left.is.only(keys) || plain_front && right.is.only(keys) {
            Origins::LONGER_KEY
        } else {
            (left.is | right.is).derived()
        };
        Value { is, key, text, ..Value::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_leaves_the_tag_alone_is_a_longer_key() {
        let key = Value { key: Known::One(1), ..Value::of(Origins::KEY) };
        let constant = |text: &str| Value { text: Known::One(text.as_bytes().into()), ..Value::of(Origins::CONSTANT) };
        let argument = Value::of(Origins::ARGUMENT);
        assert_eq!(Value::concat(&key, &argument).is, Origins::LONGER_KEY);
        assert_eq!(Value::concat(&constant("lock:"), &key).is, Origins::LONGER_KEY);
        assert!(Value::concat(&constant("{lock:"), &key).is.has(Origins::PART_OF_KEY));
        assert!(Value::concat(&argument, &key).is.has(Origins::PART_OF_KEY));
        let twice = Value::concat(&constant("a:"), &Value::concat(&key, &constant(":b")));
        assert_eq!((twice.is, twice.key), (Origins::LONGER_KEY, Known::One(1)));
        assert_eq!(Value::concat(&constant("a"), &constant("b")).text.one().unwrap()[..], b"ab"[..]);
    }
}
