//! Facts of the Kubernetes API v1.21.2 and of the kustomization file, reduced to what a merge asks.
//!
//! Equal schemas share a node, node 0 is the schema that says nothing. Strings stand end to end in one text, so
//! that the table holds no pointers and costs nothing at program start.
//!
//! Written by `ci/generate` from the kustomize sources; do not edit.

use super::tables::{CLUSTER, NAMESPACED, NONE, Node, Patch, Strings, UNKNOWN, node};

/// Version of the Kubernetes API that the built-in schemas describe, the only one that a kustomization may name.
pub const VERSION: &str = "v1.21.2";

/// Names of all fields, sorted.
#[rustfmt::skip]
pub(super) static FIELD_NAMES: Strings = Strings {
    text: concat!(
    "$ref", "$schema", "GeneratorArgs", "JSONPath", "KvPairSources", "Port", "acceptedNames", "accessModes",
    "acquireTime", "action", "active", "activeDeadlineSeconds", "add", "additionalItems", "additionalPrinterColumns",
    "additionalProperties", "address", "addressType", "addresses", "admissionReviewVersions", "affinity",
    "aggregationRule", "allOf", "allocatable", "allocateLoadBalancerNodePorts", "allowPrivilegeEscalation",
    "allowVolumeExpansion", "allowed", "allowedCSIDrivers", "allowedCapabilities", "allowedFlexVolumes",
    "allowedHostPaths", "allowedProcMountTypes", "allowedRuntimeClassNames", "allowedTopologies",
    "allowedUnsafeSysctls", "annotations", "anyOf", "apiGroup", "apiGroups", "apiVersion", "apiVersions",
    "appProtocol", "architecture", "args", "assigned", "assuredConcurrencyShares", "attachError", "attachRequired",
    "attached", "attacher", "attachmentMetadata", "audience", "audiences", "authenticated",
    "automountServiceAccountToken", "availableReplicas", "averageUtilization", "averageValue", "awsElasticBlockStore",
    "azureDisk", "azureFile", "backend", "backoffLimit", "behavior", "binaryData", "blockOwnerDeletion", "bootID",
    "boundObjectRef", "buildDate", "caBundle", "cachingMode", "capabilities", "capacity", "categories", "causes",
    "cephfs", "certificate", "chapAuthDiscovery", "chapAuthSession", "cidr", "cinder", "claimName", "claimRef",
    "clientCIDR", "clientConfig", "clientIP", "clusterIP", "clusterIPs", "clusterName", "clusterRoleSelectors",
    "clusterScope", "code", "collisionCount", "command", "compiler", "completedIndexes", "completionMode",
    "completionTime", "completions", "component", "concurrencyPolicy", "conditionType", "conditions", "config",
    "configMap", "configMapGenerator", "configMapKeyRef", "configMapRef", "configSource", "container", "containerID",
    "containerName", "containerPort", "containerResource", "containerRuntimeVersion", "containerStatuses",
    "containers", "continue", "controller", "controllerExpandSecretRef", "controllerPublishSecretRef", "conversion",
    "conversionReviewVersions", "count", "creationTimestamp", "csi", "current", "currentAverageUtilization",
    "currentAverageValue", "currentCPUUtilizationPercentage", "currentHealthy", "currentMetrics",
    "currentNumberScheduled", "currentReplicas", "currentRevision", "currentValue", "daemonEndpoints", "data",
    "dataSource", "datasetName", "datasetUUID", "default", "defaultAddCapabilities",
    "defaultAllowPrivilegeEscalation", "defaultBackend", "defaultMode", "defaultRequest", "defaultRuntimeClassName",
    "definitions", "deleteOptions", "deletionGracePeriodSeconds", "deletionTimestamp", "denied", "dependencies",
    "deprecated", "deprecatedCount", "deprecatedFirstTimestamp", "deprecatedLastTimestamp", "deprecatedSource",
    "deprecatedTopology", "deprecationWarning", "describedObject", "description", "desiredHealthy",
    "desiredNumberScheduled", "desiredReplicas", "detachError", "details", "devicePath", "directory", "diskName",
    "diskURI", "disruptedPods", "disruptionsAllowed", "distinguisherMethod", "divisor", "dnsConfig", "dnsPolicy",
    "downwardAPI", "driver", "drivers", "drop", "dryRun", "effect", "egress", "emptyDir", "enableServiceLinks",
    "endPort", "endpoints", "endpointsNamespace", "enum", "env", "envFrom", "envs", "ephemeral",
    "ephemeralContainerStatuses", "ephemeralContainers", "error", "evaluationError", "eventTime", "example", "except",
    "exclusiveMaximum", "exclusiveMinimum", "exec", "exitCode", "expectedPods", "expirationSeconds",
    "expirationTimestamp", "external", "externalDocs", "externalID", "externalIPs", "externalName",
    "externalTrafficPolicy", "extra", "failed", "failedJobsHistoryLimit", "failurePolicy", "failureThreshold", "fc",
    "field", "fieldPath", "fieldRef", "fieldsType", "fieldsV1", "files", "finalizers", "finishedAt", "firstTimestamp",
    "flexVolume", "flocker", "forZones", "forbiddenSysctls", "format", "from", "fsGroup", "fsGroupChangePolicy",
    "fsGroupPolicy", "fsType", "fullyLabeledReplicas", "gateway", "gcePersistentDisk", "generateName", "generation",
    "gitCommit", "gitRepo", "gitTreeState", "gitVersion", "globalDefault", "glusterfs", "gmsaCredentialSpec",
    "gmsaCredentialSpecName", "goVersion", "gracePeriodSeconds", "group", "groupPriorityMinimum", "groupVersion",
    "groups", "handSize", "handler", "hard", "healthCheckNodePort", "hints", "holderIdentity", "host", "hostAliases",
    "hostIP", "hostIPC", "hostNetwork", "hostPID", "hostPath", "hostPort", "hostPorts", "hostname", "hostnames",
    "hosts", "http", "httpGet", "httpHeaders", "id", "image", "imageID", "imagePullPolicy", "imagePullSecrets",
    "images", "immutable", "incomplete", "ingress", "ingressClassName", "initContainerStatuses", "initContainers",
    "initialDelaySeconds", "initiatorName", "inlineVolumeSpec", "insecureSkipTLSVerify", "internalTrafficPolicy",
    "involvedObject", "ip", "ipBlock", "ipFamilies", "ipFamilyPolicy", "iqn", "iscsi", "iscsiInterface", "items",
    "jobTemplate", "jsonPath", "kernelVersion", "key", "keyring", "kind", "kubeProxyVersion", "kubeletConfigKey",
    "kubeletEndpoint", "kubeletVersion", "labelSelector", "labelSelectorPath", "labels", "lastHeartbeatTime",
    "lastKnownGood", "lastObservedTime", "lastProbeTime", "lastScaleTime", "lastScheduleTime", "lastState",
    "lastSuccessfulTime", "lastTimestamp", "lastTransitionTime", "lastUpdateTime", "leaseDurationSeconds",
    "leaseTransitions", "level", "lifecycle", "limitResponse", "limited", "limits", "listKind", "literals",
    "livenessProbe", "loadBalancer", "loadBalancerClass", "loadBalancerIP", "loadBalancerSourceRanges", "local",
    "localhostProfile", "lun", "machineID", "major", "managedFields", "manager", "manualSelector", "matchExpressions",
    "matchFields", "matchLabelExpressions", "matchLabels", "matchPolicy", "matchingPrecedence", "max", "maxItems",
    "maxLength", "maxLimitRequestRatio", "maxProperties", "maxReplicas", "maxSkew", "maxSurge", "maxUnavailable",
    "maximum", "maximumVolumeSize", "medium", "message", "metadata", "metric", "metricName", "metricSelector",
    "metrics", "min", "minAvailable", "minItems", "minLength", "minProperties", "minReadySeconds", "minReplicas",
    "minimum", "minor", "mode", "monitors", "mountOptions", "mountPath", "mountPropagation", "multipleOf", "name",
    "names", "nameservers", "namespace", "namespaceSelector", "namespaced", "namespaces", "nfs", "nodeAffinity",
    "nodeID", "nodeInfo", "nodeName", "nodePort", "nodePublishSecretRef", "nodeSelector", "nodeSelectorTerms",
    "nodeStageSecretRef", "nodeTopology", "nominatedNodeName", "nonResourceAttributes", "nonResourceRules",
    "nonResourceURLs", "not", "notReadyAddresses", "note", "nullable", "number", "numberAvailable",
    "numberMisscheduled", "numberReady", "numberUnavailable", "object", "objectSelector", "observedGeneration",
    "oneOf", "openAPIV3Schema", "operatingSystem", "operation", "operations", "operator", "optional", "options",
    "orphanDependents", "osImage", "overhead", "ownerReferences", "parallelism", "parameters", "partition", "path",
    "pathPrefix", "pathType", "paths", "pattern", "patternProperties", "paused", "pdID", "pdName", "periodSeconds",
    "persistentVolumeClaim", "persistentVolumeName", "persistentVolumeReclaimPolicy", "phase", "photonPersistentDisk",
    "platform", "plural", "podAffinity", "podAffinityTerm", "podAntiAffinity", "podCIDR", "podCIDRs", "podFixed",
    "podIP", "podIPs", "podInfoOnMount", "podManagementPolicy", "podSelector", "pods", "policies", "policyTypes",
    "pool", "port", "portals", "ports", "portworxVolume", "postStart", "preStop", "preconditions", "preemptionPolicy",
    "preference", "preferredDuringSchedulingIgnoredDuringExecution", "preferredVersion", "prefix",
    "preserveUnknownFields", "priority", "priorityClassName", "priorityLevelConfiguration", "privileged", "procMount",
    "progressDeadlineSeconds", "projected", "propagationPolicy", "properties", "protectionDomain", "protocol",
    "providerID", "provisioner", "publishNotReadyAddresses", "qosClass", "queueLengthLimit", "queues", "queuing",
    "quobyte", "ranges", "rbd", "readOnly", "readOnlyRootFilesystem", "readinessGates", "readinessProbe", "ready",
    "readyReplicas", "reason", "reclaimPolicy", "regarding", "registry", "reinvocationPolicy", "related",
    "remainingItemCount", "renewTime", "replicas", "reportingComponent", "reportingController", "reportingInstance",
    "repository", "request", "requests", "required", "requiredDropCapabilities",
    "requiredDuringSchedulingIgnoredDuringExecution", "requiresRepublish", "resource", "resourceAttributes",
    "resourceFieldRef", "resourceNames", "resourceRules", "resourceVersion", "resources", "restartCount",
    "restartPolicy", "retryAfterSeconds", "revision", "revisionHistoryLimit", "role", "roleRef", "rollingUpdate",
    "rule", "rules", "runAsGroup", "runAsNonRoot", "runAsUser", "runAsUserName", "running", "runtimeClass",
    "runtimeClassName", "scale", "scaleDown", "scaleIO", "scaleTargetRef", "scaleUp", "schedule", "schedulerName",
    "scheduling", "schema", "scheme", "scope", "scopeName", "scopeSelector", "scopes", "seLinux", "seLinuxOptions",
    "searches", "seccompProfile", "secret", "secretFile", "secretGenerator", "secretKeyRef", "secretName",
    "secretNamespace", "secretRef", "secrets", "securityContext", "selectPolicy", "selector", "selfLink", "series",
    "served", "server", "serverAddress", "serverAddressByClientCIDRs", "service", "serviceAccount",
    "serviceAccountName", "serviceAccountToken", "serviceName", "servicePort", "serving", "sessionAffinity",
    "sessionAffinityConfig", "setHostnameAsFQDN", "shareName", "shareProcessNamespace", "shortNames", "sideEffects",
    "signal", "signerName", "singular", "singularName", "sizeBytes", "sizeLimit", "source", "sources", "spec",
    "specReplicasPath", "sslEnabled", "stabilizationWindowSeconds", "startTime", "started", "startedAt",
    "startingDeadlineSeconds", "startupProbe", "state", "status", "statusReplicasPath", "stdin", "stdinOnce",
    "storage", "storageCapacity", "storageClassName", "storageMode", "storagePolicyID", "storagePolicyName",
    "storagePool", "storageVersionHash", "storageos", "storedVersions", "strategy", "stringData", "subPath",
    "subPathExpr", "subdomain", "subjects", "subresource", "subresources", "subsets", "succeeded", "successThreshold",
    "successfulJobsHistoryLimit", "supplementalGroups", "suspend", "sysctls", "system", "systemUUID", "taints",
    "target", "targetAverageUtilization", "targetAverageValue", "targetCPUUtilizationPercentage",
    "targetContainerName", "targetPort", "targetPortal", "targetRef", "targetValue", "targetWWNs", "tcpSocket",
    "template", "tenant", "terminated", "terminating", "terminationGracePeriodSeconds", "terminationMessagePath",
    "terminationMessagePolicy", "time", "timeAdded", "timeoutSeconds", "title", "tls", "to", "token", "tokenRequests",
    "tolerationSeconds", "tolerations", "topology", "topologyKey", "topologyKeys", "topologySpreadConstraints",
    "ttlSecondsAfterFinished", "tty", "type", "uid", "unavailableReplicas", "uniqueItems", "unschedulable",
    "updateRevision", "updateStrategy", "updatedNumberScheduled", "updatedReplicas", "url", "usages", "used", "user",
    "username", "validation", "value", "valueFrom", "values", "verb", "verbs", "version", "versionPriority",
    "versions", "volume", "volumeAttributes", "volumeBindingMode", "volumeClaimTemplate", "volumeClaimTemplates",
    "volumeDevices", "volumeHandle", "volumeID", "volumeLifecycleModes", "volumeMode", "volumeMounts", "volumeName",
    "volumeNamespace", "volumePath", "volumes", "volumesAttached", "volumesInUse", "vsphereVolume", "waiting",
    "webhook", "webhookClientConfig", "webhooks", "weight", "whenUnsatisfiable", "windowsOptions", "workingDir",
    "wwids", "x-kubernetes-embedded-resource", "x-kubernetes-int-or-string", "x-kubernetes-list-map-keys",
    "x-kubernetes-list-type", "x-kubernetes-map-type", "x-kubernetes-preserve-unknown-fields", "zone",
    ),
    ends: &[
    4, 11, 24, 32, 45, 49, 62, 73, 84, 90, 96, 117, 120, 135, 159, 179, 186, 197, 206, 229, 237, 252, 257, 268, 297,
    321, 341, 348, 365, 384, 402, 418, 439, 463, 480, 500, 511, 516, 524, 533, 543, 554, 565, 577, 581, 589, 613, 624,
    638, 646, 654, 672, 680, 689, 702, 730, 747, 765, 777, 797, 806, 815, 822, 834, 842, 852, 870, 876, 890, 899, 907,
    918, 930, 938, 948, 954, 960, 971, 988, 1003, 1007, 1013, 1022, 1030, 1040, 1052, 1060, 1069, 1079, 1090, 1110,
    1122, 1126, 1140, 1147, 1155, 1171, 1185, 1199, 1210, 1219, 1236, 1249, 1259, 1265, 1274, 1292, 1307, 1319, 1331,
    1340, 1351, 1364, 1377, 1394, 1417, 1434, 1444, 1452, 1462, 1487, 1513, 1523, 1547, 1552, 1569, 1572, 1579, 1604,
    1623, 1654, 1668, 1682, 1704, 1719, 1734, 1746, 1761, 1765, 1775, 1786, 1797, 1804, 1826, 1857, 1871, 1882, 1896,
    1919, 1930, 1943, 1969, 1986, 1992, 2004, 2014, 2029, 2053, 2076, 2092, 2110, 2128, 2143, 2154, 2168, 2190, 2205,
    2216, 2223, 2233, 2242, 2250, 2257, 2270, 2288, 2307, 2314, 2323, 2332, 2343, 2349, 2356, 2360, 2366, 2372, 2378,
    2386, 2404, 2411, 2420, 2438, 2442, 2445, 2452, 2456, 2465, 2491, 2510, 2515, 2530, 2539, 2546, 2552, 2568, 2584,
    2588, 2596, 2608, 2625, 2644, 2652, 2664, 2674, 2685, 2697, 2718, 2723, 2729, 2751, 2764, 2780, 2782, 2787, 2796,
    2804, 2814, 2822, 2827, 2837, 2847, 2861, 2871, 2878, 2886, 2902, 2908, 2912, 2919, 2938, 2951, 2957, 2977, 2984,
    3001, 3013, 3023, 3032, 3039, 3051, 3061, 3074, 3083, 3101, 3123, 3132, 3150, 3155, 3175, 3187, 3193, 3201, 3208,
    3212, 3231, 3236, 3250, 3254, 3265, 3271, 3278, 3289, 3296, 3304, 3312, 3321, 3329, 3338, 3343, 3347, 3354, 3365,
    3367, 3372, 3379, 3394, 3410, 3416, 3425, 3435, 3442, 3458, 3479, 3493, 3512, 3525, 3541, 3562, 3583, 3597, 3599,
    3606, 3616, 3630, 3633, 3638, 3652, 3657, 3668, 3676, 3689, 3692, 3699, 3703, 3719, 3735, 3750, 3764, 3777, 3794,
    3800, 3817, 3830, 3846, 3859, 3872, 3888, 3897, 3915, 3928, 3946, 3960, 3980, 3996, 4001, 4010, 4023, 4030, 4036,
    4044, 4052, 4065, 4077, 4094, 4108, 4132, 4137, 4153, 4156, 4165, 4170, 4183, 4190, 4204, 4220, 4231, 4252, 4263,
    4274, 4292, 4295, 4303, 4312, 4332, 4345, 4356, 4363, 4371, 4385, 4392, 4409, 4415, 4422, 4430, 4436, 4446, 4460,
    4467, 4470, 4482, 4490, 4499, 4512, 4527, 4538, 4545, 4550, 4554, 4562, 4574, 4583, 4599, 4609, 4613, 4618, 4629,
    4638, 4655, 4665, 4675, 4678, 4690, 4696, 4704, 4712, 4720, 4740, 4752, 4769, 4787, 4799, 4816, 4837, 4853, 4868,
    4871, 4888, 4892, 4900, 4906, 4921, 4939, 4950, 4967, 4973, 4987, 5005, 5010, 5025, 5040, 5049, 5059, 5067, 5075,
    5082, 5098, 5105, 5113, 5128, 5139, 5149, 5158, 5162, 5172, 5180, 5185, 5192, 5209, 5215, 5219, 5225, 5238, 5259,
    5279, 5308, 5313, 5333, 5341, 5347, 5358, 5373, 5388, 5395, 5403, 5411, 5416, 5422, 5436, 5455, 5466, 5470, 5478,
    5489, 5493, 5497, 5504, 5509, 5523, 5532, 5539, 5552, 5568, 5578, 5625, 5641, 5647, 5668, 5676, 5693, 5719, 5729,
    5738, 5761, 5770, 5787, 5797, 5813, 5821, 5831, 5842, 5866, 5874, 5890, 5896, 5903, 5910, 5916, 5919, 5927, 5949,
    5963, 5977, 5982, 5995, 6001, 6014, 6023, 6031, 6049, 6056, 6074, 6083, 6091, 6109, 6128, 6145, 6155, 6162, 6170,
    6178, 6202, 6248, 6265, 6273, 6291, 6307, 6320, 6333, 6348, 6357, 6369, 6382, 6399, 6407, 6427, 6431, 6438, 6451,
    6455, 6460, 6470, 6482, 6491, 6504, 6511, 6523, 6539, 6544, 6553, 6560, 6574, 6581, 6589, 6602, 6612, 6618, 6624,
    6629, 6638, 6651, 6657, 6664, 6678, 6686, 6700, 6706, 6716, 6731, 6743, 6753, 6768, 6777, 6784, 6799, 6811, 6819,
    6827, 6833, 6839, 6845, 6858, 6884, 6891, 6905, 6923, 6942, 6953, 6964, 6971, 6986, 7007, 7024, 7033, 7054, 7064,
    7075, 7081, 7091, 7099, 7111, 7120, 7129, 7135, 7142, 7146, 7162, 7172, 7198, 7207, 7214, 7223, 7246, 7258, 7263,
    7269, 7287, 7292, 7301, 7308, 7323, 7339, 7350, 7365, 7382, 7393, 7411, 7420, 7434, 7442, 7452, 7459, 7470, 7479,
    7487, 7498, 7510, 7517, 7526, 7542, 7568, 7586, 7593, 7600, 7606, 7616, 7622, 7628, 7652, 7670, 7700, 7719, 7729,
    7741, 7750, 7761, 7771, 7780, 7788, 7794, 7804, 7815, 7844, 7866, 7890, 7894, 7903, 7917, 7922, 7925, 7927, 7932,
    7945, 7962, 7973, 7981, 7992, 8004, 8029, 8052, 8055, 8059, 8062, 8081, 8092, 8105, 8119, 8133, 8155, 8170, 8173,
    8179, 8183, 8187, 8195, 8205, 8210, 8219, 8225, 8229, 8234, 8241, 8256, 8264, 8270, 8286, 8303, 8322, 8342, 8355,
    8367, 8375, 8395, 8405, 8417, 8427, 8442, 8452, 8459, 8474, 8486, 8499, 8506, 8513, 8532, 8540, 8546, 8563, 8577,
    8587, 8592, 8622, 8648, 8674, 8696, 8717, 8753, 8757,
    ],
};

/// Merge strategies with their keys; a node names one by index.
#[rustfmt::skip]
pub(super) static PATCHES: &[Patch] = &[
    Patch { strategy: None, keys: &[] }, Patch { strategy: Some("merge"), keys: &["containerPort", "protocol"] },
    Patch { strategy: Some("merge"), keys: &["devicePath"] }, Patch { strategy: Some("merge"), keys: &["ip"] },
    Patch { strategy: Some("merge"), keys: &["key"] }, Patch { strategy: Some("merge"), keys: &["mountPath"] },
    Patch { strategy: Some("merge"), keys: &["name"] },
    Patch { strategy: Some("merge"), keys: &["port", "protocol"] },
    Patch { strategy: Some("merge"), keys: &["topologyKey", "whenUnsatisfiable"] },
    Patch { strategy: Some("merge"), keys: &["type"] }, Patch { strategy: Some("merge"), keys: &["uid"] },
    Patch { strategy: Some("merge"), keys: &[] }, Patch { strategy: Some("merge,retainKeys"), keys: &["name"] },
];

/// Schemas: first field, number of fields, schema of items, schema of map values, patch.
#[rustfmt::skip]
pub(super) static NODES: &[Node] = &[
    node(0, 0, NONE, NONE, 0), // 0 io.k8s.api.admissionregistration.v1.MutatingWebhook.admissionReviewVersions[]
    node(0, 11, NONE, NONE, 0), // 1 io.k8s.api.admissionregistration.v1.MutatingWebhook
    node(11, 0, 0, NONE, 0), // 2 io.k8s.api.admissionregistration.v1.MutatingWebhook.admissionReviewVersions
    node(11, 0, 8, NONE, 0), // 3 io.k8s.api.admissionregistration.v1.MutatingWebhook.rules
    node(11, 4, NONE, NONE, 0), // 4 io.k8s.api.admissionregistration.v1.MutatingWebhookConfiguration
    node(15, 0, 1, NONE, 6), // 5 io.k8s.api.admissionregistration.v1.MutatingWebhookConfiguration.webhooks
    node(15, 4, NONE, NONE, 0), // 6 io.k8s.api.admissionregistration.v1.MutatingWebhookConfigurationList
    node(19, 0, 4, NONE, 0), // 7 io.k8s.api.admissionregistration.v1.MutatingWebhookConfigurationList.items
    node(19, 5, NONE, NONE, 0), // 8 io.k8s.api.admissionregistration.v1.RuleWithOperations
    node(24, 4, NONE, NONE, 0), // 9 io.k8s.api.admissionregistration.v1.ServiceReference
    node(28, 10, NONE, NONE, 0), // 10 io.k8s.api.admissionregistration.v1.ValidatingWebhook
    node(38, 4, NONE, NONE, 0), // 11 io.k8s.api.admissionregistration.v1.ValidatingWebhookConfiguration
    node(42, 0, 10, NONE, 6), // 12 io.k8s.api.admissionregistration.v1.ValidatingWebhookConfiguration.webhooks
    node(42, 4, NONE, NONE, 0), // 13 io.k8s.api.admissionregistration.v1.ValidatingWebhookConfigurationList
    node(46, 0, 11, NONE, 0), // 14 io.k8s.api.admissionregistration.v1.ValidatingWebhookConfigurationList.items
    node(46, 3, NONE, NONE, 0), // 15 io.k8s.api.admissionregistration.v1.WebhookClientConfig
    node(49, 1, NONE, NONE, 0), // 16 io.k8s.api.apps.v1.ConfigMapArgs
    node(50, 5, NONE, NONE, 0), // 17 io.k8s.api.apps.v1.ControllerRevision
    node(55, 4, NONE, NONE, 0), // 18 io.k8s.api.apps.v1.ControllerRevisionList
    node(59, 0, 17, NONE, 0), // 19 io.k8s.api.apps.v1.ControllerRevisionList.items
    node(59, 5, NONE, NONE, 0), // 20 io.k8s.api.apps.v1.DaemonSet
    node(64, 5, NONE, NONE, 0), // 21 io.k8s.api.apps.v1.DaemonSetCondition
    node(69, 4, NONE, NONE, 0), // 22 io.k8s.api.apps.v1.DaemonSetList
    node(73, 0, 20, NONE, 0), // 23 io.k8s.api.apps.v1.DaemonSetList.items
    node(73, 5, NONE, NONE, 0), // 24 io.k8s.api.apps.v1.DaemonSetSpec
    node(78, 10, NONE, NONE, 0), // 25 io.k8s.api.apps.v1.DaemonSetStatus
    node(88, 0, 21, NONE, 9), // 26 io.k8s.api.apps.v1.DaemonSetStatus.conditions
    node(88, 2, NONE, NONE, 0), // 27 io.k8s.api.apps.v1.DaemonSetUpdateStrategy
    node(90, 5, NONE, NONE, 0), // 28 io.k8s.api.apps.v1.Deployment
    node(95, 6, NONE, NONE, 0), // 29 io.k8s.api.apps.v1.DeploymentCondition
    node(101, 4, NONE, NONE, 0), // 30 io.k8s.api.apps.v1.DeploymentList
    node(105, 0, 28, NONE, 0), // 31 io.k8s.api.apps.v1.DeploymentList.items
    node(105, 8, NONE, NONE, 0), // 32 io.k8s.api.apps.v1.DeploymentSpec
    node(113, 8, NONE, NONE, 0), // 33 io.k8s.api.apps.v1.DeploymentStatus
    node(121, 0, 29, NONE, 9), // 34 io.k8s.api.apps.v1.DeploymentStatus.conditions
    node(121, 4, NONE, NONE, 0), // 35 io.k8s.api.apps.v1.GeneratorArgs
    node(125, 2, NONE, NONE, 0), // 36 io.k8s.api.apps.v1.Kustomization
    node(127, 0, 16, NONE, 6), // 37 io.k8s.api.apps.v1.Kustomization.configMapGenerator
    node(127, 0, 47, NONE, 6), // 38 io.k8s.api.apps.v1.Kustomization.secretGenerator
    node(127, 4, NONE, NONE, 0), // 39 io.k8s.api.apps.v1.KvPairSources
    node(131, 5, NONE, NONE, 0), // 40 io.k8s.api.apps.v1.ReplicaSet
    node(136, 4, NONE, NONE, 0), // 41 io.k8s.api.apps.v1.ReplicaSetList
    node(140, 0, 40, NONE, 0), // 42 io.k8s.api.apps.v1.ReplicaSetList.items
    node(140, 4, NONE, NONE, 0), // 43 io.k8s.api.apps.v1.ReplicaSetSpec
    node(144, 6, NONE, NONE, 0), // 44 io.k8s.api.apps.v1.ReplicaSetStatus
    node(150, 2, NONE, NONE, 0), // 45 io.k8s.api.apps.v1.RollingUpdateDaemonSet
    node(152, 1, NONE, NONE, 0), // 46 io.k8s.api.apps.v1.RollingUpdateStatefulSetStrategy
    node(153, 2, NONE, NONE, 0), // 47 io.k8s.api.apps.v1.SecretArgs
    node(155, 5, NONE, NONE, 0), // 48 io.k8s.api.apps.v1.StatefulSet
    node(160, 4, NONE, NONE, 0), // 49 io.k8s.api.apps.v1.StatefulSetList
    node(164, 0, 48, NONE, 0), // 50 io.k8s.api.apps.v1.StatefulSetList.items
    node(164, 8, NONE, NONE, 0), // 51 io.k8s.api.apps.v1.StatefulSetSpec
    node(172, 0, 290, NONE, 0), // 52 io.k8s.api.apps.v1.StatefulSetSpec.volumeClaimTemplates
    node(172, 9, NONE, NONE, 0), // 53 io.k8s.api.apps.v1.StatefulSetStatus
    node(181, 2, NONE, NONE, 0), // 54 io.k8s.api.apps.v1.StatefulSetUpdateStrategy
    node(183, 4, NONE, NONE, 0), // 55 io.k8s.api.authentication.v1.BoundObjectReference
    node(187, 5, NONE, NONE, 0), // 56 io.k8s.api.authentication.v1.TokenRequest
    node(192, 3, NONE, NONE, 0), // 57 io.k8s.api.authentication.v1.TokenRequestSpec
    node(195, 2, NONE, NONE, 0), // 58 io.k8s.api.authentication.v1.TokenRequestStatus
    node(197, 5, NONE, NONE, 0), // 59 io.k8s.api.authentication.v1.TokenReview
    node(202, 2, NONE, NONE, 0), // 60 io.k8s.api.authentication.v1.TokenReviewSpec
    node(204, 4, NONE, NONE, 0), // 61 io.k8s.api.authentication.v1.TokenReviewStatus
    node(208, 4, NONE, NONE, 0), // 62 io.k8s.api.authentication.v1.UserInfo
    node(212, 0, NONE, 2, 0), // 63 io.k8s.api.authentication.v1.UserInfo.extra
    node(212, 5, NONE, NONE, 0), // 64 io.k8s.api.authorization.v1.LocalSubjectAccessReview
    node(217, 2, NONE, NONE, 0), // 65 io.k8s.api.authorization.v1.NonResourceAttributes
    node(219, 2, NONE, NONE, 0), // 66 io.k8s.api.authorization.v1.NonResourceRule
    node(221, 7, NONE, NONE, 0), // 67 io.k8s.api.authorization.v1.ResourceAttributes
    node(228, 4, NONE, NONE, 0), // 68 io.k8s.api.authorization.v1.ResourceRule
    node(232, 5, NONE, NONE, 0), // 69 io.k8s.api.authorization.v1.SelfSubjectAccessReview
    node(237, 2, NONE, NONE, 0), // 70 io.k8s.api.authorization.v1.SelfSubjectAccessReviewSpec
    node(239, 5, NONE, NONE, 0), // 71 io.k8s.api.authorization.v1.SelfSubjectRulesReview
    node(244, 1, NONE, NONE, 0), // 72 io.k8s.api.authorization.v1.SelfSubjectRulesReviewSpec
    node(245, 6, NONE, NONE, 0), // 73 io.k8s.api.authorization.v1.SubjectAccessReviewSpec
    node(251, 4, NONE, NONE, 0), // 74 io.k8s.api.authorization.v1.SubjectAccessReviewStatus
    node(255, 4, NONE, NONE, 0), // 75 io.k8s.api.authorization.v1.SubjectRulesReviewStatus
    node(259, 0, 66, NONE, 0), // 76 io.k8s.api.authorization.v1.SubjectRulesReviewStatus.nonResourceRules
    node(259, 0, 68, NONE, 0), // 77 io.k8s.api.authorization.v1.SubjectRulesReviewStatus.resourceRules
    node(259, 5, NONE, NONE, 0), // 78 io.k8s.api.authorization.v1beta1.LocalSubjectAccessReview
    node(264, 6, NONE, NONE, 0), // 79 io.k8s.api.authorization.v1beta1.SubjectAccessReviewSpec
    node(270, 3, NONE, NONE, 0), // 80 io.k8s.api.autoscaling.v1.CrossVersionObjectReference
    node(273, 5, NONE, NONE, 0), // 81 io.k8s.api.autoscaling.v1.HorizontalPodAutoscaler
    node(278, 4, NONE, NONE, 0), // 82 io.k8s.api.autoscaling.v1.HorizontalPodAutoscalerList
    node(282, 0, 81, NONE, 0), // 83 io.k8s.api.autoscaling.v1.HorizontalPodAutoscalerList.items
    node(282, 4, NONE, NONE, 0), // 84 io.k8s.api.autoscaling.v1.HorizontalPodAutoscalerSpec
    node(286, 5, NONE, NONE, 0), // 85 io.k8s.api.autoscaling.v1.HorizontalPodAutoscalerStatus
    node(291, 5, NONE, NONE, 0), // 86 io.k8s.api.autoscaling.v1.Scale
    node(296, 1, NONE, NONE, 0), // 87 io.k8s.api.autoscaling.v1.ScaleSpec
    node(297, 2, NONE, NONE, 0), // 88 io.k8s.api.autoscaling.v1.ScaleStatus
    node(299, 4, NONE, NONE, 0), // 89 io.k8s.api.autoscaling.v2beta1.ContainerResourceMetricSource
    node(303, 4, NONE, NONE, 0), // 90 io.k8s.api.autoscaling.v2beta1.ContainerResourceMetricStatus
    node(307, 4, NONE, NONE, 0), // 91 io.k8s.api.autoscaling.v2beta1.ExternalMetricSource
    node(311, 4, NONE, NONE, 0), // 92 io.k8s.api.autoscaling.v2beta1.ExternalMetricStatus
    node(315, 5, NONE, NONE, 0), // 93 io.k8s.api.autoscaling.v2beta1.HorizontalPodAutoscaler
    node(320, 4, NONE, NONE, 0), // 94 io.k8s.api.autoscaling.v2beta1.HorizontalPodAutoscalerList
    node(324, 0, 93, NONE, 0), // 95 io.k8s.api.autoscaling.v2beta1.HorizontalPodAutoscalerList.items
    node(324, 4, NONE, NONE, 0), // 96 io.k8s.api.autoscaling.v2beta1.HorizontalPodAutoscalerSpec
    node(328, 0, 101, NONE, 0), // 97 io.k8s.api.autoscaling.v2beta1.HorizontalPodAutoscalerSpec.metrics
    node(328, 6, NONE, NONE, 0), // 98 io.k8s.api.autoscaling.v2beta1.HorizontalPodAutoscalerStatus
    node(334, 0, 21, NONE, 0), // 99 io.k8s.api.autoscaling.v2beta1.HorizontalPodAutoscalerStatus.conditions
    node(334, 0, 102, NONE, 0), // 100 io.k8s.api.autoscaling.v2beta1.HorizontalPodAutoscalerStatus.currentMetrics
    node(334, 6, NONE, NONE, 0), // 101 io.k8s.api.autoscaling.v2beta1.MetricSpec
    node(340, 6, NONE, NONE, 0), // 102 io.k8s.api.autoscaling.v2beta1.MetricStatus
    node(346, 5, NONE, NONE, 0), // 103 io.k8s.api.autoscaling.v2beta1.ObjectMetricSource
    node(351, 5, NONE, NONE, 0), // 104 io.k8s.api.autoscaling.v2beta1.ObjectMetricStatus
    node(356, 3, NONE, NONE, 0), // 105 io.k8s.api.autoscaling.v2beta1.PodsMetricSource
    node(359, 3, NONE, NONE, 0), // 106 io.k8s.api.autoscaling.v2beta1.PodsMetricStatus
    node(362, 3, NONE, NONE, 0), // 107 io.k8s.api.autoscaling.v2beta1.ResourceMetricSource
    node(365, 3, NONE, NONE, 0), // 108 io.k8s.api.autoscaling.v2beta1.ResourceMetricStatus
    node(368, 3, NONE, NONE, 0), // 109 io.k8s.api.autoscaling.v2beta2.ContainerResourceMetricSource
    node(371, 3, NONE, NONE, 0), // 110 io.k8s.api.autoscaling.v2beta2.ContainerResourceMetricStatus
    node(374, 2, NONE, NONE, 0), // 111 io.k8s.api.autoscaling.v2beta2.ExternalMetricSource
    node(376, 2, NONE, NONE, 0), // 112 io.k8s.api.autoscaling.v2beta2.ExternalMetricStatus
    node(378, 3, NONE, NONE, 0), // 113 io.k8s.api.autoscaling.v2beta2.HPAScalingPolicy
    node(381, 3, NONE, NONE, 0), // 114 io.k8s.api.autoscaling.v2beta2.HPAScalingRules
    node(384, 0, 113, NONE, 0), // 115 io.k8s.api.autoscaling.v2beta2.HPAScalingRules.policies
    node(384, 5, NONE, NONE, 0), // 116 io.k8s.api.autoscaling.v2beta2.HorizontalPodAutoscaler
    node(389, 2, NONE, NONE, 0), // 117 io.k8s.api.autoscaling.v2beta2.HorizontalPodAutoscalerBehavior
    node(391, 4, NONE, NONE, 0), // 118 io.k8s.api.autoscaling.v2beta2.HorizontalPodAutoscalerList
    node(395, 0, 116, NONE, 0), // 119 io.k8s.api.autoscaling.v2beta2.HorizontalPodAutoscalerList.items
    node(395, 5, NONE, NONE, 0), // 120 io.k8s.api.autoscaling.v2beta2.HorizontalPodAutoscalerSpec
    node(400, 0, 125, NONE, 0), // 121 io.k8s.api.autoscaling.v2beta2.HorizontalPodAutoscalerSpec.metrics
    node(400, 6, NONE, NONE, 0), // 122 io.k8s.api.autoscaling.v2beta2.HorizontalPodAutoscalerStatus
    node(406, 0, 126, NONE, 0), // 123 io.k8s.api.autoscaling.v2beta2.HorizontalPodAutoscalerStatus.currentMetrics
    node(406, 2, NONE, NONE, 0), // 124 io.k8s.api.autoscaling.v2beta2.MetricIdentifier
    node(408, 6, NONE, NONE, 0), // 125 io.k8s.api.autoscaling.v2beta2.MetricSpec
    node(414, 6, NONE, NONE, 0), // 126 io.k8s.api.autoscaling.v2beta2.MetricStatus
    node(420, 4, NONE, NONE, 0), // 127 io.k8s.api.autoscaling.v2beta2.MetricTarget
    node(424, 3, NONE, NONE, 0), // 128 io.k8s.api.autoscaling.v2beta2.MetricValueStatus
    node(427, 3, NONE, NONE, 0), // 129 io.k8s.api.autoscaling.v2beta2.ObjectMetricSource
    node(430, 3, NONE, NONE, 0), // 130 io.k8s.api.autoscaling.v2beta2.ObjectMetricStatus
    node(433, 2, NONE, NONE, 0), // 131 io.k8s.api.autoscaling.v2beta2.ResourceMetricSource
    node(435, 2, NONE, NONE, 0), // 132 io.k8s.api.autoscaling.v2beta2.ResourceMetricStatus
    node(437, 5, NONE, NONE, 0), // 133 io.k8s.api.batch.v1.CronJob
    node(442, 4, NONE, NONE, 0), // 134 io.k8s.api.batch.v1.CronJobList
    node(446, 0, 133, NONE, 0), // 135 io.k8s.api.batch.v1.CronJobList.items
    node(446, 7, NONE, NONE, 0), // 136 io.k8s.api.batch.v1.CronJobSpec
    node(453, 3, NONE, NONE, 0), // 137 io.k8s.api.batch.v1.CronJobStatus
    node(456, 0, 288, NONE, 0), // 138 io.k8s.api.batch.v1.CronJobStatus.active
    node(456, 5, NONE, NONE, 0), // 139 io.k8s.api.batch.v1.Job
    node(461, 6, NONE, NONE, 0), // 140 io.k8s.api.batch.v1.JobCondition
    node(467, 4, NONE, NONE, 0), // 141 io.k8s.api.batch.v1.JobList
    node(471, 0, 139, NONE, 0), // 142 io.k8s.api.batch.v1.JobList.items
    node(471, 10, NONE, NONE, 0), // 143 io.k8s.api.batch.v1.JobSpec
    node(481, 7, NONE, NONE, 0), // 144 io.k8s.api.batch.v1.JobStatus
    node(488, 0, 140, NONE, 9), // 145 io.k8s.api.batch.v1.JobStatus.conditions
    node(488, 2, NONE, NONE, 0), // 146 io.k8s.api.batch.v1.JobTemplateSpec
    node(490, 5, NONE, NONE, 0), // 147 io.k8s.api.certificates.v1.CertificateSigningRequest
    node(495, 4, NONE, NONE, 0), // 148 io.k8s.api.certificates.v1.CertificateSigningRequestList
    node(499, 0, 147, NONE, 0), // 149 io.k8s.api.certificates.v1.CertificateSigningRequestList.items
    node(499, 7, NONE, NONE, 0), // 150 io.k8s.api.certificates.v1.CertificateSigningRequestSpec
    node(506, 2, NONE, NONE, 0), // 151 io.k8s.api.certificates.v1.CertificateSigningRequestStatus
    node(508, 0, 29, NONE, 0), // 152 io.k8s.api.certificates.v1.CertificateSigningRequestStatus.conditions
    node(508, 4, NONE, NONE, 0), // 153 io.k8s.api.coordination.v1.Lease
    node(512, 4, NONE, NONE, 0), // 154 io.k8s.api.coordination.v1.LeaseList
    node(516, 0, 153, NONE, 0), // 155 io.k8s.api.coordination.v1.LeaseList.items
    node(516, 5, NONE, NONE, 0), // 156 io.k8s.api.coordination.v1.LeaseSpec
    node(521, 4, NONE, NONE, 0), // 157 io.k8s.api.core.v1.AWSElasticBlockStoreVolumeSource
    node(525, 3, NONE, NONE, 0), // 158 io.k8s.api.core.v1.Affinity
    node(528, 2, NONE, NONE, 0), // 159 io.k8s.api.core.v1.AttachedVolume
    node(530, 6, NONE, NONE, 0), // 160 io.k8s.api.core.v1.AzureDiskVolumeSource
    node(536, 4, NONE, NONE, 0), // 161 io.k8s.api.core.v1.AzureFilePersistentVolumeSource
    node(540, 3, NONE, NONE, 0), // 162 io.k8s.api.core.v1.AzureFileVolumeSource
    node(543, 4, NONE, NONE, 0), // 163 io.k8s.api.core.v1.Binding
    node(547, 9, NONE, NONE, 0), // 164 io.k8s.api.core.v1.CSIPersistentVolumeSource
    node(556, 0, NONE, 0, 0), // 165 io.k8s.api.core.v1.CSIPersistentVolumeSource.volumeAttributes
    node(556, 5, NONE, NONE, 0), // 166 io.k8s.api.core.v1.CSIVolumeSource
    node(561, 2, NONE, NONE, 0), // 167 io.k8s.api.core.v1.Capabilities
    node(563, 6, NONE, NONE, 0), // 168 io.k8s.api.core.v1.CephFSPersistentVolumeSource
    node(569, 6, NONE, NONE, 0), // 169 io.k8s.api.core.v1.CephFSVolumeSource
    node(575, 4, NONE, NONE, 0), // 170 io.k8s.api.core.v1.CinderPersistentVolumeSource
    node(579, 4, NONE, NONE, 0), // 171 io.k8s.api.core.v1.CinderVolumeSource
    node(583, 1, NONE, NONE, 0), // 172 io.k8s.api.core.v1.ClientIPConfig
    node(584, 4, NONE, NONE, 0), // 173 io.k8s.api.core.v1.ComponentCondition
    node(588, 4, NONE, NONE, 0), // 174 io.k8s.api.core.v1.ComponentStatus
    node(592, 0, 173, NONE, 9), // 175 io.k8s.api.core.v1.ComponentStatus.conditions
    node(592, 4, NONE, NONE, 0), // 176 io.k8s.api.core.v1.ComponentStatusList
    node(596, 0, 174, NONE, 0), // 177 io.k8s.api.core.v1.ComponentStatusList.items
    node(596, 6, NONE, NONE, 0), // 178 io.k8s.api.core.v1.ConfigMap
    node(602, 2, NONE, NONE, 0), // 179 io.k8s.api.core.v1.ConfigMapEnvSource
    node(604, 3, NONE, NONE, 0), // 180 io.k8s.api.core.v1.ConfigMapKeySelector
    node(607, 4, NONE, NONE, 0), // 181 io.k8s.api.core.v1.ConfigMapList
    node(611, 0, 178, NONE, 0), // 182 io.k8s.api.core.v1.ConfigMapList.items
    node(611, 5, NONE, NONE, 0), // 183 io.k8s.api.core.v1.ConfigMapNodeConfigSource
    node(616, 3, NONE, NONE, 0), // 184 io.k8s.api.core.v1.ConfigMapProjection
    node(619, 0, 243, NONE, 0), // 185 io.k8s.api.core.v1.ConfigMapProjection.items
    node(619, 4, NONE, NONE, 0), // 186 io.k8s.api.core.v1.ConfigMapVolumeSource
    node(623, 22, NONE, NONE, 0), // 187 io.k8s.api.core.v1.Container
    node(645, 0, 216, NONE, 6), // 188 io.k8s.api.core.v1.Container.env
    node(645, 0, 215, NONE, 0), // 189 io.k8s.api.core.v1.Container.envFrom
    node(645, 0, 194, NONE, 1), // 190 io.k8s.api.core.v1.Container.ports
    node(645, 0, 159, NONE, 2), // 191 io.k8s.api.core.v1.Container.volumeDevices
    node(645, 0, 387, NONE, 5), // 192 io.k8s.api.core.v1.Container.volumeMounts
    node(645, 2, NONE, NONE, 0), // 193 io.k8s.api.core.v1.ContainerImage
    node(647, 5, NONE, NONE, 0), // 194 io.k8s.api.core.v1.ContainerPort
    node(652, 3, NONE, NONE, 0), // 195 io.k8s.api.core.v1.ContainerState
    node(655, 1, NONE, NONE, 0), // 196 io.k8s.api.core.v1.ContainerStateRunning
    node(656, 7, NONE, NONE, 0), // 197 io.k8s.api.core.v1.ContainerStateTerminated
    node(663, 2, NONE, NONE, 0), // 198 io.k8s.api.core.v1.ContainerStateWaiting
    node(665, 9, NONE, NONE, 0), // 199 io.k8s.api.core.v1.ContainerStatus
    node(674, 1, NONE, NONE, 0), // 200 io.k8s.api.core.v1.DaemonEndpoint
    node(675, 1, NONE, NONE, 0), // 201 io.k8s.api.core.v1.DownwardAPIProjection
    node(676, 0, 203, NONE, 0), // 202 io.k8s.api.core.v1.DownwardAPIProjection.items
    node(676, 4, NONE, NONE, 0), // 203 io.k8s.api.core.v1.DownwardAPIVolumeFile
    node(680, 2, NONE, NONE, 0), // 204 io.k8s.api.core.v1.DownwardAPIVolumeSource
    node(682, 2, NONE, NONE, 0), // 205 io.k8s.api.core.v1.EmptyDirVolumeSource
    node(684, 4, NONE, NONE, 0), // 206 io.k8s.api.core.v1.EndpointAddress
    node(688, 4, NONE, NONE, 0), // 207 io.k8s.api.core.v1.EndpointPort
    node(692, 3, NONE, NONE, 0), // 208 io.k8s.api.core.v1.EndpointSubset
    node(695, 0, 206, NONE, 0), // 209 io.k8s.api.core.v1.EndpointSubset.addresses
    node(695, 0, 207, NONE, 0), // 210 io.k8s.api.core.v1.EndpointSubset.ports
    node(695, 4, NONE, NONE, 0), // 211 io.k8s.api.core.v1.Endpoints
    node(699, 0, 208, NONE, 0), // 212 io.k8s.api.core.v1.Endpoints.subsets
    node(699, 4, NONE, NONE, 0), // 213 io.k8s.api.core.v1.EndpointsList
    node(703, 0, 211, NONE, 0), // 214 io.k8s.api.core.v1.EndpointsList.items
    node(703, 3, NONE, NONE, 0), // 215 io.k8s.api.core.v1.EnvFromSource
    node(706, 3, NONE, NONE, 0), // 216 io.k8s.api.core.v1.EnvVar
    node(709, 4, NONE, NONE, 0), // 217 io.k8s.api.core.v1.EnvVarSource
    node(713, 23, NONE, NONE, 0), // 218 io.k8s.api.core.v1.EphemeralContainer
    node(736, 0, 194, NONE, 0), // 219 io.k8s.api.core.v1.EphemeralContainer.ports
    node(736, 1, NONE, NONE, 0), // 220 io.k8s.api.core.v1.EphemeralVolumeSource
    node(737, 17, NONE, NONE, 0), // 221 io.k8s.api.core.v1.Event
    node(754, 4, NONE, NONE, 0), // 222 io.k8s.api.core.v1.EventList
    node(758, 0, 221, NONE, 0), // 223 io.k8s.api.core.v1.EventList.items
    node(758, 2, NONE, NONE, 0), // 224 io.k8s.api.core.v1.EventSeries
    node(760, 2, NONE, NONE, 0), // 225 io.k8s.api.core.v1.EventSource
    node(762, 1, NONE, NONE, 0), // 226 io.k8s.api.core.v1.ExecAction
    node(763, 5, NONE, NONE, 0), // 227 io.k8s.api.core.v1.FCVolumeSource
    node(768, 5, NONE, NONE, 0), // 228 io.k8s.api.core.v1.FlexPersistentVolumeSource
    node(773, 5, NONE, NONE, 0), // 229 io.k8s.api.core.v1.FlexVolumeSource
    node(778, 2, NONE, NONE, 0), // 230 io.k8s.api.core.v1.FlockerVolumeSource
    node(780, 4, NONE, NONE, 0), // 231 io.k8s.api.core.v1.GCEPersistentDiskVolumeSource
    node(784, 3, NONE, NONE, 0), // 232 io.k8s.api.core.v1.GitRepoVolumeSource
    node(787, 4, NONE, NONE, 0), // 233 io.k8s.api.core.v1.GlusterfsPersistentVolumeSource
    node(791, 3, NONE, NONE, 0), // 234 io.k8s.api.core.v1.GlusterfsVolumeSource
    node(794, 5, NONE, NONE, 0), // 235 io.k8s.api.core.v1.HTTPGetAction
    node(799, 0, 237, NONE, 0), // 236 io.k8s.api.core.v1.HTTPGetAction.httpHeaders
    node(799, 2, NONE, NONE, 0), // 237 io.k8s.api.core.v1.HTTPHeader
    node(801, 3, NONE, NONE, 0), // 238 io.k8s.api.core.v1.Handler
    node(804, 2, NONE, NONE, 0), // 239 io.k8s.api.core.v1.HostAlias
    node(806, 2, NONE, NONE, 0), // 240 io.k8s.api.core.v1.HostPathVolumeSource
    node(808, 11, NONE, NONE, 0), // 241 io.k8s.api.core.v1.ISCSIPersistentVolumeSource
    node(819, 11, NONE, NONE, 0), // 242 io.k8s.api.core.v1.ISCSIVolumeSource
    node(830, 3, NONE, NONE, 0), // 243 io.k8s.api.core.v1.KeyToPath
    node(833, 2, NONE, NONE, 0), // 244 io.k8s.api.core.v1.Lifecycle
    node(835, 4, NONE, NONE, 0), // 245 io.k8s.api.core.v1.LimitRange
    node(839, 6, NONE, NONE, 0), // 246 io.k8s.api.core.v1.LimitRangeItem
    node(845, 4, NONE, NONE, 0), // 247 io.k8s.api.core.v1.LimitRangeList
    node(849, 0, 245, NONE, 0), // 248 io.k8s.api.core.v1.LimitRangeList.items
    node(849, 1, NONE, NONE, 0), // 249 io.k8s.api.core.v1.LimitRangeSpec
    node(850, 0, 246, NONE, 0), // 250 io.k8s.api.core.v1.LimitRangeSpec.limits
    node(850, 3, NONE, NONE, 0), // 251 io.k8s.api.core.v1.LoadBalancerIngress
    node(853, 0, 328, NONE, 0), // 252 io.k8s.api.core.v1.LoadBalancerIngress.ports
    node(853, 1, NONE, NONE, 0), // 253 io.k8s.api.core.v1.LoadBalancerStatus
    node(854, 0, 251, NONE, 0), // 254 io.k8s.api.core.v1.LoadBalancerStatus.ingress
    node(854, 1, NONE, NONE, 0), // 255 io.k8s.api.core.v1.LocalObjectReference
    node(855, 2, NONE, NONE, 0), // 256 io.k8s.api.core.v1.LocalVolumeSource
    node(857, 3, NONE, NONE, 0), // 257 io.k8s.api.core.v1.NFSVolumeSource
    node(860, 5, NONE, NONE, 0), // 258 io.k8s.api.core.v1.Namespace
    node(865, 4, NONE, NONE, 0), // 259 io.k8s.api.core.v1.NamespaceList
    node(869, 0, 258, NONE, 0), // 260 io.k8s.api.core.v1.NamespaceList.items
    node(869, 1, NONE, NONE, 0), // 261 io.k8s.api.core.v1.NamespaceSpec
    node(870, 2, NONE, NONE, 0), // 262 io.k8s.api.core.v1.NamespaceStatus
    node(872, 5, NONE, NONE, 0), // 263 io.k8s.api.core.v1.Node
    node(877, 2, NONE, NONE, 0), // 264 io.k8s.api.core.v1.NodeAddress
    node(879, 2, NONE, NONE, 0), // 265 io.k8s.api.core.v1.NodeAffinity
    node(881, 0, 330, NONE, 0), // 266 io.k8s.api.core.v1.NodeAffinity.preferredDuringSchedulingIgnoredDuringExecution
    node(881, 6, NONE, NONE, 0), // 267 io.k8s.api.core.v1.NodeCondition
    node(887, 1, NONE, NONE, 0), // 268 io.k8s.api.core.v1.NodeConfigSource
    node(888, 4, NONE, NONE, 0), // 269 io.k8s.api.core.v1.NodeConfigStatus
    node(892, 1, NONE, NONE, 0), // 270 io.k8s.api.core.v1.NodeDaemonEndpoints
    node(893, 4, NONE, NONE, 0), // 271 io.k8s.api.core.v1.NodeList
    node(897, 0, 263, NONE, 0), // 272 io.k8s.api.core.v1.NodeList.items
    node(897, 1, NONE, NONE, 0), // 273 io.k8s.api.core.v1.NodeSelector
    node(898, 0, 276, NONE, 0), // 274 io.k8s.api.core.v1.NodeSelector.nodeSelectorTerms
    node(898, 3, NONE, NONE, 0), // 275 io.k8s.api.core.v1.NodeSelectorRequirement
    node(901, 2, NONE, NONE, 0), // 276 io.k8s.api.core.v1.NodeSelectorTerm
    node(903, 0, 275, NONE, 0), // 277 io.k8s.api.core.v1.NodeSelectorTerm.matchExpressions
    node(903, 7, NONE, NONE, 0), // 278 io.k8s.api.core.v1.NodeSpec
    node(910, 0, 0, NONE, 11), // 279 io.k8s.api.core.v1.NodeSpec.podCIDRs
    node(910, 0, 379, NONE, 0), // 280 io.k8s.api.core.v1.NodeSpec.taints
    node(910, 11, NONE, NONE, 0), // 281 io.k8s.api.core.v1.NodeStatus
    node(921, 0, 264, NONE, 9), // 282 io.k8s.api.core.v1.NodeStatus.addresses
    node(921, 0, 267, NONE, 9), // 283 io.k8s.api.core.v1.NodeStatus.conditions
    node(921, 0, 193, NONE, 0), // 284 io.k8s.api.core.v1.NodeStatus.images
    node(921, 0, 159, NONE, 0), // 285 io.k8s.api.core.v1.NodeStatus.volumesAttached
    node(921, 10, NONE, NONE, 0), // 286 io.k8s.api.core.v1.NodeSystemInfo
    node(931, 2, NONE, NONE, 0), // 287 io.k8s.api.core.v1.ObjectFieldSelector
    node(933, 7, NONE, NONE, 0), // 288 io.k8s.api.core.v1.ObjectReference
    node(940, 5, NONE, NONE, 0), // 289 io.k8s.api.core.v1.PersistentVolume
    node(945, 5, NONE, NONE, 0), // 290 io.k8s.api.core.v1.PersistentVolumeClaim
    node(950, 4, NONE, NONE, 0), // 291 io.k8s.api.core.v1.PersistentVolumeClaimList
    node(954, 7, NONE, NONE, 0), // 292 io.k8s.api.core.v1.PersistentVolumeClaimSpec
    node(961, 4, NONE, NONE, 0), // 293 io.k8s.api.core.v1.PersistentVolumeClaimStatus
    node(965, 2, NONE, NONE, 0), // 294 io.k8s.api.core.v1.PersistentVolumeClaimTemplate
    node(967, 2, NONE, NONE, 0), // 295 io.k8s.api.core.v1.PersistentVolumeClaimVolumeSource
    node(969, 4, NONE, NONE, 0), // 296 io.k8s.api.core.v1.PersistentVolumeList
    node(973, 0, 289, NONE, 0), // 297 io.k8s.api.core.v1.PersistentVolumeList.items
    node(973, 30, NONE, NONE, 0), // 298 io.k8s.api.core.v1.PersistentVolumeSpec
    node(1003, 3, NONE, NONE, 0), // 299 io.k8s.api.core.v1.PersistentVolumeStatus
    node(1006, 2, NONE, NONE, 0), // 300 io.k8s.api.core.v1.PhotonPersistentDiskVolumeSource
    node(1008, 5, NONE, NONE, 0), // 301 io.k8s.api.core.v1.Pod
    node(1013, 2, NONE, NONE, 0), // 302 io.k8s.api.core.v1.PodAffinity
    node(1015, 0, 391, NONE, 0), // 303 io.k8s.api.core.v1.PodAffinity.preferredDuringSchedulingIgnoredDuringExecution
    node(1015, 0, 305, NONE, 0), // 304 io.k8s.api.core.v1.PodAffinity.requiredDuringSchedulingIgnoredDuringExecution
    node(1015, 4, NONE, NONE, 0), // 305 io.k8s.api.core.v1.PodAffinityTerm
    node(1019, 3, NONE, NONE, 0), // 306 io.k8s.api.core.v1.PodDNSConfig
    node(1022, 1, NONE, NONE, 0), // 307 io.k8s.api.core.v1.PodIP
    node(1023, 4, NONE, NONE, 0), // 308 io.k8s.api.core.v1.PodList
    node(1027, 0, 301, NONE, 0), // 309 io.k8s.api.core.v1.PodList.items
    node(1027, 1, NONE, NONE, 0), // 310 io.k8s.api.core.v1.PodReadinessGate
    node(1028, 10, NONE, NONE, 0), // 311 io.k8s.api.core.v1.PodSecurityContext
    node(1038, 35, NONE, NONE, 0), // 312 io.k8s.api.core.v1.PodSpec
    node(1073, 0, 187, NONE, 6), // 313 io.k8s.api.core.v1.PodSpec.containers
    node(1073, 0, 218, NONE, 6), // 314 io.k8s.api.core.v1.PodSpec.ephemeralContainers
    node(1073, 0, 239, NONE, 3), // 315 io.k8s.api.core.v1.PodSpec.hostAliases
    node(1073, 0, 255, NONE, 6), // 316 io.k8s.api.core.v1.PodSpec.imagePullSecrets
    node(1073, 0, 310, NONE, 0), // 317 io.k8s.api.core.v1.PodSpec.readinessGates
    node(1073, 0, 380, NONE, 0), // 318 io.k8s.api.core.v1.PodSpec.tolerations
    node(1073, 0, 384, NONE, 8), // 319 io.k8s.api.core.v1.PodSpec.topologySpreadConstraints
    node(1073, 0, 386, NONE, 12), // 320 io.k8s.api.core.v1.PodSpec.volumes
    node(1073, 13, NONE, NONE, 0), // 321 io.k8s.api.core.v1.PodStatus
    node(1086, 0, 199, NONE, 0), // 322 io.k8s.api.core.v1.PodStatus.containerStatuses
    node(1086, 0, 307, NONE, 3), // 323 io.k8s.api.core.v1.PodStatus.podIPs
    node(1086, 4, NONE, NONE, 0), // 324 io.k8s.api.core.v1.PodTemplate
    node(1090, 4, NONE, NONE, 0), // 325 io.k8s.api.core.v1.PodTemplateList
    node(1094, 0, 324, NONE, 0), // 326 io.k8s.api.core.v1.PodTemplateList.items
    node(1094, 2, NONE, NONE, 0), // 327 io.k8s.api.core.v1.PodTemplateSpec
    node(1096, 3, NONE, NONE, 0), // 328 io.k8s.api.core.v1.PortStatus
    node(1099, 3, NONE, NONE, 0), // 329 io.k8s.api.core.v1.PortworxVolumeSource
    node(1102, 2, NONE, NONE, 0), // 330 io.k8s.api.core.v1.PreferredSchedulingTerm
    node(1104, 9, NONE, NONE, 0), // 331 io.k8s.api.core.v1.Probe
    node(1113, 2, NONE, NONE, 0), // 332 io.k8s.api.core.v1.ProjectedVolumeSource
    node(1115, 0, 389, NONE, 0), // 333 io.k8s.api.core.v1.ProjectedVolumeSource.sources
    node(1115, 6, NONE, NONE, 0), // 334 io.k8s.api.core.v1.QuobyteVolumeSource
    node(1121, 8, NONE, NONE, 0), // 335 io.k8s.api.core.v1.RBDPersistentVolumeSource
    node(1129, 8, NONE, NONE, 0), // 336 io.k8s.api.core.v1.RBDVolumeSource
    node(1137, 5, NONE, NONE, 0), // 337 io.k8s.api.core.v1.ReplicationController
    node(1142, 4, NONE, NONE, 0), // 338 io.k8s.api.core.v1.ReplicationControllerList
    node(1146, 0, 337, NONE, 0), // 339 io.k8s.api.core.v1.ReplicationControllerList.items
    node(1146, 4, NONE, NONE, 0), // 340 io.k8s.api.core.v1.ReplicationControllerSpec
    node(1150, 3, NONE, NONE, 0), // 341 io.k8s.api.core.v1.ResourceFieldSelector
    node(1153, 5, NONE, NONE, 0), // 342 io.k8s.api.core.v1.ResourceQuota
    node(1158, 4, NONE, NONE, 0), // 343 io.k8s.api.core.v1.ResourceQuotaList
    node(1162, 0, 342, NONE, 0), // 344 io.k8s.api.core.v1.ResourceQuotaList.items
    node(1162, 3, NONE, NONE, 0), // 345 io.k8s.api.core.v1.ResourceQuotaSpec
    node(1165, 2, NONE, NONE, 0), // 346 io.k8s.api.core.v1.ResourceQuotaStatus
    node(1167, 2, NONE, NONE, 0), // 347 io.k8s.api.core.v1.ResourceRequirements
    node(1169, 4, NONE, NONE, 0), // 348 io.k8s.api.core.v1.SELinuxOptions
    node(1173, 10, NONE, NONE, 0), // 349 io.k8s.api.core.v1.ScaleIOPersistentVolumeSource
    node(1183, 10, NONE, NONE, 0), // 350 io.k8s.api.core.v1.ScaleIOVolumeSource
    node(1193, 1, NONE, NONE, 0), // 351 io.k8s.api.core.v1.ScopeSelector
    node(1194, 0, 353, NONE, 0), // 352 io.k8s.api.core.v1.ScopeSelector.matchExpressions
    node(1194, 3, NONE, NONE, 0), // 353 io.k8s.api.core.v1.ScopedResourceSelectorRequirement
    node(1197, 2, NONE, NONE, 0), // 354 io.k8s.api.core.v1.SeccompProfile
    node(1199, 7, NONE, NONE, 0), // 355 io.k8s.api.core.v1.Secret
    node(1206, 4, NONE, NONE, 0), // 356 io.k8s.api.core.v1.SecretList
    node(1210, 0, 355, NONE, 0), // 357 io.k8s.api.core.v1.SecretList.items
    node(1210, 2, NONE, NONE, 0), // 358 io.k8s.api.core.v1.SecretReference
    node(1212, 4, NONE, NONE, 0), // 359 io.k8s.api.core.v1.SecretVolumeSource
    node(1216, 11, NONE, NONE, 0), // 360 io.k8s.api.core.v1.SecurityContext
    node(1227, 5, NONE, NONE, 0), // 361 io.k8s.api.core.v1.Service
    node(1232, 6, NONE, NONE, 0), // 362 io.k8s.api.core.v1.ServiceAccount
    node(1238, 0, 255, NONE, 0), // 363 io.k8s.api.core.v1.ServiceAccount.imagePullSecrets
    node(1238, 0, 288, NONE, 6), // 364 io.k8s.api.core.v1.ServiceAccount.secrets
    node(1238, 4, NONE, NONE, 0), // 365 io.k8s.api.core.v1.ServiceAccountList
    node(1242, 0, 362, NONE, 0), // 366 io.k8s.api.core.v1.ServiceAccountList.items
    node(1242, 3, NONE, NONE, 0), // 367 io.k8s.api.core.v1.ServiceAccountTokenProjection
    node(1245, 4, NONE, NONE, 0), // 368 io.k8s.api.core.v1.ServiceList
    node(1249, 0, 361, NONE, 0), // 369 io.k8s.api.core.v1.ServiceList.items
    node(1249, 6, NONE, NONE, 0), // 370 io.k8s.api.core.v1.ServicePort
    node(1255, 20, NONE, NONE, 0), // 371 io.k8s.api.core.v1.ServiceSpec
    node(1275, 0, 370, NONE, 7), // 372 io.k8s.api.core.v1.ServiceSpec.ports
    node(1275, 2, NONE, NONE, 0), // 373 io.k8s.api.core.v1.ServiceStatus
    node(1277, 0, 576, NONE, 9), // 374 io.k8s.api.core.v1.ServiceStatus.conditions
    node(1277, 1, NONE, NONE, 0), // 375 io.k8s.api.core.v1.SessionAffinityConfig
    node(1278, 5, NONE, NONE, 0), // 376 io.k8s.api.core.v1.StorageOSPersistentVolumeSource
    node(1283, 5, NONE, NONE, 0), // 377 io.k8s.api.core.v1.StorageOSVolumeSource
    node(1288, 2, NONE, NONE, 0), // 378 io.k8s.api.core.v1.TCPSocketAction
    node(1290, 4, NONE, NONE, 0), // 379 io.k8s.api.core.v1.Taint
    node(1294, 5, NONE, NONE, 0), // 380 io.k8s.api.core.v1.Toleration
    node(1299, 2, NONE, NONE, 0), // 381 io.k8s.api.core.v1.TopologySelectorLabelRequirement
    node(1301, 1, NONE, NONE, 0), // 382 io.k8s.api.core.v1.TopologySelectorTerm
    node(1302, 0, 381, NONE, 0), // 383 io.k8s.api.core.v1.TopologySelectorTerm.matchLabelExpressions
    node(1302, 4, NONE, NONE, 0), // 384 io.k8s.api.core.v1.TopologySpreadConstraint
    node(1306, 3, NONE, NONE, 0), // 385 io.k8s.api.core.v1.TypedLocalObjectReference
    node(1309, 30, NONE, NONE, 0), // 386 io.k8s.api.core.v1.Volume
    node(1339, 6, NONE, NONE, 0), // 387 io.k8s.api.core.v1.VolumeMount
    node(1345, 1, NONE, NONE, 0), // 388 io.k8s.api.core.v1.VolumeNodeAffinity
    node(1346, 4, NONE, NONE, 0), // 389 io.k8s.api.core.v1.VolumeProjection
    node(1350, 4, NONE, NONE, 0), // 390 io.k8s.api.core.v1.VsphereVirtualDiskVolumeSource
    node(1354, 2, NONE, NONE, 0), // 391 io.k8s.api.core.v1.WeightedPodAffinityTerm
    node(1356, 3, NONE, NONE, 0), // 392 io.k8s.api.core.v1.WindowsSecurityContextOptions
    node(1359, 8, NONE, NONE, 0), // 393 io.k8s.api.discovery.v1.Endpoint
    node(1367, 3, NONE, NONE, 0), // 394 io.k8s.api.discovery.v1.EndpointConditions
    node(1370, 1, NONE, NONE, 0), // 395 io.k8s.api.discovery.v1.EndpointHints
    node(1371, 6, NONE, NONE, 0), // 396 io.k8s.api.discovery.v1.EndpointSlice
    node(1377, 0, 393, NONE, 0), // 397 io.k8s.api.discovery.v1.EndpointSlice.endpoints
    node(1377, 4, NONE, NONE, 0), // 398 io.k8s.api.discovery.v1.EndpointSliceList
    node(1381, 0, 396, NONE, 0), // 399 io.k8s.api.discovery.v1.EndpointSliceList.items
    node(1381, 7, NONE, NONE, 0), // 400 io.k8s.api.discovery.v1beta1.Endpoint
    node(1388, 6, NONE, NONE, 0), // 401 io.k8s.api.discovery.v1beta1.EndpointSlice
    node(1394, 0, 400, NONE, 0), // 402 io.k8s.api.discovery.v1beta1.EndpointSlice.endpoints
    node(1394, 4, NONE, NONE, 0), // 403 io.k8s.api.discovery.v1beta1.EndpointSliceList
    node(1398, 0, 401, NONE, 0), // 404 io.k8s.api.discovery.v1beta1.EndpointSliceList.items
    node(1398, 17, NONE, NONE, 0), // 405 io.k8s.api.events.v1.Event
    node(1415, 4, NONE, NONE, 0), // 406 io.k8s.api.events.v1.EventList
    node(1419, 0, 405, NONE, 0), // 407 io.k8s.api.events.v1.EventList.items
    node(1419, 3, NONE, NONE, 0), // 408 io.k8s.api.extensions.v1beta1.HTTPIngressPath
    node(1422, 1, NONE, NONE, 0), // 409 io.k8s.api.extensions.v1beta1.HTTPIngressRuleValue
    node(1423, 0, 408, NONE, 0), // 410 io.k8s.api.extensions.v1beta1.HTTPIngressRuleValue.paths
    node(1423, 5, NONE, NONE, 0), // 411 io.k8s.api.extensions.v1beta1.Ingress
    node(1428, 3, NONE, NONE, 0), // 412 io.k8s.api.extensions.v1beta1.IngressBackend
    node(1431, 4, NONE, NONE, 0), // 413 io.k8s.api.extensions.v1beta1.IngressList
    node(1435, 0, 411, NONE, 0), // 414 io.k8s.api.extensions.v1beta1.IngressList.items
    node(1435, 2, NONE, NONE, 0), // 415 io.k8s.api.extensions.v1beta1.IngressRule
    node(1437, 4, NONE, NONE, 0), // 416 io.k8s.api.extensions.v1beta1.IngressSpec
    node(1441, 0, 415, NONE, 0), // 417 io.k8s.api.extensions.v1beta1.IngressSpec.rules
    node(1441, 0, 420, NONE, 0), // 418 io.k8s.api.extensions.v1beta1.IngressSpec.tls
    node(1441, 1, NONE, NONE, 0), // 419 io.k8s.api.extensions.v1beta1.IngressStatus
    node(1442, 2, NONE, NONE, 0), // 420 io.k8s.api.extensions.v1beta1.IngressTLS
    node(1444, 1, NONE, NONE, 0), // 421 io.k8s.api.flowcontrol.v1beta1.FlowDistinguisherMethod
    node(1445, 5, NONE, NONE, 0), // 422 io.k8s.api.flowcontrol.v1beta1.FlowSchema
    node(1450, 4, NONE, NONE, 0), // 423 io.k8s.api.flowcontrol.v1beta1.FlowSchemaList
    node(1454, 0, 422, NONE, 0), // 424 io.k8s.api.flowcontrol.v1beta1.FlowSchemaList.items
    node(1454, 4, NONE, NONE, 0), // 425 io.k8s.api.flowcontrol.v1beta1.FlowSchemaSpec
    node(1458, 0, 430, NONE, 0), // 426 io.k8s.api.flowcontrol.v1beta1.FlowSchemaSpec.rules
    node(1458, 1, NONE, NONE, 0), // 427 io.k8s.api.flowcontrol.v1beta1.FlowSchemaStatus
    node(1459, 2, NONE, NONE, 0), // 428 io.k8s.api.flowcontrol.v1beta1.LimitResponse
    node(1461, 2, NONE, NONE, 0), // 429 io.k8s.api.flowcontrol.v1beta1.LimitedPriorityLevelConfiguration
    node(1463, 3, NONE, NONE, 0), // 430 io.k8s.api.flowcontrol.v1beta1.PolicyRulesWithSubjects
    node(1466, 0, 438, NONE, 0), // 431 io.k8s.api.flowcontrol.v1beta1.PolicyRulesWithSubjects.resourceRules
    node(1466, 0, 439, NONE, 0), // 432 io.k8s.api.flowcontrol.v1beta1.PolicyRulesWithSubjects.subjects
    node(1466, 5, NONE, NONE, 0), // 433 io.k8s.api.flowcontrol.v1beta1.PriorityLevelConfiguration
    node(1471, 4, NONE, NONE, 0), // 434 io.k8s.api.flowcontrol.v1beta1.PriorityLevelConfigurationList
    node(1475, 0, 433, NONE, 0), // 435 io.k8s.api.flowcontrol.v1beta1.PriorityLevelConfigurationList.items
    node(1475, 2, NONE, NONE, 0), // 436 io.k8s.api.flowcontrol.v1beta1.PriorityLevelConfigurationSpec
    node(1477, 3, NONE, NONE, 0), // 437 io.k8s.api.flowcontrol.v1beta1.QueuingConfiguration
    node(1480, 5, NONE, NONE, 0), // 438 io.k8s.api.flowcontrol.v1beta1.ResourcePolicyRule
    node(1485, 4, NONE, NONE, 0), // 439 io.k8s.api.flowcontrol.v1beta1.Subject
    node(1489, 3, NONE, NONE, 0), // 440 io.k8s.api.networking.v1.HTTPIngressPath
    node(1492, 1, NONE, NONE, 0), // 441 io.k8s.api.networking.v1.HTTPIngressRuleValue
    node(1493, 0, 440, NONE, 0), // 442 io.k8s.api.networking.v1.HTTPIngressRuleValue.paths
    node(1493, 2, NONE, NONE, 0), // 443 io.k8s.api.networking.v1.IPBlock
    node(1495, 5, NONE, NONE, 0), // 444 io.k8s.api.networking.v1.Ingress
    node(1500, 2, NONE, NONE, 0), // 445 io.k8s.api.networking.v1.IngressBackend
    node(1502, 4, NONE, NONE, 0), // 446 io.k8s.api.networking.v1.IngressClass
    node(1506, 4, NONE, NONE, 0), // 447 io.k8s.api.networking.v1.IngressClassList
    node(1510, 0, 446, NONE, 0), // 448 io.k8s.api.networking.v1.IngressClassList.items
    node(1510, 5, NONE, NONE, 0), // 449 io.k8s.api.networking.v1.IngressClassParametersReference
    node(1515, 2, NONE, NONE, 0), // 450 io.k8s.api.networking.v1.IngressClassSpec
    node(1517, 4, NONE, NONE, 0), // 451 io.k8s.api.networking.v1.IngressList
    node(1521, 0, 444, NONE, 0), // 452 io.k8s.api.networking.v1.IngressList.items
    node(1521, 2, NONE, NONE, 0), // 453 io.k8s.api.networking.v1.IngressRule
    node(1523, 2, NONE, NONE, 0), // 454 io.k8s.api.networking.v1.IngressServiceBackend
    node(1525, 4, NONE, NONE, 0), // 455 io.k8s.api.networking.v1.IngressSpec
    node(1529, 0, 453, NONE, 0), // 456 io.k8s.api.networking.v1.IngressSpec.rules
    node(1529, 4, NONE, NONE, 0), // 457 io.k8s.api.networking.v1.NetworkPolicy
    node(1533, 2, NONE, NONE, 0), // 458 io.k8s.api.networking.v1.NetworkPolicyEgressRule
    node(1535, 0, 465, NONE, 0), // 459 io.k8s.api.networking.v1.NetworkPolicyEgressRule.ports
    node(1535, 0, 464, NONE, 0), // 460 io.k8s.api.networking.v1.NetworkPolicyEgressRule.to
    node(1535, 2, NONE, NONE, 0), // 461 io.k8s.api.networking.v1.NetworkPolicyIngressRule
    node(1537, 4, NONE, NONE, 0), // 462 io.k8s.api.networking.v1.NetworkPolicyList
    node(1541, 0, 457, NONE, 0), // 463 io.k8s.api.networking.v1.NetworkPolicyList.items
    node(1541, 3, NONE, NONE, 0), // 464 io.k8s.api.networking.v1.NetworkPolicyPeer
    node(1544, 3, NONE, NONE, 0), // 465 io.k8s.api.networking.v1.NetworkPolicyPort
    node(1547, 4, NONE, NONE, 0), // 466 io.k8s.api.networking.v1.NetworkPolicySpec
    node(1551, 0, 458, NONE, 0), // 467 io.k8s.api.networking.v1.NetworkPolicySpec.egress
    node(1551, 0, 461, NONE, 0), // 468 io.k8s.api.networking.v1.NetworkPolicySpec.ingress
    node(1551, 2, NONE, NONE, 0), // 469 io.k8s.api.networking.v1.ServiceBackendPort
    node(1553, 1, NONE, NONE, 0), // 470 io.k8s.api.node.v1.Overhead
    node(1554, 6, NONE, NONE, 0), // 471 io.k8s.api.node.v1.RuntimeClass
    node(1560, 4, NONE, NONE, 0), // 472 io.k8s.api.node.v1.RuntimeClassList
    node(1564, 0, 471, NONE, 0), // 473 io.k8s.api.node.v1.RuntimeClassList.items
    node(1564, 2, NONE, NONE, 0), // 474 io.k8s.api.node.v1.Scheduling
    node(1566, 5, NONE, NONE, 0), // 475 io.k8s.api.policy.v1.PodDisruptionBudget
    node(1571, 4, NONE, NONE, 0), // 476 io.k8s.api.policy.v1.PodDisruptionBudgetList
    node(1575, 0, 475, NONE, 0), // 477 io.k8s.api.policy.v1.PodDisruptionBudgetList.items
    node(1575, 3, NONE, NONE, 0), // 478 io.k8s.api.policy.v1.PodDisruptionBudgetSpec
    node(1578, 7, NONE, NONE, 0), // 479 io.k8s.api.policy.v1.PodDisruptionBudgetStatus
    node(1585, 1, NONE, NONE, 0), // 480 io.k8s.api.policy.v1beta1.AllowedFlexVolume
    node(1586, 2, NONE, NONE, 0), // 481 io.k8s.api.policy.v1beta1.AllowedHostPath
    node(1588, 4, NONE, NONE, 0), // 482 io.k8s.api.policy.v1beta1.Eviction
    node(1592, 2, NONE, NONE, 0), // 483 io.k8s.api.policy.v1beta1.FSGroupStrategyOptions
    node(1594, 0, 485, NONE, 0), // 484 io.k8s.api.policy.v1beta1.FSGroupStrategyOptions.ranges
    node(1594, 2, NONE, NONE, 0), // 485 io.k8s.api.policy.v1beta1.HostPortRange
    node(1596, 4, NONE, NONE, 0), // 486 io.k8s.api.policy.v1beta1.PodSecurityPolicy
    node(1600, 4, NONE, NONE, 0), // 487 io.k8s.api.policy.v1beta1.PodSecurityPolicyList
    node(1604, 0, 486, NONE, 0), // 488 io.k8s.api.policy.v1beta1.PodSecurityPolicyList.items
    node(1604, 24, NONE, NONE, 0), // 489 io.k8s.api.policy.v1beta1.PodSecurityPolicySpec
    node(1628, 0, 480, NONE, 0), // 490 io.k8s.api.policy.v1beta1.PodSecurityPolicySpec.allowedFlexVolumes
    node(1628, 0, 481, NONE, 0), // 491 io.k8s.api.policy.v1beta1.PodSecurityPolicySpec.allowedHostPaths
    node(1628, 2, NONE, NONE, 0), // 492 io.k8s.api.policy.v1beta1.RuntimeClassStrategyOptions
    node(1630, 2, NONE, NONE, 0), // 493 io.k8s.api.policy.v1beta1.SELinuxStrategyOptions
    node(1632, 1, NONE, NONE, 0), // 494 io.k8s.api.rbac.v1.AggregationRule
    node(1633, 0, 579, NONE, 0), // 495 io.k8s.api.rbac.v1.AggregationRule.clusterRoleSelectors
    node(1633, 5, NONE, NONE, 0), // 496 io.k8s.api.rbac.v1.ClusterRole
    node(1638, 0, 504, NONE, 0), // 497 io.k8s.api.rbac.v1.ClusterRole.rules
    node(1638, 5, NONE, NONE, 0), // 498 io.k8s.api.rbac.v1.ClusterRoleBinding
    node(1643, 0, 508, NONE, 0), // 499 io.k8s.api.rbac.v1.ClusterRoleBinding.subjects
    node(1643, 4, NONE, NONE, 0), // 500 io.k8s.api.rbac.v1.ClusterRoleBindingList
    node(1647, 0, 498, NONE, 0), // 501 io.k8s.api.rbac.v1.ClusterRoleBindingList.items
    node(1647, 4, NONE, NONE, 0), // 502 io.k8s.api.rbac.v1.ClusterRoleList
    node(1651, 0, 496, NONE, 0), // 503 io.k8s.api.rbac.v1.ClusterRoleList.items
    node(1651, 5, NONE, NONE, 0), // 504 io.k8s.api.rbac.v1.PolicyRule
    node(1656, 4, NONE, NONE, 0), // 505 io.k8s.api.rbac.v1.Role
    node(1660, 4, NONE, NONE, 0), // 506 io.k8s.api.rbac.v1.RoleList
    node(1664, 0, 505, NONE, 0), // 507 io.k8s.api.rbac.v1.RoleList.items
    node(1664, 4, NONE, NONE, 0), // 508 io.k8s.api.rbac.v1.Subject
    node(1668, 7, NONE, NONE, 0), // 509 io.k8s.api.scheduling.v1.PriorityClass
    node(1675, 4, NONE, NONE, 0), // 510 io.k8s.api.scheduling.v1.PriorityClassList
    node(1679, 0, 509, NONE, 0), // 511 io.k8s.api.scheduling.v1.PriorityClassList.items
    node(1679, 4, NONE, NONE, 0), // 512 io.k8s.api.storage.v1.CSIDriver
    node(1683, 4, NONE, NONE, 0), // 513 io.k8s.api.storage.v1.CSIDriverList
    node(1687, 0, 512, NONE, 0), // 514 io.k8s.api.storage.v1.CSIDriverList.items
    node(1687, 7, NONE, NONE, 0), // 515 io.k8s.api.storage.v1.CSIDriverSpec
    node(1694, 0, 527, NONE, 0), // 516 io.k8s.api.storage.v1.CSIDriverSpec.tokenRequests
    node(1694, 4, NONE, NONE, 0), // 517 io.k8s.api.storage.v1.CSINode
    node(1698, 4, NONE, NONE, 0), // 518 io.k8s.api.storage.v1.CSINodeDriver
    node(1702, 4, NONE, NONE, 0), // 519 io.k8s.api.storage.v1.CSINodeList
    node(1706, 0, 517, NONE, 0), // 520 io.k8s.api.storage.v1.CSINodeList.items
    node(1706, 1, NONE, NONE, 0), // 521 io.k8s.api.storage.v1.CSINodeSpec
    node(1707, 0, 518, NONE, 6), // 522 io.k8s.api.storage.v1.CSINodeSpec.drivers
    node(1707, 10, NONE, NONE, 0), // 523 io.k8s.api.storage.v1.StorageClass
    node(1717, 0, 382, NONE, 0), // 524 io.k8s.api.storage.v1.StorageClass.allowedTopologies
    node(1717, 4, NONE, NONE, 0), // 525 io.k8s.api.storage.v1.StorageClassList
    node(1721, 0, 523, NONE, 0), // 526 io.k8s.api.storage.v1.StorageClassList.items
    node(1721, 2, NONE, NONE, 0), // 527 io.k8s.api.storage.v1.TokenRequest
    node(1723, 5, NONE, NONE, 0), // 528 io.k8s.api.storage.v1.VolumeAttachment
    node(1728, 4, NONE, NONE, 0), // 529 io.k8s.api.storage.v1.VolumeAttachmentList
    node(1732, 0, 528, NONE, 0), // 530 io.k8s.api.storage.v1.VolumeAttachmentList.items
    node(1732, 2, NONE, NONE, 0), // 531 io.k8s.api.storage.v1.VolumeAttachmentSource
    node(1734, 3, NONE, NONE, 0), // 532 io.k8s.api.storage.v1.VolumeAttachmentSpec
    node(1737, 4, NONE, NONE, 0), // 533 io.k8s.api.storage.v1.VolumeAttachmentStatus
    node(1741, 2, NONE, NONE, 0), // 534 io.k8s.api.storage.v1.VolumeError
    node(1743, 1, NONE, NONE, 0), // 535 io.k8s.api.storage.v1.VolumeNodeResources
    node(1744, 7, NONE, NONE, 0), // 536 io.k8s.api.storage.v1beta1.CSIStorageCapacity
    node(1751, 4, NONE, NONE, 0), // 537 io.k8s.api.storage.v1beta1.CSIStorageCapacityList
    node(1755, 0, 536, NONE, 0), // 538 io.k8s.api.storage.v1beta1.CSIStorageCapacityList.items
    node(1755, 6, NONE, NONE, 0), // 539 io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceColumnDefinition
    node(1761, 2, NONE, NONE, 0), // 540 io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceConversion
    node(1763, 5, NONE, NONE, 0), // 541 io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition
    node(1768, 4, NONE, NONE, 0), // 542 io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionList
    node(1772, 0, 541, NONE, 0), // 543 io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionList.items
    node(1772, 6, NONE, NONE, 0), // 544 io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionNames
    node(1778, 6, NONE, NONE, 0), // 545 io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionSpec
    node(1784, 0, 548, NONE, 0), // 546 io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionSpec.versions
    node(1784, 3, NONE, NONE, 0), // 547 io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionStatus
    node(1787, 8, NONE, NONE, 0), // 548 io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionVersion
    node(1795, 0, 539, NONE, 0), // 549 io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionVersion.additionalPrinterColumns
    node(1795, 3, NONE, NONE, 0), // 550 io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceSubresourceScale
    node(1798, 2, NONE, NONE, 0), // 551 io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceSubresources
    node(1800, 1, NONE, NONE, 0), // 552 io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceValidation
    node(1801, 2, NONE, NONE, 0), // 553 io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.ExternalDocumentation
    node(1803, 43, NONE, NONE, 0), // 554 io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps
    node(1846, 0, 554, NONE, 0), // 555 io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps.allOf
    node(1846, 0, NONE, 554, 0), // 556 io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps.definitions
    node(1846, 2, NONE, NONE, 0), // 557 io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.WebhookConversion
    node(1848, 6, NONE, NONE, 0), // 558 io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1beta1.CustomResourceColumnDefinition
    node(1854, 3, NONE, NONE, 0), // 559 io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1beta1.CustomResourceConversion
    node(1857, 5, NONE, NONE, 0), // 560 io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1beta1.CustomResourceDefinition
    node(1862, 4, NONE, NONE, 0), // 561 io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1beta1.CustomResourceDefinitionList
    node(1866, 0, 560, NONE, 0), // 562 io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1beta1.CustomResourceDefinitionList.items
    node(1866, 10, NONE, NONE, 0), // 563 io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1beta1.CustomResourceDefinitionSpec
    node(1876, 0, 558, NONE, 0), // 564 io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1beta1.CustomResourceDefinitionSpec.additionalPrinterColumns
    node(1876, 0, 566, NONE, 0), // 565 io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1beta1.CustomResourceDefinitionSpec.versions
    node(1876, 8, NONE, NONE, 0), // 566 io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1beta1.CustomResourceDefinitionVersion
    node(1884, 6, NONE, NONE, 0), // 567 io.k8s.apimachinery.pkg.apis.meta.v1.APIGroup
    node(1890, 0, 590, NONE, 0), // 568 io.k8s.apimachinery.pkg.apis.meta.v1.APIGroup.serverAddressByClientCIDRs
    node(1890, 0, 578, NONE, 0), // 569 io.k8s.apimachinery.pkg.apis.meta.v1.APIGroup.versions
    node(1890, 3, NONE, NONE, 0), // 570 io.k8s.apimachinery.pkg.apis.meta.v1.APIGroupList
    node(1893, 0, 567, NONE, 0), // 571 io.k8s.apimachinery.pkg.apis.meta.v1.APIGroupList.groups
    node(1893, 10, NONE, NONE, 0), // 572 io.k8s.apimachinery.pkg.apis.meta.v1.APIResource
    node(1903, 4, NONE, NONE, 0), // 573 io.k8s.apimachinery.pkg.apis.meta.v1.APIResourceList
    node(1907, 0, 572, NONE, 0), // 574 io.k8s.apimachinery.pkg.apis.meta.v1.APIResourceList.resources
    node(1907, 4, NONE, NONE, 0), // 575 io.k8s.apimachinery.pkg.apis.meta.v1.APIVersions
    node(1911, 6, NONE, NONE, 0), // 576 io.k8s.apimachinery.pkg.apis.meta.v1.Condition
    node(1917, 7, NONE, NONE, 0), // 577 io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions
    node(1924, 2, NONE, NONE, 0), // 578 io.k8s.apimachinery.pkg.apis.meta.v1.GroupVersionForDiscovery
    node(1926, 2, NONE, NONE, 0), // 579 io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector
    node(1928, 0, 581, NONE, 0), // 580 io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector.matchExpressions
    node(1928, 3, NONE, NONE, 0), // 581 io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelectorRequirement
    node(1931, 0, NONE, NONE, 4), // 582 io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelectorRequirement.key
    node(1931, 4, NONE, NONE, 0), // 583 io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta
    node(1935, 6, NONE, NONE, 0), // 584 io.k8s.apimachinery.pkg.apis.meta.v1.ManagedFieldsEntry
    node(1941, 16, NONE, NONE, 0), // 585 io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta
    node(1957, 0, 584, NONE, 0), // 586 io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta.managedFields
    node(1957, 0, 588, NONE, 10), // 587 io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta.ownerReferences
    node(1957, 6, NONE, NONE, 0), // 588 io.k8s.apimachinery.pkg.apis.meta.v1.OwnerReference
    node(1963, 2, NONE, NONE, 0), // 589 io.k8s.apimachinery.pkg.apis.meta.v1.Preconditions
    node(1965, 2, NONE, NONE, 0), // 590 io.k8s.apimachinery.pkg.apis.meta.v1.ServerAddressByClientCIDR
    node(1967, 8, NONE, NONE, 0), // 591 io.k8s.apimachinery.pkg.apis.meta.v1.Status
    node(1975, 3, NONE, NONE, 0), // 592 io.k8s.apimachinery.pkg.apis.meta.v1.StatusCause
    node(1978, 6, NONE, NONE, 0), // 593 io.k8s.apimachinery.pkg.apis.meta.v1.StatusDetails
    node(1984, 0, 592, NONE, 0), // 594 io.k8s.apimachinery.pkg.apis.meta.v1.StatusDetails.causes
    node(1984, 2, NONE, NONE, 0), // 595 io.k8s.apimachinery.pkg.apis.meta.v1.WatchEvent
    node(1986, 9, NONE, NONE, 0), // 596 io.k8s.apimachinery.pkg.version.Info
    node(1995, 5, NONE, NONE, 0), // 597 io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIService
    node(2000, 4, NONE, NONE, 0), // 598 io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceList
    node(2004, 0, 597, NONE, 0), // 599 io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceList.items
    node(2004, 7, NONE, NONE, 0), // 600 io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceSpec
    node(2011, 1, NONE, NONE, 0), // 601 io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceStatus
    node(2012, 3, NONE, NONE, 0), // 602 io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.ServiceReference
];

/// Fields of all nodes: index of the name, node; sorted by name within a node.
#[rustfmt::skip]
pub(super) static FIELDS: &[(u16, u16)] = &[
    // 1 io.k8s.api.admissionregistration.v1.MutatingWebhook
    (19, 2), (85, 15), (219, 0), (357, 0), (392, 0), (396, 579), (424, 579), (517, 0), (548, 3), (604, 0), (675, 0),
    // 4 io.k8s.api.admissionregistration.v1.MutatingWebhookConfiguration
    (40, 0), (312, 0), (372, 585), (733, 5),
    // 6 io.k8s.api.admissionregistration.v1.MutatingWebhookConfigurationList
    (40, 0), (306, 7), (312, 0), (372, 583),
    // 8 io.k8s.api.admissionregistration.v1.RuleWithOperations
    (39, 2), (41, 2), (430, 2), (538, 2), (566, 0),
    // 9 io.k8s.api.admissionregistration.v1.ServiceReference
    (392, 0), (395, 0), (441, 0), (473, 0),
    // 10 io.k8s.api.admissionregistration.v1.ValidatingWebhook
    (19, 2), (85, 15), (219, 0), (357, 0), (392, 0), (396, 579), (424, 579), (548, 3), (604, 0), (675, 0),
    // 11 io.k8s.api.admissionregistration.v1.ValidatingWebhookConfiguration
    (40, 0), (312, 0), (372, 585), (733, 12),
    // 13 io.k8s.api.admissionregistration.v1.ValidatingWebhookConfigurationList
    (40, 0), (306, 14), (312, 0), (372, 583),
    // 15 io.k8s.api.admissionregistration.v1.WebhookClientConfig
    (70, 0), (591, 9), (698, 0),
    // 16 io.k8s.api.apps.v1.ConfigMapArgs
    (2, 35),
    // 17 io.k8s.api.apps.v1.ControllerRevision
    (40, 0), (138, 0), (312, 0), (372, 585), (542, 0),
    // 18 io.k8s.api.apps.v1.ControllerRevisionList
    (40, 0), (306, 19), (312, 0), (372, 583),
    // 20 io.k8s.api.apps.v1.DaemonSet
    (40, 0), (312, 0), (372, 585), (613, 24), (623, 25),
    // 21 io.k8s.api.apps.v1.DaemonSetCondition
    (329, 0), (371, 0), (513, 0), (623, 0), (689, 0),
    // 22 io.k8s.api.apps.v1.DaemonSetList
    (40, 0), (306, 23), (312, 0), (372, 583),
    // 24 io.k8s.api.apps.v1.DaemonSetSpec
    (382, 0), (543, 0), (584, 579), (666, 327), (695, 27),
    // 25 io.k8s.api.apps.v1.DaemonSetStatus
    (93, 0), (103, 26), (133, 0), (165, 0), (419, 0), (420, 0), (421, 0), (422, 0), (425, 0), (696, 0),
    // 27 io.k8s.api.apps.v1.DaemonSetUpdateStrategy
    (546, 45), (689, 0),
    // 28 io.k8s.api.apps.v1.Deployment
    (40, 0), (312, 0), (372, 585), (613, 32), (623, 33),
    // 29 io.k8s.api.apps.v1.DeploymentCondition
    (329, 0), (330, 0), (371, 0), (513, 0), (623, 0), (689, 0),
    // 30 io.k8s.api.apps.v1.DeploymentList
    (40, 0), (306, 31), (312, 0), (372, 583),
    // 32 io.k8s.api.apps.v1.DeploymentSpec
    (382, 0), (447, 0), (491, 0), (521, 0), (543, 0), (584, 579), (637, 27), (666, 327),
    // 33 io.k8s.api.apps.v1.DeploymentStatus
    (56, 0), (93, 0), (103, 34), (425, 0), (512, 0), (521, 0), (691, 0), (697, 0),
    // 35 io.k8s.api.apps.v1.GeneratorArgs
    (4, 39), (64, 0), (392, 0), (395, 0),
    // 36 io.k8s.api.apps.v1.Kustomization
    (106, 37), (576, 38),
    // 39 io.k8s.api.apps.v1.KvPairSources
    (192, 0), (194, 2), (227, 2), (339, 2),
    // 40 io.k8s.api.apps.v1.ReplicaSet
    (40, 0), (312, 0), (372, 585), (613, 43), (623, 44),
    // 41 io.k8s.api.apps.v1.ReplicaSetList
    (40, 0), (306, 42), (312, 0), (372, 583),
    // 43 io.k8s.api.apps.v1.ReplicaSetSpec
    (382, 0), (521, 0), (584, 579), (666, 327),
    // 44 io.k8s.api.apps.v1.ReplicaSetStatus
    (56, 0), (103, 26), (241, 0), (425, 0), (512, 0), (521, 0),
    // 45 io.k8s.api.apps.v1.RollingUpdateDaemonSet
    (366, 0), (367, 0),
    // 46 io.k8s.api.apps.v1.RollingUpdateStatefulSetStrategy
    (440, 0),
    // 47 io.k8s.api.apps.v1.SecretArgs
    (2, 35), (689, 0),
    // 48 io.k8s.api.apps.v1.StatefulSet
    (40, 0), (312, 0), (372, 585), (613, 51), (623, 53),
    // 49 io.k8s.api.apps.v1.StatefulSetList
    (40, 0), (306, 50), (312, 0), (372, 583),
    // 51 io.k8s.api.apps.v1.StatefulSetSpec
    (467, 0), (521, 0), (543, 0), (584, 579), (595, 0), (666, 327), (695, 54), (716, 52),
    // 53 io.k8s.api.apps.v1.StatefulSetStatus
    (93, 0), (103, 26), (134, 0), (135, 0), (425, 0), (512, 0), (521, 0), (694, 0), (697, 0),
    // 54 io.k8s.api.apps.v1.StatefulSetUpdateStrategy
    (546, 46), (689, 0),
    // 55 io.k8s.api.authentication.v1.BoundObjectReference
    (40, 0), (312, 0), (392, 0), (690, 0),
    // 56 io.k8s.api.authentication.v1.TokenRequest
    (40, 0), (312, 0), (372, 585), (613, 57), (623, 58),
    // 57 io.k8s.api.authentication.v1.TokenRequestSpec
    (53, 2), (68, 55), (208, 0),
    // 58 io.k8s.api.authentication.v1.TokenRequestStatus
    (209, 0), (679, 0),
    // 59 io.k8s.api.authentication.v1.TokenReview
    (40, 0), (312, 0), (372, 585), (613, 60), (623, 61),
    // 60 io.k8s.api.authentication.v1.TokenReviewSpec
    (53, 2), (679, 0),
    // 61 io.k8s.api.authentication.v1.TokenReviewStatus
    (53, 2), (54, 0), (198, 0), (701, 62),
    // 62 io.k8s.api.authentication.v1.UserInfo
    (216, 63), (259, 2), (690, 0), (702, 0),
    // 64 io.k8s.api.authorization.v1.LocalSubjectAccessReview
    (40, 0), (312, 0), (372, 585), (613, 73), (623, 74),
    // 65 io.k8s.api.authorization.v1.NonResourceAttributes
    (441, 0), (707, 0),
    // 66 io.k8s.api.authorization.v1.NonResourceRule
    (413, 2), (708, 2),
    // 67 io.k8s.api.authorization.v1.ResourceAttributes
    (256, 0), (392, 0), (395, 0), (532, 0), (643, 0), (707, 0), (709, 0),
    // 68 io.k8s.api.authorization.v1.ResourceRule
    (39, 2), (535, 2), (538, 2), (708, 2),
    // 69 io.k8s.api.authorization.v1.SelfSubjectAccessReview
    (40, 0), (312, 0), (372, 585), (613, 70), (623, 74),
    // 70 io.k8s.api.authorization.v1.SelfSubjectAccessReviewSpec
    (411, 65), (533, 67),
    // 71 io.k8s.api.authorization.v1.SelfSubjectRulesReview
    (40, 0), (312, 0), (372, 585), (613, 72), (623, 75),
    // 72 io.k8s.api.authorization.v1.SelfSubjectRulesReviewSpec
    (395, 0),
    // 73 io.k8s.api.authorization.v1.SubjectAccessReviewSpec
    (216, 63), (259, 2), (411, 65), (533, 67), (690, 0), (701, 0),
    // 74 io.k8s.api.authorization.v1.SubjectAccessReviewStatus
    (27, 0), (153, 0), (199, 0), (513, 0),
    // 75 io.k8s.api.authorization.v1.SubjectRulesReviewStatus
    (199, 0), (288, 0), (412, 76), (536, 77),
    // 78 io.k8s.api.authorization.v1beta1.LocalSubjectAccessReview
    (40, 0), (312, 0), (372, 585), (613, 79), (623, 74),
    // 79 io.k8s.api.authorization.v1beta1.SubjectAccessReviewSpec
    (216, 63), (256, 2), (411, 65), (533, 67), (690, 0), (701, 0),
    // 80 io.k8s.api.autoscaling.v1.CrossVersionObjectReference
    (40, 0), (312, 0), (392, 0),
    // 81 io.k8s.api.autoscaling.v1.HorizontalPodAutoscaler
    (40, 0), (312, 0), (372, 585), (613, 84), (623, 85),
    // 82 io.k8s.api.autoscaling.v1.HorizontalPodAutoscalerList
    (40, 0), (306, 83), (312, 0), (372, 583),
    // 84 io.k8s.api.autoscaling.v1.HorizontalPodAutoscalerSpec
    (364, 0), (383, 0), (559, 80), (658, 0),
    // 85 io.k8s.api.autoscaling.v1.HorizontalPodAutoscalerStatus
    (130, 0), (134, 0), (166, 0), (324, 0), (425, 0),
    // 86 io.k8s.api.autoscaling.v1.Scale
    (40, 0), (312, 0), (372, 585), (613, 87), (623, 88),
    // 87 io.k8s.api.autoscaling.v1.ScaleSpec
    (521, 0),
    // 88 io.k8s.api.autoscaling.v1.ScaleStatus
    (521, 0), (584, 0),
    // 89 io.k8s.api.autoscaling.v2beta1.ContainerResourceMetricSource
    (110, 0), (392, 0), (656, 0), (657, 0),
    // 90 io.k8s.api.autoscaling.v2beta1.ContainerResourceMetricStatus
    (110, 0), (128, 0), (129, 0), (392, 0),
    // 91 io.k8s.api.autoscaling.v2beta1.ExternalMetricSource
    (374, 0), (375, 579), (657, 0), (663, 0),
    // 92 io.k8s.api.autoscaling.v2beta1.ExternalMetricStatus
    (129, 0), (136, 0), (374, 0), (375, 579),
    // 93 io.k8s.api.autoscaling.v2beta1.HorizontalPodAutoscaler
    (40, 0), (312, 0), (372, 585), (613, 96), (623, 98),
    // 94 io.k8s.api.autoscaling.v2beta1.HorizontalPodAutoscalerList
    (40, 0), (306, 95), (312, 0), (372, 583),
    // 96 io.k8s.api.autoscaling.v2beta1.HorizontalPodAutoscalerSpec
    (364, 0), (376, 97), (383, 0), (559, 80),
    // 98 io.k8s.api.autoscaling.v2beta1.HorizontalPodAutoscalerStatus
    (103, 99), (132, 100), (134, 0), (166, 0), (324, 0), (425, 0),
    // 101 io.k8s.api.autoscaling.v2beta1.MetricSpec
    (114, 89), (210, 91), (423, 103), (469, 105), (532, 107), (689, 0),
    // 102 io.k8s.api.autoscaling.v2beta1.MetricStatus
    (114, 90), (210, 92), (423, 104), (469, 106), (532, 108), (689, 0),
    // 103 io.k8s.api.autoscaling.v2beta1.ObjectMetricSource
    (58, 0), (374, 0), (584, 579), (655, 80), (663, 0),
    // 104 io.k8s.api.autoscaling.v2beta1.ObjectMetricStatus
    (58, 0), (136, 0), (374, 0), (584, 579), (655, 80),
    // 105 io.k8s.api.autoscaling.v2beta1.PodsMetricSource
    (374, 0), (584, 579), (657, 0),
    // 106 io.k8s.api.autoscaling.v2beta1.PodsMetricStatus
    (129, 0), (374, 0), (584, 579),
    // 107 io.k8s.api.autoscaling.v2beta1.ResourceMetricSource
    (392, 0), (656, 0), (657, 0),
    // 108 io.k8s.api.autoscaling.v2beta1.ResourceMetricStatus
    (128, 0), (129, 0), (392, 0),
    // 109 io.k8s.api.autoscaling.v2beta2.ContainerResourceMetricSource
    (110, 0), (392, 0), (655, 127),
    // 110 io.k8s.api.autoscaling.v2beta2.ContainerResourceMetricStatus
    (110, 0), (127, 128), (392, 0),
    // 111 io.k8s.api.autoscaling.v2beta2.ExternalMetricSource
    (373, 124), (655, 127),
    // 112 io.k8s.api.autoscaling.v2beta2.ExternalMetricStatus
    (127, 128), (373, 124),
    // 113 io.k8s.api.autoscaling.v2beta2.HPAScalingPolicy
    (450, 0), (689, 0), (704, 0),
    // 114 io.k8s.api.autoscaling.v2beta2.HPAScalingRules
    (470, 115), (583, 0), (616, 0),
    // 116 io.k8s.api.autoscaling.v2beta2.HorizontalPodAutoscaler
    (40, 0), (312, 0), (372, 585), (613, 120), (623, 122),
    // 117 io.k8s.api.autoscaling.v2beta2.HorizontalPodAutoscalerBehavior
    (557, 114), (560, 114),
    // 118 io.k8s.api.autoscaling.v2beta2.HorizontalPodAutoscalerList
    (40, 0), (306, 119), (312, 0), (372, 583),
    // 120 io.k8s.api.autoscaling.v2beta2.HorizontalPodAutoscalerSpec
    (64, 117), (364, 0), (376, 121), (383, 0), (559, 80),
    // 122 io.k8s.api.autoscaling.v2beta2.HorizontalPodAutoscalerStatus
    (103, 99), (132, 123), (134, 0), (166, 0), (324, 0), (425, 0),
    // 124 io.k8s.api.autoscaling.v2beta2.MetricIdentifier
    (392, 0), (584, 579),
    // 125 io.k8s.api.autoscaling.v2beta2.MetricSpec
    (114, 109), (210, 111), (423, 129), (469, 111), (532, 131), (689, 0),
    // 126 io.k8s.api.autoscaling.v2beta2.MetricStatus
    (114, 110), (210, 112), (423, 130), (469, 112), (532, 132), (689, 0),
    // 127 io.k8s.api.autoscaling.v2beta2.MetricTarget
    (57, 0), (58, 0), (689, 0), (704, 0),
    // 128 io.k8s.api.autoscaling.v2beta2.MetricValueStatus
    (57, 0), (58, 0), (704, 0),
    // 129 io.k8s.api.autoscaling.v2beta2.ObjectMetricSource
    (162, 80), (373, 124), (655, 127),
    // 130 io.k8s.api.autoscaling.v2beta2.ObjectMetricStatus
    (127, 128), (162, 80), (373, 124),
    // 131 io.k8s.api.autoscaling.v2beta2.ResourceMetricSource
    (392, 0), (655, 127),
    // 132 io.k8s.api.autoscaling.v2beta2.ResourceMetricStatus
    (127, 128), (392, 0),
    // 133 io.k8s.api.batch.v1.CronJob
    (40, 0), (312, 0), (372, 585), (613, 136), (623, 137),
    // 134 io.k8s.api.batch.v1.CronJobList
    (40, 0), (306, 135), (312, 0), (372, 583),
    // 136 io.k8s.api.batch.v1.CronJobSpec
    (101, 0), (218, 0), (307, 146), (561, 0), (620, 0), (648, 0), (650, 0),
    // 137 io.k8s.api.batch.v1.CronJobStatus
    (10, 138), (325, 0), (327, 0),
    // 139 io.k8s.api.batch.v1.Job
    (40, 0), (312, 0), (372, 585), (613, 143), (623, 144),
    // 140 io.k8s.api.batch.v1.JobCondition
    (323, 0), (329, 0), (371, 0), (513, 0), (623, 0), (689, 0),
    // 141 io.k8s.api.batch.v1.JobList
    (40, 0), (306, 142), (312, 0), (372, 583),
    // 143 io.k8s.api.batch.v1.JobSpec
    (11, 0), (63, 0), (97, 0), (99, 0), (352, 0), (438, 0), (584, 579), (650, 0), (666, 327), (687, 0),
    // 144 io.k8s.api.batch.v1.JobStatus
    (10, 0), (96, 0), (98, 0), (103, 145), (217, 0), (617, 0), (646, 0),
    // 146 io.k8s.api.batch.v1.JobTemplateSpec
    (372, 585), (613, 143),
    // 147 io.k8s.api.certificates.v1.CertificateSigningRequest
    (40, 0), (312, 0), (372, 585), (613, 150), (623, 151),
    // 148 io.k8s.api.certificates.v1.CertificateSigningRequestList
    (40, 0), (306, 149), (312, 0), (372, 583),
    // 150 io.k8s.api.certificates.v1.CertificateSigningRequestSpec
    (216, 63), (259, 2), (526, 0), (606, 0), (690, 0), (699, 2), (702, 0),
    // 151 io.k8s.api.certificates.v1.CertificateSigningRequestStatus
    (77, 0), (103, 152),
    // 153 io.k8s.api.coordination.v1.Lease
    (40, 0), (312, 0), (372, 585), (613, 156),
    // 154 io.k8s.api.coordination.v1.LeaseList
    (40, 0), (306, 155), (312, 0), (372, 583),
    // 156 io.k8s.api.coordination.v1.LeaseSpec
    (8, 0), (265, 0), (331, 0), (332, 0), (520, 0),
    // 157 io.k8s.api.core.v1.AWSElasticBlockStoreVolumeSource
    (240, 0), (440, 0), (507, 0), (719, 0),
    // 158 io.k8s.api.core.v1.Affinity
    (400, 265), (458, 302), (460, 302),
    // 159 io.k8s.api.core.v1.AttachedVolume
    (169, 0), (392, 0),
    // 160 io.k8s.api.core.v1.AzureDiskVolumeSource
    (71, 0), (171, 0), (172, 0), (240, 0), (312, 0), (507, 0),
    // 161 io.k8s.api.core.v1.AzureFilePersistentVolumeSource
    (507, 0), (578, 0), (579, 0), (601, 0),
    // 162 io.k8s.api.core.v1.AzureFileVolumeSource
    (507, 0), (578, 0), (601, 0),
    // 163 io.k8s.api.core.v1.Binding
    (40, 0), (312, 0), (372, 585), (655, 288),
    // 164 io.k8s.api.core.v1.CSIPersistentVolumeSource
    (120, 358), (121, 358), (180, 0), (240, 0), (405, 358), (408, 358), (507, 0), (713, 165), (718, 0),
    // 166 io.k8s.api.core.v1.CSIVolumeSource
    (180, 0), (240, 0), (405, 255), (507, 0), (713, 165),
    // 167 io.k8s.api.core.v1.Capabilities
    (12, 2), (182, 2),
    // 168 io.k8s.api.core.v1.CephFSPersistentVolumeSource
    (387, 2), (441, 0), (507, 0), (575, 0), (580, 358), (701, 0),
    // 169 io.k8s.api.core.v1.CephFSVolumeSource
    (387, 2), (441, 0), (507, 0), (575, 0), (580, 255), (701, 0),
    // 170 io.k8s.api.core.v1.CinderPersistentVolumeSource
    (240, 0), (507, 0), (580, 358), (719, 0),
    // 171 io.k8s.api.core.v1.CinderVolumeSource
    (240, 0), (507, 0), (580, 255), (719, 0),
    // 172 io.k8s.api.core.v1.ClientIPConfig
    (675, 0),
    // 173 io.k8s.api.core.v1.ComponentCondition
    (198, 0), (371, 0), (623, 0), (689, 0),
    // 174 io.k8s.api.core.v1.ComponentStatus
    (40, 0), (103, 175), (312, 0), (372, 585),
    // 176 io.k8s.api.core.v1.ComponentStatusList
    (40, 0), (306, 177), (312, 0), (372, 583),
    // 178 io.k8s.api.core.v1.ConfigMap
    (40, 0), (65, 165), (138, 165), (287, 0), (312, 0), (372, 585),
    // 179 io.k8s.api.core.v1.ConfigMapEnvSource
    (392, 0), (432, 0),
    // 180 io.k8s.api.core.v1.ConfigMapKeySelector
    (310, 0), (392, 0), (432, 0),
    // 181 io.k8s.api.core.v1.ConfigMapList
    (40, 0), (306, 182), (312, 0), (372, 583),
    // 183 io.k8s.api.core.v1.ConfigMapNodeConfigSource
    (314, 0), (392, 0), (395, 0), (537, 0), (690, 0),
    // 184 io.k8s.api.core.v1.ConfigMapProjection
    (306, 185), (392, 0), (432, 0),
    // 186 io.k8s.api.core.v1.ConfigMapVolumeSource
    (146, 0), (306, 185), (392, 0), (432, 0),
    // 187 io.k8s.api.core.v1.Container
    (44, 2), (94, 2), (192, 188), (193, 189), (282, 0), (284, 0), (334, 244), (340, 331), (392, 0), (475, 190),
    (510, 331), (538, 347), (582, 360), (621, 331), (625, 0), (626, 0), (671, 0), (672, 0), (688, 0), (717, 191),
    (722, 192), (737, 0),
    // 193 io.k8s.api.core.v1.ContainerImage
    (393, 2), (609, 0),
    // 194 io.k8s.api.core.v1.ContainerPort
    (113, 0), (268, 0), (273, 0), (392, 0), (496, 0),
    // 195 io.k8s.api.core.v1.ContainerState
    (553, 196), (668, 197), (730, 198),
    // 196 io.k8s.api.core.v1.ContainerStateRunning
    (619, 0),
    // 197 io.k8s.api.core.v1.ContainerStateTerminated
    (111, 0), (206, 0), (229, 0), (371, 0), (513, 0), (605, 0), (619, 0),
    // 198 io.k8s.api.core.v1.ContainerStateWaiting
    (371, 0), (513, 0),
    // 199 io.k8s.api.core.v1.ContainerStatus
    (111, 0), (282, 0), (283, 0), (326, 195), (392, 0), (511, 0), (539, 0), (618, 0), (622, 195),
    // 200 io.k8s.api.core.v1.DaemonEndpoint
    (5, 0),
    // 201 io.k8s.api.core.v1.DownwardAPIProjection
    (306, 202),
    // 203 io.k8s.api.core.v1.DownwardAPIVolumeFile
    (224, 287), (386, 0), (441, 0), (534, 341),
    // 204 io.k8s.api.core.v1.DownwardAPIVolumeSource
    (146, 0), (306, 202),
    // 205 io.k8s.api.core.v1.EmptyDirVolumeSource
    (370, 0), (610, 0),
    // 206 io.k8s.api.core.v1.EndpointAddress
    (275, 0), (299, 0), (403, 0), (662, 288),
    // 207 io.k8s.api.core.v1.EndpointPort
    (42, 0), (392, 0), (473, 0), (496, 0),
    // 208 io.k8s.api.core.v1.EndpointSubset
    (18, 209), (415, 209), (475, 210),
    // 211 io.k8s.api.core.v1.Endpoints
    (40, 0), (312, 0), (372, 585), (645, 212),
    // 213 io.k8s.api.core.v1.EndpointsList
    (40, 0), (306, 214), (312, 0), (372, 583),
    // 215 io.k8s.api.core.v1.EnvFromSource
    (108, 179), (484, 0), (580, 179),
    // 216 io.k8s.api.core.v1.EnvVar
    (392, 0), (704, 0), (705, 217),
    // 217 io.k8s.api.core.v1.EnvVarSource
    (107, 180), (224, 287), (534, 341), (577, 180),
    // 218 io.k8s.api.core.v1.EphemeralContainer
    (44, 2), (94, 2), (192, 188), (193, 189), (282, 0), (284, 0), (334, 244), (340, 331), (392, 0), (475, 219),
    (510, 331), (538, 347), (582, 360), (621, 331), (625, 0), (626, 0), (659, 0), (671, 0), (672, 0), (688, 0),
    (717, 191), (722, 192), (737, 0),
    // 220 io.k8s.api.core.v1.EphemeralVolumeSource
    (715, 294),
    // 221 io.k8s.api.core.v1.Event
    (9, 0), (40, 0), (124, 0), (200, 0), (230, 0), (298, 288), (312, 0), (328, 0), (371, 0), (372, 585), (513, 0),
    (518, 288), (522, 0), (524, 0), (586, 224), (611, 225), (689, 0),
    // 222 io.k8s.api.core.v1.EventList
    (40, 0), (306, 223), (312, 0), (372, 583),
    // 224 io.k8s.api.core.v1.EventSeries
    (124, 0), (322, 0),
    // 225 io.k8s.api.core.v1.EventSource
    (100, 0), (266, 0),
    // 226 io.k8s.api.core.v1.ExecAction
    (94, 2),
    // 227 io.k8s.api.core.v1.FCVolumeSource
    (240, 0), (347, 0), (507, 0), (664, 2), (738, 2),
    // 228 io.k8s.api.core.v1.FlexPersistentVolumeSource
    (180, 0), (240, 0), (433, 165), (507, 0), (580, 358),
    // 229 io.k8s.api.core.v1.FlexVolumeSource
    (180, 0), (240, 0), (433, 165), (507, 0), (580, 255),
    // 230 io.k8s.api.core.v1.FlockerVolumeSource
    (140, 0), (141, 0),
    // 231 io.k8s.api.core.v1.GCEPersistentDiskVolumeSource
    (240, 0), (440, 0), (449, 0), (507, 0),
    // 232 io.k8s.api.core.v1.GitRepoVolumeSource
    (170, 0), (525, 0), (542, 0),
    // 233 io.k8s.api.core.v1.GlusterfsPersistentVolumeSource
    (189, 0), (190, 0), (441, 0), (507, 0),
    // 234 io.k8s.api.core.v1.GlusterfsVolumeSource
    (189, 0), (441, 0), (507, 0),
    // 235 io.k8s.api.core.v1.HTTPGetAction
    (266, 0), (280, 236), (441, 0), (473, 0), (565, 0),
    // 237 io.k8s.api.core.v1.HTTPHeader
    (392, 0), (704, 0),
    // 238 io.k8s.api.core.v1.Handler
    (205, 226), (279, 235), (665, 378),
    // 239 io.k8s.api.core.v1.HostAlias
    (276, 2), (299, 0),
    // 240 io.k8s.api.core.v1.HostPathVolumeSource
    (441, 0), (689, 0),
    // 241 io.k8s.api.core.v1.ISCSIPersistentVolumeSource
    (78, 0), (79, 0), (240, 0), (294, 0), (303, 0), (305, 0), (347, 0), (474, 2), (507, 0), (580, 358), (661, 0),
    // 242 io.k8s.api.core.v1.ISCSIVolumeSource
    (78, 0), (79, 0), (240, 0), (294, 0), (303, 0), (305, 0), (347, 0), (474, 2), (507, 0), (580, 255), (661, 0),
    // 243 io.k8s.api.core.v1.KeyToPath
    (310, 0), (386, 0), (441, 0),
    // 244 io.k8s.api.core.v1.Lifecycle
    (477, 238), (478, 238),
    // 245 io.k8s.api.core.v1.LimitRange
    (40, 0), (312, 0), (372, 585), (613, 249),
    // 246 io.k8s.api.core.v1.LimitRangeItem
    (142, 165), (147, 165), (359, 165), (362, 165), (377, 165), (689, 0),
    // 247 io.k8s.api.core.v1.LimitRangeList
    (40, 0), (306, 248), (312, 0), (372, 583),
    // 249 io.k8s.api.core.v1.LimitRangeSpec
    (337, 250),
    // 251 io.k8s.api.core.v1.LoadBalancerIngress
    (275, 0), (299, 0), (475, 252),
    // 253 io.k8s.api.core.v1.LoadBalancerStatus
    (289, 254),
    // 255 io.k8s.api.core.v1.LocalObjectReference
    (392, 0),
    // 256 io.k8s.api.core.v1.LocalVolumeSource
    (240, 0), (441, 0),
    // 257 io.k8s.api.core.v1.NFSVolumeSource
    (441, 0), (507, 0), (588, 0),
    // 258 io.k8s.api.core.v1.Namespace
    (40, 0), (312, 0), (372, 585), (613, 261), (623, 262),
    // 259 io.k8s.api.core.v1.NamespaceList
    (40, 0), (306, 260), (312, 0), (372, 583),
    // 261 io.k8s.api.core.v1.NamespaceSpec
    (228, 2),
    // 262 io.k8s.api.core.v1.NamespaceStatus
    (103, 26), (454, 0),
    // 263 io.k8s.api.core.v1.Node
    (40, 0), (312, 0), (372, 585), (613, 278), (623, 281),
    // 264 io.k8s.api.core.v1.NodeAddress
    (16, 0), (689, 0),
    // 265 io.k8s.api.core.v1.NodeAffinity
    (482, 266), (530, 273),
    // 267 io.k8s.api.core.v1.NodeCondition
    (320, 0), (329, 0), (371, 0), (513, 0), (623, 0), (689, 0),
    // 268 io.k8s.api.core.v1.NodeConfigSource
    (105, 183),
    // 269 io.k8s.api.core.v1.NodeConfigStatus
    (10, 268), (45, 268), (198, 0), (321, 268),
    // 270 io.k8s.api.core.v1.NodeDaemonEndpoints
    (315, 200),
    // 271 io.k8s.api.core.v1.NodeList
    (40, 0), (306, 272), (312, 0), (372, 583),
    // 273 io.k8s.api.core.v1.NodeSelector
    (407, 274),
    // 275 io.k8s.api.core.v1.NodeSelectorRequirement
    (310, 0), (431, 0), (706, 2),
    // 276 io.k8s.api.core.v1.NodeSelectorTerm
    (353, 277), (354, 277),
    // 278 io.k8s.api.core.v1.NodeSpec
    (109, 268), (212, 0), (461, 0), (462, 279), (497, 0), (654, 280), (693, 0),
    // 281 io.k8s.api.core.v1.NodeStatus
    (18, 282), (23, 165), (73, 165), (103, 283), (104, 269), (137, 270), (286, 284), (402, 286), (454, 0), (727, 285),
    (728, 2),
    // 286 io.k8s.api.core.v1.NodeSystemInfo
    (43, 0), (67, 0), (115, 0), (309, 0), (313, 0), (316, 0), (348, 0), (428, 0), (435, 0), (653, 0),
    // 287 io.k8s.api.core.v1.ObjectFieldSelector
    (40, 0), (223, 0),
    // 288 io.k8s.api.core.v1.ObjectReference
    (40, 0), (223, 0), (312, 0), (392, 0), (395, 0), (537, 0), (690, 0),
    // 289 io.k8s.api.core.v1.PersistentVolume
    (40, 0), (312, 0), (372, 585), (613, 298), (623, 299),
    // 290 io.k8s.api.core.v1.PersistentVolumeClaim
    (40, 0), (312, 0), (372, 585), (613, 292), (623, 293),
    // 291 io.k8s.api.core.v1.PersistentVolumeClaimList
    (40, 0), (306, 52), (312, 0), (372, 583),
    // 292 io.k8s.api.core.v1.PersistentVolumeClaimSpec
    (7, 2), (139, 385), (538, 347), (584, 579), (629, 0), (721, 0), (723, 0),
    // 293 io.k8s.api.core.v1.PersistentVolumeClaimStatus
    (7, 2), (73, 165), (103, 145), (454, 0),
    // 294 io.k8s.api.core.v1.PersistentVolumeClaimTemplate
    (372, 585), (613, 292),
    // 295 io.k8s.api.core.v1.PersistentVolumeClaimVolumeSource
    (82, 0), (507, 0),
    // 296 io.k8s.api.core.v1.PersistentVolumeList
    (40, 0), (306, 297), (312, 0), (372, 583),
    // 298 io.k8s.api.core.v1.PersistentVolumeSpec
    (7, 2), (59, 157), (60, 160), (61, 161), (73, 165), (76, 168), (81, 170), (83, 288), (126, 164), (221, 227),
    (231, 228), (232, 230), (243, 231), (251, 233), (272, 240), (304, 241), (345, 256), (388, 2), (399, 257),
    (400, 388), (453, 0), (455, 300), (476, 329), (504, 334), (506, 335), (558, 349), (629, 0), (635, 376), (721, 0),
    (729, 390),
    // 299 io.k8s.api.core.v1.PersistentVolumeStatus
    (371, 0), (454, 0), (513, 0),
    // 300 io.k8s.api.core.v1.PhotonPersistentDiskVolumeSource
    (240, 0), (448, 0),
    // 301 io.k8s.api.core.v1.Pod
    (40, 0), (312, 0), (372, 585), (613, 312), (623, 321),
    // 302 io.k8s.api.core.v1.PodAffinity
    (482, 303), (530, 304),
    // 305 io.k8s.api.core.v1.PodAffinityTerm
    (317, 579), (396, 579), (398, 2), (684, 0),
    // 306 io.k8s.api.core.v1.PodDNSConfig
    (394, 2), (433, 236), (572, 2),
    // 307 io.k8s.api.core.v1.PodIP
    (299, 0),
    // 308 io.k8s.api.core.v1.PodList
    (40, 0), (306, 309), (312, 0), (372, 583),
    // 310 io.k8s.api.core.v1.PodReadinessGate
    (102, 0),
    // 311 io.k8s.api.core.v1.PodSecurityContext
    (237, 0), (238, 0), (549, 0), (550, 0), (551, 0), (571, 348), (573, 354), (649, 2), (651, 236), (736, 392),
    // 312 io.k8s.api.core.v1.PodSpec
    (11, 0), (20, 158), (55, 0), (117, 313), (177, 306), (178, 0), (187, 0), (197, 314), (267, 315), (269, 0),
    (270, 0), (271, 0), (275, 0), (285, 316), (292, 313), (403, 0), (406, 165), (436, 165), (480, 0), (486, 0),
    (487, 0), (509, 317), (540, 0), (555, 0), (562, 0), (582, 311), (592, 0), (593, 0), (600, 0), (602, 0), (641, 0),
    (670, 0), (682, 318), (686, 319), (726, 320),
    // 321 io.k8s.api.core.v1.PodStatus
    (103, 145), (116, 322), (196, 322), (268, 0), (291, 322), (371, 0), (410, 0), (454, 0), (464, 0), (465, 323),
    (500, 0), (513, 0), (617, 0),
    // 324 io.k8s.api.core.v1.PodTemplate
    (40, 0), (312, 0), (372, 585), (666, 327),
    // 325 io.k8s.api.core.v1.PodTemplateList
    (40, 0), (306, 326), (312, 0), (372, 583),
    // 327 io.k8s.api.core.v1.PodTemplateSpec
    (372, 585), (613, 312),
    // 328 io.k8s.api.core.v1.PortStatus
    (198, 0), (473, 0), (496, 0),
    // 329 io.k8s.api.core.v1.PortworxVolumeSource
    (240, 0), (507, 0), (719, 0),
    // 330 io.k8s.api.core.v1.PreferredSchedulingTerm
    (481, 276), (734, 0),
    // 331 io.k8s.api.core.v1.Probe
    (205, 226), (220, 0), (279, 235), (293, 0), (450, 0), (647, 0), (665, 378), (670, 0), (675, 0),
    // 332 io.k8s.api.core.v1.ProjectedVolumeSource
    (146, 0), (612, 333),
    // 334 io.k8s.api.core.v1.QuobyteVolumeSource
    (256, 0), (507, 0), (516, 0), (667, 0), (701, 0), (712, 0),
    // 335 io.k8s.api.core.v1.RBDPersistentVolumeSource
    (240, 0), (282, 0), (311, 0), (387, 2), (472, 0), (507, 0), (580, 358), (701, 0),
    // 336 io.k8s.api.core.v1.RBDVolumeSource
    (240, 0), (282, 0), (311, 0), (387, 2), (472, 0), (507, 0), (580, 255), (701, 0),
    // 337 io.k8s.api.core.v1.ReplicationController
    (40, 0), (312, 0), (372, 585), (613, 340), (623, 44),
    // 338 io.k8s.api.core.v1.ReplicationControllerList
    (40, 0), (306, 339), (312, 0), (372, 583),
    // 340 io.k8s.api.core.v1.ReplicationControllerSpec
    (382, 0), (521, 0), (584, 165), (666, 327),
    // 341 io.k8s.api.core.v1.ResourceFieldSelector
    (112, 0), (176, 0), (532, 0),
    // 342 io.k8s.api.core.v1.ResourceQuota
    (40, 0), (312, 0), (372, 585), (613, 345), (623, 346),
    // 343 io.k8s.api.core.v1.ResourceQuotaList
    (40, 0), (306, 344), (312, 0), (372, 583),
    // 345 io.k8s.api.core.v1.ResourceQuotaSpec
    (262, 165), (568, 351), (569, 2),
    // 346 io.k8s.api.core.v1.ResourceQuotaStatus
    (262, 165), (700, 165),
    // 347 io.k8s.api.core.v1.ResourceRequirements
    (337, 165), (527, 165),
    // 348 io.k8s.api.core.v1.SELinuxOptions
    (333, 0), (544, 0), (689, 0), (701, 0),
    // 349 io.k8s.api.core.v1.ScaleIOPersistentVolumeSource
    (240, 0), (242, 0), (495, 0), (507, 0), (580, 358), (615, 0), (630, 0), (633, 0), (652, 0), (723, 0),
    // 350 io.k8s.api.core.v1.ScaleIOVolumeSource
    (240, 0), (242, 0), (495, 0), (507, 0), (580, 255), (615, 0), (630, 0), (633, 0), (652, 0), (723, 0),
    // 351 io.k8s.api.core.v1.ScopeSelector
    (353, 352),
    // 353 io.k8s.api.core.v1.ScopedResourceSelectorRequirement
    (431, 0), (567, 0), (706, 2),
    // 354 io.k8s.api.core.v1.SeccompProfile
    (346, 0), (689, 0),
    // 355 io.k8s.api.core.v1.Secret
    (40, 0), (138, 165), (287, 0), (312, 0), (372, 585), (638, 165), (689, 0),
    // 356 io.k8s.api.core.v1.SecretList
    (40, 0), (306, 357), (312, 0), (372, 583),
    // 358 io.k8s.api.core.v1.SecretReference
    (392, 0), (395, 0),
    // 359 io.k8s.api.core.v1.SecretVolumeSource
    (146, 0), (306, 185), (432, 0), (578, 0),
    // 360 io.k8s.api.core.v1.SecurityContext
    (25, 0), (72, 167), (489, 0), (490, 0), (508, 0), (549, 0), (550, 0), (551, 0), (571, 348), (573, 354),
    (736, 392),
    // 361 io.k8s.api.core.v1.Service
    (40, 0), (312, 0), (372, 585), (613, 371), (623, 373),
    // 362 io.k8s.api.core.v1.ServiceAccount
    (40, 0), (55, 0), (285, 363), (312, 0), (372, 585), (581, 364),
    // 365 io.k8s.api.core.v1.ServiceAccountList
    (40, 0), (306, 366), (312, 0), (372, 583),
    // 367 io.k8s.api.core.v1.ServiceAccountTokenProjection
    (52, 0), (208, 0), (441, 0),
    // 368 io.k8s.api.core.v1.ServiceList
    (40, 0), (306, 369), (312, 0), (372, 583),
    // 370 io.k8s.api.core.v1.ServicePort
    (42, 0), (392, 0), (404, 0), (473, 0), (496, 0), (660, 0),
    // 371 io.k8s.api.core.v1.ServiceSpec
    (24, 0), (87, 0), (88, 2), (213, 2), (214, 0), (215, 0), (263, 0), (297, 0), (301, 2), (302, 0), (342, 0),
    (343, 0), (344, 2), (475, 372), (499, 0), (584, 165), (598, 0), (599, 375), (685, 2), (689, 0),
    // 373 io.k8s.api.core.v1.ServiceStatus
    (103, 374), (341, 253),
    // 375 io.k8s.api.core.v1.SessionAffinityConfig
    (86, 172),
    // 376 io.k8s.api.core.v1.StorageOSPersistentVolumeSource
    (240, 0), (507, 0), (580, 288), (723, 0), (724, 0),
    // 377 io.k8s.api.core.v1.StorageOSVolumeSource
    (240, 0), (507, 0), (580, 255), (723, 0), (724, 0),
    // 378 io.k8s.api.core.v1.TCPSocketAction
    (266, 0), (473, 0),
    // 379 io.k8s.api.core.v1.Taint
    (184, 0), (310, 0), (674, 0), (704, 0),
    // 380 io.k8s.api.core.v1.Toleration
    (184, 0), (310, 0), (431, 0), (681, 0), (704, 0),
    // 381 io.k8s.api.core.v1.TopologySelectorLabelRequirement
    (310, 0), (706, 2),
    // 382 io.k8s.api.core.v1.TopologySelectorTerm
    (355, 383),
    // 384 io.k8s.api.core.v1.TopologySpreadConstraint
    (317, 579), (365, 0), (684, 0), (735, 0),
    // 385 io.k8s.api.core.v1.TypedLocalObjectReference
    (38, 0), (312, 0), (392, 0),
    // 386 io.k8s.api.core.v1.Volume
    (59, 157), (60, 160), (61, 162), (76, 169), (81, 171), (105, 186), (126, 166), (179, 204), (186, 205), (195, 220),
    (221, 227), (231, 229), (232, 230), (243, 231), (247, 232), (251, 234), (272, 240), (304, 242), (392, 0),
    (399, 257), (451, 295), (455, 300), (476, 329), (492, 332), (504, 334), (506, 336), (558, 350), (574, 359),
    (635, 377), (729, 390),
    // 387 io.k8s.api.core.v1.VolumeMount
    (389, 0), (390, 0), (392, 0), (507, 0), (639, 0), (640, 0),
    // 388 io.k8s.api.core.v1.VolumeNodeAffinity
    (528, 273),
    // 389 io.k8s.api.core.v1.VolumeProjection
    (105, 184), (179, 201), (574, 184), (594, 367),
    // 390 io.k8s.api.core.v1.VsphereVirtualDiskVolumeSource
    (240, 0), (631, 0), (632, 0), (725, 0),
    // 391 io.k8s.api.core.v1.WeightedPodAffinityTerm
    (459, 305), (734, 0),
    // 392 io.k8s.api.core.v1.WindowsSecurityContextOptions
    (252, 0), (253, 0), (552, 0),
    // 393 io.k8s.api.discovery.v1.Endpoint
    (18, 2), (103, 394), (160, 165), (264, 395), (275, 0), (403, 0), (662, 288), (745, 0),
    // 394 io.k8s.api.discovery.v1.EndpointConditions
    (511, 0), (597, 0), (669, 0),
    // 395 io.k8s.api.discovery.v1.EndpointHints
    (233, 363),
    // 396 io.k8s.api.discovery.v1.EndpointSlice
    (17, 0), (40, 0), (189, 397), (312, 0), (372, 585), (475, 210),
    // 398 io.k8s.api.discovery.v1.EndpointSliceList
    (40, 0), (306, 399), (312, 0), (372, 583),
    // 400 io.k8s.api.discovery.v1beta1.Endpoint
    (18, 2), (103, 394), (264, 395), (275, 0), (403, 0), (662, 288), (683, 165),
    // 401 io.k8s.api.discovery.v1beta1.EndpointSlice
    (17, 0), (40, 0), (189, 402), (312, 0), (372, 585), (475, 210),
    // 403 io.k8s.api.discovery.v1beta1.EndpointSliceList
    (40, 0), (306, 404), (312, 0), (372, 583),
    // 405 io.k8s.api.events.v1.Event
    (9, 0), (40, 0), (156, 0), (157, 0), (158, 0), (159, 225), (200, 0), (312, 0), (372, 585), (416, 0), (513, 0),
    (515, 288), (518, 288), (523, 0), (524, 0), (586, 224), (689, 0),
    // 406 io.k8s.api.events.v1.EventList
    (40, 0), (306, 407), (312, 0), (372, 583),
    // 408 io.k8s.api.extensions.v1beta1.HTTPIngressPath
    (62, 412), (441, 0), (443, 0),
    // 409 io.k8s.api.extensions.v1beta1.HTTPIngressRuleValue
    (444, 410),
    // 411 io.k8s.api.extensions.v1beta1.Ingress
    (40, 0), (312, 0), (372, 585), (613, 416), (623, 419),
    // 412 io.k8s.api.extensions.v1beta1.IngressBackend
    (532, 385), (595, 0), (596, 0),
    // 413 io.k8s.api.extensions.v1beta1.IngressList
    (40, 0), (306, 414), (312, 0), (372, 583),
    // 415 io.k8s.api.extensions.v1beta1.IngressRule
    (266, 0), (278, 409),
    // 416 io.k8s.api.extensions.v1beta1.IngressSpec
    (62, 412), (290, 0), (548, 417), (677, 418),
    // 419 io.k8s.api.extensions.v1beta1.IngressStatus
    (341, 253),
    // 420 io.k8s.api.extensions.v1beta1.IngressTLS
    (277, 2), (578, 0),
    // 421 io.k8s.api.flowcontrol.v1beta1.FlowDistinguisherMethod
    (689, 0),
    // 422 io.k8s.api.flowcontrol.v1beta1.FlowSchema
    (40, 0), (312, 0), (372, 585), (613, 425), (623, 427),
    // 423 io.k8s.api.flowcontrol.v1beta1.FlowSchemaList
    (40, 0), (306, 424), (312, 0), (372, 583),
    // 425 io.k8s.api.flowcontrol.v1beta1.FlowSchemaSpec
    (175, 421), (358, 0), (488, 255), (548, 426),
    // 427 io.k8s.api.flowcontrol.v1beta1.FlowSchemaStatus
    (103, 99),
    // 428 io.k8s.api.flowcontrol.v1beta1.LimitResponse
    (503, 437), (689, 0),
    // 429 io.k8s.api.flowcontrol.v1beta1.LimitedPriorityLevelConfiguration
    (46, 0), (335, 428),
    // 430 io.k8s.api.flowcontrol.v1beta1.PolicyRulesWithSubjects
    (412, 76), (536, 431), (642, 432),
    // 433 io.k8s.api.flowcontrol.v1beta1.PriorityLevelConfiguration
    (40, 0), (312, 0), (372, 585), (613, 436), (623, 427),
    // 434 io.k8s.api.flowcontrol.v1beta1.PriorityLevelConfigurationList
    (40, 0), (306, 435), (312, 0), (372, 583),
    // 436 io.k8s.api.flowcontrol.v1beta1.PriorityLevelConfigurationSpec
    (336, 429), (689, 0),
    // 437 io.k8s.api.flowcontrol.v1beta1.QueuingConfiguration
    (260, 0), (501, 0), (502, 0),
    // 438 io.k8s.api.flowcontrol.v1beta1.ResourcePolicyRule
    (39, 2), (91, 0), (398, 2), (538, 2), (708, 2),
    // 439 io.k8s.api.flowcontrol.v1beta1.Subject
    (256, 255), (312, 0), (592, 358), (701, 255),
    // 440 io.k8s.api.networking.v1.HTTPIngressPath
    (62, 445), (441, 0), (443, 0),
    // 441 io.k8s.api.networking.v1.HTTPIngressRuleValue
    (444, 442),
    // 443 io.k8s.api.networking.v1.IPBlock
    (80, 0), (202, 2),
    // 444 io.k8s.api.networking.v1.Ingress
    (40, 0), (312, 0), (372, 585), (613, 455), (623, 419),
    // 445 io.k8s.api.networking.v1.IngressBackend
    (532, 385), (591, 454),
    // 446 io.k8s.api.networking.v1.IngressClass
    (40, 0), (312, 0), (372, 585), (613, 450),
    // 447 io.k8s.api.networking.v1.IngressClassList
    (40, 0), (306, 448), (312, 0), (372, 583),
    // 449 io.k8s.api.networking.v1.IngressClassParametersReference
    (38, 0), (312, 0), (392, 0), (395, 0), (566, 0),
    // 450 io.k8s.api.networking.v1.IngressClassSpec
    (119, 0), (439, 449),
    // 451 io.k8s.api.networking.v1.IngressList
    (40, 0), (306, 452), (312, 0), (372, 583),
    // 453 io.k8s.api.networking.v1.IngressRule
    (266, 0), (278, 441),
    // 454 io.k8s.api.networking.v1.IngressServiceBackend
    (392, 0), (473, 469),
    // 455 io.k8s.api.networking.v1.IngressSpec
    (145, 445), (290, 0), (548, 456), (677, 418),
    // 457 io.k8s.api.networking.v1.NetworkPolicy
    (40, 0), (312, 0), (372, 585), (613, 466),
    // 458 io.k8s.api.networking.v1.NetworkPolicyEgressRule
    (475, 459), (678, 460),
    // 461 io.k8s.api.networking.v1.NetworkPolicyIngressRule
    (236, 460), (475, 459),
    // 462 io.k8s.api.networking.v1.NetworkPolicyList
    (40, 0), (306, 463), (312, 0), (372, 583),
    // 464 io.k8s.api.networking.v1.NetworkPolicyPeer
    (300, 443), (396, 579), (468, 579),
    // 465 io.k8s.api.networking.v1.NetworkPolicyPort
    (188, 0), (473, 0), (496, 0),
    // 466 io.k8s.api.networking.v1.NetworkPolicySpec
    (185, 467), (289, 468), (468, 579), (471, 2),
    // 469 io.k8s.api.networking.v1.ServiceBackendPort
    (392, 0), (418, 0),
    // 470 io.k8s.api.node.v1.Overhead
    (463, 165),
    // 471 io.k8s.api.node.v1.RuntimeClass
    (40, 0), (261, 0), (312, 0), (372, 585), (436, 470), (563, 474),
    // 472 io.k8s.api.node.v1.RuntimeClassList
    (40, 0), (306, 473), (312, 0), (372, 583),
    // 474 io.k8s.api.node.v1.Scheduling
    (406, 165), (682, 318),
    // 475 io.k8s.api.policy.v1.PodDisruptionBudget
    (40, 0), (312, 0), (372, 585), (613, 478), (623, 479),
    // 476 io.k8s.api.policy.v1.PodDisruptionBudgetList
    (40, 0), (306, 477), (312, 0), (372, 583),
    // 478 io.k8s.api.policy.v1.PodDisruptionBudgetSpec
    (367, 0), (378, 0), (584, 579),
    // 479 io.k8s.api.policy.v1.PodDisruptionBudgetStatus
    (103, 374), (131, 0), (164, 0), (173, 165), (174, 0), (207, 0), (425, 0),
    // 480 io.k8s.api.policy.v1beta1.AllowedFlexVolume
    (180, 0),
    // 481 io.k8s.api.policy.v1beta1.AllowedHostPath
    (442, 0), (507, 0),
    // 482 io.k8s.api.policy.v1beta1.Eviction
    (40, 0), (150, 577), (312, 0), (372, 585),
    // 483 io.k8s.api.policy.v1beta1.FSGroupStrategyOptions
    (505, 484), (547, 0),
    // 485 io.k8s.api.policy.v1beta1.HostPortRange
    (359, 0), (377, 0),
    // 486 io.k8s.api.policy.v1beta1.PodSecurityPolicy
    (40, 0), (312, 0), (372, 585), (613, 489),
    // 487 io.k8s.api.policy.v1beta1.PodSecurityPolicyList
    (40, 0), (306, 488), (312, 0), (372, 583),
    // 489 io.k8s.api.policy.v1beta1.PodSecurityPolicySpec
    (25, 0), (28, 363), (29, 2), (30, 490), (31, 491), (32, 2), (35, 2), (143, 2), (144, 0), (234, 2), (237, 483),
    (269, 0), (270, 0), (271, 0), (274, 484), (489, 0), (508, 0), (529, 2), (549, 483), (551, 483), (554, 492),
    (570, 493), (649, 483), (726, 2),
    // 492 io.k8s.api.policy.v1beta1.RuntimeClassStrategyOptions
    (33, 2), (148, 0),
    // 493 io.k8s.api.policy.v1beta1.SELinuxStrategyOptions
    (547, 0), (571, 348),
    // 494 io.k8s.api.rbac.v1.AggregationRule
    (90, 495),
    // 496 io.k8s.api.rbac.v1.ClusterRole
    (21, 494), (40, 0), (312, 0), (372, 585), (548, 497),
    // 498 io.k8s.api.rbac.v1.ClusterRoleBinding
    (40, 0), (312, 0), (372, 585), (545, 385), (642, 499),
    // 500 io.k8s.api.rbac.v1.ClusterRoleBindingList
    (40, 0), (306, 501), (312, 0), (372, 583),
    // 502 io.k8s.api.rbac.v1.ClusterRoleList
    (40, 0), (306, 503), (312, 0), (372, 583),
    // 504 io.k8s.api.rbac.v1.PolicyRule
    (39, 2), (413, 2), (535, 2), (538, 2), (708, 2),
    // 505 io.k8s.api.rbac.v1.Role
    (40, 0), (312, 0), (372, 585), (548, 497),
    // 506 io.k8s.api.rbac.v1.RoleList
    (40, 0), (306, 507), (312, 0), (372, 583),
    // 508 io.k8s.api.rbac.v1.Subject
    (38, 0), (312, 0), (392, 0), (395, 0),
    // 509 io.k8s.api.scheduling.v1.PriorityClass
    (40, 0), (163, 0), (250, 0), (312, 0), (372, 585), (480, 0), (704, 0),
    // 510 io.k8s.api.scheduling.v1.PriorityClassList
    (40, 0), (306, 511), (312, 0), (372, 583),
    // 512 io.k8s.api.storage.v1.CSIDriver
    (40, 0), (312, 0), (372, 585), (613, 515),
    // 513 io.k8s.api.storage.v1.CSIDriverList
    (40, 0), (306, 514), (312, 0), (372, 583),
    // 515 io.k8s.api.storage.v1.CSIDriverSpec
    (48, 0), (239, 0), (466, 0), (531, 0), (628, 0), (680, 516), (720, 2),
    // 517 io.k8s.api.storage.v1.CSINode
    (40, 0), (312, 0), (372, 585), (613, 521),
    // 518 io.k8s.api.storage.v1.CSINodeDriver
    (23, 535), (392, 0), (401, 0), (685, 2),
    // 519 io.k8s.api.storage.v1.CSINodeList
    (40, 0), (306, 520), (312, 0), (372, 583),
    // 521 io.k8s.api.storage.v1.CSINodeSpec
    (181, 522),
    // 523 io.k8s.api.storage.v1.StorageClass
    (26, 0), (34, 524), (40, 0), (312, 0), (372, 585), (388, 2), (439, 165), (498, 0), (514, 0), (714, 0),
    // 525 io.k8s.api.storage.v1.StorageClassList
    (40, 0), (306, 526), (312, 0), (372, 583),
    // 527 io.k8s.api.storage.v1.TokenRequest
    (52, 0), (208, 0),
    // 528 io.k8s.api.storage.v1.VolumeAttachment
    (40, 0), (312, 0), (372, 585), (613, 532), (623, 533),
    // 529 io.k8s.api.storage.v1.VolumeAttachmentList
    (40, 0), (306, 530), (312, 0), (372, 583),
    // 531 io.k8s.api.storage.v1.VolumeAttachmentSource
    (295, 298), (452, 0),
    // 532 io.k8s.api.storage.v1.VolumeAttachmentSpec
    (50, 0), (403, 0), (611, 531),
    // 533 io.k8s.api.storage.v1.VolumeAttachmentStatus
    (47, 534), (49, 0), (51, 165), (167, 534),
    // 534 io.k8s.api.storage.v1.VolumeError
    (371, 0), (673, 0),
    // 535 io.k8s.api.storage.v1.VolumeNodeResources
    (124, 0),
    // 536 io.k8s.api.storage.v1beta1.CSIStorageCapacity
    (40, 0), (73, 0), (312, 0), (369, 0), (372, 585), (409, 579), (629, 0),
    // 537 io.k8s.api.storage.v1beta1.CSIStorageCapacityList
    (40, 0), (306, 538), (312, 0), (372, 583),
    // 539 io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceColumnDefinition
    (163, 0), (235, 0), (308, 0), (392, 0), (486, 0), (689, 0),
    // 540 io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceConversion
    (637, 0), (731, 557),
    // 541 io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition
    (40, 0), (312, 0), (372, 585), (613, 545), (623, 547),
    // 542 io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionList
    (40, 0), (306, 543), (312, 0), (372, 583),
    // 544 io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionNames
    (74, 2), (312, 0), (338, 0), (457, 0), (603, 2), (607, 0),
    // 545 io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionSpec
    (122, 540), (256, 0), (393, 544), (485, 0), (566, 0), (711, 546),
    // 547 io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionStatus
    (6, 544), (103, 99), (636, 2),
    // 548 io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionVersion
    (14, 549), (155, 0), (161, 0), (392, 0), (564, 552), (587, 0), (627, 0), (644, 551),
    // 550 io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceSubresourceScale
    (318, 0), (614, 0), (624, 0),
    // 551 io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceSubresources
    (556, 550), (623, 0),
    // 552 io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceValidation
    (427, 554),
    // 553 io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.ExternalDocumentation
    (163, 0), (698, 0),
    // 554 io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps
    (0, 0), (1, 0), (13, 0), (15, 0), (22, 555), (37, 555), (142, 0), (149, 556), (154, 165), (163, 0), (191, 2),
    (201, 0), (203, 0), (204, 0), (211, 553), (235, 0), (281, 0), (306, 0), (360, 0), (361, 0), (363, 0), (368, 0),
    (379, 0), (380, 0), (381, 0), (384, 0), (391, 0), (414, 554), (417, 0), (426, 555), (445, 0), (446, 556),
    (494, 556), (528, 2), (676, 0), (689, 0), (692, 0), (739, 0), (740, 0), (741, 2), (742, 0), (743, 0), (744, 0),
    // 557 io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.WebhookConversion
    (85, 15), (123, 2),
    // 558 io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1beta1.CustomResourceColumnDefinition
    (3, 0), (163, 0), (235, 0), (392, 0), (486, 0), (689, 0),
    // 559 io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1beta1.CustomResourceConversion
    (123, 2), (637, 0), (732, 15),
    // 560 io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1beta1.CustomResourceDefinition
    (40, 0), (312, 0), (372, 585), (613, 563), (623, 547),
    // 561 io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1beta1.CustomResourceDefinitionList
    (40, 0), (306, 562), (312, 0), (372, 583),
    // 563 io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1beta1.CustomResourceDefinitionSpec
    (14, 564), (122, 559), (256, 0), (393, 544), (485, 0), (566, 0), (644, 551), (703, 552), (709, 0), (711, 565),
    // 566 io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1beta1.CustomResourceDefinitionVersion
    (14, 564), (155, 0), (161, 0), (392, 0), (564, 552), (587, 0), (627, 0), (644, 551),
    // 567 io.k8s.apimachinery.pkg.apis.meta.v1.APIGroup
    (40, 0), (312, 0), (392, 0), (483, 578), (590, 568), (711, 569),
    // 570 io.k8s.apimachinery.pkg.apis.meta.v1.APIGroupList
    (40, 0), (259, 571), (312, 0),
    // 572 io.k8s.apimachinery.pkg.apis.meta.v1.APIResource
    (74, 2), (256, 0), (312, 0), (392, 0), (397, 0), (603, 2), (608, 0), (634, 0), (708, 2), (709, 0),
    // 573 io.k8s.apimachinery.pkg.apis.meta.v1.APIResourceList
    (40, 0), (258, 0), (312, 0), (538, 574),
    // 575 io.k8s.apimachinery.pkg.apis.meta.v1.APIVersions
    (40, 0), (312, 0), (590, 568), (711, 2),
    // 576 io.k8s.apimachinery.pkg.apis.meta.v1.Condition
    (329, 0), (371, 0), (425, 0), (513, 0), (623, 0), (689, 0),
    // 577 io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions
    (40, 0), (183, 2), (255, 0), (312, 0), (434, 0), (479, 589), (493, 0),
    // 578 io.k8s.apimachinery.pkg.apis.meta.v1.GroupVersionForDiscovery
    (258, 0), (709, 0),
    // 579 io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector
    (353, 580), (356, 165),
    // 581 io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelectorRequirement
    (310, 582), (431, 0), (706, 2),
    // 583 io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta
    (118, 0), (519, 0), (537, 0), (585, 0),
    // 584 io.k8s.apimachinery.pkg.apis.meta.v1.ManagedFieldsEntry
    (40, 0), (225, 0), (226, 0), (351, 0), (429, 0), (673, 0),
    // 585 io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta
    (36, 165), (89, 0), (125, 0), (151, 0), (152, 0), (228, 279), (244, 0), (245, 0), (319, 165), (350, 586),
    (392, 0), (395, 0), (437, 587), (537, 0), (585, 0), (690, 0),
    // 588 io.k8s.apimachinery.pkg.apis.meta.v1.OwnerReference
    (40, 0), (66, 0), (119, 0), (312, 0), (392, 0), (690, 0),
    // 589 io.k8s.apimachinery.pkg.apis.meta.v1.Preconditions
    (537, 0), (690, 0),
    // 590 io.k8s.apimachinery.pkg.apis.meta.v1.ServerAddressByClientCIDR
    (84, 0), (589, 0),
    // 591 io.k8s.apimachinery.pkg.apis.meta.v1.Status
    (40, 0), (92, 0), (168, 593), (312, 0), (371, 0), (372, 583), (513, 0), (623, 0),
    // 592 io.k8s.apimachinery.pkg.apis.meta.v1.StatusCause
    (222, 0), (371, 0), (513, 0),
    // 593 io.k8s.apimachinery.pkg.apis.meta.v1.StatusDetails
    (75, 594), (256, 0), (312, 0), (392, 0), (541, 0), (690, 0),
    // 595 io.k8s.apimachinery.pkg.apis.meta.v1.WatchEvent
    (423, 0), (689, 0),
    // 596 io.k8s.apimachinery.pkg.version.Info
    (69, 0), (95, 0), (246, 0), (248, 0), (249, 0), (254, 0), (349, 0), (385, 0), (456, 0),
    // 597 io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIService
    (40, 0), (312, 0), (372, 585), (613, 600), (623, 601),
    // 598 io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceList
    (40, 0), (306, 599), (312, 0), (372, 583),
    // 600 io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceSpec
    (70, 0), (256, 0), (257, 0), (296, 0), (591, 602), (709, 0), (710, 0),
    // 601 io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceStatus
    (103, 26),
    // 602 io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.ServiceReference
    (392, 0), (395, 0), (473, 0),
];

/// Names of the definitions, sorted.
#[rustfmt::skip]
pub(super) static DEFINITION_NAMES: Strings = Strings {
    text: concat!(
    "io.k8s.api.admissionregistration.v1.MutatingWebhook",
    "io.k8s.api.admissionregistration.v1.MutatingWebhookConfiguration",
    "io.k8s.api.admissionregistration.v1.MutatingWebhookConfigurationList",
    "io.k8s.api.admissionregistration.v1.RuleWithOperations", "io.k8s.api.admissionregistration.v1.ServiceReference",
    "io.k8s.api.admissionregistration.v1.ValidatingWebhook",
    "io.k8s.api.admissionregistration.v1.ValidatingWebhookConfiguration",
    "io.k8s.api.admissionregistration.v1.ValidatingWebhookConfigurationList",
    "io.k8s.api.admissionregistration.v1.WebhookClientConfig",
    "io.k8s.api.admissionregistration.v1beta1.MutatingWebhook",
    "io.k8s.api.admissionregistration.v1beta1.MutatingWebhookConfiguration",
    "io.k8s.api.admissionregistration.v1beta1.MutatingWebhookConfigurationList",
    "io.k8s.api.admissionregistration.v1beta1.RuleWithOperations",
    "io.k8s.api.admissionregistration.v1beta1.ServiceReference",
    "io.k8s.api.admissionregistration.v1beta1.ValidatingWebhook",
    "io.k8s.api.admissionregistration.v1beta1.ValidatingWebhookConfiguration",
    "io.k8s.api.admissionregistration.v1beta1.ValidatingWebhookConfigurationList",
    "io.k8s.api.admissionregistration.v1beta1.WebhookClientConfig", "io.k8s.api.apps.v1.ConfigMapArgs",
    "io.k8s.api.apps.v1.ControllerRevision", "io.k8s.api.apps.v1.ControllerRevisionList",
    "io.k8s.api.apps.v1.DaemonSet", "io.k8s.api.apps.v1.DaemonSetCondition", "io.k8s.api.apps.v1.DaemonSetList",
    "io.k8s.api.apps.v1.DaemonSetSpec", "io.k8s.api.apps.v1.DaemonSetStatus",
    "io.k8s.api.apps.v1.DaemonSetUpdateStrategy", "io.k8s.api.apps.v1.Deployment",
    "io.k8s.api.apps.v1.DeploymentCondition", "io.k8s.api.apps.v1.DeploymentList",
    "io.k8s.api.apps.v1.DeploymentSpec", "io.k8s.api.apps.v1.DeploymentStatus",
    "io.k8s.api.apps.v1.DeploymentStrategy", "io.k8s.api.apps.v1.GeneratorArgs", "io.k8s.api.apps.v1.Kustomization",
    "io.k8s.api.apps.v1.KvPairSources", "io.k8s.api.apps.v1.ReplicaSet", "io.k8s.api.apps.v1.ReplicaSetCondition",
    "io.k8s.api.apps.v1.ReplicaSetList", "io.k8s.api.apps.v1.ReplicaSetSpec", "io.k8s.api.apps.v1.ReplicaSetStatus",
    "io.k8s.api.apps.v1.RollingUpdateDaemonSet", "io.k8s.api.apps.v1.RollingUpdateDeployment",
    "io.k8s.api.apps.v1.RollingUpdateStatefulSetStrategy", "io.k8s.api.apps.v1.SecretArgs",
    "io.k8s.api.apps.v1.StatefulSet", "io.k8s.api.apps.v1.StatefulSetCondition", "io.k8s.api.apps.v1.StatefulSetList",
    "io.k8s.api.apps.v1.StatefulSetSpec", "io.k8s.api.apps.v1.StatefulSetStatus",
    "io.k8s.api.apps.v1.StatefulSetUpdateStrategy", "io.k8s.api.authentication.v1.BoundObjectReference",
    "io.k8s.api.authentication.v1.TokenRequest", "io.k8s.api.authentication.v1.TokenRequestSpec",
    "io.k8s.api.authentication.v1.TokenRequestStatus", "io.k8s.api.authentication.v1.TokenReview",
    "io.k8s.api.authentication.v1.TokenReviewSpec", "io.k8s.api.authentication.v1.TokenReviewStatus",
    "io.k8s.api.authentication.v1.UserInfo", "io.k8s.api.authentication.v1beta1.TokenReview",
    "io.k8s.api.authentication.v1beta1.TokenReviewSpec", "io.k8s.api.authentication.v1beta1.TokenReviewStatus",
    "io.k8s.api.authentication.v1beta1.UserInfo", "io.k8s.api.authorization.v1.LocalSubjectAccessReview",
    "io.k8s.api.authorization.v1.NonResourceAttributes", "io.k8s.api.authorization.v1.NonResourceRule",
    "io.k8s.api.authorization.v1.ResourceAttributes", "io.k8s.api.authorization.v1.ResourceRule",
    "io.k8s.api.authorization.v1.SelfSubjectAccessReview", "io.k8s.api.authorization.v1.SelfSubjectAccessReviewSpec",
    "io.k8s.api.authorization.v1.SelfSubjectRulesReview", "io.k8s.api.authorization.v1.SelfSubjectRulesReviewSpec",
    "io.k8s.api.authorization.v1.SubjectAccessReview", "io.k8s.api.authorization.v1.SubjectAccessReviewSpec",
    "io.k8s.api.authorization.v1.SubjectAccessReviewStatus", "io.k8s.api.authorization.v1.SubjectRulesReviewStatus",
    "io.k8s.api.authorization.v1beta1.LocalSubjectAccessReview",
    "io.k8s.api.authorization.v1beta1.NonResourceAttributes", "io.k8s.api.authorization.v1beta1.NonResourceRule",
    "io.k8s.api.authorization.v1beta1.ResourceAttributes", "io.k8s.api.authorization.v1beta1.ResourceRule",
    "io.k8s.api.authorization.v1beta1.SelfSubjectAccessReview",
    "io.k8s.api.authorization.v1beta1.SelfSubjectAccessReviewSpec",
    "io.k8s.api.authorization.v1beta1.SelfSubjectRulesReview",
    "io.k8s.api.authorization.v1beta1.SelfSubjectRulesReviewSpec",
    "io.k8s.api.authorization.v1beta1.SubjectAccessReview",
    "io.k8s.api.authorization.v1beta1.SubjectAccessReviewSpec",
    "io.k8s.api.authorization.v1beta1.SubjectAccessReviewStatus",
    "io.k8s.api.authorization.v1beta1.SubjectRulesReviewStatus",
    "io.k8s.api.autoscaling.v1.CrossVersionObjectReference", "io.k8s.api.autoscaling.v1.HorizontalPodAutoscaler",
    "io.k8s.api.autoscaling.v1.HorizontalPodAutoscalerList", "io.k8s.api.autoscaling.v1.HorizontalPodAutoscalerSpec",
    "io.k8s.api.autoscaling.v1.HorizontalPodAutoscalerStatus", "io.k8s.api.autoscaling.v1.Scale",
    "io.k8s.api.autoscaling.v1.ScaleSpec", "io.k8s.api.autoscaling.v1.ScaleStatus",
    "io.k8s.api.autoscaling.v2beta1.ContainerResourceMetricSource",
    "io.k8s.api.autoscaling.v2beta1.ContainerResourceMetricStatus",
    "io.k8s.api.autoscaling.v2beta1.CrossVersionObjectReference",
    "io.k8s.api.autoscaling.v2beta1.ExternalMetricSource", "io.k8s.api.autoscaling.v2beta1.ExternalMetricStatus",
    "io.k8s.api.autoscaling.v2beta1.HorizontalPodAutoscaler",
    "io.k8s.api.autoscaling.v2beta1.HorizontalPodAutoscalerCondition",
    "io.k8s.api.autoscaling.v2beta1.HorizontalPodAutoscalerList",
    "io.k8s.api.autoscaling.v2beta1.HorizontalPodAutoscalerSpec",
    "io.k8s.api.autoscaling.v2beta1.HorizontalPodAutoscalerStatus", "io.k8s.api.autoscaling.v2beta1.MetricSpec",
    "io.k8s.api.autoscaling.v2beta1.MetricStatus", "io.k8s.api.autoscaling.v2beta1.ObjectMetricSource",
    "io.k8s.api.autoscaling.v2beta1.ObjectMetricStatus", "io.k8s.api.autoscaling.v2beta1.PodsMetricSource",
    "io.k8s.api.autoscaling.v2beta1.PodsMetricStatus", "io.k8s.api.autoscaling.v2beta1.ResourceMetricSource",
    "io.k8s.api.autoscaling.v2beta1.ResourceMetricStatus",
    "io.k8s.api.autoscaling.v2beta2.ContainerResourceMetricSource",
    "io.k8s.api.autoscaling.v2beta2.ContainerResourceMetricStatus",
    "io.k8s.api.autoscaling.v2beta2.CrossVersionObjectReference",
    "io.k8s.api.autoscaling.v2beta2.ExternalMetricSource", "io.k8s.api.autoscaling.v2beta2.ExternalMetricStatus",
    "io.k8s.api.autoscaling.v2beta2.HPAScalingPolicy", "io.k8s.api.autoscaling.v2beta2.HPAScalingRules",
    "io.k8s.api.autoscaling.v2beta2.HorizontalPodAutoscaler",
    "io.k8s.api.autoscaling.v2beta2.HorizontalPodAutoscalerBehavior",
    "io.k8s.api.autoscaling.v2beta2.HorizontalPodAutoscalerCondition",
    "io.k8s.api.autoscaling.v2beta2.HorizontalPodAutoscalerList",
    "io.k8s.api.autoscaling.v2beta2.HorizontalPodAutoscalerSpec",
    "io.k8s.api.autoscaling.v2beta2.HorizontalPodAutoscalerStatus", "io.k8s.api.autoscaling.v2beta2.MetricIdentifier",
    "io.k8s.api.autoscaling.v2beta2.MetricSpec", "io.k8s.api.autoscaling.v2beta2.MetricStatus",
    "io.k8s.api.autoscaling.v2beta2.MetricTarget", "io.k8s.api.autoscaling.v2beta2.MetricValueStatus",
    "io.k8s.api.autoscaling.v2beta2.ObjectMetricSource", "io.k8s.api.autoscaling.v2beta2.ObjectMetricStatus",
    "io.k8s.api.autoscaling.v2beta2.PodsMetricSource", "io.k8s.api.autoscaling.v2beta2.PodsMetricStatus",
    "io.k8s.api.autoscaling.v2beta2.ResourceMetricSource", "io.k8s.api.autoscaling.v2beta2.ResourceMetricStatus",
    "io.k8s.api.batch.v1.CronJob", "io.k8s.api.batch.v1.CronJobList", "io.k8s.api.batch.v1.CronJobSpec",
    "io.k8s.api.batch.v1.CronJobStatus", "io.k8s.api.batch.v1.Job", "io.k8s.api.batch.v1.JobCondition",
    "io.k8s.api.batch.v1.JobList", "io.k8s.api.batch.v1.JobSpec", "io.k8s.api.batch.v1.JobStatus",
    "io.k8s.api.batch.v1.JobTemplateSpec", "io.k8s.api.batch.v1beta1.CronJob", "io.k8s.api.batch.v1beta1.CronJobList",
    "io.k8s.api.batch.v1beta1.CronJobSpec", "io.k8s.api.batch.v1beta1.CronJobStatus",
    "io.k8s.api.batch.v1beta1.JobTemplateSpec", "io.k8s.api.certificates.v1.CertificateSigningRequest",
    "io.k8s.api.certificates.v1.CertificateSigningRequestCondition",
    "io.k8s.api.certificates.v1.CertificateSigningRequestList",
    "io.k8s.api.certificates.v1.CertificateSigningRequestSpec",
    "io.k8s.api.certificates.v1.CertificateSigningRequestStatus",
    "io.k8s.api.certificates.v1beta1.CertificateSigningRequest",
    "io.k8s.api.certificates.v1beta1.CertificateSigningRequestCondition",
    "io.k8s.api.certificates.v1beta1.CertificateSigningRequestList",
    "io.k8s.api.certificates.v1beta1.CertificateSigningRequestSpec",
    "io.k8s.api.certificates.v1beta1.CertificateSigningRequestStatus", "io.k8s.api.coordination.v1.Lease",
    "io.k8s.api.coordination.v1.LeaseList", "io.k8s.api.coordination.v1.LeaseSpec",
    "io.k8s.api.coordination.v1beta1.Lease", "io.k8s.api.coordination.v1beta1.LeaseList",
    "io.k8s.api.coordination.v1beta1.LeaseSpec", "io.k8s.api.core.v1.AWSElasticBlockStoreVolumeSource",
    "io.k8s.api.core.v1.Affinity", "io.k8s.api.core.v1.AttachedVolume", "io.k8s.api.core.v1.AzureDiskVolumeSource",
    "io.k8s.api.core.v1.AzureFilePersistentVolumeSource", "io.k8s.api.core.v1.AzureFileVolumeSource",
    "io.k8s.api.core.v1.Binding", "io.k8s.api.core.v1.CSIPersistentVolumeSource",
    "io.k8s.api.core.v1.CSIVolumeSource", "io.k8s.api.core.v1.Capabilities",
    "io.k8s.api.core.v1.CephFSPersistentVolumeSource", "io.k8s.api.core.v1.CephFSVolumeSource",
    "io.k8s.api.core.v1.CinderPersistentVolumeSource", "io.k8s.api.core.v1.CinderVolumeSource",
    "io.k8s.api.core.v1.ClientIPConfig", "io.k8s.api.core.v1.ComponentCondition",
    "io.k8s.api.core.v1.ComponentStatus", "io.k8s.api.core.v1.ComponentStatusList", "io.k8s.api.core.v1.ConfigMap",
    "io.k8s.api.core.v1.ConfigMapEnvSource", "io.k8s.api.core.v1.ConfigMapKeySelector",
    "io.k8s.api.core.v1.ConfigMapList", "io.k8s.api.core.v1.ConfigMapNodeConfigSource",
    "io.k8s.api.core.v1.ConfigMapProjection", "io.k8s.api.core.v1.ConfigMapVolumeSource",
    "io.k8s.api.core.v1.Container", "io.k8s.api.core.v1.ContainerImage", "io.k8s.api.core.v1.ContainerPort",
    "io.k8s.api.core.v1.ContainerState", "io.k8s.api.core.v1.ContainerStateRunning",
    "io.k8s.api.core.v1.ContainerStateTerminated", "io.k8s.api.core.v1.ContainerStateWaiting",
    "io.k8s.api.core.v1.ContainerStatus", "io.k8s.api.core.v1.DaemonEndpoint",
    "io.k8s.api.core.v1.DownwardAPIProjection", "io.k8s.api.core.v1.DownwardAPIVolumeFile",
    "io.k8s.api.core.v1.DownwardAPIVolumeSource", "io.k8s.api.core.v1.EmptyDirVolumeSource",
    "io.k8s.api.core.v1.EndpointAddress", "io.k8s.api.core.v1.EndpointPort", "io.k8s.api.core.v1.EndpointSubset",
    "io.k8s.api.core.v1.Endpoints", "io.k8s.api.core.v1.EndpointsList", "io.k8s.api.core.v1.EnvFromSource",
    "io.k8s.api.core.v1.EnvVar", "io.k8s.api.core.v1.EnvVarSource", "io.k8s.api.core.v1.EphemeralContainer",
    "io.k8s.api.core.v1.EphemeralVolumeSource", "io.k8s.api.core.v1.Event", "io.k8s.api.core.v1.EventList",
    "io.k8s.api.core.v1.EventSeries", "io.k8s.api.core.v1.EventSource", "io.k8s.api.core.v1.ExecAction",
    "io.k8s.api.core.v1.FCVolumeSource", "io.k8s.api.core.v1.FlexPersistentVolumeSource",
    "io.k8s.api.core.v1.FlexVolumeSource", "io.k8s.api.core.v1.FlockerVolumeSource",
    "io.k8s.api.core.v1.GCEPersistentDiskVolumeSource", "io.k8s.api.core.v1.GitRepoVolumeSource",
    "io.k8s.api.core.v1.GlusterfsPersistentVolumeSource", "io.k8s.api.core.v1.GlusterfsVolumeSource",
    "io.k8s.api.core.v1.HTTPGetAction", "io.k8s.api.core.v1.HTTPHeader", "io.k8s.api.core.v1.Handler",
    "io.k8s.api.core.v1.HostAlias", "io.k8s.api.core.v1.HostPathVolumeSource",
    "io.k8s.api.core.v1.ISCSIPersistentVolumeSource", "io.k8s.api.core.v1.ISCSIVolumeSource",
    "io.k8s.api.core.v1.KeyToPath", "io.k8s.api.core.v1.Lifecycle", "io.k8s.api.core.v1.LimitRange",
    "io.k8s.api.core.v1.LimitRangeItem", "io.k8s.api.core.v1.LimitRangeList", "io.k8s.api.core.v1.LimitRangeSpec",
    "io.k8s.api.core.v1.LoadBalancerIngress", "io.k8s.api.core.v1.LoadBalancerStatus",
    "io.k8s.api.core.v1.LocalObjectReference", "io.k8s.api.core.v1.LocalVolumeSource",
    "io.k8s.api.core.v1.NFSVolumeSource", "io.k8s.api.core.v1.Namespace", "io.k8s.api.core.v1.NamespaceCondition",
    "io.k8s.api.core.v1.NamespaceList", "io.k8s.api.core.v1.NamespaceSpec", "io.k8s.api.core.v1.NamespaceStatus",
    "io.k8s.api.core.v1.Node", "io.k8s.api.core.v1.NodeAddress", "io.k8s.api.core.v1.NodeAffinity",
    "io.k8s.api.core.v1.NodeCondition", "io.k8s.api.core.v1.NodeConfigSource", "io.k8s.api.core.v1.NodeConfigStatus",
    "io.k8s.api.core.v1.NodeDaemonEndpoints", "io.k8s.api.core.v1.NodeList", "io.k8s.api.core.v1.NodeSelector",
    "io.k8s.api.core.v1.NodeSelectorRequirement", "io.k8s.api.core.v1.NodeSelectorTerm",
    "io.k8s.api.core.v1.NodeSpec", "io.k8s.api.core.v1.NodeStatus", "io.k8s.api.core.v1.NodeSystemInfo",
    "io.k8s.api.core.v1.ObjectFieldSelector", "io.k8s.api.core.v1.ObjectReference",
    "io.k8s.api.core.v1.PersistentVolume", "io.k8s.api.core.v1.PersistentVolumeClaim",
    "io.k8s.api.core.v1.PersistentVolumeClaimCondition", "io.k8s.api.core.v1.PersistentVolumeClaimList",
    "io.k8s.api.core.v1.PersistentVolumeClaimSpec", "io.k8s.api.core.v1.PersistentVolumeClaimStatus",
    "io.k8s.api.core.v1.PersistentVolumeClaimTemplate", "io.k8s.api.core.v1.PersistentVolumeClaimVolumeSource",
    "io.k8s.api.core.v1.PersistentVolumeList", "io.k8s.api.core.v1.PersistentVolumeSpec",
    "io.k8s.api.core.v1.PersistentVolumeStatus", "io.k8s.api.core.v1.PhotonPersistentDiskVolumeSource",
    "io.k8s.api.core.v1.Pod", "io.k8s.api.core.v1.PodAffinity", "io.k8s.api.core.v1.PodAffinityTerm",
    "io.k8s.api.core.v1.PodAntiAffinity", "io.k8s.api.core.v1.PodCondition", "io.k8s.api.core.v1.PodDNSConfig",
    "io.k8s.api.core.v1.PodDNSConfigOption", "io.k8s.api.core.v1.PodIP", "io.k8s.api.core.v1.PodList",
    "io.k8s.api.core.v1.PodReadinessGate", "io.k8s.api.core.v1.PodSecurityContext", "io.k8s.api.core.v1.PodSpec",
    "io.k8s.api.core.v1.PodStatus", "io.k8s.api.core.v1.PodTemplate", "io.k8s.api.core.v1.PodTemplateList",
    "io.k8s.api.core.v1.PodTemplateSpec", "io.k8s.api.core.v1.PortStatus", "io.k8s.api.core.v1.PortworxVolumeSource",
    "io.k8s.api.core.v1.PreferredSchedulingTerm", "io.k8s.api.core.v1.Probe",
    "io.k8s.api.core.v1.ProjectedVolumeSource", "io.k8s.api.core.v1.QuobyteVolumeSource",
    "io.k8s.api.core.v1.RBDPersistentVolumeSource", "io.k8s.api.core.v1.RBDVolumeSource",
    "io.k8s.api.core.v1.ReplicationController", "io.k8s.api.core.v1.ReplicationControllerCondition",
    "io.k8s.api.core.v1.ReplicationControllerList", "io.k8s.api.core.v1.ReplicationControllerSpec",
    "io.k8s.api.core.v1.ReplicationControllerStatus", "io.k8s.api.core.v1.ResourceFieldSelector",
    "io.k8s.api.core.v1.ResourceQuota", "io.k8s.api.core.v1.ResourceQuotaList",
    "io.k8s.api.core.v1.ResourceQuotaSpec", "io.k8s.api.core.v1.ResourceQuotaStatus",
    "io.k8s.api.core.v1.ResourceRequirements", "io.k8s.api.core.v1.SELinuxOptions",
    "io.k8s.api.core.v1.ScaleIOPersistentVolumeSource", "io.k8s.api.core.v1.ScaleIOVolumeSource",
    "io.k8s.api.core.v1.ScopeSelector", "io.k8s.api.core.v1.ScopedResourceSelectorRequirement",
    "io.k8s.api.core.v1.SeccompProfile", "io.k8s.api.core.v1.Secret", "io.k8s.api.core.v1.SecretEnvSource",
    "io.k8s.api.core.v1.SecretKeySelector", "io.k8s.api.core.v1.SecretList", "io.k8s.api.core.v1.SecretProjection",
    "io.k8s.api.core.v1.SecretReference", "io.k8s.api.core.v1.SecretVolumeSource",
    "io.k8s.api.core.v1.SecurityContext", "io.k8s.api.core.v1.Service", "io.k8s.api.core.v1.ServiceAccount",
    "io.k8s.api.core.v1.ServiceAccountList", "io.k8s.api.core.v1.ServiceAccountTokenProjection",
    "io.k8s.api.core.v1.ServiceList", "io.k8s.api.core.v1.ServicePort", "io.k8s.api.core.v1.ServiceSpec",
    "io.k8s.api.core.v1.ServiceStatus", "io.k8s.api.core.v1.SessionAffinityConfig",
    "io.k8s.api.core.v1.StorageOSPersistentVolumeSource", "io.k8s.api.core.v1.StorageOSVolumeSource",
    "io.k8s.api.core.v1.Sysctl", "io.k8s.api.core.v1.TCPSocketAction", "io.k8s.api.core.v1.Taint",
    "io.k8s.api.core.v1.Toleration", "io.k8s.api.core.v1.TopologySelectorLabelRequirement",
    "io.k8s.api.core.v1.TopologySelectorTerm", "io.k8s.api.core.v1.TopologySpreadConstraint",
    "io.k8s.api.core.v1.TypedLocalObjectReference", "io.k8s.api.core.v1.Volume", "io.k8s.api.core.v1.VolumeDevice",
    "io.k8s.api.core.v1.VolumeMount", "io.k8s.api.core.v1.VolumeNodeAffinity", "io.k8s.api.core.v1.VolumeProjection",
    "io.k8s.api.core.v1.VsphereVirtualDiskVolumeSource", "io.k8s.api.core.v1.WeightedPodAffinityTerm",
    "io.k8s.api.core.v1.WindowsSecurityContextOptions", "io.k8s.api.discovery.v1.Endpoint",
    "io.k8s.api.discovery.v1.EndpointConditions", "io.k8s.api.discovery.v1.EndpointHints",
    "io.k8s.api.discovery.v1.EndpointPort", "io.k8s.api.discovery.v1.EndpointSlice",
    "io.k8s.api.discovery.v1.EndpointSliceList", "io.k8s.api.discovery.v1.ForZone",
    "io.k8s.api.discovery.v1beta1.Endpoint", "io.k8s.api.discovery.v1beta1.EndpointConditions",
    "io.k8s.api.discovery.v1beta1.EndpointHints", "io.k8s.api.discovery.v1beta1.EndpointPort",
    "io.k8s.api.discovery.v1beta1.EndpointSlice", "io.k8s.api.discovery.v1beta1.EndpointSliceList",
    "io.k8s.api.discovery.v1beta1.ForZone", "io.k8s.api.events.v1.Event", "io.k8s.api.events.v1.EventList",
    "io.k8s.api.events.v1.EventSeries", "io.k8s.api.events.v1beta1.Event", "io.k8s.api.events.v1beta1.EventList",
    "io.k8s.api.events.v1beta1.EventSeries", "io.k8s.api.extensions.v1beta1.HTTPIngressPath",
    "io.k8s.api.extensions.v1beta1.HTTPIngressRuleValue", "io.k8s.api.extensions.v1beta1.Ingress",
    "io.k8s.api.extensions.v1beta1.IngressBackend", "io.k8s.api.extensions.v1beta1.IngressList",
    "io.k8s.api.extensions.v1beta1.IngressRule", "io.k8s.api.extensions.v1beta1.IngressSpec",
    "io.k8s.api.extensions.v1beta1.IngressStatus", "io.k8s.api.extensions.v1beta1.IngressTLS",
    "io.k8s.api.flowcontrol.v1beta1.FlowDistinguisherMethod", "io.k8s.api.flowcontrol.v1beta1.FlowSchema",
    "io.k8s.api.flowcontrol.v1beta1.FlowSchemaCondition", "io.k8s.api.flowcontrol.v1beta1.FlowSchemaList",
    "io.k8s.api.flowcontrol.v1beta1.FlowSchemaSpec", "io.k8s.api.flowcontrol.v1beta1.FlowSchemaStatus",
    "io.k8s.api.flowcontrol.v1beta1.GroupSubject", "io.k8s.api.flowcontrol.v1beta1.LimitResponse",
    "io.k8s.api.flowcontrol.v1beta1.LimitedPriorityLevelConfiguration",
    "io.k8s.api.flowcontrol.v1beta1.NonResourcePolicyRule", "io.k8s.api.flowcontrol.v1beta1.PolicyRulesWithSubjects",
    "io.k8s.api.flowcontrol.v1beta1.PriorityLevelConfiguration",
    "io.k8s.api.flowcontrol.v1beta1.PriorityLevelConfigurationCondition",
    "io.k8s.api.flowcontrol.v1beta1.PriorityLevelConfigurationList",
    "io.k8s.api.flowcontrol.v1beta1.PriorityLevelConfigurationReference",
    "io.k8s.api.flowcontrol.v1beta1.PriorityLevelConfigurationSpec",
    "io.k8s.api.flowcontrol.v1beta1.PriorityLevelConfigurationStatus",
    "io.k8s.api.flowcontrol.v1beta1.QueuingConfiguration", "io.k8s.api.flowcontrol.v1beta1.ResourcePolicyRule",
    "io.k8s.api.flowcontrol.v1beta1.ServiceAccountSubject", "io.k8s.api.flowcontrol.v1beta1.Subject",
    "io.k8s.api.flowcontrol.v1beta1.UserSubject", "io.k8s.api.networking.v1.HTTPIngressPath",
    "io.k8s.api.networking.v1.HTTPIngressRuleValue", "io.k8s.api.networking.v1.IPBlock",
    "io.k8s.api.networking.v1.Ingress", "io.k8s.api.networking.v1.IngressBackend",
    "io.k8s.api.networking.v1.IngressClass", "io.k8s.api.networking.v1.IngressClassList",
    "io.k8s.api.networking.v1.IngressClassParametersReference", "io.k8s.api.networking.v1.IngressClassSpec",
    "io.k8s.api.networking.v1.IngressList", "io.k8s.api.networking.v1.IngressRule",
    "io.k8s.api.networking.v1.IngressServiceBackend", "io.k8s.api.networking.v1.IngressSpec",
    "io.k8s.api.networking.v1.IngressStatus", "io.k8s.api.networking.v1.IngressTLS",
    "io.k8s.api.networking.v1.NetworkPolicy", "io.k8s.api.networking.v1.NetworkPolicyEgressRule",
    "io.k8s.api.networking.v1.NetworkPolicyIngressRule", "io.k8s.api.networking.v1.NetworkPolicyList",
    "io.k8s.api.networking.v1.NetworkPolicyPeer", "io.k8s.api.networking.v1.NetworkPolicyPort",
    "io.k8s.api.networking.v1.NetworkPolicySpec", "io.k8s.api.networking.v1.ServiceBackendPort",
    "io.k8s.api.networking.v1beta1.HTTPIngressPath", "io.k8s.api.networking.v1beta1.HTTPIngressRuleValue",
    "io.k8s.api.networking.v1beta1.Ingress", "io.k8s.api.networking.v1beta1.IngressBackend",
    "io.k8s.api.networking.v1beta1.IngressClass", "io.k8s.api.networking.v1beta1.IngressClassList",
    "io.k8s.api.networking.v1beta1.IngressClassParametersReference", "io.k8s.api.networking.v1beta1.IngressClassSpec",
    "io.k8s.api.networking.v1beta1.IngressList", "io.k8s.api.networking.v1beta1.IngressRule",
    "io.k8s.api.networking.v1beta1.IngressSpec", "io.k8s.api.networking.v1beta1.IngressStatus",
    "io.k8s.api.networking.v1beta1.IngressTLS", "io.k8s.api.node.v1.Overhead", "io.k8s.api.node.v1.RuntimeClass",
    "io.k8s.api.node.v1.RuntimeClassList", "io.k8s.api.node.v1.Scheduling", "io.k8s.api.node.v1beta1.Overhead",
    "io.k8s.api.node.v1beta1.RuntimeClass", "io.k8s.api.node.v1beta1.RuntimeClassList",
    "io.k8s.api.node.v1beta1.Scheduling", "io.k8s.api.policy.v1.PodDisruptionBudget",
    "io.k8s.api.policy.v1.PodDisruptionBudgetList", "io.k8s.api.policy.v1.PodDisruptionBudgetSpec",
    "io.k8s.api.policy.v1.PodDisruptionBudgetStatus", "io.k8s.api.policy.v1beta1.AllowedCSIDriver",
    "io.k8s.api.policy.v1beta1.AllowedFlexVolume", "io.k8s.api.policy.v1beta1.AllowedHostPath",
    "io.k8s.api.policy.v1beta1.Eviction", "io.k8s.api.policy.v1beta1.FSGroupStrategyOptions",
    "io.k8s.api.policy.v1beta1.HostPortRange", "io.k8s.api.policy.v1beta1.IDRange",
    "io.k8s.api.policy.v1beta1.PodDisruptionBudget", "io.k8s.api.policy.v1beta1.PodDisruptionBudgetList",
    "io.k8s.api.policy.v1beta1.PodDisruptionBudgetSpec", "io.k8s.api.policy.v1beta1.PodDisruptionBudgetStatus",
    "io.k8s.api.policy.v1beta1.PodSecurityPolicy", "io.k8s.api.policy.v1beta1.PodSecurityPolicyList",
    "io.k8s.api.policy.v1beta1.PodSecurityPolicySpec", "io.k8s.api.policy.v1beta1.RunAsGroupStrategyOptions",
    "io.k8s.api.policy.v1beta1.RunAsUserStrategyOptions", "io.k8s.api.policy.v1beta1.RuntimeClassStrategyOptions",
    "io.k8s.api.policy.v1beta1.SELinuxStrategyOptions", "io.k8s.api.policy.v1beta1.SupplementalGroupsStrategyOptions",
    "io.k8s.api.rbac.v1.AggregationRule", "io.k8s.api.rbac.v1.ClusterRole", "io.k8s.api.rbac.v1.ClusterRoleBinding",
    "io.k8s.api.rbac.v1.ClusterRoleBindingList", "io.k8s.api.rbac.v1.ClusterRoleList",
    "io.k8s.api.rbac.v1.PolicyRule", "io.k8s.api.rbac.v1.Role", "io.k8s.api.rbac.v1.RoleBinding",
    "io.k8s.api.rbac.v1.RoleBindingList", "io.k8s.api.rbac.v1.RoleList", "io.k8s.api.rbac.v1.RoleRef",
    "io.k8s.api.rbac.v1.Subject", "io.k8s.api.rbac.v1beta1.AggregationRule", "io.k8s.api.rbac.v1beta1.ClusterRole",
    "io.k8s.api.rbac.v1beta1.ClusterRoleBinding", "io.k8s.api.rbac.v1beta1.ClusterRoleBindingList",
    "io.k8s.api.rbac.v1beta1.ClusterRoleList", "io.k8s.api.rbac.v1beta1.PolicyRule", "io.k8s.api.rbac.v1beta1.Role",
    "io.k8s.api.rbac.v1beta1.RoleBinding", "io.k8s.api.rbac.v1beta1.RoleBindingList",
    "io.k8s.api.rbac.v1beta1.RoleList", "io.k8s.api.rbac.v1beta1.RoleRef", "io.k8s.api.rbac.v1beta1.Subject",
    "io.k8s.api.scheduling.v1.PriorityClass", "io.k8s.api.scheduling.v1.PriorityClassList",
    "io.k8s.api.scheduling.v1beta1.PriorityClass", "io.k8s.api.scheduling.v1beta1.PriorityClassList",
    "io.k8s.api.storage.v1.CSIDriver", "io.k8s.api.storage.v1.CSIDriverList", "io.k8s.api.storage.v1.CSIDriverSpec",
    "io.k8s.api.storage.v1.CSINode", "io.k8s.api.storage.v1.CSINodeDriver", "io.k8s.api.storage.v1.CSINodeList",
    "io.k8s.api.storage.v1.CSINodeSpec", "io.k8s.api.storage.v1.StorageClass",
    "io.k8s.api.storage.v1.StorageClassList", "io.k8s.api.storage.v1.TokenRequest",
    "io.k8s.api.storage.v1.VolumeAttachment", "io.k8s.api.storage.v1.VolumeAttachmentList",
    "io.k8s.api.storage.v1.VolumeAttachmentSource", "io.k8s.api.storage.v1.VolumeAttachmentSpec",
    "io.k8s.api.storage.v1.VolumeAttachmentStatus", "io.k8s.api.storage.v1.VolumeError",
    "io.k8s.api.storage.v1.VolumeNodeResources", "io.k8s.api.storage.v1beta1.CSIDriver",
    "io.k8s.api.storage.v1beta1.CSIDriverList", "io.k8s.api.storage.v1beta1.CSIDriverSpec",
    "io.k8s.api.storage.v1beta1.CSINode", "io.k8s.api.storage.v1beta1.CSINodeDriver",
    "io.k8s.api.storage.v1beta1.CSINodeList", "io.k8s.api.storage.v1beta1.CSINodeSpec",
    "io.k8s.api.storage.v1beta1.CSIStorageCapacity", "io.k8s.api.storage.v1beta1.CSIStorageCapacityList",
    "io.k8s.api.storage.v1beta1.StorageClass", "io.k8s.api.storage.v1beta1.StorageClassList",
    "io.k8s.api.storage.v1beta1.TokenRequest", "io.k8s.api.storage.v1beta1.VolumeAttachment",
    "io.k8s.api.storage.v1beta1.VolumeAttachmentList", "io.k8s.api.storage.v1beta1.VolumeAttachmentSource",
    "io.k8s.api.storage.v1beta1.VolumeAttachmentSpec", "io.k8s.api.storage.v1beta1.VolumeAttachmentStatus",
    "io.k8s.api.storage.v1beta1.VolumeError", "io.k8s.api.storage.v1beta1.VolumeNodeResources",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceColumnDefinition",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceConversion",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionCondition",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionList",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionNames",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionSpec",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionStatus",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionVersion",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceSubresourceScale",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceSubresourceStatus",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceSubresources",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceValidation",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.ExternalDocumentation",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrArray",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrBool",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrStringArray",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.ServiceReference",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.WebhookClientConfig",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.WebhookConversion",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1beta1.CustomResourceColumnDefinition",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1beta1.CustomResourceConversion",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1beta1.CustomResourceDefinition",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1beta1.CustomResourceDefinitionCondition",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1beta1.CustomResourceDefinitionList",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1beta1.CustomResourceDefinitionNames",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1beta1.CustomResourceDefinitionSpec",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1beta1.CustomResourceDefinitionStatus",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1beta1.CustomResourceDefinitionVersion",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1beta1.CustomResourceSubresourceScale",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1beta1.CustomResourceSubresourceStatus",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1beta1.CustomResourceSubresources",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1beta1.CustomResourceValidation",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1beta1.ExternalDocumentation",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1beta1.JSON",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1beta1.JSONSchemaProps",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1beta1.JSONSchemaPropsOrArray",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1beta1.JSONSchemaPropsOrBool",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1beta1.JSONSchemaPropsOrStringArray",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1beta1.ServiceReference",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1beta1.WebhookClientConfig",
    "io.k8s.apimachinery.pkg.api.resource.Quantity", "io.k8s.apimachinery.pkg.apis.meta.v1.APIGroup",
    "io.k8s.apimachinery.pkg.apis.meta.v1.APIGroupList", "io.k8s.apimachinery.pkg.apis.meta.v1.APIResource",
    "io.k8s.apimachinery.pkg.apis.meta.v1.APIResourceList", "io.k8s.apimachinery.pkg.apis.meta.v1.APIVersions",
    "io.k8s.apimachinery.pkg.apis.meta.v1.Condition", "io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions",
    "io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1", "io.k8s.apimachinery.pkg.apis.meta.v1.GroupVersionForDiscovery",
    "io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector",
    "io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelectorRequirement", "io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta",
    "io.k8s.apimachinery.pkg.apis.meta.v1.ManagedFieldsEntry", "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime",
    "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta", "io.k8s.apimachinery.pkg.apis.meta.v1.OwnerReference",
    "io.k8s.apimachinery.pkg.apis.meta.v1.Patch", "io.k8s.apimachinery.pkg.apis.meta.v1.Preconditions",
    "io.k8s.apimachinery.pkg.apis.meta.v1.ServerAddressByClientCIDR", "io.k8s.apimachinery.pkg.apis.meta.v1.Status",
    "io.k8s.apimachinery.pkg.apis.meta.v1.StatusCause", "io.k8s.apimachinery.pkg.apis.meta.v1.StatusDetails",
    "io.k8s.apimachinery.pkg.apis.meta.v1.Time", "io.k8s.apimachinery.pkg.apis.meta.v1.WatchEvent",
    "io.k8s.apimachinery.pkg.runtime.RawExtension", "io.k8s.apimachinery.pkg.util.intstr.IntOrString",
    "io.k8s.apimachinery.pkg.version.Info", "io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIService",
    "io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceCondition",
    "io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceList",
    "io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceSpec",
    "io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceStatus",
    "io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.ServiceReference",
    "io.k8s.kube-aggregator.pkg.apis.apiregistration.v1beta1.APIService",
    "io.k8s.kube-aggregator.pkg.apis.apiregistration.v1beta1.APIServiceCondition",
    "io.k8s.kube-aggregator.pkg.apis.apiregistration.v1beta1.APIServiceList",
    "io.k8s.kube-aggregator.pkg.apis.apiregistration.v1beta1.APIServiceSpec",
    "io.k8s.kube-aggregator.pkg.apis.apiregistration.v1beta1.APIServiceStatus",
    "io.k8s.kube-aggregator.pkg.apis.apiregistration.v1beta1.ServiceReference",
    ),
    ends: &[
    51, 115, 183, 237, 289, 342, 408, 478, 533, 589, 658, 731, 790, 847, 905, 976, 1051, 1111, 1143, 1180, 1221, 1249,
    1286, 1318, 1350, 1384, 1426, 1455, 1493, 1526, 1559, 1594, 1631, 1663, 1695, 1727, 1756, 1794, 1827, 1860, 1895,
    1936, 1978, 2029, 2058, 2088, 2127, 2161, 2195, 2231, 2275, 2324, 2365, 2410, 2457, 2497, 2541, 2587, 2624, 2669,
    2718, 2769, 2811, 2863, 2912, 2955, 3001, 3041, 3092, 3147, 3197, 3251, 3298, 3349, 3402, 3454, 3511, 3565, 3613,
    3664, 3709, 3765, 3825, 3880, 3939, 3991, 4047, 4105, 4162, 4215, 4264, 4317, 4370, 4425, 4456, 4491, 4528, 4588,
    4648, 4706, 4757, 4808, 4862, 4925, 4983, 5041, 5101, 5142, 5185, 5234, 5283, 5330, 5377, 5428, 5479, 5539, 5599,
    5657, 5708, 5759, 5806, 5852, 5906, 5968, 6031, 6089, 6147, 6207, 6254, 6295, 6338, 6381, 6429, 6478, 6527, 6574,
    6621, 6672, 6723, 6750, 6781, 6812, 6845, 6868, 6900, 6927, 6954, 6983, 7018, 7050, 7086, 7122, 7160, 7200, 7252,
    7313, 7369, 7425, 7483, 7540, 7606, 7667, 7728, 7791, 7823, 7859, 7895, 7932, 7973, 8014, 8065, 8092, 8125, 8165,
    8215, 8255, 8281, 8325, 8359, 8390, 8437, 8474, 8521, 8558, 8591, 8628, 8662, 8700, 8728, 8765, 8804, 8836, 8880,
    8918, 8958, 8986, 9019, 9051, 9084, 9124, 9167, 9207, 9241, 9274, 9314, 9354, 9396, 9435, 9469, 9500, 9533, 9561,
    9593, 9625, 9650, 9681, 9718, 9758, 9782, 9810, 9840, 9870, 9899, 9932, 9977, 10012, 10050, 10098, 10136, 10186,
    10226, 10258, 10287, 10313, 10341, 10380, 10426, 10462, 10490, 10518, 10547, 10580, 10613, 10646, 10684, 10721,
    10760, 10796, 10830, 10858, 10895, 10927, 10959, 10993, 11016, 11046, 11077, 11109, 11144, 11179, 11217, 11244,
    11275, 11317, 11352, 11379, 11408, 11441, 11479, 11513, 11548, 11588, 11637, 11681, 11725, 11771, 11819, 11871,
    11910, 11949, 11990, 12041, 12063, 12093, 12127, 12161, 12192, 12223, 12260, 12284, 12310, 12345, 12382, 12408,
    12436, 12466, 12500, 12534, 12563, 12602, 12644, 12668, 12708, 12746, 12790, 12824, 12864, 12913, 12957, 13001,
    13047, 13087, 13119, 13155, 13191, 13229, 13268, 13301, 13349, 13387, 13419, 13471, 13504, 13529, 13563, 13599,
    13628, 13663, 13697, 13734, 13768, 13794, 13827, 13864, 13912, 13942, 13972, 14002, 14034, 14074, 14124, 14164,
    14189, 14223, 14247, 14276, 14327, 14366, 14409, 14453, 14478, 14509, 14539, 14576, 14611, 14660, 14702, 14750,
    14782, 14824, 14861, 14897, 14934, 14975, 15006, 15043, 15090, 15132, 15173, 15215, 15261, 15297, 15323, 15353,
    15385, 15416, 15451, 15488, 15533, 15583, 15620, 15664, 15705, 15746, 15787, 15830, 15870, 15924, 15965, 16015,
    16060, 16105, 16152, 16195, 16239, 16303, 16355, 16409, 16466, 16532, 16593, 16659, 16720, 16783, 16834, 16883,
    16935, 16973, 17015, 17055, 17100, 17132, 17164, 17203, 17240, 17281, 17337, 17378, 17414, 17450, 17496, 17532,
    17570, 17605, 17643, 17691, 17740, 17782, 17824, 17866, 17908, 17951, 17996, 18046, 18083, 18127, 18169, 18215,
    18276, 18322, 18363, 18404, 18445, 18488, 18528, 18555, 18586, 18621, 18650, 18682, 18718, 18758, 18792, 18832,
    18876, 18920, 18966, 19008, 19051, 19092, 19126, 19174, 19213, 19246, 19291, 19340, 19389, 19440, 19483, 19530,
    19577, 19628, 19678, 19731, 19779, 19838, 19872, 19902, 19939, 19980, 20014, 20043, 20066, 20096, 20130, 20157,
    20183, 20209, 20248, 20283, 20325, 20371, 20410, 20444, 20472, 20507, 20546, 20578, 20609, 20640, 20678, 20720,
    20763, 20810, 20841, 20876, 20911, 20940, 20975, 21008, 21041, 21075, 21113, 21147, 21185, 21227, 21271, 21313,
    21357, 21390, 21431, 21467, 21507, 21547, 21581, 21621, 21659, 21697, 21742, 21791, 21830, 21873, 21912, 21955,
    22002, 22051, 22098, 22147, 22185, 22231, 22318, 22399, 22480, 22570, 22655, 22741, 22826, 22913, 23001, 23088,
    23176, 23259, 23340, 23418, 23479, 23551, 23630, 23708, 23793, 23866, 23942, 24016, 24108, 24194, 24280, 24375,
    24465, 24556, 24646, 24738, 24831, 24923, 25016, 25104, 25190, 25273, 25339, 25416, 25500, 25583, 25673, 25751,
    25832, 25877, 25922, 25971, 26019, 26071, 26119, 26165, 26215, 26260, 26321, 26371, 26432, 26477, 26532, 26578,
    26625, 26676, 26718, 26768, 26830, 26873, 26921, 26971, 27012, 27059, 27103, 27150, 27186, 27247, 27317, 27382,
    27447, 27514, 27581, 27647, 27722, 27792, 27862, 27934, 28006,
    ],
};

/// Node of each definition.
#[rustfmt::skip]
pub(super) static DEFINITIONS: &[u16] = &[
    1, 4, 6, 8, 9, 10, 11, 13, 15, 1, 4, 6, 8, 9, 10, 11, 13, 15, 16, 17, 18, 20, 21, 22, 24, 25, 27, 28, 29, 30, 32,
    33, 27, 35, 36, 39, 40, 21, 41, 43, 44, 45, 45, 46, 47, 48, 21, 49, 51, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62,
    59, 60, 61, 62, 64, 65, 66, 67, 68, 69, 70, 71, 72, 64, 73, 74, 75, 78, 65, 66, 67, 68, 69, 70, 71, 72, 78, 79,
    74, 75, 80, 81, 82, 84, 85, 86, 87, 88, 89, 90, 80, 91, 92, 93, 21, 94, 96, 98, 101, 102, 103, 104, 105, 106, 107,
    108, 109, 110, 80, 111, 112, 113, 114, 116, 117, 21, 118, 120, 122, 124, 125, 126, 127, 128, 129, 130, 111, 112,
    131, 132, 133, 134, 136, 137, 139, 140, 141, 143, 144, 146, 133, 134, 136, 137, 146, 147, 29, 148, 150, 151, 147,
    29, 148, 150, 151, 153, 154, 156, 153, 154, 156, 157, 158, 159, 160, 161, 162, 163, 164, 166, 167, 168, 169, 170,
    171, 172, 173, 174, 176, 178, 179, 180, 181, 183, 184, 186, 187, 193, 194, 195, 196, 197, 198, 199, 200, 201, 203,
    204, 205, 206, 207, 208, 211, 213, 215, 216, 217, 218, 220, 221, 222, 224, 225, 226, 227, 228, 229, 230, 231, 232,
    233, 234, 235, 237, 238, 239, 240, 241, 242, 243, 244, 245, 246, 247, 249, 251, 253, 255, 256, 257, 258, 21, 259,
    261, 262, 263, 264, 265, 267, 268, 269, 270, 271, 273, 275, 276, 278, 281, 286, 287, 288, 289, 290, 140, 291, 292,
    293, 294, 295, 296, 298, 299, 300, 301, 302, 305, 302, 140, 306, 237, 307, 308, 310, 311, 312, 321, 324, 325, 327,
    328, 329, 330, 331, 332, 334, 335, 336, 337, 21, 338, 340, 44, 341, 342, 343, 345, 346, 347, 348, 349, 350, 351,
    353, 354, 355, 179, 180, 356, 184, 358, 359, 360, 361, 362, 365, 367, 368, 370, 371, 373, 375, 376, 377, 237, 378,
    379, 380, 381, 382, 384, 385, 386, 159, 387, 388, 389, 390, 391, 392, 393, 394, 395, 207, 396, 398, 255, 400, 394,
    395, 207, 401, 403, 255, 405, 406, 224, 405, 406, 224, 408, 409, 411, 412, 413, 415, 416, 419, 420, 421, 422, 21,
    423, 425, 427, 255, 428, 429, 66, 430, 433, 21, 434, 255, 436, 427, 437, 438, 358, 439, 255, 440, 441, 443, 444,
    445, 446, 447, 449, 450, 451, 453, 454, 455, 419, 420, 457, 458, 461, 462, 464, 465, 466, 469, 408, 409, 411, 412,
    446, 447, 449, 450, 413, 415, 416, 419, 420, 470, 471, 472, 474, 470, 471, 472, 474, 475, 476, 478, 479, 255, 480,
    481, 482, 483, 485, 485, 475, 476, 478, 479, 486, 487, 489, 483, 483, 492, 493, 483, 494, 496, 498, 500, 502, 504,
    505, 498, 500, 506, 385, 508, 494, 496, 498, 500, 502, 504, 505, 498, 500, 506, 385, 508, 509, 510, 509, 510, 512,
    513, 515, 517, 518, 519, 521, 523, 525, 527, 528, 529, 531, 532, 533, 534, 535, 512, 513, 515, 517, 518, 519, 521,
    536, 537, 523, 525, 527, 528, 529, 531, 532, 533, 534, 535, 539, 540, 541, 21, 542, 544, 545, 547, 548, 550, 0,
    551, 552, 553, 0, 554, 0, 0, 0, 9, 15, 557, 558, 559, 560, 21, 561, 544, 563, 547, 566, 550, 0, 551, 552, 553, 0,
    554, 0, 0, 0, 9, 15, 0, 567, 570, 572, 573, 575, 576, 577, 0, 578, 579, 581, 583, 584, 0, 585, 588, 0, 589, 590,
    591, 592, 593, 0, 595, 0, 0, 596, 597, 21, 598, 600, 601, 602, 597, 21, 598, 600, 601, 602,
];

/// API versions, sorted.
#[rustfmt::skip]
pub(super) static API_VERSIONS: Strings = Strings {
    text: concat!(
    "admission.k8s.io/v1", "admission.k8s.io/v1beta1", "admissionregistration.k8s.io/v1",
    "admissionregistration.k8s.io/v1beta1", "apiextensions.k8s.io/v1", "apiextensions.k8s.io/v1beta1",
    "apiregistration.k8s.io/v1", "apiregistration.k8s.io/v1beta1", "apps/v1", "apps/v1beta1", "apps/v1beta2",
    "authentication.k8s.io/v1", "authentication.k8s.io/v1beta1", "authorization.k8s.io/v1",
    "authorization.k8s.io/v1beta1", "autoscaling/v1", "autoscaling/v2beta1", "autoscaling/v2beta2", "batch/v1",
    "batch/v1beta1", "certificates.k8s.io/v1", "certificates.k8s.io/v1beta1", "coordination.k8s.io/v1",
    "coordination.k8s.io/v1beta1", "discovery.k8s.io/v1", "discovery.k8s.io/v1beta1", "events.k8s.io/v1",
    "events.k8s.io/v1beta1", "extensions/v1beta1", "flowcontrol.apiserver.k8s.io/v1alpha1",
    "flowcontrol.apiserver.k8s.io/v1beta1", "imagepolicy.k8s.io/v1alpha1", "internal.apiserver.k8s.io/v1alpha1",
    "kustomize.config.k8s.io/v1beta1", "networking.k8s.io/v1", "networking.k8s.io/v1beta1", "node.k8s.io/v1",
    "node.k8s.io/v1alpha1", "node.k8s.io/v1beta1", "policy/v1", "policy/v1beta1", "rbac.authorization.k8s.io/v1",
    "rbac.authorization.k8s.io/v1alpha1", "rbac.authorization.k8s.io/v1beta1", "scheduling.k8s.io/v1",
    "scheduling.k8s.io/v1alpha1", "scheduling.k8s.io/v1beta1", "storage.k8s.io/v1", "storage.k8s.io/v1alpha1",
    "storage.k8s.io/v1beta1", "v1",
    ),
    ends: &[
    19, 43, 74, 110, 133, 161, 186, 216, 223, 235, 247, 271, 300, 323, 351, 365, 384, 403, 411, 424, 446, 473, 495,
    522, 541, 565, 581, 602, 620, 657, 693, 720, 754, 785, 805, 830, 844, 864, 883, 892, 906, 934, 968, 1001, 1021,
    1047, 1072, 1089, 1112, 1134, 1136,
    ],
};

/// Where the kinds of each API version start; one entry more ends the last.
#[rustfmt::skip]
pub(super) static FIRST_KINDS: &[u16] = &[
    0, 2, 4, 12, 18, 22, 26, 30, 34, 46, 48, 50, 54, 57, 63, 69, 74, 78, 82, 88, 92, 96, 100, 104, 108, 112, 116, 120,
    124, 128, 130, 136, 138, 140, 145, 153, 159, 163, 165, 169, 173, 180, 190, 192, 202, 206, 208, 212, 222, 224, 236,
    282,
];

/// Kinds of all API versions, sorted within each.
#[rustfmt::skip]
pub(super) static KIND_NAMES: Strings = Strings {
    text: concat!(
    "DeleteOptions", "WatchEvent", "DeleteOptions", "WatchEvent", "DeleteOptions", "MutatingWebhookConfiguration",
    "MutatingWebhookConfigurationList", "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding",
    "ValidatingWebhookConfiguration", "ValidatingWebhookConfigurationList", "WatchEvent", "DeleteOptions",
    "MutatingWebhookConfiguration", "MutatingWebhookConfigurationList", "ValidatingWebhookConfiguration",
    "ValidatingWebhookConfigurationList", "WatchEvent", "CustomResourceDefinition", "CustomResourceDefinitionList",
    "DeleteOptions", "WatchEvent", "CustomResourceDefinition", "CustomResourceDefinitionList", "DeleteOptions",
    "WatchEvent", "APIService", "APIServiceList", "DeleteOptions", "WatchEvent", "APIService", "APIServiceList",
    "DeleteOptions", "WatchEvent", "ControllerRevision", "ControllerRevisionList", "DaemonSet", "DaemonSetList",
    "DeleteOptions", "Deployment", "DeploymentList", "ReplicaSet", "ReplicaSetList", "StatefulSet", "StatefulSetList",
    "WatchEvent", "DeleteOptions", "WatchEvent", "DeleteOptions", "WatchEvent", "DeleteOptions", "TokenRequest",
    "TokenReview", "WatchEvent", "DeleteOptions", "TokenReview", "WatchEvent", "DeleteOptions",
    "LocalSubjectAccessReview", "SelfSubjectAccessReview", "SelfSubjectRulesReview", "SubjectAccessReview",
    "WatchEvent", "DeleteOptions", "LocalSubjectAccessReview", "SelfSubjectAccessReview", "SelfSubjectRulesReview",
    "SubjectAccessReview", "WatchEvent", "DeleteOptions", "HorizontalPodAutoscaler", "HorizontalPodAutoscalerList",
    "Scale", "WatchEvent", "DeleteOptions", "HorizontalPodAutoscaler", "HorizontalPodAutoscalerList", "WatchEvent",
    "DeleteOptions", "HorizontalPodAutoscaler", "HorizontalPodAutoscalerList", "WatchEvent", "CronJob", "CronJobList",
    "DeleteOptions", "Job", "JobList", "WatchEvent", "CronJob", "CronJobList", "DeleteOptions", "WatchEvent",
    "CertificateSigningRequest", "CertificateSigningRequestList", "DeleteOptions", "WatchEvent",
    "CertificateSigningRequest", "CertificateSigningRequestList", "DeleteOptions", "WatchEvent", "DeleteOptions",
    "Lease", "LeaseList", "WatchEvent", "DeleteOptions", "Lease", "LeaseList", "WatchEvent", "DeleteOptions",
    "EndpointSlice", "EndpointSliceList", "WatchEvent", "DeleteOptions", "EndpointSlice", "EndpointSliceList",
    "WatchEvent", "DeleteOptions", "Event", "EventList", "WatchEvent", "DeleteOptions", "Event", "EventList",
    "WatchEvent", "DeleteOptions", "Ingress", "IngressList", "WatchEvent", "DeleteOptions", "WatchEvent",
    "DeleteOptions", "FlowSchema", "FlowSchemaList", "PriorityLevelConfiguration", "PriorityLevelConfigurationList",
    "WatchEvent", "DeleteOptions", "WatchEvent", "DeleteOptions", "WatchEvent", "ConfigMapArgs", "GeneratorArgs",
    "Kustomization", "KvPairSources", "SecretArgs", "DeleteOptions", "Ingress", "IngressClass", "IngressClassList",
    "IngressList", "NetworkPolicy", "NetworkPolicyList", "WatchEvent", "DeleteOptions", "Ingress", "IngressClass",
    "IngressClassList", "IngressList", "WatchEvent", "DeleteOptions", "RuntimeClass", "RuntimeClassList",
    "WatchEvent", "DeleteOptions", "WatchEvent", "DeleteOptions", "RuntimeClass", "RuntimeClassList", "WatchEvent",
    "DeleteOptions", "PodDisruptionBudget", "PodDisruptionBudgetList", "WatchEvent", "DeleteOptions", "Eviction",
    "PodDisruptionBudget", "PodDisruptionBudgetList", "PodSecurityPolicy", "PodSecurityPolicyList", "WatchEvent",
    "ClusterRole", "ClusterRoleBinding", "ClusterRoleBindingList", "ClusterRoleList", "DeleteOptions", "Role",
    "RoleBinding", "RoleBindingList", "RoleList", "WatchEvent", "DeleteOptions", "WatchEvent", "ClusterRole",
    "ClusterRoleBinding", "ClusterRoleBindingList", "ClusterRoleList", "DeleteOptions", "Role", "RoleBinding",
    "RoleBindingList", "RoleList", "WatchEvent", "DeleteOptions", "PriorityClass", "PriorityClassList", "WatchEvent",
    "DeleteOptions", "WatchEvent", "DeleteOptions", "PriorityClass", "PriorityClassList", "WatchEvent", "CSIDriver",
    "CSIDriverList", "CSINode", "CSINodeList", "DeleteOptions", "StorageClass", "StorageClassList",
    "VolumeAttachment", "VolumeAttachmentList", "WatchEvent", "DeleteOptions", "WatchEvent", "CSIDriver",
    "CSIDriverList", "CSINode", "CSINodeList", "CSIStorageCapacity", "CSIStorageCapacityList", "DeleteOptions",
    "StorageClass", "StorageClassList", "VolumeAttachment", "VolumeAttachmentList", "WatchEvent", "APIGroup",
    "APIGroupList", "APIResourceList", "APIVersions", "Binding", "ComponentStatus", "ComponentStatusList",
    "ConfigMap", "ConfigMapList", "DeleteOptions", "Endpoints", "EndpointsList", "Event", "EventList", "LimitRange",
    "LimitRangeList", "Namespace", "NamespaceList", "Node", "NodeList", "NodeProxyOptions", "PersistentVolume",
    "PersistentVolumeClaim", "PersistentVolumeClaimList", "PersistentVolumeList", "Pod", "PodAttachOptions",
    "PodExecOptions", "PodList", "PodPortForwardOptions", "PodProxyOptions", "PodTemplate", "PodTemplateList",
    "ReplicationController", "ReplicationControllerList", "ResourceQuota", "ResourceQuotaList", "Secret",
    "SecretList", "Service", "ServiceAccount", "ServiceAccountList", "ServiceList", "ServiceProxyOptions", "Status",
    "WatchEvent",
    ),
    ends: &[
    13, 23, 36, 46, 59, 87, 119, 144, 176, 206, 240, 250, 263, 291, 323, 353, 387, 397, 421, 449, 462, 472, 496, 524,
    537, 547, 557, 571, 584, 594, 604, 618, 631, 641, 659, 681, 690, 703, 716, 726, 740, 750, 764, 775, 790, 800, 813,
    823, 836, 846, 859, 871, 882, 892, 905, 916, 926, 939, 963, 986, 1008, 1027, 1037, 1050, 1074, 1097, 1119, 1138,
    1148, 1161, 1184, 1211, 1216, 1226, 1239, 1262, 1289, 1299, 1312, 1335, 1362, 1372, 1379, 1390, 1403, 1406, 1413,
    1423, 1430, 1441, 1454, 1464, 1489, 1518, 1531, 1541, 1566, 1595, 1608, 1618, 1631, 1636, 1645, 1655, 1668, 1673,
    1682, 1692, 1705, 1718, 1735, 1745, 1758, 1771, 1788, 1798, 1811, 1816, 1825, 1835, 1848, 1853, 1862, 1872, 1885,
    1892, 1903, 1913, 1926, 1936, 1949, 1959, 1973, 1999, 2029, 2039, 2052, 2062, 2075, 2085, 2098, 2111, 2124, 2137,
    2147, 2160, 2167, 2179, 2195, 2206, 2219, 2236, 2246, 2259, 2266, 2278, 2294, 2305, 2315, 2328, 2340, 2356, 2366,
    2379, 2389, 2402, 2414, 2430, 2440, 2453, 2472, 2495, 2505, 2518, 2526, 2545, 2568, 2585, 2606, 2616, 2627, 2645,
    2667, 2682, 2695, 2699, 2710, 2725, 2733, 2743, 2756, 2766, 2777, 2795, 2817, 2832, 2845, 2849, 2860, 2875, 2883,
    2893, 2906, 2919, 2936, 2946, 2959, 2969, 2982, 2995, 3012, 3022, 3031, 3044, 3051, 3062, 3075, 3087, 3103, 3119,
    3139, 3149, 3162, 3172, 3181, 3194, 3201, 3212, 3230, 3252, 3265, 3277, 3293, 3309, 3329, 3339, 3347, 3359, 3374,
    3385, 3392, 3407, 3426, 3435, 3448, 3461, 3470, 3483, 3488, 3497, 3507, 3521, 3530, 3543, 3547, 3555, 3571, 3587,
    3608, 3633, 3653, 3656, 3672, 3686, 3693, 3714, 3729, 3740, 3755, 3776, 3801, 3814, 3831, 3837, 3847, 3854, 3868,
    3886, 3897, 3916, 3922, 3932,
    ],
};

/// Schema and scope of each kind.
#[rustfmt::skip]
pub(super) static KINDS: &[(u16, u8)] = &[
    (577, UNKNOWN), (595, UNKNOWN), (577, UNKNOWN), (595, UNKNOWN), (577, UNKNOWN), (4, CLUSTER), (6, UNKNOWN),
    (NONE, CLUSTER), (NONE, CLUSTER), (11, CLUSTER), (13, UNKNOWN), (595, UNKNOWN), (577, UNKNOWN), (4, CLUSTER),
    (6, UNKNOWN), (11, CLUSTER), (13, UNKNOWN), (595, UNKNOWN), (541, CLUSTER), (542, UNKNOWN), (577, UNKNOWN),
    (595, UNKNOWN), (560, CLUSTER), (561, UNKNOWN), (577, UNKNOWN), (595, UNKNOWN), (597, CLUSTER), (598, UNKNOWN),
    (577, UNKNOWN), (595, UNKNOWN), (597, CLUSTER), (598, UNKNOWN), (577, UNKNOWN), (595, UNKNOWN), (17, NAMESPACED),
    (18, UNKNOWN), (20, NAMESPACED), (22, UNKNOWN), (577, UNKNOWN), (28, NAMESPACED), (30, UNKNOWN), (40, NAMESPACED),
    (41, UNKNOWN), (48, NAMESPACED), (49, UNKNOWN), (595, UNKNOWN), (577, UNKNOWN), (595, UNKNOWN), (577, UNKNOWN),
    (595, UNKNOWN), (577, UNKNOWN), (56, UNKNOWN), (59, UNKNOWN), (595, UNKNOWN), (577, UNKNOWN), (59, UNKNOWN),
    (595, UNKNOWN), (577, UNKNOWN), (64, UNKNOWN), (69, UNKNOWN), (71, UNKNOWN), (64, UNKNOWN), (595, UNKNOWN),
    (577, UNKNOWN), (78, UNKNOWN), (69, UNKNOWN), (71, UNKNOWN), (78, UNKNOWN), (595, UNKNOWN), (577, UNKNOWN),
    (81, NAMESPACED), (82, UNKNOWN), (86, NAMESPACED), (595, UNKNOWN), (577, UNKNOWN), (93, NAMESPACED),
    (94, UNKNOWN), (595, UNKNOWN), (577, UNKNOWN), (116, NAMESPACED), (118, UNKNOWN), (595, UNKNOWN),
    (133, NAMESPACED), (134, UNKNOWN), (577, UNKNOWN), (139, NAMESPACED), (141, UNKNOWN), (595, UNKNOWN),
    (133, NAMESPACED), (134, UNKNOWN), (577, UNKNOWN), (595, UNKNOWN), (147, CLUSTER), (148, UNKNOWN), (577, UNKNOWN),
    (595, UNKNOWN), (147, CLUSTER), (148, UNKNOWN), (577, UNKNOWN), (595, UNKNOWN), (577, UNKNOWN), (153, NAMESPACED),
    (154, UNKNOWN), (595, UNKNOWN), (577, UNKNOWN), (153, NAMESPACED), (154, UNKNOWN), (595, UNKNOWN), (577, UNKNOWN),
    (396, NAMESPACED), (398, UNKNOWN), (595, UNKNOWN), (577, UNKNOWN), (401, NAMESPACED), (403, UNKNOWN),
    (595, UNKNOWN), (577, UNKNOWN), (405, NAMESPACED), (406, UNKNOWN), (595, UNKNOWN), (577, UNKNOWN),
    (405, NAMESPACED), (406, UNKNOWN), (595, UNKNOWN), (577, UNKNOWN), (411, NAMESPACED), (413, UNKNOWN),
    (595, UNKNOWN), (577, UNKNOWN), (595, UNKNOWN), (577, UNKNOWN), (422, CLUSTER), (423, UNKNOWN), (433, CLUSTER),
    (434, UNKNOWN), (595, UNKNOWN), (577, UNKNOWN), (595, UNKNOWN), (577, UNKNOWN), (595, UNKNOWN), (16, UNKNOWN),
    (35, UNKNOWN), (36, UNKNOWN), (39, UNKNOWN), (47, UNKNOWN), (577, UNKNOWN), (444, NAMESPACED), (446, CLUSTER),
    (447, UNKNOWN), (451, UNKNOWN), (457, NAMESPACED), (462, UNKNOWN), (595, UNKNOWN), (577, UNKNOWN),
    (411, NAMESPACED), (446, CLUSTER), (447, UNKNOWN), (413, UNKNOWN), (595, UNKNOWN), (577, UNKNOWN), (471, CLUSTER),
    (472, UNKNOWN), (595, UNKNOWN), (577, UNKNOWN), (595, UNKNOWN), (577, UNKNOWN), (471, CLUSTER), (472, UNKNOWN),
    (595, UNKNOWN), (577, UNKNOWN), (475, NAMESPACED), (476, UNKNOWN), (595, UNKNOWN), (577, UNKNOWN), (482, UNKNOWN),
    (475, NAMESPACED), (476, UNKNOWN), (486, CLUSTER), (487, UNKNOWN), (595, UNKNOWN), (496, CLUSTER), (498, CLUSTER),
    (500, UNKNOWN), (502, UNKNOWN), (577, UNKNOWN), (505, NAMESPACED), (498, NAMESPACED), (500, UNKNOWN),
    (506, UNKNOWN), (595, UNKNOWN), (577, UNKNOWN), (595, UNKNOWN), (496, CLUSTER), (498, CLUSTER), (500, UNKNOWN),
    (502, UNKNOWN), (577, UNKNOWN), (505, NAMESPACED), (498, NAMESPACED), (500, UNKNOWN), (506, UNKNOWN),
    (595, UNKNOWN), (577, UNKNOWN), (509, CLUSTER), (510, UNKNOWN), (595, UNKNOWN), (577, UNKNOWN), (595, UNKNOWN),
    (577, UNKNOWN), (509, CLUSTER), (510, UNKNOWN), (595, UNKNOWN), (512, CLUSTER), (513, UNKNOWN), (517, CLUSTER),
    (519, UNKNOWN), (577, UNKNOWN), (523, CLUSTER), (525, UNKNOWN), (528, CLUSTER), (529, UNKNOWN), (595, UNKNOWN),
    (577, UNKNOWN), (595, UNKNOWN), (512, CLUSTER), (513, UNKNOWN), (517, CLUSTER), (519, UNKNOWN), (536, NAMESPACED),
    (537, UNKNOWN), (577, UNKNOWN), (523, CLUSTER), (525, UNKNOWN), (528, CLUSTER), (529, UNKNOWN), (595, UNKNOWN),
    (567, UNKNOWN), (570, UNKNOWN), (573, UNKNOWN), (575, UNKNOWN), (163, UNKNOWN), (174, CLUSTER), (176, UNKNOWN),
    (178, NAMESPACED), (181, UNKNOWN), (577, UNKNOWN), (211, NAMESPACED), (213, UNKNOWN), (221, NAMESPACED),
    (222, UNKNOWN), (245, NAMESPACED), (247, UNKNOWN), (258, CLUSTER), (259, UNKNOWN), (263, CLUSTER), (271, UNKNOWN),
    (NONE, CLUSTER), (289, CLUSTER), (290, NAMESPACED), (291, UNKNOWN), (296, UNKNOWN), (301, NAMESPACED),
    (NONE, NAMESPACED), (NONE, NAMESPACED), (308, UNKNOWN), (NONE, NAMESPACED), (NONE, NAMESPACED), (324, NAMESPACED),
    (325, UNKNOWN), (337, NAMESPACED), (338, UNKNOWN), (342, NAMESPACED), (343, UNKNOWN), (355, NAMESPACED),
    (356, UNKNOWN), (361, NAMESPACED), (362, NAMESPACED), (365, UNKNOWN), (368, UNKNOWN), (NONE, NAMESPACED),
    (591, UNKNOWN), (595, UNKNOWN),
];
