//! What each kind of export calls things: dialects as data, and the recognition of a file by its header.
//!
//! A dialect file says which columns an export has and under which names, which of its rows are purchases,
//! refunds or noise, and how their cells become canonical ones; every statement says whether it is sourced
//! or inferred. What cannot be said there gets a new named primitive in [`Recipe`], not a language.
//!
//! Nothing here reads rows; that is the work of `convert`.

mod binding;
mod book;
mod error;
mod file;
mod load;
mod load_cells;
mod mapping;
mod model;
mod recipe;
mod role;

pub use binding::{Binding, bind};
pub use book::{Book, Recognised};
pub use error::{DialectError, HeaderError, TwoColumns};
pub use mapping::Mapping;
pub use model::{
    Class, Condition, Dialect, Evidence, Field, FieldId, FieldKind, Gives, Lack, RowRule, Sign, SignRule,
    Signature, Site, Table,
};
pub use recipe::{Aspect, Recipe};
pub use role::{CellKind, Column, Role};
