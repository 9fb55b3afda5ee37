//! Users of a node against those of Git. Passwords are compared as the hashes that servers keep, and never shown.

use serde_json::Value as Json;

use crate::redis::acl::{Rules, allow_the_same};

use super::super::report::NodeField;
use super::answers::Answers;
use super::wanted::{Wanted, WantedUser};

/// The user that every server has, whatever Git says.
pub(super) const DEFAULT: &str = "default";

/// Users that differ, that are missing, and that Git does not know.
pub(super) fn users(wanted: &Wanted, live: &Answers) -> Vec<NodeField> {
    let (Some(all), Some(running)) = (&wanted.users, &live.users) else { return Vec::new() };
    let open_channels = live.config.get("acl-pubsub-default").is_some_and(|value| value == "allchannels");
    // A later line of a user goes on where an earlier one ended only in redis.conf, which takes a name once.
    let mut fields = Vec::new();
    for user in all {
        let found = running.iter().find(|one| one.name == user.rules.name);
        match found {
            Some(one) if allow_the_same(one, &user.rules, &live.categories, open_channels) => {}
            found => fields.push(field(&user.rules.name, found, Some(user))),
        }
    }
    let is_known = |name: &str| {
        name == DEFAULT || wanted.own_user.as_deref() == Some(name) || all.iter().any(|user| user.rules.name == name)
    };
    fields.extend(running.iter().filter(|one| !is_known(&one.name)).map(|one| field(&one.name, Some(one), None)));
    fields.sort_by(|a, b| a.path.cmp(&b.path));
    fields
}

fn field(name: &str, live: Option<&Rules>, wanted: Option<&WantedUser>) -> NodeField {
    let shown = |rules: Option<&Rules>| rules.map_or(Json::Null, |rules| Json::from(rules.masked()));
    NodeField {
        path: format!("acl.{name}"),
        before: shown(live),
        after: shown(wanted.map(|user| &user.rules)),
        origin: wanted.and_then(|user| user.origin.clone()),
        fix: "runtime".to_owned(),
        unsaved: false,
    }
}
