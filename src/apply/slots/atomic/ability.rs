//! Which nodes can move slots atomically, and so which moves can be made that way.

use std::collections::BTreeMap;

use ::redis::Value;
use futures::future::join_all;

use crate::live::redis::{Connection, NodeError};
use crate::slots::{Move, NodeId};

use super::super::members::Members;

/// A way to move slots atomically.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Ability {
    /// `CLUSTER MIGRATESLOTS`, told to the source (Valkey from 9.0).
    Pushed,
    /// `CLUSTER MIGRATION IMPORT`, told to the target (Redis from 8.4).
    Pulled,
}

impl Ability {
    /// The command that does it.
    pub const fn command(self) -> &'static str {
        match self {
            Ability::Pushed => "CLUSTER MIGRATESLOTS",
            Ability::Pulled => "CLUSTER MIGRATION",
        }
    }
}

/// Moves by how they can be made.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Route {
    /// Atomically, both ends being able to.
    pub atomic: Vec<(Ability, Move)>,
    /// Key by key, and slots without an owner.
    pub by_key: Vec<Move>,
}

/// What a node can do; asked by `COMMAND INFO`, so that a version says nothing and a command that was renamed away counts as absent.
///
/// # Errors
/// When the node cannot be asked. A user who may not ask counts as a node that cannot.
pub async fn ability(connection: &Connection) -> Result<Option<Ability>, NodeError> {
    let question = ::redis::cmd("COMMAND").arg("INFO").arg("cluster|migrateslots").arg("cluster|migration").to_owned();
    match connection.query::<Vec<Value>>(&question).await {
        Ok(found) => Ok(of_reply(&found)),
        Err(error) if error.code().is_some() => Ok(None),
        Err(error) => Err(error),
    }
}

fn of_reply(found: &[Value]) -> Option<Ability> {
    let has = |index: usize| found.get(index).is_some_and(|reply| !matches!(reply, Value::Nil));
    if has(0) {
        Some(Ability::Pushed)
    } else if has(1) {
        Some(Ability::Pulled)
    } else {
        None
    }
}

/// Sorts moves by what both ends can do. A node that cannot be asked cannot.
pub async fn route(members: &Members, moves: &[Move]) -> Route {
    let asked =
        members.iter().filter(|member| moves.iter().any(|m| m.to == member.id || m.from.as_ref() == Some(&member.id)));
    let asked = asked.map(|member| async { Some((member.id.clone(), ability(&member.connection).await.ok()??)) });
    let able: BTreeMap<NodeId, Ability> = join_all(asked).await.into_iter().flatten().collect();
    sorted(moves, &able)
}

fn sorted(moves: &[Move], able: &BTreeMap<NodeId, Ability>) -> Route {
    let mut route = Route::default();
    for one in moves {
        let source = one.from.as_ref().and_then(|from| able.get(from));
        match (source, able.get(&one.to)) {
            (Some(source), Some(target)) if source == target => route.atomic.push((*source, one.clone())),
            _ => route.by_key.push(one.clone()),
        }
    }
    route
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_have_to_be_able() {
        let able = BTreeMap::from([
            ("v1".into(), Ability::Pushed),
            ("v2".into(), Ability::Pushed),
            ("r1".into(), Ability::Pulled),
        ]);
        let one = |from: Option<&str>, to: &str| Move {
            from: from.map(NodeId::from),
            to: to.into(),
            slots: "0-5".parse::<crate::slots::SlotRange>().into_iter().collect(),
            keys: None,
            bytes: None,
        };
        let moves = [
            one(Some("v1"), "v2"),
            one(Some("v1"), "r1"),
            one(Some("old"), "v2"),
            one(None, "v1"),
            one(Some("v2"), "old"),
        ];
        let route = sorted(&moves, &able);
        assert_eq!(route.atomic, [(Ability::Pushed, moves[0].clone())]);
        assert_eq!(route.by_key, moves[1..]);
    }

    #[test]
    fn an_absent_command_is_nil() {
        let present = || Value::Array(vec![Value::BulkString(b"cluster|migrateslots".to_vec())]);
        assert_eq!(of_reply(&[present(), Value::Nil]), Some(Ability::Pushed));
        assert_eq!(of_reply(&[Value::Nil, present()]), Some(Ability::Pulled));
        assert_eq!(of_reply(&[Value::Nil, Value::Nil]), None);
        assert_eq!(of_reply(&[]), None);
    }
}
