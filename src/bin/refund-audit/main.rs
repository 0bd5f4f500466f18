//! The program: what was typed, what is needed, and the exit code.

mod args;
mod commands;
mod exit;
mod memory;
mod output;
mod policies;
mod progress;
mod share;
mod trace;
mod signals;

use std::process::ExitCode;

use clap::Parser;
use refund_audit::export::source::is_trusting;

use args::{Args, Command};
use exit::Exit;

fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => return Exit::of_clap(&error).code(),
    };
    // A library that panics over a damaged file is caught, and what is told is the error of that file.
    let tell = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !is_trusting() {
            tell(panic);
        }
    }));
    let done = std::panic::catch_unwind(|| {
        signals::watch()?;
        run(&args)
    });
    signals::wait_if_ending();
    let exit = match done {
        Ok(Ok(exit)) => exit,
        Ok(Err(error)) => exit::report(&error),
        // The panic message is on stderr already; it says which promise of the program was broken.
        Err(_) => Exit::Internal,
    };
    exit.code()
}

fn run(args: &Args) -> anyhow::Result<Exit> {
    match &args.command {
        Command::Audit(audit) => commands::audit::run(audit),
        Command::Explain(explain) => commands::explain::run(explain),
        Command::Inspect(inspect) => commands::inspect::run(inspect),
        Command::Convert(convert) => commands::convert::run(convert),
        Command::Finding(finding) => commands::finding::run(finding),
        Command::Policy(policy) => commands::policy::run(policy),
        Command::Generate(generate) => commands::generate::run(generate),
        Command::Score(score) => commands::score::run(score),
        Command::Selftest(selftest) => commands::selftest::run(selftest),
    }
}
