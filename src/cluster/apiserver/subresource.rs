//! Subresources that are verbs of their own: binding a pod to a node, scaling.
//!
//! Models: pkg/registry/core/pod/storage/storage.go, pkg/registry/apps/*/storage/storage.go, v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use k8s_openapi::api::core::v1::PodCondition;
use podarium_api::field::FieldError;
use podarium_api::managed_fields::Type;
use podarium_api::managed_fields::scale::SCALE_VERSION;
use podarium_api::selector::LabelSelector;
use podarium_api::{Kind, Object, Resource as _, Status};
use serde_json::{Value, json};

use super::admission::pod_topology_labels;
use super::{ApiServer, Body, Call, FieldValidation, PatchType, Reply, Request, Subresource, Verb};

impl ApiServer {
    /// Puts a pod on a node: the scheduler's one write.
    pub(super) fn bind(&mut self, request: Request, call: &mut Call) -> Result<Reply, Status> {
        let key = request.key();
        let Body::Value(binding) = &request.body else {
            return Err(Status::bad_request("the body of a binding holds no binding"));
        };
        let text = |place: &str| binding.pointer(place).and_then(Value::as_str).unwrap_or_default();
        if text("/metadata/name") != &*key.name {
            return Err(Status::bad_request("name in URL does not match name in Binding object"));
        }
        let (kind, node) = (text("/target/kind"), text("/target/name"));
        let mut faults = Vec::new();
        if !matches!(kind, "" | "Node") {
            faults.push(FieldError::not_supported("target.kind", kind, &["Node", "<empty>"]));
        }
        if node.is_empty() {
            faults.push(FieldError::required("target.name", ""));
        }
        if !faults.is_empty() {
            let texts: Vec<String> = faults.iter().map(ToString::to_string).collect();
            let text = if texts.len() == 1 { texts.concat() } else { format!("[{}]", texts.join(", ")) };
            return Err(Status::new(500, "", text));
        }
        let old = self.stored(Kind::Pod, &key)?.clone();
        let Object::Pod(pod) = &old else { return Err(Status::not_found(Kind::Pod, &key.name)) };
        let uid = text("/metadata/uid");
        if !uid.is_empty() && uid != pod.uid() {
            return Err(super::write::uid_conflict(Kind::Pod, &key, uid, pod.uid()));
        }
        let conflict = |why: String| Status::conflict_of("pods/binding", &key.name, &why);
        if pod.metadata.deletion_timestamp.is_some() {
            return Err(conflict(format!("pod {} is being deleted, cannot be assigned to a host", key.name)));
        }
        if let Some(bound) = pod.spec.node_name.as_deref().filter(|name| !name.is_empty()) {
            return Err(conflict(format!("pod {} is already assigned to node {bound:?}", key.name)));
        }
        if pod.spec.scheduling_gates.as_ref().is_some_and(|gates| !gates.is_empty()) {
            return Err(conflict(format!("pod {} has non-empty .spec.schedulingGates", key.name)));
        }
        let mut pod = pod.clone();
        let bound = Arc::make_mut(&mut pod);
        Arc::make_mut(&mut bound.spec).node_name = Some(node.to_owned());
        let labels = pod_topology_labels::of_node(&self.store, node);
        if !labels.is_empty() {
            bound.metadata.labels.get_or_insert_default().extend(labels);
        }
        let status = Arc::make_mut(&mut bound.status);
        // A hint where it may go; now it is there.
        status.nominated_node_name = None;
        let conditions = status.conditions.get_or_insert_default();
        conditions.retain(|condition| condition.type_ != "PodScheduled");
        conditions.push(PodCondition {
            type_: "PodScheduled".to_owned(),
            status: "True".to_owned(),
            last_transition_time: Some(self.epoch.seconds(call.now)),
            ..PodCondition::default()
        });
        if !call.dry_run {
            self.commit(Kind::Pod, key.clone(), Some(pod.into_object()), call);
        }
        call.created = true;
        Ok(Reply::Value(json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201})))
    }

    /// Reads or writes the replica count of what has one.
    pub(super) fn scale(&mut self, request: Request, call: &mut Call) -> Result<Reply, Status> {
        if !can_have_a_scale(request.kind) {
            return Err(Status::no_such_path());
        }
        let key = request.key();
        let old = self.stored_as_asked(request.kind, &key)?;
        let Some(current) = scale_of(&old) else { return Err(Status::no_such_path()) };
        let wanted = match (request.verb, &request.body) {
            (Verb::Get, _) => {
                if let Object::Custom(custom) = &old
                    && matches!(custom.scale(), Some((None, ..)))
                {
                    return Err(Status::internal(&format!("the spec replicas field {:?} does not exist", format!(".{}", custom.replicas_path().join(".")))));
                }
                return Ok(Reply::Value(current));
            }
            (Verb::Update, Body::Value(scale)) => scale.clone(),
            (Verb::Patch, Body::Patch(PatchType::Apply, configuration)) => self.apply_scale(&old, &current, configuration, request.options.force, call)?,
            (Verb::Patch, Body::Patch(patch_type, patch)) => {
                let mut current = current.clone();
                let owners = self.owners_of_scale(&old);
                if !owners.is_empty() {
                    current["metadata"]["managedFields"] = json!(owners.encode());
                }
                let mut patched = podarium_api::patch::apply(request.kind, *patch_type, &current, patch)?;
                check_scale(&patched, *patch_type, patch, request.options.field_validation, &mut call.warnings)?;
                if let Some(metadata) = patched.get_mut("metadata").and_then(Value::as_object_mut) {
                    metadata.remove("managedFields");
                }
                patched
            }
            (verb, _) => return Err(Status::method_not_allowed(request.kind, verb.name())),
        };
        let name = wanted.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default();
        if name != &*key.name {
            return Err(Status::bad_request(match name {
                "" => format!("the name of the object ({} based on URL) was undeterminable: name must be provided", key.name),
                _ => format!("the name of the object ({name}) does not match the name on the URL ({})", key.name),
            }));
        }
        let version = wanted.pointer("/metadata/resourceVersion").and_then(Value::as_str).unwrap_or_default();
        if !version.is_empty() && Some(version) != old.meta().resource_version.as_deref() {
            return Err(Status::modified(request.kind, &key.name));
        }
        let replicas = wanted.pointer("/spec/replicas").and_then(Value::as_i64).unwrap_or(0);
        // A custom object's count is checked with the object.
        if replicas < 0 && !matches!(old, Object::Custom(_)) {
            let error = podarium_api::field::FieldError::invalid(
                "spec.replicas",
                replicas,
                "must be greater than or equal to 0",
            );
            return Err(Status::invalid_kind("autoscaling", "Scale", &key.name, &[error]));
        }
        let mut wanted = wanted;
        if replicas == 0
            && let Some(spec) = wanted.get_mut("spec").and_then(Value::as_object_mut)
        {
            // Nobody owns what is not written.
            spec.remove("replicas");
        }
        self.track_scale(&old, &current, &wanted, call);
        let mut object = old.clone();
        set_replicas(&mut object, i32::try_from(replicas).unwrap_or(i32::MAX));
        let object = self.replace(object, old, Some(Subresource::Scale), call)?;
        scale_of(&object).map(Reply::Value).ok_or_else(Status::no_such_path)
    }
}

/// Whether a patched Scale is one; what it has besides is told as the request wants it.
fn check_scale(patched: &Value, patch_type: PatchType, patch: &Value, validation: FieldValidation, warnings: &mut Vec<String>) -> Result<(), Status> {
    let wrong = |why: &str| podarium_api::patch::unreadable(patch_type, Type::of_kind(SCALE_VERSION, "Scale"), patched, patch, patched, why);
    let spec = patched.get("spec").unwrap_or(&Value::Null);
    let (Some(fields), Some(top)) = (spec.as_object(), patched.as_object()) else {
        let found = podarium_api::decode::go_kind(spec);
        return Err(wrong(&format!("json: cannot unmarshal {found} into Go struct field Scale.spec of type v1.ScaleSpec")));
    };
    if let Some(replicas) = fields.get("replicas").filter(|replicas| !replicas.is_null() && replicas.as_i64().is_none_or(|number| i32::try_from(number).is_err())) {
        let found = if replicas.is_number() { format!("number {replicas}") } else { podarium_api::decode::go_kind(replicas).to_owned() };
        return Err(wrong(&format!("json: cannot unmarshal {found} into Go struct field ScaleSpec.spec.replicas of type int32")));
    }
    let known = ["apiVersion", "kind", "metadata", "spec", "status"];
    let unknown = top.keys().filter(|name| !known.contains(&name.as_str())).cloned();
    let unknown: Vec<String> = unknown.chain(fields.keys().filter(|name| *name != "replicas").map(|name| format!("spec.{name}"))).map(|name| format!("unknown field {name:?}")).collect();
    match validation {
        FieldValidation::Strict if !unknown.is_empty() => return Err(wrong(&format!("strict decoding error: {}", unknown.join(", ")))),
        FieldValidation::Warn => warnings.extend(unknown),
        _ => {}
    }
    Ok(())
}

/// Kinds of which some objects have a `/scale`; of the others not even the path exists.
fn can_have_a_scale(kind: Kind) -> bool {
    matches!(kind, Kind::Deployment | Kind::ReplicaSet | Kind::StatefulSet | Kind::ReplicationController | Kind::Custom(_))
}

/// The Scale of an object that can be scaled.
fn scale_of(object: &Object) -> Option<Value> {
    let meta = object.meta();
    if let Object::Custom(custom) = object {
        let (spec, status, selector) = custom.scale()?;
        let mut scale = scale_value(meta, spec.unwrap_or(0), status, &selector);
        if selector.is_empty() {
            scale["status"] = json!({"replicas": status});
        }
        return Some(scale);
    }
    let (spec, status, selector) = match object {
        Object::Deployment(object) => (object.spec.replicas, object.status.replicas, LabelSelector::of(&object.spec.selector)),
        Object::ReplicaSet(object) => (object.spec.replicas, Some(object.status.replicas), LabelSelector::of(&object.spec.selector)),
        Object::StatefulSet(object) => (object.spec.replicas, Some(object.status.replicas), LabelSelector::of(&object.spec.selector)),
        Object::ReplicationController(object) => {
            let selector = LabelSelector::from_labels(&object.spec.selector.clone().unwrap_or_default());
            (object.spec.replicas, Some(object.status.replicas), selector)
        }
        _ => return None,
    };
    Some(scale_value(meta, i64::from(spec.unwrap_or(0)), i64::from(status.unwrap_or(0)), &selector.to_string()))
}

fn scale_value(meta: &podarium_api::ObjectMeta, spec: i64, status: i64, selector: &str) -> Value {
    json!({
        "kind": "Scale",
        "apiVersion": "autoscaling/v1",
        "metadata": {
            "name": meta.name,
            "namespace": meta.namespace,
            "uid": meta.uid,
            "resourceVersion": meta.resource_version,
            "creationTimestamp": meta.creation_timestamp,
        },
        // Zero is left out of what is wanted, and said of what there is.
        "spec": if spec == 0 { json!({}) } else { json!({"replicas": spec}) },
        "status": {"replicas": status, "selector": selector},
    })
}

fn set_replicas(object: &mut Object, replicas: i32) {
    match object {
        Object::Deployment(object) => {
            let object = Arc::make_mut(object);
            Arc::make_mut(&mut object.spec).replicas = Some(replicas);
        }
        Object::ReplicaSet(object) => {
            let object = Arc::make_mut(object);
            Arc::make_mut(&mut object.spec).replicas = Some(replicas);
        }
        Object::Custom(object) => Arc::make_mut(object).set_replicas(i64::from(replicas)),
        Object::StatefulSet(object) => {
            let object = Arc::make_mut(object);
            Arc::make_mut(&mut object.spec).replicas = Some(replicas);
        }
        Object::ReplicationController(object) => {
            let object = Arc::make_mut(object);
            Arc::make_mut(&mut object.spec).replicas = Some(replicas);
        }
        _ => {}
    }
}
