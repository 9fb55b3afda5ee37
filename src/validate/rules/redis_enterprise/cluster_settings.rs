//! Settings of a cluster that exclude each other or have bounds that no schema knows.

use crate::diagnostics::{Severity, did_you_mean};
use crate::validate::{Field, Findings, Objects, Rule};

use super::clusters;

rule!(ClusterSettings, "redis-enterprise/cluster-settings", Error);

const SERVICE_TYPES: [&str; 3] = ["cluster_ip", "headless", "load_balancer"];

/// Fields of `ocspConfiguration` with their bounds.
const OCSP: [(&str, i64, i64); 4] = [
    ("queryFrequency", 60, 86400),
    ("responseTimeout", 1, 60),
    ("recoveryFrequency", 60, 86400),
    ("recoveryMaxTries", 1, 100),
];

fn check(rule: &dyn Rule, objects: &Objects<'_>, found: &mut Findings) {
    for cluster in clusters(objects) {
        let spec = Field::of(cluster).get("spec");
        let mut add = |field: &Field<'_>, message: String, help: String| {
            let finding = found.add(rule, objects, field, message);
            finding.help = Some(help);
            finding.severity
        };
        let exclude = [("ingressOrRouteSpec", "activeActive"), ("license", "licenseSecretName")];
        for (one, other) in exclude {
            let is_there = |field: &Field<'_>| field.is_set() && field.text() != Some("");
            if is_there(&spec.get(one)) && is_there(&spec.get(other)) {
                let help = format!("keep one of `{one}` and `{other}`");
                add(&spec.get(other), format!("`{other}` and `{one}` exclude each other"), help);
            }
        }
        let types = spec.path(&["servicesRiggerSpec", "databaseServiceType"]);
        for name in types.text().unwrap_or("").split(',').map(str::trim).filter(|name| !name.is_empty()) {
            if !SERVICE_TYPES.contains(&name) {
                let help = match did_you_mean(name, SERVICE_TYPES) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("write some of {}, with commas between them", SERVICE_TYPES.join(", ")),
                };
                add(&types, format!("`{name}` is no type of a database's Service"), help);
            }
        }
        for (name, low, high) in OCSP {
            let field = spec.path(&["ocspConfiguration", name]);
            if field.int().is_some_and(|value| !(low..=high).contains(&value)) {
                add(&field, format!("`{name}` is out of bounds"), format!("write a number from {low} to {high}"));
            }
        }
        let role = spec.get("clusterCredentialSecretRole");
        if role.is_set() && spec.get("clusterCredentialSecretType").text() != Some("vault") {
            let finding =
                found.add(rule, objects, &role, "`clusterCredentialSecretRole` means something for Vault only");
            finding.severity = Severity::Warning;
            finding.help = Some("remove it, or write `clusterCredentialSecretType: vault`".to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::found;
    use super::ClusterSettings;

    #[test]
    fn settings_of_a_cluster_fit_together() {
        let text = |spec: &str| {
            format!(
                "apiVersion: app.redislabs.com/v1\nkind: RedisEnterpriseCluster\nmetadata: {{name: a}}\nspec:\n  {spec}\n"
            )
        };
        let of = |spec: &str| found(&ClusterSettings, &text(spec));
        for good in [
            "servicesRiggerSpec: {databaseServiceType: \"cluster_ip, headless\"}",
            "licenseSecretName: x",
            "ocspConfiguration: {queryFrequency: 60}",
            "{license: \"\", licenseSecretName: x}",
        ] {
            assert_eq!(of(good), [""; 0], "{good}");
        }
        assert_eq!(
            of("servicesRiggerSpec: {databaseServiceType: \"cluster_ip,headles\"}"),
            ["error 5:45 spec.servicesRiggerSpec.databaseServiceType: `headles` is no type of a database's Service"]
        );
        assert_eq!(of("{license: y, licenseSecretName: x}").len(), 1);
        assert_eq!(of("ocspConfiguration: {queryFrequency: 5}").len(), 1);
        assert!(of("clusterCredentialSecretRole: x")[0].starts_with("warning"));
    }
}
