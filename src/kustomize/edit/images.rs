//! Images and counts of replicas.

use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::kustomize::transformers::split_image;
use crate::yaml::{Map, Node, Origin, Scalar, Value};

use super::tree::{Tree, name, record, set_text, text};

/// Means: what the file has.
const KEEP: &str = "*";

/// An image of the command line.
struct Image<'a> {
    name: &'a str,
    new_name: &'a str,
    tag: &'a str,
    digest: &'a str,
}

/// Sets images: an entry with the name is replaced, others are appended, or put in order where the list is in order.
pub(super) fn set_images(tree: &mut Tree, arguments: &[String]) -> Result<bool, Diagnostics> {
    let mut images: Vec<Image<'_>> = Vec::new();
    for argument in arguments {
        let image = parse_image(argument)?;
        // Of two with one name, the last counts.
        images.retain(|other| other.name != image.name);
        images.push(image);
    }
    for image in images {
        let list = tree.list("images");
        let place = by_name(list, image.name);
        let old = place.map(|place| list[place].clone()).unwrap_or_else(|| record(&[]));
        let kept = |new: &str, field: &str| if new == KEEP { text(&old, field).to_owned() } else { new.to_owned() };
        let fields = [
            ("newName", kept(image.new_name, "newName")),
            ("newTag", kept(image.tag, "newTag")),
            ("digest", kept(image.digest, "digest")),
            ("tagSuffix", String::new()),
        ];
        let mut entry = old.as_map().cloned().unwrap_or_default();
        set_text(&mut entry, "name", image.name);
        fields.iter().for_each(|(field, value)| set_text(&mut entry, field, value));
        put(list, place, image.name, Node::new(old.origin, Value::Map(entry)));
    }
    Ok(true)
}

/// The first entry with a name; others with it are taken out.
fn by_name(list: &mut Vec<Node>, name: &str) -> Option<usize> {
    let place = list.iter().position(|entry| text(entry, "name") == name)?;
    let mut number = 0;
    list.retain(|entry| {
        number += 1;
        number <= place + 1 || text(entry, "name") != name
    });
    Some(place)
}

/// Puts an entry where it was, or a new one behind those before it, where the list is in the order of names, else at its end.
fn put(list: &mut Vec<Node>, place: Option<usize>, name: &str, entry: Node) {
    match place {
        Some(place) => list[place] = entry,
        None if list.is_sorted_by(|a, b| text(a, "name") <= text(b, "name")) => {
            let at = list.partition_point(|other| text(other, "name") < name);
            list.insert(at, entry);
        }
        None => list.push(entry),
    }
}

fn parse_image(argument: &str) -> Result<Image<'_>, Diagnostic> {
    let (key, value) = argument.split_once('=').map_or(("", argument), |(key, value)| (key, value));
    let (name, tag, digest) = split_image(value);
    if name == argument {
        return Err(Diagnostic::error("redisops::edit::image", format!("`{argument}` is no image to set")).help(
            "write IMAGE=NEWIMAGE:NEWTAG, IMAGE=NEWIMAGE@DIGEST, IMAGE=NEWIMAGE:NEWTAG@DIGEST, IMAGE=NEWIMAGE, IMAGE:NEWTAG, IMAGE:NEWTAG@DIGEST or IMAGE@DIGEST",
        ));
    }
    Ok(if key.is_empty() {
        Image { name, new_name: "", tag, digest }
    } else {
        Image { name: key, new_name: name, tag, digest }
    })
}

/// Sets counts of replicas.
pub(super) fn set_replicas(tree: &mut Tree, arguments: &[String]) -> Result<bool, Diagnostics> {
    let mut counts: Vec<(&str, i64)> = Vec::new();
    for argument in arguments {
        let (name, count) = parse_replicas(argument)?;
        counts.retain(|(other, _)| *other != name);
        counts.push((name, count));
    }
    for (replica, count) in counts {
        let list = tree.list("replicas");
        let place = by_name(list, replica);
        let old = place.map(|place| list[place].clone()).unwrap_or_else(|| record(&[]));
        let mut entry: Map = old.as_map().cloned().unwrap_or_default();
        set_text(&mut entry, "name", replica);
        let field = name(&entry, "count");
        entry.set(&field, Node::scalar(Origin::NONE, Scalar::int(count)));
        put(list, place, replica, Node::new(old.origin, Value::Map(entry)));
    }
    Ok(true)
}

fn parse_replicas(argument: &str) -> Result<(&str, i64), Diagnostic> {
    let parts: Vec<&str> = argument.split('=').collect();
    if let [name, count] = parts[..]
        && let Ok(count) = count.parse()
    {
        return Ok((name, count));
    }
    Err(Diagnostic::error("redisops::edit::replicas", format!("`{argument}` is no count of replicas"))
        .help("write NAME=COUNT"))
}
