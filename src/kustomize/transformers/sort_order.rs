//! The order of the output.

use std::cmp::Ordering;

use rustc_hash::FxHashMap;

use crate::diagnostics::{Diagnostic, Diagnostics, did_you_mean};
use crate::k8s::{Gvk, ORDER_FIRST, ORDER_LAST, ResMap, Resource};
use crate::kustomize::Transformer;
use crate::kustomize::context::Context;
use crate::kustomize::types::SortOptions;

/// Puts the objects into the order of the output.
#[derive(Clone, Debug)]
pub struct SortOrder {
    /// Kinds in front and at the end; none leaves the order as it is.
    kinds: Option<(Vec<String>, Vec<String>)>,
}

impl SortOrder {
    /// The order in which things were found.
    pub fn fifo() -> SortOrder {
        SortOrder { kinds: None }
    }

    /// By kind, the default kinds first and last, then by namespace and name.
    pub fn legacy() -> SortOrder {
        let owned = |kinds: &[&str]| kinds.iter().map(|k| (*k).to_owned()).collect();
        SortOrder { kinds: Some((owned(&ORDER_FIRST), owned(&ORDER_LAST))) }
    }

    /// For `sortOptions` of a kustomization.
    ///
    /// # Errors
    /// When the order is unknown, or has options of another order.
    pub fn new(options: &SortOptions) -> Result<SortOrder, Diagnostics> {
        match (options.order.value.as_str(), &options.legacy_sort_options) {
            ("fifo", None) => Ok(SortOrder::fifo()),
            ("legacy", None) => Ok(SortOrder::legacy()),
            ("legacy", Some(kinds)) => {
                Ok(SortOrder { kinds: Some((kinds.order_first.clone(), kinds.order_last.clone())) })
            }
            ("fifo", Some(kinds)) => Err(Diagnostic::error(
                "redisops::kustomization::sort_options",
                "`legacySortOptions` is set, but the order is `fifo`",
            )
            .label(kinds.pos, 1, "has no effect")
            .label(options.order.pos, options.order.len(), "because of this")
            .help("set `order: legacy`, or remove `legacySortOptions`")
            .into()),
            (other, _) => {
                let near = did_you_mean(other, ["legacy", "fifo"]);
                let pos = if options.order.pos.is_none() { options.pos } else { options.order.pos };
                Err(Diagnostic::error("redisops::kustomization::sort_options", format!("`{other}` is no sort order"))
                    .label(pos, other.len(), "expected `legacy` or `fifo`")
                    .help(near.map_or("use `legacy` or `fifo`".to_owned(), |n| format!("did you mean `{n}`?")))
                    .into())
            }
        }
    }
}

impl Transformer for SortOrder {
    fn transform(&self, resources: &mut ResMap, _: &Context<'_>) -> Result<(), Diagnostics> {
        if let Some((first, last)) = &self.kinds {
            sort(resources.list_mut(), first, last);
        }
        Ok(())
    }
}

fn sort(list: &mut Vec<Resource>, first: &[String], last: &[String]) {
    // A kind that stands in both lists belongs to the last one.
    let front = first.iter().enumerate().map(|(i, k)| (k.as_str(), i as i64 - first.len() as i64));
    let back = last.iter().enumerate().map(|(i, k)| (k.as_str(), i as i64 + 1));
    let ranks: FxHashMap<&str, i64> = front.chain(back).collect();
    let mut kinds: Vec<Gvk> = Vec::new();
    let mut numbers: FxHashMap<Gvk, usize> = FxHashMap::default();
    let of_object: Vec<usize> = list
        .iter()
        .map(|r| {
            let gvk = r.gvk();
            *numbers.entry(gvk).or_insert_with_key(|gvk| {
                kinds.push(gvk.clone());
                kinds.len() - 1
            })
        })
        .collect();
    let mut order: Vec<usize> = (0..kinds.len()).collect();
    let texts: Vec<String> = kinds.iter().map(Gvk::sort_text).collect();
    let rank = |i: usize| ranks.get(kinds[i].kind.as_str()).copied().unwrap_or(0);
    order.sort_by(|&a, &b| rank(a).cmp(&rank(b)).then_with(|| by_text((&kinds[a], &texts[a]), (&kinds[b], &texts[b]))));
    let mut position = vec![0; kinds.len()];
    order.iter().enumerate().for_each(|(i, &kind)| position[kind] = i);
    let mut keyed: Vec<((usize, String), Resource)> = std::mem::take(list)
        .into_iter()
        .zip(of_object)
        .map(|(resource, kind)| ((position[kind], id_text(&resource)), resource))
        .collect();
    keyed.sort_by(|(a, _), (b, _)| a.cmp(b));
    list.extend(keyed.into_iter().map(|(_, resource)| resource));
}

/// By group, version and kind as text, in which an empty group stands behind names. Core namespaces go before other objects of that kind name.
fn by_text(a: (&Gvk, &String), b: (&Gvk, &String)) -> Ordering {
    let is_core = |gvk: &Gvk| gvk.kind == "Namespace" && gvk.group.is_empty();
    match (is_core(a.0), is_core(b.0)) {
        (true, true) => b.1.cmp(a.1),
        (true, false) if b.0.kind == "Namespace" => Ordering::Less,
        (false, true) if a.0.kind == "Namespace" => Ordering::Greater,
        _ => a.1.cmp(b.1),
    }
}

fn id_text(resource: &Resource) -> String {
    fn or<'a>(part: &'a str, empty: &'a str) -> &'a str {
        if part.is_empty() { empty } else { part }
    }
    format!("{}|{}", or(resource.namespace(), "~X"), or(resource.name(), "~N"))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Fixture, text};
    use super::*;
    use crate::kustomize::types::LegacySortOptions;

    fn sorted(order: &SortOrder) -> Vec<String> {
        let fixture = Fixture::new();
        let mut resources = fixture.resources(&[
            r#"{"apiVersion":"admissionregistration.k8s.io/v1","kind":"ValidatingWebhookConfiguration","metadata":{"name":"w"}}"#,
            r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"b"}}"#,
            r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a","namespace":"z"}}"#,
            r#"{"apiVersion":"networking.k8s.io/v1","kind":"Ingress","metadata":{"name":"i"}}"#,
            r#"{"apiVersion":"x.io/v1","kind":"Namespace","metadata":{"name":"n"}}"#,
            r#"{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"n"}}"#,
        ]);
        order.transform(&mut resources, &fixture.cx()).unwrap();
        resources.iter().map(|r| format!("{} {} {}", r.api_version(), r.kind(), r.name())).collect()
    }

    #[test]
    fn legacy_order_is_by_kind_then_namespace_and_name() {
        assert_eq!(
            sorted(&SortOrder::legacy()),
            [
                "v1 Namespace n",
                "x.io/v1 Namespace n",
                "networking.k8s.io/v1 Ingress i",
                "v1 Pod a",
                "v1 Pod b",
                "admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration w",
            ]
        );
        assert_eq!(sorted(&SortOrder::fifo())[1], "v1 Pod b");
    }

    #[test]
    fn options_must_fit_the_order() {
        let kinds = LegacySortOptions { order_first: vec!["Pod".into()], ..LegacySortOptions::default() };
        let options = |order: &str| SortOptions {
            order: text(order),
            legacy_sort_options: Some(kinds.clone()),
            ..SortOptions::default()
        };
        assert_eq!(sorted(&SortOrder::new(&options("legacy")).unwrap())[0], "v1 Pod a");
        assert!(SortOrder::new(&options("fifo")).is_err());
        let error = SortOrder::new(&options("fifi")).unwrap_err();
        assert_eq!(error.0[0].help.as_deref(), Some("did you mean `fifo`?"));
    }
}
