//! One token for each pod. Colour and outline say which version it is, icon and height how far along in its life.

use std::collections::BTreeMap;

use bevy::prelude::*;

use super::camera::SceneView;
use super::layout::SceneLayout;
use super::mesh::{Bodies, material, scaled};
use super::projection::{SHADOWS, TOKENS, place};
use crate::desk::Desk;
use crate::look::{Footprint, Icon, TokenLook};
use crate::model::Stage;
use crate::theme;

/// The token of the pod with this uid, standing on a node or in the queue.
#[derive(Component, Debug, PartialEq, Eq)]
pub struct Token {
    pub uid: String,
    pub node: Option<String>,
}

/// Pixels of radius below which a token has no room for a fine sign.
const SMALL_TOKEN: f32 = 9.0;

/// A ring around the selected pod.
#[derive(Component)]
struct Halo;

pub(super) fn plugin(app: &mut App) {
    app.add_systems(
        Update,
        (sync_tokens, sync_halo).run_if(resource_changed::<SceneLayout>.or_eager(resource_changed::<SceneView>)),
    );
}

/// A token of radius 1.
fn token_mesh(look: TokenLook) -> Mesh {
    let mut bodies = Bodies::default();
    let footprint = Footprint::of_version(look.version).outline();
    let height = look.height();
    let version = theme::version(look.version);
    let stage = theme::stage(look.stage);
    let body = if look.is_alive() { version } else { theme::mix(theme::HUSK, version, 0.28) };
    let rim = if look.is_alive() { theme::lighter(version, 0.35) } else { version };
    let whole = scaled(&footprint, 1.0);
    bodies.walls(&whole, 0.0, height, theme::darker(body, 0.22), theme::darker(body, 0.58));
    bodies.slab(&whole, height, rim);
    let cap = match look.stage {
        Stage::Ready => theme::mix(version, theme::BACKDROP, 0.04),
        Stage::BackOff | Stage::Failed => stage,
        _ => theme::PANEL,
    };
    bodies.slab(&scaled(&footprint, 0.86), height, cap);
    if let Some(eighths) = look.eighths {
        progress(&mut bodies, &footprint, eighths, height, look);
    }
    let ink = match look.stage {
        Stage::Ready | Stage::BackOff | Stage::Failed => theme::INK,
        _ => stage,
    };
    let strokes = Icon::of_stage(look.stage).strokes();
    match (look.small, look.stage) {
        // Thousands of ready pods need no sign; the few that are not stand out without it.
        (true, Stage::Ready) => {}
        (true, _) => bodies.strokes(&strokes, 0.66, 0.34, height, ink),
        (false, _) => bodies.strokes(&strokes, 0.56, 0.2, height, ink),
    }
    bodies.into_mesh()
}

/// The done part of the stage, as a lit part of the rim, clockwise from the far side.
fn progress(bodies: &mut Bodies, footprint: &[[f32; 2]], eighths: u8, height: f32, look: TokenLook) {
    let radius = footprint.iter().map(|[x, y]| x.hypot(*y)).fold(0.0, f32::max).min(1.0);
    let parts = usize::from(eighths) * 4;
    let point = |part: usize, radius: f32| {
        let angle = std::f32::consts::TAU * part as f32 / 32.0;
        Vec2::new(angle.sin(), angle.cos()) * radius
    };
    let color = theme::stage(look.stage);
    for part in 0..parts {
        let quad = [
            point(part, radius * 0.70),
            point(part + 1, radius * 0.70),
            point(part + 1, radius * 0.84),
            point(part, radius * 0.84),
        ];
        bodies.slab(&quad, height, color);
    }
}

fn shadow_mesh() -> Mesh {
    let mut bodies = Bodies::default();
    let outline: Vec<Vec2> =
        scaled(&Footprint::Circle.outline(), 1.12).into_iter().map(|corner| corner + Vec2::new(0.22, -0.12)).collect();
    bodies.slab(&outline, 0.0, theme::SHADOW);
    bodies.into_mesh()
}

/// What the tokens share.
#[derive(Default)]
struct Shared {
    meshes: BTreeMap<TokenLook, Handle<Mesh>>,
    shadow: Option<Handle<Mesh>>,
    white: Option<Handle<ColorMaterial>>,
}

fn sync_tokens(
    mut commands: Commands,
    desk: Res<Desk>,
    layout: Res<SceneLayout>,
    view: Res<SceneView>,
    mut meshes: ResMut<Assets<Mesh>>,
    mut materials: ResMut<Assets<ColorMaterial>>,
    mut shared: Local<Shared>,
    mut tokens: Query<(Entity, &mut Token, &mut Mesh2d, &mut Transform)>,
) {
    let white = shared.white.get_or_insert_with(|| materials.add(material())).clone();
    let shadow = shared.shadow.get_or_insert_with(|| meshes.add(shadow_mesh())).clone();
    let units = view.units_per_pixel(&layout);
    let pods = &desk.model.snapshot.cluster.pods;
    let mut wanted: BTreeMap<&str, (TokenLook, Transform, &Option<String>)> = BTreeMap::new();
    for at in &layout.pods {
        let Some(pod) = pods.get(at.index) else { continue };
        let transform =
            Transform::from_translation(place(at.center, TOKENS)).with_scale(Vec3::new(at.radius, at.radius, 1.0));
        wanted.insert(&at.uid, (TokenLook::of(pod, at.radius / units < SMALL_TOKEN), transform, &at.node));
    }
    let mut mesh_of =
        |look: TokenLook| shared.meshes.entry(look).or_insert_with(|| meshes.add(token_mesh(look))).clone();
    for (entity, mut token, mut mesh, mut transform) in &mut tokens {
        match wanted.remove(token.uid.as_str()) {
            Some((look, at, node)) => {
                mesh.set_if_neq(Mesh2d(mesh_of(look)));
                transform.set_if_neq(at);
                if token.node != *node {
                    token.node = node.clone();
                }
            }
            None => commands.entity(entity).despawn(),
        }
    }
    for (uid, (look, at, node)) in wanted {
        let token = Token { uid: uid.to_owned(), node: node.clone() };
        commands.spawn((token, Mesh2d(mesh_of(look)), MeshMaterial2d(white.clone()), at)).with_child((
            Mesh2d(shadow.clone()),
            MeshMaterial2d(white.clone()),
            Transform::from_translation(Vec3::new(0.0, 0.0, SHADOWS - TOKENS)),
        ));
    }
}

fn sync_halo(
    mut commands: Commands,
    desk: Res<Desk>,
    layout: Res<SceneLayout>,
    mut meshes: ResMut<Assets<Mesh>>,
    mut materials: ResMut<Assets<ColorMaterial>>,
    halos: Query<Entity, With<Halo>>,
) {
    for halo in &halos {
        commands.entity(halo).despawn();
    }
    let pods = &desk.model.snapshot.cluster.pods;
    let selected =
        layout.pods.iter().find(|at| pods.get(at.index).is_some_and(|pod| desk.model.is_selected(&pod.object())));
    let Some(at) = selected else { return };
    let outline = Footprint::Circle.outline();
    let mut bodies = Bodies::default();
    bodies.band(&scaled(&outline, 1.52), &scaled(&outline, 1.32), 0.0, theme::SELECTION);
    commands.spawn((
        Halo,
        Mesh2d(meshes.add(bodies.into_mesh())),
        MeshMaterial2d(materials.add(material())),
        Transform::from_translation(place(at.center, SHADOWS) + Vec3::Z)
            .with_scale(Vec3::new(at.radius, at.radius, 1.0)),
    ));
}
