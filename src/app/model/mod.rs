//! What the app shows and what it asks for: plain values, free of Bevy and egui.
//!
//! Invariant: the scene and the panels read a [`Model`] and push [`Action`]s. Nothing here can reach the cluster.

mod action;
mod browser;
mod clock;
mod cluster;
mod details;
mod lesson;
mod stage;
mod terminal;
mod traffic;

pub use action::{Action, ScenarioSource, Tab};
pub use browser::{BrowserView, PageView, PlaceView, ShownView, SpanView};
pub use clock::{Clock, Speed};
pub use cluster::{
    ClusterView, ConditionView, DeploymentView, EventKind, EventView, Kind, NodeView, ObjectRef, PodView,
    ReplicaSetView, RollingBudget, VersionView, WorkloadView,
};
pub use details::{ContainerView, Details, NodeVerdictView, SchedulingView};
pub use lesson::{LessonView, ObjectiveState, ObjectiveView, ScenarioEntry, StepView};
pub use stage::Stage;
pub use terminal::{CandidateView, CompletionView, EditorView, Ink, LineKind, TerminalLine, TerminalView};
pub use traffic::{FlowView, GeneratorView, Leg, RequestView, ShareView, Spot, TrafficView};

/// What a [`Session`](crate::Session) shows at one moment.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    pub clock: Clock,
    pub cluster: ClusterView,
    pub traffic: TrafficView,
    pub lesson: LessonView,
    pub terminal: TerminalView,
    pub browser: BrowserView,
    /// The text that a program waits for, if one does.
    pub editor: Option<EditorView>,
    pub scenarios: Vec<ScenarioEntry>,
    /// More on the selected object, if something is selected and still exists.
    pub details: Option<Details>,
}

/// A snapshot, and what the person at the screen has chosen to look at.
#[derive(Clone, Debug, Default)]
pub struct Model {
    pub snapshot: Snapshot,
    pub selected: Option<ObjectRef>,
    pub tab: Tab,
    /// Whether the browser is open.
    pub browsing: bool,
    /// An error that the person should read, such as a scenario file with a mistake in line 12. Shown until dismissed.
    pub notice: Option<String>,
}

impl Model {
    pub fn is_selected(&self, object: &ObjectRef) -> bool {
        self.selected.as_ref() == Some(object)
    }
}
