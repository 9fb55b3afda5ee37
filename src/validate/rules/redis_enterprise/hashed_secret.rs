//! A reference to a Secret whose name got a hash (or a prefix) that nothing carries into the reference.

use crate::k8s::parse_api_version;
use crate::validate::{Field, Findings, Objects, Rule};

use super::GROUP;

rule!(HashedSecret, "redis-enterprise/hashed-secret", Error);

fn check(rule: &dyn Rule, objects: &Objects<'_>, found: &mut Findings) {
    for resource in objects.iter().filter(|it| parse_api_version(it.api_version()).0 == GROUP) {
        let mut names = Vec::new();
        secret_names(&Field::of(resource).get("spec"), false, &mut names);
        for field in names {
            let Some(name) = field.text().filter(|name| !name.is_empty()) else { continue };
            if objects.find_beside("", "Secret", name, resource).is_some() {
                continue;
            }
            let namespace = objects.namespace(resource);
            let renamed = objects.of_kind("Secret").iter().find(|secret| {
                objects.namespace(secret) == namespace && secret.previous.iter().any(|before| before.name == name)
            });
            let Some(secret) = renamed else { continue };
            let finding = found.add(
                rule,
                objects,
                &field,
                format!("no Secret has the name `{name}` any more: the build made it `{}`", secret.name()),
            );
            finding.help = Some(format!(
                "tell the build about this field: under `configurations:` a file with `nameReference` for kind Secret and `path: {}`; \
                 or turn the hash off with `disableNameSuffixHash: true`",
                slashes(&field)
            ));
            finding.notes.push("the tables of kustomize do not know the fields of Redis Enterprise".to_owned());
        }
    }
}

/// The path as configurations write it; lists have no step of their own there.
fn slashes(field: &Field<'_>) -> String {
    let keys = field.steps().into_iter().filter_map(|step| match step {
        crate::validate::Step::Key(key) => Some(key.to_string()),
        crate::validate::Step::Index(_) => None,
    });
    keys.collect::<Vec<_>>().join("/")
}

/// Texts under keys that say that they name a Secret.
fn secret_names<'a>(field: &Field<'a>, named: bool, out: &mut Vec<Field<'a>>) {
    for item in field.items() {
        secret_names(&item, named, out);
    }
    for (key, value) in field.entries() {
        let key = key.to_ascii_lowercase();
        let says = key.contains("secret") || key.contains("certificate");
        secret_names(&value, says || (named && key == "name") || key == "replicasourcename", out);
    }
    if named && field.text().is_some() {
        out.push(field.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::found_with;
    use super::HashedSecret;
    use crate::k8s::{PreviousId, Resource};
    use crate::validate::Settings;

    fn found(reference: &str) -> Vec<String> {
        let text = format!(
            "apiVersion: v1\nkind: Secret\nmetadata: {{name: pw}}\n---\napiVersion: app.redislabs.com/v1alpha1\n\
             kind: RedisEnterpriseDatabase\nmetadata: {{name: a}}\nspec:\n  {reference}\n"
        );
        found_with(&HashedSecret, &text, &Settings::default(), |resource: &mut Resource| {
            if resource.kind() == "Secret" {
                resource.previous.push(PreviousId {
                    kind: "Secret".into(),
                    name: "pw".into(),
                    namespace: "default".into(),
                });
                resource.set_name("pw-5h2t7k9m2b");
            }
        })
    }

    #[test]
    fn a_name_without_its_hash_leads_nowhere() {
        let want = "error 9:23 spec.databaseSecretName: no Secret has the name `pw` any more: the build made it `pw-5h2t7k9m2b`";
        assert_eq!(found("databaseSecretName: pw"), [want]);
        assert_eq!(found("backup: {s3: {awsSecretName: pw, bucketName: pw}}").len(), 1);
        assert_eq!(found("clientAuthenticationCertificates: [pw, other]").len(), 1);
        assert_eq!(found("databaseSecretName: pw-5h2t7k9m2b"), [""; 0]);
    }
}
