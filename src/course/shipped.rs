//! The scenarios that come with the program, embedded in it. A new scenario is one file and one line here.

use crate::{FileError, Scenario, load};

/// A scenario that comes with the program.
#[derive(Clone, Copy, Debug)]
pub struct Shipped {
    pub name: &'static str,
    pub text: &'static str,
}

/// Embeds files of the folder `scenarios/`, each with its path in it.
macro_rules! embedded {
    ($type:ident { $path:ident, $text:ident }, $suffix:literal: $($name:literal),* $(,)?) => {
        &[$($type { $path: $name, $text: include_str!(concat!("../../scenarios/", $name, $suffix)) }),*]
    };
}

/// In the order of the menu.
pub const SHIPPED: &[Shipped] = embedded!(Shipped { name, text }, ".yaml":
    "self-healing",
    "accidental-fourth-pod",
    "imperative-vs-declared",
    "labels",
    "rolling-update",
    "bad-rollout-and-undo",
    "node-failure",
    "control-plane",
    "probes",
    "configuration",
    "sidecar",
    "memory-limits",
    "eviction",
    "autoscaling",
    "cluster-autoscaler",
    "quotas-and-limits",
    "who-may-what",
    "pod-security",
    "load-balancing",
    "dns",
    "lost-requests",
    "canary",
    "blue-green",
    "jobs-and-cron-jobs",
    "drain-with-budget",
    "pending-and-why",
    "taints",
    "affinity-and-spreading",
    "preemption",
    "data-outlives-pod",
    "network-policies",
    "statefulset-or-deployment",
    "daemonset-and-new-node",
    "custom-resource",
    "course-deployments",
    "sandbox",
    "bare",
    "cloud-shell",
);

/// A file that shipped scenarios name.
#[derive(Clone, Copy, Debug)]
struct Beside {
    path: &'static str,
    text: &'static str,
}

const FILES: &[Beside] = embedded!(Beside { path, text }, "":
    "course/deployments/auth.yaml",
    "course/deployments/frontend.yaml",
    "course/deployments/hello.yaml",
    "course/frontend-needs.yaml",
    "course/nginx/frontend.conf",
    "course/services/auth.yaml",
    "course/services/frontend.yaml",
    "course/services/hello.yaml",
    "imperative-vs-declared/pod-1.yaml",
    "imperative-vs-declared/pod-2.yaml",
    "imperative-vs-declared/pod-3.yaml",
    "imperative-vs-declared/web.yaml",
    "blue-green/hello-blue.yaml",
    "blue-green/hello-green.yaml",
    "canary/hello-canary.yaml",
    "data-outlives-pod/claim.yaml",
    "data-outlives-pod/db.yaml",
    "labels/fleet.yaml",
    "lost-requests/hello-careful.yaml",
    "network-policies/deny-all.yaml",
    "network-policies/let-access-in.yaml",
    "rolling-update/hello.yaml",
    "rolling-update/hello-budget.yaml",
    "jobs-and-cron-jobs/report.yaml",
    "jobs-and-cron-jobs/broken.yaml",
    "jobs-and-cron-jobs/every-minute.yaml",
    "drain-with-budget/hello.yaml",
    "drain-with-budget/budget.yaml",
    "drain-with-budget/budget-strict.yaml",
);

/// The shipped scenario of that name.
pub fn shipped(name: &str) -> Option<Shipped> {
    SHIPPED.iter().find(|one| one.name == name).copied()
}

/// The text of a file in the embedded folder `scenarios/`, for [`load`].
///
/// # Errors
/// When there is no such file.
pub fn shipped_file(path: &str) -> Result<String, String> {
    let file = FILES.iter().find(|file| file.path == path);
    file.map(|file| file.text.to_string()).ok_or_else(|| "there is no such file".to_string())
}

impl Shipped {
    /// The name of its file in messages.
    pub fn file(&self) -> String {
        format!("scenarios/{}.yaml", self.name)
    }

    /// Loads it.
    ///
    /// # Errors
    /// None, as a test shows for all of them; the type is that of every other scenario's loading.
    pub fn load(&self) -> Result<Scenario, Vec<FileError>> {
        load(&self.file(), self.text, shipped_file)
    }
}
