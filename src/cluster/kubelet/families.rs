//! Metrics as text: families of samples with labels, counters, gauges and histograms.
//!
//! Models: prometheus/common/expfmt (text_create.go), prometheus/client_golang (the default buckets).
//! Simplified: nothing.

use std::collections::BTreeMap;
use std::time::Duration;

/// A sample: what is behind its family's name, its labels and value, and whether it has a time.
struct Sample {
    suffix: &'static str,
    labels: String,
    value: f64,
    timed: bool,
}

/// As Go's client writes them: families in the order of their names.
#[derive(Default)]
pub(super) struct Families {
    all: BTreeMap<&'static str, (&'static str, &'static str, Vec<Sample>)>,
    note: &'static str,
}

impl Families {
    /// Those at whose end a remark stands.
    pub fn with_note(note: &'static str) -> Self {
        Families { note, ..Families::default() }
    }

    pub fn add(&mut self, name: &'static str, help: &'static str, kind: &'static str, labels: String, value: f64, timed: bool) {
        self.add_sample(name, help, kind, Sample { suffix: "", labels, value, timed });
    }

    fn add_sample(&mut self, name: &'static str, help: &'static str, kind: &'static str, sample: Sample) {
        self.all.entry(name).or_insert_with(|| (help, kind, Vec::new())).2.push(sample);
    }

    pub fn add_histogram(&mut self, name: &'static str, help: &'static str, labels: &str, histogram: &Histogram, bounds: &[f64]) {
        let comma = if labels.is_empty() { "" } else { "," };
        let mut add = |suffix, labels, value| self.add_sample(name, help, "histogram", Sample { suffix, labels, value, timed: false });
        let mut below = 0;
        for (bound, count) in bounds.iter().zip(&histogram.counts) {
            below += count;
            add("_bucket", format!("{labels}{comma}le=\"{}\"", go_float(*bound)), f64::from(below));
        }
        add("_bucket", format!("{labels}{comma}le=\"+Inf\""), f64::from(histogram.count));
        add("_sum", labels.to_owned(), histogram.sum);
        add("_count", labels.to_owned(), f64::from(histogram.count));
    }

    pub fn text(&self, unix_millis: i64) -> String {
        let mut out = String::new();
        for (name, (help, kind, samples)) in &self.all {
            out.push_str(&format!("# HELP {name} {help}\n# TYPE {name} {kind}\n"));
            for Sample { suffix, labels, value, timed } in samples {
                let labels = if labels.is_empty() { String::new() } else { format!("{{{labels}}}") };
                let time = if *timed { format!(" {unix_millis}") } else { String::new() };
                out.push_str(&format!("{name}{suffix}{labels} {}{time}\n", go_float(*value)));
            }
        }
        out.push_str(self.note);
        out
    }
}

/// The bounds of a histogram of which nothing else is said, in seconds.
pub(super) const USUAL_BOUNDS: [f64; 11] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// How often which sizes were observed.
#[derive(Clone, Debug, Default)]
pub(super) struct Histogram {
    counts: [u32; USUAL_BOUNDS.len()],
    count: u32,
    sum: f64,
}

impl Histogram {
    pub fn observe(&mut self, value: f64, bounds: &[f64]) {
        if let Some(bucket) = bounds.iter().position(|bound| value <= *bound) {
            self.counts[bucket] += 1;
        }
        self.count += 1;
        self.sum += value;
    }

    pub fn observe_time(&mut self, time: Duration) {
        self.observe(time.as_secs_f64(), &USUAL_BOUNDS);
    }

    pub fn is_empty(&self) -> bool {
        self.count == 0
    }
}

/// A number as Go's `%g` writes it: with an exponent from a million on, and below a ten-thousandth.
fn go_float(value: f64) -> String {
    let exponent = format!("{value:e}");
    let (digits, power) = exponent.split_once('e').unwrap_or((&exponent, "0"));
    match power.parse::<i32>().unwrap_or(0) {
        -4..=5 => value.to_string(),
        power => format!("{digits}e{}{:02}", if power < 0 { '-' } else { '+' }, power.abs()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From a recorded `/metrics/resource`.
    #[test]
    fn numbers_are_written_as_go_writes_them() {
        for (value, text) in [(0.026_149_929, "0.026149929"), (2_306_048.0, "2.306048e+06"), (585_728.0, "585728"), (1_795_797_392.176_061, "1.795797392176061e+09"), (124_007.154_033_298, "124007.154033298"), (9_949_863_936.0, "9.949863936e+09"), (0.0, "0"), (0.000_012, "1.2e-05")] {
            assert_eq!(go_float(value), text);
        }
    }

    #[test]
    fn a_histogram_counts_what_is_below_each_bound() {
        let (mut histogram, mut all) = (Histogram::default(), Families::default());
        for value in [1.0, 2.0, 2.0, 40.0] {
            histogram.observe(value, &[1.0, 2.0, 4.0]);
        }
        all.add_histogram("n", "Sizes.", "", &histogram, &[1.0, 2.0, 4.0]);
        let expected = "# HELP n Sizes.\n# TYPE n histogram\nn_bucket{le=\"1\"} 1\nn_bucket{le=\"2\"} 3\nn_bucket{le=\"4\"} 3\nn_bucket{le=\"+Inf\"} 4\nn_sum 45\nn_count 4\n";
        assert_eq!(all.text(0), expected);
    }
}
