//! Whether two copies of a key hold the same, where `DUMP` differs: a set that was copied may come out in another order.

use ::redis::{Cmd, Value, cmd};

use crate::live::redis::{Connection, NodeError};

use super::conflict::Pair;

/// Whether both sides hold the same. Of what cannot be read out in full (streams with their groups, types of modules, fields with a time to live) only
/// an equal `DUMP` is proof, and the answer is no.
pub(super) async fn same_contents(pair: &Pair<'_>, key: &[u8], kind: &str) -> Result<bool, NodeError> {
    let (command, order) = match kind {
        "list" => (read(key, &["LRANGE", "0", "-1"]), Order::Counts),
        "zset" => (read(key, &["ZRANGE", "0", "-1", "WITHSCORES"]), Order::Counts),
        "set" => (read(key, &["SMEMBERS"]), Order::OfMembers),
        "hash" => (read(key, &["HGETALL"]), Order::OfPairs),
        _ => return Ok(false),
    };
    if kind == "hash" && (fields_expire(pair, pair.source, key).await? || fields_expire(pair, pair.target, key).await?)
    {
        return Ok(false);
    }
    let source = flat(pair.ask(pair.source, &command).await?);
    let target = flat(pair.ask(pair.target, &command).await?);
    Ok(order.sort(source) == order.sort(target))
}

/// `COMMAND KEY ARGUMENTS…`.
fn read(key: &[u8], words: &[&str]) -> Cmd {
    let mut command = cmd(words[0]);
    command.arg(key).arg(&words[1..]);
    command
}

/// Whether fields of a hash have a time to live, which `HGETALL` does not show. Servers that do not know the command have none.
async fn fields_expire(pair: &Pair<'_>, at: &Connection, key: &[u8]) -> Result<bool, NodeError> {
    let names: Vec<Vec<u8>> = pair.ask(at, cmd("HKEYS").arg(key)).await?;
    let mut asked = cmd("HPTTL");
    asked.arg(key).arg("FIELDS").arg(names.len()).arg(&names);
    match pair.ask::<Vec<i64>>(at, &asked).await {
        Ok(times) => Ok(times.iter().any(|time| *time >= 0)),
        Err(error) if error.code() == Some("ERR") => Ok(false),
        Err(error) => Err(error),
    }
}

/// What of the order in which a server lists a value is part of the value.
#[derive(Clone, Copy)]
enum Order {
    Counts,
    OfMembers,
    OfPairs,
}

impl Order {
    fn sort(self, mut items: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
        match self {
            Order::Counts => items,
            Order::OfMembers => {
                items.sort_unstable();
                items
            }
            Order::OfPairs => {
                let mut pairs: Vec<&[Vec<u8>]> = items.chunks(2).collect();
                pairs.sort_unstable();
                pairs.concat()
            }
        }
    }
}

/// The texts of a reply, in their order.
fn flat(reply: Value) -> Vec<Vec<u8>> {
    match reply {
        Value::BulkString(bytes) => vec![bytes],
        Value::Array(items) | Value::Set(items) => items.into_iter().flat_map(flat).collect(),
        Value::Map(pairs) => pairs.into_iter().flat_map(|(name, value)| [flat(name), flat(value)].concat()).collect(),
        Value::Double(number) => vec![number.to_string().into_bytes()],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(words: &[&str]) -> Vec<Vec<u8>> {
        words.iter().map(|word| word.as_bytes().to_vec()).collect()
    }

    #[test]
    fn order_counts_where_it_is_part_of_the_value() {
        let (one, other) = (items(&["a", "b", "c", "d"]), items(&["c", "d", "a", "b"]));
        assert_ne!(Order::Counts.sort(one.clone()), Order::Counts.sort(other.clone()));
        assert_eq!(Order::OfMembers.sort(one.clone()), Order::OfMembers.sort(other.clone()));
        assert_eq!(Order::OfPairs.sort(one.clone()), Order::OfPairs.sort(other));
        // A field and its value stay together.
        assert_ne!(Order::OfPairs.sort(one), Order::OfPairs.sort(items(&["a", "c", "b", "d"])));
    }
}
