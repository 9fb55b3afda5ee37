//! Sentinels that cannot agree, or agree too easily.

use crate::diagnostics::{Label, Severity};
use crate::redis::config::monitored;
use crate::validate::rules::facts::{Role, word_place};
use crate::validate::{Field, Findings, Objects, Rule};

rule!(SentinelQuorum, "redis/sentinel-quorum", Warning);

fn check(rule: &dyn Rule, objects: &Objects<'_>, found: &mut Findings) {
    let facts = objects.facts();
    for server in facts.servers.iter().filter(|server| server.role == Role::Sentinel) {
        let workload = facts.workload_of(server);
        let Some(sentinels) = workload.replicas.filter(|_| workload.resource.kind() != "Pod") else { continue };
        if sentinels < 3 || sentinels % 2 == 0 {
            let field = Field::of(workload.resource).path(&["spec", "replicas"]);
            let message = match sentinels {
                ..3 => format!("{sentinels} sentinels: with one of them lost no majority is left to start a failover"),
                _ => format!("an even number of sentinels ({sentinels}): half of them can start no failover"),
            };
            found.add(rule, objects, &field, message).help = Some("run 3 or 5 sentinels".to_owned());
        }
        let mut quorums: Vec<(Field<'_>, i64, Option<Label>)> = Vec::new();
        for &index in &server.files {
            let file = &facts.files[index];
            for master in monitored(&file.parsed) {
                let place = word_place(objects, file, &master.quorum_word);
                quorums.push((file.field.clone(), master.quorum, place));
            }
        }
        if let Some(variable) = server.container.variable("REDIS_SENTINEL_QUORUM") {
            quorums.extend(
                variable.text().and_then(|text| text.parse().ok()).map(|quorum| (variable.clone(), quorum, None)),
            );
        }
        for (field, quorum, place) in quorums {
            let (severity, message) = match quorum {
                _ if quorum > sentinels => (
                    Severity::Error,
                    format!("a quorum of {quorum} is never reached by {sentinels} sentinels: there is no failover"),
                ),
                1 if sentinels > 1 => (Severity::Warning, "one sentinel alone can call the master down".to_owned()),
                _ => continue,
            };
            let finding = found.add(rule, objects, &field, message);
            finding.severity = severity;
            finding.help = Some(format!("write {}, the majority of {sentinels}", sentinels / 2 + 1));
            if let (Some(place), Some(first)) = (place, finding.labels.first_mut()) {
                *first = place;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::found;
    use super::SentinelQuorum;

    fn text(replicas: u8, quorum: u8) -> String {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c}}\ndata:\n  sentinel.conf: |\n    port 26379\n    sentinel monitor m redis-0 6379 {quorum}\n---\n\
             apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {{name: s}}\nspec:\n  replicas: {replicas}\n  template:\n    spec:\n      containers:\n      \
             - name: sentinel\n        image: redis:7\n        command: [redis-sentinel, /etc/redis/sentinel.conf]\n        \
             volumeMounts: [{{name: c, mountPath: /etc/redis}}]\n      volumes: [{{name: c, configMap: {{name: c}}}}]\n"
        )
    }

    #[test]
    fn a_majority_agrees() {
        assert_eq!(found(&SentinelQuorum, &text(3, 2)), [""; 0]);
        assert_eq!(found(&SentinelQuorum, &text(5, 2)), [""; 0]);
        assert_eq!(
            found(&SentinelQuorum, &text(3, 4)),
            ["error 7:37 data[\"sentinel.conf\"]: a quorum of 4 is never reached by 3 sentinels: there is no failover"]
        );
        assert_eq!(found(&SentinelQuorum, &text(3, 1)).len(), 1);
        assert!(found(&SentinelQuorum, &text(2, 2))[0].starts_with("warning 13:13 spec.replicas: 2 sentinels"));
        assert_eq!(found(&SentinelQuorum, &text(4, 3)).len(), 1);
    }
}
