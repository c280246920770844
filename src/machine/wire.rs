//! HTTP/1.1 as bytes: for connections one end of which speaks HTTP in whole requests and whole answers, and the other
//! end of which sees a stream of bytes (`nc`, a tunnel).
//!
//! TLS is a property of a connection here. On a stream of bytes a simulated TLS connection begins, each way, with a
//! record that says so, and goes on in plain text; a real handshake is recognized and is not understood.

use crate::{HttpRequest, HttpResponse};

/// What a simulated TLS connection begins with: the header of a handshake record, whose content no real one has.
const SIMULATED_TLS: &[u8] = b"\x16\x03\x01\x00\x0esimulated TLS\n";
/// What any TLS connection begins with.
const HANDSHAKE: &[u8] = b"\x16\x03";
/// A head that is longer than this is none.
const LONGEST_HEAD: usize = 64 << 10;

/// Why bytes cannot be read as HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotHttp {
    /// A TLS handshake of a real client, which nobody here can answer.
    RealTls,
    /// Something else.
    Garbage,
}

/// Reads requests out of a stream of bytes.
#[derive(Clone, Debug, Default)]
pub struct RequestReader {
    bytes: Vec<u8>,
    tls: Option<bool>,
    closes: bool,
}

impl RequestReader {
    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Whether the connection is a (simulated) TLS one, once its first bytes have come.
    pub fn is_tls(&self) -> Option<bool> {
        self.tls
    }

    /// Whether the client wants the connection closed after the answer to its last request.
    pub fn wants_close(&self) -> bool {
        self.closes
    }

    /// The next request that is there whole. Its URL is what stands in its first line.
    pub fn next_request(&mut self) -> Result<Option<HttpRequest>, NotHttp> {
        if !self.look_for_tls()? {
            return Ok(None);
        }
        // Empty lines before a request are passed over.
        while self.bytes.first().is_some_and(|byte| matches!(byte, b'\r' | b'\n')) {
            self.bytes.remove(0);
        }
        let Some((head, length)) = split_head(&self.bytes) else {
            let line_end = self.bytes.iter().position(|byte| *byte == b'\n');
            let garbage = match line_end {
                Some(end) => request_line(&self.bytes[..end]).is_none(),
                None => self.bytes.len() > LONGEST_HEAD,
            };
            return if garbage { Err(NotHttp::Garbage) } else { Ok(None) };
        };
        let (first, headers) = parse_head(&head);
        let (method, url) = request_line(first.as_bytes()).ok_or(NotHttp::Garbage)?;
        let asks = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("connection")).map(|(_, value)| value.to_ascii_lowercase());
        self.closes = match asks.as_deref() {
            Some("close") => true,
            Some("keep-alive") => false,
            _ => first.ends_with("HTTP/1.0"),
        };
        let mut request = HttpRequest { method, url, headers, ..HttpRequest::default() };
        let framing = framing(&request.headers, Framing::None).ok_or(NotHttp::Garbage)?;
        let Some((body, used)) = body(&self.bytes[length..], &framing, false).ok_or(NotHttp::Garbage)? else { return Ok(None) };
        request.body = body;
        self.bytes.drain(..length + used);
        Ok(Some(request))
    }

    /// Finds out whether it is TLS. Whether that is known and there is more to read.
    fn look_for_tls(&mut self) -> Result<bool, NotHttp> {
        if self.tls.is_none() && !self.bytes.is_empty() {
            self.tls = match begins_with(&self.bytes, SIMULATED_TLS) {
                Some(true) => {
                    self.bytes.drain(..SIMULATED_TLS.len());
                    Some(true)
                }
                None => None,
                Some(false) if begins_with(&self.bytes, HANDSHAKE) == Some(true) => return Err(NotHttp::RealTls),
                Some(false) => Some(false),
            };
        }
        Ok(self.tls.is_some() && !self.bytes.is_empty())
    }
}

/// Reads one answer out of a stream of bytes.
#[derive(Clone, Debug)]
pub struct ResponseReader {
    bytes: Vec<u8>,
    tls: bool,
    is_head: bool,
    begun: bool,
    pieces: Pieces,
}

/// Whether an answer that comes in chunks is told chunk by chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pieces {
    Unwanted,
    Wanted,
    /// The head has been told.
    Begun,
}

/// What a stream of bytes was, read as an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Read {
    /// There is more to come.
    Partly,
    Response(HttpResponse),
    /// Status and headers of an answer that is told in pieces.
    Head { status: u16, headers: Vec<(String, String)> },
    Piece(Vec<u8>),
    /// The last piece was told.
    End,
    /// TLS was expected and plain text came.
    NotTls,
    NotHttp,
    /// It ended before anything came.
    Empty,
}

impl ResponseReader {
    /// For the answer to this request, over a connection with or without TLS.
    pub fn to(request: &HttpRequest, tls: bool) -> Self {
        ResponseReader { bytes: Vec::new(), tls, is_head: request.method == "HEAD", begun: false, pieces: Pieces::Unwanted }
    }

    /// Tells an answer that comes in chunks as they come.
    #[must_use]
    pub fn in_pieces(self) -> Self {
        ResponseReader { pieces: Pieces::Wanted, ..self }
    }

    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// What has come; `ended`: nothing more will.
    pub fn read(&mut self, ended: bool) -> Read {
        if self.pieces == Pieces::Begun {
            return self.next_piece(ended);
        }
        if self.bytes.is_empty() {
            return if ended { Read::Empty } else { Read::Partly };
        }
        if self.tls && !self.begun {
            match begins_with(&self.bytes, SIMULATED_TLS) {
                Some(true) => {
                    self.bytes.drain(..SIMULATED_TLS.len());
                    self.begun = true;
                    return self.read(ended);
                }
                None if !ended => return Read::Partly,
                _ => return Read::NotTls,
            }
        }
        let looks_right = begins_with(&self.bytes, b"HTTP/").unwrap_or(!ended);
        let Some((head, length)) = split_head(&self.bytes) else {
            return if looks_right && !ended && self.bytes.len() <= LONGEST_HEAD { Read::Partly } else { Read::NotHttp };
        };
        let (first, headers) = parse_head(&head);
        let status = first.split(' ').nth(1).filter(|_| first.starts_with("HTTP/")).and_then(|word| word.parse::<u16>().ok());
        let Some(status) = status else { return Read::NotHttp };
        let bodiless = self.is_head || matches!(status, 100..=199 | 204 | 304);
        let framing = if bodiless { Some(Framing::None) } else { framing(&headers, Framing::UntilEnd) };
        if self.pieces == Pieces::Wanted && matches!(framing, Some(Framing::Chunked)) {
            self.pieces = Pieces::Begun;
            self.bytes.drain(..length);
            return Read::Head { status, headers };
        }
        match framing.and_then(|framing| body(&self.bytes[length..], &framing, ended)) {
            None => Read::NotHttp,
            Some(None) if ended => Read::NotHttp,
            Some(None) => Read::Partly,
            Some(Some((body, _))) => Read::Response(HttpResponse { status, headers, body }),
        }
    }

    fn next_piece(&mut self, ended: bool) -> Read {
        let Some(next) = chunk(&self.bytes) else { return Read::NotHttp };
        let Some((piece, used)) = next else { return if ended { Read::NotHttp } else { Read::Partly } };
        let read = piece.map_or(Read::End, |piece| Read::Piece(piece.to_vec()));
        self.bytes.drain(..used);
        read
    }
}

/// The bytes of a request; `url` may be whole or only a path.
pub fn write_request(request: &HttpRequest, tls: bool) -> Vec<u8> {
    let mut out = if tls { SIMULATED_TLS.to_vec() } else { Vec::new() };
    out.extend_from_slice(format!("{} {} HTTP/1.1\r\n", request.method, request.path()).as_bytes());
    if request.header_value("host").is_none() {
        let rest = request.url.split_once("://").map_or("", |(_, rest)| rest);
        let authority = rest.split(['/', '?']).next().unwrap_or_default();
        let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        out.extend_from_slice(format!("Host: {host}\r\n").as_bytes());
    }
    write_headers(&mut out, &request.headers, request.body.len(), !request.body.is_empty());
    out.extend_from_slice(&request.body);
    out
}

/// The bytes of an answer to a request with this method, over a connection on which it is the first with TLS or not.
pub fn write_response(response: &HttpResponse, method: &str, begins_tls: bool) -> Vec<u8> {
    let mut out = if begins_tls { SIMULATED_TLS.to_vec() } else { Vec::new() };
    out.extend_from_slice(format!("HTTP/1.1 {} {}\r\n", response.status, reason(response.status)).as_bytes());
    let has_body = !matches!(response.status, 100..=199 | 204 | 304);
    write_headers(&mut out, &response.headers, response.body.len(), has_body);
    if method != "HEAD" && has_body {
        out.extend_from_slice(&response.body);
    }
    out
}

/// Headers and the empty line. What has a body tells its length, unless it tells it already.
fn write_headers(out: &mut Vec<u8>, headers: &[(String, String)], length: usize, has_body: bool) {
    let mut told = false;
    for (name, value) in headers {
        // What is at hand whole is not sent in pieces.
        if name.eq_ignore_ascii_case("transfer-encoding") {
            continue;
        }
        told |= name.eq_ignore_ascii_case("content-length");
        out.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
    }
    if has_body && !told {
        out.extend_from_slice(format!("Content-Length: {length}\r\n").as_bytes());
    }
    out.extend_from_slice(b"\r\n");
}

/// The words that belong to a status.
pub(crate) fn reason(status: u16) -> &'static str {
    match status {
        100 => "Continue",
        101 => "Switching Protocols",
        200 => "OK",
        201 => "Created",
        202 => "Accepted",
        204 => "No Content",
        206 => "Partial Content",
        301 => "Moved Permanently",
        302 => "Found",
        303 => "See Other",
        304 => "Not Modified",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        406 => "Not Acceptable",
        408 => "Request Timeout",
        409 => "Conflict",
        410 => "Gone",
        413 => "Request Entity Too Large",
        415 => "Unsupported Media Type",
        422 => "Unprocessable Entity",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "",
    }
}

/// Whether it begins so; `None`: it is too short to tell.
fn begins_with(bytes: &[u8], start: &[u8]) -> Option<bool> {
    let known = bytes.len().min(start.len());
    if bytes[..known] != start[..known] {
        return Some(false);
    }
    (known == start.len()).then_some(true)
}

/// The text before the first empty line, and how many bytes it takes with that line.
fn split_head(bytes: &[u8]) -> Option<(String, usize)> {
    let mut line_start = 0;
    while let Some(end) = bytes[line_start..].iter().position(|byte| *byte == b'\n').map(|at| line_start + at) {
        let line = &bytes[line_start..end];
        if line_start > 0 && (line.is_empty() || line == b"\r") {
            return Some((String::from_utf8_lossy(&bytes[..line_start]).into_owned(), end + 1));
        }
        line_start = end + 1;
    }
    None
}

fn parse_head(head: &str) -> (String, Vec<(String, String)>) {
    let mut lines = head.lines().map(|line| line.trim_end_matches('\r'));
    let first = lines.next().unwrap_or_default().to_owned();
    let pairs = lines.filter_map(|line| line.split_once(':'));
    (first, pairs.map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned())).collect())
}

fn request_line(line: &[u8]) -> Option<(String, String)> {
    let line = std::str::from_utf8(line).ok()?.trim_end_matches('\r');
    let mut words = line.split(' ');
    let (method, url, version) = (words.next()?, words.next()?, words.next()?);
    let is_method = !method.is_empty() && method.bytes().all(|byte| byte.is_ascii_uppercase());
    (is_method && version.starts_with("HTTP/1.") && words.next().is_none()).then(|| (method.to_owned(), url.to_owned()))
}

/// What a head says of the body after it.
enum Framing {
    None,
    Length(usize),
    Chunked,
    /// It goes on until the connection ends.
    UntilEnd,
}

fn framing(headers: &[(String, String)], default: Framing) -> Option<Framing> {
    let find = |wanted: &str| headers.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value.as_str());
    if find("transfer-encoding").is_some_and(|value| value.to_ascii_lowercase().contains("chunked")) {
        return Some(Framing::Chunked);
    }
    match find("content-length") {
        Some(length) => length.parse().ok().map(Framing::Length),
        None => Some(default),
    }
}

/// The body, and how many bytes of the stream it takes; `Some(None)`: it is not there whole, `None`: it cannot be read.
fn body(rest: &[u8], framing: &Framing, ended: bool) -> Option<Option<(Vec<u8>, usize)>> {
    match *framing {
        Framing::None => Some(Some((Vec::new(), 0))),
        Framing::Length(length) => Some((rest.len() >= length).then(|| (rest[..length].to_vec(), length))),
        Framing::Chunked => chunks(rest),
        Framing::UntilEnd => Some(ended.then(|| (rest.to_vec(), rest.len()))),
    }
}

/// All chunks up to the last, and how many bytes they take.
fn chunks(rest: &[u8]) -> Option<Option<(Vec<u8>, usize)>> {
    let (mut body, mut used) = (Vec::new(), 0);
    loop {
        let Some((piece, length)) = chunk(&rest[used..])? else { return Some(None) };
        used += length;
        match piece {
            Some(piece) => body.extend_from_slice(piece),
            None => return Some(Some((body, used))),
        }
    }
}

/// The next chunk, `None` for the last, and how many bytes it takes.
fn chunk(bytes: &[u8]) -> Option<Option<(Option<&[u8]>, usize)>> {
    let Some(end) = bytes.iter().position(|byte| *byte == b'\n') else { return Some(None) };
    let line = std::str::from_utf8(&bytes[..end]).ok()?.trim_end_matches('\r');
    let size = usize::from_str_radix(line.split(';').next().unwrap_or_default().trim(), 16).ok()?;
    let mut rest = &bytes[end + 1..];
    if size == 0 {
        // Trailers are passed over.
        loop {
            let Some(end) = rest.iter().position(|byte| *byte == b'\n') else { return Some(None) };
            let empty = rest[..end].iter().all(|byte| *byte == b'\r');
            rest = &rest[end + 1..];
            if empty {
                return Some(Some((None, bytes.len() - rest.len())));
            }
        }
    }
    if rest.len() < size.checked_add(1)? {
        return Some(None);
    }
    let piece = &rest[..size];
    rest = rest[size..].strip_prefix(b"\r").unwrap_or(&rest[size..]);
    let Some(next) = rest.strip_prefix(b"\n") else { return if rest.is_empty() { Some(None) } else { None } };
    Some(Some((Some(piece), bytes.len() - next.len())))
}

/// The status line and the headers of an answer whose body follows in [chunks](write_chunk).
pub fn write_chunked_head(status: u16, headers: &[(String, String)]) -> Vec<u8> {
    let mut out = format!("HTTP/1.1 {status} {}\r\n", reason(status)).into_bytes();
    for (name, value) in headers {
        out.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
    }
    out.extend_from_slice(b"Transfer-Encoding: chunked\r\n\r\n");
    out
}

/// A piece of a body; nothing: it is complete.
pub fn write_chunk(piece: &[u8]) -> Vec<u8> {
    [format!("{:x}\r\n", piece.len()).as_bytes(), piece, b"\r\n"].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What comes of bytes however they are cut.
    fn requests(bytes: &[u8]) -> Result<Vec<(String, String, Vec<u8>)>, NotHttp> {
        let read = |piece: usize| {
            let (mut reader, mut found) = (RequestReader::default(), Vec::new());
            for part in bytes.chunks(piece) {
                reader.push(part);
                while let Some(request) = reader.next_request()? {
                    found.push((request.method, request.url, request.body));
                }
            }
            Ok(found)
        };
        assert_eq!(read(1), read(bytes.len()));
        read(1)
    }

    #[test]
    fn requests_are_found_in_bytes_however_they_are_cut() {
        let found = |method: &str, url: &str, body: &str| (method.to_owned(), url.to_owned(), body.as_bytes().to_vec());
        assert_eq!(requests(b"GET /a?b HTTP/1.1\r\nHost: x\r\n\r\n"), Ok(vec![found("GET", "/a?b", "")]));
        assert_eq!(requests(b"GET / HTTP/1.0\n\nGET /2 HTTP/1.0\n\n"), Ok(vec![found("GET", "/", ""), found("GET", "/2", "")]));
        assert_eq!(requests(b"POST /p HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcGET / HTTP/1.1\r\n\r\n"), Ok(vec![found("POST", "/p", "abc"), found("GET", "/", "")]));
        assert_eq!(requests(b"POST /p HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"), Ok(vec![found("POST", "/p", "abc")]));
        assert_eq!(requests(b"\x16\x03\x01\x02\x00\x01\x00"), Err(NotHttp::RealTls));
        assert_eq!(requests(b"hello there\n"), Err(NotHttp::Garbage));
    }

    #[test]
    fn tls_is_told_by_the_first_record() {
        let request = HttpRequest::get("https://web/x");
        let mut reader = RequestReader::default();
        reader.push(&write_request(&request, true));
        let read = reader.next_request().unwrap().unwrap();
        assert_eq!((read.url.as_str(), read.header_value("host"), reader.is_tls()), ("/x", Some("web"), Some(true)));
    }

    fn answer(bytes: &[u8], tls: bool) -> Read {
        let mut reader = ResponseReader::to(&HttpRequest::get("http://web/"), tls);
        for piece in bytes.chunks(1) {
            reader.push(piece);
            match reader.read(false) {
                Read::Partly => {}
                read => return read,
            }
        }
        reader.read(true)
    }

    #[test]
    fn answers_are_read_back() {
        let response = HttpResponse::new(200, "hi").with_header("X", "y");
        let Read::Response(read) = answer(&write_response(&response, "GET", false), false) else { panic!("an answer") };
        assert_eq!((read.status, read.body.as_slice(), read.header("x")), (200, &b"hi"[..], Some("y")));
        assert!(matches!(answer(&write_response(&response, "GET", true), true), Read::Response(_)));
        assert_eq!(answer(&write_response(&response, "GET", false), true), Read::NotTls);
        assert_eq!(answer(b"", false), Read::Empty);
        assert_eq!(answer(b"+PONG\r\n", false), Read::NotHttp);
        let Read::Response(read) = answer(b"HTTP/1.0 200 OK\r\n\r\nuntil the end", false) else { panic!("an answer") };
        assert_eq!(read.body, b"until the end");
        assert_eq!(answer(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc", false), Read::NotHttp);
    }

    #[test]
    fn an_answer_in_chunks_is_told_in_pieces_where_these_are_wanted() {
        let headers = [("X".to_owned(), "y".to_owned())];
        let bytes = [write_chunked_head(200, &headers), write_chunk(b"one\n"), write_chunk(b"two"), write_chunk(b"")].concat();
        let mut reader = ResponseReader::to(&HttpRequest::get("http://web/"), false).in_pieces();
        let mut told = Vec::new();
        for piece in bytes.chunks(1) {
            reader.push(piece);
            told.extend(Some(reader.read(false)).filter(|read| *read != Read::Partly));
        }
        let Some((Read::Head { status: 200, headers }, rest)) = told.split_first() else { panic!("{told:?}") };
        assert_eq!(headers[0], ("X".to_owned(), "y".to_owned()));
        assert_eq!(rest, [Read::Piece(b"one\n".to_vec()), Read::Piece(b"two".to_vec()), Read::End]);
        let Read::Response(whole) = answer(&bytes, false) else { panic!("an answer") };
        assert_eq!(whole.body, b"one\ntwo");
        let mut broken = ResponseReader::to(&HttpRequest::get("http://web/"), false).in_pieces();
        broken.push(&bytes[..bytes.len() - 5]);
        while let Read::Head { .. } | Read::Piece(_) = broken.read(false) {}
        assert_eq!((broken.read(false), broken.read(true)), (Read::Partly, Read::NotHttp));
    }
}
