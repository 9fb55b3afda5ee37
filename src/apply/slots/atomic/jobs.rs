//! What servers say about their jobs. Pure.

use std::collections::HashMap;

use ::redis::{FromRedisValue, Value, from_redis_value};

use crate::slots::{NodeId, SlotRange, SlotSet};

/// A job as its server describes it.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Job {
    /// The name of the server for it.
    pub name: String,
    /// Whether this end gives the slots.
    pub exports: bool,
    pub source: NodeId,
    pub target: NodeId,
    pub slots: SlotSet,
    pub state: State,
    /// Why it failed, where it did.
    pub message: String,
    /// Bytes of writes that are still to be sent.
    pub remaining: Option<u64>,
    /// How often the server tried again.
    pub retries: u64,
}

/// Where a job is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum State {
    /// Not at its end: anything that is not known to be one.
    Running(String),
    Done,
    Failed,
    Cancelled,
}

impl State {
    pub fn is_running(&self) -> bool {
        matches!(self, State::Running(_))
    }

    pub fn name(&self) -> &str {
        match self {
            State::Running(name) => name,
            State::Done => "moved",
            State::Failed => "failed",
            State::Cancelled => "cancelled",
        }
    }
}

/// An entry of `CLUSTER GETSLOTMIGRATIONS` (Valkey).
pub(super) fn pushed(entry: &HashMap<String, Value>) -> Option<Job> {
    let text = |name: &str| field::<String>(entry, name);
    let state = text("state")?;
    Some(Job {
        name: text("name")?,
        exports: text("operation")? == "EXPORT",
        source: text("source_node")?.into(),
        target: text("target_node")?.into(),
        slots: ranges(&text("slot_ranges")?)?,
        state: match state.as_str() {
            "success" => State::Done,
            "failed" => State::Failed,
            "cancelled" | "canceled" => State::Cancelled,
            _ => State::Running(state),
        },
        message: text("message").unwrap_or_default(),
        remaining: field(entry, "remaining_repl_size"),
        retries: 0,
    })
}

/// An entry of `CLUSTER MIGRATION STATUS` (Redis). A target whose import `failed` tries again by itself, so that is no end; it ends by being cancelled.
pub(super) fn pulled(entry: &HashMap<String, Value>) -> Option<Job> {
    let text = |name: &str| field::<String>(entry, name);
    let state = text("state")?;
    Some(Job {
        name: text("id")?,
        exports: text("operation")? == "migrate",
        source: text("source")?.into(),
        target: text("dest")?.into(),
        slots: ranges(&text("slots")?)?,
        state: match state.as_str() {
            "completed" => State::Done,
            "canceled" | "cancelled" => State::Cancelled,
            _ => State::Running(state),
        },
        message: text("last_error").unwrap_or_default(),
        remaining: None,
        retries: field(entry, "retries").unwrap_or(0),
    })
}

fn field<T: FromRedisValue>(entry: &HashMap<String, Value>, name: &str) -> Option<T> {
    from_redis_value(entry.get(name)?.clone()).ok()
}

/// `0-5 7-9`, with single slots written either way.
fn ranges(text: &str) -> Option<SlotSet> {
    text.split([' ', ',']).filter(|part| !part.is_empty()).map(|part| part.parse::<SlotRange>().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(fields: &[(&str, &str)]) -> HashMap<String, Value> {
        fields.iter().map(|(name, value)| ((*name).to_owned(), Value::BulkString(value.as_bytes().to_vec()))).collect()
    }

    #[test]
    fn states_that_are_not_known_run() {
        // Fields as Valkey 9.1.2 sends them.
        let mut fields = entry(&[
            ("name", "j1"),
            ("operation", "EXPORT"),
            ("slot_ranges", "0-5 7-7"),
            ("target_node", "b"),
            ("source_node", "a"),
            ("state", "waiting-to-snapshot"),
            ("message", ""),
            ("remaining_repl_size", "17"),
        ]);
        let job = pushed(&fields).unwrap();
        assert_eq!((job.slots.to_string().as_str(), job.remaining), ("0-5, 7", Some(17)));
        for (state, known) in [
            ("success", State::Done),
            ("failed", State::Failed),
            ("cancelled", State::Cancelled),
            ("something-new", State::Running("something-new".to_owned())),
        ] {
            fields.insert("state".to_owned(), Value::BulkString(state.as_bytes().to_vec()));
            assert_eq!(pushed(&fields).unwrap().state, known);
        }
        fields.remove("slot_ranges");
        assert_eq!(pushed(&fields), None);
    }

    #[test]
    fn a_target_that_failed_tries_again() {
        // Fields as documented for Redis 8.4.
        let fields = entry(&[
            ("id", "t1"),
            ("slots", "0-1000"),
            ("source", "a"),
            ("dest", "b"),
            ("operation", "import"),
            ("state", "failed"),
            ("last_error", "connection lost"),
            ("retries", "2"),
        ]);
        let job = pulled(&fields).unwrap();
        assert_eq!((job.state.is_running(), job.retries, job.message.as_str()), (true, 2, "connection lost"));
        assert!(!job.exports);
    }
}
