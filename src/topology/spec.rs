//! The fields of `kind: Redis`. Names are those that users of the well-known chart know.

use crate::kustomize::decode::{Pairs, Spanned, Text, record};
use crate::kustomize::types::Patch;
use crate::yaml::Node;

use super::choice::choice;

choice! {
    /// How the nodes work together.
    Architecture as "architecture" {
        /// One node.
        Standalone = "standalone",
        /// A master and its replicas.
        #[default]
        Replication = "replication",
        /// Nodes of which sentinels make one the master.
        Sentinel = "sentinel",
        /// Masters that share the slots, each with replicas.
        Cluster = "cluster",
        /// A database of a Redis Enterprise cluster.
        Enterprise = "enterprise",
    }
}

choice! {
    /// How the nodes of a cluster are divided into StatefulSets.
    Layout as "layout of a cluster" {
        /// One StatefulSet for all.
        #[default]
        Single = "single",
        /// One for each master with its replicas.
        PerShard = "perShard",
    }
}

choice! {
    /// How hard nodes are kept apart.
    AntiAffinity as "anti-affinity" {
        /// They should be on different hosts.
        #[default]
        Soft = "soft",
        /// They must be.
        Hard = "hard",
        /// They may be anywhere.
        None = "none",
    }
}

record! {
    /// What a Redis is to be.
    Spec as "the spec of a Redis" {
        /// How the nodes work together.
        architecture: Option<Spanned<Architecture>> = "architecture",
        /// The image of the server.
        image: Text = "image",
        /// When the image is pulled.
        image_pull_policy: Text = "imagePullPolicy",
        /// Secrets for pulling images.
        image_pull_secrets: Vec<Text> = "imagePullSecrets",
        /// Lines of redis.conf for every node.
        configuration: Text = "configuration",
        /// Arguments of the server of every node.
        extra_flags: Vec<Text> = "extraFlags",
        /// Requests and limits of every node.
        resources: Option<Node> = "resources",
        /// The volume of every node.
        persistence: Persistence = "persistence",
        /// Passwords.
        auth: Auth = "auth",
        /// Users beside the default one.
        acl: Acl = "acl",
        /// The master; the only node of a standalone Redis.
        master: Master = "master",
        /// The replicas; all nodes with sentinels.
        replica: Replica = "replica",
        /// The cluster.
        cluster: Cluster = "cluster",
        /// The sentinels.
        sentinel: Sentinel = "sentinel",
        /// The Redis Enterprise cluster and database.
        enterprise: Enterprise = "enterprise",
        /// Encryption.
        tls: Tls = "tls",
        /// How clients reach it.
        service: Service = "service",
        /// Who may connect.
        network_policy: NetworkPolicy = "networkPolicy",
        /// Whether evictions keep enough nodes.
        pod_disruption_budget: Switch = "podDisruptionBudget",
        /// The account of the pods.
        service_account: ServiceAccount = "serviceAccount",
        /// Where pods may run.
        scheduling: Scheduling = "scheduling",
        /// Labels of the pods.
        pod_labels: Pairs = "podLabels",
        /// Annotations of the pods.
        pod_annotations: Pairs = "podAnnotations",
        /// Metrics, alerts and dashboards.
        metrics: Metrics = "metrics",
        /// Copies to object storage.
        backup: Backup = "backup",
        /// The domain of the cluster's names.
        cluster_domain: Text = "clusterDomain",
        /// Patches of the objects that this expands to.
        patches: Vec<Patch> = "patches",
    }
}

record! {
    /// Something that is on or off.
    Switch as "a switch" {
        /// Whether it is on.
        enabled: Option<Spanned<bool>> = "enabled",
    }
}

record! {
    /// The volume of a node.
    Persistence as "persistence" {
        /// Whether there is one.
        enabled: Option<Spanned<bool>> = "enabled",
        /// Its size.
        size: Text = "size",
        /// Its class.
        storage_class: Text = "storageClass",
        /// Its access modes.
        access_modes: Vec<Text> = "accessModes",
    }
}

record! {
    /// Passwords.
    Auth as "auth" {
        /// Whether clients need one.
        enabled: Option<Spanned<bool>> = "enabled",
        /// The Secret with it; the one named as the Redis when empty.
        existing_secret: Text = "existingSecret",
        /// Its key.
        existing_secret_password_key: Text = "existingSecretPasswordKey",
    }
}

record! {
    /// Users beside the default one.
    Acl as "acl" {
        /// The users.
        users: Vec<User> = "users",
    }
}

record! {
    /// A user.
    User as "an ACL user" {
        /// The name.
        name: Text = "name",
        /// What it may do, without passwords.
        rules: Text = "rules",
        /// The Secret with its password.
        existing_secret: Text = "existingSecret",
        /// Its key.
        key: Text = "key",
    }
}

record! {
    /// The master.
    Master as "master" {
        /// How many; one.
        count: Option<Spanned<i64>> = "count",
        /// Its volume.
        persistence: Persistence = "persistence",
        /// Its requests and limits.
        resources: Option<Node> = "resources",
        /// Lines of its redis.conf.
        configuration: Text = "configuration",
        /// Arguments of its server.
        extra_flags: Vec<Text> = "extraFlags",
    }
}

record! {
    /// The replicas.
    Replica as "replica" {
        /// How many.
        replica_count: Option<Spanned<i64>> = "replicaCount",
        /// Their volumes.
        persistence: Persistence = "persistence",
        /// Their requests and limits.
        resources: Option<Node> = "resources",
        /// Lines of their redis.conf.
        configuration: Text = "configuration",
        /// Arguments of their servers.
        extra_flags: Vec<Text> = "extraFlags",
    }
}

record! {
    /// The cluster.
    Cluster as "cluster" {
        /// How many nodes, replicas included.
        nodes: Option<Spanned<i64>> = "nodes",
        /// How many replicas each master has.
        replicas: Option<Spanned<i64>> = "replicas",
        /// How the nodes are divided into StatefulSets.
        layout: Option<Spanned<Layout>> = "layout",
        /// After how many milliseconds a silent node has failed.
        node_timeout: Option<Spanned<i64>> = "nodeTimeout",
        /// Whether the API server refuses to shrink it before its nodes are drained.
        guard: Option<Spanned<bool>> = "guard",
        /// Jobs by which Argo CD scales it.
        hooks: Hooks = "hooks",
    }
}

record! {
    /// Jobs by which Argo CD scales a cluster.
    Hooks as "the hooks of a cluster" {
        /// An image with `redisops`; there are no Jobs when empty.
        image: Text = "image",
    }
}

record! {
    /// The sentinels.
    Sentinel as "sentinel" {
        /// Whether there are any: `replication` with them is `sentinel`.
        enabled: Option<Spanned<bool>> = "enabled",
        /// How many must agree that the master is down.
        quorum: Option<Spanned<i64>> = "quorum",
        /// What the sentinels call the master.
        master_set: Text = "masterSet",
        /// After how many milliseconds a silent master is down.
        down_after: Option<Spanned<i64>> = "downAfterMilliseconds",
        /// How many milliseconds a failover may take.
        failover_timeout: Option<Spanned<i64>> = "failoverTimeout",
        /// How many replicas follow a new master at once.
        parallel_syncs: Option<Spanned<i64>> = "parallelSyncs",
        /// Their requests and limits.
        resources: Option<Node> = "resources",
    }
}

record! {
    /// The Redis Enterprise cluster and database.
    Enterprise as "enterprise" {
        /// A cluster that exists; one is made when empty.
        cluster: Text = "cluster",
        /// Nodes of the cluster that is made.
        nodes: Option<Spanned<i64>> = "nodes",
        /// Memory of the database.
        memory_size: Text = "memorySize",
        /// Shards of the database.
        shards: Option<Spanned<i64>> = "shards",
        /// Whether every shard has a replica.
        replication: Option<Spanned<bool>> = "replication",
        /// What is kept on disk, and how often.
        persistence: Text = "persistence",
        /// The port of the database.
        port: Option<Spanned<i64>> = "port",
        /// What goes when memory is full.
        eviction_policy: Text = "evictionPolicy",
    }
}

record! {
    /// Encryption.
    Tls as "tls" {
        /// Whether connections are encrypted.
        enabled: Option<Spanned<bool>> = "enabled",
        /// A Secret with `tls.crt`, `tls.key` and `ca.crt`.
        existing_secret: Text = "existingSecret",
        /// Who issues a certificate.
        cert_manager: Option<CertManager> = "certManager",
        /// Whether clients need a certificate too.
        auth_clients: Option<Spanned<bool>> = "authClients",
    }
}

record! {
    /// Who issues a certificate.
    CertManager as "certManager" {
        /// The issuer.
        issuer_ref: IssuerRef = "issuerRef",
    }
}

record! {
    /// An issuer.
    IssuerRef as "issuerRef" {
        /// Its name.
        name: Text = "name",
        /// Its kind.
        kind: Text = "kind",
        /// Its group.
        group: Text = "group",
    }
}

record! {
    /// How clients reach it.
    Service as "service" {
        /// Type of the client Services.
        kind: Text = "type",
        /// Annotations of the client Services.
        annotations: Pairs = "annotations",
    }
}

record! {
    /// Who may connect.
    NetworkPolicy as "networkPolicy" {
        /// Whether others are kept out.
        enabled: Option<Spanned<bool>> = "enabled",
        /// Peers that may connect as clients; by default all pods of the namespace with the label `<name>-client: "true"`.
        clients: Option<Node> = "clients",
        /// Peers that may read metrics; by default all of the cluster.
        metrics: Option<Node> = "metrics",
    }
}

record! {
    /// The account of the pods.
    ServiceAccount as "serviceAccount" {
        /// Whether one is made.
        create: Option<Spanned<bool>> = "create",
        /// Its name.
        name: Text = "name",
    }
}

record! {
    /// Where pods may run.
    Scheduling as "scheduling" {
        /// How hard nodes are kept apart.
        anti_affinity: Option<Spanned<AntiAffinity>> = "antiAffinity",
        /// The label over whose values pods are spread.
        topology_key: Text = "topologyKey",
        /// Labels of hosts.
        node_selector: Option<Node> = "nodeSelector",
        /// Taints that do not matter.
        tolerations: Option<Node> = "tolerations",
        /// How important the pods are.
        priority_class_name: Text = "priorityClassName",
    }
}

record! {
    /// Metrics, alerts and dashboards.
    Metrics as "metrics" {
        /// Whether an exporter runs beside every server.
        enabled: Option<Spanned<bool>> = "enabled",
        /// Its image.
        image: Text = "image",
        /// Its requests and limits.
        resources: Option<Node> = "resources",
        /// How Prometheus finds it.
        service_monitor: Monitor = "serviceMonitor",
        /// Alerts.
        prometheus_rule: Monitor = "prometheusRule",
        /// Dashboards.
        dashboards: Monitor = "dashboards",
    }
}

record! {
    /// An object for the monitoring stack.
    Monitor as "an object for monitoring" {
        /// Whether it is made.
        enabled: Option<Spanned<bool>> = "enabled",
        /// Its namespace.
        namespace: Text = "namespace",
        /// Labels by which the stack finds it.
        labels: Pairs = "labels",
        /// How often Prometheus asks.
        interval: Text = "interval",
    }
}

record! {
    /// Copies to object storage.
    Backup as "backup" {
        /// Whether copies are made.
        enabled: Option<Spanned<bool>> = "enabled",
        /// When, as a cron line.
        schedule: Text = "schedule",
        /// An image with `redis-cli` and the `aws` command.
        image: Text = "image",
        /// The bucket.
        bucket: Text = "bucket",
        /// What the names of copies begin with.
        prefix: Text = "prefix",
        /// The address of the object storage.
        endpoint: Text = "endpoint",
        /// A Secret with the variables that the `aws` command reads.
        existing_secret: Text = "existingSecret",
        /// Requests and limits of the job.
        resources: Option<Node> = "resources",
        /// A copy to bring back.
        restore: Restore = "restore",
    }
}

record! {
    /// A copy to bring back.
    Restore as "restore" {
        /// Which one: its time as it is called in the bucket, or `latest`.
        from: Text = "from",
    }
}
