//! Names that the cluster makes up: the random end of `generateName`, and the hash that tells the ReplicaSets of a
//! Deployment apart.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/storage/names/generate.go, staging/src/k8s.io/apimachinery/pkg/util/rand,
//! pkg/controller/controller_utils.go (ComputeHash), v1.36.
//! Simplified: nothing.

use k8s_openapi::api::core::v1::PodTemplateSpec;
use podarium_sim::Stream;

use crate::template_dump;

/// Consonants and digits that make neither words nor look-alikes.
const ALPHABET: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
const SUFFIX_LENGTH: usize = 5;
const MAX_BASE_LENGTH: usize = 63 - SUFFIX_LENGTH;

/// `web-` becomes `web-x7k2p`. A base of more than 58 characters is cut.
pub fn generate_name(base: &str, stream: &mut Stream) -> String {
    let mut base = base.to_owned();
    base.truncate(base.floor_char_boundary(MAX_BASE_LENGTH));
    base + &random_suffix(SUFFIX_LENGTH, stream)
}

pub fn random_suffix(length: usize, stream: &mut Stream) -> String {
    stream.text(ALPHABET, length)
}

/// A random UUID (version 4), as `metadata.uid`.
pub fn new_uid(stream: &mut Stream) -> String {
    let (high, low) = (stream.bits(), stream.bits());
    let (high, low) = (high & !0xf000 | 0x4000, low & !(0b11 << 62) | (0b10 << 62));
    format!("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32, high >> 16 & 0xffff, high & 0xffff, low >> 48, low & 0xffff_ffff_ffff)
}

/// Maps every character into the alphabet, so that no hash spells a word.
pub fn safe_encode(text: &str) -> String {
    text.bytes().map(|byte| ALPHABET[usize::from(byte) % ALPHABET.len()] as char).collect()
}

/// The value of `pod-template-hash`. A Deployment that meets a foreign ReplicaSet under its hash raises its collision
/// count, which gives another hash.
pub fn pod_template_hash(template: &PodTemplateSpec, collision_count: Option<i32>) -> String {
    let mut hash = fnv32a(0x811c_9dc5, template_dump::dump(template).as_bytes());
    if let Some(count) = collision_count {
        let mut bytes = [0; 8];
        bytes[..4].copy_from_slice(&count.to_le_bytes());
        hash = fnv32a(hash, &bytes);
    }
    safe_encode(&hash.to_string())
}

/// The hash of a revision's data, which is the reference's own: revisions are named here as they are in a real cluster.
pub fn data_hash(data: &[u8]) -> String {
    let hash = data.iter().fold(0x811c_9dc5_u32, |hash, byte| hash.wrapping_mul(0x0100_0193) ^ u32::from(*byte));
    safe_encode(&hash.to_string())
}

fn fnv32a(start: u32, bytes: &[u8]) -> u32 {
    bytes.iter().fold(start, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_names_keep_their_base_and_end_in_five_safe_characters() {
        let mut stream = Stream::new(1, "names");
        let name = generate_name("web-", &mut stream);
        assert_eq!(name.len(), 9);
        assert!(name.starts_with("web-") && name[4..].bytes().all(|byte| ALPHABET.contains(&byte)), "{name}");
        assert_ne!(generate_name("web-", &mut stream), name);
        assert_eq!(generate_name(&"x".repeat(100), &mut stream).len(), 63);
    }

    #[test]
    fn uids_are_of_version_4() {
        let uid = new_uid(&mut Stream::new(1, "uid"));
        assert_eq!(uid.len(), 36);
        assert_eq!((&uid[14..15], uid.matches('-').count()), ("4", 4), "{uid}");
        assert!(["8", "9", "a", "b"].contains(&&uid[19..20]), "{uid}");
    }

    #[test]
    fn the_template_hash_depends_on_the_template_and_on_collisions() {
        assert_eq!(fnv32a(0x811c_9dc5, b"foobar"), 0xbf9c_f968, "the published test vector");
        let template = PodTemplateSpec::default();
        let mut other = template.clone();
        other.metadata.get_or_insert_default().name = Some("x".to_owned());
        assert_ne!(pod_template_hash(&template, None), pod_template_hash(&other, None));
        assert_ne!(pod_template_hash(&template, None), pod_template_hash(&template, Some(1)));
        assert_eq!(safe_encode("0123456789"), "456789bcdf");
    }
}
