//! Kubernetes objects: the kinds with their defaults, validation, update rules and printed columns; quantities,
//! selectors, patches, and the errors that the API server answers with.
//!
//! Invariant: pure values and functions. Nothing here knows of the store, of time passing or of who asks.
//!
//! Where to look:
//! * `quantity::Quantity`: `"500m".parse()`, `Quantity::of(&raw)`, `value()`, `milli_value()`, `into_raw()`, `+ - <`;
//! * `resource`: `pod_requests(&PodSpec) -> ResourceList`, `pod_requests_nonzero`, `pod_limits`, `resource_list(Option<&BTreeMap<..>>)`;
//! * `pod_state`: `pod_is_ready(&Pod)`, `pod_is_available(&Pod, min_ready_seconds, now)`, `is_pod_terminal`, `is_pod_active`,
//!   `phase(&Pod)`, `node_name(&Pod)`, `pod_condition(&Pod, type)`, `container_status(&Pod, name)`, `qos_class(&PodSpec)`;
//! * `condition`: `get_condition(&conditions, type)`, `set_condition(&mut conditions, condition) -> changed` (pods, nodes),
//!   `replace_condition` (Deployments, ReplicaSets: the new one goes to the end), `remove_condition`;
//! * `policy_rules`: `parts(&PolicyRule)`, a rule as rules of one verb, group, resource and name each;
//! * `owner`: `controller_of(&ObjectMeta)`, `is_controlled_by(&ObjectMeta, uid)`, `controller_reference(&owner)`, `is_terminating(&ObjectMeta)`;
//! * `selector`: `LabelSelector::parse(text)`, `::of(&raw)`, `::from_labels(&map)`, `matches(Option<&labels>)`, `Display`;
//!   `FieldSelector::parse`, `check(kind)`, `matches(&Object)`;
//! * `decode`: `decode(kind, json)`, `decode_bytes`, `decode_yaml` → `Decoded { object, strict_errors }` or the server's error;
//! * `patch`: `PatchType::from_media_type`, `apply(kind, type, &current, &patch)`, `apply_to_object`, and for clients
//!   `create_two_way(kind, &original, &modified)`, `create_three_way(kind, &original, &modified, &current)`;
//! * `versions`: `of(&info, course_2019)` → `Version`s with `to_stored(json)`, `from_stored(json)` for versions that are served but not stored;
//! * `openapi`: `definitions()`, `definition_name(group, version, kind)`, `components(names)`: the schemas of all types;
//! * `custom`: `CustomObject` and the `Definition` by which it is read; `custom::decode_bytes(&definition, body)`;
//! * `json_path`: `parse(template)`, `find(steps, &value)`, `print(nodes, &value)`;
//! * `managed_fields`: who owns which fields, server-side apply;
//! * `names`: `generate_name(base, &mut Stream)`, `new_uid`, `pod_template_hash(&PodTemplateSpec, collision_count)`.

pub mod admission_policy;
mod cel;
pub mod certificate_request;
pub mod key_pair;
pub mod condition;
pub mod cron;
pub mod custom;
pub mod decode;
mod defaults;
pub mod disruption;
pub mod field;
pub mod flow_control;
pub mod go_template;
pub mod json_path;
pub mod kinds;
pub mod managed_fields;
pub mod name_rules;
pub mod names;
pub mod object;
mod object_meta;
pub mod placed_spec;
pub mod openapi;
pub mod owner;
pub mod patch;
pub mod pod_state;
pub mod policy_rules;
pub mod quantity;
pub mod resource;
pub mod selector;
pub mod sent_empty;
pub mod status;
mod tables;
mod template_dump;
pub mod time;
mod validation;
pub mod versions;
mod warnings;
mod wire;
pub mod yaml;

pub use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta, OwnerReference};
pub use defaults::pod_spec::image_tag;
pub use kinds::*;
pub use placed_spec::PlacedSpec;
pub use object::{Cell, Column, Kind, Object, Part, Resource, ResourceInfo, Strategy};
pub use status::Status;
pub use tables::node::status_word as node_status_word;
pub use tables::pod::status_word as pod_status_word;
pub use tables::storage::access_modes;
pub use wire::{InGoOrder, Written, WrittenMetadata, escaped, escaped_text, json};
