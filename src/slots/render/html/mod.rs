//! Pages of one file: no scripts, nothing from the network, readable on paper, in light and dark.

mod map_page;
mod page;
mod plan_page;

pub use map_page::map_html;
pub(crate) use page::{Column, Holds, Page};
pub use plan_page::plan_html;
