//! Where a pod is in its life, as far as a picture can tell it: finer than the five phases of the API.

/// The API's phase `Pending` alone covers waiting for a node, pulling the image and starting; a student should see which.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// No node yet: in the scheduling queue.
    #[default]
    Pending,
    /// On a node, which is pulling the image.
    Pulling,
    /// The image is there; containers are being created or init containers run.
    Starting,
    /// The containers run, the readiness probe has not passed.
    NotReady,
    /// Gets traffic.
    Ready,
    /// A deletion timestamp is set; the containers have the grace period to stop.
    Terminating,
    /// A container waits to be tried again: `CrashLoopBackOff`, `ImagePullBackOff` and their like.
    BackOff,
    /// Every container ended well.
    Succeeded,
    /// A container ended badly and will not be restarted.
    Failed,
    /// The node has gone silent: nobody knows.
    Unknown,
}

impl Stage {
    pub const ALL: [Stage; 10] = [
        Stage::Pending,
        Stage::Pulling,
        Stage::Starting,
        Stage::NotReady,
        Stage::Ready,
        Stage::Terminating,
        Stage::BackOff,
        Stage::Succeeded,
        Stage::Failed,
        Stage::Unknown,
    ];

    /// The word of the legend.
    pub fn word(self) -> &'static str {
        match self {
            Stage::Pending => "waiting for a node",
            Stage::Pulling => "pulling the image",
            Stage::Starting => "starting",
            Stage::NotReady => "running, not ready",
            Stage::Ready => "ready",
            Stage::Terminating => "terminating",
            Stage::BackOff => "backing off",
            Stage::Succeeded => "succeeded",
            Stage::Failed => "failed",
            Stage::Unknown => "unknown",
        }
    }
}
