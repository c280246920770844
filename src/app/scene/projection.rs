//! From the ground to the picture. Ground coordinates: `u` to the right, `v` away from the viewer, height up.
//! The camera looks down at an angle, so distances away from the viewer and heights are shortened.

use bevy::math::{Vec2, Vec3};

/// How much of a distance along `v` remains in the picture.
pub const AWAY: f32 = 0.60;
/// How much of a height remains: with `AWAY` these are sine and cosine of one angle, 37° above the ground.
pub const UP: f32 = 0.80;

/// Depth bands, so that what stands on something is never hidden by it.
pub const PLATES: f32 = 10.0;
pub const SHADOWS: f32 = 100.0;
pub const TOKENS: f32 = 200.0;
const BAND: f32 = 80.0;

pub fn project(ground: Vec2, height: f32) -> Vec2 {
    Vec2::new(ground.x, ground.y * AWAY + height * UP)
}

/// A point of the picture back to the ground.
pub fn to_ground(picture: Vec2) -> Vec2 {
    Vec2::new(picture.x, picture.y / AWAY)
}

/// Where an entity goes that stands on `ground`: nearer to the viewer is in front.
pub fn place(ground: Vec2, band: f32) -> Vec3 {
    // Scenes are at most some 10,000 units deep; this maps ±20,000 into the band.
    let nearness = (0.5 - ground.y / 40_000.0).clamp(0.0, 1.0);
    project(ground, 0.0).extend(band + nearness * BAND)
}
