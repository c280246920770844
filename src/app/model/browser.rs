//! The browser: where it is, and what it shows.

use std::sync::Arc;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct BrowserView {
    pub address: String,
    pub shown: ShownView,
    /// Where the cluster answers from outside.
    pub places: Vec<PlaceView>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub enum ShownView {
    #[default]
    Nothing,
    Loading,
    Page(Arc<PageView>),
    /// The certificate is not trusted; the person may go on all the same.
    Untrusted(String),
    Failed(String),
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct PageView {
    /// `HTTP/1.1 200 OK`
    pub status: String,
    /// Whether the status is one of success.
    pub good: bool,
    pub headers: Vec<(String, String)>,
    /// The page as it reads.
    pub lines: Vec<Vec<SpanView>>,
    /// The body as it came.
    pub source: String,
}

/// A piece of a line of a page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SpanView {
    pub text: String,
    /// Where a click leads.
    pub link: Option<String>,
    pub strong: bool,
    pub code: bool,
    pub ink: Option<[u8; 3]>,
    pub ground: Option<[u8; 3]>,
}

/// A Service that can be reached from outside.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PlaceView {
    pub name: String,
    pub address: String,
}
