//! The certificate, where somebody issues one.

use crate::k8s::Resource;
use crate::topology::instance::{Instance, Kind};
use crate::topology::tree::{list, map};

/// For every name under which clients and nodes reach a node.
pub(super) fn certificate(instance: &Instance<'_>) -> Option<Resource> {
    let manager = instance.spec.tls.cert_manager.as_ref().filter(|_| instance.has_tls())?;
    let issuer = &manager.issuer_ref;
    let namespace = instance.parent.namespace();
    let mut names = vec!["localhost".to_owned()];
    let services = ["", "-master", "-replicas"];
    for service in services {
        names.push(instance.child(service));
        if !namespace.is_empty() {
            names.push(format!("{}.{namespace}.svc", instance.child(service)));
            names.push(format!("{}.{namespace}.svc.{}", instance.child(service), instance.domain()));
        }
    }
    let headless = instance.child("-headless");
    names.push(format!("*.{headless}"));
    if !namespace.is_empty() {
        names.push(format!("*.{headless}.{namespace}.svc"));
        names.push(format!("*.{headless}.{namespace}.svc.{}", instance.domain()));
    }
    let body = map! {
        "spec" => map! {
            "dnsNames" => names,
            "issuerRef" => map! {
                "group" => instance.text(&issuer.group, "cert-manager.io"),
                "kind" => instance.text(&issuer.kind, "Issuer"),
                "name" => instance.maybe(&issuer.name),
            },
            "privateKey" => map! { "algorithm" => "ECDSA", "rotationPolicy" => "Always", "size" => 256 },
            "secretName" => instance.child("-tls"),
            // Nodes show it to each other in both directions.
            "usages" => list!["server auth", "client auth"],
        },
    };
    let cause = instance.at(manager.pos);
    Some(instance.object(Kind("cert-manager.io/v1", "Certificate"), "-tls", None, cause, body))
}
