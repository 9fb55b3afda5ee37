//! Which field of a values file becomes which field of a spec.

/// What becomes of a field and all below it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Row {
    /// It is the field of that path, as it is.
    To(&'static str),
    /// It is looked at together with others.
    Together,
    /// This program does the same, or needs no such thing.
    Settled,
    /// It has no counterpart, for this reason.
    Left(&'static str),
}

use Row::{Left, Settled, To, Together};

const SIDECAR: &str = "add it to the pods with `spec.patches`";
const PROBES: &str = "probes know loading, replication and the state of the cluster; change them with `spec.patches`";
const SECURITY: &str = "pods run under the `restricted` standard as user 999; change it with `spec.patches`";
const PORTS: &str = "ports are 6379, 16379, 26379 and 9121";
const SERVICE: &str = "change the Services with `spec.patches`";
const ENTRY: &str = "pods start with a script of their own";
const PASSWORD: &str = "no password stands in Git: put it into the Secret that `auth.existingSecret` names";
const PRESET: &str = "write requests and limits: `maxmemory` follows from the limit";

/// Fields of the chart's values.
pub(super) const ROWS: &[(&str, Row)] = &[
    ("architecture", To("architecture")),
    ("image", Together),
    ("fullnameOverride", Together),
    ("nameOverride", Left("the name stands in `metadata.name`")),
    ("namespaceOverride", Left("the namespace is that of the overlay")),
    ("commonLabels", Together),
    ("commonAnnotations", Together),
    ("clusterDomain", To("clusterDomain")),
    ("commonConfiguration", Together),
    ("existingConfigmap", Left("copy its lines into `spec.configuration`")),
    ("extraDeploy", Left("write the objects into files and name them under `resources`")),
    ("kubeVersion", Settled),
    ("useHostnames", Settled),
    ("nameResolutionThreshold", Settled),
    ("nameResolutionTimeout", Settled),
    ("global.imageRegistry", Together),
    ("global.storageClass", Together),
    ("global.defaultStorageClass", Together),
    ("global.imagePullSecrets", Together),
    ("global.redis.password", Left(PASSWORD)),
    ("global.compatibility", Settled),
    ("global.security", Settled),
    ("auth.enabled", To("auth.enabled")),
    ("auth.sentinel", Together),
    ("auth.existingSecret", To("auth.existingSecret")),
    ("auth.existingSecretPasswordKey", To("auth.existingSecretPasswordKey")),
    ("auth.password", Left(PASSWORD)),
    ("auth.usePasswordFiles", Settled),
    ("auth.usePasswordFileFromSecret", Settled),
    ("auth.acl", Together),
    // The chart for clusters has these at the top.
    ("existingSecret", To("auth.existingSecret")),
    ("existingSecretPasswordKey", To("auth.existingSecretPasswordKey")),
    ("usePassword", To("auth.enabled")),
    ("usePasswordFiles", Settled),
    ("password", Left(PASSWORD)),
    ("cluster.nodes", To("cluster.nodes")),
    ("cluster.replicas", To("cluster.replicas")),
    ("cluster.init", Settled),
    ("cluster.update", Settled),
    ("persistence", Together),
    ("redis.configmap", Together),
    ("redis.resources", To("resources")),
    ("redis.nodeSelector", To("scheduling.nodeSelector")),
    ("redis.tolerations", To("scheduling.tolerations")),
    ("redis.podAntiAffinityPreset", Together),
    ("redis.podLabels", To("podLabels")),
    ("redis.podAnnotations", To("podAnnotations")),
    ("redis.priorityClassName", To("scheduling.priorityClassName")),
    ("redis.useAOFPersistence", Together),
    ("service", Together),
    ("sentinel.enabled", To("sentinel.enabled")),
    ("sentinel.masterSet", To("sentinel.masterSet")),
    ("sentinel.quorum", To("sentinel.quorum")),
    ("sentinel.downAfterMilliseconds", To("sentinel.downAfterMilliseconds")),
    ("sentinel.failoverTimeout", To("sentinel.failoverTimeout")),
    ("sentinel.parallelSyncs", To("sentinel.parallelSyncs")),
    ("sentinel.resources", To("sentinel.resources")),
    ("sentinel.image", Left("sentinels run the image of the servers")),
    ("sentinel.getMasterTimeout", Settled),
    ("sentinel.automateClusterRecovery", Settled),
    ("sentinel.redisShutdownWaitFailover", Settled),
    ("sentinel.persistence", Left("what a sentinel knows stands on the volume of its server")),
    ("sentinel.configuration", Left("sentinel.conf follows from the fields of `spec.sentinel`")),
    ("sentinel.service", Left(SERVICE)),
    ("networkPolicy", Together),
    ("serviceAccount.create", To("serviceAccount.create")),
    ("serviceAccount.name", To("serviceAccount.name")),
    ("serviceAccount.automountServiceAccountToken", Together),
    ("serviceAccount.annotations", Left("annotate it with `spec.patches`")),
    ("rbac", Left("pods ask the API server for nothing")),
    ("podSecurityPolicy", Left("Kubernetes has no such thing any more")),
    ("pdb.create", To("podDisruptionBudget.enabled")),
    ("pdb.minAvailable", Left("one pod of a part at a time may be away")),
    ("pdb.maxUnavailable", Left("one pod of a part at a time may be away")),
    ("podDisruptionBudget.enabled", To("podDisruptionBudget.enabled")),
    ("tls", Together),
    ("metrics.enabled", To("metrics.enabled")),
    ("metrics.image", Together),
    ("metrics.resources", To("metrics.resources")),
    ("metrics.resourcesPreset", Together),
    ("metrics.serviceMonitor", Together),
    ("metrics.prometheusRule", Together),
    ("metrics.service", Settled),
    ("metrics.containerPorts", Left(PORTS)),
    ("metrics.podMonitor", Left("use `metrics.serviceMonitor`")),
    ("metrics.extraArgs", Left(SIDECAR)),
    ("volumePermissions", Left("`fsGroup` gives the volume to the server")),
    ("sysctl", Left("set kernel parameters on the hosts")),
    ("useExternalDNS", Left("annotate the Services: `service.annotations`")),
    ("diagnosticMode", Left("look into a running pod with `kubectl debug`")),
];

/// Fields below `master` and `replica`.
pub(super) const ROLE_ROWS: &[(&str, Row)] = &[
    ("count", To("count")),
    ("replicaCount", To("replicaCount")),
    ("resources", To("resources")),
    ("resourcesPreset", Together),
    ("configuration", Together),
    ("disableCommands", Together),
    ("extraFlags", To("extraFlags")),
    ("persistence", Together),
    ("service", Together),
    ("kind", Together),
    ("podAntiAffinityPreset", Together),
    ("nodeSelector", Together),
    ("tolerations", Together),
    ("priorityClassName", Together),
    ("podLabels", Together),
    ("podAnnotations", Together),
    ("revisionHistoryLimit", Settled),
    ("enableServiceLinks", Settled),
    ("automountServiceAccountToken", Settled),
    ("updateStrategy", Settled),
    ("podManagementPolicy", Settled),
    ("podAffinityPreset", Settled),
    ("serviceAccount", Left("all pods have one account: `serviceAccount`")),
    ("pdb.create", Settled),
    ("persistentVolumeClaimRetentionPolicy", Left("volumes always stay")),
    ("terminationGracePeriodSeconds", Left("60 seconds, in which a master hands over; change it with `spec.patches`")),
    ("containerPorts", Left(PORTS)),
    ("startupProbe", Left(PROBES)),
    ("livenessProbe", Left(PROBES)),
    ("readinessProbe", Left(PROBES)),
    ("customStartupProbe", Left(PROBES)),
    ("customLivenessProbe", Left(PROBES)),
    ("customReadinessProbe", Left(PROBES)),
    ("podSecurityContext", Left(SECURITY)),
    ("containerSecurityContext", Left(SECURITY)),
    ("command", Left(ENTRY)),
    ("args", Left(ENTRY)),
    ("preExecCmds", Left(ENTRY)),
    ("lifecycleHooks", Left("a master hands over before its pod goes; add to it with `spec.patches`")),
    ("extraEnvVars", Left(SIDECAR)),
    ("extraEnvVarsCM", Left(SIDECAR)),
    ("extraEnvVarsSecret", Left(SIDECAR)),
    ("extraVolumes", Left(SIDECAR)),
    ("extraVolumeMounts", Left(SIDECAR)),
    ("sidecars", Left(SIDECAR)),
    ("initContainers", Left(SIDECAR)),
    ("externalMaster", Left("a master elsewhere is not supported")),
    ("autoscaling", Left("the number of nodes stands in Git; a cluster loses keys when something else lowers it")),
    ("affinity", Left("set `scheduling.antiAffinity`, or write it with `spec.patches`")),
    ("topologySpreadConstraints", Left("set `scheduling.topologyKey`, or write them with `spec.patches`")),
];

/// Why a preset of resources is not taken.
pub(super) const PRESETS: &str = PRESET;
/// What there is for Services.
pub(super) const SERVICES: &str = SERVICE;
