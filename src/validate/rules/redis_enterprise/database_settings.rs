//! Settings of a database that exclude each other, or that its cluster has to allow.

use crate::diagnostics::{Severity, did_you_mean};
use crate::validate::structure::is_placeholder;
use crate::validate::{Field, Findings, Objects, Rule};

use super::{cluster_of, databases};

rule!(DatabaseSettings, "redis-enterprise/database-settings", Error);

/// Where backups can go.
const TARGETS: [&str; 7] = ["s3", "gcs", "abs", "ftp", "sftp", "swift", "mount"];

/// Fields whose values the definition leaves open, and the operator does not.
const CHOICES: [(&str, &[&str]); 2] = [
    (
        "evictionPolicy",
        &[
            "noeviction",
            "allkeys-lru",
            "allkeys-lfu",
            "allkeys-lrm",
            "allkeys-random",
            "volatile-lru",
            "volatile-lfu",
            "volatile-lrm",
            "volatile-random",
            "volatile-ttl",
        ],
    ),
    ("proxyPolicy", &["single", "all-master-shards", "all-nodes"]),
];

/// A field, what is wrong with it, what to do, how bad it is.
type Flaw<'a> = (Field<'a>, String, &'static str, Severity);

fn check(rule: &dyn Rule, objects: &Objects<'_>, found: &mut Findings) {
    for database in databases(objects) {
        let spec = Field::of(database).get("spec");
        for (name, values) in CHOICES {
            choice(rule, objects, &spec.get(name), values, found);
        }
        for source in spec.get("replicaSources").items() {
            choice(rule, objects, &source.get("replicaSourceType"), &["SECRET", "REDB"], found);
        }
        let mut flaws = alone(&spec);
        flaws.extend(backup(&spec));
        if let Some(cluster) = cluster_of(objects, database) {
            flaws.extend(with_cluster(&spec, &Field::of(cluster).get("spec")));
        }
        for (field, message, help, severity) in flaws {
            let finding = found.add(rule, objects, &field, message);
            finding.severity = severity;
            finding.help = Some(help.to_owned());
        }
    }
}

/// A value that is none of those that the operator knows.
fn choice(rule: &dyn Rule, objects: &Objects<'_>, field: &Field<'_>, values: &[&str], found: &mut Findings) {
    let Some(text) = field.text().filter(|text| !values.contains(text) && !is_placeholder(text)) else { return };
    let finding = found.add(rule, objects, field, format!("the operator knows no `{text}`"));
    finding.help = Some(match did_you_mean(text, values.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("write one of {}", values.join(", ")),
    });
}

/// What is wrong with the database by itself.
fn alone<'a>(spec: &Field<'a>) -> Vec<Flaw<'a>> {
    let mut flaws: Vec<Flaw<'a>> = Vec::new();
    let mut flaw =
        |field: Field<'a>, message: &str, help| flaws.push((field, message.to_owned(), help, Severity::Error));
    if spec.get("shardingEnabled").is_set() {
        flaw(
            spec.get("shardingEnabled"),
            "the operator refuses `shardingEnabled` for a database",
            "remove it: `shardCount` above 1 turns sharding on",
        );
    }
    if spec.get("shardCount").int().is_some_and(|count| count < 1) {
        flaw(spec.get("shardCount"), "a database has at least one shard", "write 1 or more");
    }
    if spec.get("type").text() == Some("memcached") {
        for name in ["modulesList", "redisVersion", "isRof"] {
            let field = spec.get(name);
            if field.is_set() && field.bool() != Some(false) {
                flaw(field, "only a database of type redis has this", "remove it, or write `type: redis`");
            }
        }
    }
    let on = spec.path(&["ossClusterSettings", "enableExternalAccess"]);
    if on.bool() == Some(true) && spec.get("ossCluster").bool() != Some(true) {
        flaw(on, "only a database with the OSS cluster API can be reached like this", "write `ossCluster: true`");
    }
    for (_, alert) in spec.get("alertSettings").entries() {
        if alert.get("enabled").bool() == Some(true) && !alert.get("threshold").is_set() {
            flaw(alert.get("enabled"), "an alert without a threshold", "write a `threshold` beside it");
        }
    }
    let certificates = spec.get("clientAuthenticationCertificates");
    if certificates.items().next().is_some() && matches!(spec.get("tlsMode").text(), None | Some("disabled")) {
        let message = "certificates of clients mean nothing without TLS".to_owned();
        flaws.push((certificates, message, "write `tlsMode: enabled`", Severity::Warning));
    }
    flaws
}

fn backup<'a>(spec: &Field<'a>) -> Vec<Flaw<'a>> {
    let backup = spec.get("backup");
    let mut flaws: Vec<Flaw<'a>> = Vec::new();
    if !backup.is_set() {
        return flaws;
    }
    let mut flaw =
        |field: Field<'a>, message: &str, help| flaws.push((field, message.to_owned(), help, Severity::Error));
    let targets: Vec<Field<'a>> = TARGETS.iter().map(|name| backup.get(name)).filter(Field::is_set).collect();
    match targets.as_slice() {
        [] => flaw(backup.clone(), "a backup that goes nowhere", "add one of s3, gcs, abs, ftp, sftp, swift, mount"),
        [_] => {}
        [_, second, ..] => flaw(second.clone(), "a backup goes to one place only", "keep one of them"),
    }
    let (interval, offset) = (backup.get("interval"), backup.get("intervalOffset"));
    if let Some(seconds) = offset.int() {
        match interval.int() {
            Some(43200 | 86400) if seconds < interval.int().unwrap_or(0) => {}
            Some(43200 | 86400) => {
                flaw(offset, "the offset of a backup is not within its interval", "write fewer seconds than `interval`")
            }
            _ => flaw(
                offset,
                "only backups of every 12 or 24 hours have an offset",
                "write `interval: 43200` or `interval: 86400`",
            ),
        }
    }
    flaws
}

/// What its cluster does not allow.
fn with_cluster<'a>(spec: &Field<'a>, cluster: &Field<'_>) -> Vec<Flaw<'a>> {
    let mut flaws: Vec<Flaw<'a>> = Vec::new();
    let mut flaw =
        |field: Field<'a>, message: &str, help, severity| flaws.push((field, message.to_owned(), help, severity));
    let flash = spec.get("isRof");
    if flash.bool() == Some(true) && cluster.path(&["redisOnFlashSpec", "enabled"]).bool() != Some(true) {
        flaw(
            flash,
            "the cluster has no flash",
            "write `redisOnFlashSpec: {enabled: true, …}` in the cluster",
            Severity::Error,
        );
    }
    let version = spec.get("redisVersion");
    if version.text() == Some("latest") && !cluster.get("redisUpgradePolicy").is_set() {
        flaw(
            version,
            "the cluster does not say what `latest` is",
            "write `redisUpgradePolicy: latest` in the cluster",
            Severity::Error,
        );
    }
    let outside = spec.path(&["ossClusterSettings", "enableExternalAccess"]);
    if outside.bool() == Some(true)
        && cluster.path(&["ossClusterSettings", "externalAccessType"]).text() != Some("LoadBalancer")
    {
        let help = "write `ossClusterSettings: {externalAccessType: LoadBalancer}` in the cluster";
        flaw(outside, "the cluster lets nobody in from outside", help, Severity::Error);
    }
    let aware = spec.get("rackAware");
    if aware.bool() == Some(true) && !cluster.get("rackAwarenessNodeLabel").is_set() {
        let help = "write `rackAwarenessNodeLabel: topology.kubernetes.io/zone` in the cluster";
        flaw(aware, "the cluster knows no racks", help, Severity::Warning);
    }
    flaws
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::found;
    use super::DatabaseSettings;

    fn of(spec: &str, cluster: &str) -> Vec<String> {
        found(
            &DatabaseSettings,
            &format!(
                "apiVersion: app.redislabs.com/v1alpha1\nkind: RedisEnterpriseDatabase\nmetadata: {{name: a}}\nspec:\n  {spec}\n---\n\
                 apiVersion: app.redislabs.com/v1\nkind: RedisEnterpriseCluster\nmetadata: {{name: rec}}\nspec: {{{cluster}}}\n"
            ),
        )
    }

    #[test]
    fn settings_of_a_database_fit_together() {
        let s3 = "s3: {awsSecretName: a, bucketName: b}";
        for good in [
            "shardCount: 4".to_owned(),
            "{evictionPolicy: volatile-ttl, proxyPolicy: single}".to_owned(),
            format!("backup: {{interval: 86400, intervalOffset: 7200, {s3}}}"),
            "alertSettings: {bdb_size: {enabled: true, threshold: \"80\"}}".to_owned(),
        ] {
            assert_eq!(of(&good, ""), [""; 0], "{good}");
        }
        assert_eq!(
            of("shardingEnabled: true", ""),
            ["error 5:20 spec.shardingEnabled: the operator refuses `shardingEnabled` for a database"]
        );
        for bad in [
            "shardCount: 0".to_owned(),
            "evictionPolicy: allkeys-lr".to_owned(),
            "proxyPolicy: all-nodez".to_owned(),
            "replicaSources: [{replicaSourceName: a, replicaSourceType: redb}]".to_owned(),
            "{type: memcached, isRof: true, shardCount: 1}".replace("isRof: true", "redisVersion: \"7.2\""),
            "backup: {interval: 86400}".to_owned(),
            format!("backup: {{interval: 86400, {s3}, mount: {{path: /x}}}}"),
            format!("backup: {{interval: 3600, intervalOffset: 60, {s3}}}"),
            format!("backup: {{interval: 43200, intervalOffset: 43200, {s3}}}"),
            "alertSettings: {bdb_size: {enabled: true}}".to_owned(),
            "clientAuthenticationCertificates: [x]".to_owned(),
        ] {
            assert_eq!(of(&bad, "").len(), 1, "{bad}");
        }
    }

    #[test]
    fn a_cluster_allows_what_its_databases_use() {
        for (spec, cluster) in [
            ("isRof: true", "redisOnFlashSpec: {enabled: true}"),
            ("redisVersion: latest", "redisUpgradePolicy: latest"),
            ("rackAware: true", "rackAwarenessNodeLabel: zone"),
            (
                "{ossCluster: true, ossClusterSettings: {enableExternalAccess: true}}",
                "ossClusterSettings: {externalAccessType: LoadBalancer}",
            ),
        ] {
            assert_eq!(of(spec, "").len(), 1, "{spec}");
            assert_eq!(of(spec, cluster), [""; 0], "{spec}");
        }
    }
}
