//! Clusters and plans as people see them: text for terminals, Markdown for pull requests, pictures.
//!
//! Pure: values in, text out.

mod after;
mod columns;
mod figures;
mod html;
mod map_text;
mod marks;
mod names;
mod numbers;
mod plan_facts;
mod plan_markdown;
mod plan_text;
mod svg;

pub use after::after;
pub use figures::{Activity, Balances, MasterFigures, ReplicaFigures, SlotMap, Spread};
pub(crate) use html::{Column, Holds, Page};
pub use html::{map_html, plan_html};
pub use map_text::{map_text, plan_maps_text};
pub use numbers::{bytes, count, duration, percent};
pub use plan_markdown::plan_markdown;
pub use plan_text::plan_text;
pub use svg::{Heat, map_svg, plan_svg};
