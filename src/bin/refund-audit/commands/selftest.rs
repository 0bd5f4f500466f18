//! The program against a second calculation that shares no code with it.

use std::thread::available_parallelism;

use anyhow::Context;
use refund_audit::{
    policy::{BUILTIN, PolicyBook},
    scratch::Scratch,
    selftest::Selftest,
};

use crate::{args::SelftestArgs, exit::Exit, output};

pub(crate) fn run(args: &SelftestArgs) -> anyhow::Result<Exit> {
    let place = std::env::temp_dir();
    let scratch = Scratch::new_in(&place)
        .with_context(|| format!("{}: nothing can be written here", place.display()))?;
    let book = PolicyBook::builtin();
    let test = Selftest::new(&book, BUILTIN, scratch.path())?;
    let threads = args.threads.unwrap_or_else(|| available_parallelism().map_or(1, usize::from));
    let tally = test.compare(args.seed, args.orders, threads, &|_| {})?;
    let agree = tally.different.is_empty();
    let mut cases = Vec::new();
    for (set, order) in tally.different.iter().take(args.cases) {
        cases.push(test.case(args.seed, *set, order)?);
    }
    output::write(|out| {
        writeln!(
            out,
            "Seed {}: {} made-up orders, audited and calculated a second time.",
            args.seed, tally.orders
        )?;
        let blocks =
            [("Outcomes", &tally.outcomes), ("Reasons", &tally.reasons), ("Findings", &tally.findings)];
        for (title, counts) in blocks {
            writeln!(out, "\n{title} on which both agree")?;
            for (what, count) in counts {
                writeln!(out, "{count:>9}  {what}")?;
            }
        }
        if agree {
            writeln!(out, "\nEvery outcome and every finding agree.")?;
        } else {
            writeln!(out, "\nThey differ on {} of {} orders.", tally.different.len(), tally.orders)?;
        }
        for case in &cases {
            writeln!(out, "\n{case}")?;
        }
        Ok(())
    })?;
    Ok(if agree { Exit::Clean } else { Exit::Internal })
}
