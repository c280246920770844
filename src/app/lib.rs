//! The window on the cluster: Bevy draws the scene, egui the panels.
//!
//! Invariant: views read a [`model::Model`] and push [`model::Action`]s. Only `desk` calls the [`Session`], and nothing
//! here shows a state that the cluster is not in.
//!
//! Entry points: [`run`] opens the window, [`render`] draws one frame to a file.

mod desk;
mod error;
mod look;
pub mod model;
pub mod panels;
mod render;
pub mod scene;
mod session;
mod theme;
mod window;

pub use error::AppError;
pub use render::{Picture, render};
pub use session::Session;
pub use window::run;
