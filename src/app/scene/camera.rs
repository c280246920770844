//! Which part of the picture the window shows: by default all of it, fitted into the room that the panels leave.

use bevy::prelude::*;

use super::layout::SceneLayout;

/// The room for the scene and the person's own zoom and pan.
#[derive(Resource, Clone, Debug, PartialEq)]
pub struct SceneView {
    /// In logical pixels from the window's upper left corner.
    pub room: Rect,
    pub window: Vec2,
    /// 1 fits everything.
    pub zoom: f32,
    /// Of the point in the middle, in picture units from the middle of the scene.
    pub pan: Vec2,
}

impl Default for SceneView {
    fn default() -> Self {
        let window = Vec2::new(1600.0, 900.0);
        SceneView { room: Rect::from_corners(Vec2::ZERO, window), window, zoom: 1.0, pan: Vec2::ZERO }
    }
}

/// Pixels left free between the scene and the panels.
const MARGIN: f32 = 18.0;

impl SceneView {
    pub fn aspect(&self) -> f32 {
        (self.room.width() / self.room.height().max(1.0)).clamp(0.2, 8.0)
    }

    /// Picture units in a logical pixel.
    pub fn units_per_pixel(&self, layout: &SceneLayout) -> f32 {
        let free = (self.room.size() - 2.0 * MARGIN).max(Vec2::splat(40.0));
        let fit = (layout.bounds.size() / free).max_element().max(0.2);
        fit / self.zoom
    }

    fn center(&self, layout: &SceneLayout) -> Vec2 {
        layout.bounds.center() + self.pan
    }

    /// From a point of the picture to logical pixels in the window, y down.
    pub fn to_window(&self, layout: &SceneLayout, picture: Vec2) -> Vec2 {
        let offset = (picture - self.center(layout)) / self.units_per_pixel(layout);
        self.room.center() + Vec2::new(offset.x, -offset.y)
    }

    pub fn to_picture(&self, layout: &SceneLayout, window: Vec2) -> Vec2 {
        let offset = (window - self.room.center()) * self.units_per_pixel(layout);
        self.center(layout) + Vec2::new(offset.x, -offset.y)
    }

    /// Moves the scene with a drag of this many pixels.
    pub fn drag(&mut self, layout: &SceneLayout, pixels: Vec2) {
        self.pan += Vec2::new(-pixels.x, pixels.y) * self.units_per_pixel(layout);
    }

    /// Shows everything again.
    pub fn reset(&mut self) {
        (self.zoom, self.pan) = (1.0, Vec2::ZERO);
    }

    /// Zooms so that what is under the pointer stays there.
    pub fn zoom_at(&mut self, layout: &SceneLayout, pointer: Vec2, by: f32) {
        let before = self.to_picture(layout, pointer);
        self.zoom = (self.zoom * by).clamp(0.5, 16.0);
        self.pan += before - self.to_picture(layout, pointer);
    }
}

pub(super) fn plugin(app: &mut App) {
    app.init_resource::<SceneView>()
        .add_systems(Update, follow.run_if(resource_changed::<SceneView>.or_eager(resource_changed::<SceneLayout>)));
}

/// Puts Bevy's camera where the view says. The scene's room is only a part of the window, so the camera's middle is not
/// the room's middle.
fn follow(
    view: Res<SceneView>,
    layout: Res<SceneLayout>,
    mut cameras: Query<(&mut Transform, &mut Projection), With<Camera2d>>,
) {
    for (mut transform, mut projection) in &mut cameras {
        let middle = view.to_picture(&layout, view.window / 2.0);
        transform.translation = middle.extend(0.0);
        if let Projection::Orthographic(orthographic) = projection.as_mut() {
            orthographic.scale = view.units_per_pixel(&layout);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout() -> SceneLayout {
        SceneLayout { bounds: Rect::new(-300.0, -100.0, 300.0, 200.0), ..SceneLayout::default() }
    }

    #[test]
    fn the_scene_fits_its_room() {
        let view = SceneView { room: Rect::new(300.0, 50.0, 1200.0, 600.0), ..SceneView::default() };
        let layout = layout();
        for corner in [layout.bounds.min, layout.bounds.max] {
            assert!(view.room.contains(view.to_window(&layout, corner)));
        }
    }

    #[test]
    fn zooming_keeps_what_is_under_the_pointer() {
        let (mut view, layout) = (SceneView::default(), layout());
        let pointer = Vec2::new(400.0, 300.0);
        let before = view.to_picture(&layout, pointer);
        view.zoom_at(&layout, pointer, 3.0);
        assert!(view.to_picture(&layout, pointer).distance(before) < 0.01);
        assert!(view.to_window(&layout, before).distance(pointer) < 0.01);
    }
}
