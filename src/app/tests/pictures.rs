//! A few small reference pictures: the app on hand-made clusters, drawn by the software driver and compared with files.
//!
//! Drivers differ in the last bit and at edges, so pictures are compared in blocks of pixels. `UPDATE_PICTURES=1` draws
//! the references anew; look at them before they are committed. Without a graphics driver the test says so.
#[path = "../examples/showcase/by_hand.rs"]
#[allow(dead_code, reason = "the example shows more than the test does")]
mod by_hand;

use std::path::{Path, PathBuf};

use by_hand::ByHand;
use image::RgbImage;
use podarium_app::model::{Action, Kind, ObjectRef};
use podarium_app::{AppError, Picture, Session, model};

/// Side of a block in pixels.
const BLOCK: u32 = 8;
/// How much the mean of a block may differ, of 255. A token that is missing, moved or of another colour differs by more
/// than 60 in several blocks; software drivers of different versions by less than 4.
const TOLERANCE: f64 = 12.0;

struct Reference {
    name: &'static str,
    session: &'static str,
    selected: Option<(Kind, &'static str)>,
}

const REFERENCES: &[Reference] = &[
    Reference { name: "three-nodes", session: "three", selected: None },
    Reference { name: "rollout-with-a-selected-node", session: "rollout", selected: Some((Kind::Node, "worker-2")) },
    Reference { name: "traffic", session: "traffic", selected: None },
    Reference { name: "trouble", session: "trouble", selected: None },
    Reference { name: "a-hundred-nodes", session: "hundred", selected: None },
];

fn folder() -> PathBuf {
    PathBuf::from("../../tests/golden/pictures")
}

fn read(path: &Path) -> RgbImage {
    image::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display())).to_rgb8()
}

/// The blocks whose means differ too much, as the places of their upper left corners.
fn differences(one: &RgbImage, other: &RgbImage) -> Vec<(u32, u32)> {
    assert_eq!(one.dimensions(), other.dimensions());
    let (width, height) = one.dimensions();
    let corners = (0..height).step_by(BLOCK as usize).flat_map(|y| (0..width).step_by(BLOCK as usize).map(move |x| (x, y)));
    let mean = |picture: &RgbImage, (x, y): (u32, u32), channel: usize| {
        let pixels = (y..(y + BLOCK).min(height)).flat_map(|y| (x..(x + BLOCK).min(width)).map(move |x| (x, y)));
        let (sum, count) = pixels.fold((0.0, 0.0), |(sum, count), (x, y)| (sum + f64::from(picture.get_pixel(x, y)[channel]), count + 1.0));
        sum / count
    };
    corners.filter(|at| (0..3).any(|channel| (mean(one, *at, channel) - mean(other, *at, channel)).abs() > TOLERANCE)).collect()
}

#[test]
fn the_app_looks_as_it_did() {
    let drawn = std::env::temp_dir().join(format!("podarium-pictures-{}", std::process::id()));
    std::fs::create_dir_all(&drawn).expect("a temporary folder");
    let mut wrong = Vec::new();
    for reference in REFERENCES {
        let selected = reference.selected.map(|(kind, name)| Action::Select(Some(ObjectRef::new(kind, "", name))));
        let picture = Picture { width: 960, height: 560, actions: selected.into_iter().collect() };
        let out = drawn.join(format!("{}.png", reference.name));
        match podarium_app::draw_session(ByHand::named(reference.session), &picture, &out) {
            Err(AppError::NoDriver) => {
                println!("skipped: no graphics driver (Debian's mesa-vulkan-drivers has one)");
                return;
            }
            other => other.expect("a picture"),
        }
        let kept = folder().join(format!("{}.png", reference.name));
        if std::env::var_os("UPDATE_PICTURES").is_some() {
            std::fs::create_dir_all(folder()).and_then(|()| std::fs::copy(&out, &kept)).expect("the reference is written");
        }
        let blocks = differences(&read(&kept), &read(&out));
        if !blocks.is_empty() {
            wrong.push(format!("{}: {} blocks differ, e.g. at {:?}; see {}", reference.name, blocks.len(), &blocks[..blocks.len().min(4)], out.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    std::fs::remove_dir_all(&drawn).expect("the pictures are there");
}

#[test]
fn a_moved_token_is_seen() {
    let plain = RgbImage::from_pixel(64, 64, image::Rgb([20, 24, 32]));
    let mut other = plain.clone();
    for (x, y) in (20..36).flat_map(|x| (20..36).map(move |y| (x, y))) {
        other.put_pixel(x, y, image::Rgb([90, 160, 220]));
    }
    assert!(differences(&plain, &plain).is_empty());
    assert!(differences(&plain, &other).len() >= 4);
}
