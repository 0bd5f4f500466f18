//! Libraries that panic where a file is damaged.

use std::cell::Cell;
#[cfg(any(test, feature = "columns"))]
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    static TRUSTS: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread is at work in a library that takes a file by its word. A panic in there says that the
/// file is damaged, becomes an error of that file, and is nothing to be told of otherwise.
#[must_use]
pub fn is_trusting() -> bool {
    TRUSTS.get()
}

/// What a library makes of a file; `None` where it panics.
#[cfg(any(test, feature = "columns"))]
pub(super) fn trusting<T>(work: impl FnOnce() -> T) -> Option<T> {
    let before = TRUSTS.replace(true);
    let done = catch_unwind(AssertUnwindSafe(work));
    TRUSTS.set(before);
    done.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_in_there_is_an_answer_and_known_to_whoever_tells_of_panics() {
        assert_eq!(trusting(is_trusting), Some(true));
        assert!(!is_trusting());
        assert_eq!(trusting(|| -> u32 { panic!("the file is damaged") }), None);
        assert!(!is_trusting());
    }
}
