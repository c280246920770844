//! The visual vocabulary: which shape a version has and which icon a stage has, as outlines that the scene turns into
//! meshes and the panels paint flat. Coordinates: x to the right, y up, the unit circle is the token's size.

use std::f32::consts::TAU;

use crate::model::{PodView, Stage};

pub type Point = [f32; 2];

/// The outline of a token seen from above. Versions take them in turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Footprint {
    Hexagon,
    Diamond,
    Circle,
    Square,
    Triangle,
    Pentagon,
}

impl Footprint {
    pub const ALL: [Footprint; 6] = [
        Footprint::Hexagon,
        Footprint::Diamond,
        Footprint::Circle,
        Footprint::Square,
        Footprint::Triangle,
        Footprint::Pentagon,
    ];

    /// Versions 0 to 5 differ in colour and shape. Later ones use the same colours with the shapes shifted by one,
    /// so that 30 versions are told apart by the pair.
    pub fn of_version(version: Option<usize>) -> Footprint {
        version.map_or(Footprint::Circle, |index| {
            let round = index / Footprint::ALL.len();
            Footprint::ALL[(index + round) % Footprint::ALL.len()]
        })
    }

    /// Counter-clockwise, of about equal area.
    pub fn outline(self) -> Vec<Point> {
        match self {
            Footprint::Hexagon => regular(6, 0.0, 1.0),
            Footprint::Diamond => regular(4, 0.0, 1.1),
            Footprint::Circle => regular(24, 0.0, 0.93),
            Footprint::Square => regular(4, TAU / 8.0, 1.14),
            Footprint::Triangle => regular(3, TAU / 4.0, 1.22),
            Footprint::Pentagon => regular(5, TAU / 4.0, 1.04),
        }
    }
}

fn regular(corners: usize, turn: f32, radius: f32) -> Vec<Point> {
    (0..corners)
        .map(|corner| {
            let angle = turn + TAU * corner as f32 / corners as f32;
            [radius * angle.cos(), radius * angle.sin()]
        })
        .collect()
}

/// Drawn with strokes of one width.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Icon {
    Check,
    Ring,
    Clock,
    ArrowDown,
    Play,
    Minus,
    Bang,
    Cross,
    Question,
    Square,
    Power,
    Barrier,
    Pause,
    Step,
    Restart,
}

impl Icon {
    pub fn of_stage(stage: Stage) -> Icon {
        match stage {
            Stage::Pending => Icon::Clock,
            Stage::Pulling => Icon::ArrowDown,
            Stage::Starting => Icon::Play,
            Stage::NotReady => Icon::Ring,
            Stage::Ready => Icon::Check,
            Stage::Terminating => Icon::Minus,
            Stage::BackOff => Icon::Bang,
            Stage::Succeeded => Icon::Square,
            Stage::Failed => Icon::Cross,
            Stage::Unknown => Icon::Question,
        }
    }

    /// Polylines within the unit circle.
    pub fn strokes(self) -> Vec<Vec<Point>> {
        let arc = |from: f32, to: f32, radius: f32| -> Vec<Point> {
            (0..=20)
                .map(|part| {
                    let angle = TAU * (from + (to - from) * part as f32 / 20.0);
                    [radius * angle.sin(), radius * angle.cos()]
                })
                .collect()
        };
        match self {
            Icon::Check => vec![vec![[-0.62, 0.02], [-0.16, -0.46], [0.64, 0.46]]],
            Icon::Ring => vec![arc(0.0, 1.0, 0.56)],
            Icon::Clock => vec![arc(0.0, 1.0, 0.72), vec![[0.0, 0.42], [0.0, 0.0], [0.3, -0.2]]],
            Icon::ArrowDown => vec![vec![[0.0, 0.7], [0.0, -0.6]], vec![[-0.5, -0.1], [0.0, -0.62], [0.5, -0.1]]],
            Icon::Play => vec![vec![[-0.36, 0.58], [0.56, 0.0], [-0.36, -0.58], [-0.36, 0.58]]],
            Icon::Minus => vec![vec![[-0.6, 0.0], [0.6, 0.0]]],
            Icon::Bang => vec![vec![[0.0, 0.72], [0.0, -0.18]], vec![[0.0, -0.52], [0.0, -0.7]]],
            Icon::Cross => vec![vec![[-0.5, 0.5], [0.5, -0.5]], vec![[-0.5, -0.5], [0.5, 0.5]]],
            Icon::Question => vec![
                vec![[-0.36, 0.36], [-0.2, 0.64], [0.1, 0.7], [0.36, 0.48], [0.3, 0.18], [0.0, -0.04], [0.0, -0.26]],
                vec![[0.0, -0.56], [0.0, -0.72]],
            ],
            Icon::Square => vec![vec![[-0.42, 0.42], [0.42, 0.42], [0.42, -0.42], [-0.42, -0.42], [-0.42, 0.42]]],
            Icon::Power => vec![arc(0.12, 0.88, 0.62), vec![[0.0, 0.82], [0.0, 0.1]]],
            Icon::Barrier => vec![arc(0.0, 1.0, 0.68), vec![[-0.48, 0.48], [0.48, -0.48]]],
            Icon::Pause => vec![vec![[-0.28, 0.56], [-0.28, -0.56]], vec![[0.28, 0.56], [0.28, -0.56]]],
            Icon::Step => {
                vec![vec![[-0.48, 0.56], [0.3, 0.0], [-0.48, -0.56], [-0.48, 0.56]], vec![[0.56, 0.6], [0.56, -0.6]]]
            }
            Icon::Restart => vec![arc(0.12, 0.92, 0.6), vec![[-0.72, 0.62], [-0.3, 0.52], [-0.36, 0.94]]],
        }
    }
}

/// Everything that decides how a pod's token looks, so that equal pods share one mesh.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TokenLook {
    pub version: Option<usize>,
    pub stage: Stage,
    /// Eighths of the present stage, where that is known.
    pub eighths: Option<u8>,
    /// Drawn small, so only what matters most can be told.
    pub small: bool,
}

impl TokenLook {
    pub fn of(pod: &PodView, small: bool) -> TokenLook {
        TokenLook {
            version: pod.version,
            stage: pod.stage,
            eighths: pod.progress_percent.map(|percent| (u16::from(percent.min(100)) * 8 / 100) as u8),
            small,
        }
    }

    /// How far the token stands out of the plate, in token radii: a pod grows as it comes to life and sinks as it ends.
    pub fn height(self) -> f32 {
        let done = f32::from(self.eighths.unwrap_or(0)) / 8.0;
        match self.stage {
            Stage::Pending | Stage::Succeeded | Stage::Failed => 0.18,
            Stage::Pulling => 0.22 + 0.28 * done,
            Stage::Starting => 0.6,
            Stage::NotReady | Stage::Ready | Stage::Unknown => 0.95,
            Stage::BackOff => 0.6,
            Stage::Terminating => 0.75 - 0.5 * done,
        }
    }

    /// Whether the token wears its version's full colour: there are running containers.
    pub fn is_alive(self) -> bool {
        matches!(self.stage, Stage::NotReady | Stage::Ready | Stage::Starting)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn thirty_versions_differ_in_colour_or_shape() {
        let pairs: BTreeSet<_> = (0..30).map(|index| (index % 6, Footprint::of_version(Some(index)))).collect();
        assert_eq!(pairs.len(), 30);
    }

    #[test]
    fn every_stage_has_its_own_icon() {
        let icons: BTreeSet<_> = Stage::ALL.into_iter().map(Icon::of_stage).collect();
        assert_eq!(icons.len(), Stage::ALL.len());
    }

    #[test]
    fn outlines_run_counter_clockwise() {
        for footprint in Footprint::ALL {
            let outline = footprint.outline();
            let doubled_area: f32 = (0..outline.len())
                .map(|at| {
                    let ([x, y], [next_x, next_y]) = (outline[at], outline[(at + 1) % outline.len()]);
                    x * next_y - next_x * y
                })
                .sum();
            assert!(doubled_area > 0.0, "{footprint:?}");
        }
    }
}
