//! What a client accepts: JSON, readable JSON or YAML; the object itself, a table of it, or its metadata alone.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/endpoints/handlers/negotiation/negotiate.go, go-restful's route selection, v1.36.
//! Simplified: protobuf is not offered: a client that accepts nothing else is refused.

use podarium_api::Status;
use podarium_machine::HttpRequest;

use super::Query;

const JSON: &str = "application/json";
const YAML: &str = "application/yaml";
const PROTOBUF: &str = "application/vnd.kubernetes.protobuf";
/// What the reference says that it writes.
const MEDIA_TYPES: &[&str] = &[JSON, YAML, PROTOBUF];
const STREAMED: &[&str] = &["application/json;stream=watch", "application/vnd.kubernetes.protobuf;stream=watch"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    Json,
    /// With indentation, for people.
    Pretty,
    Yaml,
}

impl Encoding {
    pub fn media_type(self) -> &'static str {
        match self {
            Encoding::Json | Encoding::Pretty => JSON,
            Encoding::Yaml => YAML,
        }
    }
}

/// The shape in which an object is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Plain,
    Table,
    Metadata,
    MetadataList,
}

/// What was agreed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Agreed {
    pub encoding: Encoding,
    pub form: Form,
    /// Whether tables and metadata are asked for in their older version, `meta.k8s.io/v1beta1`.
    pub beta: bool,
}

/// What a route writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    /// One object, or the answer to a change.
    Object,
    /// A list, or a stream of changes.
    List,
    /// A stream of changes.
    Watch,
    /// Text, or an error: the log of a container.
    Text,
    /// The answer to a question, which has no columns, or a document about the API.
    Answer,
    /// An error, which is never a table.
    Error,
}

/// One of the accepted types: `application/json;as=Table;v=v1;g=meta.k8s.io;q=0.9`.
struct Clause<'a> {
    media_type: &'a str,
    parameters: Vec<(&'a str, &'a str)>,
    quality: f32,
}

impl<'a> Clause<'a> {
    fn parse(text: &'a str) -> Self {
        let mut parts = text.split(';').map(str::trim);
        let media_type = parts.next().unwrap_or_default();
        let parameters: Vec<(&str, &str)> = parts.filter_map(|part| part.split_once('=')).map(|(name, value)| (name.trim(), value.trim().trim_matches('"'))).collect();
        let quality = parameters.iter().find(|(name, _)| *name == "q").and_then(|(_, value)| value.parse().ok()).unwrap_or(1.0);
        Clause { media_type, parameters, quality }
    }

    fn parameter(&self, name: &str) -> Option<&'a str> {
        self.parameters.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }

    /// Whether the clause means this type, by name or by a pattern.
    fn means(&self, media_type: &str) -> bool {
        let family = media_type.split('/').next().unwrap_or_default();
        self.media_type == media_type || self.media_type == "*/*" || self.media_type.strip_suffix("/*") == Some(family)
    }

    /// The form that is asked for, and whether in its older version; `None` for one that there is not.
    fn form(&self) -> Option<(Form, bool)> {
        let Some(wanted) = self.parameter("as") else {
            let half = self.parameter("g").or(self.parameter("v"));
            return half.is_none().then_some((Form::Plain, false));
        };
        let beta = match (self.parameter("g"), self.parameter("v")) {
            (Some("meta.k8s.io"), Some("v1")) => false,
            (Some("meta.k8s.io"), Some("v1beta1")) => true,
            _ => return None,
        };
        let form = match wanted {
            "Table" => Form::Table,
            "PartialObjectMetadata" => Form::Metadata,
            "PartialObjectMetadataList" => Form::MetadataList,
            _ => return None,
        };
        Some((form, beta))
    }
}

pub(super) fn header<'a>(http: &'a HttpRequest, name: &str) -> &'a str {
    http.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value.trim())
}

/// The clauses of an `Accept` header, the most wanted and most exact ones first.
fn clauses(accept: &str) -> Vec<Clause<'_>> {
    let mut clauses: Vec<Clause<'_>> = accept.split(',').filter(|text| !text.trim().is_empty()).map(Clause::parse).collect();
    let wildcards = |clause: &Clause<'_>| clause.media_type.matches('*').count();
    clauses.sort_by(|a, b| b.quality.total_cmp(&a.quality).then(wildcards(a).cmp(&wildcards(b))));
    clauses
}

/// People read what these programs show.
fn is_pretty(http: &HttpRequest, query: &Query) -> bool {
    match query.get("pretty") {
        Some(value) => matches!(value, "1" | "t" | "T" | "true" | "TRUE" | "True"),
        None => ["curl", "Wget", "Mozilla/5.0"].iter().any(|program| header(http, "User-Agent").starts_with(program)),
    }
}

/// Agrees with the client, or refuses.
pub(super) fn agree(http: &HttpRequest, query: &Query, route: Route) -> Result<Agreed, Status> {
    let accept = header(http, "Accept");
    let pretty = is_pretty(http, query);
    if accept.is_empty() {
        let encoding = if pretty { Encoding::Pretty } else { Encoding::Json };
        return Ok(Agreed { encoding, form: Form::Plain, beta: false });
    }
    if route != Route::Error {
        route_writes(accept, route)?;
    }
    for clause in clauses(accept) {
        let Some((form, beta)) = clause.form() else { continue };
        if (route == Route::Error && form != Form::Plain) || (route == Route::Answer && form == Form::Table) {
            continue;
        }
        let streamed = clause.parameter("stream").filter(|stream| !stream.is_empty());
        for media_type in [JSON, YAML].into_iter().filter(|media_type| clause.means(media_type)) {
            if streamed.is_some_and(|stream| stream != "watch" || media_type == YAML) {
                continue;
            }
            let encoding = match media_type {
                YAML => Encoding::Yaml,
                _ if pretty || clause.parameter("pretty") == Some("1") => Encoding::Pretty,
                _ => Encoding::Json,
            };
            if route == Route::Watch && encoding == Encoding::Yaml {
                return Err(not_acceptable(STREAMED));
            }
            return Ok(Agreed { encoding, form, beta });
        }
    }
    if accept.contains(PROTOBUF) && route != Route::Error {
        let text = format!("not simulated: {PROTOBUF}; only the following media types are accepted: {JSON}, {YAML}");
        return Err(Status::new(406, "NotAcceptable", text));
    }
    Err(not_acceptable(if route == Route::Watch { STREAMED } else { MEDIA_TYPES }))
}

fn not_acceptable(accepted: &[&str]) -> Status {
    Status::new(406, "NotAcceptable", format!("only the following media types are accepted: {}", accepted.join(", ")))
}

/// A route is chosen only if it writes one of the accepted types by its full name, or anything is accepted.
fn route_writes(accept: &str, route: Route) -> Result<(), Status> {
    let written: Vec<&str> = match route {
        Route::List | Route::Watch => MEDIA_TYPES.iter().chain(STREAMED).copied().collect(),
        Route::Text => ["text/plain"].iter().chain(MEDIA_TYPES).copied().collect(),
        _ => MEDIA_TYPES.to_vec(),
    };
    let types = accept.split(',').map(|clause| clause.split(';').next().unwrap_or_default().trim());
    if types.into_iter().any(|wanted| wanted == "*/*" || written.contains(&wanted)) {
        return Ok(());
    }
    let text = format!("406: Not Acceptable\n\nAvailable representations: {}", written.join(", "));
    Err(Status::refused_route(406, "NotAcceptable", text))
}

/// How an error is written for this client, who may accept nothing that an error can be: then as readable JSON.
pub(super) fn for_error(http: &HttpRequest, query: &Query) -> Encoding {
    agree(http, query, Route::Error).map_or(Encoding::Pretty, |agreed| agreed.encoding)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "application/json;as=Table;v=v1;g=meta.k8s.io";

    fn agreed(accept: &str, route: Route) -> Result<(Encoding, Form), String> {
        let http = HttpRequest::get("/").header("Accept", accept);
        agree(&http, &Query::default(), route).map(|agreed| (agreed.encoding, agreed.form)).map_err(|status| status.message().to_owned())
    }

    #[test]
    fn the_first_accepted_type_that_there_is_counts() {
        let plain = |encoding| Ok((encoding, Form::Plain));
        let cases = [
            ("", plain(Encoding::Json)),
            ("*/*", plain(Encoding::Json)),
            ("application/yaml", plain(Encoding::Yaml)),
            ("application/json;q=0.5, application/yaml", plain(Encoding::Yaml)),
            ("application/vnd.kubernetes.protobuf,application/json", plain(Encoding::Json)),
            ("application/json;pretty=1", plain(Encoding::Pretty)),
            (&format!("{TABLE},application/json"), Ok((Encoding::Json, Form::Table))),
            ("application/json;as=Widget;v=v1;g=meta.k8s.io,application/json", plain(Encoding::Json)),
            ("application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io", Ok((Encoding::Json, Form::Metadata))),
        ];
        for (accept, expected) in cases {
            assert_eq!(agreed(accept, Route::Object), expected, "{accept}");
        }
        assert_eq!(agreed(&format!("{TABLE},application/json"), Route::Error), plain(Encoding::Json), "an error is no table");
    }

    #[test]
    fn what_nobody_can_write_is_refused_in_the_words_of_who_notices() {
        let cases = [
            ("text/html", Route::Object, "406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, application/vnd.kubernetes.protobuf"),
            ("application/*", Route::Object, "406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, application/vnd.kubernetes.protobuf"),
            ("text/plain", Route::List, "406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, application/vnd.kubernetes.protobuf, application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch"),
            ("application/json;as=Widget;v=v1;g=meta.k8s.io", Route::Object, "only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf"),
            ("application/yaml", Route::Watch, "only the following media types are accepted: application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch"),
            ("application/vnd.kubernetes.protobuf", Route::Object, "not simulated: application/vnd.kubernetes.protobuf; only the following media types are accepted: application/json, application/yaml"),
        ];
        for (accept, route, text) in cases {
            assert_eq!(agreed(accept, route), Err(text.to_owned()), "{accept}");
        }
    }

    #[test]
    fn people_get_readable_json() {
        let encoding = |agent: &str, query: &str| {
            let http = HttpRequest::get("/").header("Accept", "*/*").header("User-Agent", agent);
            agree(&http, &Query::parse(query), Route::Object).unwrap().encoding
        };
        assert_eq!(encoding("curl/8.5.0", ""), Encoding::Pretty);
        assert_eq!(encoding("curl/8.5.0", "pretty=false"), Encoding::Json);
        assert_eq!(encoding("kubectl/v1.36.3", ""), Encoding::Json);
        assert_eq!(encoding("kubectl/v1.36.3", "pretty=true"), Encoding::Pretty);
    }
}
