//! What the scene means: this pod is drawn on that node, and a click where it is drawn finds it.

use bevy::prelude::*;

use super::nodes::Plate;
use super::pods::Token;
use super::{SceneLayout, pick};
use crate::desk::Desk;
use crate::model::{ClusterView, NodeView, PodView, Stage};

fn pod(name: &str, node: Option<&str>, stage: Stage) -> PodView {
    PodView { name: name.into(), uid: name.into(), node: node.map(Into::into), stage, ..PodView::default() }
}

fn cluster(pods: Vec<PodView>) -> ClusterView {
    let nodes = ["a", "b", "c"].map(|name| NodeView { name: name.into(), ready: true, ..NodeView::default() });
    ClusterView { nodes: nodes.into(), pods, ..ClusterView::default() }
}

/// The scene without window or graphics driver.
fn scene() -> App {
    let mut app = App::new();
    app.init_resource::<Assets<Mesh>>().init_resource::<Assets<ColorMaterial>>().init_resource::<Desk>();
    app.add_plugins(super::plugin);
    app
}

fn show(app: &mut App, view: ClusterView) {
    app.world_mut().resource_mut::<Desk>().model.snapshot.cluster = view;
    app.update();
}

/// Each token's pod and the node whose plate it stands on, found from where both are drawn.
fn drawn(app: &mut App) -> Vec<(String, Option<String>)> {
    let world = app.world_mut();
    let plates: Vec<(String, Vec2)> = world
        .query::<(&Plate, &Transform)>()
        .iter(world)
        .map(|(plate, at)| (plate.node.clone(), at.translation.truncate()))
        .collect();
    let mut tokens: Vec<(String, Option<String>)> = world
        .query::<(&Token, &Transform)>()
        .iter(world)
        .map(|(token, at)| {
            let under = plates.iter().find(|(_, center)| {
                let apart = (at.translation.truncate() - center).abs();
                apart.x + apart.y / super::projection::AWAY <= super::layout::PLATE
            });
            (token.uid.clone(), under.map(|(node, _)| node.clone()))
        })
        .collect();
    tokens.sort();
    tokens
}

#[test]
fn a_pod_is_drawn_on_its_node_and_moves_there_from_the_queue() {
    let mut app = scene();
    show(&mut app, cluster(vec![pod("web-1", Some("b"), Stage::Ready), pod("web-2", None, Stage::Pending)]));
    assert_eq!(drawn(&mut app), [("web-1".into(), Some("b".into())), ("web-2".into(), None)]);
    show(&mut app, cluster(vec![pod("web-1", Some("b"), Stage::Ready), pod("web-2", Some("c"), Stage::Pulling)]));
    assert_eq!(drawn(&mut app), [("web-1".into(), Some("b".into())), ("web-2".into(), Some("c".into()))]);
}

#[test]
fn a_pod_that_is_gone_is_drawn_no_more() {
    let mut app = scene();
    show(&mut app, cluster(vec![pod("web-1", Some("a"), Stage::Terminating), pod("web-2", Some("a"), Stage::Ready)]));
    show(&mut app, cluster(vec![pod("web-2", Some("a"), Stage::Ready)]));
    assert_eq!(drawn(&mut app), [("web-2".into(), Some("a".into()))]);
}

#[test]
fn a_stage_changes_the_token_and_nothing_else() {
    let mut app = scene();
    let mut look = |stage| {
        show(&mut app, cluster(vec![pod("web-1", Some("a"), stage)]));
        let world = app.world_mut();
        let (_, mesh, at) = world.query::<(&Token, &Mesh2d, &Transform)>().single(world).expect("one token");
        (mesh.0.id(), at.translation)
    };
    let (pulling, ready) = (look(Stage::Pulling), look(Stage::Ready));
    assert_ne!(pulling.0, ready.0);
    assert_eq!(pulling.1, ready.1);
}

#[test]
fn a_click_where_a_pod_is_drawn_finds_it() {
    let mut app = scene();
    let view = cluster(vec![pod("web-1", Some("a"), Stage::Ready), pod("web-2", Some("a"), Stage::Ready)]);
    show(&mut app, view.clone());
    let world = app.world_mut();
    let places: Vec<(String, Vec2)> = world
        .query::<(&Token, &Transform)>()
        .iter(world)
        .map(|(token, at)| (token.uid.clone(), at.translation.truncate()))
        .collect();
    let layout = app.world().resource::<SceneLayout>();
    for (uid, at) in places {
        assert_eq!(pick(layout, &view, at).map(|object| object.name), Some(uid));
    }
}
