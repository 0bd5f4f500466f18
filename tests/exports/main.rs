//! The readers of vendors' exports: fixtures of every dialect, packings, damage and what files say together.

mod common;

mod damage;
mod headers;
mod dialects;
mod links;
mod properties;
mod sources;
