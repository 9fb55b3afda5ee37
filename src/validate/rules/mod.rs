//! Rules across objects, one a file, in folders by the first part of their ids. `docs/rules/` explains each.

/// Declares a rule: its type, id and severity. The function `check` beside it does the work.
macro_rules! rule {
    ($name:ident, $id:literal, $severity:ident) => {
        #[doc = concat!("The rule `", $id, "`.")]
        #[derive(Clone, Copy, Debug)]
        pub struct $name;

        impl $crate::validate::Rule for $name {
            fn id(&self) -> &'static str {
                $id
            }

            fn severity(&self) -> $crate::diagnostics::Severity {
                $crate::diagnostics::Severity::$severity
            }

            fn check(&self, objects: &$crate::validate::Objects<'_>, found: &mut $crate::validate::Findings) {
                check(self, objects, found);
            }
        }
    };
}

mod argocd;
pub mod facts;
mod k8s;
mod monitoring;
mod redis;
mod redis_conf;
mod redis_enterprise;
mod security;
#[cfg(test)]
mod testing;

pub use k8s::unmet;
pub use redis_enterprise::{Refused, memory_size, refused_changes};

use super::Rule;

/// All rules, in the order of their ids.
pub fn all() -> &'static [&'static dyn Rule] {
    &[
        &argocd::ApplicationPath,
        &k8s::DisruptionBudget,
        &k8s::ImageLatest,
        &k8s::ImageTag,
        &k8s::InvalidName,
        &k8s::InvalidValue,
        &k8s::MissingReference,
        &k8s::NetworkPolicySelector,
        &k8s::PortClash,
        &k8s::PortRange,
        &k8s::SelectorMismatch,
        &k8s::ServiceSelector,
        &k8s::UnknownVolume,
        &monitoring::ServiceMonitorSelector,
        &redis_conf::Deprecated,
        &redis_conf::Repeated,
        &redis_conf::Syntax,
        &redis_conf::UnknownDirective,
        &redis_conf::WrongValue,
        &redis_conf::WrongVersion,
        &redis_enterprise::ClusterReference,
        &redis_enterprise::ClusterSettings,
        &redis_enterprise::DatabaseMemory,
        &redis_enterprise::DatabasePort,
        &redis_enterprise::DatabaseSettings,
        &redis_enterprise::HashedSecret,
        &redis_enterprise::MemorySize,
        &redis_enterprise::NodeCount,
        &redis_enterprise::RedbApiVersion,
        &redis::AntiAffinity,
        &redis::LivenessProbe,
        &redis::MaxmemoryHeadroom,
        &redis::MemoryRequest,
        &redis::NetworkPolicyPorts,
        &redis::PersistenceWithoutVolume,
        &redis::ProductionSettings,
        &redis::SentinelQuorum,
        &redis::VolumeSize,
        &redis::VolumeWithoutPersistence,
        &security::PlainSecret,
    ]
}

#[cfg(test)]
mod tests {
    use super::all;

    #[test]
    fn ids_are_sorted_and_well_formed() {
        let ids: Vec<&str> = all().iter().map(|rule| rule.id()).collect();
        assert!(ids.is_sorted(), "{ids:?}");
        let well_formed = |part: &str| {
            !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        };
        assert!(ids.iter().all(|id| id.split('/').count() == 2 && id.split('/').all(well_formed)));
    }

    #[test]
    fn every_rule_has_its_page() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rules");
        let index = std::fs::read_to_string(root.join("README.md")).unwrap();
        for rule in all() {
            let page = root.join(format!("{}.md", rule.id()));
            let text = std::fs::read_to_string(&page).unwrap_or_else(|_| panic!("no page {}", page.display()));
            for part in [rule.id(), "## Why", "## Example", "## Fix", "## Silence"] {
                assert!(text.contains(part), "{} lacks `{part}`", page.display());
            }
            assert!(index.contains(&format!("({}.md)", rule.id())), "{} is not in the index", rule.id());
        }
    }
}
