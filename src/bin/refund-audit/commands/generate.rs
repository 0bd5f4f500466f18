//! Synthetic exports with planted mismatches.

use anyhow::Context;
use refund_audit::generate;

use crate::{args::GenerateArgs, exit::Exit, output};

pub(crate) fn run(args: &GenerateArgs) -> anyhow::Result<Exit> {
    let written = if args.sample {
        generate::write_sample(&args.out)
    } else {
        generate::generate_into(args.seed, args.orders, &args.out)
    };
    let totals =
        written.with_context(|| format!("{}: the exports could not be written", args.out.display()))?;
    output::write(|out| {
        writeln!(
            out,
            "{}: {} orders, {} usage rows, {} refunds, {} events, {} truths",
            args.out.display(),
            totals.orders,
            totals.usage_rows,
            totals.refund_rows,
            totals.event_rows,
            totals.truth_rows
        )
    })?;
    Ok(Exit::Clean)
}
