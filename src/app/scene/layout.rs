//! Where nodes and pods are on the ground. Plates are squares seen over a corner; laid like bricks they fill a rectangle
//! without gaps, so three nodes are large and a hundred still fit.

use bevy::prelude::*;

use super::camera::SceneView;
use super::placement::Placement;
use super::projection::{AWAY, UP, project};
use crate::desk::Desk;
use crate::model::ClusterView;

/// Half the diagonal of a plate, in ground units. All else is measured against it.
pub const PLATE: f32 = 100.0;
/// How thick a plate is.
pub const THICKNESS: f32 = 13.0;
/// Free ground between plates, along `u`.
const GAP_ACROSS: f32 = 18.0;
/// The share of a plate that pods stand on. The rest is an apron along the two front sides; the node's name is on its corner.
const PODS_SHARE: f32 = 0.80;
/// Rows of a full grid that plates are divided in: quantised, so that a single new pod seldom rescales them all.
const GRIDS: [usize; 7] = [3, 4, 5, 6, 8, 11, 16];

#[derive(Clone, Debug, PartialEq)]
pub struct NodePlace {
    pub name: String,
    pub center: Vec2,
}

#[derive(Clone, Debug, PartialEq)]
pub struct PodPlace {
    /// Index into the view's pods.
    pub index: usize,
    pub uid: String,
    pub node: Option<String>,
    pub center: Vec2,
    pub radius: f32,
}

/// The whole arrangement; equal inputs give equal layouts.
#[derive(Resource, Clone, Debug, Default)]
pub struct SceneLayout {
    pub nodes: Vec<NodePlace>,
    pub pods: Vec<PodPlace>,
    /// Slots along one side of a plate.
    pub grid: usize,
    /// What the picture has to show, in picture coordinates.
    pub bounds: Rect,
    /// The strip of the scheduling queue on the ground.
    pub lane: Rect,
}

impl SceneLayout {
    /// `aspect` is width by height of the room for the picture.
    pub fn new(view: &ClusterView, placement: &Placement, aspect: f32) -> SceneLayout {
        let names = view.nodes.iter().map(|node| node.name.as_str());
        let centers = brick_centers(view.nodes.len(), aspect);
        let grid = grid_for(placement.deepest());
        let nodes: Vec<NodePlace> =
            names.zip(&centers).map(|(name, center)| NodePlace { name: name.into(), center: *center }).collect();
        let spread = spread_of(&centers);
        let lane = lane_behind(spread);
        let mut layout = SceneLayout { grid, lane, nodes, ..SceneLayout::default() };
        layout.pods = layout.place_pods(view, placement);
        let near = project(Vec2::new(spread.min.x, spread.min.y), -THICKNESS - 6.0);
        let far = project(lane.max, 12.0);
        layout.bounds = Rect::new(near.x, near.y, far.x, far.y);
        layout
    }

    pub fn node(&self, name: &str) -> Option<&NodePlace> {
        self.nodes.iter().find(|node| node.name == name)
    }

    fn place_pods(&self, view: &ClusterView, placement: &Placement) -> Vec<PodPlace> {
        let slots = slot_offsets(self.grid);
        let radius = token_radius(self.grid);
        let nodes: std::collections::BTreeMap<&str, Vec2> =
            self.nodes.iter().map(|node| (node.name.as_str(), node.center)).collect();
        let queue = QueueSlots::new(self.lane, placement.queued(), radius);
        let places = view.pods.iter().enumerate().filter_map(|(index, pod)| {
            let slot = placement.slot(pod)?;
            let (center, radius) = match &pod.node {
                Some(node) => (*nodes.get(node.as_str())? + *slots.get(slot)?, radius),
                None => (queue.center(slot), queue.radius),
            };
            Some(PodPlace { index, uid: pod.uid.clone(), node: pod.node.clone(), center, radius })
        });
        places.collect()
    }
}

/// The smallest offered grid whose square has room for `pods`; beyond the last, whatever is needed.
fn grid_for(pods: usize) -> usize {
    GRIDS.into_iter().find(|grid| grid * grid >= pods).unwrap_or_else(|| (pods as f32).sqrt().ceil() as usize)
}

/// Distance between neighbouring slots along a side of the plate.
fn slot_pitch(grid: usize) -> f32 {
    let side = PLATE * std::f32::consts::SQRT_2 * PODS_SHARE;
    side / grid as f32
}

pub fn token_radius(grid: usize) -> f32 {
    slot_pitch(grid) * 0.41
}

/// Offsets of a plate's slots from its centre, in the order in which pods take them: from the middle outwards.
pub fn slot_offsets(grid: usize) -> Vec<Vec2> {
    let pitch = slot_pitch(grid) * std::f32::consts::FRAC_1_SQRT_2;
    let middle = (grid as f32 - 1.0) / 2.0;
    let mut cells: Vec<(f32, f32)> =
        (0..grid * grid).map(|cell| ((cell / grid) as f32 - middle, (cell % grid) as f32 - middle)).collect();
    // Ties go to the side away from the viewer first, then left; rounding keeps the order free of float noise.
    let key = |(a, b): (f32, f32)| {
        (((a * a + b * b) * 4.0).round() as i32, ((a + b) * 2.0).round() as i32, ((a - b) * 2.0).round() as i32)
    };
    cells.sort_by_key(|cell| key(*cell));
    let back = Vec2::new(0.0, PLATE * (1.0 - PODS_SHARE) * 0.8);
    cells.into_iter().map(|(a, b)| back + Vec2::new((a - b) * pitch, -(a + b) * pitch)).collect()
}

/// Centres of `count` plates in rows of alternating length, `columns` and `columns - 1`, with the number of columns
/// that leaves the plates largest in a picture of this aspect.
fn brick_centers(count: usize, aspect: f32) -> Vec<Vec2> {
    let best = (1..=count.max(1))
        .map(|columns| bricks(count, columns))
        .max_by(|a, b| scale(a, aspect).total_cmp(&scale(b, aspect)));
    best.unwrap_or_default()
}

fn bricks(count: usize, columns: usize) -> Vec<Vec2> {
    let step = Vec2::new(2.0 * PLATE + GAP_ACROSS, PLATE + (GAP_ACROSS / 2.0 + THICKNESS * UP) / AWAY);
    let mut centers = Vec::with_capacity(count);
    let mut row = 0;
    while centers.len() < count {
        let length = if row % 2 == 0 || columns == 1 { columns } else { columns - 1 };
        let length = length.min(count - centers.len());
        let v = -(row as f32) * if columns == 1 { 2.0 * step.y } else { step.y };
        centers.extend((0..length).map(|column| Vec2::new((column as f32 - (length as f32 - 1.0) / 2.0) * step.x, v)));
        row += 1;
    }
    // A short last row keeps to the bricks: it is shifted by half a plate when its length has the wrong parity.
    let last: Vec<usize> = (0..count).filter(|at| centers[*at].y == centers[count - 1].y).collect();
    let full = if (row - 1) % 2 == 0 { columns } else { columns.saturating_sub(1).max(1) };
    if row > 1 && columns > 1 && last.len() % 2 != full % 2 {
        for at in last {
            centers[at].x -= step.x / 2.0;
        }
    }
    centers
}

fn scale(centers: &[Vec2], aspect: f32) -> f32 {
    let spread = spread_of(centers);
    let lane = lane_behind(spread);
    let width = spread.width();
    let height = (lane.max.y - spread.min.y) * AWAY + (THICKNESS + 18.0) * UP;
    (aspect / width).min(1.0 / height)
}

fn spread_of(centers: &[Vec2]) -> Rect {
    let mut spread = Rect::from_center_half_size(centers.first().copied().unwrap_or_default(), Vec2::splat(PLATE));
    for center in centers {
        spread = spread.union(Rect::from_center_half_size(*center, Vec2::splat(PLATE)));
    }
    spread
}

/// The queue's strip lies behind the plates.
fn lane_behind(spread: Rect) -> Rect {
    let width = spread.width().max(2.6 * PLATE);
    let depth = (width * 0.06).clamp(44.0, 120.0);
    let near = spread.max.y + depth * 0.3;
    Rect::from_corners(Vec2::new(-width / 2.0, near), Vec2::new(width / 2.0, near + depth))
}

/// Places in the queue: from the left, in as many rows as it takes.
struct QueueSlots {
    start: Vec2,
    pitch: Vec2,
    columns: usize,
    radius: f32,
}

impl QueueSlots {
    fn new(lane: Rect, count: usize, token: f32) -> QueueSlots {
        let width = lane.width() * 0.96;
        let mut rows = 1;
        loop {
            let depth = lane.height() * 0.9 / rows as f32;
            let radius = (depth * 0.40).min(token.max(PLATE * 0.3));
            let columns = ((width / (radius * 2.5)) as usize).max(1);
            if columns * rows >= count || rows >= 40 {
                let start = Vec2::new(
                    lane.min.x + lane.width() * 0.02 + radius * 1.25,
                    lane.max.y - lane.height() * 0.05 - depth / 2.0,
                );
                return QueueSlots { start, pitch: Vec2::new(radius * 2.5, depth), columns, radius };
            }
            rows += 1;
        }
    }

    fn center(&self, slot: usize) -> Vec2 {
        let (row, column) = (slot / self.columns, slot % self.columns);
        self.start + Vec2::new(column as f32, -(row as f32)) * self.pitch
    }
}

pub(super) fn plugin(app: &mut App) {
    app.init_resource::<SceneLayout>()
        .add_systems(PreUpdate, arrange.run_if(needs_arranging).after(crate::desk::Refresh));
}

fn needs_arranging(desk: Res<Desk>, view: Res<SceneView>) -> bool {
    desk.is_changed() || view.is_changed()
}

fn arrange(desk: Res<Desk>, view: Res<SceneView>, mut placement: Local<Placement>, mut layout: ResMut<SceneLayout>) {
    let cluster = &desk.model.snapshot.cluster;
    placement.update(&cluster.pods);
    *layout = SceneLayout::new(cluster, &placement, view.aspect());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{NodeView, PodView};

    fn cluster(nodes: usize, pods_per_node: usize) -> ClusterView {
        let name = |node: usize| format!("worker-{node}");
        ClusterView {
            nodes: (0..nodes).map(|node| NodeView { name: name(node), ..NodeView::default() }).collect(),
            pods: (0..nodes * pods_per_node)
                .map(|pod| PodView { uid: pod.to_string(), node: Some(name(pod % nodes)), ..PodView::default() })
                .collect(),
            ..ClusterView::default()
        }
    }

    fn lay_out(view: &ClusterView) -> SceneLayout {
        let mut placement = Placement::default();
        placement.update(&view.pods);
        SceneLayout::new(view, &placement, 1.6)
    }

    #[test]
    fn plates_never_overlap() {
        for nodes in [1, 2, 3, 4, 5, 7, 12, 13, 50, 99, 100] {
            let layout = lay_out(&cluster(nodes, 0));
            for (at, one) in layout.nodes.iter().enumerate() {
                for other in &layout.nodes[at + 1..] {
                    let apart = (one.center - other.center).abs();
                    assert!(apart.x + apart.y >= 2.0 * PLATE, "{nodes} nodes: {} and {}", one.name, other.name);
                }
            }
        }
    }

    #[test]
    fn every_pod_stands_on_its_own_node_apart_from_others() {
        for (nodes, pods) in [(3, 2), (3, 9), (100, 30), (5, 110)] {
            let layout = lay_out(&cluster(nodes, pods));
            assert_eq!(layout.pods.len(), nodes * pods);
            for pod in &layout.pods {
                let node = layout.node(pod.node.as_deref().unwrap_or_default()).expect("the node is laid out");
                let from_center = (pod.center - node.center).abs();
                assert!(from_center.x + from_center.y + pod.radius <= PLATE, "{nodes} nodes with {pods} pods");
            }
            for (at, one) in layout.pods.iter().enumerate().take(200) {
                for other in &layout.pods[at + 1..] {
                    assert!(one.center.distance(other.center) >= 2.0 * one.radius);
                }
            }
        }
    }

    #[test]
    fn unscheduled_pods_wait_inside_the_lane() {
        let mut view = cluster(3, 1);
        view.pods.extend((0..250).map(|pod| PodView { uid: format!("q{pod}"), ..PodView::default() }));
        let layout = lay_out(&view);
        let queued: Vec<_> = layout.pods.iter().filter(|pod| pod.node.is_none()).collect();
        assert_eq!(queued.len(), 250);
        assert!(queued.iter().all(|pod| layout.lane.contains(pod.center)));
    }

    #[test]
    fn everything_lies_within_the_bounds() {
        let layout = lay_out(&cluster(100, 30));
        assert!(layout.pods.iter().all(|pod| layout.bounds.contains(project(pod.center, 0.0))));
    }
}
