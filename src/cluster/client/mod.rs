//! What every client of the API server is built from: caches kept by list and watch, rate limits, work queues and the
//! recorder of events.

mod cache;
mod event_queue;
mod informer;
mod limiter;
mod queue;
mod recorder;
mod tally;

pub use cache::{Cache, Caches};
pub use event_queue::{EventQueue, Happening};
pub use informer::{Change, Informers};
pub use limiter::TokenBucket;
pub use tally::{Labels, Tally};
pub use queue::WorkQueue;
pub use recorder::{EventType, Recorder};
