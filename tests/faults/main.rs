//! Faults in the middle of a slot migration, on clusters of real servers, under clients that remember every acknowledged write.
//!
//! Each fault is run as often as `REDISOPS_FAULT_RUNS` says (a few times where it says nothing); `make faults` runs all of them in full. With
//! `REDISOPS_FAULT_REPORT` a line for each fault is added to that file: what was run, and how much was checked.

#[path = "../../benches/cluster_tool/client.rs"]
#[allow(dead_code, reason = "shared with the benches")]
mod client;
mod conditions;
mod judge;
#[path = "../../benches/cluster_tool/proxy.rs"]
#[allow(dead_code, reason = "shared with the benches")]
mod proxy;
mod run;
mod servers;
#[path = "../redis/support/mod.rs"]
mod support;
mod tool;
mod workload;
