//! Solid bodies as flat-shaded meshes: prisms, discs, strokes. The light is fixed at the upper left, so shading is baked
//! into vertex colours and one white material draws everything.

use bevy::asset::RenderAssetUsages;
use bevy::mesh::{Indices, PrimitiveTopology};
use bevy::prelude::*;
use egui::Color32;

use super::projection::{AWAY, project};
use crate::look::Point;
use crate::theme;

/// Every body added lies in front of the ones before it, by this much depth.
const LAYER: f32 = 0.0006;

#[derive(Default)]
pub struct Bodies {
    positions: Vec<[f32; 3]>,
    colors: Vec<[f32; 4]>,
    indices: Vec<u32>,
    layers: u32,
}

impl Bodies {
    pub fn into_mesh(self) -> Mesh {
        Mesh::new(PrimitiveTopology::TriangleList, RenderAssetUsages::RENDER_WORLD)
            .with_inserted_attribute(Mesh::ATTRIBUTE_POSITION, self.positions)
            .with_inserted_attribute(Mesh::ATTRIBUTE_COLOR, self.colors)
            .with_inserted_indices(Indices::U32(self.indices))
    }

    /// A convex polygon lying at `height`.
    pub fn slab(&mut self, outline: &[Vec2], height: f32, color: Color32) {
        self.layers += 1;
        let color = theme::linear(color);
        let corners: Vec<u32> = outline.iter().map(|corner| self.vertex(project(*corner, height), color)).collect();
        for at in 1..corners.len().saturating_sub(1) {
            self.triangle(corners[0], corners[at], corners[at + 1]);
        }
    }

    /// The sides of a convex prism that the viewer sees, with `left` and `right` as the colours of walls that face there.
    pub fn walls(&mut self, outline: &[Vec2], bottom: f32, top: f32, left: Color32, right: Color32) {
        self.layers += 1;
        for at in 0..outline.len() {
            let (from, to) = (outline[at], outline[(at + 1) % outline.len()]);
            let along = to - from;
            // Counter-clockwise: the outward normal is the direction turned to the right.
            let normal = Vec2::new(along.y, -along.x).normalize_or_zero();
            if normal.y >= 0.0 {
                continue;
            }
            let color = theme::linear(theme::mix(left, right, 0.5 + 0.5 * normal.x));
            let corners = [(from, bottom), (to, bottom), (to, top), (from, top)]
                .map(|(corner, height)| self.vertex(project(corner, height), color));
            self.triangle(corners[0], corners[1], corners[2]);
            self.triangle(corners[0], corners[2], corners[3]);
        }
    }

    /// A ring of constant width between two similar outlines, for rims and selections.
    pub fn band(&mut self, outer: &[Vec2], inner: &[Vec2], height: f32, color: Color32) {
        self.layers += 1;
        let color = theme::linear(color);
        for at in 0..outer.len() {
            let next = (at + 1) % outer.len();
            let corners = [outer[at], outer[next], inner[next], inner[at]]
                .map(|corner| self.vertex(project(corner, height), color));
            self.triangle(corners[0], corners[1], corners[2]);
            self.triangle(corners[0], corners[2], corners[3]);
        }
    }

    /// Strokes lying at `height`. They are stretched against the shortening, so that an icon keeps its shape.
    pub fn strokes(&mut self, strokes: &[Vec<Point>], size: f32, width: f32, height: f32, color: Color32) {
        self.layers += 1;
        let color = theme::linear(color);
        let stretch = 0.5 * (1.0 + 1.0 / AWAY);
        let on_ground = |point: &Point| Vec2::new(point[0], point[1] * stretch * 0.86) * size;
        for stroke in strokes {
            let points: Vec<Vec2> = stroke.iter().map(on_ground).collect();
            for pair in points.windows(2) {
                self.segment(pair[0], pair[1], width, height, color);
            }
            for joint in &points {
                self.dot(*joint, width / 2.0, height, color);
            }
        }
    }

    /// A straight bar lying on the ground.
    pub fn bar(&mut self, from: Vec2, to: Vec2, width: f32, color: Color32) {
        self.layers += 1;
        self.segment(from, to, width, 0.0, theme::linear(color));
    }

    fn segment(&mut self, from: Vec2, to: Vec2, width: f32, height: f32, color: [f32; 4]) {
        let across = (to - from).perp().normalize_or_zero() * (width / 2.0);
        let corners = [from - across, to - across, to + across, from + across]
            .map(|corner| self.vertex(project(corner, height), color));
        self.triangle(corners[0], corners[1], corners[2]);
        self.triangle(corners[0], corners[2], corners[3]);
    }

    fn dot(&mut self, center: Vec2, radius: f32, height: f32, color: [f32; 4]) {
        let corners: Vec<u32> = (0..8)
            .map(|corner| {
                let direction = Vec2::from_angle(std::f32::consts::TAU * corner as f32 / 8.0);
                self.vertex(project(center + direction * radius, height), color)
            })
            .collect();
        for at in 1..7 {
            self.triangle(corners[0], corners[at], corners[at + 1]);
        }
    }

    fn vertex(&mut self, at: Vec2, color: [f32; 4]) -> u32 {
        self.positions.push([at.x, at.y, self.layers as f32 * LAYER]);
        self.colors.push(color);
        self.positions.len() as u32 - 1
    }

    fn triangle(&mut self, a: u32, b: u32, c: u32) {
        self.indices.extend([a, b, c]);
    }
}

/// The outline scaled about its centre.
pub fn scaled(outline: &[Point], by: f32) -> Vec<Vec2> {
    outline.iter().map(|point| Vec2::from_array(*point) * by).collect()
}

/// A square standing on a corner, `reach` from centre to corner, with rounded corners.
pub fn rounded_diamond(reach: f32, rounding: f32) -> Vec<Vec2> {
    let corners = [Vec2::X, Vec2::Y, Vec2::NEG_X, Vec2::NEG_Y];
    let inner = reach - rounding * std::f32::consts::SQRT_2;
    let steps = 6;
    corners
        .into_iter()
        .enumerate()
        .flat_map(|(quarter, corner)| {
            (0..=steps).map(move |step| {
                let turn = (quarter as f32 - 0.5 + step as f32 / steps as f32) * std::f32::consts::FRAC_PI_2;
                corner * inner + Vec2::from_angle(turn) * rounding
            })
        })
        .collect()
}

/// The one material of the scene: vertex colours as they are.
pub fn material() -> ColorMaterial {
    ColorMaterial { alpha_mode: bevy::sprite_render::AlphaMode2d::Opaque, ..ColorMaterial::from_color(Color::WHITE) }
}
