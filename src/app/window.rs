//! The app in a window.

use std::panic::{AssertUnwindSafe, catch_unwind};

use bevy::app::{AppExit, PluginsState};
use bevy::asset::AssetEventSystems;
use bevy::log::LogPlugin;
use bevy::prelude::*;
use bevy::window::{PrimaryWindow, WindowResolution};
use bevy::winit::WinitSettings;
use bevy_egui::{EguiPlugin, EguiPostUpdateSet, PrimaryEguiContext};

use crate::desk::Running;
use crate::{AppError, Session, desk, panels, scene, theme};

/// Opens the window and returns when it is closed.
pub fn open(session: impl Session) -> Result<(), AppError> {
    if !has_display() {
        return Err(AppError::NoDisplay);
    }
    let session: Box<dyn Session> = Box::new(session);
    // winit and wgpu report a missing display or driver by panicking while the app is built.
    let quiet = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let built = catch_unwind(AssertUnwindSafe(|| build(session)));
    std::panic::set_hook(quiet);
    let mut app = built.map_err(|panic| explain(panic.as_ref()))?;
    match app.run() {
        AppExit::Success => Ok(()),
        AppExit::Error(code) => Err(AppError::Stopped(format!("exit code {code}"))),
    }
}

#[cfg(all(unix, not(target_os = "macos")))]
fn has_display() -> bool {
    ["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"]
        .into_iter()
        .any(|variable| std::env::var_os(variable).is_some_and(|value| !value.is_empty()))
}

#[cfg(not(all(unix, not(target_os = "macos"))))]
fn has_display() -> bool {
    true
}

/// What the panic of a library means for the person at the screen.
pub(crate) fn explain(panic: &(dyn std::any::Any + Send)) -> AppError {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    let text = text.unwrap_or("for an unknown reason");
    if text.contains("event loop") {
        AppError::NoDisplay
    } else if text.contains("GPU") || text.contains("wgpu") || text.contains("adapter") {
        AppError::NoDriver
    } else {
        AppError::Stopped(text.to_owned())
    }
}

fn build(session: Box<dyn Session>) -> App {
    let window = Window {
        title: "Podarium".into(),
        name: Some("podarium".into()),
        resolution: WindowResolution::new(1600, 900),
        resize_constraints: WindowResizeConstraints { min_width: 900.0, min_height: 560.0, ..default() },
        ..default()
    };
    let mut app = App::new();
    app.add_plugins(DefaultPlugins.set(WindowPlugin { primary_window: Some(window), ..default() }).set(quiet_log()))
        .insert_resource(WinitSettings::desktop_app())
        .insert_non_send(Running(session));
    add_contents(&mut app);
    app.add_systems(Startup, open_camera).add_systems(Update, drop_files);
    wait_for_plugins(&mut app);
    app
}

/// Until the graphics driver is there.
pub(crate) fn wait_for_plugins(app: &mut App) {
    while app.plugins_state() == PluginsState::Adding {
        bevy::tasks::tick_global_task_pools_on_main_thread();
    }
    app.finish();
    app.cleanup();
}

/// What window and picture have in common.
pub(crate) fn add_contents(app: &mut App) {
    app.add_plugins(EguiPlugin::default())
        // Else letters that are new in egui's font texture reach the graphics driver one frame after the text.
        .configure_sets(PostUpdate, EguiPostUpdateSet::PostProcessOutput.before(AssetEventSystems))
        .insert_resource(ClearColor(theme::bevy_color(theme::BACKDROP).into()))
        .add_plugins((desk::plugin, scene::plugin, panels::plugin));
}

/// Drivers chat on the log; only what matters to a person gets through.
pub(crate) fn quiet_log() -> LogPlugin {
    LogPlugin { level: bevy::log::Level::ERROR, filter: "wgpu=off,naga=off".into(), ..default() }
}

fn open_camera(mut commands: Commands, mut settings: ResMut<bevy_egui::EguiGlobalSettings>) {
    settings.auto_create_primary_context = false;
    commands.spawn((Camera2d, Msaa::Sample4, PrimaryEguiContext));
}

/// A scenario file dropped on the window is loaded.
fn drop_files(
    mut dropped: MessageReader<bevy::window::FileDragAndDrop>,
    windows: Query<Entity, With<PrimaryWindow>>,
    mut wishes: ResMut<desk::Wishes>,
) {
    use crate::model::{Action, ScenarioSource};
    for file in dropped.read() {
        if let bevy::window::FileDragAndDrop::DroppedFile { window, path_buf } = file
            && windows.contains(*window)
        {
            wishes.0.push(Action::LoadScenario(ScenarioSource::Path(path_buf.clone())));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Action, ScenarioSource};

    #[test]
    fn a_dropped_file_is_loaded() {
        let mut app = App::new();
        app.add_message::<bevy::window::FileDragAndDrop>()
            .init_resource::<desk::Wishes>()
            .add_systems(Update, drop_files);
        let window = app.world_mut().spawn((Window::default(), PrimaryWindow)).id();
        app.world_mut()
            .write_message(bevy::window::FileDragAndDrop::DroppedFile { window, path_buf: "my/lab.yaml".into() });
        app.update();
        let wanted = Action::LoadScenario(ScenarioSource::Path("my/lab.yaml".into()));
        assert_eq!(app.world().resource::<desk::Wishes>().0, [wanted]);
    }

    #[test]
    fn a_missing_driver_or_display_names_what_works_without() {
        for (panic, names) in
            [("Failed to build event loop: Os", "no display"), ("Unable to find a GPU!", "no graphics driver")]
        {
            let text = explain(&panic.to_owned()).to_string();
            assert!(
                text.starts_with(names) && text.contains("podarium shell") && text.contains("podarium render"),
                "{text}"
            );
        }
    }
}
