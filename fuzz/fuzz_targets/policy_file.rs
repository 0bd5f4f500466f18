//! Any text as a policy file: it loads or is refused with its places, and a loaded one can be remarked on.
#![no_main]

use libfuzzer_sys::fuzz_target;
use refund_audit::policy::{PolicyBook, lint};

fuzz_target!(|text: &str| {
    match PolicyBook::load(&[("policy.toml", text)]) {
        Ok(book) => {
            for policy in book.policies() {
                let _ = lint(policy);
            }
        }
        Err(errors) => assert!(!errors.to_string().is_empty(), "a policy was refused without a reason"),
    }
});
