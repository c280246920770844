//! DynamicResources: devices that a pod claims through ResourceClaims.
//!
//! Models: pkg/scheduler/framework/plugins/dynamicresources/dynamicresources.go, v1.36.
//! Simplified: a pod with resource claims is refused with an error; for all others the plugin has, as in Kubernetes,
//! no claim to give back when no node is found, and says so.

use crate::scheduler::framework::cycle_state::CycleState;
use crate::scheduler::framework::diagnosis::{Nomination, NodeToStatus, PostFilterOutcome};
use crate::scheduler::framework::plugin::{Handle, Plugin, PostFilter, PreFilter, PreFilterResult};
use crate::scheduler::framework::pod_info::PodInfo;
use crate::scheduler::framework::status::Status;

#[derive(Debug)]
pub struct DynamicResources;

const NO_CLAIMS: &str = "no new claims to deallocate";
const NOT_FOUND: &str = "not found";
const NOT_SIMULATED: &str = "not simulated: resource claims";

impl Plugin for DynamicResources {
    fn name(&self) -> &'static str {
        "DynamicResources"
    }
    fn as_pre_filter(&self) -> Option<&dyn PreFilter> {
        Some(self)
    }
    fn as_post_filter(&self) -> Option<&dyn PostFilter> {
        Some(self)
    }
}

/// That PreFilter was reached: a plugin before this one may have refused the pod.
#[derive(Clone, Debug)]
struct Reached;

impl PreFilter for DynamicResources {
    fn pre_filter(&self, _: Handle, state: &mut CycleState, pod: &PodInfo) -> Result<PreFilterResult, Status> {
        state.write(Reached);
        let claims = pod.pod.spec.resource_claims.as_ref().is_some_and(|claims| !claims.is_empty());
        Err(if claims { Status::error(NOT_SIMULATED) } else { Status::skip() })
    }
}

impl PostFilter for DynamicResources {
    fn post_filter(&self, _: Handle, state: &CycleState, _: &PodInfo, _: &NodeToStatus, _: &mut podarium_sim::Stream) -> PostFilterOutcome {
        // Without what its PreFilter would have left the reference's plugin fails, and nobody preempts.
        let status = if state.read::<Reached>().is_some() { Status::unschedulable(NO_CLAIMS) } else { Status::error(NOT_FOUND) };
        PostFilterOutcome::rejected(Nomination::Keep, status)
    }
}
