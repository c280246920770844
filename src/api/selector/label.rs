//! Label selectors: requirements on labels, all of which an object must meet.
//!
//! A selector comes as text (`app=web,tier!=db,env in (qa,prod),!canary`) from kubectl and in URLs, or as the structure
//! `matchLabels`/`matchExpressions` inside objects. Selecting nothing and selecting everything are different things:
//! a missing structure selects nothing, an empty one selects everything.
//!
//! Models: staging/src/k8s.io/apimachinery/pkg/labels/selector.go and pkg/apis/meta/v1/helpers.go, v1.36.
//! Simplified: nothing.

use std::collections::BTreeMap;
use std::fmt;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector as RawSelector;

use crate::field::FieldError;
use crate::name_rules;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    In,
    NotIn,
    Equals,
    DoubleEquals,
    NotEquals,
    Exists,
    DoesNotExist,
    GreaterThan,
    LessThan,
}

/// One condition on one label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    key: String,
    operator: Operator,
    values: Vec<String>,
}

/// Why a text or a structure is no selector, in Kubernetes' words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SelectorError(pub String);

impl Requirement {
    /// A requirement whose key and values follow the rules of labels.
    pub fn new(key: &str, operator: Operator, values: Vec<String>) -> Result<Self, SelectorError> {
        let mut errors = Vec::new();
        let key_faults = name_rules::label_key(key);
        if !key_faults.is_empty() {
            errors.push(FieldError::invalid("key", key, key_faults.join("; ")));
        }
        let invalid = |detail: &str| FieldError::invalid("values", values.clone(), detail);
        match operator {
            Operator::In | Operator::NotIn if values.is_empty() => {
                errors.push(invalid("for 'in', 'notin' operators, values set can't be empty"));
            }
            Operator::Equals | Operator::DoubleEquals | Operator::NotEquals if values.len() != 1 => {
                errors.push(invalid("exact-match compatibility requires one single value"));
            }
            Operator::Exists | Operator::DoesNotExist if !values.is_empty() => {
                errors.push(invalid("values set must be empty for exists and does not exist"));
            }
            Operator::GreaterThan | Operator::LessThan => {
                if values.len() != 1 {
                    errors.push(invalid("for 'Gt', 'Lt' operators, exactly one value is required"));
                }
                for (index, value) in values.iter().enumerate().filter(|(_, value)| value.parse::<i64>().is_err()) {
                    let detail = "for 'Gt', 'Lt' operators, the value must be an integer";
                    errors.push(FieldError::invalid(format!("values[{index}]"), value.as_str(), detail));
                }
            }
            _ => {}
        }
        for (index, value) in values.iter().enumerate() {
            let faults = name_rules::label_value(value);
            if !faults.is_empty() {
                errors.push(FieldError::invalid(format!("values[{index}][{key}]"), value.as_str(), faults.join("; ")));
            }
        }
        match errors.as_slice() {
            [] => Ok(Requirement { key: key.to_owned(), operator, values }),
            [only] => Err(SelectorError(only.to_string())),
            several => {
                let texts: Vec<String> = several.iter().map(ToString::to_string).collect();
                Err(SelectorError(format!("[{}]", texts.join(", "))))
            }
        }
    }

    pub fn key(&self) -> &str {
        &self.key
    }

    pub fn operator(&self) -> Operator {
        self.operator
    }

    pub fn values(&self) -> &[String] {
        &self.values
    }

    pub fn matches(&self, labels: &BTreeMap<String, String>) -> bool {
        let value = labels.get(&self.key);
        match self.operator {
            Operator::In | Operator::Equals | Operator::DoubleEquals => value.is_some_and(|value| self.values.contains(value)),
            Operator::NotIn | Operator::NotEquals => value.is_none_or(|value| !self.values.contains(value)),
            Operator::Exists => value.is_some(),
            Operator::DoesNotExist => value.is_none(),
            Operator::GreaterThan | Operator::LessThan => {
                let number = |text: Option<&String>| text.and_then(|text| text.parse::<i64>().ok());
                match (number(value), number(self.values.first())) {
                    (Some(value), Some(bound)) if self.operator == Operator::GreaterThan => value > bound,
                    (Some(value), Some(bound)) => value < bound,
                    _ => false,
                }
            }
        }
    }
}

impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = &self.key;
        let values = || {
            let mut values = self.values.clone();
            values.sort();
            values.join(",")
        };
        match self.operator {
            Operator::Exists => write!(f, "{key}"),
            Operator::DoesNotExist => write!(f, "!{key}"),
            Operator::Equals => write!(f, "{key}={}", values()),
            Operator::DoubleEquals => write!(f, "{key}=={}", values()),
            Operator::NotEquals => write!(f, "{key}!={}", values()),
            Operator::GreaterThan => write!(f, "{key}>{}", values()),
            Operator::LessThan => write!(f, "{key}<{}", values()),
            Operator::In => write!(f, "{key} in ({})", values()),
            Operator::NotIn => write!(f, "{key} notin ({})", values()),
        }
    }
}

/// A matcher for labels. `Display` is the text that kubectl prints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LabelSelector {
    /// What a missing selector means.
    Nothing,
    /// All of these, sorted by key; none at all selects everything.
    All(Vec<Requirement>),
}

impl Default for LabelSelector {
    fn default() -> Self {
        LabelSelector::everything()
    }
}

impl LabelSelector {
    pub const fn everything() -> Self {
        LabelSelector::All(Vec::new())
    }

    pub fn from_requirements(mut requirements: Vec<Requirement>) -> Self {
        requirements.sort_by(|a, b| a.key.cmp(&b.key));
        LabelSelector::All(requirements)
    }

    /// Labels that must all be there, as in a Service's selector or a node selector. An empty map selects everything.
    pub fn from_labels(labels: &BTreeMap<String, String>) -> Self {
        let requirement = |(key, value): (&String, &String)| Requirement {
            key: key.clone(),
            operator: Operator::Equals,
            values: vec![value.clone()],
        };
        LabelSelector::All(labels.iter().map(requirement).collect())
    }

    /// The selector structure inside an object.
    pub fn from_raw(raw: Option<&RawSelector>) -> Result<Self, SelectorError> {
        let Some(raw) = raw else { return Ok(LabelSelector::Nothing) };
        let mut requirements = Vec::new();
        for (key, value) in raw.match_labels.iter().flatten() {
            requirements.push(Requirement::new(key, Operator::Equals, vec![value.clone()])?);
        }
        for expression in raw.match_expressions.iter().flatten() {
            let operator = match expression.operator.as_str() {
                "In" => Operator::In,
                "NotIn" => Operator::NotIn,
                "Exists" => Operator::Exists,
                "DoesNotExist" => Operator::DoesNotExist,
                other => return Err(SelectorError(format!("{other:?} is not a valid label selector operator"))),
            };
            let values = expression.values.clone().unwrap_or_default();
            requirements.push(Requirement::new(&expression.key, operator, values)?);
        }
        Ok(Self::from_requirements(requirements))
    }

    /// A selector inside a stored object, which validation has accepted; one that is broken all the same selects
    /// nothing.
    pub fn of(raw: &RawSelector) -> Self {
        Self::from_raw(Some(raw)).unwrap_or(LabelSelector::Nothing)
    }

    /// The text form, as in `kubectl get -l` and `?labelSelector=`.
    pub fn parse(text: &str) -> Result<Self, SelectorError> {
        super::parse::parse(text).map(Self::from_requirements)
    }

    pub fn matches(&self, labels: Option<&BTreeMap<String, String>>) -> bool {
        const NONE: &BTreeMap<String, String> = &BTreeMap::new();
        let labels = labels.unwrap_or(NONE);
        match self {
            LabelSelector::Nothing => false,
            LabelSelector::All(requirements) => requirements.iter().all(|requirement| requirement.matches(labels)),
        }
    }

    /// Whether it selects everything.
    pub fn is_empty(&self) -> bool {
        matches!(self, LabelSelector::All(requirements) if requirements.is_empty())
    }

    pub fn requirements(&self) -> &[Requirement] {
        match self {
            LabelSelector::Nothing => &[],
            LabelSelector::All(requirements) => requirements,
        }
    }

    /// The text in tables and descriptions: `<none>` where there is nothing to say.
    pub fn shown(&self) -> String {
        let text = self.to_string();
        if text.is_empty() { "<none>".to_owned() } else { text }
    }
}

impl fmt::Display for LabelSelector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, requirement) in self.requirements().iter().enumerate() {
            write!(f, "{}{requirement}", if index > 0 { "," } else { "" })?;
        }
        Ok(())
    }
}

/// `app=web,tier=front`, or `<none>`: labels as tables show them.
pub fn format_labels(labels: Option<&BTreeMap<String, String>>) -> String {
    let pairs: Vec<String> = labels.into_iter().flatten().map(|(key, value)| format!("{key}={value}")).collect();
    if pairs.is_empty() { "<none>".to_owned() } else { pairs.join(",") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(text: &str) -> BTreeMap<String, String> {
        text.split(',').filter_map(|pair| pair.split_once('=')).map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
    }

    #[test]
    fn texts_select_what_they_say() {
        let cases = [
            ("", "x=y", true), ("x=y", "x=y", true), ("x=y", "x=z", false), ("x=y,z=w", "x=y,z=w", true),
            ("x!=y,z!=w", "x=z,z=a", true), ("x!=y", "", true), ("notin=in", "notin=in", true), ("x", "x=z", true),
            ("!x", "y=z", true), ("!x", "x=z", false), ("x>1", "x=2", true), ("x<1", "x=0", true), ("x>1", "x=a", false),
            ("x in (a,b)", "x=b", true), ("x in (a,b)", "", false), ("x notin (a,b)", "", true), ("x notin (a,b)", "x=a", false),
            ("x in (),y", "x=,y=1", true), ("x=", "x=", true), ("x,y in (a)", "x=1,y=a", true), ("x in (,a)", "x=", true),
            ("  x  =  y  ", "x=y", true), ("x==y", "x=y", true),
        ];
        for (text, set, expected) in cases {
            let selector = LabelSelector::parse(text).unwrap();
            assert_eq!(selector.matches(Some(&labels(set))), expected, "{text:?} on {set:?}");
        }
    }

    #[test]
    fn selectors_print_sorted_and_without_spaces() {
        let cases = [
            ("z=1, a != b", "a!=b,z=1"), ("env in (qa, prod)", "env in (prod,qa)"), ("!a,b", "!a,b"), ("x==y", "x==y"),
            ("x notin (b,a)", "x notin (a,b)"), ("x>5", "x>5"), ("", ""),
        ];
        for (text, printed) in cases {
            assert_eq!(LabelSelector::parse(text).unwrap().to_string(), printed, "{text:?}");
        }
    }

    #[test]
    fn broken_texts_are_refused_in_the_words_of_kubernetes() {
        let cases = [
            ("a=b,", "found '', expected: identifier after ','"),
            ("x=a||y=b", "unable to parse requirement: values[0][x]: Invalid value: \"a||y\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"),
            ("x,,", "found ',', expected: identifier after ','"),
            ("x in", "unable to parse requirement: found '' expected: '('"),
            ("x y", "unable to parse requirement: found 'y', expected: in, notin, =, ==, !=, gt, lt"),
            ("x in (a", "unable to parse requirement: found '', expected: ',' or ')'"),
            ("=x", "found '=', expected: !, identifier, or 'end of string'"),
            ("!x=a", "found '=', expected: ',' or 'end of string'"),
        ];
        for (text, error) in cases {
            let found = LabelSelector::parse(text).map(|selector| selector.to_string());
            assert_eq!(found, Err(SelectorError(error.to_owned())), "{text:?}");
        }
    }

    #[test]
    fn a_missing_structure_selects_nothing_and_an_empty_one_everything() {
        assert!(!LabelSelector::from_raw(None).unwrap().matches(None));
        assert!(LabelSelector::of(&RawSelector::default()).matches(None));
        let raw: RawSelector = serde_json::from_value(serde_json::json!({
            "matchLabels": {"app": "web"}, "matchExpressions": [{"key": "tier", "operator": "NotIn", "values": ["db"]}]
        }))
        .unwrap();
        let selector = LabelSelector::of(&raw);
        assert_eq!(selector.to_string(), "app=web,tier notin (db)");
        assert!(selector.matches(Some(&labels("app=web"))));
        assert!(!selector.matches(Some(&labels("app=web,tier=db"))));
    }
}
