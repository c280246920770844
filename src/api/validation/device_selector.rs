//! Expressions in CEL that select devices: `device.driver == "gpu.example.com"`.
//!
//! Models: staging/src/k8s.io/dynamic-resource-allocation/cel/compile.go, pkg/apis/resource/validation/validation.go, v1.36.
//! Simplified: nothing.

use std::collections::BTreeMap;

use k8s_openapi::api::resource::v1::DeviceSelector;

use crate::cel::{BINDS, Extent, Program, QUANTITY, Type, Variables};
use crate::field::{FieldError, Path};

const SELECTORS: usize = 32;
const EXPRESSION_BYTES: usize = 10 * 1024;
const MAX_COST: u64 = 1_000_000;
/// How long a driver's name or a domain may be, an identifier, an attribute's value, and how many attributes a device has.
const DOMAIN: u64 = 63;
const IDENTIFIER: u64 = 32;
const VALUE: u64 = 64;
const PROPERTIES: u64 = 32;

pub(super) fn selectors(selectors: &[DeviceSelector], path: &Path) -> Vec<FieldError> {
    super::device_claim::each(selectors, Some(SELECTORS), path, |selector, path| {
        let at = path.child("cel");
        match &selector.cel {
            None => vec![FieldError::required(at, "")],
            Some(cel) => expression(&cel.expression, &at.child("expression")).into_iter().collect(),
        }
    })
}

fn expression(text: &str, path: &Path) -> Option<FieldError> {
    if text.len() > EXPRESSION_BYTES {
        return Some(FieldError::too_long(path, EXPRESSION_BYTES));
    }
    let variables = variables();
    match Program::compile(text, &variables) {
        Err(report) => Some(FieldError::invalid(path, text, format!("compilation failed: {report}"))),
        // An attribute alone may be the truth value that is wanted.
        Ok(program) if !matches!(program.result(), Type::Bool | Type::Any) => {
            let found = match program.result() {
                Type::Null => "null_type".to_owned(),
                // Where it is not the checker that speaks, the type has its long name.
                other => other.to_string().replace("any", "google.protobuf.Any"),
            };
            Some(FieldError::invalid(path, text, format!("must evaluate to bool or the unknown type, not {found}")))
        }
        Ok(program) if program.cost(&variables, &extent()) > MAX_COST => Some(FieldError::forbidden(path, "too complex, exceeds cost limit")),
        Ok(_) => None,
    }
}

/// What an expression may name: one device, whose attributes and capacities lie under their domains.
fn variables() -> Variables {
    let by_domain = |of: Type| Type::map(Type::Text, Type::map(Type::Text, of));
    let fields = [
        ("driver", Type::Text), ("allowMultipleAllocations", Type::Bool), ("attributes", by_domain(Type::Any)),
        ("capacity", by_domain(Type::Opaque(QUANTITY))),
    ];
    let device = Type::object("kubernetes.DRADevice", fields.map(|(name, of)| (name.to_owned(), of)));
    Variables::from([("device".to_owned(), device), (BINDS.to_owned(), Type::Dyn)])
}

/// How large a device can be.
fn extent() -> Extent {
    let of = |most: u64| Extent { most, ..Extent::default() };
    let map = |keys: u64, inner: Option<Extent>, others: Option<Extent>| Extent {
        most: PROPERTIES,
        keys: Some(Box::new(of(keys))),
        inner: inner.map(Box::new),
        others: others.map(Box::new),
        ..Extent::default()
    };
    let attributes = map(DOMAIN, Some(map(IDENTIFIER, Some(of(VALUE)), Some(of(VALUE)))), None);
    let capacity = map(DOMAIN, Some(map(IDENTIFIER, None, None)), None);
    let fields = [("driver", of(DOMAIN)), ("allowMultipleAllocations", of(1)), ("attributes", attributes), ("capacity", capacity)];
    Extent { fields: fields.map(|(name, extent)| (name.to_owned(), extent)).into_iter().collect::<BTreeMap<_, _>>(), ..Extent::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_see_a_device() {
        let cases = [
            ("device.driver == 'd.io'", None),
            ("device.attributes['d.io'].healthy", None),
            ("device.capacity['d.io'].memory.compareTo(quantity('1Gi')) >= 0", None),
            ("cel.bind(own, device.attributes['d.io'], own.a == 'x' && own.b > 3)", None),
            ("device.allowMultipleAllocations", None),
            ("device.driver", Some("must evaluate to bool or the unknown type, not string")),
            ("device.attributes['d.io'].list.exists(x, x == 1)", Some("cannot be range of a comprehension (must be list, map, or dynamic)")),
            ("device.drivers == 'd.io'", Some("undefined field 'drivers'")),
            ("", Some("mismatched input '<EOF>'")),
            ("device.attributes.all(a, device.attributes.all(b, device.attributes.all(c, device.attributes.all(d, a != b))))", Some("too complex, exceeds cost limit")),
        ];
        for (text, wanted) in cases {
            let found = expression(text, &Path::new("e")).map(|error| error.to_string());
            match wanted {
                None => assert_eq!(found, None, "{text}"),
                Some(wanted) => assert!(found.as_ref().is_some_and(|found| found.contains(wanted)), "{text}: {found:?}"),
            }
        }
    }
}
