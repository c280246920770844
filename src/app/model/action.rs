//! What a person can ask for with a click, a key, a typed line or a dropped file.

use std::path::PathBuf;
use std::time::Duration;

use super::{ObjectRef, Speed};

/// One wish. Those about the cluster become recorded inputs of the session; `Select`, `Show` and `Dismiss` stay in the app.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Look at an object, or at nothing.
    Select(Option<ObjectRef>),
    /// Choose what the panel on the right says about the selected object.
    Show(Tab),
    /// Put the notice away.
    Dismiss,

    /// Delete the pod, as `kubectl delete pod` does.
    KillPod {
        namespace: String,
        name: String,
    },
    /// Mark the node as unschedulable, as `kubectl cordon` does.
    Cordon(String),
    Uncordon(String),
    /// Cordon the node and evict its pods, as `kubectl drain --ignore-daemonsets` does.
    Drain(String),
    /// Pull the plug: the kubelet and everything on the node stop at once.
    StopNode(String),
    StartNode(String),

    Pause,
    Resume,
    /// Go to the next moment at which something happens, and pause there.
    Step,
    /// Advance by this much virtual time, and pause there.
    StepBy(Duration),
    SetSpeed(Speed),

    LoadScenario(ScenarioSource),
    /// Start the loaded scenario again from its first moment.
    Restart,

    /// A line typed at the terminal's prompt.
    Type(String),
    /// Ctrl-C in the terminal.
    Interrupt,
    /// Ctrl-D in the terminal.
    EndOfInput,
    /// A new tab of the terminal, which comes to the front.
    OpenTab,
    SelectTab(usize),
    CloseTab(usize),
    /// The Tab key, with the cursor at this byte of the line.
    Complete {
        line: String,
        cursor: usize,
    },
    /// Open the browser, or put it away.
    ShowBrowser(bool),
    /// Go to an address; `trusting`: even if its certificate is not trusted.
    Browse {
        address: String,
        trusting: bool,
    },
    /// What the text in the editor has become.
    Edited(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScenarioSource {
    /// The name of a shipped scenario.
    Name(String),
    /// A file, chosen or dropped on the window.
    Path(PathBuf),
}

/// The things to read about a selected object.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tab {
    #[default]
    Summary,
    /// Why a pod is on its node, or on none.
    Scheduling,
    Events,
    Yaml,
}
