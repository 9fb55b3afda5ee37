//! The fields of an environment.

use std::net::IpAddr;

use crate::diagnostics::{Diagnostic, did_you_mean};
use crate::kustomize::decode::{Decoder, FromNode, Pairs, Spanned, Text, record};
use crate::slots::Address;
use crate::yaml::Node;

/// Declares an enumeration that is read from a string.
macro_rules! choice {
    ($(#[$meta:meta])* $name:ident as $what:literal { $($(#[$variant_meta:meta])* $variant:ident = $yaml:literal),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum $name {
            $($(#[$variant_meta])* $variant),*
        }

        impl $name {
            /// The values as they are written.
            pub const NAMES: &'static [&'static str] = &[$($yaml),*];
        }

        impl FromNode for $name {
            fn from_node(node: &Node, cx: &mut Decoder<'_>) -> Option<$name> {
                let text = Text::from_node(node, cx)?;
                match text.value.as_str() {
                    $($yaml => Some($name::$variant),)*
                    _ => {
                        cx.found.push(unknown_value(&text, $what, $name::NAMES));
                        None
                    }
                }
            }
        }
    };
}

fn unknown_value(text: &Text, what: &str, names: &[&'static str]) -> Diagnostic {
    let message = format!("`{}` is no {what}", text.value);
    let near = did_you_mean(text, names.iter().copied());
    Diagnostic::error("redisops::environment::unknown_value", message).label(text.pos, text.len(), "").help(
        match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("write one of {}", names.join(", ")),
        },
    )
}

record! {
    /// An environment.
    Environment as "an environment" {
        /// `redisops.dev/v1alpha1`.
        api_version: Text = "apiVersion",
        /// `Environment`.
        kind: Text = "kind",
        /// Its name.
        metadata: Metadata = "metadata",
        /// What it is.
        spec: Spec = "spec",
    }
}

record! {
    /// Metadata of an environment.
    Metadata as "the metadata of an environment" {
        /// The name, equal to that of the file.
        name: Text = "name",
        /// For people and programs that look for environments.
        labels: Pairs = "labels",
        /// Notes.
        annotations: Pairs = "annotations",
    }
}

record! {
    /// What an environment is.
    Spec as "the spec of an environment" {
        /// The directory that is rendered, relative to the root of the repository.
        overlay: Text = "overlay",
        /// The cluster.
        kubernetes: Kubernetes = "kubernetes",
        /// Where secrets come from.
        secrets: Option<SecretStore> = "secrets",
        /// Redis databases whose nodes cannot be found by their kind alone.
        redis: Vec<Redis> = "redis",
        /// What is asked, limited or refused before something is changed.
        guards: Guards = "guards",
    }
}

record! {
    /// How to reach the cluster.
    Kubernetes as "kubernetes" {
        /// Context in the kubeconfig.
        context: Text = "context",
        /// Default namespace.
        namespace: Text = "namespace",
        /// Path of a kubeconfig; the usual ones when empty.
        kubeconfig: Text = "kubeconfig",
        /// Version of the API, `1.36`.
        version: Text = "version",
        /// Field managers whose fields are ours too.
        field_managers: Vec<Text> = "fieldManagers",
    }
}

choice! {
    /// A kind of secret store.
    Store as "secret store" {
        /// HashiCorp Vault.
        Vault = "vault",
        /// AWS Secrets Manager.
        Aws = "aws",
        /// Secrets of a cluster.
        Kubernetes = "kubernetes",
        /// Files encrypted with sops.
        Sops = "sops",
        /// Environment variables.
        Env = "env",
        /// A directory of files.
        File = "file",
    }
}

/// A secret store: its kind, and settings that depend on the kind.
#[derive(Clone, Debug)]
pub struct SecretStore {
    /// The kind.
    pub store: Store,
    /// The whole mapping, `store` included.
    pub settings: Node,
}

impl FromNode for SecretStore {
    fn from_node(node: &Node, cx: &mut Decoder<'_>) -> Option<SecretStore> {
        let map = cx.mapping(node, "secrets")?;
        cx.duplicate_keys(map);
        match map.get("store") {
            Some(store) => Some(SecretStore { store: Store::from_node(store, cx)?, settings: node.clone() }),
            None => {
                cx.found.push(
                    Diagnostic::error("redisops::environment::missing_field", "`secrets` does not say which `store`")
                        .label(cx.pos(node), 1, "")
                        .help(format!("add `store:` with one of {}", Store::NAMES.join(", "))),
                );
                None
            }
        }
    }
}

record! {
    /// A Redis database and how to reach its nodes.
    Redis as "an entry of redis" {
        /// Its name in reports.
        name: Text = "name",
        /// The workload whose pods are the nodes, `StatefulSet/cache`.
        workload: Text = "workload",
        /// The object that describes it, `RedisEnterpriseDatabase/NAME`.
        resource: Text = "resource",
        /// Its configuration, `KIND/NAME/KEY`.
        config: Text = "config",
        /// Its users, `KIND/NAME/KEY`.
        acl: Text = "acl",
        /// How the nodes relate.
        topology: Option<Topology> = "topology",
        /// How the nodes are reached.
        access: Option<Access> = "access",
        /// As whom.
        auth: Option<Auth> = "auth",
        /// The sentinels that watch it.
        sentinel: Option<Sentinel> = "sentinel",
    }
}

choice! {
    /// How the nodes of a database relate.
    TopologyMode as "topology" {
        /// One node.
        Standalone = "standalone",
        /// A master and replicas.
        Replication = "replication",
        /// Redis Cluster.
        Cluster = "cluster",
    }
}

record! {
    /// How the nodes of a database relate.
    Topology as "topology" {
        /// Which way.
        mode: Option<TopologyMode> = "mode",
        /// The pod that is the master.
        master: Text = "master",
    }
}

choice! {
    /// How nodes are reached.
    AccessMode as "access mode" {
        /// By the addresses that they announce.
        Direct = "direct",
        /// By a table of addresses.
        Map = "map",
        /// Through the API server.
        PortForward = "portForward",
    }
}

record! {
    /// How nodes are reached.
    Access as "access" {
        /// Which way.
        mode: Option<AccessMode> = "mode",
        /// Address by node.
        map: Pairs = "map",
        /// Port of the nodes.
        port: Option<Spanned<i64>> = "port",
        /// TLS, when they speak it.
        tls: Option<Tls> = "tls",
    }
}

impl Access {
    /// Whether its map leads from the addresses that nodes announce, and not from pods.
    pub fn is_of_addresses(&self) -> bool {
        let announced = |key: &Text| key.parse::<Address>().is_ok_and(|place| place.host.parse::<IpAddr>().is_ok());
        !self.map.is_empty() && self.map.0.iter().all(|(key, _)| announced(key))
    }
}

record! {
    /// Files for TLS.
    Tls as "tls" {
        /// Certificate authority.
        ca: Text = "ca",
        /// Certificate of the client.
        cert: Text = "cert",
        /// Its key.
        key: Text = "key",
    }
}

record! {
    /// As whom nodes are spoken to.
    Auth as "auth" {
        /// User, `default` when empty.
        user: Text = "user",
        /// Where the password is.
        password_from: Option<PasswordFrom> = "passwordFrom",
    }
}

record! {
    /// Where a password is; one of the fields.
    PasswordFrom as "passwordFrom" {
        /// In an environment variable.
        env: Text = "env",
        /// In a file.
        file: Text = "file",
        /// In a Secret, `NAME/KEY`.
        secret: Text = "secret",
    }
}

record! {
    /// Sentinels of a database.
    Sentinel as "sentinel" {
        /// Name of the master.
        master: Text = "master",
        /// How many must agree.
        quorum: Option<Spanned<i64>> = "quorum",
        /// How they are reached.
        access: Option<Access> = "access",
    }
}

choice! {
    /// A change that needs a confirmation.
    Confirmation as "kind of change that can be confirmed" {
        /// Deleting objects.
        Delete = "delete",
        /// Moving slots.
        Slots = "slots",
        /// Restarting nodes.
        Restart = "restart",
    }
}

record! {
    /// What is asked, limited or refused before something is changed.
    Guards as "guards" {
        /// Changes that need a confirmation.
        confirm: Vec<Confirmation> = "confirm",
        /// Slots that may be moved in one run.
        max_slots: Option<Spanned<i64>> = "maxSlots",
        /// 99th percentile of the latency that clients may see, `5ms`.
        latency_budget: Text = "latencyBudget",
        /// When changes may be made, `Mon-Fri 09:00-16:00 UTC`.
        windows: Vec<Text> = "windows",
    }
}
