//! Texts with a form: durations, quantities, names, references, taints, label selectors, moments.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use podarium_api::quantity::Quantity as Amount;
use podarium_api::selector::LabelSelector;

use crate::schema::{ParsedText, TextFormat, parsed_text};

/// Every format that a scenario's schema uses.
pub(crate) const FORMATS: &[TextFormat] = &[
    TextFormat::of::<Period>(),
    TextFormat::of::<Quantity>(),
    TextFormat::of::<Name>(),
    TextFormat::of::<ObjectRef>(),
    TextFormat::of::<Taint>(),
    TextFormat::of::<Selector>(),
    TextFormat::of::<ImageName>(),
    TextFormat::of::<Moment>(),
];

parsed_text!(Period, Quantity, Name, ObjectRef, Taint, Selector, ImageName, Moment);

/// A length of virtual time, or a time since the scenario's start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Period(pub Duration);

impl Period {
    pub const fn from_secs(secs: u64) -> Self {
        Period(Duration::from_secs(secs))
    }

    /// Reads a period outside a scenario, e.g. from the command line. The error says what was expected.
    pub fn parse_text(text: &str) -> Result<Self, String> {
        Self::parse(text).map_err(|why| why.unwrap_or_else(|| format!("{text:?} is not {}", Self::EXPECTED)))
    }
}

impl ParsedText for Period {
    const FORMAT: &'static str = "period";
    const PATTERN: &'static str = r"^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$";
    const EXPECTED: &'static str = "a duration such as `500ms`, `10s`, `1.5m` or `1h30m`";

    fn parse(text: &str) -> Result<Self, Option<String>> {
        let mut rest = text;
        let mut total = Duration::ZERO;
        while !rest.is_empty() {
            let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
            let letters = rest[digits..].find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len() - digits);
            let (number, unit) = (&rest[..digits], &rest[digits..digits + letters]);
            let nanos_per_unit: u64 = match unit {
                "ms" => 1_000_000,
                "s" => 1_000_000_000,
                "m" => 60_000_000_000,
                "h" => 3_600_000_000_000,
                "" => return Err(Some(format!("a unit is missing: `{text}s`?"))),
                other => return Err(Some(format!("`{other}` is no unit: the units are ms, s, m and h"))),
            };
            total = decimal(number, nanos_per_unit).and_then(|part| total.checked_add(part)).ok_or(None)?;
            rest = &rest[digits + letters..];
        }
        let longest = Duration::from_secs(100 * 24 * 3600);
        match text.is_empty() {
            true => Err(None),
            false if total > longest => Err(Some("more than a hundred days".to_string())),
            false => Ok(Period(total)),
        }
    }
}

/// `1.5` of a unit, without floating point. At most nine digits after the point count.
fn decimal(number: &str, nanos_per_unit: u64) -> Option<Duration> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() || number.ends_with('.') || fraction.contains('.') || fraction.len() > 9 {
        return None;
    }
    let whole = whole.parse::<u64>().ok()?.checked_mul(nanos_per_unit)?;
    let part = match fraction {
        "" => 0,
        digits => {
            let scale = 10u128.pow(u32::try_from(digits.len()).ok()?);
            u64::try_from(u128::from(digits.parse::<u64>().ok()?) * u128::from(nanos_per_unit) / scale).ok()?
        }
    };
    Some(Duration::from_nanos(whole.checked_add(part)?))
}

impl fmt::Display for Period {
    /// `1h30m`, `10s`, `1500ms`: what [`ParsedText::parse`] reads.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = self.0.as_millis();
        if millis == 0 {
            return f.write_str("0s");
        }
        for (unit, size, of) in [("h", 3_600_000, u128::MAX), ("m", 60_000, 60), ("s", 1000, 60), ("ms", 1, 1000)] {
            let count = millis / size % of;
            if count > 0 {
                write!(f, "{count}{unit}")?;
            }
        }
        Ok(())
    }
}

/// An amount of CPU or memory as in a pod's resources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quantity(pub String);

impl ParsedText for Quantity {
    const FORMAT: &'static str = "quantity";
    const PATTERN: &'static str = r"^[0-9]*\.?[0-9]*(n|u|m|k|[KMGTP]i?)?$";
    const EXPECTED: &'static str = "a quantity such as `4`, `250m`, `64Mi` or `8Gi`";
    const NUMBER: bool = true;

    fn parse(text: &str) -> Result<Self, Option<String>> {
        const SUFFIXES: [&str; 9] = ["k", "Ki", "M", "Mi", "G", "Gi", "T", "Ti", "m"];
        match text.parse::<Amount>() {
            _ if !text.contains(|c: char| c.is_ascii_digit()) => Err(None),
            Ok(amount) if amount.sign() < 0 => Err(Some("less than nothing".to_string())),
            Ok(_) => Ok(Quantity(text.to_string())),
            Err(error) => {
                let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
                let (number, suffix) = text.split_at(digits);
                let near = SUFFIXES.iter().rev().find(|known| suffix.to_lowercase().starts_with(&known.to_lowercase()));
                Err(Some(match near {
                    Some(known) if digits > 0 => format!("`{suffix}` is no suffix: did you mean `{number}{known}`?"),
                    _ => error.to_string(),
                }))
            }
        }
    }
}

impl Quantity {
    /// The amount, for counting with it.
    pub fn amount(&self) -> Amount {
        self.0.parse().unwrap_or_default()
    }
}

/// A name as Kubernetes allows it for most objects.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name(pub String);

impl ParsedText for Name {
    const FORMAT: &'static str = "name";
    const PATTERN: &'static str = r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$";
    const EXPECTED: &'static str = "a name of lower case letters, digits, `-` and `.`";

    fn parse(text: &str) -> Result<Self, Option<String>> {
        if is_name(text) { Ok(Name(text.to_string())) } else { Err(None) }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A DNS subdomain of RFC 1123: labels of lower case letters, digits and inner dashes, with dots between them.
fn is_name(text: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && label.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= 253 && text.split('.').all(label)
}

/// One object: its kind and its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectRef {
    /// As written: `deployment`, `Deployment`, `deploy` or `deployments` are the same.
    pub kind: String,
    pub name: String,
}

impl ParsedText for ObjectRef {
    const FORMAT: &'static str = "object";
    const PATTERN: &'static str = r"^[A-Za-z0-9.-]+/[A-Za-z0-9.:-]+$";
    const EXPECTED: &'static str = "a kind and a name such as `deployment/hello`";

    fn parse(text: &str) -> Result<Self, Option<String>> {
        let (kind, name) = text.split_once('/').ok_or(None)?;
        let kind_ok = !kind.is_empty() && kind.chars().all(|c| c.is_ascii_alphanumeric() || c == '.' || c == '-');
        let name_ok = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "-.:".contains(c));
        if !kind_ok || !name_ok {
            return Err(None);
        }
        Ok(ObjectRef { kind: kind.to_string(), name: name.to_string() })
    }
}

impl fmt::Display for ObjectRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind, self.name)
    }
}

/// A taint of a node, written as `kubectl taint` takes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taint {
    pub key: String,
    /// Empty where the taint has none.
    pub value: String,
    pub effect: String,
}

impl ParsedText for Taint {
    const FORMAT: &'static str = "taint";
    const PATTERN: &'static str = r"^[^=:\s]+(=[^:\s]*)?:(NoSchedule|PreferNoSchedule|NoExecute)$";
    const EXPECTED: &'static str = "a taint such as `dedicated=gpu:NoSchedule`";

    fn parse(text: &str) -> Result<Self, Option<String>> {
        const EFFECTS: [&str; 3] = ["NoSchedule", "PreferNoSchedule", "NoExecute"];
        let (left, effect) = text.rsplit_once(':').ok_or(None)?;
        if !EFFECTS.contains(&effect) {
            return Err(Some(format!("the effect is one of {}", EFFECTS.join(", "))));
        }
        let (key, value) = left.split_once('=').unwrap_or((left, ""));
        if key.is_empty() || key.contains(char::is_whitespace) || value.contains(char::is_whitespace) {
            return Err(None);
        }
        Ok(Taint { key: key.to_string(), value: value.to_string(), effect: effect.to_string() })
    }
}

/// An image with its tag.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ImageName(pub String);

impl ParsedText for ImageName {
    const FORMAT: &'static str = "image";
    const PATTERN: &'static str = r"^\S+:[^/\s]+$";
    const EXPECTED: &'static str = "an image with a tag such as `shop/hello:1.0.0`";

    fn parse(text: &str) -> Result<Self, Option<String>> {
        let last = text.rsplit('/').next().unwrap_or_default();
        if text.is_empty() || text.contains(char::is_whitespace) || text.split('/').any(str::is_empty) {
            return Err(None);
        }
        match last.split_once(':') {
            Some((repository, tag)) if !repository.is_empty() && !tag.is_empty() => Ok(ImageName(text.to_string())),
            _ if last.contains("@sha256:") => Ok(ImageName(text.to_string())),
            _ => Err(Some(format!("the tag is missing: `{text}:1.0`?"))),
        }
    }
}

impl ImageName {
    /// What stands behind the last colon: `1.0.0` of `shop/hello:1.0.0`.
    pub fn tag(&self) -> &str {
        self.0.rsplit(':').next().unwrap_or_default()
    }
}

/// A moment: so long after the start, or when something happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Moment {
    At(Period),
    /// When an objective was met, or a timeline entry took place.
    Of(String),
}

impl ParsedText for Moment {
    const FORMAT: &'static str = "moment";
    const PATTERN: &'static str = r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$";
    const EXPECTED: &'static str =
        "a time since the start such as `10s`, or the name of an objective or of a timeline entry";

    fn parse(text: &str) -> Result<Self, Option<String>> {
        match Period::parse(text) {
            Ok(period) => Ok(Moment::At(period)),
            Err(_) if is_name(text) && text.starts_with(|c: char| c.is_ascii_alphabetic()) => {
                Ok(Moment::Of(text.to_string()))
            }
            Err(wrong) => Err(wrong),
        }
    }
}

/// A label selector as `kubectl -l` takes it, or `all`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selector {
    text: String,
    labels: LabelSelector,
}

impl Selector {
    pub fn matches(&self, labels: Option<&BTreeMap<String, String>>) -> bool {
        self.labels.matches(labels)
    }

    pub fn labels(&self) -> &LabelSelector {
        &self.labels
    }

    /// Whether every object is selected.
    pub fn is_all(&self) -> bool {
        self.labels.is_empty()
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl ParsedText for Selector {
    const FORMAT: &'static str = "selector";
    const PATTERN: &'static str = r"\S";
    const EXPECTED: &'static str = "a label selector such as `app=hello`, `app in (a,b),!canary`, or `all`";

    fn parse(text: &str) -> Result<Self, Option<String>> {
        let query = match text.trim() {
            "" => return Err(None),
            "all" => "",
            some => some,
        };
        let labels = LabelSelector::parse(query).map_err(|error| Some(error.0))?;
        Ok(Selector { text: text.trim().to_string(), labels })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reads<T: ParsedText>(good: &[&str], bad: &[&str]) {
        for text in good {
            assert!(T::parse(text).is_ok(), "{text} is {}", T::EXPECTED);
        }
        for text in bad {
            assert!(T::parse(text).is_err(), "{text} is not {}", T::EXPECTED);
        }
    }

    #[test]
    fn each_form_takes_what_kubernetes_takes() {
        reads::<Period>(
            &["0s", "10s", "500ms", "1.5m", "1h30m", "0.25s"],
            &["", "10", "10x", "s", "-1s", "1.s", ".5s", "1 s", "1..5s", "99999999999999999999s", "1e3s", "3000h"],
        );
        reads::<Quantity>(&["4", "0.5", "250m", "8Gi", "64Mi", "1k"], &["", "Gi", "8GB", "8 Gi", "1.2.3", "-1", "."]);
        reads::<Name>(&["hello", "a.b-c", "3x"], &["", "Hello", "-a", "a-", "a..b", "a_b"]);
        reads::<ObjectRef>(&["pod/a", "deployment/hello"], &["pod", "/a", "pod/", "a b/c", "a/b/c"]);
        reads::<Taint>(&["a=b:NoSchedule", "a:NoExecute"], &["a", "a=b", "a=b:Never", ":NoSchedule", "=b:NoExecute"]);
        reads::<ImageName>(&["nginx:1.9.14", "gcr.io:443/a/b:v1"], &["nginx", "", "a b:1", "a//b:1", ":1", "gcr.io:443/a"]);
        reads::<Moment>(&["10s", "up"], &["10x", "", "Up down"]);
        reads::<Selector>(&["all", "a=b", "a in (b,c),!d", "a!=b", "a notin (x)", "k8s.io/a"], &["", "a=b c", "a in b)", ","]);
    }

    #[test]
    fn durations_are_exact() {
        let period = |text| Period::parse(text).map(|period| period.0);
        assert_eq!(period("1.5m"), Ok(Duration::from_secs(90)));
        assert_eq!(period("1h30m2s5ms"), Ok(Duration::from_millis(5_402_005)));
        assert_eq!(period("0.000000001s"), Ok(Duration::from_nanos(1)));
        for text in ["1h30m", "10s", "500ms", "0s"] {
            assert_eq!(Period::parse(text).map(|period| period.to_string()).as_deref(), Ok(text));
        }
    }

    #[test]
    fn selectors_select() {
        let labels = BTreeMap::from([("app".to_string(), "hello".to_string())]);
        let cases = [
            ("all", true),
            ("app=hello", true),
            ("app==hello", true),
            ("app!=hello", false),
            ("app in (auth, hello)", true),
            ("app notin (auth,hello)", false),
            ("app,!canary", true),
            ("canary", false),
            ("tier!=web", true),
        ];
        for (text, selected) in cases {
            assert_eq!(Selector::parse(text).map(|selector| selector.matches(Some(&labels))), Ok(selected), "{text}");
        }
    }
}
