//! nginx's variables: in `log_format`, `return`, `proxy_set_header` and wherever else a text has a `$`.
//!
//! Models: src/http/ngx_http_variables.c and the variables of the upstream, ssl and core modules.
//! Simplified: connections are not kept, so each request is the first of its connection.

use super::config::{Config, Map};
use super::request::Request;

/// The names in a text.
pub(super) fn names(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    expand(text, &mut |name| {
        names.push(name.to_owned());
        String::new()
    });
    names.retain(|name| !name.is_empty() && !name.bytes().all(|byte| byte.is_ascii_digit()));
    names
}

/// The text with what the variables stand for.
pub(super) fn expand(text: &str, value: &mut dyn FnMut(&str) -> String) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        let (name, length) = match after.strip_prefix('{').and_then(|inner| Some((inner, inner.find('}')?))) {
            Some((inner, end)) => (&inner[..end], end + 2),
            None => {
                let digit = after.chars().next().is_some_and(|c| c.is_ascii_digit());
                let end = match digit {
                    true => 1,
                    false => after.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(after.len()),
                };
                (&after[..end], end)
            }
        };
        match name.is_empty() {
            true => out.push('$'),
            false => out.push_str(&value(name)),
        }
        rest = &after[length..];
    }
    out + rest
}

const KNOWN: &[&str] = &[
    "args", "body_bytes_sent", "bytes_sent", "connection", "connection_requests", "content_length", "content_type", "date_gmt", "date_local",
    "document_root", "document_uri", "host", "hostname", "https", "is_args", "limit_rate", "msec", "nginx_version", "pid", "pipe",
    "proxy_add_x_forwarded_for", "proxy_host", "proxy_port", "proxy_protocol_addr", "query_string", "realpath_root", "remote_addr", "remote_port",
    "remote_user", "request", "request_body", "request_completion", "request_filename", "request_id", "request_length", "request_method",
    "request_time", "request_uri", "scheme", "server_addr", "server_name", "server_port", "server_protocol", "ssl_cipher", "ssl_protocol",
    "ssl_server_name", "ssl_client_verify", "ssl_client_s_dn", "status", "tcpinfo_rtt", "time_iso8601", "time_local", "upstream_addr",
    "upstream_bytes_received", "upstream_cache_status", "upstream_connect_time", "upstream_header_time", "upstream_response_length",
    "upstream_response_time", "upstream_status", "uri", "invalid_referer", "binary_remote_addr", "gzip_ratio", "realip_remote_addr", "http2",
];

pub(super) fn is_known(name: &str) -> bool {
    let families = ["http_", "sent_http_", "arg_", "cookie_", "upstream_http_", "upstream_cookie_", "sent_trailer_"];
    KNOWN.contains(&name) || families.iter().any(|family| name.strip_prefix(family).is_some_and(|rest| !rest.is_empty()))
}

/// What a variable is for a request. Inside of a log, an empty one shows as `-`.
pub(super) fn value(request: &Request, config: &Config, name: &str) -> String {
    let header = |name: &str| {
        let wanted = name.replace('_', "-");
        request.http.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(&wanted)).map(|(_, value)| value.clone())
    };
    if let Some(value) = request.set.get(name) {
        return value.clone();
    }
    if let Ok(number) = name.parse::<usize>() {
        return request.captures.get(number).cloned().unwrap_or_default();
    }
    if let Some(map) = config.maps.iter().find(|map| map.name == name) {
        return of_map(map, request, config);
    }
    let (remote, port) = request.http.from.rsplit_once(':').unwrap_or((&request.http.from, ""));
    let remote = if remote.is_empty() { "127.0.0.1" } else { remote };
    let at = |format: &str| jiff::Timestamp::from_nanosecond(request.unix_nanos.into()).unwrap_or_default().strftime(format).to_string();
    let seconds = |duration: std::time::Duration| format!("{}.{:03}", duration.as_secs(), duration.subsec_millis());
    match name {
        "args" | "query_string" => request.args.clone(),
        "is_args" => if request.args.is_empty() { "" } else { "?" }.to_owned(),
        "uri" | "document_uri" => request.uri.clone(),
        "request_uri" => request.http.path().to_owned(),
        "request" => format!("{} {} HTTP/1.1", request.http.method, request.http.path()),
        "request_method" => request.http.method.clone(),
        "request_body" => String::from_utf8_lossy(&request.http.body).into_owned(),
        "request_length" => (request.http.body.len() + request.http.path().len() + 60).to_string(),
        "request_time" => seconds(request.took),
        "request_id" => format!("{:016x}{:016x}", request.number.wrapping_mul(0x9e37_79b9_7f4a_7c15), request.number ^ u64::from_le_bytes(request.unix_nanos.to_le_bytes())),
        "request_filename" => request.filename(),
        "document_root" | "realpath_root" => request.scope.settings.root.clone(),
        "host" => request.host(),
        "hostname" => request.hostname.clone(),
        "server_name" => request.server.names.first().cloned().unwrap_or_default(),
        "server_addr" => request.address.clone(),
        "server_port" => request.port.to_string(),
        "server_protocol" => "HTTP/1.1".to_owned(),
        "scheme" => if request.tls { "https" } else { "http" }.to_owned(),
        "https" => if request.tls { "on" } else { "" }.to_owned(),
        "ssl_protocol" => if request.tls { "TLSv1.3" } else { "" }.to_owned(),
        "ssl_cipher" => if request.tls { "TLS_AES_256_GCM_SHA384" } else { "" }.to_owned(),
        "remote_addr" | "realip_remote_addr" => remote.to_owned(),
        "remote_port" => port.to_owned(),
        "remote_user" => request.user.clone(),
        "connection" => request.number.to_string(),
        "connection_requests" => "1".to_owned(),
        "status" => format!("{:03}", request.status),
        "body_bytes_sent" | "bytes_sent" => request.bytes.to_string(),
        "content_type" => header("content-type").unwrap_or_default(),
        "content_length" => header("content-length").unwrap_or_default(),
        "time_local" => at("%d/%b/%Y:%H:%M:%S +0000"),
        "time_iso8601" => at("%Y-%m-%dT%H:%M:%S+00:00"),
        "date_gmt" | "date_local" => at("%A, %d-%b-%Y %H:%M:%S GMT"),
        "msec" => format!("{}.{:03}", request.unix_nanos / 1_000_000_000, request.unix_nanos / 1_000_000 % 1000),
        "nginx_version" => request.version.clone(),
        "pid" => request.pid.to_string(),
        "pipe" => ".".to_owned(),
        "request_completion" => "OK".to_owned(),
        "proxy_add_x_forwarded_for" => match header("x-forwarded-for") {
            Some(before) => format!("{before}, {remote}"),
            None => remote.to_owned(),
        },
        "proxy_host" => request.proxy_host.clone(),
        "proxy_port" => request.proxy_host.rsplit_once(':').map_or("80", |(_, port)| port).to_owned(),
        "upstream_addr" => request.tried.iter().map(|tried| tried.address.clone()).collect::<Vec<_>>().join(", "),
        "upstream_status" => request.tried.iter().map(|tried| tried.status.to_string()).collect::<Vec<_>>().join(", "),
        "upstream_response_time" | "upstream_header_time" => request.tried.iter().map(|tried| seconds(tried.took)).collect::<Vec<_>>().join(", "),
        "upstream_connect_time" => request.tried.iter().map(|_| "0.000").collect::<Vec<_>>().join(", "),
        "upstream_response_length" | "upstream_bytes_received" => request.tried.iter().map(|tried| tried.length.to_string()).collect::<Vec<_>>().join(", "),
        name => {
            if let Some(name) = name.strip_prefix("http_") {
                header(name).unwrap_or_default()
            } else if let Some(name) = name.strip_prefix("arg_") {
                let found = request.args.split('&').filter_map(|pair| pair.split_once('=')).find(|(key, _)| key.eq_ignore_ascii_case(name));
                found.map_or(String::new(), |(_, value)| value.to_owned())
            } else if let Some(name) = name.strip_prefix("cookie_") {
                let cookies = header("cookie").unwrap_or_default();
                let found = cookies.split(';').filter_map(|pair| pair.trim().split_once('=')).find(|(key, _)| *key == name);
                found.map_or(String::new(), |(_, value)| value.to_owned())
            } else if let Some(name) = name.strip_prefix("sent_http_").or(name.strip_prefix("upstream_http_")) {
                let wanted = name.replace('_', "-");
                request.sent.iter().find(|(known, _)| known.eq_ignore_ascii_case(&wanted)).map_or(String::new(), |(_, value)| value.clone())
            } else {
                String::new()
            }
        }
    }
}

fn of_map(map: &Map, request: &Request, config: &Config) -> String {
    let source = expand(&map.source, &mut |name| value(request, config, name));
    let fixed = map.values.iter().find(|(key, _)| key.eq_ignore_ascii_case(&source)).map(|(_, value)| value);
    let matching = || map.patterns.iter().find(|(pattern, _)| pattern.is_match(&source)).map(|(_, value)| value);
    let found = fixed.or_else(matching).unwrap_or(&map.default);
    expand(found, &mut |name| if name == map.name { String::new() } else { value(request, config, name) })
}
