//! The columns that `kubectl get` prints for a custom resource: those that its definition declares, or its age.
//!
//! Models: staging/src/k8s.io/apiextensions-apiserver/pkg/registry/customresource/tableconvertor/tableconvertor.go, v1.36.
//! Simplified: nothing.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinitionVersion;
use serde_json::Value;

use super::CustomObject;
use crate::json_path::{self, Node};
use crate::{Cell, time};

/// One column of the table.
#[derive(Clone, Debug, PartialEq)]
pub struct TableColumn {
    pub name: String,
    pub kind: String,
    pub format: String,
    pub priority: i32,
    pub description: String,
    source: Source,
}

#[derive(Clone, Debug, PartialEq)]
enum Source {
    Name,
    Path(Vec<json_path::Step>),
    /// A path that cannot be read shows nothing.
    Nothing,
}

const AGE: &str = "CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed to be set in happens-before order across separate operations. Clients may not set this value. It is represented in RFC3339 form and is in UTC.\n\nPopulated by the system. Read-only. Null for lists. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata";
const NAME: &str = "Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the generation of an appropriate name automatically. Name is primarily intended for creation idempotence and configuration definition. Cannot be updated. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names";

pub(super) fn of_version(version: &CustomResourceDefinitionVersion) -> Vec<TableColumn> {
    let source = |path: &str| match json_path::parse(&format!("{{{path}}}")).as_deref() {
        Ok([Node::Path(steps)]) => Source::Path(steps.clone()),
        _ => Source::Nothing,
    };
    let mut columns = vec![TableColumn {
        name: "Name".to_owned(),
        kind: "string".to_owned(),
        format: "name".to_owned(),
        priority: 0,
        description: NAME.to_owned(),
        source: Source::Name,
    }];
    let declared = version.additional_printer_columns.as_deref().unwrap_or_default();
    for column in declared {
        let stated = column.description.clone().filter(|text| !text.is_empty());
        columns.push(TableColumn {
            name: column.name.clone(),
            kind: column.type_.clone(),
            format: column.format.clone().unwrap_or_default(),
            priority: column.priority.unwrap_or(0),
            description: stated.unwrap_or_else(|| format!("Custom resource definition column (in JSONPath format): {}", column.json_path)),
            source: source(&column.json_path),
        });
    }
    if declared.is_empty() {
        columns.push(TableColumn {
            name: "Age".to_owned(),
            kind: "date".to_owned(),
            format: String::new(),
            priority: 0,
            description: AGE.to_owned(),
            source: source(".metadata.creationTimestamp"),
        });
    }
    columns
}

impl TableColumn {
    pub(super) fn cell(&self, object: &CustomObject, now: jiff::Timestamp) -> Cell {
        match &self.source {
            Source::Name => object.metadata.name.clone().into(),
            Source::Nothing => Value::Null,
            // Paths are simple, so there is one value or none.
            Source::Path(steps) => match json_path::find(steps, &object.to_value()).unwrap_or_default().first() {
                Some(found) => self.cell_of(found, now),
                None => Value::Null,
            },
        }
    }

    /// The value as the column's type has it; what does not fit the type is not shown.
    fn cell_of(&self, value: &Value, now: jiff::Timestamp) -> Cell {
        match (self.kind.as_str(), value) {
            ("integer", Value::Number(number)) => match (number.as_i64(), number.as_f64()) {
                (Some(whole), _) => whole.into(),
                (None, Some(real)) => (real as i64).into(),
                _ => Value::Null,
            },
            ("number", Value::Number(number)) => number.as_f64().map_or(Value::Null, |number| if number.fract() == 0.0 { value.clone() } else { number.into() }),
            ("boolean", Value::Bool(_)) => value.clone(),
            ("string", Value::Null) => Value::String(String::new()),
            ("string", value) => Value::String(json_path::show(value)),
            ("date", Value::String(text)) => match text.parse::<jiff::Timestamp>() {
                Ok(at) => time::age(Some(&k8s_openapi::apimachinery::pkg::apis::meta::v1::Time(at)), now).into(),
                Err(_) => "<invalid>".into(),
            },
            _ => Value::Null,
        }
    }
}
