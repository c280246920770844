//! Access to devices that are in use, which only namespaces with a label may ask for.
//!
//! Models: pkg/registry/resource/utils.go (AuthorizedForAdmin), v1.36.
//! Simplified: what is asked for in a claim is checked, what a scheduler writes into its status is not.

use podarium_api::field::{FieldError, Path};
use podarium_api::{Kind, Object};

use crate::store::{Key, Store};

const LABEL: &str = "resource.kubernetes.io/admin-access";

/// What is wrong with a new claim or template of claims that asks for such access.
pub(in crate::apiserver) fn admin_access(store: &Store, object: &Object) -> Option<FieldError> {
    let devices = match object {
        Object::ResourceClaim(claim) => claim.spec.devices.as_ref()?,
        Object::ResourceClaimTemplate(template) => template.spec.spec.devices.as_ref()?,
        _ => return None,
    };
    let asks = |request: &k8s_openapi::api::resource::v1::DeviceRequest| request.exactly.as_ref().is_some_and(|exactly| exactly.admin_access == Some(true));
    let index = devices.requests.iter().flatten().position(asks)?;
    let namespace = store.get(Kind::Namespace, &Key::new("", object.meta().namespace.as_deref().unwrap_or_default()));
    let labelled = namespace.and_then(|namespace| namespace.meta().labels.as_ref()?.get(LABEL)).is_some_and(|value| value == "true");
    let path = Path::new("spec.devices.requests").index(index).child("adminAccess");
    (!labelled).then(|| FieldError::forbidden(path, format!("admin access to devices requires the `{LABEL}: true` label on the containing namespace")))
}
