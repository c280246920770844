//! Images: what can be pulled in the simulated world, and what its containers do.
//!
//! An image is one file here and one line in the registry below; a scenario declares more of them. What a container's
//! main process does is behind the trait [`MainProcess`]: today a [`Behavior`] plays it, real programs can later.
//!
//! Invariant: nothing here knows of pods, nodes or the API server.

mod behavior;
mod behaving;
mod catalog;
mod cpu_meter;
mod process;
mod reference;

mod alpine;
mod auth;
mod busybox;
mod gceme;
mod hello;
mod hello_app;
mod httpd;
mod monolith;
mod nginx;
mod pause;
mod redis;

pub use behavior::{Behavior, CommandBehavior, ExecRule, Exit, Image, Layer, LogText, Serves};
pub use behaving::Behaving;
pub use catalog::{ImageCatalog, PullError};
pub(crate) use process::sleep_of;
pub use process::{Ended, Executed, LogLine, MainProcess, Output, Spawned, Taken};
pub use reference::Reference;

/// The registry: every image that comes with the program.
#[rustfmt::skip]
fn registry() -> Vec<Vec<Image>> {
    vec![
        alpine::images(),
        auth::images(),
        busybox::images(),
        gceme::images(),
        hello::images(),
        hello_app::images(),
        httpd::images(),
        monolith::images(),
        nginx::images(),
        pause::images(),
        redis::images(),
    ]
}
