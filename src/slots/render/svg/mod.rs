//! Pictures of slots: scalable, self-contained, readable in light and dark, with the numbers behind every shape as its title.

mod canvas;
mod field;
mod flows;
mod heat;
mod legend;
mod map;
mod plan;

pub(super) use canvas::escape;
pub use heat::Heat;
pub use map::map_svg;
pub use plan::plan_svg;
