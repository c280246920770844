//! Objectives: conditions over time.

use schemars::JsonSchema;
use serde::Deserialize;

use super::condition::Condition;
use super::values::{Moment, Name, Period};

/// A condition, and when it must hold. Without `eventually`, `always` or `at-end` it must hold at some time.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Objective {
    /// The name that steps and other objectives refer to.
    pub name: Name,
    /// What it says, for people.
    pub title: Option<String>,
    /// What must hold.
    pub that: Condition,
    /// It must hold at some time.
    pub eventually: Option<Eventually>,
    /// It must hold all the time.
    pub always: Option<Always>,
    /// It must hold when the run ends.
    pub at_end: Option<bool>,
}

/// At some time.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Eventually {
    /// Looked for only after this moment; from the start when it is left out.
    pub after: Option<Moment>,
    /// At the latest so long after that moment; at any time when it is left out.
    pub within: Option<Period>,
    /// It must hold for so long without a break.
    #[serde(rename = "for")]
    pub lasting: Option<Period>,
}

/// All the time.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Always {
    /// Watched from this moment on; from the start when it is left out.
    pub from: Option<Moment>,
    /// Watched up to this moment; up to the end of the run when it is left out.
    pub until: Option<Moment>,
    /// Watched for so long, instead of `until`.
    #[serde(rename = "for")]
    pub lasting: Option<Period>,
}

/// When a condition must hold, as one choice.
#[derive(Clone, Debug)]
pub enum Timing {
    Eventually(Eventually),
    Always(Always),
    AtEnd,
}

impl Objective {
    pub fn timing(&self) -> Timing {
        match (&self.always, self.at_end) {
            (Some(always), _) => Timing::Always(always.clone()),
            (None, Some(true)) => Timing::AtEnd,
            (None, _) => Timing::Eventually(self.eventually.clone().unwrap_or_default()),
        }
    }

    /// Whether it can be met while the run goes on, so that a step can wait for it.
    pub fn ends(&self) -> bool {
        match self.timing() {
            Timing::Eventually(_) => true,
            Timing::Always(always) => always.until.is_some() || always.lasting.is_some(),
            Timing::AtEnd => false,
        }
    }
}
