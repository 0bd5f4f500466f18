//! Writes the measured set: orders, usage and refunds of one shape, for the comparison with other engines.
//!
//! Unlike the sets of `refund-audit generate`, which plant every kind of finding, this one keeps to two
//! policies and a handful of faults that a query in SQL can state exactly, so that all contenders can be
//! held to the same answer.

mod set;

use std::{
    fs::{self, File},
    io::{BufWriter, Write as _},
    path::PathBuf,
};

use anyhow::{Context, ensure};
use clap::Parser;

use set::{Export, Set, Size, USAGE_ROWS_MIN};

/// Writes orders.csv, usage.csv and refunds.csv. The same numbers give the same bytes.
#[derive(Debug, Parser)]
#[command(name = "measured-set")]
struct Args {
    /// Orders, over ninety days
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(100..))]
    orders: u64,

    /// Rows of usage, over 110 days [default: twenty an order]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(USAGE_ROWS_MIN..))]
    usage: Option<u64>,

    /// Refunds and requests, one an order at most [default: three in a hundred orders]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    refunds: Option<u64>,

    /// Another seed gives another set
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,

    /// The bill and the deductions of a console in place of the canonical files
    #[arg(long)]
    console: bool,

    /// The folder for the files; those that are there are written anew
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let size = Size {
        orders: args.orders,
        usage: args.usage.unwrap_or(args.orders * 20),
        refunds: args.refunds.unwrap_or(args.orders * 3 / 100),
    };
    ensure!(
        size.refunds <= size.orders,
        "{} refunds of {} orders: at most one each",
        size.refunds,
        size.orders
    );
    let set = Set::new(size, args.seed);
    fs::create_dir_all(&args.out).with_context(|| args.out.display().to_string())?;
    for &export in if args.console { Export::CONSOLE } else { Export::CANONICAL } {
        let path = args.out.join(export.file_name());
        // Beside its name first: a file that stands under it is whole.
        let begun = path.with_extension("part");
        let write = || {
            let mut file = BufWriter::new(File::create(&begun)?);
            set.write(export, &mut file)?;
            file.flush()?;
            fs::rename(&begun, &path)
        };
        write().with_context(|| path.display().to_string())?;
    }
    Ok(())
}
