//! The scenario as a lesson: its steps and how far they are.

use podarium_course::{Report, Shipped, Simulation, State, Timing, Try};

use crate::model::{LessonView, ObjectiveState, ObjectiveView, StepView};

pub(super) fn view(simulation: &Simulation) -> LessonView {
    let scenario = simulation.scenario();
    let reports = simulation.reports();
    let objective = |name: &str| {
        let report = reports.iter().find(|report| report.name == name);
        report.map(|report| shown(report, simulation))
    };
    let done = simulation.steps_done();
    let steps: Vec<StepView> = scenario
        .steps
        .iter()
        .enumerate()
        .map(|(index, step)| StepView {
            title: step.title.clone(),
            text: with_actions(&step.text, &step.tries),
            commands: step.tries.iter().filter_map(command).collect(),
            objective: objective(&step.done_when.0),
            done: index < done,
        })
        .collect();
    let of_steps: Vec<&str> = scenario.steps.iter().map(|step| step.done_when.0.as_str()).collect();
    let others = reports.iter().filter(|report| !of_steps.contains(&report.name.as_str()));
    LessonView {
        title: scenario.title.clone(),
        current: done,
        steps,
        objectives: others.map(|report| shown(report, simulation)).collect(),
    }
}

fn command(tries: &Try) -> Option<String> {
    match tries {
        Try::Command(line) => Some(line.clone()),
        Try::Action(_) => None,
    }
}

/// What to do outside the terminal stands below the text.
fn with_actions(text: &str, tries: &[Try]) -> String {
    let mut text = text.to_owned();
    for action in tries.iter().filter_map(|tries| match tries {
        Try::Action(action) => Some(&action.what),
        Try::Command(_) => None,
    }) {
        text.push_str(&format!("\n* {action}"));
    }
    text
}

fn shown(report: &Report, simulation: &Simulation) -> ObjectiveView {
    let all_the_time = || {
        let objective = simulation.scenario().objectives.iter().find(|objective| objective.name.0 == report.name);
        objective.is_some_and(|objective| matches!(objective.timing(), Timing::Always(_)))
    };
    ObjectiveView {
        name: report.title.clone().unwrap_or_else(|| report.name.clone()),
        state: match simulation.objective(&report.name) {
            Some(State::Met { .. }) => ObjectiveState::Met,
            Some(State::Failed { .. }) => ObjectiveState::Failed,
            Some(State::Open { .. }) if all_the_time() => ObjectiveState::Holding,
            _ => ObjectiveState::Open,
        },
        why: report.why.clone().unwrap_or_default(),
    }
}

/// The title of a shipped scenario, for the menu.
pub(super) fn title_of(shipped: &Shipped) -> String {
    let line = shipped.text.lines().find_map(|line| line.strip_prefix("title:"));
    line.map_or_else(|| shipped.name.to_owned(), |title| title.trim().trim_matches('"').to_owned())
}
