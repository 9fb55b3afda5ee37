//! `redisops secrets`, `build --secrets`: beside argocd-vault-plugin, and on the stores themselves.
#![allow(clippy::unwrap_used)]

#[cfg(feature = "aws")]
mod aws;
mod build;
mod corpus;
mod errors;
mod leaks;
#[path = "../../secrets/vault.rs"]
mod real;
mod real_vault;
mod sops;
mod stores;
pub mod support;
