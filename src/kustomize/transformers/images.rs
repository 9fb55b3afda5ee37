//! `images`: names, tags and digests of container images.
//!
//! The reference walks all objects once per entry; here every image is looked at once and taken through the entries that are for it, in their order.

use rustc_hash::FxHashMap;

use crate::diagnostics::Diagnostics;
use crate::k8s::{ResMap, Resource};
use crate::kustomize::Transformer;
use crate::kustomize::context::Context;
use crate::kustomize::decode::{Decoder, FromNode, record};
use crate::kustomize::fields::{FieldError, Missing};
use crate::kustomize::specs::FieldSpecs;
use crate::kustomize::types::{FieldSpec, Image};
use crate::yaml::{Node, Value, Via};

use super::image_name::{NameIndex, split};
use super::writer::{Cause, Writer, expect_scalar};

/// Changes images.
#[derive(Debug)]
pub struct Images {
    images: Vec<Image>,
    names: NameIndex,
    specs: FieldSpecs,
}

record! {
    Config as "an ImageTagTransformer" {
        image: Image = "imageTag",
        field_specs: Vec<FieldSpec> = "fieldSpecs",
    }
}

impl Images {
    /// For all entries of `images`.
    pub fn new(images: Vec<Image>, specs: FieldSpecs) -> Images {
        let names = NameIndex::new(images.iter().map(|i| i.name.value.clone()).collect());
        Images { images, names, specs }
    }

    /// From plugin configuration.
    ///
    /// # Errors
    /// When the configuration is wrong.
    pub fn from_config(node: &Node, cx: &Context<'_>) -> Result<Images, Diagnostics> {
        let mut decoder = Decoder::plugin(cx.trace);
        let config = Config::from_node(node, &mut decoder);
        let config = decoder.finish(config)?;
        Ok(Images::new(vec![config.image], config.field_specs.into()))
    }

    /// The image after all entries; each is applied `times` times, which matters when its result is for itself again.
    fn change(&self, image: &str, times: u32) -> Option<(String, usize)> {
        let mut number = self.names.next(image, 0)?;
        let mut current = image.to_owned();
        let mut last = number;
        loop {
            for i in 0..times {
                if i > 0 && !self.names.matches(number, &current) {
                    break;
                }
                current = apply(&self.images[number], &current);
                last = number;
            }
            match self.names.next(&current, number + 1) {
                Some(next) => number = next,
                None => return Some((current, last)),
            }
        }
    }

    fn transform_one(&self, resource: &mut Resource, writers: &[Writer<'_>]) -> Result<(), (String, FieldError)> {
        // How often the reference visits a node for one entry, by its address: nothing is moved while the object is walked.
        let mut visits: FxHashMap<usize, u32> = FxHashMap::default();
        let mut note = |node: &Node| *visits.entry(std::ptr::from_ref(node).addr()).or_insert(0) += 1;
        containers(&resource.node, &mut note).map_err(|e| ("containers[]/image".to_owned(), e))?;
        let numbers = self.specs.of_kind(resource.api_version(), resource.kind());
        for &number in numbers.iter() {
            let path = &self.specs.paths()[number as usize];
            path.visit(&mut resource.node, Missing::Leave, &mut |node| {
                expect_scalar(node)?;
                note(node);
                Ok(())
            })
            .map_err(|e| (path.spec.path.clone(), e))?;
        }
        if !visits.is_empty() {
            self.write(&mut resource.node, &visits, writers);
        }
        Ok(())
    }

    fn write(&self, node: &mut Node, visits: &FxHashMap<usize, u32>, writers: &[Writer<'_>]) {
        let times = visits.get(&std::ptr::from_ref(node).addr()).copied();
        match &mut node.value {
            Value::Scalar(scalar) => {
                let changed = times.and_then(|times| self.change(&scalar.text, times));
                if let Some((image, number)) = changed {
                    writers[number].write_text(node, &image);
                }
            }
            Value::Seq(items) => items.iter_mut().for_each(|item| self.write(item, visits, writers)),
            Value::Map(map) => map.entries.iter_mut().for_each(|e| self.write(&mut e.value, visits, writers)),
        }
    }
}

/// Calls `found` for the image of every item of every list named `containers` or `initContainers`.
fn containers(node: &Node, found: &mut dyn FnMut(&Node)) -> Result<(), FieldError> {
    match &node.value {
        Value::Scalar(_) => Ok(()),
        Value::Seq(items) => items.iter().try_for_each(|item| containers(item, found)),
        Value::Map(map) => {
            for entry in &map.entries {
                containers(&entry.value, found)?;
                if !matches!(entry.key.text.as_str(), "containers" | "initContainers") {
                    continue;
                }
                for item in entry.value.as_seq().into_iter().flatten() {
                    if item.is_null() {
                        continue;
                    }
                    let Some(container) = item.as_map() else {
                        let message = format!("an item of `{}` is no mapping", entry.key.text);
                        return Err(FieldError::at(item, message));
                    };
                    if let Some(image) = container.get("image").filter(|i| !i.is_null()) {
                        expect_scalar(image)?;
                        found(image);
                    }
                }
            }
            Ok(())
        }
    }
}

/// The image after one entry that is for it. A new tag or digest takes the place of both.
fn apply(entry: &Image, image: &str) -> String {
    let (mut name, old_tag, mut digest) = split(image);
    let mut tag = old_tag.to_owned();
    if !entry.new_name.is_empty() {
        name = &entry.new_name;
    }
    if !entry.new_tag.is_empty() {
        tag.clone_from(&entry.new_tag.value);
        digest = &entry.digest;
    } else if !entry.digest.is_empty() {
        tag.clear();
        digest = &entry.digest;
    } else if !entry.tag_suffix.is_empty() {
        tag.push_str(&entry.tag_suffix);
        digest = "";
    }
    let mut result = name.to_owned();
    for (separator, part) in [(':', tag.as_str()), ('@', digest)] {
        if !part.is_empty() {
            result.push(separator);
            result.push_str(part);
        }
    }
    result
}

impl Transformer for Images {
    fn transform(&self, resources: &mut ResMap, cx: &Context<'_>) -> Result<(), Diagnostics> {
        if self.images.is_empty() {
            return Ok(());
        }
        let writers: Vec<Writer<'_>> =
            self.images.iter().map(|i| Writer::new(cx.trace, i.pos, Via::Field("images"))).collect();
        let mut found = Diagnostics::new();
        for resource in resources.contents_mut() {
            if resource.kind() == "CustomResourceDefinition" {
                continue;
            }
            if let Err((path, error)) = self.transform_one(resource, &writers) {
                let cause = Cause { field: "images", pos: self.images[0].pos };
                found.push(cause.error(&error, &path, resource, cx));
            }
        }
        if found.has_errors() { Err(found) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Fixture, text};
    use super::*;
    use crate::k8s::fieldspecs_default::IMAGES;

    fn entry(name: &str, new_name: &str, new_tag: &str, digest: &str, suffix: &str) -> Image {
        Image {
            name: text(name),
            new_name: text(new_name),
            new_tag: text(new_tag),
            digest: text(digest),
            tag_suffix: text(suffix),
            ..Image::default()
        }
    }

    fn changed(entries: Vec<Image>, image: &str) -> String {
        let fixture = Fixture::new();
        let pod = format!(
            r#"{{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"a"}},"spec":{{"containers":[{{"image":"{image}"}}]}}}}"#
        );
        let mut resources = fixture.resources(&[&pod]);
        Images::new(entries, FieldSpecs::from_table(IMAGES)).transform(&mut resources, &fixture.cx()).unwrap();
        let containers = resources.at(0).node.lookup(&["spec", "containers"]).unwrap().as_seq().unwrap();
        containers[0].text_at(&["image"]).unwrap().to_owned()
    }

    #[test]
    fn tags_and_digests_replace_each_other() {
        assert_eq!(changed(vec![entry("nginx", "", "2", "", "")], "nginx:1@sha256:x"), "nginx:2");
        assert_eq!(changed(vec![entry("nginx", "", "", "sha256:y", "")], "nginx:1"), "nginx@sha256:y");
        assert_eq!(changed(vec![entry("nginx", "n", "2", "sha256:y", "")], "nginx:1"), "n:2@sha256:y");
        assert_eq!(changed(vec![entry("apache", "n", "2", "", "")], "nginx:1"), "nginx:1");
    }

    #[test]
    fn the_result_of_an_entry_is_for_later_ones() {
        let entries = vec![entry("a", "b", "", "", ""), entry("b", "c", "", "", ""), entry("a", "z", "", "", "")];
        assert_eq!(changed(entries, "a:1"), "c:1");
    }

    #[test]
    fn an_image_that_two_rules_find_is_changed_twice() {
        // `kustomize build` of a Pod: the default field specs and the search for containers both reach it.
        assert_eq!(changed(vec![entry("nginx", "", "", "", "-x")], "nginx:1"), "nginx:1-x-x");
    }
}
