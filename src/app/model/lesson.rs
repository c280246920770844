//! The loaded scenario as a small lesson, and the list of others to load.

#[derive(Clone, Debug, Default)]
pub struct LessonView {
    /// The scenario's title; empty when none is loaded.
    pub title: String,
    pub steps: Vec<StepView>,
    /// The first step that is not done; `steps.len()` when all are.
    pub current: usize,
    /// Objectives that belong to the scenario as a whole.
    pub objectives: Vec<ObjectiveView>,
}

#[derive(Clone, Debug, Default)]
pub struct StepView {
    pub title: String,
    /// Markdown.
    pub text: String,
    /// Command lines to try; a click types one into the terminal.
    pub commands: Vec<String>,
    pub objective: Option<ObjectiveView>,
    pub done: bool,
}

#[derive(Clone, Debug, Default)]
pub struct ObjectiveView {
    pub name: String,
    pub state: ObjectiveState,
    /// Why it is as it is: `2 of 3 ready`.
    pub why: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ObjectiveState {
    #[default]
    Open,
    /// It must hold all the time, and has held so far.
    Holding,
    Met,
    Failed,
}

impl ObjectiveState {
    pub fn word(self) -> &'static str {
        match self {
            ObjectiveState::Open => "not done",
            ObjectiveState::Holding => "holds so far",
            ObjectiveState::Met => "done",
            ObjectiveState::Failed => "failed",
        }
    }
}

/// A line of the scenario menu.
#[derive(Clone, Debug, Default)]
pub struct ScenarioEntry {
    pub name: String,
    pub title: String,
}
