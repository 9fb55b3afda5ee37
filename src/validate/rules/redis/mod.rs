//! Servers of Redis and Valkey in pods.

mod anti_affinity;
mod liveness_probe;
mod maxmemory_headroom;
mod memory_request;
mod network_policy_ports;
mod persistence_without_volume;
mod production_settings;
mod sentinel_quorum;
mod storage;
mod volume_size;
mod volume_without_persistence;

pub use anti_affinity::AntiAffinity;
pub use liveness_probe::LivenessProbe;
pub use maxmemory_headroom::MaxmemoryHeadroom;
pub use memory_request::MemoryRequest;
pub use network_policy_ports::NetworkPolicyPorts;
pub use persistence_without_volume::PersistenceWithoutVolume;
pub use production_settings::ProductionSettings;
pub use sentinel_quorum::SentinelQuorum;
pub use volume_size::VolumeSize;
pub use volume_without_persistence::VolumeWithoutPersistence;

use crate::diagnostics::Label;
use crate::validate::Objects;
use crate::validate::rules::facts::{RedisServer, word_place};

/// The place of a directive of a server, exact where its file allows.
fn directive_place(objects: &Objects<'_>, server: &RedisServer<'_>, name: &str) -> Option<Label> {
    let facts = objects.facts();
    let line = server.options.last(name);
    if let Some(argument) = line.and_then(|line| server.arguments.get(line.name.at)) {
        return objects.places(&argument.field).into_iter().next();
    }
    server.files.iter().rev().find_map(|&index| {
        let file = &facts.files[index];
        let line = file.parsed.last(name)?;
        let word = line.arguments.first().unwrap_or(&line.name);
        word_place(objects, file, word)
    })
}
