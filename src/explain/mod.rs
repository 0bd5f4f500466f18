//! One order told in plain words, from its rows to its verdict; and one policy, clause beside effect.

mod boundary;
mod policy_page;
mod story;
mod tests_told;

pub use policy_page::policy_page;
pub use story::explain;
