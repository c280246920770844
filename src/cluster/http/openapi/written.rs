//! Paths and operations as version 2 and version 3 of OpenAPI write them.
//!
//! Models: vendor/k8s.io/kube-openapi/pkg/{builder,builder3}, v1.36.
//! Simplified: parameters are written where they are used and not referred to.

use serde_json::{Map, Value, json};

use super::operations::{Answer, Body, Operation, Parameter, PathItem, parameters};

const MEDIA_TYPES: &[&str] = &["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"];
const STREAMED: &[&str] = &["application/json;stream=watch", "application/vnd.kubernetes.protobuf;stream=watch"];
const PATCHES: &[&str] = &["application/json-patch+json", "application/merge-patch+json", "application/strategic-merge-patch+json", "application/apply-patch+yaml"];
const PATCH: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.Patch";
const DELETE_OPTIONS: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    V2,
    V3,
}

impl Form {
    fn reference(self, definition: &str) -> Value {
        let prefix = if self == Form::V2 { "#/definitions/" } else { "#/components/schemas/" };
        json!({"$ref": format!("{prefix}{definition}")})
    }

    fn typed(self, mut parameter: Value, type_: &str) -> Value {
        let schema = json!({"type": type_, "uniqueItems": true});
        match (self, parameter.as_object_mut(), schema) {
            (Form::V2, Some(fields), Value::Object(schema)) => fields.extend(schema),
            (_, Some(fields), schema) => {
                fields.insert("schema".to_owned(), schema);
            }
            _ => {}
        }
        parameter
    }

    fn parameter(self, parameter: &Parameter) -> Value {
        self.typed(json!({"name": parameter.name, "in": parameter.place, "description": parameter.description}), &parameter.type_)
    }

    pub fn path(self, item: &PathItem, tag: &str) -> Value {
        let mut out = Map::new();
        for operation in &item.operations {
            out.insert(operation.method.to_owned(), self.operation(operation, tag));
        }
        let variables = item.variables.iter().map(|(name, description)| self.typed(json!({"name": name, "in": "path", "required": true, "description": description}), "string"));
        let pretty = parameters("pretty").iter().map(|parameter| self.parameter(parameter));
        out.insert("parameters".to_owned(), variables.chain(pretty).collect());
        Value::Object(out)
    }

    fn operation(self, operation: &Operation, tag: &str) -> Value {
        let (group, version, kind) = &operation.of;
        let mut list: Vec<Value> = operation.parameters.iter().map(|parameter| self.parameter(parameter)).collect();
        let mut out = json!({
            "description": operation.description,
            "operationId": operation.id,
            "tags": [tag],
            "responses": self.responses(operation),
            "x-kubernetes-action": operation.action,
            "x-kubernetes-group-version-kind": {"group": group, "version": version, "kind": kind},
        });
        if operation.deprecated {
            out["deprecated"] = json!(true);
        }
        let body = match &operation.body {
            Body::None => None,
            Body::Object(definition) => Some((definition.as_str(), &["*/*"][..], true)),
            Body::Patch => Some((PATCH, PATCHES, true)),
            Body::DeleteOptions => Some((DELETE_OPTIONS, &["*/*"][..], false)),
        };
        if self == Form::V2 {
            out["consumes"] = json!(body.map_or(&["*/*"][..], |(_, types, _)| types));
            out["produces"] = json!(produced(&operation.answer));
            out["schemes"] = json!(["https"]);
        }
        if let Some((definition, types, required)) = body {
            let schema = self.reference(definition);
            if self == Form::V2 {
                let mut parameter = json!({"name": "body", "in": "body", "schema": schema});
                if required {
                    parameter["required"] = json!(true);
                }
                list.insert(0, parameter);
            } else {
                let content: Map<String, Value> = types.iter().map(|type_| ((*type_).to_owned(), json!({"schema": schema}))).collect();
                out["requestBody"] = if required { json!({"content": content, "required": true}) } else { json!({"content": content}) };
            }
        }
        if !list.is_empty() {
            out["parameters"] = list.into();
        }
        out
    }

    fn responses(self, operation: &Operation) -> Value {
        let schema = match &operation.answer {
            Answer::Object(definition) | Answer::List(definition) => self.reference(definition),
            Answer::Text => json!({"type": "string"}),
        };
        let mut responses = json!({"401": {"description": "Unauthorized"}});
        for code in operation.codes {
            let description = match code {
                201 => "Created",
                202 => "Accepted",
                _ => "OK",
            };
            responses[code.to_string()] = if self == Form::V2 {
                json!({"description": description, "schema": schema})
            } else {
                let content: Map<String, Value> = produced(&operation.answer).into_iter().map(|type_| (type_.to_owned(), json!({"schema": schema}))).collect();
                json!({"description": description, "content": content})
            };
        }
        responses
    }
}

fn produced(answer: &Answer) -> Vec<&'static str> {
    match answer {
        Answer::Object(_) => MEDIA_TYPES.to_vec(),
        Answer::List(_) => MEDIA_TYPES.iter().chain(STREAMED).copied().collect(),
        Answer::Text => vec!["text/plain"],
    }
}
