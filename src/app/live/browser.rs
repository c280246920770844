//! What the student's browser shows: pages as text, and the Services that can be reached from outside.

use std::collections::BTreeSet;
use std::sync::Arc;

use html2text::render::{RichAnnotation, TaggedLine};
use podarium_api::{Node, Resource, Service};
use podarium_cluster::Cluster;
use podarium_workstation::{Answer, Page, Shown, resolved};

use crate::model::{BrowserView, PageView, PlaceView, ShownView, SpanView};

/// How wide a page is, in characters.
const COLUMNS: usize = 88;
/// How much of a page is shown, in bytes.
const MOST: usize = 1 << 20;
/// The colours of materialize.css, which pages of the course name and which cannot be fetched here.
const COLOURS: &str = ".blue{background-color:#2196f3;color:#ffffff} .orange{background-color:#ff9800;color:#ffffff} .green{background-color:#4caf50;color:#ffffff} .red{background-color:#f44336;color:#ffffff}";

/// The page that was laid out last, since a page changes less often than everything around it.
#[derive(Default)]
pub(super) struct Pages {
    last: Option<(Page, Arc<PageView>)>,
}

impl Pages {
    pub fn view(&mut self, page: Option<&Page>, cluster: &Cluster) -> BrowserView {
        let places = places(cluster);
        let Some(page) = page else { return BrowserView { places, ..BrowserView::default() } };
        let shown = match &page.shown {
            Shown::Loading => ShownView::Loading,
            Shown::Untrusted(why) => ShownView::Untrusted(why.clone()),
            Shown::Failed(why) => ShownView::Failed(why.clone()),
            Shown::Answer(answer) => {
                if self.last.as_ref().is_none_or(|(last, _)| last != page) {
                    self.last = Some((page.clone(), Arc::new(laid_out(&page.address, answer))));
                }
                self.last.as_ref().map_or(ShownView::Nothing, |(_, view)| ShownView::Page(Arc::clone(view)))
            }
        };
        BrowserView { address: page.address.clone(), shown, places }
    }
}

fn laid_out(address: &str, answer: &Answer) -> PageView {
    let body = &answer.body[..answer.body.len().min(MOST)];
    let kind = answer.header("Content-Type").unwrap_or_default();
    let source = String::from_utf8_lossy(body).into_owned();
    let lines = match kind.split(';').next().unwrap_or_default().trim() {
        "text/html" | "application/xhtml+xml" => read(address, body),
        kind if kind.starts_with("image/") || kind.starts_with("application/octet-stream") => vec![plain(&format!("{kind}, {} bytes", answer.body.len()))],
        _ => source.lines().map(plain).collect(),
    };
    let good = answer.status.split(' ').nth(1).is_some_and(|code| code.starts_with('2'));
    PageView { status: answer.status.clone(), good, headers: answer.headers.clone(), lines, source }
}

fn plain(text: &str) -> Vec<SpanView> {
    vec![SpanView { text: text.to_owned(), ..SpanView::default() }]
}

fn read(address: &str, body: &[u8]) -> Vec<Vec<SpanView>> {
    let layout = html2text::config::rich().use_doc_css().max_wrap_width(COLUMNS).add_agent_css(COLOURS);
    match layout.and_then(|layout| layout.lines_from_read(body, COLUMNS)) {
        Ok(lines) => lines.iter().map(|line| spans(address, line)).collect(),
        Err(error) => vec![plain(&format!("not simulated: how this page looks ({error}); its source is beside it"))],
    }
}

fn spans(address: &str, line: &TaggedLine<Vec<RichAnnotation>>) -> Vec<SpanView> {
    let span = |text: &str, tags: &[RichAnnotation]| {
        let mut span = SpanView { text: text.to_owned(), ..SpanView::default() };
        for tag in tags {
            match tag {
                RichAnnotation::Link(target) => span.link = Some(resolved(address, target)),
                RichAnnotation::Strong | RichAnnotation::Emphasis => span.strong = true,
                RichAnnotation::Code | RichAnnotation::Preformat(_) => span.code = true,
                RichAnnotation::Colour(colour) => span.ink = Some([colour.r, colour.g, colour.b]),
                RichAnnotation::BgColour(colour) => span.ground = Some([colour.r, colour.g, colour.b]),
                _ => {}
            }
        }
        span
    };
    line.tagged_strings().map(|piece| span(&piece.s, &piece.tag)).collect()
}

/// Load balancers by their address; node ports at the first node.
fn places(cluster: &Cluster) -> Vec<PlaceView> {
    let node = cluster.list::<Node>().find_map(|node| {
        let addresses = node.status.addresses.as_ref()?;
        let of = |kind: &str| addresses.iter().find(|address| address.type_ == kind);
        of("ExternalIP").or(of("InternalIP")).map(|address| address.address.clone())
    });
    let mut places = BTreeSet::new();
    for service in cluster.list::<Service>() {
        let name = match service.metadata.namespace.as_deref() {
            None | Some("default") => service.name().to_owned(),
            Some(namespace) => format!("{namespace}/{}", service.name()),
        };
        let ingress = service.status.load_balancer.iter().flat_map(|balancer| balancer.ingress.iter().flatten()).find_map(|ingress| ingress.ip.clone());
        for port in service.spec.ports.iter().flatten() {
            let (host, number) = match (&ingress, port.node_port, &node) {
                (Some(address), ..) => (address, port.port),
                (None, Some(number), Some(node)) => (node, number),
                _ => continue,
            };
            let scheme = if port.port == 443 || port.name.as_deref() == Some("https") { "https" } else { "http" };
            let usual = (scheme, number) == ("http", 80) || (scheme, number) == ("https", 443);
            let address = if usual { format!("{scheme}://{host}/") } else { format!("{scheme}://{host}:{number}/") };
            places.insert((name.clone(), address));
        }
    }
    places.into_iter().map(|(name, address)| PlaceView { name, address }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(kind: &str, body: &str) -> Vec<Vec<SpanView>> {
        let answer = Answer { status: "HTTP/1.1 200 OK".into(), headers: vec![("content-type".into(), kind.into())], body: body.into() };
        laid_out("http://10.0.1.1:30080/", &answer).lines
    }

    #[test]
    fn pages_read_as_text_with_links_and_colours() {
        let page = "<html><head><style>h1{color:#ff0000}</style></head><body><h1>Hello</h1><p>Go <a href='next'>on</a>, <b>now</b>.</p><div class='card blue'>Pod</div></body></html>";
        let lines = shown("text/html; charset=utf-8", page);
        let all: Vec<&SpanView> = lines.iter().flatten().collect();
        let of = |text: &str| all.iter().find(|span| span.text.contains(text)).unwrap_or_else(|| panic!("{text} in {all:?}"));
        assert_eq!(of("Hello").ink, Some([255, 0, 0]));
        assert_eq!(of("on").link.as_deref(), Some("http://10.0.1.1:30080/next"));
        assert!(of("now").strong && !of("Go").strong);
        assert_eq!(of("Pod").ground, Some([0x21, 0x96, 0xf3]));
    }

    #[test]
    fn what_is_no_page_is_shown_as_it_came() {
        assert_eq!(shown("application/json", "{\n}"), [plain("{"), plain("}")]);
        assert_eq!(shown("image/png", "xyz"), [plain("image/png, 3 bytes")]);
    }
}
