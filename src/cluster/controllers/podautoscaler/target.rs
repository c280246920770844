//! What is scaled, through its scale subresource.
//!
//! Models: pkg/controller/podautoscaler/horizontal.go (scaleForResourceMappings), v1.36.
//! Simplified: a conflict is tried again at once.

use k8s_openapi::api::autoscaling::v2::CrossVersionObjectReference;
use podarium_api::{Kind, Status};
use serde_json::{Value, json};

use super::super::{Stop, Sync};
use crate::apiserver::{Body, Reply, Request, Subresource, Verb};
use crate::store::Key;

/// How often a conflict is tried again.
const TRIES: usize = 5;

pub(super) struct Target {
    kind: Kind,
    key: Key,
    scale: Value,
}

/// Why the target cannot be scaled: what the condition says, and what the sync says.
pub(super) struct Unknown {
    pub why: String,
    pub outcome: String,
}

impl Target {
    pub fn find(ctx: &mut Sync<'_>, namespace: &str, reference: &CrossVersionObjectReference) -> Result<Result<Self, Unknown>, Stop> {
        let api_version = reference.api_version.as_deref().unwrap_or_default();
        if api_version.matches('/').count() > 1 {
            let why = format!("unexpected GroupVersion string: {api_version}");
            return Ok(Err(Unknown { outcome: format!("invalid API version in scale target reference: {why}"), why }));
        }
        let group = api_version.split_once('/').map_or("", |(group, _)| group);
        let Some(kind) = Kind::ALL.iter().copied().find(|kind| kind.info().kind == reference.kind && kind.info().group == group) else {
            let why = format!("no matches for kind {:?} in group {group:?}", reference.kind);
            return Ok(Err(Unknown { outcome: format!("unable to determine resource for scale target reference: {why}"), why }));
        };
        let key = Key::new(namespace, &reference.name);
        Ok(match read(ctx, kind, &key)? {
            Ok(scale) => Ok(Target { kind, key, scale }),
            Err(status) => {
                let why = status.to_string();
                let outcome = format!("failed to query scale subresource for {}/{namespace}/{}: {why}", reference.kind, reference.name);
                Err(Unknown { outcome, why })
            }
        })
    }

    fn number(&self, pointer: &str) -> i32 {
        self.scale.pointer(pointer).and_then(Value::as_i64).map_or(0, |number| i32::try_from(number).unwrap_or(i32::MAX))
    }

    pub fn wanted(&self) -> i32 {
        self.number("/spec/replicas")
    }

    pub fn present(&self) -> i32 {
        self.number("/status/replicas")
    }

    pub fn selector(&self) -> &str {
        self.scale.pointer("/status/selector").and_then(Value::as_str).unwrap_or_default()
    }

    /// Sets the number of pods.
    pub fn set(&mut self, ctx: &mut Sync<'_>, replicas: i32) -> Result<Result<(), Status>, Stop> {
        let mut refused = None;
        for _ in 0..TRIES {
            self.scale["spec"]["replicas"] = json!(replicas);
            let mut request = Request::get(self.kind, &self.key).with_subresource(Subresource::Scale, Body::Value(self.scale.clone()));
            request.verb = Verb::Update;
            let Err(status) = ctx.send(request)? else { return Ok(Ok(())) };
            if let Ok(scale) = read(ctx, self.kind, &self.key)? {
                self.scale = scale;
            }
            if !status.is_conflict() {
                return Ok(Err(status));
            }
            refused = Some(status);
        }
        Ok(refused.map_or(Ok(()), Err))
    }
}

fn read(ctx: &mut Sync<'_>, kind: Kind, key: &Key) -> Result<Result<Value, Status>, Stop> {
    Ok(match ctx.send(Request::get(kind, key).with_subresource(Subresource::Scale, Body::None))? {
        Ok(Reply::Value(scale)) => Ok(scale),
        Ok(_) => Err(Status::no_such_path()),
        Err(status) => Err(status),
    })
}
