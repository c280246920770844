//! One look at an autoscaler.
//!
//! Models: pkg/controller/podautoscaler/horizontal.go (reconcileAutoscaler), v1.36.
//! Simplified: nothing.

use std::cmp::Ordering;
use std::sync::Arc;

use k8s_openapi::api::autoscaling::v2::{HorizontalPodAutoscalerCondition, HorizontalPodAutoscalerStatus, MetricStatus};
use podarium_api::condition::{remove_condition, set_condition};
use podarium_api::quantity::Quantity;
use podarium_api::selector::LabelSelector;
use podarium_api::{HorizontalPodAutoscaler, Object, Pod, Resource as _};

use super::super::{Stop, Sync};
use super::calculator::Tolerances;
use super::limits::Bounds;
use super::metrics;
use super::proposal::{Proposal, Scene};
use super::target::Target;
use super::{EventType, Key, Known};

const TOLERANCE: f64 = 0.1;

pub(super) struct Work<'a, 'b> {
    ctx: &'a mut Sync<'b>,
    autoscaler: &'a HorizontalPodAutoscaler,
    about: Object,
    others: &'a [(&'a Key, &'a LabelSelector)],
    status: HorizontalPodAutoscalerStatus,
}

/// What all metrics together propose.
struct Wish {
    replicas: i32,
    metric: String,
    statuses: Vec<MetricStatus>,
    /// Some metrics could not be had; the others are enough to go on.
    troubled: Option<String>,
}

impl<'a, 'b> Work<'a, 'b> {
    pub fn new(ctx: &'a mut Sync<'b>, autoscaler: &'a Arc<HorizontalPodAutoscaler>, others: &'a [(&'a Key, &'a LabelSelector)]) -> Self {
        Work { ctx, autoscaler, about: Arc::clone(autoscaler).into_object(), others, status: (*autoscaler.status).clone() }
    }

    pub fn run(mut self, known: &mut Known) -> Result<(), Stop> {
        let spec = Arc::clone(&self.autoscaler.spec);
        let found = Target::find(self.ctx, self.autoscaler.namespace(), &spec.scale_target_ref)?;
        let mut target = match found {
            Ok(target) => target,
            Err(unknown) => {
                self.warn("FailedGetScale", unknown.why.clone());
                self.condition("AbleToScale", false, "FailedGetScale", format!("the HPA controller was unable to get the target's current scale: {}", unknown.why));
                // What is wrong with the target is told either way.
                let _ = self.write()?;
                return Err(Stop::Failed(unknown.outcome));
            }
        };
        self.condition("AbleToScale", true, "SucceededGetScale", "the HPA controller was able to get the target's current scale");
        let (current, now) = (target.wanted(), self.ctx.now());
        known.history.begin(current, now);
        let bounds = Bounds { current, least: spec.min_replicas.unwrap_or(1), most: spec.max_replicas };
        let (mut desired, mut reason, mut statuses, mut troubled) = (current, String::new(), Vec::new(), None);
        if current == 0 {
            self.condition("ScalingActive", false, "ScalingDisabled", "scaling is disabled since the replica count of the target is zero");
            remove_condition(&mut self.status.conditions, "ScaledToZero");
        } else if current > bounds.most {
            (desired, reason) = (bounds.most, "Current number of replicas above Spec.MaxReplicas".to_owned());
        } else if current < bounds.least {
            (desired, reason) = (bounds.least, "Current number of replicas below Spec.MinReplicas".to_owned());
        } else {
            let wish = self.wish(&target, known)?;
            let wished = wish.replicas.max(0);
            reason = match wished.cmp(&current) {
                Ordering::Greater => format!("{} above target", wish.metric),
                Ordering::Less => "All metrics below target".to_owned(),
                Ordering::Equal => String::new(),
            };
            let limited = known.history.limit(wished, bounds, spec.behavior.as_ref(), now);
            self.condition("AbleToScale", true, limited.able.0, limited.able.1);
            let (is_limited, why, message) = limited.limited;
            self.condition("ScalingLimited", is_limited, why, message);
            (desired, statuses, troubled) = (limited.replicas, wish.statuses, wish.troubled);
        }
        let rescale = desired != current;
        if rescale {
            self.rescale(&mut target, desired, &reason, &statuses)?;
            if let Some((up, down)) = spec.behavior.as_ref().and_then(|behavior| Some((behavior.scale_up.as_ref()?, behavior.scale_down.as_ref()?))) {
                known.history.steps.record(current, desired, up, down, now);
            }
            remove_condition(&mut self.status.conditions, "ScaledToZero");
        }
        self.set(current, desired, statuses);
        if rescale {
            self.status.last_scale_time = Some(self.ctx.epoch().seconds(now));
        }
        if let Err(why) = self.write()? {
            return Err(Stop::Failed(why));
        }
        troubled.map_or(Ok(()), |why| Err(Stop::Failed(why)))
    }

    fn rescale(&mut self, target: &mut Target, desired: i32, reason: &str, statuses: &[MetricStatus]) -> Result<(), Stop> {
        let current = target.wanted();
        if let Err(status) = target.set(self.ctx, desired)? {
            self.warn("FailedRescale", format!("New size: {desired}; reason: {reason}; error: {status}"));
            self.condition("AbleToScale", false, "FailedUpdateScale", format!("the HPA controller was unable to update the target scale: {status}"));
            self.set(current, self.status.desired_replicas, statuses.to_vec());
            let _ = self.write()?;
            return Err(Stop::Failed(format!("failed to rescale {}: {status}", self.reference())));
        }
        self.condition("AbleToScale", true, "SucceededRescale", format!("the HPA controller was able to update the target scale to {desired}"));
        self.ctx.event(&self.about, EventType::Normal, "SuccessfulRescale", format!("New size: {desired}; reason: {reason}"));
        Ok(())
    }

    /// What the metrics propose; the highest of them. Fails when too few of them can be had.
    fn wish(&mut self, target: &Target, known: &mut Known) -> Result<Wish, Stop> {
        let pods = match self.pods(target.selector(), known) {
            Ok(pods) => pods,
            Err(why) => return Err(self.fail(target.wanted(), Vec::new(), &why)?),
        };
        let autoscaler = self.autoscaler;
        let specs = autoscaler.spec.metrics.as_deref().unwrap_or_default();
        let asks = specs.iter().any(|spec| matches!(spec.type_.as_str(), "Resource" | "ContainerResource"));
        let told = match known.selector.as_ref().filter(|_| asks) {
            Some(selector) => metrics::ask(self.ctx, autoscaler.namespace(), selector)?,
            None => Ok(Vec::new()),
        };
        let scene = Scene {
            told,
            namespace: autoscaler.namespace(),
            pods: &pods,
            wanted: target.wanted(),
            present: target.present(),
            tolerances: self.tolerances(),
            now: self.ctx.epoch().timestamp(self.ctx.now()),
        };
        let (mut wish, mut refused, mut first) = (Wish { replicas: 0, metric: String::new(), statuses: Vec::new(), troubled: None }, 0, None);
        for spec in specs {
            match scene.propose(spec) {
                Ok(Proposal { replicas, metric, status }) => {
                    if wish.replicas == 0 || replicas > wish.replicas {
                        (wish.replicas, wish.metric) = (replicas, metric);
                    }
                    wish.statuses.push(status);
                }
                Err(refusal) => {
                    self.warn(refusal.reason, refusal.why.clone());
                    wish.statuses.push(MetricStatus::default());
                    refused += 1;
                    first.get_or_insert(refusal);
                }
            }
        }
        if let Some(refusal) = first {
            let why = format!("invalid metrics ({refused} invalid out of {}), first error is: {}", specs.len(), refusal.outcome);
            if refused >= specs.len() || wish.replicas < target.wanted() {
                self.condition("ScalingActive", false, refusal.reason, format!("the HPA was unable to compute the replica count: {}", refusal.why));
                return Err(self.fail(target.wanted(), wish.statuses, &why)?);
            }
            wish.troubled = Some(why);
        }
        let message = format!("the HPA was able to successfully calculate a replica count from {}", wish.metric);
        self.condition("ScalingActive", true, "ValidMetricFound", message);
        Ok(wish)
    }

    /// The pods that are counted. They must be counted by no other autoscaler.
    fn pods(&mut self, text: &str, known: &mut Known) -> Result<Vec<Arc<Pod>>, String> {
        if text.is_empty() {
            self.warn("SelectorRequired", "selector is required".to_owned());
            self.condition("ScalingActive", false, "InvalidSelector", "the HPA target's scale is missing a selector");
            return Err("selector is required".to_owned());
        }
        let selector = match LabelSelector::parse(text) {
            Ok(selector) => selector,
            Err(why) => {
                let why = format!("couldn't convert selector into a corresponding internal selector object: {why}");
                self.warn("InvalidSelector", why.clone());
                self.condition("ScalingActive", false, "InvalidSelector", why.clone());
                return Err(why);
            }
        };
        let namespace = self.autoscaler.namespace();
        let selected = |pod: &&Arc<Pod>, by: &LabelSelector| by.matches(pod.metadata.labels.as_ref());
        let pods: Vec<Arc<Pod>> = self.ctx.caches().list_in::<Pod>(namespace).filter(|pod| selected(pod, &selector)).cloned().collect();
        known.selector = Some(selector);
        let mut rivals: Vec<String> =
            self.others.iter().filter(|(_, by)| pods.iter().any(|pod| selected(&pod, by))).map(|(key, _)| key.to_string()).collect();
        if rivals.is_empty() {
            return Ok(pods);
        }
        rivals.push(Key::of_meta(&self.autoscaler.metadata).to_string());
        rivals.sort();
        let why = format!("pods by selector {text} are controlled by multiple HPAs: [{}]", rivals.join(" "));
        self.warn("AmbiguousSelector", why.clone());
        self.condition("ScalingActive", false, "AmbiguousSelector", why.clone());
        Err(why)
    }

    fn tolerances(&self) -> Tolerances {
        let behavior = self.autoscaler.spec.behavior.as_ref();
        let tolerance = |rules: Option<&k8s_openapi::api::autoscaling::v2::HPAScalingRules>| {
            rules.and_then(|rules| rules.tolerance.as_ref()).map_or(TOLERANCE, |tolerance| Quantity::of(tolerance).as_f64())
        };
        Tolerances { down: tolerance(behavior.and_then(|behavior| behavior.scale_down.as_ref())), up: tolerance(behavior.and_then(|behavior| behavior.scale_up.as_ref())) }
    }

    fn reference(&self) -> String {
        let target = &self.autoscaler.spec.scale_target_ref;
        format!("{}/{}/{}", target.kind, self.autoscaler.namespace(), target.name)
    }

    /// Writes what is known when nothing can be proposed, and says so.
    fn fail(&mut self, current: i32, statuses: Vec<MetricStatus>, why: &str) -> Result<Stop, Stop> {
        self.set(current, self.status.desired_replicas, statuses);
        let _ = self.write()?;
        self.warn("FailedComputeMetricsReplicas", why.to_owned());
        Ok(Stop::Failed(format!("failed to compute desired number of replicas based on listed metrics for {}: {why}", self.reference())))
    }

    fn set(&mut self, current: i32, desired: i32, statuses: Vec<MetricStatus>) {
        self.status = HorizontalPodAutoscalerStatus {
            current_replicas: (current != 0).then_some(current),
            desired_replicas: desired,
            current_metrics: (!statuses.is_empty()).then_some(statuses),
            last_scale_time: self.status.last_scale_time.clone(),
            conditions: self.status.conditions.take(),
            ..HorizontalPodAutoscalerStatus::default()
        };
    }

    fn warn(&mut self, reason: &str, message: String) {
        self.ctx.event(&self.about, EventType::Warning, reason, message);
    }

    fn condition(&mut self, type_: &str, is_true: bool, reason: &str, message: impl Into<String>) {
        let condition = HorizontalPodAutoscalerCondition {
            type_: type_.to_owned(),
            status: if is_true { "True" } else { "False" }.to_owned(),
            reason: Some(reason.to_owned()),
            message: Some(message.into()),
            last_transition_time: Some(self.ctx.epoch().seconds(self.ctx.now())),
        };
        set_condition(&mut self.status.conditions, condition);
    }

    /// Writes the status if it says something new.
    fn write(&mut self) -> Result<Result<(), String>, Stop> {
        if self.status == *self.autoscaler.status {
            return Ok(Ok(()));
        }
        let next = HorizontalPodAutoscaler { status: Arc::new(self.status.clone()), ..self.autoscaler.clone() };
        Ok(match self.ctx.update_status(next)? {
            Ok(_) => Ok(()),
            Err(status) => {
                self.warn("FailedUpdateStatus", status.to_string());
                Err(format!("failed to update status for {}: {status}", self.autoscaler.name()))
            }
        })
    }
}
