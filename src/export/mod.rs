//! Exports as vendors write them: every row of them turned into the cells of the canonical form.
//!
//! ```text
//! path ─source→ rows of text ─dialect→ recognised columns ─convert→ canonical cells, defects, out of scope
//!                                  └────────describe→ what a file is, and what it cannot say
//! ```
//!
//! Nothing here judges a refund: the canonical cells go to the same parser that reads canonical CSV.
//! A row that does not fit becomes a defect, and the only errors are those of a file as a whole. How to add
//! a dialect stands in `docs/dialects.md`.

pub mod cells;

pub mod source;
pub mod dialect;
pub mod catalogue;
pub mod convert;
pub mod describe;
