//! How a scheduler is told what to do: a KubeSchedulerConfiguration, the file that kube-scheduler is started with.
//!
//! It names the profiles (which plugins decide about the pods of which scheduler name, with which weights and
//! arguments), how many nodes are enough, and how long a pod that failed stays back. Everything that it leaves out has
//! the default of v1.36.

pub mod args;
mod args_validation;
mod assembling;
mod decoding;
mod plugin_sets;
mod scheduler_options;
#[cfg(test)]
mod tests;
mod types;
mod validation;

pub use scheduler_options::SchedulerConfiguration;
