//! Replicas that would go down together with their master.

use std::collections::BTreeSet;

use serde_json::json;

use super::super::report::NodeField;
use super::answers::Answers;
use super::health::field;

/// The zone of a node: what the server says of itself, else that of the machine under it.
fn zone(live: &Answers) -> Option<&str> {
    let own = live.info.get("availability_zone");
    let own = own.or(live.config.get("availability-zone").map(String::as_str)).filter(|zone| !zone.is_empty());
    own.or(live.zone.as_deref())
}

/// The zones in which there is something: nodes of the database, or machines that could have them.
pub(super) fn all<'a>(nodes: impl Iterator<Item = &'a Answers>) -> BTreeSet<&'a str> {
    let mut all = BTreeSet::new();
    for live in nodes {
        all.extend(zone(live));
        all.extend(live.zones.iter().map(String::as_str));
    }
    all
}

/// What is told, with the position of the first of the replicas, where all of them are in the zone of their master and there are other zones. Of one whose zone
/// is not known nobody can say that it goes down, too.
pub(super) fn together(
    master: &Answers,
    replicas: &[(usize, &Answers)],
    all: &BTreeSet<&str>,
) -> Option<(usize, NodeField)> {
    let own = zone(master)?;
    let (first, _) = replicas.first()?;
    let elsewhere: Vec<&&str> = all.iter().filter(|other| **other != own).collect();
    let is_told = !elsewhere.is_empty() && replicas.iter().all(|(_, live)| zone(live) == Some(own));
    is_told.then(|| (*first, field("zone", own, json!(elsewhere), "restart")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(zone: Option<&str>, zones: &[&str]) -> Answers {
        Answers {
            zone: zone.map(str::to_owned),
            zones: zones.iter().map(|it| (*it).to_owned()).collect(),
            ..Answers::default()
        }
    }

    fn told(nodes: &[Answers]) -> Option<(usize, serde_json::Value, serde_json::Value)> {
        let replicas: Vec<(usize, &Answers)> = nodes.iter().enumerate().skip(1).collect();
        let (index, field) = together(&nodes[0], &replicas, &all(nodes.iter()))?;
        Some((index, field.before, field.after))
    }

    #[test]
    fn replicas_are_told_where_all_are_with_their_master_and_need_not_be() {
        let zones = ["a", "b"];
        assert_eq!(
            told(&[node(Some("a"), &zones), node(Some("a"), &zones), node(Some("a"), &zones)]),
            Some((1, json!("a"), json!(["b"])))
        );
        assert_eq!(told(&[node(Some("a"), &zones), node(Some("a"), &zones), node(Some("b"), &zones)]), None);
        assert_eq!(told(&[node(Some("a"), &zones), node(None, &zones)]), None, "a zone that nobody knows");
        assert_eq!(told(&[node(Some("a"), &[]), node(Some("a"), &[])]), None, "there is no other zone");
        assert_eq!(told(&[node(None, &zones), node(Some("a"), &zones)]), None);
        assert_eq!(told(&[node(Some("a"), &zones)]), None, "no replica");
    }

    #[test]
    fn what_a_server_says_of_itself_wins() {
        let mut replica = node(Some("a"), &["a", "b"]);
        replica.config.insert("availability-zone".to_owned(), "b".to_owned());
        assert_eq!(told(&[node(Some("a"), &["a", "b"]), replica]), None);
    }
}
