//! Redis nodes against what Git wants of them: which nodes there are, what each is to be, and what differs on it.
//!
//! Pure: objects and entries of an environment go in, and what nodes answered; who asks them is `live`.

mod answers;
mod cluster;
mod compare;
mod credentials;
mod enterprise;
mod find;
mod generated;
mod health;
mod lines;
mod password;
mod replication;
mod sentinels;
mod settings;
mod status;
mod texts;
mod users;
mod wanted;
mod zones;

pub use answers::{Answer, Answers, Module, SentinelAnswers, WatchedMaster};
pub use cluster::unheard;
pub use compare::{Compared, compare};
pub use credentials::{Credentials, credentials, secret_text};
pub use find::{Found, find};
pub use status::{DatabaseStatus, NodeStatus, SentinelStatus, status};
pub use wanted::{
    Limit, Mode, Wanted, WantedImage, WantedNode, WantedPassword, WantedSentinel, WantedSentinels, WantedService,
    WantedSetting, WantedUser, Written,
};
