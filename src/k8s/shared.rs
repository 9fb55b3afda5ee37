//! Scalars that stand in several places of an object and are one scalar.
//!
//! The reference puts the same node under every field that a label or annotation creates in an object. Whatever later overwrites the label in one place
//! (an overlay that sets it without selectors, a patch, a replacement) thereby overwrites it in all of them. Rendered output depends on this, so it is
//! kept: nodes of one object that were created together have the same [`Origin`], and after a step that writes, [`Resource::spread_writes`] gives what
//! was written to one of them to the others. A JSON patch rebuilds the object and ends the sharing ([`Resource::unshare`]).

use crate::yaml::{Node, Origin, Scalar, Trace, Value};

use super::Resource;

/// One scalar in several places.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SharedScalar {
    /// The origin that all places have.
    pub origin: Origin,
    /// How many places there were when it was created.
    pub places: u32,
    /// Whether `metadata.annotations` has a scalar of its own since. The reference rewrites all annotations whenever it notes something there.
    own_annotations: bool,
}

/// The last write to a shared scalar.
struct Last {
    number: usize,
    origin: Origin,
    scalar: Scalar,
}

impl Resource {
    /// Notes that the nodes with that origin are one scalar in several places.
    pub fn share(&mut self, origin: Origin, places: u32) {
        self.shared.push(SharedScalar { origin, places, own_annotations: false });
    }

    /// The shared scalar with that origin.
    pub fn shared_at(&self, origin: Origin) -> Option<&SharedScalar> {
        self.shared.iter().find(|s| s.origin == origin)
    }

    /// Makes every place a scalar of its own: for steps that rebuild the object.
    pub fn unshare(&mut self) {
        self.shared.clear();
    }

    /// Makes the annotations of the object scalars of their own.
    pub fn own_annotations(&mut self) {
        for shared in &mut self.shared {
            shared.own_annotations = true;
        }
    }

    /// Gives what was written to one place of a shared scalar to all its places. `since` is [`Trace::len`] before this object was written to; all
    /// writes since then are looked at.
    pub fn spread_writes(&mut self, trace: &Trace, since: usize) {
        if self.shared.is_empty() || !trace.any_replaced(since, |origin| self.shared_at(origin).is_some()) {
            return;
        }
        for i in 0..self.shared.len() {
            let shared = self.shared[i];
            let mut last: Option<Last> = None;
            each_scalar(&mut self.node, shared.own_annotations, &mut |origin, scalar| {
                let written = trace.replaced(*origin, since).filter(|_| is_of(trace, *origin, shared.origin, since));
                if let Some((number, _)) = written
                    && last.as_ref().is_none_or(|l| l.number < number)
                {
                    last = Some(Last { number, origin: *origin, scalar: scalar.clone() });
                }
            });
            let Some(last) = last else { continue };
            each_scalar(&mut self.node, shared.own_annotations, &mut |origin, scalar| {
                if is_of(trace, *origin, shared.origin, since) {
                    *origin = last.origin;
                    scalar.text.clone_from(&last.scalar.text);
                    scalar.tag = last.scalar.tag;
                }
            });
            self.shared[i].origin = last.origin;
        }
    }
}

/// Whether a node is, or replaced since then, a node of that origin.
fn is_of(trace: &Trace, mut origin: Origin, shared: Origin, since: usize) -> bool {
    loop {
        if origin == shared {
            return true;
        }
        match trace.replaced(origin, since) {
            Some((_, before)) => origin = before,
            None => return false,
        }
    }
}

fn each_scalar(object: &mut Node, without_annotations: bool, visit: &mut dyn FnMut(&mut Origin, &mut Scalar)) {
    let Some(map) = object.as_map_mut() else { return };
    for entry in &mut map.entries {
        match entry.value.as_map_mut() {
            Some(metadata) if without_annotations && entry.key.text == "metadata" => {
                let others = metadata.entries.iter_mut().filter(|e| e.key.text != "annotations");
                others.for_each(|e| walk(&mut e.value, visit));
            }
            _ => walk(&mut entry.value, visit),
        }
    }
}

fn walk(node: &mut Node, visit: &mut dyn FnMut(&mut Origin, &mut Scalar)) {
    match &mut node.value {
        Value::Scalar(scalar) => visit(&mut node.origin, scalar),
        Value::Seq(items) => items.iter_mut().for_each(|item| walk(item, visit)),
        Value::Map(map) => map.entries.iter_mut().for_each(|e| walk(&mut e.value, visit)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::Pos;
    use crate::yaml::Via;

    fn object(trace: &Trace) -> (Resource, Origin) {
        let origin = trace.created(Pos::from_raw(5), Via::Field("labels"));
        let mut node = Node::empty_map(Origin::NONE);
        for top in ["metadata", "spec"] {
            let mut inner = Node::empty_map(Origin::NONE);
            inner.as_map_mut().unwrap().set("env", Node::string(origin, "a"));
            node.as_map_mut().unwrap().set(top, inner);
        }
        let mut resource = Resource::new(node);
        resource.share(origin, 2);
        (resource, origin)
    }

    fn overwrite(resource: &mut Resource, trace: &Trace, path: &[&str], text: &str) {
        let node = resource.node.lookup_mut(path).unwrap();
        let before = node.as_scalar().unwrap().clone();
        *node = Node::string(trace.overwrote(Pos::from_raw(9), Via::Patch, Node::scalar(node.origin, before)), text);
    }

    #[test]
    fn what_is_written_to_one_place_is_written_to_all() {
        let trace = Trace::new();
        let (mut resource, _) = object(&trace);
        let since = trace.len();
        overwrite(&mut resource, &trace, &["metadata", "env"], "b");
        resource.spread_writes(&trace, since);
        assert_eq!(resource.node.text_at(&["spec", "env"]), Some("b"));
        // The scalar stays shared, and the last write wins.
        let since = trace.len();
        overwrite(&mut resource, &trace, &["spec", "env"], "c");
        overwrite(&mut resource, &trace, &["metadata", "env"], "d");
        resource.spread_writes(&trace, since);
        assert_eq!(resource.node.text_at(&["spec", "env"]), Some("d"));
        assert_eq!(resource.node.text_at(&["metadata", "env"]), Some("d"));
    }

    #[test]
    fn rebuilt_objects_share_nothing() {
        let trace = Trace::new();
        let (mut resource, _) = object(&trace);
        resource.unshare();
        let since = trace.len();
        overwrite(&mut resource, &trace, &["metadata", "env"], "b");
        resource.spread_writes(&trace, since);
        assert_eq!(resource.node.text_at(&["spec", "env"]), Some("a"));
    }
}
