//! All keys of a cluster, and what is in them, to compare before and after.

use std::collections::BTreeMap;

use redis::Connection;

use super::cluster::TestCluster;

/// All keys of all masters, with digests of their values. Where a key has a time to live, that is part of its digest, its end is not.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Digest {
    values: BTreeMap<Vec<u8>, Vec<String>>,
}

impl Digest {
    pub(super) fn of(cluster: &TestCluster) -> Digest {
        let mut digest = Digest::default();
        for node in cluster.nodes() {
            let Ok(mut connection) = node.try_connection() else { continue };
            let role: redis::Value = redis::cmd("ROLE").query(&mut connection).expect("a role");
            if let redis::Value::Array(role) = &role
                && role.first() == Some(&redis::Value::BulkString(b"master".to_vec()))
            {
                digest.add(&mut connection);
            }
        }
        digest
    }

    fn add(&mut self, connection: &mut Connection) {
        // SCAN may return a key twice; the same key on another master has to stay visible.
        let mut here = BTreeMap::new();
        let mut cursor = 0u64;
        loop {
            let (next, keys): (u64, Vec<Vec<u8>>) =
                redis::cmd("SCAN").arg(cursor).arg("COUNT").arg(2_000).query(connection).expect("keys");
            if !keys.is_empty() {
                let mut command = redis::cmd("DEBUG");
                command.arg("DIGEST-VALUE").arg(&keys);
                let found: Vec<String> = command.query(connection).expect("DEBUG is allowed");
                here.extend(keys.into_iter().zip(found));
            }
            cursor = next;
            if cursor == 0 {
                break;
            }
        }
        for (key, value) in here {
            self.values.entry(key).or_default().push(value);
        }
    }

    /// How many keys there are.
    pub fn keys(&self) -> usize {
        self.values.len()
    }

    /// Keys that are on two masters.
    pub fn doubled(&self) -> Vec<String> {
        let doubled = self.values.iter().filter(|(_, values)| values.len() > 1);
        doubled.map(|(key, _)| String::from_utf8_lossy(key).into_owned()).collect()
    }

    /// Keys that differ from an earlier digest: gone, new or with another value.
    pub fn differences(&self, before: &Digest) -> Vec<String> {
        let all = self.values.keys().chain(before.values.keys());
        let mut found: Vec<String> = all
            .filter(|key| self.values.get(*key) != before.values.get(*key))
            .map(|key| String::from_utf8_lossy(key).into_owned())
            .collect();
        found.sort();
        found.dedup();
        found
    }
}
