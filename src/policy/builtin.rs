//! The policy files that are part of the program.

/// Name and text of every built-in policy file, by name: the files of `data/policies` when it was built.
pub const BUILTIN: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/policies.rs"));
