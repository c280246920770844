//! What can come from outside: a typed line, a click. Every input is data, so that it can be recorded and played again.

use serde::{Deserialize, Serialize};

/// One act of the person at the screen, or of the scenario in a person's place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Input {
    /// A line typed on the student's terminal.
    Type(String),
    /// Ctrl-C on the student's terminal.
    Interrupt,
    /// Ctrl-D on the student's terminal.
    EndOfInput,
    /// Deletes a pod, as `kubectl delete pod` does. Without a grace period the pod's own counts.
    DeletePod { namespace: String, name: String, grace_seconds: Option<i64> },
    /// Kills the main process of a container. An empty container name means the first one.
    KillProcess { namespace: String, pod: String, container: String, exit_code: i32 },
    Cordon { node: String },
    Uncordon { node: String },
    /// Cordons the node and evicts its pods, as `kubectl drain` does.
    Drain { node: String },
    /// Switches a machine off without a warning.
    StopNode { node: String },
    StartNode { node: String },
    /// Cuts a machine off the network; its containers go on running.
    CutOffNode { node: String },
    ReconnectNode { node: String },
    /// A command of the instructor, run beside the student's terminal; what it prints becomes a note if it fails.
    Command { argv: Vec<String>, stdin: String },
}
