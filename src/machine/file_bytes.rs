//! What a file holds: bytes that others may hold too, or bytes that are worked out when somebody first reads them.

use std::sync::{Arc, OnceLock};

/// The bytes of a file. Cloning them costs nothing.
#[derive(Clone, Debug)]
pub struct FileBytes(Held);

#[derive(Clone, Debug)]
enum Held {
    Ready(Arc<Vec<u8>>),
    Deferred(Arc<Deferred>),
}

#[derive(Debug)]
struct Deferred {
    source: Arc<str>,
    make: fn(&str) -> Vec<u8>,
    length: usize,
    made: OnceLock<Arc<Vec<u8>>>,
}

impl FileBytes {
    /// What will be made of a source when somebody reads it, and how many bytes that will be. Two such are equal if their
    /// sources are.
    pub fn deferred(source: impl Into<Arc<str>>, length: usize, make: fn(&str) -> Vec<u8>) -> Self {
        FileBytes(Held::Deferred(Arc::new(Deferred { source: source.into(), make, length, made: OnceLock::new() })))
    }

    pub fn len(&self) -> usize {
        match &self.0 {
            Held::Ready(bytes) => bytes.len(),
            Held::Deferred(deferred) => deferred.length,
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bytes themselves.
    pub fn get(&self) -> &Arc<Vec<u8>> {
        match &self.0 {
            Held::Ready(bytes) => bytes,
            Held::Deferred(deferred) => deferred.made.get_or_init(|| {
                let made = (deferred.make)(&deferred.source);
                debug_assert_eq!(made.len(), deferred.length, "as many as was said");
                Arc::new(made)
            }),
        }
    }

    pub(crate) fn make_mut(&mut self) -> &mut Vec<u8> {
        if let Held::Deferred(_) = self.0 {
            *self = self.get().clone().into();
        }
        match &mut self.0 {
            Held::Ready(bytes) => Arc::make_mut(bytes),
            Held::Deferred(_) => unreachable!("it was made just now"),
        }
    }
}

impl Default for FileBytes {
    fn default() -> Self {
        Arc::<Vec<u8>>::default().into()
    }
}

impl From<Arc<Vec<u8>>> for FileBytes {
    fn from(bytes: Arc<Vec<u8>>) -> Self {
        FileBytes(Held::Ready(bytes))
    }
}

impl From<Vec<u8>> for FileBytes {
    fn from(bytes: Vec<u8>) -> Self {
        Arc::new(bytes).into()
    }
}

impl PartialEq for FileBytes {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Held::Deferred(one), Held::Deferred(other)) => one.source == other.source,
            _ => self.len() == other.len() && self.get() == other.get(),
        }
    }
}

impl Eq for FileBytes {}

#[cfg(test)]
mod tests {
    use podarium_sim::Time;

    use crate::{Errno, FileBytes, Volume};

    fn never(_: &str) -> Vec<u8> {
        panic!("nobody reads it")
    }

    #[test]
    fn nothing_is_made_that_nobody_reads() {
        let mut volume = Volume::in_memory();
        let later = FileBytes::deferred("ab", 4, never);
        volume.write_shared("/f", later.clone(), 0o644, Time::ZERO).unwrap();
        volume.give_to_group(1000, false);
        assert_eq!((volume.stat("/f", true).unwrap().size, volume.holds("/f", &later)), (4, true));
        assert!(!volume.holds("/f", &FileBytes::deferred("cd", 4, never)));
        volume.write_shared("/f", FileBytes::deferred("cd", 5, never), 0o644, Time::ZERO).unwrap();
        assert_eq!(volume.used_bytes(), 5);
    }

    fn twice(text: &str) -> Vec<u8> {
        text.repeat(2).into_bytes()
    }

    #[test]
    fn bytes_are_made_when_they_are_read_and_count_before() {
        let mut volume = Volume::default().with_capacity(Some(8));
        let later = FileBytes::deferred("ab", 4, twice);
        volume.write_shared("/f", later.clone(), 0o644, Time::ZERO).unwrap();
        assert_eq!((volume.used_bytes(), volume.stat("/f", true).unwrap().size), (4, 4));
        assert!(volume.clone().read_shared("/f").unwrap() == *later.get() && **later.get() == *b"abab");
        assert!(later == FileBytes::deferred("ab", 4, twice) && later != FileBytes::deferred("cd", 4, twice));
        assert!(later == FileBytes::from(b"abab".to_vec()) && later != FileBytes::from(b"abba".to_vec()));
        volume.write_shared("/g", FileBytes::deferred("cd", 4, twice), 0o644, Time::ZERO).unwrap();
        assert_eq!(volume.write_shared("/h", FileBytes::deferred("e", 1, never), 0o644, Time::ZERO), Err(Errno::NoSpace));
        assert_eq!(volume.used_bytes(), 8);
    }
}
