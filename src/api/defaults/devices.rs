//! What a claim of devices asks for when it does not say.
//!
//! Models: pkg/apis/resource/v1/defaults.go, v1.36.
//! Simplified: nothing.

use k8s_openapi::api::resource::v1::ResourceClaimSpec;

fn count(mode: &mut Option<String>, count: &mut Option<i64>) {
    if mode.as_deref().unwrap_or_default().is_empty() {
        *mode = Some("ExactCount".to_owned());
    }
    if mode.as_deref() == Some("ExactCount") && count.unwrap_or(0) == 0 {
        *count = Some(1);
    }
}

pub(crate) fn claim(spec: &mut ResourceClaimSpec) {
    for request in spec.devices.iter_mut().flat_map(|devices| devices.requests.iter_mut().flatten()) {
        if let Some(exactly) = &mut request.exactly {
            count(&mut exactly.allocation_mode, &mut exactly.count);
            exactly.tolerations.iter_mut().flatten().for_each(toleration);
        }
        for one in request.first_available.iter_mut().flatten() {
            count(&mut one.allocation_mode, &mut one.count);
            one.tolerations.iter_mut().flatten().for_each(toleration);
        }
    }
}

fn toleration(toleration: &mut k8s_openapi::api::resource::v1::DeviceToleration) {
    if toleration.operator.as_deref().unwrap_or_default().is_empty() {
        toleration.operator = Some("Equal".to_owned());
    }
}
