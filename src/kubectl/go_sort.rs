//! The sort of Go's standard library, a pattern-defeating quicksort. It does not keep the order of equal elements; where
//! they land depends on each of its steps, and shows: `--sort-by=.metadata.creationTimestamp` over pods of one second.
//!
//! Models: sort.Sort of Go (sort/zsortinterface.go).
//! Simplified: nothing.

/// Sorts as `sort.Sort` does. A comparison that contradicts itself gives some order, and never a panic.
pub fn sort<T>(items: &mut [T], less: impl FnMut(&T, &T) -> bool) {
    let (end, limit) = (items.len(), usize::BITS - items.len().leading_zeros());
    Sorting { items, less }.quick(0, end, limit);
}

/// Ranges up to this length are sorted by insertion.
const SHORT: usize = 12;
/// From this length on a pivot is the median of medians, and elements out of place are shifted.
const LONG: usize = 50;

#[derive(Clone, Copy, PartialEq)]
enum Looks {
    Increasing,
    Decreasing,
    Unknown,
}

struct Sorting<'a, T, F> {
    items: &'a mut [T],
    less: F,
}

impl<T, F: FnMut(&T, &T) -> bool> Sorting<'_, T, F> {
    fn less(&mut self, a: usize, b: usize) -> bool {
        (self.less)(&self.items[a], &self.items[b])
    }

    /// `bad` counts the unbalanced partitions that are left before the heap takes over.
    fn quick(&mut self, mut start: usize, mut end: usize, mut bad: u32) {
        let (mut balanced, mut partitioned) = (true, true);
        while end - start > SHORT {
            if bad == 0 {
                return self.heap(start, end);
            }
            if !balanced {
                self.break_patterns(start, end);
                bad -= 1;
            }
            let (mut pivot, mut looks) = self.choose_pivot(start, end);
            if looks == Looks::Decreasing {
                self.items[start..end].reverse();
                (pivot, looks) = (end - 1 - (pivot - start), Looks::Increasing);
            }
            if balanced && partitioned && looks == Looks::Increasing && self.insert_few(start, end) {
                return;
            }
            // What lies before is not less than the pivot: the range begins with many that equal it.
            if start > 0 && !self.less(start - 1, pivot) {
                start = self.skip_equal(start, end, pivot);
                continue;
            }
            let length = end - start;
            let (middle, was_partitioned) = self.partition(start, end, pivot);
            partitioned = was_partitioned;
            let (left, right) = (middle - start, end - middle);
            balanced = left.min(right) >= length / 8;
            if left < right {
                self.quick(start, middle, bad);
                start = middle + 1;
            } else {
                self.quick(middle + 1, end, bad);
                end = middle;
            }
        }
        for at in start + 1..end {
            self.sink(at, start);
        }
    }

    /// Moves an element to the left as long as it is less than its neighbour.
    fn sink(&mut self, mut at: usize, start: usize) {
        while at > start && self.less(at, at - 1) {
            self.items.swap(at, at - 1);
            at -= 1;
        }
    }

    fn heap(&mut self, start: usize, end: usize) {
        let length = end - start;
        for root in (0..=(length - 1) / 2).rev() {
            self.sift(root, length, start);
        }
        for last in (0..length).rev() {
            self.items.swap(start, start + last);
            self.sift(0, last, start);
        }
    }

    fn sift(&mut self, mut root: usize, length: usize, start: usize) {
        loop {
            let mut child = 2 * root + 1;
            if child >= length {
                return;
            }
            if child + 1 < length && self.less(start + child, start + child + 1) {
                child += 1;
            }
            if !self.less(start + root, start + child) {
                return;
            }
            self.items.swap(start + root, start + child);
            root = child;
        }
    }

    /// Swaps three elements in the middle with others, by numbers that depend on the length alone.
    fn break_patterns(&mut self, start: usize, end: usize) {
        let length = end - start;
        let mask = (1_u64 << (usize::BITS - length.leading_zeros())) - 1;
        let mut random = length as u64;
        let middle = start + length / 4 * 2;
        for at in middle - 1..middle + 2 {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            let other = (random & mask) as usize;
            self.items.swap(at, start + if other >= length { other - length } else { other });
        }
    }

    fn choose_pivot(&mut self, start: usize, end: usize) -> (usize, Looks) {
        let quarter = (end - start) / 4;
        let mut swaps = 0;
        let mut three = [1, 2, 3].map(|quarters| start + quarter * quarters);
        if end - start >= LONG {
            three = three.map(|at| self.median([at - 1, at, at + 1], &mut swaps));
        }
        let pivot = self.median(three, &mut swaps);
        let looks = match swaps {
            0 => Looks::Increasing,
            12 => Looks::Decreasing,
            _ => Looks::Unknown,
        };
        (pivot, looks)
    }

    fn median(&mut self, mut three: [usize; 3], swaps: &mut u32) -> usize {
        for (a, b) in [(0, 1), (1, 2), (0, 1)] {
            if self.less(three[b], three[a]) {
                three.swap(a, b);
                *swaps += 1;
            }
        }
        three[1]
    }

    /// Puts a few elements into place if that is all that is missing; whether it was.
    fn insert_few(&mut self, start: usize, end: usize) -> bool {
        let mut at = start + 1;
        for _ in 0..5 {
            while at < end && !self.less(at, at - 1) {
                at += 1;
            }
            if at == end {
                return true;
            }
            if end - start < LONG {
                return false;
            }
            self.items.swap(at, at - 1);
            if at - start >= 2 {
                self.sink(at - 1, 0);
            }
            for right in at + 1..end {
                if !self.less(right, right - 1) {
                    break;
                }
                self.items.swap(right, right - 1);
            }
        }
        false
    }

    /// Puts what is less than the pivot before it; where the pivot is then, and whether nothing had to be moved.
    fn partition(&mut self, start: usize, end: usize, pivot: usize) -> (usize, bool) {
        self.items.swap(start, pivot);
        let (mut left, mut right, mut nothing_moved) = (start + 1, end - 1, true);
        loop {
            while left <= right && self.less(left, start) {
                left += 1;
            }
            while left <= right && !self.less(right, start) {
                right -= 1;
            }
            if left > right {
                break;
            }
            self.items.swap(left, right);
            (left, right, nothing_moved) = (left + 1, right - 1, false);
        }
        self.items.swap(right, start);
        (right, nothing_moved)
    }

    /// Puts what equals the pivot in front; where the greater ones begin.
    fn skip_equal(&mut self, start: usize, end: usize, pivot: usize) -> usize {
        self.items.swap(start, pivot);
        let (mut left, mut right) = (start + 1, end - 1);
        loop {
            while left <= right && !self.less(start, left) {
                left += 1;
            }
            while left <= right && self.less(start, right) {
                right -= 1;
            }
            if left > right {
                return left;
            }
            self.items.swap(left, right);
            (left, right) = (left + 1, right - 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers of a sequence that looks random, between 0 and `most`.
    fn numbers(count: usize, most: u64) -> Vec<(u64, usize)> {
        let mut state = 7_u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 33) % most
        };
        (0..count).map(|at| (next(), at)).collect()
    }

    #[test]
    fn everything_is_sorted_and_nothing_lost() {
        for count in [0, 1, 2, 12, 13, 49, 50, 51, 200, 3000] {
            for most in [1, 2, 5, 1_000_000] {
                let mut items = numbers(count, most);
                sort(&mut items, |a, b| a.0 < b.0);
                assert!(items.is_sorted_by_key(|item| item.0), "{count} numbers below {most}");
                items.sort_by_key(|item| item.1);
                assert_eq!(items, numbers(count, most));
            }
        }
        let mut falling: Vec<usize> = (0..100).rev().collect();
        sort(&mut falling, |a, b| a < b);
        assert!(falling.is_sorted());
    }

    #[test]
    fn a_comparison_that_contradicts_itself_does_no_harm() {
        let mut items = numbers(500, 3);
        sort(&mut items, |_, _| true);
        sort(&mut items, |a, b| a.0 <= b.0);
        assert_eq!(items.len(), 500);
    }
}
