//! A password that nodes take from a Secret when they start: what they have now against what Git wants.

use serde_json::Value as Json;

use crate::diagnostics::render::MASKED;
use crate::redis::acl::{Rules, hash};

use super::super::report::NodeField;
use super::answers::Answers;
use super::users::DEFAULT;
use super::wanted::{Wanted, WantedPassword};

/// What differs. A server that was started with another password has to be started again: its probes have that one, too.
pub(super) fn password(wanted: &Wanted, live: &Answers) -> Vec<NodeField> {
    let (Some(password), Some(users)) = (wanted.password(DEFAULT), &live.users) else { return Vec::new() };
    let default = users.iter().find(|user| user.name == DEFAULT);
    let Some(rules) = default.filter(|rules| rules.passwords().is_some_and(|now| !now.is_empty())) else {
        // Nobody asks for a password there: no start script was at work.
        return Vec::new();
    };
    let differs = |name: &str| {
        let now = live.config.get(name).filter(|value| !value.is_empty());
        now.is_some_and(|value| value != password.value.expose())
    };
    let mut fields = Vec::new();
    if differs("requirepass") {
        fields.push(field(password, "config.requirepass", Json::from(MASKED), Json::from(MASKED), "restart"));
    }
    if differs("masterauth") {
        fields.push(field(password, "config.masterauth", Json::from(MASKED), Json::from(MASKED), "runtime"));
    }
    let only = hash(password.value.expose());
    if rules.passwords().is_some_and(|now| now.len() != 1 || !now.contains(&only)) {
        let after = Rules::of(DEFAULT.to_owned(), ["on", "~*", "&*", "+@all", &format!("#{only}")]);
        fields.push(field(password, "acl.default", Json::from(rules.masked()), Json::from(after.masked()), "runtime"));
    }
    fields
}

fn field(password: &WantedPassword, path: &str, before: Json, after: Json, fix: &str) -> NodeField {
    NodeField {
        path: path.to_owned(),
        before,
        after,
        origin: password.origin.clone(),
        fix: fix.to_owned(),
        unsaved: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secrets::Secret;

    fn found(requirepass: &str, masterauth: &str, passwords: &[&str]) -> Vec<(String, String)> {
        let hashes = passwords.iter().map(|one| format!(" #{}", hash(one))).collect::<String>();
        let rules = if passwords.is_empty() { " nopass".to_owned() } else { hashes };
        let live = Answers {
            users: Rules::parse(&format!("user default on{rules} ~* &* +@all")).map(|rules| vec![rules]),
            config: [("requirepass", requirepass), ("masterauth", masterauth)]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
            ..Answers::default()
        };
        let value = Secret::new("new");
        let wanted = Wanted {
            passwords: vec![WantedPassword {
                user: DEFAULT.into(),
                secret: "s".into(),
                key: "k".into(),
                value,
                origin: None,
            }],
            ..Wanted::empty("cache")
        };
        let fields = password(&wanted, &live);
        let text = format!("{fields:?}");
        assert!(!text.contains("new") && !text.contains("\"old"), "{text}");
        fields.into_iter().map(|field| (field.path, field.fix)).collect()
    }

    #[test]
    fn from_the_old_one_over_both_to_the_new_one() {
        let is = |found: Vec<(String, String)>, wanted: &[(&str, &str)]| {
            let found: Vec<(&str, &str)> = found.iter().map(|(path, fix)| (path.as_str(), fix.as_str())).collect();
            assert_eq!(found, wanted);
        };
        let (restart, master, user) =
            (("config.requirepass", "restart"), ("config.masterauth", "runtime"), ("acl.default", "runtime"));
        is(found("old", "old", &["old"]), &[restart, master, user]);
        is(found("old", "new", &["old", "new"]), &[restart, user]);
        is(found("new", "new", &["new", "old"]), &[user]);
        is(found("new", "new", &["new"]), &[]);
        // Its own start script is not what sets it: only whether it lets in is of interest.
        is(found("", "", &["new"]), &[]);
        is(found("", "", &[]), &[]);
    }
}
