//! redisops: from a Git repository of specs to running, drift-free Redis.
//!
//! Modules form a one-way flow: a module uses only those declared before it. The core (`yaml`, `k8s`, `kustomize`, `topology`, `redis`, `slots`) is pure: it
//! takes values and returns values and diagnostics; files, processes and sockets are reached through traits that `source` implements, or stay in
//! `live`, `apply` and `lab`.

pub mod affected;
pub mod apply;
pub mod cli;
pub mod diagnostics;
pub mod drift;
pub mod environment;
pub mod k8s;
pub mod kustomize;
#[cfg(target_os = "linux")]
pub mod lab;
pub mod live;
pub mod plan;
pub mod provenance;
pub mod redis;
pub mod report;
pub mod schema;
pub mod secrets;
pub mod slots;
pub mod source;
pub mod topology;
pub mod validate;
pub mod yaml;
