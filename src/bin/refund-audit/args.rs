//! What may be typed.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};

use crate::memory::Size;

/// Recomputes the refund a cloud vendor's policy owes, order by order, and flags every mismatch with what
/// was paid.
#[derive(Debug, Parser)]
#[command(name = "refund-audit", version, max_term_width = 100, after_help = EXIT_CODES)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXIT_CODES: &str = "Exit codes: 0 clean at --fail-on; 1 findings; 2 usage, configuration or policy error; \
3 data incomplete (rows rejected, an input empty, nothing to audit, totals that do not tie) or disk full; 4 internal error. \
3 beats 1.";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Audit exports: what policy owes for every order against what was paid
    Audit(AuditArgs),
    /// Tell one order from its rows to its verdict
    Explain(ExplainArgs),
    /// What each file is recognised as, column by column
    Inspect(InspectArgs),
    /// Any recognised export as canonical CSV
    Convert(ConvertArgs),
    /// What a kind of finding means, why it matters, when it is not a fault
    Finding(FindingArgs),
    /// List, show and check policies
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// Write synthetic exports with planted mismatches and their truth
    Generate(GenerateArgs),
}

/// Where the exports are.
#[derive(Debug, ClapArgs)]
pub(crate) struct InputArgs {
    /// Files or folders; each file's role is recognised by its header
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// A file of orders
    #[arg(long, value_name = "FILE")]
    pub(crate) orders: Vec<PathBuf>,
    /// A file of usage
    #[arg(long, value_name = "FILE")]
    pub(crate) usage: Vec<PathBuf>,
    /// A file of refunds
    #[arg(long, value_name = "FILE")]
    pub(crate) refunds: Vec<PathBuf>,
    /// A file of account and order events
    #[arg(long, value_name = "FILE")]
    pub(crate) events: Vec<PathBuf>,
    /// The dialect of a file, where its header does not tell (`inspect` names the dialects)
    #[arg(long, value_name = "FILE=ID")]
    pub(crate) dialect: Vec<String>,
    /// A file with more names of columns, kinds of rows or products (docs/dialects.md)
    #[arg(long, value_name = "FILE.toml")]
    pub(crate) mapping: Vec<PathBuf>,
}

/// What the question is.
#[derive(Debug, ClapArgs)]
pub(crate) struct QuestionArgs {
    /// The date the question is asked for; later events are not seen [default: the latest instant in
    /// the refund and usage exports]
    #[arg(long, value_name = "INSTANT")]
    pub(crate) as_of: Option<String>,
    /// The interval for which the deduction export is complete, half-open, as instants or dates; `..` is
    /// everything [default: the days of the first to the last posting]
    #[arg(long, value_name = "FROM..TO", allow_hyphen_values = true)]
    pub(crate) usage_covers: Option<String>,
    /// A folder of policy files that add to the built-in ones; one with a built-in id replaces it
    #[arg(long, value_name = "DIR")]
    pub(crate) policies: Vec<PathBuf>,
    /// Leave the built-in policies out
    #[arg(long)]
    pub(crate) no_builtin_policies: bool,
    /// Threads [default: one for each core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
    /// What splits canonical files into rows: `blocks` over all threads, or `csv`, the reference, row by
    /// row. The result is the same
    #[arg(long, value_name = "READER", default_value = "blocks")]
    pub(crate) reader: Reader,
    /// The most memory that a run may take, as 512MiB or 2GiB; beyond it orders and usage are sorted into
    /// files [default: three quarters of what the machine or its container has]
    #[arg(long, value_name = "SIZE")]
    pub(crate) memory: Option<Size>,
    /// The folder for those files [default: the system's folder for temporary files]
    #[arg(long, value_name = "DIR")]
    pub(crate) spill_dir: Option<PathBuf>,
    /// No summary and no progress
    #[arg(long, short)]
    pub(crate) quiet: bool,
    /// The progress bar on stderr; `auto` shows it on a terminal
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub(crate) progress: When,
    /// Colours; `auto` uses them on a terminal unless `NO_COLOR` is set
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: When,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    Auto,
    Always,
    Never,
}

/// What splits canonical files into rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Reader {
    Blocks,
    Csv,
}

/// From which class on findings make exit 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    Mismatch,
    Review,
    Data,
    Never,
}

impl FailOn {
    /// The word of the option.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Mismatch => "mismatch",
            Self::Review => "review",
            Self::Data => "data",
            Self::Never => "never",
        }
    }
}

#[derive(Debug, ClapArgs)]
pub(crate) struct AuditArgs {
    #[command(flatten)]
    pub(crate) inputs: InputArgs,
    #[command(flatten)]
    pub(crate) question: QuestionArgs,
    /// What stdout carries
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = formats())]
    pub(crate) format: String,
    /// A folder for findings, outcomes, rejects, summary and manifest; it appears whole or not at all
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Replace an earlier run folder
    #[arg(long)]
    pub(crate) force: bool,
    /// Which class of finding makes exit 1
    #[arg(long, value_name = "CLASS", default_value = "mismatch")]
    pub(crate) fail_on: FailOn,
    /// Also report unused packages whose refund could still be asked for
    #[arg(long)]
    pub(crate) opportunities: bool,
    /// Write how many seconds each stage took, as JSON; for those who measure
    #[arg(long, value_name = "FILE")]
    pub(crate) trace: Option<PathBuf>,
    /// Tolerate so many rejected rows
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) allow_rejects: u64,
}

fn formats() -> clap::builder::PossibleValuesParser {
    let values = refund_audit::report::FORMATS;
    values
        .iter()
        .map(|format| clap::builder::PossibleValue::new(format.name).help(format.about))
        .collect::<Vec<_>>()
        .into()
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ExplainArgs {
    /// The order
    #[arg(value_name = "ORDER_ID")]
    pub(crate) order_id: String,
    #[command(flatten)]
    pub(crate) inputs: InputArgs,
    #[command(flatten)]
    pub(crate) question: QuestionArgs,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct InspectArgs {
    #[command(flatten)]
    pub(crate) inputs: InputArgs,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ConvertArgs {
    #[command(flatten)]
    pub(crate) inputs: InputArgs,
    /// The folder to write; it must not be there yet, and appears whole or not at all
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct FindingArgs {
    /// The kind of finding; without one, all of them by name
    #[arg(value_name = "SLUG")]
    pub(crate) slug: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PolicyCommand {
    /// Every policy with its versions
    List {
        #[command(flatten)]
        sources: PolicySources,
    },
    /// One policy: each clause beside its effect, its versions, its readings
    Show {
        /// The policy's id
        #[arg(value_name = "ID")]
        id: String,
        #[command(flatten)]
        sources: PolicySources,
    },
    /// Whether policy files load, and what they say without effect
    Check {
        /// Policy files; without one, the built-in policies
        #[arg(value_name = "FILE")]
        files: Vec<PathBuf>,
    },
}

#[derive(Debug, ClapArgs)]
pub(crate) struct PolicySources {
    /// A folder of policy files that add to the built-in ones; one with a built-in id replaces it
    #[arg(long, value_name = "DIR")]
    pub(crate) policies: Vec<PathBuf>,
    /// Leave the built-in policies out
    #[arg(long)]
    pub(crate) no_builtin_policies: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct GenerateArgs {
    /// The same seed gives the same bytes
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
    /// How many orders
    #[arg(long, value_name = "N", default_value_t = 1000)]
    pub(crate) orders: u64,
    /// Write the shipped sample instead
    #[arg(long, conflicts_with_all = ["seed", "orders"])]
    pub(crate) sample: bool,
    /// The folder to write; it must not be there yet
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
}
