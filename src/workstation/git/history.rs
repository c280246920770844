//! Commits and their ancestors.

use std::collections::{BTreeMap, BTreeSet};

use super::failure::Outcome;
use super::object::{Commit, Id};
use super::repository::Git;

impl Git<'_, '_> {
    /// A commit and all before it.
    pub fn ancestors(&mut self, from: &[Id]) -> Outcome<BTreeSet<Id>> {
        let (mut seen, mut todo) = (BTreeSet::new(), from.to_vec());
        while let Some(id) = todo.pop() {
            if seen.insert(id) {
                todo.extend(self.commit(id)?.parents);
            }
        }
        Ok(seen)
    }

    pub fn is_ancestor(&mut self, old: Id, new: Id) -> Outcome<bool> {
        Ok(self.ancestors(&[new])?.contains(&old))
    }

    /// The best common ancestors, the newest first.
    pub fn merge_bases(&mut self, a: Id, b: Id) -> Outcome<Vec<Id>> {
        let of_a = self.ancestors(&[a])?;
        let of_b = self.ancestors(&[b])?;
        let common: BTreeSet<Id> = of_a.intersection(&of_b).copied().collect();
        let mut below = BTreeSet::new();
        for id in &common {
            let parents = self.commit(*id)?.parents;
            below.extend(self.ancestors(&parents)?);
        }
        let mut dated = Vec::new();
        for id in common.difference(&below) {
            dated.push((std::cmp::Reverse(self.commit(*id)?.committer.time), *id));
        }
        dated.sort();
        Ok(dated.into_iter().map(|(_, id)| id).collect())
    }

    /// How many commits each of two has that the other has not.
    pub fn ahead_behind(&mut self, ours: Id, theirs: Id) -> Outcome<(usize, usize)> {
        let (a, b) = (self.ancestors(&[ours])?, self.ancestors(&[theirs])?);
        Ok((a.difference(&b).count(), b.difference(&a).count()))
    }

    /// Commits in the order of `git log`: the newest first; with `topological`, none before all its children.
    pub fn walk(&mut self, from: &[Id], without: &[Id], topological: bool) -> Outcome<Vec<(Id, Commit)>> {
        let hidden = self.ancestors(without)?;
        let (mut seen, mut queue, mut found, mut number) = (BTreeSet::new(), BTreeMap::new(), Vec::new(), 0);
        let mut todo: Vec<Id> = from.to_vec();
        loop {
            for id in std::mem::take(&mut todo) {
                if !hidden.contains(&id) && seen.insert(id) {
                    let commit = self.commit(id)?;
                    queue.insert((std::cmp::Reverse(commit.committer.time), number), (id, commit));
                    number += 1;
                }
            }
            let Some((_, (id, commit))) = queue.pop_first() else { break };
            todo.clone_from(&commit.parents);
            found.push((id, commit));
        }
        Ok(if topological { in_topological_order(found) } else { found })
    }
}

/// No parent before its children; the lines of development stay together.
fn in_topological_order(commits: Vec<(Id, Commit)>) -> Vec<(Id, Commit)> {
    let mut children: BTreeMap<Id, usize> = commits.iter().map(|(id, _)| (*id, 0)).collect();
    for parent in commits.iter().flat_map(|(_, commit)| &commit.parents) {
        if let Some(count) = children.get_mut(parent) {
            *count += 1;
        }
    }
    let mut by_id: BTreeMap<Id, Commit> = commits.iter().cloned().collect();
    let mut ready: Vec<Id> = commits.iter().rev().map(|(id, _)| *id).filter(|id| children[id] == 0).collect();
    let mut ordered = Vec::new();
    while let Some(id) = ready.pop() {
        let Some(commit) = by_id.remove(&id) else { continue };
        for parent in &commit.parents {
            if let Some(count) = children.get_mut(parent) {
                *count -= 1;
                if *count == 0 {
                    ready.push(*parent);
                }
            }
        }
        ordered.push((id, commit));
    }
    ordered
}
