//! The fields of `redisops.yaml`.

use crate::kustomize::decode::{Pairs, Text, record};

record! {
    /// What a repository says about checks.
    Configuration as "a configuration" {
        /// `redisops.dev/v1alpha1`.
        api_version: Text = "apiVersion",
        /// `Configuration`.
        kind: Text = "kind",
        /// Rules, or folders of them with `/*`, and how bad what they find is.
        rules: Pairs = "rules",
        /// The same for some environments or paths; later ones win.
        overrides: Vec<Override> = "overrides",
        /// Findings that are known.
        ignore: Vec<Ignore> = "ignore",
        /// Rules of the user's own.
        policies: Vec<Policy> = "policies",
        /// The version of Redis or Valkey, where no image says it.
        redis_version: Text = "redisVersion",
        /// Differences from what is live.
        drift: Drift = "drift",
    }
}

record! {
    /// What a repository says about differences from what is live.
    Drift as "drift" {
        /// Fields whose differences are of no interest.
        ignore: Vec<DriftIgnore> = "ignore",
    }
}

record! {
    /// Fields of some objects. What is not said matches anything.
    DriftIgnore as "an entry of drift.ignore" {
        /// Group of the kind.
        group: Text = "group",
        /// Kind of the object.
        kind: Text = "kind",
        /// Its name, `*` stands for any part.
        name: Text = "name",
        /// Its namespace, `*` stands for any part.
        namespace: Text = "namespace",
        /// Paths of fields, with all that is below them; `[*]` is any item of a list, `*` any key.
        paths: Vec<Text> = "paths",
        /// Names of field managers, whose fields are meant.
        managers: Vec<Text> = "managers",
        /// Why.
        reason: Text = "reason",
    }
}

record! {
    /// Rules for a part of the repository. What is not said matches anything.
    Override as "an entry of overrides" {
        /// Names of environments, `*` stands for any part.
        environments: Vec<Text> = "environments",
        /// Files or directories from the root, `**` stands for any number of directories.
        paths: Vec<Text> = "paths",
        /// As for the whole.
        rules: Pairs = "rules",
    }
}

record! {
    /// Findings that are known. What is not said matches anything.
    Ignore as "an entry of ignore" {
        /// The rule, or a folder of them with `/*`.
        rule: Text = "rule",
        /// Kind of the object.
        kind: Text = "kind",
        /// Its name, `*` stands for any part.
        name: Text = "name",
        /// Its namespace, `*` stands for any part.
        namespace: Text = "namespace",
        /// The file that the finding points at.
        path: Text = "path",
        /// Why.
        reason: Text = "reason",
    }
}

record! {
    /// A rule of the user's own.
    Policy as "an entry of policies" {
        /// Its id, `folder/name`.
        id: Text = "id",
        /// Kinds of objects, `Kind` or `group/Kind`; all when empty.
        kinds: Vec<Text> = "kinds",
        /// Names of environments in which it holds; all when empty.
        environments: Vec<Text> = "environments",
        /// CEL that has to be true.
        expression: Text = "expression",
        /// What is wrong when it is not.
        message: Text = "message",
        /// The field that findings point at.
        path: Text = "path",
        /// `error`, `warning` or `note`.
        severity: Text = "severity",
        /// What to do.
        help: Text = "help",
    }
}
