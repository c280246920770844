//! The key with which tokens of service accounts are signed (kubeadm's `sa.key`), and how others learn its public half.
//!
//! Models: pkg/serviceaccount/{jwt,openidmetadata}.go, v1.36.
//! Simplified: the key is the same in every cluster and no secret, so a token proves nothing to whom its holder may deceive.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use rsa::pkcs1v15::{Signature, SigningKey, VerifyingKey};
use rsa::pkcs8::EncodePublicKey as _;
use rsa::sha2::{Digest as _, Sha256};
use rsa::signature::{SignatureEncoding as _, Signer as _, Verifier as _};
use rsa::traits::PublicKeyParts as _;
use rsa::{BigUint, RsaPrivateKey, RsaPublicKey};
use serde_json::{Value, json};

/// The two primes of a key of 2048 bits. A fixed one, since finding primes takes long and every run is to be the same.
const PRIMES: [&str; 2] = [
    "efff3da5adf6b624a7f5aaea96ff3d66ab44587f7f5e4931dd660e926982eb990912862c523a1fcf66fe07f7798c0e389b063af8fe7f80c13a1e50cdb561ca26\
     b267f86a80948837ba307d42c5020a2ceefb37d7ca4910287d1c510c1b7962f00e0c56baf09433cbd7c39a4a3f40528c51b41deee4adce74e439c963c35d0a71",
    "db965da636f304132688e655cbc53754fdc68b818234eb4d4939784c0856ca06a2993b8f9f0c139a43491731180a481763920f93d119a9d199f1f64ba9ec86ba\
     9bd24a282d5ba5c148bb9823b6e766d950003209837ceae7ebe51941ae0de706adadd388905383fc226a7e1228c255324bd59f24a3b55576bb6e0fc42c0a92c9",
];
const EXPONENT: u32 = 65537;

/// How much longer a token becomes by its signature: a dot, and 256 bytes in base 64.
pub(crate) const SIGNATURE_LENGTH: usize = 1 + 342;

struct Key {
    signing: SigningKey<Sha256>,
    verifying: VerifyingKey<Sha256>,
    public: RsaPublicKey,
    /// The digest of the public key, by which tokens name it.
    id: String,
}

static KEY: LazyLock<Key> = LazyLock::new(|| {
    let [p, q] = PRIMES.map(|prime| BigUint::parse_bytes(prime.as_bytes(), 16).expect("a number"));
    let private = RsaPrivateKey::from_p_q(p, q, BigUint::from(EXPONENT)).expect("two primes");
    let public = private.to_public_key();
    let document = public.to_public_key_der().expect("a public key can be written");
    let id = BASE64.encode(Sha256::digest(document.as_bytes()));
    Key { signing: SigningKey::new(private), verifying: VerifyingKey::new(public.clone()), public, id }
});

/// The token of these claims but for its signature.
pub(super) fn unsigned(claims: &Value) -> String {
    let header = json!({"alg": "RS256", "kid": KEY.id});
    format!("{}.{}", BASE64.encode(header.to_string()), BASE64.encode(claims.to_string()))
}

/// A token with its signature.
pub(crate) fn signed(unsigned: &str) -> String {
    let signature = BASE64.encode(KEY.signing.sign(unsigned.as_bytes()).to_bytes());
    format!("{unsigned}.{signature}")
}

/// Whether the signature of a token is the key's.
pub(super) fn verifies(token: &str) -> bool {
    let Some((text, signature)) = token.rsplit_once('.') else { return false };
    let signature = BASE64.decode(signature).ok().and_then(|bytes| Signature::try_from(bytes.as_slice()).ok());
    signature.is_some_and(|signature| KEY.verifying.verify(text.as_bytes(), &signature).is_ok())
}

/// The public key as `/openid/v1/jwks` shows it.
pub(crate) fn key_set() -> String {
    let number = |number: &BigUint| BASE64.encode(number.to_bytes_be());
    let (n, e) = (number(KEY.public.n()), number(KEY.public.e()));
    format!(r#"{{"keys":[{{"use":"sig","kty":"RSA","kid":"{}","alg":"RS256","n":"{n}","e":"{e}"}}]}}"#, KEY.id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_the_key_set_can_check_a_token() {
        let token = signed(&unsigned(&json!({"sub": "system:serviceaccount:default:default"})));
        let set: Value = serde_json::from_str(&key_set()).unwrap();
        let number = |name: &str| BigUint::from_bytes_be(&BASE64.decode(set["keys"][0][name].as_str().unwrap()).unwrap());
        let key: VerifyingKey<Sha256> = VerifyingKey::new(RsaPublicKey::new(number("n"), number("e")).unwrap());
        let (text, signature) = token.rsplit_once('.').unwrap();
        let signature = Signature::try_from(BASE64.decode(signature).unwrap().as_slice()).unwrap();
        assert!(key.verify(text.as_bytes(), &signature).is_ok());
        assert!(verifies(&token));
        assert!(!verifies(&token.replacen('e', "f", 1)), "a changed token");
        assert_eq!(token.rsplit('.').next().unwrap().len() + 1, SIGNATURE_LENGTH);
    }
}
