//! Panels as a screen reader meets them: what they say, and what a click asks for.

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;

use super::*;
use crate::model::{
    Action, BrowserView, CandidateView, Clock, ClusterView, CompletionView, DeploymentView, Details, EditorView, EventKind, EventView,
    GeneratorView, Kind, LessonView, Model, NodeVerdictView, NodeView, ObjectRef, ObjectiveState, ObjectiveView, PageView, PlaceView,
    PodView, RollingBudget, ScenarioEntry, ScenarioSource, SchedulingView, ShareView, ShownView, Snapshot, SpanView, Speed, Stage,
    StepView, Tab, TerminalView, WorkloadView,
};
use crate::scene::{Placement, SceneLayout, SceneView};

type Panel = fn(&mut egui::Ui, &Model, &mut Vec<Action>);

struct Shown {
    model: Model,
    actions: Vec<Action>,
}

fn show(panel: Panel, model: Model) -> Harness<'static, Shown> {
    let shown = Shown { model, actions: Vec::new() };
    let mut harness = Harness::builder()
        .with_size(egui::vec2(1200.0, 700.0))
        .build_ui_state(move |ui, shown: &mut Shown| panel(ui, &shown.model, &mut shown.actions), shown);
    theme::apply(&harness.ctx);
    harness.run();
    harness
}

fn asked(mut harness: Harness<'static, Shown>, label: &str) -> Vec<Action> {
    harness.get_by_label(label).click();
    harness.run();
    std::mem::take(&mut harness.state_mut().actions)
}

fn pod(name: &str, node: &str, stage: Stage) -> PodView {
    PodView {
        namespace: "default".into(),
        name: name.into(),
        uid: name.into(),
        node: Some(node.into()),
        stage,
        status: "Running".into(),
        ..PodView::default()
    }
}

fn cluster() -> ClusterView {
    ClusterView {
        nodes: vec![
            NodeView { name: "worker-1".into(), ready: true, ..NodeView::default() },
            NodeView { name: "worker-2".into(), unschedulable: true, stopped: true, ..NodeView::default() },
        ],
        pods: vec![pod("web-1", "worker-1", Stage::Ready), pod("web-2", "worker-2", Stage::Unknown)],
        deployments: vec![DeploymentView {
            namespace: "default".into(),
            name: "web".into(),
            desired: 4,
            current: 5,
            updated: 2,
            ready: 3,
            available: 3,
            rolling: Some(RollingBudget {
                max_surge: 1,
                max_unavailable: 1,
                max_surge_text: "25%".into(),
                max_unavailable_text: "25%".into(),
            }),
            ..DeploymentView::default()
        }],
        ..ClusterView::default()
    }
}

fn model() -> Model {
    Model { snapshot: Snapshot { cluster: cluster(), ..Snapshot::default() }, ..Model::default() }
}

fn selecting(kind: Kind, name: &str) -> Model {
    let namespace = if kind == Kind::Node { "" } else { "default" };
    let object = ObjectRef::new(kind, namespace, name);
    let owners = vec![
        ObjectRef::new(Kind::ReplicaSet, "default", "web-abc"),
        ObjectRef::new(Kind::Deployment, "default", "web"),
    ];
    let mut model = model();
    model.snapshot.details =
        Some(Details { object: object.clone(), owners, yaml: "kind: Pod".into(), ..Details::default() });
    model.selected = Some(object);
    model
}

#[test]
fn the_time_bar_runs_pauses_steps_and_changes_speed() {
    let paused = |paused| {
        let mut model = model();
        model.snapshot.clock = Clock { paused, ..Clock::default() };
        model
    };
    assert_eq!(asked(show(time_bar_ui, paused(false)), "Pause (Space)"), [Action::Pause]);
    assert_eq!(asked(show(time_bar_ui, paused(true)), "Run (Space)"), [Action::Resume]);
    assert_eq!(asked(show(time_bar_ui, paused(true)), "Step to the next event (.)"), [Action::Step]);
    assert_eq!(asked(show(time_bar_ui, paused(false)), "0.1×"), [Action::SetSpeed(Speed::Tenths(1))]);
    assert_eq!(asked(show(time_bar_ui, paused(false)), "max"), [Action::SetSpeed(Speed::Max)]);
}

#[test]
fn a_pod_is_killed_with_its_button() {
    let asked = asked(show(inspector_ui, selecting(Kind::Pod, "web-1")), "Kill (K)");
    assert_eq!(asked, [Action::KillPod { namespace: "default".into(), name: "web-1".into() }]);
}

#[test]
fn the_owner_chain_leads_to_the_deployment() {
    let harness = show(inspector_ui, selecting(Kind::Pod, "web-1"));
    harness.get_by_label("ReplicaSet web-abc");
    assert_eq!(
        asked(harness, "Deployment web"),
        [Action::Select(Some(ObjectRef::new(Kind::Deployment, "default", "web")))]
    );
}

#[test]
fn a_node_is_cordoned_drained_and_switched_off_and_on() {
    let node = |name| show(inspector_ui, selecting(Kind::Node, name));
    assert_eq!(asked(node("worker-1"), "Cordon (C)"), [Action::Cordon("worker-1".into())]);
    assert_eq!(asked(node("worker-1"), "Drain (D)"), [Action::Drain("worker-1".into())]);
    assert_eq!(asked(node("worker-1"), "Switch off"), [Action::StopNode("worker-1".into())]);
    assert_eq!(asked(node("worker-2"), "Uncordon (C)"), [Action::Uncordon("worker-2".into())]);
    assert_eq!(asked(node("worker-2"), "Switch on"), [Action::StartNode("worker-2".into())]);
}

#[test]
fn the_scheduler_says_why_about_each_node() {
    let mut model = selecting(Kind::Pod, "web-1");
    model.tab = Tab::Scheduling;
    let node = |node: &str| NodeVerdictView { node: node.into(), ..NodeVerdictView::default() };
    let scheduling = SchedulingView {
        outcome: "went to worker-1".into(),
        scheduled: true,
        nodes: vec![
            NodeVerdictView { chosen: true, scores: vec![("ImageLocality".into(), 40)], total: 40, ..node("worker-1") },
            NodeVerdictView { objections: vec!["NodeUnschedulable: node(s) were unschedulable".into()], ..node("worker-2") },
        ],
    };
    model.snapshot.details.as_mut().expect("something is selected").scheduling = Some(scheduling);
    let harness = show(inspector_ui, model);
    for text in ["went to worker-1", "score 40", "ImageLocality 40", "NodeUnschedulable: node(s) were unschedulable"] {
        harness.get_by_label(text);
    }
}

#[test]
fn a_text_is_edited_and_saved_or_left() {
    let editing = || {
        let editor = Some(EditorView { name: "kubectl-edit-1.yaml".into(), text: "replicas: 3\n".into() });
        Model { snapshot: Snapshot { editor, ..model().snapshot }, ..model() }
    };
    let mut harness = show(editor_ui, editing());
    harness.get_by_label("Text").focus();
    harness.run();
    harness.get_by_label("Text").type_text("# mine\n");
    harness.run();
    let saved = asked(harness, "Save and close (Ctrl+S)");
    let [Action::Edited(text)] = &saved[..] else { panic!("{saved:?}") };
    assert!(text.contains("# mine") && text.contains("replicas: 3"), "{text:?}");
    assert_eq!(asked(show(editor_ui, editing()), "Leave as it was (Esc)"), [Action::Edited("replicas: 3\n".into())]);
}

#[test]
fn a_node_has_no_scheduling_to_show() {
    let mut model = selecting(Kind::Node, "worker-1");
    model.tab = Tab::Scheduling;
    let harness = show(inspector_ui, model);
    assert!(harness.query_by_label("Scheduling").is_none());
    harness.get_by_label("Summary");
}

#[test]
fn what_no_longer_exists_says_so() {
    let mut model = selecting(Kind::Pod, "web-1");
    model.snapshot.details = None;
    show(inspector_ui, model).get_by_label("This Pod no longer exists.");
}

#[test]
fn a_deployment_shows_its_numbers_and_its_rolling_budget() {
    let harness = show(deployments_ui, model());
    for label in ["web desired 4", "web current 5", "web updated 2", "web ready 3"] {
        harness.get_by_label(label);
    }
    harness.get_by_label("5 pods, at most 5 = 4 + maxSurge 25%");
    harness.get_by_label("3 available, at least 3 = 4 − maxUnavailable 25%");
}

#[test]
fn an_event_leads_to_its_object() {
    let mut model = model();
    let object = ObjectRef::new(Kind::Pod, "default", "web-1");
    let event =
        |reason: &str, kind| EventView { reason: reason.into(), kind, about: object.to_string(), object: Some(object.clone()), ..EventView::default() };
    model.snapshot.cluster.events = vec![event("Unhealthy", EventKind::Warning)];
    assert_eq!(asked(show(events_ui, model), "Pod web-1"), [Action::Select(Some(object))]);
}

#[test]
fn the_feed_can_be_cut_down_to_warnings() {
    let mut model = model();
    let event = |reason: &str, kind| EventView { reason: reason.into(), kind, ..EventView::default() };
    model.snapshot.cluster.events = vec![event("Started", EventKind::Normal), event("Unhealthy", EventKind::Warning)];
    let mut harness = show(events_ui, model);
    harness.get_by_label("Started");
    harness.get_by_label("Warnings only").click();
    harness.run();
    assert!(harness.query_by_label("Started").is_none());
    harness.get_by_label("Unhealthy");
}

#[test]
fn steps_say_what_is_done_and_type_their_commands() {
    let objective = ObjectiveView { name: "3 ready".into(), state: ObjectiveState::Met, why: String::new() };
    let mut model = model();
    model.snapshot.lesson = LessonView {
        title: "Self-healing".into(),
        current: 1,
        steps: vec![
            StepView { title: "Look".into(), done: true, ..StepView::default() },
            StepView {
                title: "Kill".into(),
                commands: vec!["kubectl get pods".into()],
                objective: Some(objective),
                ..StepView::default()
            },
        ],
        ..LessonView::default()
    };
    let harness = show(steps_ui, model);
    harness.get_by_label("Step 1: Look, done");
    harness.get_by_label("Step 2: Kill, not done");
    harness.get_by_label("Objective 3 ready: done");
    assert_eq!(asked(harness, "Run kubectl get pods"), [Action::Type("kubectl get pods".into())]);
}

#[test]
fn the_terminal_types_a_line_and_recalls_it() {
    let mut model = model();
    model.snapshot.terminal =
        TerminalView { prompt: "$ ".into(), history: vec!["kubectl get nodes".into()], ..TerminalView::default() };
    let mut harness = show(terminal_ui, model);
    harness.get_by_label("Terminal line").focus();
    harness.run();
    harness.key_press(egui::Key::ArrowUp);
    harness.run();
    harness.key_press(egui::Key::Enter);
    harness.run();
    assert_eq!(harness.state().actions, [Action::Type("kubectl get nodes".into())]);
}

fn typing(text: &str, terminal: TerminalView) -> Harness<'static, Shown> {
    let mut model = model();
    model.snapshot.terminal = terminal;
    let mut harness = show(terminal_ui, model);
    harness.get_by_label("Terminal line").focus();
    harness.run();
    harness.get_by_label("Terminal line").type_text(text);
    harness.run();
    harness
}

fn offered(line: &str, from: usize, texts: &[&str]) -> CompletionView {
    let candidates = texts.iter().map(|text| CandidateView { text: (*text).into(), about: String::new() }).collect();
    CompletionView { line: line.into(), from, candidates }
}

#[test]
fn the_tab_key_completes_a_word_and_offers_several() {
    let mut harness = typing("kubectl get po", TerminalView::default());
    harness.key_press(egui::Key::Tab);
    harness.run();
    assert_eq!(std::mem::take(&mut harness.state_mut().actions), [Action::Complete { line: "kubectl get po".into(), cursor: 14 }]);
    harness.state_mut().model.snapshot.terminal.completion = Some(offered("kubectl get po", 12, &["pods", "podtemplates"]));
    harness.run();
    harness.get_by_label("Complete podtemplates");
    harness.get_by_label("Complete pods").click();
    harness.run();
    harness.key_press(egui::Key::Enter);
    harness.run();
    assert_eq!(harness.state().actions, [Action::Type("kubectl get pods ".into())]);
}

#[test]
fn an_answer_about_another_line_is_not_taken() {
    let mut harness = typing("kubectl get po", TerminalView::default());
    harness.state_mut().model.snapshot.terminal.completion = Some(offered("kubectl get po", 12, &["pods"]));
    harness.run();
    harness.key_press(egui::Key::Enter);
    harness.run();
    assert_eq!(harness.state().actions, [Action::Type("kubectl get po".into())]);
}

#[test]
fn several_lines_that_are_pasted_are_typed_one_by_one() {
    let mut harness = typing("a", TerminalView::default());
    harness.event(egui::Event::Paste("b\ncd\ne".into()));
    harness.run();
    harness.key_press(egui::Key::Enter);
    harness.run();
    assert_eq!(harness.state().actions, ["ab", "cd", "e"].map(|line| Action::Type(line.into())));
}

#[test]
fn tabs_are_opened_chosen_and_closed() {
    let tabs = || {
        let mut model = model();
        model.snapshot.terminal = TerminalView { tabs: vec!["bash".into(), "kubectl".into()], ..TerminalView::default() };
        show(terminal_ui, model)
    };
    assert_eq!(asked(tabs(), "Tab 2: kubectl"), [Action::SelectTab(1)]);
    assert_eq!(asked(tabs(), "Close tab 2"), [Action::CloseTab(1)]);
    assert_eq!(asked(tabs(), "New tab (Ctrl+Shift+T)"), [Action::OpenTab]);
}

fn browser(shown: ShownView) -> Harness<'static, Shown> {
    let mut model = model();
    model.browsing = true;
    let places = vec![PlaceView { name: "web".into(), address: "http://10.0.1.1:30080/".into() }];
    model.snapshot.browser = BrowserView { address: "http://10.0.1.1:30080/old".into(), shown, places };
    let mut harness = show(browser_ui, model);
    harness.run();
    harness
}

#[test]
fn the_browser_goes_where_it_is_sent() {
    let to = |address: &str, trusting| Action::Browse { address: address.into(), trusting };
    assert_eq!(asked(browser(ShownView::Nothing), "Open web at http://10.0.1.1:30080/"), [to("http://10.0.1.1:30080/", false)]);
    assert_eq!(asked(browser(ShownView::Loading), "Reload"), [to("http://10.0.1.1:30080/old", false)]);
    assert_eq!(asked(browser(ShownView::Untrusted("self-signed".into())), "Go on all the same"), [to("http://10.0.1.1:30080/old", true)]);
    let link = SpanView { text: "on".into(), link: Some("http://10.0.1.1:30080/on".into()), ..SpanView::default() };
    let page = PageView { status: "HTTP/1.1 200 OK".into(), lines: vec![vec![link]], ..PageView::default() };
    let harness = browser(ShownView::Page(page.into()));
    harness.get_by_label("HTTP/1.1 200 OK");
    assert_eq!(asked(harness, "on"), [to("http://10.0.1.1:30080/on", false)]);
    browser(ShownView::Failed("curl: (7) Failed to connect".into())).get_by_label("curl: (7) Failed to connect");
}

#[test]
fn the_menu_loads_a_scenario() {
    let mut model = model();
    model.snapshot.scenarios = vec![ScenarioEntry { name: "self-healing".into(), title: "Self-healing".into() }];
    let mut harness = show(scenarios_ui, model);
    harness.get_by_label_contains("Scenarios").click();
    harness.run();
    assert_eq!(asked(harness, "Self-healing"), [Action::LoadScenario(ScenarioSource::Name("self-healing".into()))]);
}

fn whole_window(model: Model) -> Harness<'static, Shown> {
    let mut placement = Placement::default();
    placement.update(&model.snapshot.cluster.pods);
    let layout = SceneLayout::new(&model.snapshot.cluster, &placement, 1.6);
    let mut view = SceneView::default();
    let shown = Shown { model, actions: Vec::new() };
    let mut harness = Harness::builder().with_size(egui::vec2(1600.0, 900.0)).build_ui_state(
        move |ui, shown: &mut Shown| window_ui(ui, &shown.model, &layout, &mut view, &mut shown.actions),
        shown,
    );
    theme::apply(&harness.ctx);
    harness.run();
    harness
}

#[test]
fn the_scene_names_its_nodes_and_their_states() {
    let harness = whole_window(model());
    harness.get_by_label("node worker-1: Ready, 1 pods");
    harness.get_by_label("node worker-2: NotReady,SchedulingDisabled, 1 pods");
    harness.get_by_label("ready ×1");
    harness.get_by_label("unknown ×1");
}

#[test]
fn keys_kill_the_selected_pod_and_pause() {
    let mut harness = whole_window(selecting(Kind::Pod, "web-1"));
    let kill = Action::KillPod { namespace: "default".into(), name: "web-1".into() };
    for (key, wanted) in [(egui::Key::K, kill.clone()), (egui::Key::Delete, kill), (egui::Key::Space, Action::Pause)] {
        harness.key_press(key);
        harness.run();
        assert_eq!(std::mem::take(&mut harness.state_mut().actions), [wanted]);
    }
}

#[test]
fn keys_are_the_terminals_while_a_line_is_typed() {
    let mut harness = whole_window(selecting(Kind::Pod, "web-1"));
    harness.get_by_label("Terminal line").focus();
    harness.run();
    harness.key_press(egui::Key::K);
    harness.run();
    assert_eq!(harness.state().actions, []);
}

#[test]
fn an_error_stays_until_it_is_dismissed() {
    let mut model = model();
    model.notice = Some("lab.yaml:12: unknown field `replica`".into());
    let harness = whole_window(model);
    harness.get_by_label("lab.yaml:12: unknown field `replica`");
    assert_eq!(asked(harness, "Dismiss"), [Action::Dismiss]);
}

#[test]
fn a_load_generator_says_how_its_requests_end() {
    let mut model = model();
    model.snapshot.traffic.generators = vec![GeneratorView {
        name: "users".into(),
        target: "web:80".into(),
        sent: 120,
        success_percent: Some(97.5),
        failures: vec![("refused".into(), 3)],
        shares: vec![ShareView { name: "2.0".into(), version: None, percent: 25.0 }],
        ..GeneratorView::default()
    }];
    let harness = show(|ui, model, _| traffic_ui(ui, model), model);
    for label in ["users sent 120", "users succeed 97.5%", "users answers from 2.0 25%", "Failed since the start: 3 refused"] {
        harness.get_by_label(label);
    }
}

#[test]
fn a_stateful_set_is_shown_with_its_columns_and_selected_by_its_name() {
    let object = ObjectRef::new(Kind::StatefulSet, "default", "db");
    let mut model = model();
    model.snapshot.cluster.workloads =
        vec![WorkloadView { object: object.clone(), columns: vec![("Ready".into(), "2/3".into())], versions: Vec::new(), desired: Some(3), ready: 2 }];
    let harness = show(workloads_ui, model);
    harness.get_by_label("2 of 3 ready");
    harness.get_by_label("Ready 2/3");
    assert_eq!(asked(harness, "StatefulSet db"), [Action::Select(Some(object))]);
}
