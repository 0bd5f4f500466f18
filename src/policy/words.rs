//! Terms in phrases, for readers of policies.

pub use super::terms::{
    deadline::text as deadline, destination::text as destination, exclusion::text as exclusion,
    fee::text as fee, quota::text as quota, tenders::text as tenders, usage::text as usage,
    window::text as window,
};
