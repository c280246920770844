//! Informers: keep a component's caches up to date by list and watch, and say what changed.
//!
//! Models: staging/src/k8s.io/client-go/tools/cache/{reflector.go,shared_informer.go}, v1.36.
//! Simplified: no periodic resync; a list is one request; the back-off between failed lists is fixed at 1 s.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use podarium_api::{Kind, Object};

use super::Caches;
use crate::apiserver::{Filter, Reply, Request};
use crate::cause::Cause;
use crate::component::{Ctx, Message, RequestId, WatchChange, WatchEvent, WatchId};
use crate::store::Key;

/// What a component learns: an object appeared (no `old`), changed, or went (no `new`).
#[derive(Clone, Debug)]
pub struct Change {
    pub kind: Kind,
    pub key: Key,
    pub old: Option<Object>,
    pub new: Option<Object>,
    /// The write that this is the news of.
    pub cause: Cause,
}

impl Change {
    /// The object as it is now, or as it last was.
    pub fn object(&self) -> &Object {
        self.new.as_ref().or(self.old.as_ref()).expect("a change has an object")
    }
}

#[derive(Clone, Debug)]
enum State {
    Waiting,
    Listing(RequestId),
    Watching(WatchId),
}

#[derive(Clone, Debug)]
struct Reflector {
    filter: Filter,
    state: State,
    resource_version: u64,
}

/// The reflectors of one component and the caches that they fill.
#[derive(Clone, Debug)]
pub struct Informers {
    caches: Arc<Caches>,
    reflectors: BTreeMap<Kind, Reflector>,
    /// The alarm token that belongs to the informers.
    token: u64,
}

const RETRY: Duration = Duration::from_secs(1);

impl Informers {
    /// `token` is the timer token that the component leaves to its informers.
    pub fn new(watched: impl IntoIterator<Item = (Kind, Filter)>, token: u64) -> Self {
        let mut caches = Caches::default();
        let reflectors = watched
            .into_iter()
            .map(|(kind, filter)| {
                caches.kind_mut(kind);
                (kind, Reflector { filter, state: State::Waiting, resource_version: 0 })
            })
            .collect();
        Informers { caches: Arc::new(caches), reflectors, token }
    }

    pub fn caches(&self) -> &Arc<Caches> {
        &self.caches
    }

    pub fn synced(&self) -> bool {
        self.caches.synced()
    }

    /// Hands a message to the informers. `None` if it is none of theirs, else what changed because of it, in order.
    pub fn on(&mut self, message: &Message, ctx: &mut Ctx<'_>) -> Option<Vec<Change>> {
        match message {
            Message::Start => {
                self.list_waiting(ctx);
                None
            }
            Message::Timer(token) if *token == self.token => {
                self.list_waiting(ctx);
                Some(Vec::new())
            }
            Message::Answer { id, answer } => {
                let listing = |reflector: &Reflector| matches!(reflector.state, State::Listing(of) if of == *id);
                let kind = *self.reflectors.iter().find(|(_, reflector)| listing(reflector))?.0;
                Some(match &answer.result {
                    Ok(Reply::List { items, resource_version, .. }) => self.listed(kind, items, *resource_version, ctx),
                    _ => {
                        self.retry(kind, ctx);
                        Vec::new()
                    }
                })
            }
            Message::Watch { id, events } => {
                let kind = self.watching(*id)?;
                Some(events.iter().filter_map(|event| self.heard(kind, event)).collect())
            }
            Message::WatchClosed { id } => {
                let kind = self.watching(*id)?;
                self.retry(kind, ctx);
                Some(Vec::new())
            }
            _ => None,
        }
    }

    /// Begins to watch a further kind; what there is of it comes as news.
    pub fn follow(&mut self, kind: Kind, ctx: &mut Ctx<'_>) {
        if self.reflectors.contains_key(&kind) {
            return;
        }
        // The component goes on while the new cache fills.
        Arc::make_mut(&mut self.caches).kind_mut(kind).set_synced();
        self.reflectors.insert(kind, Reflector { filter: Filter::all(), state: State::Waiting, resource_version: 0 });
        self.list_waiting(ctx);
    }

    /// Watches a kind no longer.
    pub fn unfollow(&mut self, kind: Kind, ctx: &mut Ctx<'_>) {
        if let Some(Reflector { state: State::Watching(id), .. }) = self.reflectors.remove(&kind) {
            ctx.stop_watch(id);
        }
        Arc::make_mut(&mut self.caches).remove_kind(kind);
    }

    fn watching(&self, id: WatchId) -> Option<Kind> {
        let watching = |reflector: &Reflector| matches!(reflector.state, State::Watching(of) if of == id);
        self.reflectors.iter().find(|(_, reflector)| watching(reflector)).map(|(kind, _)| *kind)
    }

    fn list_waiting(&mut self, ctx: &mut Ctx<'_>) {
        for (kind, reflector) in &mut self.reflectors {
            if matches!(reflector.state, State::Waiting) {
                reflector.state = State::Listing(ctx.request(Request::list(*kind, reflector.filter.clone())));
            }
        }
    }

    fn retry(&mut self, kind: Kind, ctx: &mut Ctx<'_>) {
        if let Some(reflector) = self.reflectors.get_mut(&kind) {
            reflector.state = State::Waiting;
            ctx.timer(RETRY, self.token);
        }
    }

    /// A list replaces what the cache held: what it does not name is gone.
    fn listed(&mut self, kind: Kind, items: &[Object], resource_version: u64, ctx: &mut Ctx<'_>) -> Vec<Change> {
        let Some(reflector) = self.reflectors.get_mut(&kind) else { return Vec::new() };
        reflector.resource_version = resource_version;
        reflector.state = State::Watching(ctx.watch(kind, reflector.filter.clone(), resource_version));
        let cache = Arc::make_mut(&mut self.caches).kind_mut(kind);
        cache.set_synced();
        cache.set_revision(resource_version);
        let cause = Cause::Write(resource_version);
        let present: std::collections::BTreeSet<Key> = items.iter().map(Key::of).collect();
        let gone: Vec<Key> = cache.iter().map(|(key, _)| key.clone()).filter(|key| !present.contains(key)).collect();
        let mut changes = Vec::new();
        for key in gone {
            let old = cache.remove(&key);
            changes.push(Change { kind, key, old, new: None, cause });
        }
        for object in items {
            let key = Key::of(object);
            let old = cache.insert(key.clone(), object.clone());
            if old.as_ref().map(|old| &old.meta().resource_version) != Some(&object.meta().resource_version) {
                changes.push(Change { kind, key, old, new: Some(object.clone()), cause });
            }
        }
        changes
    }

    fn heard(&mut self, kind: Kind, event: &WatchEvent) -> Option<Change> {
        let reflector = self.reflectors.get_mut(&kind)?;
        if event.resource_version <= reflector.resource_version {
            return None;
        }
        reflector.resource_version = event.resource_version;
        let cache = Arc::make_mut(&mut self.caches).kind_mut(kind);
        cache.set_revision(event.resource_version);
        let key = event.key.clone();
        let cause = Cause::Write(event.resource_version);
        if event.change == WatchChange::Deleted {
            cache.remove(&key);
            return Some(Change { kind, key, old: Some(event.object.clone()), new: None, cause });
        }
        let old = cache.insert(key.clone(), event.object.clone());
        Some(Change { kind, key, old, new: Some(event.object.clone()), cause })
    }
}
