//! An object as the cluster has it.

use serde_json::Value as Json;

use crate::yaml::{Node, Origin, from_value};

use super::owners::Entry;

/// A live object: its values, and who owns them.
#[derive(Clone, Debug)]
pub struct LiveObject {
    /// The values, without managed fields.
    pub node: Node,
    /// Who owns what.
    pub entries: Vec<Entry>,
}

impl LiveObject {
    /// From the form of the server.
    pub fn new(mut object: Json) -> LiveObject {
        let managed = object["metadata"].as_object_mut().and_then(|it| it.remove("managedFields")).unwrap_or_default();
        LiveObject { node: from_value(object, Origin::NONE), entries: Entry::all_of(&managed) }
    }
}
