//! Lists whose items are merged one by one: by the value of a key, of several keys, or by themselves when they are scalars.
//!
//! The reference reaches its result by setting items one after the other in two lists, and users see the traces of that: items of the patch come
//! first, an item without its key empties the list, `$patch: replace` inside an item loses against the old item. So the steps are the same here;
//! only the usual list that no patch touches takes a shortcut with the same result.

use compact_str::CompactString;
use rustc_hash::FxHashSet;
use smallvec::SmallVec;

use crate::k8s::openapi::SchemaRef;
use crate::yaml::{Node, Origin, Scalar, Style, Value};

use super::strategic::{Merge, Outcome};

/// The other side of a list.
pub(super) enum Other<'n> {
    /// The patch does not have the list.
    Absent,
    /// The list came from the patch and is merged with itself.
    Same,
    /// The items of the patch.
    Patch(Vec<&'n Node>),
}

type Keys<'k> = SmallVec<[&'k str; 2]>;
type Values = SmallVec<[CompactString; 2]>;

/// An item that cannot be compared by key; its position in the pool.
struct WrongItem(usize);

/// Merges a list in place.
pub(super) fn merge<'a>(merge: &mut Merge<'a>, items: &mut Vec<Node>, other: Other<'_>, schema: SchemaRef<'a>) {
    let mut keys: Keys<'a> = schema.patch_strategy_and_keys().1.iter().collect();
    if keys.is_empty() {
        keys.push("");
    }
    let elements = schema.elements();
    if matches!(other, Other::Absent) && is_regular(items, &keys) {
        for item in items {
            merge.untouched(item, elements);
        }
        return;
    }
    let pool = std::mem::take(items);
    let order = (0..pool.len()).collect();
    let mut lists = Lists { pool, object: order, merged: Vec::new() };
    match lists.run(merge, &other, &keys, elements) {
        Ok(result) => *items = lists.collect(&result),
        Err(WrongItem(at)) => {
            let item = lists.pool.swap_remove(at);
            merge.wrong_item(&item, &keys);
        }
    }
}

/// Whether every item has all keys that any item has, and no two are the same: then a merge with nothing changes no order.
fn is_regular(items: &[Node], keys: &[&str]) -> bool {
    if keys == [""] {
        let mut seen = FxHashSet::default();
        return items.iter().all(|i| !i.is_null() && i.text().is_some_and(|t| !t.is_empty() && seen.insert(t)));
    }
    let used: Keys<'_> = keys.iter().copied().filter(|k| items.iter().any(|i| !key_text(i, k).is_empty())).collect();
    let mut seen: FxHashSet<SmallVec<[&str; 2]>> = FxHashSet::default();
    (!used.is_empty() || items.is_empty())
        && items.iter().all(|item| {
            let values: SmallVec<[&str; 2]> = used.iter().map(|k| key_text(item, k)).collect();
            values.iter().all(|v| !v.is_empty()) && seen.insert(values)
        })
}

/// The text of a key of an item; nothing for what is absent, null or empty.
fn key_text<'n>(item: &'n Node, key: &str) -> &'n str {
    item.get(key).filter(|v| !v.is_null()).and_then(Node::text).unwrap_or("")
}

fn raw_text(node: &Node) -> &str {
    node.text().unwrap_or("")
}

fn is_nothing(node: &Node) -> bool {
    node.is_null() || node.as_map().is_some_and(|m| m.is_empty())
}

/// Items by number in a pool, so that the same item can stand in both lists.
struct Lists {
    pool: Vec<Node>,
    object: Vec<usize>,
    merged: Vec<usize>,
}

impl Lists {
    fn run<'a>(
        &mut self,
        merge: &mut Merge<'a>,
        other: &Other<'_>,
        keys: &[&str],
        schema: Option<SchemaRef<'a>>,
    ) -> Result<Vec<usize>, WrongItem> {
        let mut ids = self.identities(other, keys);
        if ids.is_empty() {
            return Ok(std::mem::take(&mut self.object));
        }
        if keys.len() > 1 {
            complete(&mut ids);
        }
        // Keys that no item has do not count, unless no item has any.
        let mut used: SmallVec<[bool; 2]> =
            (0..keys.len()).map(|k| ids.iter().any(|values| !values[k].is_empty())).collect();
        if !used.contains(&true) {
            used.fill(true);
        }
        let valid: Keys<'_> = keys.iter().zip(&used).filter(|(_, used)| **used).map(|(k, _)| *k).collect();
        for id in &ids {
            let values: Values = id.iter().zip(&used).filter(|(_, used)| **used).map(|(v, _)| v.clone()).collect();
            match self.item(merge, other, &valid, &values, schema) {
                None => set(&mut self.object, &self.pool, &valid, &values, None)?,
                Some(at) => {
                    self.set_keys(at, &valid, &values);
                    set(&mut self.merged, &self.pool, &valid, &values, Some(at))?;
                }
            }
        }
        self.append_object(&valid)?;
        Ok(std::mem::take(&mut self.merged))
    }

    /// The identities of all items, those of the patch first, without repetition.
    fn identities(&self, other: &Other<'_>, keys: &[&str]) -> Vec<Values> {
        let mut seen = FxHashSet::default();
        let mut ids = Vec::new();
        let mut note = |item: &Node| {
            let values: Values = match keys {
                [""] => std::iter::once(raw_text(item).into()).collect(),
                keys => keys.iter().map(|k| key_text(item, k).into()).collect(),
            };
            if seen.insert(values.clone()) {
                ids.push(values);
            }
        };
        if let Other::Patch(items) = other {
            items.iter().for_each(|item| note(item));
        }
        self.pool.iter().for_each(&mut note);
        ids
    }

    /// Merges the items of one identity; none when nothing is left.
    fn item<'a>(
        &mut self,
        merge: &mut Merge<'a>,
        other: &Other<'_>,
        keys: &[&str],
        values: &[CompactString],
        schema: Option<SchemaRef<'a>>,
    ) -> Option<usize> {
        // An identity without some of the keys is looked for by the others alone.
        let known: SmallVec<[usize; 2]> = (0..keys.len()).filter(|&i| !values[i].is_empty()).collect();
        let wanted: SmallVec<[(&str, &str); 2]> = match known.is_empty() {
            true => keys.iter().zip(values).map(|(k, v)| (*k, v.as_str())).collect(),
            false => known.iter().map(|&i| (keys[i], values[i].as_str())).collect(),
        };
        let at = self.object.iter().copied().find(|&i| is_wanted(&self.pool[i], &wanted));
        let patch = match other {
            Other::Patch(items) => items.iter().copied().find(|item| is_wanted(item, &wanted)),
            _ => None,
        };
        let at = match (at, patch) {
            (Some(at), Some(patch)) => match merge.both(&mut self.pool[at], patch, schema) {
                Outcome::Keep => at,
                Outcome::Clear => return None,
                Outcome::Replace(node) => self.add(node),
            },
            (Some(at), None) => {
                let item = &mut self.pool[at];
                let keep = match other {
                    Other::Same => merge.absorb(item, schema),
                    _ => merge.untouched(item, schema),
                };
                keep.then_some(at)?
            }
            (None, Some(patch)) => {
                let node = merge.added(patch, schema)?;
                self.add(node)
            }
            (None, None) => return None,
        };
        (!is_nothing(&self.pool[at])).then_some(at)
    }

    fn add(&mut self, node: Node) -> usize {
        self.pool.push(node);
        self.pool.len() - 1
    }

    /// Writes the keys of an identity into its item where they are missing.
    fn set_keys(&mut self, at: usize, keys: &[&str], values: &[CompactString]) {
        let item = &mut self.pool[at];
        for (key, value) in keys.iter().zip(values) {
            if value.is_empty() || item.get(key).is_some() {
                continue;
            }
            match &mut item.value {
                Value::Map(map) => {
                    map.set(key, Node::scalar(Origin::NONE, Scalar::resolved(value.clone(), Style::Plain)));
                }
                Value::Scalar(scalar) if key.is_empty() => {
                    *scalar = Scalar::resolved(scalar.text.clone(), scalar.style);
                }
                _ => {}
            }
        }
    }

    /// Sets every item of the object in the merged list: an item of the same identity gives way to it.
    fn append_object(&mut self, keys: &[&str]) -> Result<(), WrongItem> {
        for at in std::mem::take(&mut self.object) {
            let item = &self.pool[at];
            if keys == [""] {
                let values = [CompactString::from(raw_text(item))];
                set(&mut self.merged, &self.pool, keys, &values, Some(at))?;
                continue;
            }
            let mut values = Values::new();
            for key in keys {
                match (&item.value, item.get(key)) {
                    (Value::Map(_), Some(value)) => values.push(raw_text(value).into()),
                    (Value::Map(_), None) => self.merged.push(at),
                    _ if item.is_null() => self.merged.push(at),
                    _ => return Err(WrongItem(at)),
                }
            }
            if keys.len() > 1 {
                set(&mut self.merged, &self.pool, keys, &values, None)?;
            }
            set(&mut self.merged, &self.pool, keys, &values, Some(at))?;
        }
        Ok(())
    }

    fn collect(&mut self, order: &[usize]) -> Vec<Node> {
        let mut pool: Vec<Option<Node>> = std::mem::take(&mut self.pool).into_iter().map(Some).collect();
        // An item may stand twice; its last place gets the original.
        let mut last = vec![usize::MAX; pool.len()];
        order.iter().enumerate().for_each(|(i, &at)| last[at] = i);
        let take = |(i, &at): (usize, &usize)| if last[at] == i { pool[at].take() } else { pool[at].clone() };
        order.iter().enumerate().filter_map(take).collect()
    }
}

/// Whether an item has these values of keys.
fn is_wanted(item: &Node, wanted: &[(&str, &str)]) -> bool {
    match wanted {
        [("", value)] => raw_text(item) == *value,
        _ => item.as_map().is_some_and(|map| {
            wanted.iter().all(|(key, value)| map.get(key).is_some_and(|found| raw_text(found) == *value))
        }),
    }
}

/// Puts an item in the place of those with the same keys, or at the end when there are none; without an item, takes them out. Empty items go, and
/// with too few values everything that does not match does.
fn set(
    list: &mut Vec<usize>,
    pool: &[Node],
    keys: &[&str],
    values: &[CompactString],
    item: Option<usize>,
) -> Result<(), WrongItem> {
    let for_mappings = keys.first().is_some_and(|k| !k.is_empty()) && values.first().is_some_and(|v| !v.is_empty());
    let mut matched = false;
    let mut wrong = None;
    list.retain_mut(|at| {
        let node = &pool[*at];
        if wrong.is_some() || is_nothing(node) {
            return false;
        }
        if for_mappings && node.as_map().is_none() {
            return true;
        }
        match has_keys(node, keys, values) {
            None => {
                wrong = Some(WrongItem(*at));
                false
            }
            Some(false) => !values.is_empty(),
            Some(true) => {
                matched = true;
                if let Some(item) = item {
                    *at = item;
                }
                item.is_some()
            }
        }
    });
    if let Some(wrong) = wrong {
        return Err(wrong);
    }
    match item {
        Some(item) if !matched && !pool[item].is_null() => list.push(item),
        _ => {}
    }
    Ok(())
}

/// Whether a node has the values of keys; an empty value is any. A key beyond the values counts as found when the one before it was. None when the
/// node is of a kind that has no keys, or has some where a scalar is expected.
fn has_keys(node: &Node, keys: &[&str], values: &[CompactString]) -> Option<bool> {
    let mut found = false;
    for (i, key) in keys.iter().enumerate() {
        if let Some(value) = values.get(i) {
            found = match (&node.value, key.is_empty()) {
                (Value::Scalar(scalar), true) => scalar.text == *value,
                (Value::Map(map), false) => {
                    map.get(key).is_some_and(|field| value.is_empty() || raw_text(field) == value.as_str())
                }
                _ => return None,
            };
        }
        if !found {
            return Some(false);
        }
    }
    Some(true)
}

/// Fills gaps in identities from others that have a key in common and contradict in none (`8080` and `8080/TCP` are one).
fn complete(ids: &mut [Values]) {
    if ids.iter().all(|values| values.iter().all(|v| !v.is_empty())) {
        return;
    }
    for i in 0..ids.len() {
        let first = ids[i].clone();
        for j in 0..ids.len() {
            if let Some(both) = join(&first, &ids[j]) {
                ids[i] = both.clone();
                ids[j] = both;
            }
        }
    }
}

fn join(a: &Values, b: &Values) -> Option<Values> {
    let mut common = false;
    let mut both = Values::new();
    for (x, y) in a.iter().zip(b) {
        if x == y {
            common = true;
        } else if !x.is_empty() && !y.is_empty() {
            return None;
        }
        both.push(if x.is_empty() { y.clone() } else { x.clone() });
    }
    common.then_some(both)
}
