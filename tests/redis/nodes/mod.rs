//! `redisops diff ENV --redis-only` and `redisops redis status` against servers that stand in for pods.

mod apply;
mod cluster;
mod configuration;
mod faults;
mod grow;
mod health;
mod killed;
mod stage;
mod topology;
