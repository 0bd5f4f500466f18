//! What is wrong with a file, collected so that all of it is said at once.

use std::cell::RefCell;

use super::At;
use crate::policy::error::{PolicyError, place};

/// The texts of the files, to say where a value is.
pub(in crate::policy) type Texts<'t> = [(&'t str, &'t str)];

/// Complaints about one version or head; reading goes on after each.
pub(in crate::policy) struct Complaints<'a> {
    texts: &'a Texts<'a>,
    found: RefCell<Vec<PolicyError>>,
}

impl<'a> Complaints<'a> {
    pub(in crate::policy) fn new(texts: &'a Texts<'a>) -> Self {
        Self { texts, found: RefCell::default() }
    }

    /// Adds a complaint about what is written at a place.
    pub(in crate::policy) fn at(&self, at: At, message: impl Into<String>) {
        let (file, text) = self.texts.get(at.file as usize).copied().unwrap_or_default();
        let (line, column) = place(text, at.byte as usize);
        self.found.borrow_mut().push(PolicyError {
            file: file.to_owned(),
            line,
            column,
            message: message.into(),
        });
    }

    pub(in crate::policy) fn into_found(self) -> Vec<PolicyError> {
        self.found.into_inner()
    }
}
