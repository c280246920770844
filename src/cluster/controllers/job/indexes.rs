//! The indexes of an Indexed Job: sets of numbers as `0-3,7`, and what pods say about theirs.
//!
//! Models: pkg/controller/job/indexed_job_utils.go, v1.36.
//! Simplified: nothing.

use std::fmt;

use podarium_api::{Job, Pod};

pub(super) const COMPLETION_INDEX: &str = "batch.kubernetes.io/job-completion-index";
pub(super) const FAILURE_COUNT: &str = "batch.kubernetes.io/job-index-failure-count";
pub(super) const IGNORED_FAILURE_COUNT: &str = "batch.kubernetes.io/job-index-ignored-failure-count";

/// A set of indexes, as intervals in order with gaps between them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Indexes(Vec<(i32, i32)>);

impl Indexes {
    /// Reads what a status says; what is above the completions, or no number, is left out.
    pub fn parse(text: &str, completions: i32) -> Self {
        let mut out: Vec<(i32, i32)> = Vec::new();
        for part in text.split(',').filter(|part| !part.is_empty()) {
            let mut ends = part.split('-');
            let Some(first) = ends.next().and_then(|text| text.parse::<i32>().ok()) else { continue };
            if first >= completions {
                break;
            }
            let last = match ends.next() {
                None => first,
                Some(text) => match text.parse::<i32>() {
                    Ok(last) => last.min(completions - 1),
                    Err(_) => continue,
                },
            };
            match out.last_mut() {
                Some(previous) if previous.1 == first - 1 => previous.1 = last,
                _ => out.push((first, last)),
            }
        }
        Indexes(out)
    }

    pub fn of(indexes: impl IntoIterator<Item = i32>) -> Self {
        let mut indexes: Vec<i32> = indexes.into_iter().collect();
        indexes.sort_unstable();
        Indexes::default().merge(&Indexes(indexes.into_iter().map(|index| (index, index)).collect()))
    }

    pub fn with(&self, indexes: impl IntoIterator<Item = i32>) -> Self {
        self.merge(&Self::of(indexes))
    }

    pub fn merge(&self, other: &Self) -> Self {
        let mut all: Vec<(i32, i32)> = self.0.iter().chain(&other.0).copied().collect();
        all.sort_unstable();
        let mut out: Vec<(i32, i32)> = Vec::new();
        for (first, last) in all {
            match out.last_mut() {
                Some(previous) if first <= previous.1 + 1 => previous.1 = previous.1.max(last),
                _ => out.push((first, last)),
            }
        }
        Indexes(out)
    }

    pub fn total(&self) -> i32 {
        self.0.iter().map(|(first, last)| last - first + 1).sum()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn has(&self, index: i32) -> bool {
        let at = self.0.partition_point(|(_, last)| *last < index);
        self.0.get(at).is_some_and(|(first, _)| *first <= index)
    }

    /// How many of these indexes are in the other set too.
    pub fn shared_with(&self, other: &Self) -> i32 {
        let overlap = |a: &(i32, i32), b: &(i32, i32)| (a.1.min(b.1) - a.0.max(b.0) + 1).max(0);
        self.0.iter().map(|one| other.0.iter().map(|two| overlap(one, two)).sum::<i32>()).sum()
    }

    /// The first indexes below `completions` that are not in this set.
    pub fn gaps(&self, count: usize, completions: i32) -> Vec<i32> {
        let mut out = Vec::new();
        let mut candidate = 0;
        for (first, last) in &self.0 {
            out.extend((candidate..(*first).min(completions)).take(count - out.len()));
            candidate = candidate.max(last + 1);
        }
        out.extend((candidate..completions).take(count - out.len()));
        out
    }
}

impl fmt::Display for Indexes {
    /// `0-3,5,6,9`: two neighbours are written with a comma.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, (first, last)) in self.0.iter().enumerate() {
            if place > 0 {
                f.write_str(",")?;
            }
            write!(f, "{first}")?;
            if last > first {
                let separator = if *last == first + 1 { ',' } else { '-' };
                write!(f, "{separator}{last}")?;
            }
        }
        Ok(())
    }
}

pub(super) fn is_indexed(job: &Job) -> bool {
    job.spec.completion_mode.as_deref() == Some("Indexed")
}

fn annotation<'a>(pod: &'a Pod, name: &str) -> Option<&'a str> {
    pod.metadata.annotations.as_ref()?.get(name).map(String::as_str)
}

/// The pod's index, if it has one.
pub(super) fn completion_index(pod: &Pod) -> Option<i32> {
    annotation(pod, COMPLETION_INDEX)?.parse().ok().filter(|index| *index >= 0)
}

/// The pod's index if the Job has it: one that is scaled down has fewer.
pub(super) fn valid_index(pod: &Pod, job: &Job) -> Option<i32> {
    completion_index(pod).filter(|index| *index < job.spec.completions.unwrap_or(0))
}

fn count(pod: &Pod, name: &str) -> u32 {
    annotation(pod, name).and_then(|text| text.parse::<i32>().ok()).and_then(|count| u32::try_from(count).ok()).unwrap_or(0)
}

/// How many pods of the index failed before this one.
pub(super) fn failures(pod: &Pod) -> u32 {
    count(pod, FAILURE_COUNT)
}

pub(super) fn ignored_failures(pod: &Pod) -> u32 {
    count(pod, IGNORED_FAILURE_COUNT)
}

/// The same, with the failures that the Job's policy ignores.
pub(super) fn absolute_failures(pod: &Pod) -> u32 {
    failures(pod).saturating_add(ignored_failures(pod))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_read_and_written_as_intervals() {
        let cases = [
            ("", 5, "", 0), ("0", 5, "0", 1), ("0,1,2", 5, "0-2", 3), ("0-2,3", 9, "0-3", 4), ("1,2", 9, "1,2", 2),
            ("1,3-5,7", 9, "1,3-5,7", 5), ("0-9", 5, "0-4", 5), ("3,7,8", 5, "3", 1), ("x,1", 5, "1", 1), ("1-x,2", 5, "2", 1),
        ];
        for (text, completions, shown, total) in cases {
            let indexes = Indexes::parse(text, completions);
            assert_eq!((indexes.to_string().as_str(), indexes.total()), (shown, total), "{text} of {completions}");
        }
    }

    #[test]
    fn sets_grow_and_know_what_they_hold() {
        let indexes = Indexes::parse("1,3-5", 20);
        assert_eq!(indexes.with([2, 9, 9, 10]).to_string(), "1-5,9,10");
        assert_eq!(indexes.merge(&Indexes::parse("0,6-7", 20)).to_string(), "0,1,3-7");
        let held: Vec<i32> = (0..8).filter(|index| indexes.has(*index)).collect();
        assert_eq!(held, [1, 3, 4, 5]);
        assert_eq!(indexes.shared_with(&Indexes::parse("0-4", 20)), 3);
    }

    #[test]
    fn the_first_free_indexes_come_next() {
        let cases: [(&str, usize, i32, &[i32]); 5] =
            [("", 2, 5, &[0, 1]), ("0-1,3", 5, 6, &[2, 4, 5]), ("1,3", 2, 6, &[0, 2]), ("0-4", 3, 5, &[]), ("0-9", 1, 5, &[])];
        for (taken, count, completions, expected) in cases {
            assert_eq!(Indexes::parse(taken, 20).gaps(count, completions), expected, "{taken}");
        }
    }
}
