//! Redis nodes: who may connect, where, and what they answer.

mod access;
mod activity;
mod address_map;
mod ask;
mod cluster;
mod cluster_error;
mod connection;
mod counts;
mod encrypted;
mod error;
mod facts;
mod newcomer;
mod ops;
mod risk_facts;
mod sample;
mod sentinel;
mod server_file;
mod survey;
mod tunnel;

pub use access::{Access, Former, FormerPassword, Tls};
pub use address_map::{AddressMap, NoMapping};
pub use ask::{Asked, ask, open};
pub use cluster::{Cluster, Member};
pub use cluster_error::ClusterError;
pub use connection::Connection;
pub use error::{NodeError, Trouble};
pub use newcomer::Newcomer;
pub use sample::SampleOptions;
pub use sentinel::ask_sentinel;
pub use survey::{Survey, SurveyOptions};
pub use tunnel::{About, Duplex, Opened, Tunnel};
