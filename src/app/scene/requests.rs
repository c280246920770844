//! Requests: a dot for each one that is under way, where it is at this moment, and a line for each way that requests took
//! in the last second, the thicker the more. Outside clients come through the gate in front of the nodes.
//!
//! At the usual speed a request lives a few milliseconds, so most frames show few of them; slower, or paused, they can be
//! followed hop by hop.

use std::collections::BTreeMap;

use bevy::prelude::*;

use super::camera::SceneView;
use super::layout::{PLATE, SceneLayout};
use super::mesh::{Bodies, material, scaled};
use super::projection::{TOKENS, project, to_ground};
use crate::desk::Desk;
use crate::look::Footprint;
use crate::model::{ClusterView, FlowView, Leg, RequestView, Spot, TrafficView};
use crate::theme;

/// All requests of a moment are one body.
#[derive(Component)]
pub struct Requests;

/// All ways of the last second are another, below the tokens.
#[derive(Component)]
pub struct Ways;

const WAYS: f32 = TOKENS - 10.0;
const DOTS: f32 = TOKENS + 150.0;
/// More dots than this say nothing more.
const MOST_DOTS: usize = 4000;
/// How high over the ground requests travel: over the tokens.
const HEIGHT: f32 = 24.0;

/// Where things are that requests go between.
pub struct Places<'a> {
    layout: &'a SceneLayout,
    pods: BTreeMap<&'a str, Vec2>,
    nodes: BTreeMap<&'a str, Vec2>,
}

impl<'a> Places<'a> {
    pub fn new(layout: &'a SceneLayout, cluster: &'a ClusterView) -> Self {
        let pods = layout.pods.iter().filter_map(|place| Some((cluster.pods.get(place.index)?.ip.as_deref()?, place.center)));
        Places { layout, pods: pods.collect(), nodes: layout.nodes.iter().map(|node| (node.name.as_str(), node.center)).collect() }
    }

    /// The gate through which outside clients come: the near left corner.
    pub fn gate(&self) -> Vec2 {
        let near = to_ground(self.layout.bounds.min);
        near + Vec2::new(PLATE * 0.16, PLATE * 0.2)
    }

    /// Where requests enter and leave a node: the left corner of its plate.
    fn door(&self, node: &str) -> Option<Vec2> {
        self.nodes.get(node).map(|center| *center - Vec2::new(PLATE * 0.74, 0.0))
    }

    fn spot(&self, spot: &Spot) -> Option<Vec2> {
        match spot {
            Spot::Outside => Some(self.gate()),
            Spot::On { node, ip } => self.pods.get(ip.as_str()).copied().or_else(|| self.door(node)),
        }
    }

    /// The corners of a way: client, the node whose rules decide, endpoint.
    fn way(&self, client: &Spot, via: Option<&str>, server: Option<&Spot>) -> Option<Vec<Vec2>> {
        let mut way = vec![self.spot(client)?];
        way.extend(via.and_then(|node| self.door(node)));
        way.extend(server.and_then(|server| self.spot(server)));
        way.dedup();
        Some(way)
    }

    /// Where a request is now.
    pub fn now(&self, request: &RequestView) -> Option<Vec2> {
        let way = |server| self.way(&request.client, request.via.as_deref(), server);
        Some(match request.leg {
            Leg::ToEntry => along(&way(None)?, request.share),
            Leg::ToEndpoint => {
                let all = way(request.server.as_ref())?;
                along(&all[all.len().saturating_sub(2)..], request.share)
            }
            Leg::AtProcess => self.spot(request.server.as_ref()?)?,
            Leg::Answer | Leg::Failure => along(&way(request.server.as_ref())?, 1.0 - request.share),
            Leg::Lost => self.spot(&request.client)?,
        })
    }
}

/// The point after this share of a line's length.
fn along(corners: &[Vec2], share: f32) -> Vec2 {
    let lengths: Vec<f32> = corners.windows(2).map(|pair| pair[0].distance(pair[1])).collect();
    let mut left = lengths.iter().sum::<f32>() * share;
    for (pair, length) in corners.windows(2).zip(&lengths) {
        if left <= *length {
            return pair[0].lerp(pair[1], if *length > 0.0 { left / length } else { 0.0 });
        }
        left -= length;
    }
    corners.last().copied().unwrap_or_default()
}

pub(super) fn plugin(app: &mut App) {
    app.add_systems(Update, (draw_requests, draw_ways));
}

fn draw_requests(
    mut commands: Commands,
    desk: Res<Desk>,
    layout: Res<SceneLayout>,
    view: Res<SceneView>,
    mut meshes: ResMut<Assets<Mesh>>,
    mut materials: ResMut<Assets<ColorMaterial>>,
    mut drawn: Query<(&Mesh2d, &mut Visibility), With<Requests>>,
) {
    let requests = &desk.model.snapshot.traffic.requests;
    if requests.is_empty() {
        if let Ok((_, mut visibility)) = drawn.single_mut() {
            visibility.set_if_neq(Visibility::Hidden);
        }
        return;
    }
    let places = Places::new(&layout, &desk.model.snapshot.cluster);
    let radius = 4.2 * view.units_per_pixel(&layout);
    let outline = scaled(&Footprint::Circle.outline(), radius);
    let mut bodies = Bodies::default();
    for request in requests.iter().take(MOST_DOTS) {
        let Some(at) = places.now(request) else { continue };
        let dot: Vec<Vec2> = outline.iter().map(|corner| *corner + at).collect();
        let color = match request.leg {
            Leg::ToEntry | Leg::ToEndpoint => theme::SELECTION,
            Leg::AtProcess | Leg::Answer => theme::lighter(theme::version(request.version), 0.25),
            Leg::Failure | Leg::Lost => theme::BAD,
        };
        bodies.slab(&dot, HEIGHT, color);
    }
    show(&mut commands, bodies, drawn.single_mut().ok(), &mut meshes, &mut materials, Requests, DOTS);
}

/// Shows a body in the place of the one before. The mesh is changed, not replaced: one that lives for a single frame may
/// be gone before it has reached the graphics driver.
fn show(
    commands: &mut Commands,
    bodies: Bodies,
    drawn: Option<(&Mesh2d, Mut<'_, Visibility>)>,
    meshes: &mut Assets<Mesh>,
    materials: &mut Assets<ColorMaterial>,
    mark: impl Component,
    depth: f32,
) {
    let mesh = bodies.into_mesh();
    if let Some((Mesh2d(handle), mut visibility)) = drawn
        && meshes.insert(handle.id(), mesh.clone()).is_ok()
    {
        visibility.set_if_neq(Visibility::Inherited);
        return;
    }
    commands.spawn((mark, Mesh2d(meshes.add(mesh)), MeshMaterial2d(materials.add(material())), Transform::from_xyz(0.0, 0.0, depth)));
}

/// What decides how the ways look; drawn again only when it changes.
type Drawn = (Vec<FlowView>, u64);

fn draw_ways(
    mut commands: Commands,
    desk: Res<Desk>,
    layout: Res<SceneLayout>,
    view: Res<SceneView>,
    mut meshes: ResMut<Assets<Mesh>>,
    mut materials: ResMut<Assets<ColorMaterial>>,
    mut arrangements: Local<u64>,
    mut last: Local<Option<Drawn>>,
    mut drawn: Query<(&Mesh2d, &mut Visibility), With<Ways>>,
) {
    *arrangements += u64::from(layout.is_changed() || view.is_changed());
    let flows = &desk.model.snapshot.traffic.flows;
    if last.as_ref().is_some_and(|(shown, at)| shown == flows && *at == *arrangements) {
        return;
    }
    *last = Some((flows.clone(), *arrangements));
    if flows.is_empty() {
        if let Ok((_, mut visibility)) = drawn.single_mut() {
            visibility.set_if_neq(Visibility::Hidden);
        }
        return;
    }
    let places = Places::new(&layout, &desk.model.snapshot.cluster);
    let pixel = view.units_per_pixel(&layout);
    let mut bodies = Bodies::default();
    let mut from_outside = false;
    for flow in flows {
        from_outside |= flow.client == Spot::Outside;
        let Some(way) = places.way(&flow.client, flow.via.as_deref(), Some(&flow.server)) else { continue };
        // 1 a second is a hair, 10 twice as thick, 100 three times.
        let width = pixel * (1.2 + 1.2 * (flow.per_second.max(1) as f32).log10());
        for pair in way.windows(2) {
            bodies.bar(pair[0], pair[1], width, theme::mix(theme::PLATE_TOP, theme::ACCENT, 0.45));
        }
    }
    if from_outside {
        let ring = |radius: f32| -> Vec<Vec2> { scaled(&Footprint::Circle.outline(), radius).into_iter().map(|corner| corner + places.gate()).collect() };
        bodies.slab(&ring(PLATE * 0.085), 0.0, theme::ACCENT);
        bodies.slab(&ring(PLATE * 0.065), 0.0, theme::BACKDROP);
    }
    show(&mut commands, bodies, drawn.single_mut().ok(), &mut meshes, &mut materials, Ways, WAYS);
}

/// What a pod's address was asked in the last second.
pub fn requests_to(traffic: &TrafficView, ip: &str) -> u32 {
    traffic.flows.iter().filter(|flow| matches!(&flow.server, Spot::On { ip: to, .. } if to == ip)).map(|flow| flow.per_second).sum()
}

/// The middle of the gate in the picture, while somebody comes through it.
pub fn gate_in_use(layout: &SceneLayout, cluster: &ClusterView, traffic: &TrafficView) -> Option<Vec2> {
    let used = traffic.flows.iter().any(|flow| flow.client == Spot::Outside);
    used.then(|| project(Places::new(layout, cluster).gate(), 0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dot_goes_along_the_corners_of_its_way() {
        let way = [Vec2::ZERO, Vec2::new(30.0, 0.0), Vec2::new(30.0, 10.0)];
        assert_eq!([along(&way, 0.0), along(&way, 0.75), along(&way, 1.0)], [Vec2::ZERO, Vec2::new(30.0, 0.0), Vec2::new(30.0, 10.0)]);
        assert_eq!(along(&way, 0.5), Vec2::new(20.0, 0.0));
        assert_eq!(along(&way[..1], 0.5), Vec2::ZERO);
    }
}
