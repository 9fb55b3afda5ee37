//! The objects of a Redis, each as one would write it by hand.

mod access;
mod backup;
mod certificate;
mod config_maps;
mod dashboards;
mod enterprise;
mod guard;
mod hooks;
mod monitoring;
mod pod;
mod services;
mod workloads;

use crate::diagnostics::Diagnostics;
use crate::k8s::Resource;
use crate::kustomize::Context;

use super::instance::Instance;
use super::spec::Architecture;

/// All objects of a Redis, in the order in which people look for them.
///
/// # Errors
/// What is wrong with the spec and shows only here.
pub(super) fn all(instance: &Instance<'_>, cx: &Context<'_>) -> Result<Vec<Resource>, Diagnostics> {
    if instance.architecture == Architecture::Enterprise {
        return Ok(enterprise::objects(instance));
    }
    let mut objects = Vec::new();
    objects.extend(access::service_account(instance));
    objects.extend(config_maps::objects(instance, cx));
    objects.extend(services::objects(instance));
    objects.extend(workloads::stateful_sets(instance));
    objects.extend(guard::objects(instance));
    objects.extend(hooks::objects(instance));
    objects.extend(access::disruption_budgets(instance));
    objects.extend(access::network_policy(instance));
    objects.extend(certificate::certificate(instance));
    objects.extend(monitoring::objects(instance, cx));
    objects.extend(dashboards::objects(instance));
    objects.extend(backup::objects(instance));
    Ok(objects)
}
