//! Clusters and databases of Redis Enterprise.

mod api_version;
mod changes;
mod cluster_reference;
mod cluster_settings;
mod database_memory;
mod database_port;
mod database_settings;
mod hashed_secret;
mod memory_size;
mod node_count;

pub use api_version::RedbApiVersion;
pub use changes::{Refused, refused_changes};
pub use cluster_reference::ClusterReference;
pub use cluster_settings::ClusterSettings;
pub use database_memory::DatabaseMemory;
pub use database_port::DatabasePort;
pub use database_settings::DatabaseSettings;
pub use hashed_secret::HashedSecret;
pub use memory_size::{MemorySize, memory_size};
pub use node_count::NodeCount;

use crate::k8s::Resource;
use crate::validate::{Field, Objects};

const GROUP: &str = "app.redislabs.com";
const CLUSTER: &str = "RedisEnterpriseCluster";
const DATABASE: &str = "RedisEnterpriseDatabase";

/// The clusters of a build.
fn clusters<'a>(objects: &Objects<'a>) -> Vec<&'a Resource> {
    objects.of_group_kind(GROUP, CLUSTER).collect()
}

/// The databases of a build.
fn databases<'a>(objects: &Objects<'a>) -> Vec<&'a Resource> {
    objects.of_group_kind(GROUP, DATABASE).collect()
}

/// The cluster of a database: the one it names, or the only one of its namespace.
fn cluster_of<'a>(objects: &Objects<'a>, database: &'a Resource) -> Option<&'a Resource> {
    let name = Field::of(database).path(&["spec", "redisEnterpriseCluster", "name"]);
    match name.text().filter(|name| !name.is_empty()) {
        Some(name) => objects.find_beside(GROUP, CLUSTER, name, database),
        None => {
            let namespace = objects.namespace(database);
            let mut beside = objects.of_group_kind(GROUP, CLUSTER).filter(|it| objects.namespace(it) == namespace);
            beside.next().filter(|_| beside.next().is_none())
        }
    }
}
