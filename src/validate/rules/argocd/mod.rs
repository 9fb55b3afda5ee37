//! Applications of Argo CD.

mod application_path;

pub use application_path::ApplicationPath;
