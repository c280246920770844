//! The columns of Ingresses, network policies and address objects: data, with the descriptions that the API documentation gives.
//!
//! Models: pkg/printers/internalversion/printers.go (AddHandlers), v1.36.
//! Simplified: nothing.

use super::columns::{AGE, NAME, column};
use crate::Column;

pub(crate) const INGRESS: &[Column] = &[
    column("Name", "string", "name", 0, NAME),
    column("Class", "string", "", 0, "The name of the IngressClass resource that should be used for additional configuration"),
    column("Hosts", "string", "", 0, "Hosts that incoming requests are matched against before the ingress rule"),
    column("Address", "string", "", 0, "Address is a list containing ingress points for the load-balancer"),
    column("Ports", "string", "", 0, "Ports of TLS configurations that open"),
    column("Age", "string", "", 0, AGE),
];

pub(crate) const INGRESS_CLASS: &[Column] = &[
    column("Name", "string", "name", 0, NAME),
    column("Controller", "string", "", 0, "Controller that is responsible for handling this class"),
    column("Parameters", "string", "", 0, "A reference to a resource with additional parameters"),
    column("Age", "string", "", 0, AGE),
];

pub(crate) const NETWORK_POLICY: &[Column] = &[
    column("Name", "string", "name", 0, NAME),
    column("Pod-Selector", "string", "", 0, "podSelector selects the pods to which this NetworkPolicy object applies. The array of rules is applied to any pods selected by this field. An empty selector matches all pods in the policy's namespace. Multiple network policies can select the same set of pods. In this case, the ingress rules for each are combined additively. This field is optional. If it is not specified, it defaults to an empty selector."),
    column("Age", "string", "", 0, AGE),
];

pub(crate) const SERVICE_CIDR: &[Column] = &[
    column("Name", "string", "name", 0, NAME),
    column("CIDRs", "string", "", 0, "CIDRs defines the IP blocks in CIDR notation (e.g. \"192.168.0.0/24\" or \"2001:db8::/64\") from which to assign service cluster IPs. Max of two CIDRs is allowed, one of each IP family. This field is immutable."),
    column("Age", "string", "", 0, AGE),
];

pub(crate) const IP_ADDRESS: &[Column] = &[
    column("Name", "string", "name", 0, NAME),
    column("ParentRef", "string", "", 0, "ParentRef references the resource that an IPAddress is attached to. An IPAddress must reference a parent object."),
];
