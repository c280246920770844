//! A browser on the student's computer: what is behind an address, seen from a laptop. It reaches what `curl` reaches
//! there: NodePorts, load balancers, ports that are forwarded, `kubectl proxy`.
//!
//! Simplified: pages are fetched, one at a time, and nothing in them runs: no scripts, no style sheets, no cookies, no forms.

use crate::World;
use crate::errands::Errand;
use crate::student::HOME;

/// As browsers introduce themselves.
const AGENT: &str = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Podarium Safari/537.36";
/// How long an answer may take, in seconds.
const PATIENCE: &str = "60";
/// What `curl` ends with when a certificate is not trusted.
const UNTRUSTED: i32 = 60;

/// What the browser is looking at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Where the page was found, after all redirections.
    pub address: String,
    pub shown: Shown,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    Loading,
    Answer(Answer),
    /// The certificate is not one that the computer trusts; the person may go on all the same.
    Untrusted(String),
    /// Why nothing came.
    Failed(String),
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// `HTTP/1.1 200 OK`
    pub status: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Browser {
    page: Option<Page>,
    fetching: Option<Errand>,
}

impl World {
    /// Opens an address. `trusting`: even if the certificate is not trusted.
    pub fn browse(&mut self, address: &str, trusting: bool) {
        self.stop_browsing();
        let address = match address.trim() {
            address if address.contains("://") => address.to_owned(),
            address => format!("http://{address}"),
        };
        let mut argv: Vec<String> = ["curl", "-sSiL", "--max-time", PATIENCE, "-A", AGENT].map(str::to_owned).into();
        argv.extend(trusting.then(|| "-k".to_owned()));
        argv.push(address.clone());
        let started = Errand::start(&mut self.machine, argv, HOME.to_owned());
        let shown = if started.is_ok() { Shown::Loading } else { Shown::Failed("curl is gone from this computer, and the browser needs it".to_owned()) };
        self.browser = Browser { page: Some(Page { address, shown }), fetching: started.ok() };
    }

    /// Stops loading; what was there stays.
    fn stop_browsing(&mut self) {
        if let Some(errand) = self.browser.fetching.take() {
            errand.cancel(&mut self.machine);
        }
    }

    /// What the browser shows, if it was opened.
    pub fn page(&self) -> Option<&Page> {
        self.browser.page.as_ref()
    }

    /// Looks whether the page has come, after the machine has run.
    pub(crate) fn look_for_page(&mut self) {
        let Some(errand) = &self.browser.fetching else { return };
        let Some(brought) = errand.clone().ended(&mut self.machine) else { return };
        self.browser.fetching = None;
        let Some(page) = &mut self.browser.page else { return };
        let problem = String::from_utf8_lossy(&brought.problems).trim().to_owned();
        page.shown = match brought.status {
            0 => {
                let (answer, moved) = read(&brought.out);
                for target in moved {
                    page.address = resolved(&page.address, &target);
                }
                Shown::Answer(answer)
            }
            UNTRUSTED => Shown::Untrusted(problem),
            _ => Shown::Failed(problem),
        };
    }
}

/// The last answer in what `curl -iL` prints, and where the ones before it pointed to.
fn read(mut bytes: &[u8]) -> (Answer, Vec<String>) {
    let mut moved = Vec::new();
    loop {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
        let (head, rest) = end.map_or((&[][..], bytes), |end| (&bytes[..end], &bytes[end + 4..]));
        let head = String::from_utf8_lossy(head).into_owned();
        let mut lines = head.lines();
        let status = lines.next().unwrap_or_default().to_owned();
        let headers: Vec<(String, String)> = lines.filter_map(|line| line.split_once(':')).map(|(name, value)| (name.to_owned(), value.trim().to_owned())).collect();
        let answer = Answer { status, headers, body: rest.to_vec() };
        let redirects = answer.status.split(' ').nth(1).is_some_and(|code| code.starts_with('3'));
        // After a redirection comes another answer; the last one is a page even if it would point on.
        match answer.header("Location").filter(|_| redirects && rest.windows(5).any(|five| five == b"HTTP/")) {
            Some(target) => moved.push(target.to_owned()),
            None => return (answer, moved),
        }
        let next = rest.windows(5).position(|five| five == b"HTTP/").unwrap_or(0);
        bytes = &rest[next..];
    }
}

/// An address as it is written on the page of another one.
pub fn resolved(base: &str, target: &str) -> String {
    let (scheme, rest) = base.split_once("://").unwrap_or(("http", base));
    let (host, path) = rest.split_once('/').map_or((rest, ""), |(host, path)| (host, path));
    let path = path.split(['?', '#']).next().unwrap_or_default();
    match target {
        target if target.contains("://") => target.to_owned(),
        target if target.starts_with("//") => format!("{scheme}:{target}"),
        target if target.starts_with('/') => format!("{scheme}://{host}{target}"),
        target if target.starts_with('?') => format!("{scheme}://{host}/{path}{target}"),
        target if target.is_empty() || target.starts_with('#') => base.to_owned(),
        target => {
            let folder = path.rfind('/').map_or("", |at| &path[..at + 1]);
            format!("{scheme}://{host}/{folder}{}", target.trim_start_matches("./"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_after_a_redirection_counts() {
        let said = b"HTTP/1.1 302 Found\r\nLocation: /login\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>HTTP/1.1 is a protocol</p>";
        let (answer, moved) = read(said);
        assert_eq!((answer.status.as_str(), answer.header("content-type"), moved), ("HTTP/1.1 200 OK", Some("text/html"), vec!["/login".to_owned()]));
        assert_eq!(answer.body, b"<p>HTTP/1.1 is a protocol</p>");
    }

    #[test]
    fn links_lead_where_they_lead_in_a_browser() {
        let base = "http://10.0.1.1:30080/a/b?x=1";
        for (target, wanted) in [
            ("c", "http://10.0.1.1:30080/a/c"),
            ("/c", "http://10.0.1.1:30080/c"),
            ("?y", "http://10.0.1.1:30080/a/b?y"),
            ("https://example.com/", "https://example.com/"),
            ("//example.com/", "http://example.com/"),
            ("#top", base),
        ] {
            assert_eq!(resolved(base, target), wanted, "{target}");
        }
        assert_eq!(resolved("http://localhost:8080", "x"), "http://localhost:8080/x");
    }
}
