//! ImageLocality: prefers nodes that already hold the pod's images, by their size, tempered by how widespread an image
//! is, so that not every pod of an image goes to the one node that has it.
//!
//! Models: pkg/scheduler/framework/plugins/imagelocality/image_locality.go, v1.36.
//! Simplified: nothing.

use std::borrow::Cow;

use k8s_openapi::api::core::v1::PodSpec;

use crate::scheduler::framework::cycle_state::CycleState;
use crate::scheduler::framework::node_info::NodeInfo;
use crate::scheduler::framework::plugin::{Handle, MAX_NODE_SCORE, Plugin, PreScore, Score};
use crate::scheduler::framework::pod_info::PodInfo;
use crate::scheduler::framework::status::Status;

#[derive(Debug)]
pub struct ImageLocality;

const MB: i64 = 1 << 20;
/// Images below 23 MB together are not worth a point.
const MIN_THRESHOLD: i64 = 23 * MB;
/// 1000 MB for each container are worth all points.
const MAX_PER_CONTAINER: i64 = 1000 * MB;

/// The pod's images, and what each is worth on a node that has it: its size, less when few nodes have it.
#[derive(Clone, Debug)]
struct ImageSpread {
    images: Vec<(String, i64)>,
    containers: i64,
}

impl Plugin for ImageLocality {
    fn name(&self) -> &'static str {
        "ImageLocality"
    }
    fn as_pre_score(&self) -> Option<&dyn PreScore> {
        Some(self)
    }
    fn as_score(&self) -> Option<&dyn Score> {
        Some(self)
    }
}

impl PreScore for ImageLocality {
    fn pre_score(&self, handle: Handle, state: &mut CycleState, pod: &PodInfo, _: &[&NodeInfo]) -> Result<(), Status> {
        // Without images anywhere every node scores nothing, which is what a skipped plugin adds.
        if !handle.snapshot.has_images() {
            return Err(Status::skip());
        }
        let nodes = handle.snapshot.len() as f64;
        let spec: &PodSpec = &pod.pod.spec;
        let worth = |name: Cow<str>| {
            let state = handle.snapshot.image(&name)?;
            Some((name.to_string(), (state.bytes as f64 * (f64::from(state.nodes) / nodes)) as i64))
        };
        let images = image_names(spec).filter_map(worth).collect();
        let containers = spec.containers.len() + spec.init_containers.as_ref().map_or(0, Vec::len);
        state.write(ImageSpread { images, containers: containers as i64 });
        Ok(())
    }
}

/// Images of containers, init containers and image volumes, with `:latest` where no tag is given.
fn image_names(spec: &PodSpec) -> impl Iterator<Item = Cow<'_, str>> {
    let containers = spec.init_containers.iter().flatten().chain(&spec.containers).filter_map(|c| c.image.as_deref());
    let volumes = spec.volumes.iter().flatten().filter_map(|volume| volume.image.as_ref()?.reference.as_deref());
    containers.chain(volumes).map(normalized)
}

fn normalized(name: &str) -> Cow<'_, str> {
    // A colon before the last slash belongs to the port of a registry.
    if name.rfind(':') <= name.rfind('/') { format!("{name}:latest").into() } else { name.into() }
}

impl Score for ImageLocality {
    fn score(&self, state: &CycleState, _: &PodInfo, node: &NodeInfo) -> i64 {
        let (Some(spread), Some(images)) = (state.read::<ImageSpread>(), &node.images) else { return 0 };
        let there = spread.images.iter().filter(|(name, _)| images.contains_key(name)).map(|(_, worth)| worth);
        let greatest = MAX_PER_CONTAINER * spread.containers;
        let sum = there.sum::<i64>().clamp(MIN_THRESHOLD, greatest.max(MIN_THRESHOLD));
        MAX_NODE_SCORE * (sum - MIN_THRESHOLD) / (greatest - MIN_THRESHOLD)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheduler::tests::building::{node, pod, scores};

    #[test]
    fn large_images_that_are_there_attract() {
        let with = |name: &str, images: &[(&str, i64)]| images.iter().fold(node(name), |node, (image, mb)| node.image(image, mb * MB));
        // gcr.io/250 on one of two nodes: 125 MB count of 1000: 100 * (125 - 23) / 977 = 10.
        let nodes = || vec![with("a", &[("gcr.io/250:latest", 250)]), with("b", &[("gcr.io/40:latest", 40)])];
        assert_eq!(scores(&ImageLocality, &pod("p").image("gcr.io/250"), nodes(), vec![]), [10, 0]);
        // 20 MB count for gcr.io/40, which is below the threshold.
        assert_eq!(scores(&ImageLocality, &pod("p").image("gcr.io/40"), nodes(), vec![]), [0, 0]);
        let everywhere = vec![with("a", &[("x:1", 2000)]), with("b", &[("x:1", 2000)]), with("c", &[])];
        // 2000 MB on two of three nodes is more than the 1000 MB that are worth all points.
        assert_eq!(scores(&ImageLocality, &pod("p").image("x:1"), everywhere, vec![]), [100, 100, 0]);
        // An image has one size: that of the node which was seen first.
        let of_two_sizes = vec![with("a", &[("x:1", 500)]), with("b", &[("x:1", 1)])];
        assert_eq!(scores(&ImageLocality, &pod("p").image("x:1"), of_two_sizes, vec![]), [48, 48]);
    }

    #[test]
    fn names_without_a_tag_mean_latest() {
        for (name, full) in [("root:5000/foo", "root:5000/foo:latest"), ("foo", "foo:latest"), ("root:5000/foo:bar", "root:5000/foo:bar"), ("foo:1", "foo:1")] {
            assert_eq!(normalized(name), full);
        }
    }
}
