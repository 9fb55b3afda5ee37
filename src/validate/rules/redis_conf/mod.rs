//! Mistakes in the configuration of servers: files in ConfigMaps and Secrets, and command lines.

mod deprecated;
mod repeated;
mod syntax;
mod unknown_directive;
mod wrong_value;
mod wrong_version;

pub use deprecated::Deprecated;
pub use repeated::Repeated;
pub use syntax::Syntax;
pub use unknown_directive::UnknownDirective;
pub use wrong_value::WrongValue;
pub use wrong_version::WrongVersion;

use crate::redis::config::Flaw;
use crate::validate::rules::facts::flaw_place;
use crate::validate::{Findings, Objects, Rule};

/// Reports the mistakes of one kind, in files first.
fn report(rule: &dyn Rule, flaw: Flaw, objects: &Objects<'_>, found: &mut Findings) {
    let facts = objects.facts();
    for file in &facts.files {
        for mistake in file.mistakes.iter().filter(|mistake| mistake.flaw == flaw) {
            let finding = found.add(rule, objects, &file.field, mistake.message.clone());
            finding.help.clone_from(&mistake.help);
            if let (Some(place), Some(first)) = (flaw_place(objects, file, mistake), finding.labels.first_mut()) {
                *first = place;
            }
        }
    }
    for server in &facts.servers {
        for mistake in server.mistakes.iter().filter(|mistake| mistake.flaw == flaw) {
            let Some(argument) = server.arguments.get(mistake.at) else { continue };
            let finding = found.add(rule, objects, &argument.field, mistake.message.clone());
            finding.help.clone_from(&mistake.help);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{found, found_with};
    use super::*;
    use crate::validate::Settings;

    fn file(lines: &str) -> String {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c}}\ndata:\n  redis.conf: |\n    {}\n",
            lines.replace('\n', "\n    ")
        )
    }

    fn pod(image: &str, arguments: &str) -> String {
        format!(
            "---\napiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec:\n  containers:\n  - name: redis\n    image: {image}\n    args: [{arguments}]\n    \
             volumeMounts: [{{name: conf, mountPath: /etc/redis}}]\n  volumes:\n  - {{name: conf, configMap: {{name: c}}}}\n"
        )
    }

    #[test]
    fn each_mistake_stands_at_its_word() {
        let text = file("# memory\nmaxmemmory 1gb\nappendonly ja\nslave-read-only yes\nport 1\nport 2\nsave \"1 2");
        let path = "data[\"redis.conf\"]";
        let all = |rule: &dyn Rule| found(rule, &text);
        assert!(
            all(&UnknownDirective)[0].starts_with(&format!("error 7:5 {path}: `maxmemmory` is no directive")),
            "{:?}",
            all(&UnknownDirective)
        );
        assert!(all(&WrongValue)[0].starts_with(&format!("error 8:16 {path}: `ja` is no value of `appendonly`")));
        assert!(all(&Deprecated)[0].starts_with(&format!("warning 9:5 {path}: `slave-read-only` is an old name")));
        assert!(all(&Repeated)[0].starts_with(&format!("warning 10:5 {path}: `port` stands again")));
        assert!(all(&Syntax)[0].starts_with(&format!("error 12:10 {path}: a quote without")));
        let good = file("maxmemory 1gb\nappendonly yes\nreplica-read-only yes\nsave 1 2");
        for rule in [&UnknownDirective as &dyn Rule, &WrongValue, &Deprecated, &Repeated, &Syntax, &WrongVersion] {
            assert_eq!(found(rule, &good), [""; 0]);
        }
    }

    #[test]
    fn the_image_says_which_server_it_is() {
        let text = |image: &str| file("gopher-enabled yes") + &pod(image, "/etc/redis/redis.conf");
        assert_eq!(
            found(&WrongVersion, &text("redis:7.0")),
            ["error 6:5 data[\"redis.conf\"]: Redis 7.0 does not know `gopher-enabled`: the server does not start"]
        );
        assert_eq!(found(&WrongVersion, &text("redis:6.2")), [""; 0]);
        let settings = Settings { redis_version: Some("7.0".to_owned()), ..Settings::default() };
        assert_eq!(found_with(&WrongVersion, &text("redis"), &settings, |_| {}).len(), 1);
    }

    #[test]
    fn files_with_other_names_are_found_by_their_mounts() {
        let other = file("maxmemmory 1gb").replace("redis.conf", "cache.conf");
        assert_eq!(found(&UnknownDirective, &other), [""; 0]);
        let mounted = other + &pod("redis:7.0", "/etc/redis/cache.conf");
        assert_eq!(found(&UnknownDirective, &mounted).len(), 1);
    }

    #[test]
    fn command_lines_are_checked() {
        let text = pod("redis:7.0", "--maxmemmory, 1gb, --port, x");
        assert_eq!(
            found(&UnknownDirective, &text),
            [
                "error 9:12 spec.containers[name=redis].args[0]: `maxmemmory` is no directive of Redis 7.0: the server does not start"
            ]
        );
        assert_eq!(found(&WrongValue, &text).len(), 1);
        assert_eq!(found(&UnknownDirective, &pod("oliver006/redis_exporter:v1", "--maxmemmory, 1gb")), [""; 0]);
    }

    #[test]
    fn secrets_are_decoded_and_not_shown() {
        let text = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata:\n  redis.conf: cmVxdWlyZXBhc3MgaHVudGVyMiBodW50ZXIzCg==\n";
        let all = found(&WrongValue, text);
        assert!(all.len() == 1 && all[0].starts_with("error 5:15") && !all[0].contains("hunter"), "{all:?}");
    }
}
