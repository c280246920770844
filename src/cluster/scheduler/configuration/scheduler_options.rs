//! A configuration that has been read, checked, and made into profiles.
//!
//! Models: cmd/kube-scheduler/app/server.go (Setup), pkg/scheduler/apis/config/v1/defaults.go, v1.36.
//! Simplified: nothing.

use std::time::Duration;

use serde_json::Value;

use super::types::{ClientConnection, KubeSchedulerConfiguration, Profile as Written};
use super::{assembling, decoding, plugin_sets, validation};
use crate::scheduler::framework::profile::Profiles;
use crate::scheduler::plugins::default_profile;
use crate::scheduler::queue::backoff::BackOff;

/// What a scheduler is started with.
#[derive(Clone, Debug)]
pub struct SchedulerConfiguration {
    pub profiles: Profiles,
    /// Of all nodes; 0 lets the size of the cluster decide.
    pub percentage_of_nodes_to_score: usize,
    pub back_off: BackOff,
    /// How many requests a second the scheduler may send, and how many at once.
    pub qps: f64,
    pub burst: u32,
}

const QPS: f64 = 50.0;
const BURST: u32 = 100;

impl Default for SchedulerConfiguration {
    fn default() -> Self {
        SchedulerConfiguration {
            profiles: default_profile().into(),
            percentage_of_nodes_to_score: 0,
            back_off: BackOff::default(),
            qps: QPS,
            burst: BURST,
        }
    }
}

impl SchedulerConfiguration {
    /// Reads a KubeSchedulerConfiguration. The errors are those that kube-scheduler ends with.
    pub fn parse(value: &Value) -> Result<Self, Vec<String>> {
        let mut written = decoding::configuration(value)?;
        if written.profiles.is_empty() {
            written.profiles.push(Written::default());
        }
        if let [only] = written.profiles.as_mut_slice() {
            only.scheduler_name.get_or_insert_with(|| "default-scheduler".to_owned());
        }
        let mut args = Vec::new();
        let mut errors = Vec::new();
        for (index, profile) in written.profiles.iter().enumerate() {
            match decoding::plugin_args(profile, index) {
                Ok(own) => args.push(own),
                Err(wrong) => errors.extend(wrong),
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let plugins: Vec<_> = written.profiles.iter().map(|profile| plugin_sets::merged(profile.plugins.as_ref())).collect();
        let errors = validation::check(&written, &plugins, &args);
        if !errors.is_empty() {
            return Err(errors);
        }
        let profiles = written.profiles.iter().zip(&plugins).zip(&args);
        let profiles: Result<Vec<_>, String> = profiles.map(|((profile, plugins), args)| assembling::profile(profile, plugins, args)).collect();
        Ok(Self::assembled(&written, Profiles::new(profiles.map_err(|error| vec![error])?)))
    }

    fn assembled(written: &KubeSchedulerConfiguration, profiles: Profiles) -> Self {
        let seconds = |given: Option<i64>, default: u64| Duration::from_secs(given.and_then(|given| u64::try_from(given).ok()).unwrap_or(default));
        let ClientConnection { qps, burst, .. } = written.client_connection;
        SchedulerConfiguration {
            profiles,
            percentage_of_nodes_to_score: written.percentage_of_nodes_to_score.and_then(|share| usize::try_from(share).ok()).unwrap_or(0),
            back_off: BackOff {
                initial: seconds(written.pod_initial_backoff_seconds, 1),
                max: seconds(written.pod_max_backoff_seconds, 10),
            },
            qps: qps.filter(|qps| *qps != 0.0).unwrap_or(QPS),
            burst: burst.and_then(|burst| u32::try_from(burst).ok()).filter(|burst| *burst != 0).unwrap_or(BURST),
        }
    }
}
