//! `kubectl edit`: opens objects in an editor, and sends what was changed.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/edit/edit.go, v1.36.
//! Simplified: nothing.

use super::change::{FILES, PRINT, RECORD, SAVE_CONFIG, VALIDATE};
use crate::command::Command;
use crate::edit::{Mode, edit};
use crate::flags::{Flag, Takes};

pub const COMMAND: Command = Command::new("edit", &[OWN, PRINT, FILES, VALIDATE, SAVE_CONFIG, RECORD], |kubectl| edit(kubectl, Mode::Normal));

const OWN: &[Flag] = &[
    Flag::bool("output-patch"),
    Flag::bool("windows-line-endings"),
    Flag::new("field-manager", Takes::Text, "kubectl-edit"),
    Flag::text("subresource"),
];
