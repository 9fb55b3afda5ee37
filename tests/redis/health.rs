//! `slots check` and `slots fix` on every state that a tool, a crash or a hand can leave.

mod conflicts;
mod hand_overs;
mod keys;
mod nodes;
mod owners;
mod support;
