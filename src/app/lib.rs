//! The window on the cluster: Bevy draws the scene, egui the panels.
//!
//! Invariant: views read a [`model::Model`] and push [`model::Action`]s. Only `desk` calls the [`Session`], and nothing
//! here shows a state that the cluster is not in.
//!
//! Entry points: [`run`] opens the window, [`render`] draws one frame to a file.

mod desk;
mod error;
mod entry;
mod live;
mod look;
pub mod model;
pub mod panels;
mod render;
pub mod scene;
mod session;
mod theme;
mod window;

pub use entry::{render, run};
pub use error::AppError;
pub use live::Live;
pub use render::{Picture, draw_session};
pub use session::Session;
pub use window::open;
