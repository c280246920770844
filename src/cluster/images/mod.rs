//! Images: what can be pulled in the simulated world, and what its containers do.
//!
//! An image is one file here and one line in the registry below; a scenario declares more of them. What a container's
//! programs do is played by a [`Behavior`], or they really run on the container's [`Computer`].
//!
//! Invariant: nothing here knows of pods, nodes or the API server.

mod base;
mod behavior;
mod behaving;
mod catalog;
mod computer;
mod cpu_meter;
mod process;
mod pushed;
mod reference;
mod web_files;

mod alpine;
mod auth;
mod busybox;
mod control_plane;
mod curl;
mod debian;
mod gceme;
mod hello;
mod hello_app;
mod httpd;
mod monolith;
mod nginx;
mod node;
mod pause;
mod python;
mod redis;

pub use behavior::{Behavior, CommandBehavior, Contents, ExecRule, Exit, Image, Layer, LogText, Serves};
pub use base::Base;
pub use catalog::{ImageCatalog, PullError};
pub use computer::Computer;
pub use process::{Disks, Ended, Exec, ExecEvent, ExecId, LogLine, MountPoint, Mounted, Output, Spawned, StartError, Storage, Taken};
pub use pushed::Pushed;
pub use reference::Reference;

/// The registry: every image that comes with the program.
#[rustfmt::skip]
fn registry() -> Vec<Vec<Image>> {
    vec![
        alpine::images(),
        auth::images(),
        busybox::images(),
        control_plane::images(),
        curl::images(),
        debian::images(),
        gceme::images(),
        hello::images(),
        hello_app::images(),
        httpd::images(),
        monolith::images(),
        nginx::images(),
        node::images(),
        pause::images(),
        python::images(),
        redis::images(),
    ]
}
