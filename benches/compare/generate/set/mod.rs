//! The measured set: every row follows from the seed and its own number alone, so rows can be written in
//! blocks, side by side, and a set of any size needs the memory of a few blocks.

mod console;
mod draw;
mod rows;
mod text;
mod world;

use std::io::{self, Write};

use rayon::prelude::*;

use world::World;

/// How much of each export.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    pub(crate) orders: u64,
    pub(crate) usage: u64,
    pub(crate) refunds: u64,
}

/// Fewer rows would not reach every day on which something is asked for, and orders would be undetermined.
pub(crate) const USAGE_ROWS_MIN: u64 = 1000;

/// The files of a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Export {
    Orders,
    Usage,
    Refunds,
    Bill,
    Deductions,
}

impl Export {
    /// The canonical files.
    pub(crate) const CANONICAL: &[Self] = &[Self::Orders, Self::Usage, Self::Refunds];
    /// Those of a console.
    pub(crate) const CONSOLE: &[Self] = &[Self::Bill, Self::Deductions];

    pub(crate) const fn file_name(self) -> &'static str {
        match self {
            Self::Orders => "orders.csv",
            Self::Usage => "usage.csv",
            Self::Refunds => "refunds.csv",
            Self::Bill => "bill.csv",
            Self::Deductions => "deductions.csv",
        }
    }
}

/// Rows that are made at once.
const BLOCK_ROWS: u64 = 20_000;
/// What they take, with room to spare.
const BLOCK_BYTES: usize = 4 << 20;
/// Blocks that are held in memory before they are written.
const WAVE_BLOCKS: u64 = 16;

/// A set, not yet written.
pub(crate) struct Set {
    world: World,
    size: Size,
}

impl Set {
    pub(crate) fn new(size: Size, seed: u64) -> Self {
        Self { world: World::new(size.orders, size.refunds, seed), size }
    }

    /// Writes a file: its header, and its rows in their order.
    pub(crate) fn write(&self, export: Export, out: &mut dyn Write) -> io::Result<()> {
        match export {
            Export::Orders => {
                let put = |row: &mut Vec<u8>, at| rows::order(&self.world, at, row);
                write_rows(rows::ORDERS_HEADER, self.size.orders, put, out)
            }
            Export::Usage => {
                let put = |row: &mut Vec<u8>, at| rows::usage(&self.world, self.size.usage, at, row);
                write_rows(rows::USAGE_HEADER, self.size.usage, put, out)
            }
            Export::Refunds => {
                let put = |row: &mut Vec<u8>, at| rows::refund(&self.world, at, row);
                write_rows(rows::REFUNDS_HEADER, self.size.refunds, put, out)
            }
            Export::Bill => {
                let put = |row: &mut Vec<u8>, at| console::bill(&self.world, at, row);
                write_rows(console::BILL_HEADER, self.size.orders, put, out)
            }
            Export::Deductions => {
                let put = |row: &mut Vec<u8>, at| console::deduction(&self.world, self.size.usage, at, row);
                write_rows(console::DEDUCTIONS_HEADER, self.size.usage, put, out)
            }
        }
    }
}

fn write_rows(
    header: &str,
    count: u64,
    put: impl Fn(&mut Vec<u8>, u64) + Sync,
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(out, "{header}")?;
    let blocks = count.div_ceil(BLOCK_ROWS);
    let mut first = 0;
    while first < blocks {
        let last = (first + WAVE_BLOCKS).min(blocks);
        let wave: Vec<Vec<u8>> = (first..last)
            .into_par_iter()
            .map(|block| {
                let mut text = Vec::with_capacity(BLOCK_BYTES);
                for at in block * BLOCK_ROWS..((block + 1) * BLOCK_ROWS).min(count) {
                    put(&mut text, at);
                }
                text
            })
            .collect();
        for text in &wave {
            out.write_all(text)?;
        }
        first = last;
    }
    Ok(())
}
