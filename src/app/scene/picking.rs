//! What is under the pointer. The scene is drawn from `SceneLayout`, so the same numbers answer a click exactly.

use bevy::prelude::*;

use super::layout::{PLATE, SceneLayout};
use super::projection::{UP, to_ground};
use crate::model::{ClusterView, ObjectRef};

/// The object drawn at this point of the picture: the nearest pod's token, else the plate.
pub fn pick(layout: &SceneLayout, view: &ClusterView, picture: Vec2) -> Option<ObjectRef> {
    let on_token = layout.pods.iter().filter(|pod| {
        // A token is a column: try its foot, its middle and its top.
        [0.0, 0.45, 0.9].into_iter().any(|share| {
            let at = picture - Vec2::new(0.0, share * pod.radius * UP);
            to_ground(at).distance(pod.center) <= pod.radius * 1.1
        })
    });
    // Of two that overlap in the picture the nearer one hides the other.
    if let Some(pod) = on_token.min_by(|a, b| a.center.y.total_cmp(&b.center.y)) {
        return view.pods.get(pod.index).map(|pod| pod.object());
    }
    let ground = to_ground(picture);
    let node = layout.nodes.iter().find(|node| {
        let from_center = (ground - node.center).abs();
        from_center.x + from_center.y <= PLATE
    })?;
    view.node(&node.name).map(|node| node.object())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Kind, NodeView, PodView};
    use crate::scene::Placement;
    use crate::scene::projection::project;

    #[test]
    fn a_point_finds_the_pod_on_top_then_the_plate_then_nothing() {
        let view = ClusterView {
            nodes: ["a", "b"].map(|name| NodeView { name: name.into(), ..NodeView::default() }).into(),
            pods: vec![PodView { name: "web".into(), uid: "1".into(), node: Some("b".into()), ..PodView::default() }],
            ..ClusterView::default()
        };
        let mut placement = Placement::default();
        placement.update(&view.pods);
        let layout = SceneLayout::new(&view, &placement, 1.5);
        let at = |ground: Vec2, height: f32| pick(&layout, &view, project(ground, height));
        let pod = &layout.pods[0];
        let node = layout.node("b").expect("laid out");
        assert_eq!(at(pod.center, pod.radius * 0.9), Some(ObjectRef::new(Kind::Pod, "", "web")));
        assert_eq!(at(node.center - Vec2::new(0.0, PLATE * 0.9), 0.0), Some(ObjectRef::new(Kind::Node, "", "b")));
        assert_eq!(at(layout.lane.center(), 0.0), None);
    }
}
