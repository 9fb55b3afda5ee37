//! Passwords and private keys that anybody who reads the repository has.

use base64::Engine;

use crate::diagnostics::{Label, SourceKind};
use crate::k8s::Resource;
use crate::validate::rules::facts::word_place;
use crate::validate::{Field, Findings, Objects, Rule};

rule!(PlainSecret, "security/plain-secret", Warning);

const HELP: &str =
    "take it out of Git and change it: write a placeholder that `redisops secrets` fills, or an ExternalSecret";

/// Directives of a server whose first value is a password.
const PASSWORDS: [&str; 4] = ["requirepass", "masterauth", "primaryauth", "tls-key-file-pass"];

fn check(rule: &dyn Rule, objects: &Objects<'_>, found: &mut Findings) {
    for secret in objects.of_group_kind("", "Secret") {
        of_secret(rule, objects, secret, found);
    }
    for map in objects.of_group_kind("", "ConfigMap") {
        for (_, value) in Field::of(map).get("data").entries() {
            if value.text().is_some_and(is_private_key) {
                found.add(rule, objects, &value, "a private key in a ConfigMap").help = Some(HELP.to_owned());
            }
        }
    }
    let facts = objects.facts();
    for file in facts.files.iter().filter(|file| file.resource.kind() == "ConfigMap") {
        for line in &file.parsed.lines {
            let word = match line.name.text.as_str() {
                name if PASSWORDS.contains(&name) => line.arguments.first(),
                "sentinel" if line.argument(0).is_some_and(|it| it.eq_ignore_ascii_case("auth-pass")) => {
                    line.arguments.get(2)
                }
                "user" => line.arguments.iter().skip(1).find(|word| word.text.starts_with('>')),
                _ => None,
            };
            let Some(word) = word.filter(|word| is_plain(word.text.trim_start_matches('>'))) else { continue };
            let finding =
                found.add(rule, objects, &file.field, format!("a password behind `{}` in a ConfigMap", line.name.text));
            finding.help = Some(
                "take it out of Git and change it: include a file of a Secret, or give it as an argument from one"
                    .to_owned(),
            );
            if let (Some(place), Some(first)) = (word_place(objects, file, word), finding.labels.first_mut()) {
                *first = place;
            }
        }
    }
    for server in &facts.servers {
        for line in server.options.lines.iter().filter(|line| PASSWORDS.contains(&line.name.text.as_str())) {
            let Some(word) = line.arguments.first().filter(|word| is_plain(&word.text)) else { continue };
            if let Some(argument) = server.arguments.get(word.at) {
                let message =
                    format!("a password behind `--{}`: it shows in the list of processes, too", line.name.text);
                found.add(rule, objects, &argument.field, message).help = Some(HELP.to_owned());
            }
        }
    }
    for container in facts.workloads.iter().flat_map(|workload| &workload.containers) {
        for variable in container.field.get("env").items() {
            let (name, value) = (variable.get("name").text().unwrap_or(""), variable.get("value"));
            if is_name_of_secret(name) && value.text().is_some_and(is_plain) {
                let message = format!("the value of `{name}` stands in Git");
                let finding = found.add(rule, objects, &value, message);
                finding.help = Some("take it from a Secret: `valueFrom: {secretKeyRef: {name: …, key: …}}`".to_owned());
            }
        }
    }
}

fn of_secret(rule: &dyn Rule, objects: &Objects<'_>, secret: &Resource, found: &mut Findings) {
    let kind = secret.node.text_at(&["type"]).unwrap_or("Opaque");
    // Tokens are filled by the cluster; sealed and encrypted ones are no plain text.
    if kind == "kubernetes.io/service-account-token" || secret.node.get("sops").is_some() {
        return;
    }
    let object = Field::of(secret);
    let (data, text) = (object.get("data"), object.get("stringData"));
    for (key, value) in data.entries().chain(text.entries()) {
        let Some(written) = value.text() else { continue };
        let decoded = match value.path_text().starts_with("data") {
            true => decode(written),
            false => Some(written.to_owned()),
        };
        let Some(plain) = decoded else { continue };
        let message = match is_private_key(&plain) {
            true => format!("the private key `{key}` stands in Git"),
            false if is_plain(&plain) && !is_public(key, &plain) => format!("the secret `{key}` stands in Git"),
            false => continue,
        };
        // A file that Git does not have: an env file of a generator is often ignored, but nobody can tell here.
        let labels: Vec<Label> = objects.places(&value);
        let is_file = labels
            .first()
            .and_then(|label| objects.sources().get(label.pos))
            .is_some_and(|it| it.kind == SourceKind::Data);
        let finding = found.add(rule, objects, &value, message);
        finding.help = Some(HELP.to_owned());
        if is_file {
            finding.notes.push("where Git ignores this file, silence the rule for it in redisops.yaml".to_owned());
        }
    }
}

fn decode(text: &str) -> Option<String> {
    let packed: String = text.split_ascii_whitespace().collect();
    // A placeholder stands here as it is.
    if !is_plain(text) {
        return None;
    }
    let bytes = base64::engine::general_purpose::STANDARD.decode(packed).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// Whether a value is what it looks like, and no reference that something else fills in.
fn is_plain(text: &str) -> bool {
    let text = text.trim();
    const SIGNS: [&str; 10] = ["<path:", "${", "$(", "{{", "ENC[", "vault:", "ref+", "op://", "arn:aws:", "<%"];
    let is_reference = SIGNS.iter().any(|sign| text.contains(sign))
        || (text.starts_with('<') && text.ends_with('>'))
        || (text.starts_with('$') && text.len() > 1);
    !text.is_empty() && !is_reference
}

fn is_private_key(text: &str) -> bool {
    text.contains("-----BEGIN ") && text.contains("PRIVATE KEY-----") && is_plain(text)
}

/// Parts of Secrets that everybody may know: certificates, names of users, addresses.
fn is_public(key: &str, text: &str) -> bool {
    let key = key.to_ascii_lowercase();
    const NAMES: [&str; 11] =
        ["username", "user", "host", "hostname", "port", "url", "endpoint", "region", "type", "name", "database"];
    let is_file = key.ends_with(".conf")
        || key.ends_with(".crt")
        || key.ends_with(".yaml")
        || key.ends_with(".json")
        || key.ends_with(".acl");
    NAMES.contains(&key.as_str())
        || text.trim_start().starts_with("-----BEGIN CERTIFICATE")
        || (is_file && !has_password(text))
        || (key == "url" && !text.contains('@'))
}

/// Whether a file has something like a password in it.
fn has_password(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    ["requirepass ", "masterauth ", "password", " >", "passwd"].iter().any(|sign| lower.contains(sign))
}

fn is_name_of_secret(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    const ENDS: [&str; 6] = ["PASSWORD", "PASSWD", "REDISCLI_AUTH", "SECRET_ACCESS_KEY", "_TOKEN", "PRIVATE_KEY"];
    ENDS.iter().any(|end| name.ends_with(end)) && !name.starts_with("ALLOW_")
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::found;
    use super::PlainSecret;

    fn secret(data: &str) -> String {
        format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: s}}\n{data}\n")
    }

    #[test]
    fn secrets_do_not_stand_in_git() {
        assert_eq!(
            found(&PlainSecret, &secret("stringData:\n  redis-password: hunter2")),
            ["warning 5:19 stringData.redis-password: the secret `redis-password` stands in Git"]
        );
        assert_eq!(found(&PlainSecret, &secret("data: {password: aHVudGVyMg==}")).len(), 1);
        let key = "stringData:\n  tls.key: |\n    -----BEGIN PRIVATE KEY-----\n    MIIE\n    -----END PRIVATE KEY-----";
        assert_eq!(
            found(&PlainSecret, &secret(key)),
            ["warning 5:12 stringData[\"tls.key\"]: the private key `tls.key` stands in Git"]
        );
        for good in [
            "stringData: {password: \"<path:orders/data/redis#password>\"}",
            "stringData: {password: \"${PW}\", user: app}",
            "data: {password: \"\"}",
            "type: kubernetes.io/service-account-token",
            "stringData: {tls.crt: \"-----BEGIN CERTIFICATE-----\"}",
            "stringData: {redis.conf: \"maxmemory 1gb\"}",
        ] {
            assert_eq!(found(&PlainSecret, &secret(good)), [""; 0], "{good}");
        }
    }

    #[test]
    fn config_maps_and_arguments_hold_no_passwords() {
        let map = |line: &str| {
            format!(
                "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c}}\ndata:\n  redis.conf: |\n    port 6379\n    {line}\n"
            )
        };
        assert_eq!(
            found(&PlainSecret, &map("requirepass hunter2")),
            ["warning 7:17 data[\"redis.conf\"]: a password behind `requirepass` in a ConfigMap"]
        );
        assert_eq!(found(&PlainSecret, &map("user app on >hunter2 ~*")).len(), 1);
        assert_eq!(found(&PlainSecret, &map("sentinel auth-pass m hunter2")).len(), 1);
        for good in ["requirepass ${PW}", "requirepass \"\"", "user app on #abc ~*", "masterauth $PW"] {
            assert_eq!(found(&PlainSecret, &map(good)), [""; 0], "{good}");
        }
        let pod = |container: &str| {
            format!(
                "apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec:\n  containers:\n  - {{image: \"redis:7\", {container}}}\n"
            )
        };
        assert_eq!(found(&PlainSecret, &pod("args: [--requirepass, hunter2]")).len(), 1);
        assert_eq!(found(&PlainSecret, &pod("args: [--requirepass, $(PW)]")), [""; 0]);
        assert_eq!(found(&PlainSecret, &pod("env: [{name: REDIS_PASSWORD, value: hunter2}]")).len(), 1);
        assert_eq!(
            found(
                &PlainSecret,
                &pod("env: [{name: REDIS_PASSWORD, valueFrom: {}}, {name: ALLOW_EMPTY_PASSWORD, value: \"yes\"}]")
            ),
            [""; 0]
        );
    }
}
