//! Why the app could not start or draw: each is one sentence that says what to do instead.

use std::path::PathBuf;

#[derive(Debug, thiserror::Error)]
pub enum AppError {
    #[error(
        "no display found, so no window can open: `podarium shell` gives the terminal alone, and `podarium render` draws a picture without a window"
    )]
    NoDisplay,
    #[error(
        "no graphics driver found (Vulkan or OpenGL): `podarium shell` works without one, and `podarium render` needs only the software driver that Debian calls mesa-vulkan-drivers"
    )]
    NoDriver,
    #[error("the picture could not be written to {path}: {reason}", path = path.display())]
    Write { path: PathBuf, reason: String },
    #[error("no picture came back from the graphics driver within {frames} frames")]
    NoPicture { frames: u32 },
    #[error("the app stopped: {0}")]
    Stopped(String),
}
