//! What nginx writes by itself: error pages, directory listings, dates; and how it reads paths and headers.
//!
//! Models: ngx_http_special_response.c, ngx_http_autoindex_module.c, ngx_http_parse.c of nginx.
//! Simplified: nothing.

use base64::Engine as _;
use percent_encoding::{AsciiSet, utf8_percent_encode};
use podarium_machine::Metadata;

/// The reason of a status, as the first line has it.
pub(super) fn title(status: u16) -> &'static str {
    match status {
        301 => "301 Moved Permanently",
        302 => "302 Found",
        303 => "303 See Other",
        307 => "307 Temporary Redirect",
        308 => "308 Permanent Redirect",
        400 => "400 Bad Request",
        401 => "401 Authorization Required",
        402 => "402 Payment Required",
        403 => "403 Forbidden",
        404 => "404 Not Found",
        405 => "405 Not Allowed",
        406 => "406 Not Acceptable",
        408 => "408 Request Time-out",
        409 => "409 Conflict",
        410 => "410 Gone",
        411 => "411 Length Required",
        412 => "412 Precondition Failed",
        413 => "413 Request Entity Too Large",
        414 => "414 Request-URI Too Large",
        415 => "415 Unsupported Media Type",
        416 => "416 Requested Range Not Satisfiable",
        421 => "421 Misdirected Request",
        429 => "429 Too Many Requests",
        500 => "500 Internal Server Error",
        501 => "501 Not Implemented",
        502 => "502 Bad Gateway",
        503 => "503 Service Temporarily Unavailable",
        504 => "504 Gateway Time-out",
        505 => "505 HTTP Version Not Supported",
        507 => "507 Insufficient Storage",
        _ => "",
    }
}

/// The standard page of a status; statuses that have none get an empty body.
pub(super) fn standard(status: u16, version: &str, tokens: bool) -> Vec<u8> {
    let title = title(status);
    if title.is_empty() {
        return Vec::new();
    }
    page(title, &format!("<center><h1>{title}</h1></center>\r\n"), version, tokens)
}

/// Somebody spoke plain HTTP where TLS is spoken.
pub(super) fn plain_to_tls(version: &str) -> Vec<u8> {
    let inner = "<center><h1>400 Bad Request</h1></center>\r\n<center>The plain HTTP request was sent to HTTPS port</center>\r\n";
    page("400 The plain HTTP request was sent to HTTPS port", inner, version, true)
}

fn page(title: &str, inner: &str, version: &str, tokens: bool) -> Vec<u8> {
    // Pages were white until 1.15.
    let old = version.split('.').nth(1).and_then(|minor| minor.parse::<u32>().ok()).is_some_and(|minor| minor < 15);
    let body = if old { "<body bgcolor=\"white\">" } else { "<body>" };
    let name = if tokens { format!("nginx/{version}") } else { "nginx".to_owned() };
    format!("<html>\r\n<head><title>{title}</title></head>\r\n{body}\r\n{inner}<hr><center>{name}</center>\r\n</body>\r\n</html>\r\n").into_bytes()
}

/// `Fri, 27 Nov 2026 03:51:57 GMT`
pub(super) fn date(unix_nanos: i64) -> String {
    jiff::Timestamp::from_nanosecond(unix_nanos.into()).unwrap_or_default().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// The path of a request, decoded, without double slashes and dots. `None`: it leaves the root.
pub(super) fn clean(path: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = path.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = || Some(u8::from_str_radix(std::str::from_utf8(after.get(..2)?).ok()?, 16));
        rest = match first {
            b'%' => {
                bytes.push(hex()?.ok().filter(|byte| *byte != 0)?);
                &after[2..]
            }
            byte => {
                bytes.push(*byte);
                after
            }
        };
    }
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let mut parts: Vec<&str> = Vec::new();
    let all: Vec<&str> = text.split('/').skip(1).collect();
    for (index, part) in all.iter().enumerate() {
        let last = index + 1 == all.len();
        match *part {
            "" | "." if last => parts.push(""),
            "" | "." => {}
            ".." => {
                parts.pop()?;
                if last {
                    parts.push("");
                }
            }
            part => parts.push(part),
        }
    }
    Some(format!("/{}", parts.join("/")))
}

/// User and password of `Basic …`.
pub(super) fn basic_user(header: &str) -> Option<(String, String)> {
    let bytes = base64::engine::general_purpose::STANDARD.decode(header.strip_prefix("Basic ")?.trim()).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let (user, password) = text.split_once(':')?;
    Some((user.to_owned(), password.to_owned()))
}

/// Whether an address is what `allow` and `deny` name: `all`, an address, a range.
pub(super) fn in_range(address: &str, range: &str) -> bool {
    let number = |text: &str| text.parse::<std::net::Ipv4Addr>().ok().map(u32::from);
    match range.split_once('/') {
        None => range == "all" || range == address,
        Some((base, bits)) => match (number(address), number(base), bits.parse::<u32>()) {
            (Some(address), Some(base), Ok(bits)) if bits <= 32 => {
                let mask = if bits == 0 { 0 } else { u32::MAX << (32 - bits) };
                address & mask == base & mask
            }
            _ => false,
        },
    }
}

/// The bytes that `bytes=0-99` means; `Err`: there are none.
pub(super) fn range(header: &str, whole: usize) -> Option<Result<(usize, usize), ()>> {
    let first = header.strip_prefix("bytes=")?.split(',').next()?;
    let (from, to) = first.trim().split_once('-')?;
    let (from, to) = match (from.parse::<usize>(), to.parse::<usize>()) {
        (Ok(from), Ok(to)) => (from, to.min(whole.saturating_sub(1))),
        (Ok(from), Err(_)) => (from, whole.saturating_sub(1)),
        (Err(_), Ok(last)) => (whole.saturating_sub(last), whole.saturating_sub(1)),
        _ => return None,
    };
    Some(if from < whole && from <= to { Ok((from, to)) } else { Err(()) })
}

/// The page of `autoindex`: directories first.
pub(super) fn listing(uri: &str, all: &[(String, Metadata)], epoch_nanos: i64) -> String {
    const WIDTH: usize = 50;
    let title = escape(uri);
    let mut out = format!("<html>\r\n<head><title>Index of {title}</title></head>\r\n<body>\r\n<h1>Index of {title}</h1><hr><pre><a href=\"../\">../</a>\r\n");
    let mut all: Vec<&(String, Metadata)> = all.iter().collect();
    all.sort_by_key(|(name, found)| (!found.is_dir(), name.clone()));
    for (name, found) in all {
        let shown = if found.is_dir() { format!("{name}/") } else { name.clone() };
        let (text, pad) = match shown.chars().count() {
            length if length > WIDTH => (format!("{}..&gt;", escape(&shown.chars().take(WIDTH - 3).collect::<String>())), 0),
            length => (escape(&shown), WIDTH - length),
        };
        let at = epoch_nanos + i64::try_from(found.modified.as_nanos()).unwrap_or(0);
        let at = jiff::Timestamp::from_nanosecond(at.into()).unwrap_or_default().strftime("%d-%b-%Y %H:%M");
        let size = if found.is_dir() { "-".to_owned() } else { found.size.to_string() };
        out.push_str(&format!("<a href=\"{}\">{text}</a>{} {at} {size:>19}\r\n", encode(&shown), " ".repeat(pad)));
    }
    out + "</pre><hr></body>\r\n</html>\r\n"
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

pub(super) fn encode(text: &str) -> String {
    const ESCAPED: &AsciiSet = &percent_encoding::CONTROLS.add(b' ').add(b'"').add(b'%').add(b'\'').add(b'<').add(b'>').add(b'\\').add(b'^').add(b'`').add(b'{').add(b'|').add(b'}').add(b'?').add(b'#').add(b':');
    utf8_percent_encode(text, ESCAPED).to_string()
}
