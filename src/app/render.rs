//! One frame of the app as a PNG file, without a window: the same scene and the same panels, drawn into a texture.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};

use bevy::asset::RenderAssetUsages;
use bevy::camera::RenderTarget;
use bevy::prelude::*;
use bevy::render::RenderPlugin;
use bevy::render::render_resource::{Extent3d, TextureDimension, TextureFormat, TextureUsages};
use bevy::render::view::screenshot::{Screenshot, ScreenshotCaptured};
use bevy::window::ExitCondition;
use bevy::winit::WinitPlugin;
use bevy_egui::PrimaryEguiContext;

use crate::desk::{Running, Wishes};
use crate::model::{Action, Clock, ClusterView, ObjectRef, Snapshot, TrafficView};
use crate::scene::SceneView;
use crate::window::{add_contents, explain, quiet_log, wait_for_plugins};
use crate::{AppError, Session};

/// What to draw.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    pub width: u32,
    pub height: u32,
    /// Done before the frame is drawn: select a pod, show its YAML.
    pub actions: Vec<Action>,
}

impl Default for Picture {
    fn default() -> Self {
        Picture { width: 1600, height: 900, actions: Vec::new() }
    }
}

/// Frames after which fonts, meshes and pipelines are ready and the panels have settled.
const SETTLE: u32 = 6;
/// A picture takes two or three frames to come back from the driver.
const PATIENCE: u32 = 600;

/// Draws the session as it is now. It is not advanced.
pub fn draw_session(session: impl Session, picture: &Picture, out: &Path) -> Result<(), AppError> {
    let session: Box<dyn Session> = Box::new(session);
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let drawn = catch_unwind(AssertUnwindSafe(|| draw(Frozen(session), picture)));
    std::panic::set_hook(hook);
    let image = drawn.map_err(|panic| explain(panic.as_ref()))??;
    let failed = |reason: String| AppError::Write { path: out.to_owned(), reason };
    let image = image.try_into_dynamic().map_err(|error| failed(error.to_string()))?;
    image.to_rgb8().save(out).map_err(|error| failed(error.to_string()))
}

/// A session in which no time passes.
struct Frozen(Box<dyn Session>);

impl Session for Frozen {
    fn revision(&self) -> u64 {
        self.0.revision()
    }

    fn clock(&self) -> Clock {
        self.0.clock()
    }

    fn snapshot(&self, selected: Option<&ObjectRef>) -> Snapshot {
        self.0.snapshot(selected)
    }

    fn traffic(&self, cluster: &ClusterView) -> TrafficView {
        self.0.traffic(cluster)
    }

    fn act(&mut self, action: Action) -> Result<(), String> {
        self.0.act(action)
    }

    fn advance(&mut self, _wall: std::time::Duration) {}

    fn moving(&self) -> bool {
        false
    }
}

fn draw(session: Frozen, picture: &Picture) -> Result<Image, AppError> {
    let mut app = App::new();
    app.add_plugins(
        DefaultPlugins
            .set(WindowPlugin { primary_window: None, exit_condition: ExitCondition::DontExit, ..default() })
            .set(quiet_log())
            // Else the first frames are drawn without the shaders that are still being compiled.
            .set(RenderPlugin { synchronous_pipeline_compilation: true, ..default() })
            .disable::<WinitPlugin>(),
    )
    .insert_non_send(Running(Box::new(session)));
    add_contents(&mut app);
    let target = app.world_mut().resource_mut::<Assets<Image>>().add(blank(picture));
    app.world_mut().resource_mut::<bevy_egui::EguiGlobalSettings>().auto_create_primary_context = false;
    app.world_mut().spawn((Camera2d, Msaa::Sample4, RenderTarget::Image(target.clone().into()), PrimaryEguiContext));
    app.world_mut().resource_mut::<Wishes>().0.extend(picture.actions.iter().cloned());
    app.world_mut().resource_mut::<SceneView>().window = Vec2::new(picture.width as f32, picture.height as f32);
    wait_for_plugins(&mut app);
    for _ in 0..SETTLE {
        app.update();
    }
    let pictures = ask_for_picture(&mut app, target);
    for _ in 0..PATIENCE {
        app.update();
        if let Ok(image) = pictures.try_recv() {
            return Ok(image);
        }
    }
    Err(AppError::NoPicture { frames: PATIENCE })
}

fn blank(picture: &Picture) -> Image {
    let size = Extent3d { width: picture.width, height: picture.height, depth_or_array_layers: 1 };
    let mut image = Image::new_fill(
        size,
        TextureDimension::D2,
        &[0, 0, 0, 255],
        TextureFormat::Rgba8UnormSrgb,
        RenderAssetUsages::default(),
    );
    image.texture_descriptor.usage = TextureUsages::TEXTURE_BINDING
        | TextureUsages::COPY_SRC
        | TextureUsages::COPY_DST
        | TextureUsages::RENDER_ATTACHMENT;
    image
}

fn ask_for_picture(app: &mut App, target: Handle<Image>) -> Receiver<Image> {
    let (sender, receiver) = channel();
    app.world_mut().spawn(Screenshot::image(target)).observe(move |captured: On<ScreenshotCaptured>| {
        // The receiver is gone only when the picture is no longer wanted.
        let _ = sender.send(captured.image.clone());
    });
    receiver
}
