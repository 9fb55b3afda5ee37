//! Tests on a real control plane of Kubernetes. `ci/test` starts one for all of them and names it in `REDISOPS_TEST_KUBECONFIG`; without it they
//! say so and end. Each takes a namespace of its own.

// A test that cannot go on fails, in its helpers too.
#![allow(clippy::unwrap_used)]

mod apply;
mod applying;
mod bad_input;
mod cut_off;
mod denied;
mod drift;
mod encrypted;
mod enterprise;
mod equal;
mod faults;
mod forward;
mod interrupted;
mod kubelet;
mod logins;
mod player;
mod proof;
mod ready;
mod refused;
mod rolling;
mod rotation;
mod secrets;
mod sentinels;
mod servers;
mod sets;
mod standing;
mod support;
mod systems;
mod volumes;
mod watch;
mod webhook;
mod whole;
mod zones;
