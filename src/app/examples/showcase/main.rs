//! Shows the app on hand-made clusters, without an engine: in a window, or as a picture.
//!
//! `cargo run -p podarium-app --example showcase -- [three|rollout|hundred|trouble] [OUT.png [WIDTHxHEIGHT [SELECTED [events|yaml|error]]]]`

mod by_hand;

use std::path::Path;

use by_hand::ByHand;
use podarium_app::model::{Action, Kind, ObjectRef, ScenarioSource, Tab};
use podarium_app::{Picture, Session, model};

fn main() -> Result<(), podarium_app::AppError> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let argument = |at: usize| arguments.get(at).map(String::as_str);
    let session = ByHand::named(argument(0).unwrap_or("three"));
    let Some(out) = argument(1) else { return podarium_app::open(session) };
    let size = argument(2).and_then(|size| size.split_once('x')).unwrap_or(("1600", "900"));
    let number = |text: &str| text.parse().unwrap_or(900);
    let mut actions = Vec::new();
    if let Some(name) = argument(3) {
        let (kind, namespace) = if name.starts_with("worker") { (Kind::Node, "") } else { (Kind::Pod, "default") };
        actions.push(Action::Select(Some(ObjectRef::new(kind, namespace, name))));
    }
    match argument(4) {
        Some("scheduling") => actions.push(Action::Show(Tab::Scheduling)),
        Some("events") => actions.push(Action::Show(Tab::Events)),
        Some("yaml") => actions.push(Action::Show(Tab::Yaml)),
        Some("error") => actions.push(Action::LoadScenario(ScenarioSource::Path("lab.yaml".into()))),
        _ => {}
    }
    let picture = Picture { width: number(size.0), height: number(size.1), actions };
    podarium_app::draw_session(session, &picture, Path::new(out))
}
