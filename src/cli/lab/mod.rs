//! Labs as commands see them: found by their folders, shown as tables.

mod arguments;
mod table;

pub use arguments::{layout, open};
pub use table::{parting, status_table};
