//! Databases of Redis Enterprise: the operator serves each at a Service of its name. What runs behind it is the operator's; that it answers, keeps its data and
//! has memory left is what can be judged.

use std::sync::Arc;

use crate::environment;
use crate::k8s::Resource;
use crate::validate::{Field, Objects};

use super::wanted::{Mode, Wanted, WantedNode};

/// Their kind.
pub(super) const KIND: &str = "RedisEnterpriseDatabase";

/// The database that an entry names, where it does not list nodes itself.
pub(super) fn of_entry<'o>(entry: &environment::Redis, objects: &'o Objects<'_>) -> Option<&'o Resource> {
    let name = entry.resource.strip_prefix(KIND)?.strip_prefix('/')?;
    let lists = entry.access.as_ref().is_some_and(|access| !access.map.is_empty());
    let found = objects.of_kind(KIND).iter().find(|it| it.name() == name || it.original_name() == name)?;
    (!lists).then_some(*found)
}

/// What Git wants of a database.
pub(super) fn wanted(resource: &Resource, name: String) -> Wanted {
    let object = Field::of(resource);
    let port = object.path(&["spec", "databasePort"]).int().and_then(|port| u16::try_from(port).ok());
    let node = WantedNode {
        pod: resource.name().to_owned(),
        service: None,
        port,
        settings: Arc::default(),
        modules: Arc::default(),
        is_plain: false,
        image: None,
        limit: None,
    };
    Wanted {
        name,
        mode: Mode::Standalone,
        namespace: resource.namespace().to_owned(),
        master: None,
        nodes: vec![node],
        masters: None,
        sentinels: None,
        users: None,
        own_user: None,
        passwords: Vec::new(),
        is_service: true,
    }
}

/// The Secret with the password of a database, and its key.
pub(super) fn password(wanted: &Wanted, objects: &Objects<'_>) -> Option<(String, String)> {
    let name = &wanted.nodes.first()?.pod;
    let database = objects.of_kind(KIND).iter().find(|it| it.name() == name)?;
    let field = Field::of(database);
    let stated = field.path(&["spec", "databaseSecretName"]).text().map(str::to_owned);
    Some((stated.unwrap_or_else(|| format!("redb-{name}")), "password".to_owned()))
}
