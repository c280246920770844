//! Images: what can be pulled in the simulated world, and what its containers do.
//!
//! An image is one file here and one line in the registry below; a scenario declares more of them. What a container's
//! programs do is played by a [`Behavior`], or they really run on the container's [`Computer`].
//!
//! Invariant: nothing here knows of pods, nodes or the API server.

mod access_log;
mod api_client;
mod base;
mod behavior;
mod behaving;
mod greeting;
mod catalog;
mod computer;
mod conversation;
mod cpu_meter;
mod isolation;
mod process;
mod process_namespaces;
mod pushed;
mod reference;
mod userland;
mod web;
mod web_files;

mod agnhost;
mod agnhost_tools;
mod alpine;
mod app;
mod busybox;
mod control_plane;
mod curl;
mod debian;
mod gceme;
mod hello_app;
mod hpa_example;
mod httpd;
mod ingress_nginx;
mod jenkins;
mod kuard;
mod mongo;
mod mysql;
mod nginx;
mod node;
mod pause;
mod perl;
mod pod_volume;
mod postgres;
mod python;
mod really_there;
mod redis;
mod sql;
mod vpa_recommender;
mod wordpress;

pub use access_log::{Access, AccessFormat};
pub use pod_volume::{Payload, PodVolume, token_file};
pub use behavior::{Behavior, Binary, CommandBehavior, Contents, ExecRule, Exit, Image, Layer, Leaks, LogText, Serves};
pub use base::Base;
pub use catalog::{ImageCatalog, PullError};
pub use computer::Computer;
pub use isolation::{Below, Isolation, SharedMemory, namespace_number};
pub use process::{Disks, Ended, Exec, ExecEvent, ExecId, Line, LogLine, MountPoint, Mounted, Output, Spawned, StartError, Storage, Taken};
pub use process_namespaces::{Membership, OF_NODE, ProcessNamespaces};
pub use pushed::{Kept, Pushed};
pub use reference::Reference;

/// The registry: every image that comes with the program.
#[rustfmt::skip]
fn registry() -> Vec<Vec<Image>> {
    vec![
        agnhost::images(),
        alpine::images(),
        app::images(),
        busybox::images(),
        control_plane::images(),
        curl::images(),
        debian::images(),
        gceme::images(),
        hello_app::images(),
        hpa_example::images(),
        httpd::images(),
        ingress_nginx::images(),
        jenkins::images(),
        kuard::images(),
        mongo::images(),
        mysql::images(),
        nginx::images(),
        node::images(),
        pause::images(),
        perl::images(),
        postgres::images(),
        python::images(),
        redis::images(),
        vpa_recommender::images(),
        wordpress::images(),
    ]
}
