//! All checks of the objects of one target.

use crate::schema::Schemas;

use super::{Findings, Objects, structure};

/// Checks the objects of a target.
pub fn run(objects: &Objects<'_>, schemas: &Schemas) -> Findings {
    let mut found = Findings::new();
    structure::check(objects, schemas, &mut found);
    found
}
