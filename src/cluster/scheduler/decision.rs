//! An explained decision of the scheduler, as data: for the command line, for panels, for tests.
//!
//! Models: nothing; kube-scheduler tells a part of this in its log at level 10.
//! Simplified: nothing.

use serde::Serialize;

/// The explanation.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Decision {
    pub namespace: String,
    pub pod: String,
    /// Seconds since the cluster's start.
    pub at: f64,
    /// The scheduler name of the profile that decided.
    pub scheduler: String,
    /// The node that was chosen.
    pub chosen: Option<String>,
    /// The text of FailedScheduling, when none was.
    pub message: Option<String>,
    pub nodes: Vec<NodeVerdict>,
}

/// What was said about one node.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct NodeVerdict {
    pub node: String,
    /// Everything that spoke against the node, not only the first objection.
    pub objections: Vec<Objection>,
    /// False when the search had found enough nodes before it came here.
    pub looked_at: bool,
    /// Empty for a node that did not fit.
    pub scores: Vec<PluginScore>,
    pub total: i64,
    /// What it would take to make room; nothing where the pod fits as it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preemption: Option<Preemption>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Objection {
    pub plugin: &'static str,
    pub reasons: Vec<String>,
    /// Whether evicting pods of the node may help.
    pub evictable: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PluginScore {
    pub plugin: &'static str,
    pub raw: i64,
    /// 0 to 100.
    pub normalized: i64,
    pub weight: i64,
    pub weighted: i64,
}

/// What preemption would cost on a node.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Preemption {
    #[serde(rename_all = "camelCase")]
    Possible {
        /// The most important first.
        victims: Vec<Victim>,
        /// How many evictions would break a disruption budget.
        budget_violations: usize,
        highest_priority: i32,
        sum_of_priorities: i64,
    },
    Impossible {
        reason: String,
    },
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Victim {
    pub namespace: String,
    pub pod: String,
    pub priority: i32,
}

impl Decision {
    /// The decision as text: one line a node, the chosen one first, then the others by their scores, then those that did
    /// not fit with all their reasons.
    pub fn table(&self) -> String {
        let mut nodes: Vec<&NodeVerdict> = self.nodes.iter().collect();
        let is_chosen = |node: &NodeVerdict| self.chosen.as_ref() == Some(&node.node);
        nodes.sort_by_key(|node| (!is_chosen(node), !node.objections.is_empty(), -node.total));
        let mut text = match &self.chosen {
            Some(node) => format!("{}/{} went to {node}\n", self.namespace, self.pod),
            None => format!("{}/{}: {}\n", self.namespace, self.pod, self.message.as_deref().unwrap_or_default()),
        };
        let width = nodes.iter().map(|node| node.node.len()).max().unwrap_or(0);
        for node in nodes {
            text.push_str(&format!("{:width$}  {}\n", node.node, node.line()));
        }
        text
    }
}

impl NodeVerdict {
    /// `score 350 = TaintToleration 300 + NodeResourcesFit 50`, or the objections and what preemption would cost.
    pub fn line(&self) -> String {
        if self.objections.is_empty() {
            if !self.looked_at {
                return "not looked at: enough other nodes fit".to_owned();
            }
            let parts: Vec<String> = self.scores.iter().map(|score| format!("{} {}", score.plugin, score.weighted)).collect();
            return if parts.is_empty() { "fits".to_owned() } else { format!("score {} = {}", self.total, parts.join(" + ")) };
        }
        let objection = |objection: &Objection| format!("{}: {}", objection.plugin, objection.reasons.join(", "));
        let mut line = self.objections.iter().map(objection).collect::<Vec<_>>().join("; ");
        match &self.preemption {
            Some(Preemption::Possible { victims, budget_violations, .. }) => {
                let victims: Vec<String> = victims.iter().map(|victim| format!("{}/{} ({})", victim.namespace, victim.pod, victim.priority)).collect();
                line.push_str(&format!("; preemption would evict {}", victims.join(", ")));
                if *budget_violations > 0 {
                    line.push_str(&format!(" and break {budget_violations} budgets"));
                }
            }
            Some(Preemption::Impossible { reason }) => line.push_str(&format!("; preemption: {reason}")),
            None => {}
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_puts_the_chosen_node_first_and_reasons_last() {
        let score = PluginScore { plugin: "NodeResourcesFit", raw: 50, normalized: 50, weight: 1, weighted: 50 };
        let fits = |node: &str, total: i64| NodeVerdict { node: node.to_owned(), looked_at: true, scores: vec![score.clone()], total, ..NodeVerdict::default() };
        let objection = Objection { plugin: "TaintToleration", reasons: vec!["node(s) had untolerated taint(s)".to_owned()], evictable: false };
        let decision = Decision {
            namespace: "shop".to_owned(),
            pod: "web".to_owned(),
            at: 1.5,
            scheduler: "default-scheduler".to_owned(),
            chosen: Some("n2".to_owned()),
            message: None,
            nodes: vec![
                NodeVerdict { node: "tainted".to_owned(), looked_at: true, objections: vec![objection], ..NodeVerdict::default() },
                fits("n1", 50),
                fits("n2", 50),
            ],
        };
        let expected = "shop/web went to n2\n\
            n2       score 50 = NodeResourcesFit 50\n\
            n1       score 50 = NodeResourcesFit 50\n\
            tainted  TaintToleration: node(s) had untolerated taint(s)\n";
        assert_eq!(decision.table(), expected);
    }
}
