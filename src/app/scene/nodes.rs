//! One plate for each node, and the lane of the scheduling queue.
//!
//! The front sides of a plate are gauges: the left one shows how much of the CPU is requested, the right one how much of
//! the memory. A cordoned plate is hatched, one that is not ready has a red rim, a stopped one is dark.

use std::collections::BTreeMap;

use bevy::prelude::*;
use egui::Color32;

use super::camera::SceneView;
use super::layout::{PLATE, SceneLayout, THICKNESS, slot_offsets, token_radius};
use super::mesh::{Bodies, material, rounded_diamond, scaled};
use super::projection::{PLATES, place};
use crate::desk::Desk;
use crate::look::{Footprint, Icon};
use crate::model::NodeView;
use crate::theme;

/// The plate of the node of this name.
#[derive(Component, Debug, PartialEq, Eq)]
pub struct Plate {
    pub node: String,
}

/// Pixels from the centre to a corner below which a plate is drawn with wider rims and without slots.
const SMALL_PLATE: f32 = 100.0;

#[derive(Component)]
struct Lane;

/// Everything that decides how a plate looks; equal plates share one mesh.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct PlateLook {
    grid: usize,
    ready: bool,
    unschedulable: bool,
    stopped: bool,
    /// In per cent of what is allocatable.
    cpu: u8,
    memory: u8,
    selected: bool,
    /// Drawn small, so rims are wider.
    compact: bool,
}

impl PlateLook {
    fn of(node: &NodeView, grid: usize, compact: bool, selected: bool) -> PlateLook {
        let percent =
            |requested: u64, allocatable: u64| (requested * 100).checked_div(allocatable).unwrap_or(0).min(100) as u8;
        PlateLook {
            grid,
            ready: node.ready,
            unschedulable: node.unschedulable,
            stopped: node.stopped,
            cpu: percent(node.cpu_requested_millis, node.cpu_allocatable_millis),
            memory: percent(node.memory_requested_bytes, node.memory_allocatable_bytes),
            selected,
            compact,
        }
    }

    fn mesh(self) -> Mesh {
        let mut bodies = Bodies::default();
        let outline = rounded_diamond(PLATE, 9.0);
        let (left, right) = (theme::PLATE_LEFT, theme::PLATE_RIGHT);
        bodies.walls(&outline, -THICKNESS, 0.0, left, right);
        self.gauge(&mut bodies, self.cpu, -1.0, theme::GAUGE_CPU);
        self.gauge(&mut bodies, self.memory, 1.0, theme::GAUGE_MEMORY);
        bodies.slab(&outline, 0.0, self.rim());
        let top = if self.ready && !self.stopped { theme::PLATE_TOP } else { theme::PLATE_SILENT_TOP };
        let marked = self.selected || !self.ready || self.unschedulable;
        let rim_width = if marked { 3.0 } else { 1.5 } * if self.compact { 2.0 } else { 1.0 };
        bodies.slab(&rounded_diamond(PLATE - rim_width, 8.0), 0.0, top);
        if self.unschedulable {
            hatch(&mut bodies);
        }
        self.slots(&mut bodies, top);
        if self.stopped {
            bodies.strokes(&Icon::Power.strokes(), 30.0, 6.0, 0.0, theme::darker(theme::BAD, 0.45));
        }
        bodies.into_mesh()
    }

    fn rim(self) -> Color32 {
        if self.selected {
            theme::SELECTION
        } else if !self.ready {
            theme::BAD
        } else if self.unschedulable {
            theme::ATTENTION
        } else {
            theme::PLATE_EDGE
        }
    }

    /// A lit strip on the front side that faces left (`side` -1) or right, from the outer corner to the front corner.
    fn gauge(self, bodies: &mut Bodies, percent: u8, side: f32, color: Color32) {
        let (outer, front) = (Vec2::new(side * (PLATE - 7.0), -7.0), Vec2::new(side * 7.0, -(PLATE - 7.0)));
        let (low, high) = (-THICKNESS * 0.62, -THICKNESS * 0.36);
        let strip = |bodies: &mut Bodies, share: f32, color: Color32| {
            let end = outer.lerp(front, share);
            let walls = if side < 0.0 { [outer, end] } else { [end, outer] };
            bodies.walls(&walls, low, high, color, color);
        };
        strip(bodies, 1.0, theme::darker(theme::PLATE_LEFT, 0.55));
        if percent > 0 && !self.stopped {
            strip(bodies, f32::from(percent) / 100.0, color);
        }
    }

    /// Faint marks where pods may stand, so that an empty plate does not look like a void.
    fn slots(self, bodies: &mut Bodies, top: Color32) {
        if self.grid > 6 || self.compact {
            return;
        }
        let offsets = slot_offsets(self.grid);
        let mark = scaled(&Footprint::Circle.outline(), token_radius(self.grid) * 0.5);
        for offset in offsets {
            let moved: Vec<Vec2> = mark.iter().map(|corner| *corner + offset).collect();
            bodies.slab(&moved, 0.0, theme::mix(top, theme::PLATE_SLOT, 0.6));
        }
    }
}

/// Diagonal stripes along the two rear edges, as on a barrier.
fn hatch(bodies: &mut Bodies) {
    let stripes = 22;
    for side in [-1.0, 1.0] {
        for stripe in 0..stripes {
            let along = |at: f32, depth: f32| {
                let outer = PLATE - 5.0;
                let share = (at / stripes as f32).clamp(0.03, 0.97);
                Vec2::new(side * outer * share, outer * (1.0 - share)) * (1.0 - depth)
            };
            let at = stripe as f32;
            let corners = [along(at, 0.0), along(at + 0.5, 0.0), along(at + 0.9, 0.075), along(at + 0.4, 0.075)];
            bodies.slab(&corners, 0.0, theme::PLATE_HATCH);
        }
    }
}

pub(super) fn plugin(app: &mut App) {
    app.add_systems(
        Update,
        (sync_plates, sync_lane).run_if(resource_changed::<SceneLayout>.or_eager(resource_changed::<SceneView>)),
    );
}

fn sync_plates(
    mut commands: Commands,
    desk: Res<Desk>,
    layout: Res<SceneLayout>,
    view: Res<SceneView>,
    mut meshes: ResMut<Assets<Mesh>>,
    mut materials: ResMut<Assets<ColorMaterial>>,
    mut shared: Local<BTreeMap<PlateLook, Handle<Mesh>>>,
    mut white: Local<Option<Handle<ColorMaterial>>>,
    mut plates: Query<(Entity, &Plate, &mut Mesh2d, &mut Transform)>,
) {
    let white = white.get_or_insert_with(|| materials.add(material())).clone();
    let compact = PLATE / view.units_per_pixel(&layout) < SMALL_PLATE;
    let cluster = &desk.model.snapshot.cluster;
    let mut wanted: BTreeMap<&str, (PlateLook, Vec3)> = BTreeMap::new();
    for (node, at) in cluster.nodes.iter().zip(&layout.nodes) {
        let look = PlateLook::of(node, layout.grid, compact, desk.model.is_selected(&node.object()));
        wanted.insert(&node.name, (look, place(at.center, PLATES)));
    }
    shared.retain(|look, _| wanted.values().any(|(used, _)| used == look));
    let mut mesh_of = |look: PlateLook| shared.entry(look).or_insert_with(|| meshes.add(look.mesh())).clone();
    for (entity, plate, mut mesh, mut transform) in &mut plates {
        match wanted.remove(plate.node.as_str()) {
            Some((look, at)) => {
                mesh.set_if_neq(Mesh2d(mesh_of(look)));
                transform.set_if_neq(Transform::from_translation(at));
            }
            None => commands.entity(entity).despawn(),
        }
    }
    for (node, (look, at)) in wanted {
        commands.spawn((
            Plate { node: node.to_owned() },
            Mesh2d(mesh_of(look)),
            MeshMaterial2d(white.clone()),
            Transform::from_translation(at),
        ));
    }
}

fn sync_lane(
    mut commands: Commands,
    layout: Res<SceneLayout>,
    mut meshes: ResMut<Assets<Mesh>>,
    mut materials: ResMut<Assets<ColorMaterial>>,
    lanes: Query<Entity, With<Lane>>,
    mut drawn: Local<Option<(Rect, bool)>>,
) {
    let waiting = layout.pods.iter().any(|pod| pod.node.is_none());
    if *drawn == Some((layout.lane, waiting)) {
        return;
    }
    *drawn = Some((layout.lane, waiting));
    for lane in &lanes {
        commands.entity(lane).despawn();
    }
    let center = layout.lane.center();
    let half = layout.lane.half_size();
    let corner = |x: f32, y: f32| Vec2::new(x * half.x, y * half.y);
    let strip = [corner(-1.0, -1.0), corner(1.0, -1.0), corner(1.0, 1.0), corner(-1.0, 1.0)];
    let mut bodies = Bodies::default();
    // An empty queue stays in the background.
    if waiting {
        bodies.walls(&strip, -THICKNESS * 0.5, 0.0, theme::PLATE_LEFT, theme::PLATE_LEFT);
        bodies.slab(&strip, 0.0, theme::PLATE_EDGE);
    }
    let inner = strip.map(|corner| corner - corner.signum() * 1.6);
    bodies.slab(&inner, 0.0, theme::LANE);
    commands.spawn((
        Lane,
        Mesh2d(meshes.add(bodies.into_mesh())),
        MeshMaterial2d(materials.add(material())),
        Transform::from_translation(place(center, PLATES)),
    ));
}
