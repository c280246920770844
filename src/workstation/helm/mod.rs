//! helm, as a program for the simulated computer.
//!
//! Charts are rendered with Go's templates and sprig's functions, and applied as helm 4 does: by server-side apply, with
//! every revision kept as a Secret in helm's own format, so that a real helm reads what this one installed, and the
//! other way round. Output and errors are those of helm 4.2. What it lacks it says: `Error: not simulated: helm plugin`.
//!
//! Models: helm.sh/helm, v4.2.3.
//! Simplified: no plugins, registries (`oci://`), signatures, post-renderers; `--server-side=false` and
//! `helm dependency update` are refused.
//!
//! Where to look:
//! * `cmd/` has the commands; `command.rs` finds them and reads their flags.
//! * `chart.rs` and `values.rs` are what is rendered, `engine.rs` renders it, `functions/` is what templates can call.
//! * `manifest.rs` sorts what came out, `cluster.rs` applies it, `wait.rs` waits for it, `release.rs` keeps the books.

mod chart;
mod charts;
mod cluster;
mod cmd;
mod command;
mod engine;
mod functions;
mod manifest;
mod release;
mod repository;
mod scaffold;
mod schema;
mod time;
mod values;
mod wait;

pub use charts::repository as chart_repository;
pub use command::main;
