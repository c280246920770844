//! A profile: the plugins that decide about the pods of one scheduler name, and which of them act at which point.
//!
//! A pod chooses its profile with `spec.schedulerName`. All profiles are one program with one queue and one picture of
//! the cluster; only the plugins, their weights and their arguments differ.
//!
//! Models: pkg/scheduler/profile/profile.go, pkg/scheduler/framework/runtime/framework.go (NewFramework), v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use podarium_api::Pod;

use super::plugin::Plugin;

/// The places of a scheduling cycle at which plugins have a say, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Point {
    PreEnqueue,
    QueueSort,
    PreFilter,
    Filter,
    PostFilter,
    PreScore,
    Score,
    Reserve,
    Permit,
    PreBind,
    Bind,
    PostBind,
}

impl Point {
    pub const ALL: [Point; 12] = [
        Point::PreEnqueue, Point::QueueSort, Point::PreFilter, Point::Filter, Point::PostFilter, Point::PreScore,
        Point::Score, Point::Reserve, Point::Permit, Point::PreBind, Point::Bind, Point::PostBind,
    ];

    /// Whether a plugin can act here.
    pub fn is_of(self, plugin: &dyn Plugin) -> bool {
        match self {
            Point::PreEnqueue => plugin.as_pre_enqueue().is_some(),
            Point::QueueSort => plugin.as_queue_sort().is_some(),
            Point::PreFilter => plugin.as_pre_filter().is_some(),
            Point::Filter => plugin.as_filter().is_some(),
            Point::PostFilter => plugin.as_post_filter().is_some(),
            Point::PreScore => plugin.as_pre_score().is_some(),
            Point::Score => plugin.as_score().is_some(),
            Point::Reserve => plugin.as_reserve().is_some(),
            Point::Permit => plugin.as_permit().is_some(),
            Point::PreBind => plugin.as_pre_bind().is_some(),
            Point::Bind => plugin.as_bind().is_some(),
            Point::PostBind => plugin.as_post_bind().is_some(),
        }
    }
}

/// A plugin with its arguments, as a profile holds it.
#[derive(Clone, Debug)]
pub struct Member {
    pub plugin: Arc<dyn Plugin>,
    /// How much its score counts.
    pub weight: i64,
}

/// The plugins of one scheduler name. A clone shares everything.
#[derive(Clone, Debug)]
pub struct Profile(Arc<Contents>);

#[derive(Debug)]
struct Contents {
    scheduler_name: String,
    percentage_of_nodes_to_score: Option<usize>,
    members: Vec<Member>,
    /// The members that act at each point, in the order in which they are asked.
    at: [Vec<usize>; Point::ALL.len()],
}

impl Profile {
    /// Members act at every point that they can act at, in the given order, except where `at` says otherwise.
    pub fn new(scheduler_name: &str, members: Vec<Member>, percentage_of_nodes_to_score: Option<usize>, mut at: impl FnMut(Point) -> Vec<usize>) -> Self {
        assert!(members.len() <= 32, "a cycle's state has a bit for each of 32 plugins");
        let at = Point::ALL.map(&mut at);
        Profile(Arc::new(Contents { scheduler_name: scheduler_name.to_owned(), percentage_of_nodes_to_score, members, at }))
    }

    /// A profile whose members act wherever they can.
    pub fn of_all(scheduler_name: &str, members: Vec<Member>) -> Self {
        let able: Vec<Vec<usize>> = Point::ALL
            .iter()
            .map(|point| members.iter().enumerate().filter(|(_, member)| point.is_of(&*member.plugin)).map(|(index, _)| index).collect())
            .collect();
        Profile::new(scheduler_name, members, None, |point| able[point as usize].clone())
    }

    pub fn scheduler_name(&self) -> &str {
        &self.0.scheduler_name
    }

    /// What the profile says in place of the scheduler's own percentage.
    pub fn percentage_of_nodes_to_score(&self) -> Option<usize> {
        self.0.percentage_of_nodes_to_score
    }

    /// The plugins that act at a point, each with its bit in the state of a cycle.
    pub fn at(&self, point: Point) -> impl DoubleEndedIterator<Item = (u32, &dyn Plugin)> {
        self.0.at[point as usize].iter().map(|index| (1 << index, &*self.0.members[*index].plugin))
    }

    pub fn has(&self, point: Point) -> bool {
        !self.0.at[point as usize].is_empty()
    }

    /// The plugins that score, with their weights.
    pub fn scoring(&self) -> impl Iterator<Item = (u32, &dyn Plugin, i64)> {
        let member = |index: &usize| (1 << index, &*self.0.members[*index].plugin, self.0.members[*index].weight);
        self.0.at[Point::Score as usize].iter().map(member)
    }

    /// All plugins that act anywhere.
    pub fn plugins(&self) -> impl Iterator<Item = &dyn Plugin> {
        self.0.members.iter().map(|member| &*member.plugin)
    }

    pub fn plugin(&self, name: &str) -> Option<&dyn Plugin> {
        self.plugins().find(|plugin| plugin.name() == name)
    }
}

/// All profiles of a scheduler, in the order of its configuration.
#[derive(Clone, Debug)]
pub struct Profiles(Arc<Vec<Profile>>);

impl Profiles {
    pub fn new(profiles: Vec<Profile>) -> Self {
        assert!(!profiles.is_empty(), "a scheduler has a profile");
        Profiles(Arc::new(profiles))
    }

    /// The profile that the pod asks for; `None` when that is another scheduler's business.
    pub fn of(&self, pod: &Pod) -> Option<&Profile> {
        let name = pod.spec.scheduler_name.as_deref().filter(|name| !name.is_empty()).unwrap_or("default-scheduler");
        self.0.iter().find(|profile| profile.scheduler_name() == name)
    }

    /// The queue is sorted alike for all, so any of them can be asked.
    pub fn first(&self) -> &Profile {
        &self.0[0]
    }

    pub fn iter(&self) -> impl Iterator<Item = &Profile> {
        self.0.iter()
    }
}

impl From<Profile> for Profiles {
    fn from(profile: Profile) -> Self {
        Profiles::new(vec![profile])
    }
}
