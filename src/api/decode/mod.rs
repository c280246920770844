//! From the body of a request to an object, with the API server's errors on the way: wrong kinds, wrong types, fields
//! that do not exist.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/endpoints/handlers/create.go and rest.go (transformDecodeError),
//! apimachinery/pkg/runtime/serializer/json, v1.36.
//! Simplified: nothing.

mod base64;
mod dialect;
mod go_names;
mod go_time;
mod json;
mod known_specs;
mod omitted;
mod order;
mod typed;
mod unstructured;

pub use base64::base64_fault;
pub(crate) use go_names::is_text;
pub use go_time::error as time_error;
pub(crate) use json::json_object_error;
pub use typed::{go_kind, go_type};
pub use dialect::{as_yaml_1_1, numbers_as_yaml_1_1};
pub use known_specs::{KnownSpecs, decode_pod};
pub use json::{SyntaxError, UNEXPECTED_END, parse_json, parse_yaml, repeated_yaml, syntax_error};
pub use unstructured::decode_unstructured;
pub(crate) use unstructured::restored;

use serde_json::Value;

use self::order::Order;
use crate::sent_empty::SentEmpty;
use crate::{Kind, Object, ObjectMeta, Status};

/// Where the scheme of the API server is made, as its errors say.
pub(crate) const SCHEME: &str = "pkg/api/legacyscheme/scheme.go:30";

/// How many values of wrong types are passed over in search of something worse.
const MOST_MISFITS: usize = 100;

/// Versions that the reference still reads although it no longer serves them.
const CONVERTIBLE: &[(&str, &str)] = &[
    ("apps/v1beta1", "Deployment"), ("apps/v1beta2", "Deployment"), ("apps/v1beta2", "ReplicaSet"),
    ("extensions/v1beta1", "Deployment"), ("extensions/v1beta1", "ReplicaSet"), ("events.k8s.io/v1", "Event"),
    ("discovery.k8s.io/v1beta1", "EndpointSlice"), ("coordination.k8s.io/v1beta1", "Lease"),
];

/// An object that was read, without defaults, and what a strict reader would object to.
#[derive(Clone, Debug, PartialEq)]
pub struct Decoded {
    pub object: Object,
    /// `unknown field "spec.foo"`, `duplicate field "spec.bar"`, in order.
    pub strict_errors: Vec<String>,
    pub sent_empty: SentEmpty,
    /// What is wrong with it as a whole, which is noticed after its fields.
    pub refusal: Option<Status>,
}

impl Decoded {
    /// The answer under `fieldValidation=Strict`, if there is anything to object to.
    pub fn strict(self) -> Result<Object, Status> {
        if self.strict_errors.is_empty() {
            return self.accepted();
        }
        let why = format!("strict decoding error: {}", self.strict_errors.join(", "));
        Err(cannot_be_handled(self.object.kind(), &self.object.kind().info().api_version(), self.object.kind().info().kind, &why))
    }

    /// The object, if nothing is wrong with it as a whole.
    pub fn accepted(self) -> Result<Object, Status> {
        self.refusal.map_or(Ok(self.object), Err)
    }
}

/// Reads a JSON body that is meant to be a `kind`.
pub fn decode_bytes(kind: Kind, body: &[u8]) -> Result<Decoded, Status> {
    let (mut value, duplicates) = parse_json(body).map_err(|why| unrecognized(kind, &why, body))?;
    match decode_in_order(kind, &mut value, None, body) {
        Ok(decoded) if decoded.strict_errors.is_empty() && duplicates.is_empty() => Ok(decoded),
        // There is something to complain about, which is done in the order of the text.
        _ => decode_in_order(kind, &mut value, Order::of(body).as_ref(), body),
    }
}

/// Reads a YAML body that is meant to be a `kind`.
pub fn decode_yaml(kind: Kind, body: &[u8]) -> Result<Decoded, Status> {
    let mut value = parse_yaml(body).map_err(|why| unrecognized(kind, &why, body))?;
    let mut decoded = decode_in_order(kind, &mut value, None, body)?;
    decoded.strict_errors.splice(0..0, json::repeated_yaml(body));
    Ok(decoded)
}

/// Reads a body that is meant to be a `kind`. A missing `kind` or `apiVersion` is taken from the path of the request.
pub fn decode(kind: Kind, mut value: Value) -> Result<Decoded, Status> {
    let text = value.to_string();
    decode_in_order(kind, &mut value, None, text.as_bytes())
}

/// `text` is the body as it came, which errors show.
fn decode_in_order(kind: Kind, value: &mut Value, order: Option<&Order>, text: &[u8]) -> Result<Decoded, Status> {
    let info = kind.info();
    let expected = info.api_version();
    // Nothing at all is an object of which nothing is said.
    if value.is_null() {
        *value = Value::Object(serde_json::Map::new());
    }
    let Some(body) = value.as_object_mut() else {
        let why = format!("couldn't get version/kind; json parse error: json: cannot unmarshal {} into Go value of type struct {{ APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; Kind string \"json:\\\"kind,omitempty\\\"\" }}", typed::go_kind(value));
        return Err(unrecognized(kind, &why, text));
    };
    if let Some(why) = type_error(body) {
        return Err(unrecognized(kind, &why, text));
    }
    let given = |name: &str| body.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let version = given("apiVersion").unwrap_or_default();
    if version.matches('/').count() > 1 {
        return Err(unrecognized(kind, &format!("unexpected GroupVersion string: {version}"), text));
    }
    let found_kind = given("kind").unwrap_or(info.kind).to_owned();
    // A group without a name is the core group.
    let found_version = given("apiVersion").map(|version| version.strip_prefix('/').unwrap_or(version)).unwrap_or(&expected).to_owned();
    if (found_version.as_str(), found_kind.as_str()) != (expected.as_str(), info.kind) {
        return Err(wrong_type(kind, &found_version, &found_kind));
    }
    body.insert("apiVersion".to_owned(), expected.clone().into());
    body.insert("kind".to_owned(), info.kind.into());
    read_value(kind, value, order).map_err(|why| cannot_be_handled(kind, &expected, info.kind, &why))
}

/// Why a JSON object does not say what it is.
fn type_error(body: &serde_json::Map<String, Value>) -> Option<String> {
    let mut named = ["apiVersion", "kind"].into_iter().filter_map(|name| Some((name, body.get(name)?)));
    let (name, wrong) = named.find(|(_, value)| !value.is_string() && !value.is_null())?;
    Some(format!("couldn't get version/kind; json parse error: json: cannot unmarshal {} into Go struct field .{name} of type string", typed::go_kind(wrong)))
}

/// Why a value does not say what it is, if it is an object that should.
pub(crate) fn unreadable_type(value: &Value) -> Option<String> {
    value.as_object().and_then(type_error)
}

/// Reads a value that is known to be a `kind`. The error is the bare reason.
pub fn decode_value(kind: Kind, value: &Value) -> Result<Decoded, String> {
    read_value(kind, value, None)
}

fn read_value(kind: Kind, value: &Value, order: Option<&Order>) -> Result<Decoded, String> {
    let mut context = typed::Context::default();
    let object = match typed::read(kind, value, order, &mut context) {
        Ok(object) => object,
        Err(why) => return Err(context.misfit.take().and_then(|place| fatal_fault(kind, value, place)).unwrap_or(why)),
    };
    if let Object::DaemonSet(set) = &object {
        set.check_template_generation()?;
    }
    Ok(Decoded { object, strict_errors: context.strict_errors, sent_empty: context.sent_empty, refusal: None })
}

/// A quantity or time that cannot be read ends Go's reading at once, while a value of a wrong type is told only at the end. So
/// behind the first such value, which is at this place, there may be something that is told in its stead.
fn fatal_fault(kind: Kind, value: &Value, mut place: String) -> Option<String> {
    let mut value = value.clone();
    for _ in 0..MOST_MISFITS {
        value.pointer_mut(&place)?.take();
        let mut context = typed::Context::default();
        let why = typed::read(kind, &value, None, &mut context).err()?;
        match context.misfit.take() {
            Some(next) => place = next,
            None => return Some(why),
        }
    }
    None
}

/// Metadata that were read, the fields that there are not, and what was sent empty.
pub(crate) type Metadata = (ObjectMeta, Vec<String>, SentEmpty);

/// Reads the metadata of an object of any kind.
pub(crate) fn decode_metadata(value: &Value) -> Result<Metadata, String> {
    let mut context = typed::Context::default();
    let metadata = typed::read_metadata(value, &mut context)?;
    let unknown = context.strict_errors.iter().filter_map(|error| error.strip_prefix("unknown field \"")?.strip_suffix('"'));
    let unknown = unknown.map(str::to_owned).collect();
    Ok((metadata, unknown, context.sent_empty))
}

/// The body names a kind or version that does not belong to the path.
fn wrong_type(kind: Kind, found_version: &str, found_kind: &str) -> Status {
    let info = kind.info();
    // Every kind has a list, which is a kind of its own.
    let one = found_kind.strip_suffix("List").unwrap_or(found_kind);
    let known = (found_version, found_kind) == ("v1", "List") || Kind::ALL.iter().any(|other| other.info().kind == one && other.info().api_version() == found_version);
    if CONVERTIBLE.contains(&(found_version, found_kind)) && found_kind == info.kind {
        let expected = info.api_version();
        return Status::bad_request(format!("the API version in the data ({found_version}) does not match the expected API version ({expected})"));
    }
    let why = if known {
        unknown_conversion(kind, found_kind)
    } else {
        format!("no kind {found_kind:?} is registered for version {found_version:?} in scheme {SCHEME:?}")
    };
    cannot_be_handled(kind, found_version, found_kind, &why)
}

/// Why an object of one kind does not become one of another.
pub(crate) fn unknown_conversion(kind: Kind, found_kind: &str) -> String {
    let info = kind.info();
    let group = if info.group.is_empty() { "core" } else { info.group.split('.').next().unwrap_or_default() };
    format!("converting (v1.{found_kind}) to ({group}.{}): unknown conversion", info.kind)
}

fn cannot_be_handled(kind: Kind, found_version: &str, found_kind: &str, why: &str) -> Status {
    let version = found_version.rsplit('/').next().unwrap_or_default();
    Status::bad_request(format!("{found_kind} in version {version:?} cannot be handled as a {}: {why}", kind.info().kind))
}

fn unrecognized(kind: Kind, why: &str, body: &[u8]) -> Status {
    Status::bad_request(format!("the object provided is unrecognized (must be of type {}): {why} ({})", kind.info().kind, summary(body)))
}

/// The beginning of a body, for whoever has sent something strange. What does not begin like an object may be anything,
/// so it is shown in hexadecimal.
pub(crate) fn summary(body: &[u8]) -> String {
    const SHOWN: usize = 30;
    let (shown, more) = if body.len() > SHOWN { (&body[..SHOWN], " ...") } else { (body, "") };
    match body.first() {
        None => "<empty>".to_owned(),
        Some(b'{') => format!("{}{more}", String::from_utf8_lossy(shown)),
        Some(_) => format!("{}{more}", shown.iter().map(|byte| format!("{byte:02x}")).collect::<String>()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn error(kind: Kind, value: Value) -> String {
        decode(kind, value).and_then(Decoded::strict).unwrap_err().message().to_owned()
    }

    #[test]
    fn kinds_and_versions_of_another_path_are_refused() {
        let cases = [
            (Kind::Pod, json!({"apiVersion": "v1", "kind": "Deployment"}), "Deployment in version \"v1\" cannot be handled as a Pod: no kind \"Deployment\" is registered for version \"v1\" in scheme \"pkg/api/legacyscheme/scheme.go:30\""),
            (Kind::Deployment, json!({"apiVersion": "extensions/v1beta1", "kind": "Deployment"}), "the API version in the data (extensions/v1beta1) does not match the expected API version (apps/v1)"),
            (Kind::Pod, json!({"apiVersion": "v1", "kind": "Service"}), "Service in version \"v1\" cannot be handled as a Pod: converting (v1.Service) to (core.Pod): unknown conversion"),
        ];
        for (kind, value, text) in cases {
            assert_eq!(error(kind, value.clone()), text, "{value}");
        }
        assert!(decode(Kind::Pod, json!({"metadata": {"name": "a"}})).is_ok(), "the path says what it is");
    }

    #[test]
    fn wrong_types_are_named_in_the_words_of_go() {
        let cases = [
            (Kind::Deployment, json!({"spec": {"replicas": "3"}}), "json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32"),
            (Kind::ConfigMap, json!({"data": {"a": 1}}), "json: cannot unmarshal number into Go struct field ConfigMap.data of type string"),
            (Kind::Pod, json!({"spec": {"containers": {"name": "a"}}}), "json: cannot unmarshal object into Go struct field PodSpec.spec.containers of type []v1.Container"),
            (Kind::Pod, json!({"spec": {"containers": [{"image": 1}]}}), "json: cannot unmarshal number into Go struct field Container.spec.containers.image of type string"),
            (Kind::Pod, json!({"spec": {"hostNetwork": "yes"}}), "json: cannot unmarshal string into Go struct field PodSpec.spec.hostNetwork of type bool"),
            (Kind::Pod, json!({"spec": {"priority": 1.5}}), "json: cannot unmarshal number 1.5 into Go struct field PodSpec.spec.priority of type int32"),
            (Kind::Pod, json!({"spec": "x"}), "json: cannot unmarshal string into Go struct field Pod.spec of type v1.PodSpec"),
            (Kind::Pod, json!({"metadata": {"labels": ["a"]}}), "json: cannot unmarshal array into Go struct field ObjectMeta.metadata.labels of type map[string]string"),
            (Kind::Pod, json!({"spec": {"containers": [{"resources": {"limits": {"cpu": "1x"}}}]}}), "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"),
            (Kind::Secret, json!({"data": {"a": "not base64"}}), "illegal base64 data at input byte 3"),
        ];
        for (kind, value, text) in cases {
            let expected = format!("{0} in version \"v1\" cannot be handled as a {0}: {text}", kind.info().kind);
            assert_eq!(error(kind, value.clone()), expected, "{value}");
        }
    }

    #[test]
    fn a_strict_reader_objects_to_unknown_and_repeated_fields() {
        let body = br#"{"spec":{"containers":[{"name":"a","imagee":"b"}],"replica":1,"nodeName":"a","nodeName":"b"}}"#;
        let decoded = decode_bytes(Kind::Pod, body).unwrap();
        assert_eq!(
            decoded.strict_errors,
            ["unknown field \"spec.containers[0].imagee\"", "unknown field \"spec.replica\"", "duplicate field \"spec.nodeName\""]
        );
        let text = decoded.strict().unwrap_err().message().to_owned();
        assert!(text.starts_with("Pod in version \"v1\" cannot be handled as a Pod: strict decoding error: unknown field"), "{text}");
    }

    #[test]
    fn what_go_would_not_write_back_is_left_out() {
        let value = json!({
            "metadata": {"name": "a", "creationTimestamp": null, "labels": {"x": ""}, "annotations": {}},
            "spec": {"hostNetwork": false, "priority": 0, "nodeName": "", "tolerations": [], "nodeSelector": {}, "volumes": [{"name": "v", "emptyDir": {}}],
                "containers": [{"name": "a", "resources": {"limits": {"cpu": 0.5, "memory": "1024Mi"}}, "stdin": false, "securityContext": {"privileged": false}}]}
        });
        let object = decode(Kind::Pod, value).unwrap().object;
        assert_eq!(object.to_value()["metadata"], json!({"name": "a", "labels": {"x": ""}}));
        assert_eq!(
            object.to_value()["spec"],
            json!({"priority": 0, "volumes": [{"name": "v", "emptyDir": {}}], "containers": [{"name": "a", "resources": {"limits": {"cpu": "500m", "memory": "1Gi"}}, "securityContext": {"privileged": false}}]})
        );
    }

    #[test]
    fn what_was_sent_empty_is_noted_with_its_place() {
        let value = json!({"metadata": {"labels": {}}, "spec": {"volumes": null, "containers": [{"name": "a", "ports": [], "securityContext": {}}]}});
        let decoded = decode(Kind::Pod, value).unwrap();
        let sent = decoded.sent_empty;
        assert_eq!(["metadata.labels", "spec.containers[0].ports"].map(|place| sent.shown(place)), ["{}", "[]"]);
        assert_eq!(["spec.volumes", "spec.tolerations", "spec.containers[0].securityContext"].map(|place| sent.shown(place)), ["null"; 3]);
        assert!(decoded.object.to_value()["spec"]["containers"][0].get("ports").is_none());
    }

    #[test]
    fn what_is_no_json_is_shown_with_the_fault() {
        let error = |body: &[u8]| decode_bytes(Kind::Pod, body).unwrap_err().message().to_owned();
        assert_eq!(
            error(b"{not json"),
            "the object provided is unrecognized (must be of type Pod): couldn't get version/kind; json parse error: invalid character 'n' looking for beginning of object key string ({not json)"
        );
        assert!(error(b"{\"a\":1").contains("json parse error: unexpected end of JSON input"));
        assert!(error(b"{\"a\":1}x").contains("invalid character 'x' after top-level value"));
        assert!(error(b"{\"a\":1,}").contains("invalid character '}' looking for beginning of object key string"));
        assert!(error(b"{\"a\" 1}").contains("invalid character '1' after object key"));
        assert!(error(b"[1 2]").contains("invalid character '2' after array element"));
        assert!(error(b"{\"a\":x}").contains("invalid character 'x' looking for beginning of value"));
    }
}
