//! Keys that stop a node while they move.

use crate::slots::lint::finding::{Finding, Rule};
use crate::slots::lint::model::{Model, Size};
use crate::slots::render::bytes;

/// Bytes from which on a key is big: its transfer takes longer than the latency budget of a migration (5 ms).
pub const BIG: f64 = 1024.0 * 1024.0;

/// Bytes a second at which one key moves with `MIGRATE`, measured: a hash of 56 MB stopped source and target for 0.4 s.
const RATE: f64 = 147e6;

/// How long source and target of a migration answer nobody while a key of that size moves, in milliseconds.
pub fn stall(bytes: f64) -> f64 {
    bytes / RATE * 1000.0
}

/// A finding for each pattern with keys that are expected to be big.
pub(in crate::slots::lint) fn big_keys(model: &Model) -> Vec<Finding> {
    let limit = model.declared.limits.big_key.map_or(BIG, |size| size.bytes);
    let found = model.declared.patterns.iter().filter_map(|pattern| {
        let big = |size: Option<Size>| size.filter(|size| size.bytes >= limit);
        let (size, field) = match (big(pattern.max_size), big(pattern.size)) {
            (Some(size), _) => (size, "maxSize"),
            (None, Some(size)) => (size, "size"),
            (None, None) => return None,
        };
        let name = &pattern.name.value;
        let message = format!("a key of `{name}` may have {}", bytes(size.bytes as u64));
        let note = format!(
            "a key moves in one piece: both nodes answer nobody for about {:.0} ms, and every command on the whole value blocks its node",
            stall(size.bytes)
        );
        let found = Finding::warning(Rule::BigKey, message)
            .with(|found| {
                found
                    .label(size.pos, size.len, format!("{} is big", bytes(limit as u64)))
                    .note(note)
                    .help("split it over several keys, as in {cart:<id>}:items:<part>")
            })
            .at(format!("patterns[name={name}].{field}"));
        Some(found)
    });
    found.collect()
}
