//! A server whose memory is promised by halves.

use crate::k8s::Resource;
use crate::validate::rules::facts::{Role, quantity};
use crate::validate::{Field, Findings, Objects, Rule};

rule!(MemoryRequest, "redis/memory-request", Warning);

fn check(rule: &dyn Rule, objects: &Objects<'_>, found: &mut Findings) {
    let servers = objects.facts().servers.iter().filter(|server| server.role == Role::Data);
    for server in servers {
        compare(rule, objects, &server.container.field.get("resources"), found);
    }
    let clusters: Vec<&Resource> = objects.of_group_kind("app.redislabs.com", "RedisEnterpriseCluster").collect();
    for cluster in clusters {
        compare(rule, objects, &Field::of(cluster).path(&["spec", "redisEnterpriseNodeResources"]), found);
    }
}

fn compare(rule: &dyn Rule, objects: &Objects<'_>, resources: &Field<'_>, found: &mut Findings) {
    let (request, limit) = (resources.path(&["requests", "memory"]), resources.path(&["limits", "memory"]));
    let (Some(asked), limited) = (request.text().and_then(quantity), limit.text().and_then(quantity)) else { return };
    let message = match limited {
        // A request above the limit is refused by the API server.
        Some(most) if asked >= most => return,
        Some(_) => format!(
            "a request of {} and a limit of {}: a node that runs out of memory takes the difference back by killing the server",
            request.text().unwrap_or(""),
            limit.text().unwrap_or("")
        ),
        // A container without a limit is a choice that many make, so it is left to policies.
        None => return,
    };
    let finding = found.add(rule, objects, &request, message);
    let places = objects.places(&limit);
    finding.labels.extend(places.into_iter().take(1).map(|mut label| {
        label.text = "the limit".to_owned();
        label
    }));
    finding.help = Some(format!("write the same for both: `memory: {}`", limit.text().unwrap_or("")));
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::found;
    use super::MemoryRequest;

    #[test]
    fn memory_of_a_server_is_promised_as_a_whole() {
        let text = |image: &str, resources: &str| {
            format!(
                "apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec:\n  containers:\n  - {{name: redis, image: {image}, resources: {resources}}}\n"
            )
        };
        let differ = "{requests: {memory: 1Gi}, limits: {memory: 2Gi}}";
        assert_eq!(found(&MemoryRequest, &text("redis:7", differ)).len(), 1);
        assert_eq!(found(&MemoryRequest, &text("nginx:1", differ)), [""; 0]);
        for good in [
            "{}",
            "{limits: {memory: 2Gi}}",
            "{requests: {memory: 1024Mi}, limits: {memory: 1Gi}}",
            "{requests: {memory: 1Gi}}",
        ] {
            assert_eq!(found(&MemoryRequest, &text("redis:7", good)), [""; 0], "{good}");
        }
        let cluster = "apiVersion: app.redislabs.com/v1\nkind: RedisEnterpriseCluster\nmetadata: {name: a}\nspec:\n  redisEnterpriseNodeResources: ";
        assert!(found(&MemoryRequest, &format!("{cluster}{differ}\n"))[0].starts_with("warning 5:"));
    }
}
