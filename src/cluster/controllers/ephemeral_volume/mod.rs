//! Ephemeral volumes: a pod whose volume has a claim template gets a claim of its own, which goes with the pod.
//!
//! Models: pkg/controller/volume/ephemeral/controller.go, v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use k8s_openapi::api::core::v1::Volume;
use podarium_api::owner::{controller_reference, is_controlled_by};
use podarium_api::{Kind, Object, ObjectMeta, PersistentVolumeClaim, Pod, Resource as _};

use super::{Controller, Enqueue, Stop, Sync};
use crate::apiserver::Filter;
use crate::client::{Caches, Change, EventType};
use crate::store::Key;

#[derive(Clone, Debug, Default)]
pub struct EphemeralVolumeController;

impl Controller for EphemeralVolumeController {
    const NAME: &'static str = "ephemeral_volume";
    const SERVICE_ACCOUNT: &'static str = "ephemeral-volume-controller";
    const WORKERS: usize = 5;

    fn watched() -> Vec<(Kind, Filter)> {
        [Kind::Pod, Kind::PersistentVolumeClaim].map(|kind| (kind, Filter::all())).into()
    }

    fn on_change(&mut self, change: &Change, _caches: &Caches, enqueue: &mut Enqueue<'_>) {
        match (change.object(), &change.old, &change.new) {
            // A pod's volumes never change: only its arrival matters.
            (Object::Pod(pod), None, Some(_)) => {
                let wanted = pod.metadata.deletion_timestamp.is_none() && pod.spec.volumes.iter().flatten().any(|volume| volume.ephemeral.is_some());
                if wanted {
                    enqueue.add(change.key.clone());
                }
            }
            // A claim that went although its pod is there is made again.
            (Object::PersistentVolumeClaim(claim), _, None) => {
                for owner in claim.metadata.owner_references.iter().flatten().filter(|owner| owner.kind == "Pod" && owner.controller == Some(true)) {
                    enqueue.add(Key::new(claim.namespace(), &owner.name));
                }
            }
            _ => {}
        }
    }

    fn sync(&self, ctx: &mut Sync<'_>, key: &Key) -> Result<(), Stop> {
        let Some(pod) = ctx.caches().get::<Pod>(key).cloned() else { return Ok(()) };
        if pod.metadata.deletion_timestamp.is_some() {
            return Ok(());
        }
        for volume in pod.spec.volumes.iter().flatten().filter(|volume| volume.ephemeral.is_some()) {
            if let Err(why) = make_claim(ctx, &pod, volume)? {
                let message = format!("ephemeral volume {}: {why}", volume.name);
                ctx.event(&pod.clone().into_object(), EventType::Warning, "FailedBinding", message.clone());
                return Err(Stop::Failed(format!("pod {key}, {message}")));
            }
        }
        Ok(())
    }
}

fn make_claim(ctx: &mut Sync<'_>, pod: &Arc<Pod>, volume: &Volume) -> Result<Result<(), String>, Stop> {
    let name = format!("{}-{}", pod.name(), volume.name);
    let namespace = pod.namespace();
    if let Some(claim) = ctx.caches().get::<PersistentVolumeClaim>(&Key::new(namespace, &name)) {
        let own = is_controlled_by(&claim.metadata, pod.uid());
        let why = format!("PVC {namespace}/{name} was not created for pod {namespace}/{} (pod is not owner)", pod.name());
        return Ok(if own { Ok(()) } else { Err(why) });
    }
    let Some(template) = volume.ephemeral.as_ref().and_then(|source| source.volume_claim_template.clone()) else { return Ok(Ok(())) };
    let meta = template.metadata.unwrap_or_default();
    let claim = PersistentVolumeClaim {
        metadata: ObjectMeta {
            name: Some(name.clone()),
            namespace: Some(namespace.to_owned()),
            annotations: meta.annotations,
            labels: meta.labels,
            owner_references: Some(vec![controller_reference(&**pod)]),
            ..ObjectMeta::default()
        },
        spec: Arc::new(template.spec),
        ..PersistentVolumeClaim::default()
    };
    Ok(ctx.create(claim)?.map(|_| ()).map_err(|status| format!("create PVC {name}: {status}")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::controllers::testbed::TestBed;

    #[test]
    fn the_claim_comes_and_goes_with_its_pod() {
        let mut bed = TestBed::new();
        let template = json!({"metadata": {"labels": {"of": "scratch"}}, "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}});
        let pod = |name: &str| json!({"metadata": {"name": name, "namespace": "default"}, "spec": {"containers": [{"name": "c", "image": "i"}],
            "volumes": [{"name": "scratch", "ephemeral": {"volumeClaimTemplate": template}}]}});
        bed.create(Kind::PersistentVolumeClaim, json!({"metadata": {"name": "taken-scratch", "namespace": "default"}, "spec": template["spec"]}));
        bed.create(Kind::Pod, pod("worker"));
        bed.create(Kind::Pod, pod("taken"));
        bed.run(1.0);
        let claim = bed.get::<PersistentVolumeClaim>("worker-scratch");
        assert_eq!(claim.metadata.labels.clone().unwrap()["of"], "scratch");
        assert_eq!(claim.metadata.owner_references.clone().unwrap()[0].name, "worker");
        let refused = "FailedBinding: ephemeral volume scratch: PVC default/taken-scratch was not created for pod default/taken (pod is not owner)";
        assert!(bed.events("Pod").contains(&refused.to_owned()));
        bed.delete(Kind::Pod, "worker");
        bed.run(3.0);
        assert!(bed.cluster.get::<PersistentVolumeClaim>(&Key::new("default", "worker-scratch")).is_none());
    }
}
