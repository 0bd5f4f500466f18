//! What may be typed.

use std::{path::PathBuf, sync::LazyLock};

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};

use crate::{memory::Size, share::Share};

/// Recomputes the refund a cloud vendor's policy owes, order by order, and flags every mismatch with what
/// was paid.
#[derive(Debug, Parser)]
#[command(
    name = "refund-audit",
    version = VERSION.as_str(),
    propagate_version = true,
    max_term_width = 100,
    after_help = EXIT_CODES
)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Number, commit and features of this build: `0.1.0 (commit 0123456789ab, features: columns)`.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let commit = option_env!("REFUND_AUDIT_COMMIT").unwrap_or("unknown");
    let features = if cfg!(feature = "columns") { "columns" } else { "none" };
    format!("{} (commit {commit}, features: {features})", env!("CARGO_PKG_VERSION"))
});

const EXIT_CODES: &str = "\
Exit codes:
  0  everything was read and judged, and is clean at --fail-on
  1  findings of that class
  2  usage, configuration or policy error
  3  incomplete: rows rejected, an input empty, nothing to audit, totals that do not tie, no refund that
     could be decided, an as-of date before every row, or the disk full; 3 beats 1
  4  internal error

Examples:
  refund-audit inspect exports/             what each file is, and what the files can decide
  refund-audit audit exports/ --out run     every refund decided as far as the files go
  refund-audit explain REFUND_ID exports/   one refund, from its rows to its verdict";

const AUDIT_EXAMPLES: &str = "\
Examples:
  refund-audit audit exports/
  refund-audit audit exports/ --as-of 2025-10-31 --usage-covers 2025-10 --out runs/2025-10
  refund-audit audit --orders orders.csv --usage usage.csv --refunds refunds.csv --format refunds
  refund-audit audit exports/ --fail-on review --max-undecided 20%";

const EXPLAIN_EXAMPLES: &str = "\
Examples:
  refund-audit explain 20251021710000851600102 exports/
  refund-audit explain lhins-aa02 exports/ --as-of 2025-10-31";

const INSPECT_EXAMPLES: &str = "\
Examples:
  refund-audit inspect exports/
  refund-audit inspect bill.csv --brief";

const SCORE_EXAMPLES: &str = "\
Examples:
  refund-audit generate --orders 20000 --seed 7 --out made
  refund-audit audit made --out run
  refund-audit score run made/truth.jsonl";

const SELFTEST_EXAMPLES: &str = "\
Examples:
  refund-audit selftest
  refund-audit selftest --seed 7 --orders 100000";

const GENERATE_EXAMPLES: &str = "\
Examples:
  refund-audit generate --orders 20000 --seed 7 --out made";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Audit exports: what policy owes for every order against what was paid
    #[command(after_help = AUDIT_EXAMPLES)]
    Audit(AuditArgs),
    /// Tell one order or refund from its rows to its verdict
    #[command(after_help = EXPLAIN_EXAMPLES)]
    Explain(ExplainArgs),
    /// What each file is recognised as, column by column
    #[command(after_help = INSPECT_EXAMPLES)]
    Inspect(InspectArgs),
    /// Any recognised export as canonical CSV
    Convert(ConvertArgs),
    /// What a kind of finding means, why it matters, when it is not a fault
    Finding(FindingArgs),
    /// List, show and check policies
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// Write synthetic exports with planted mismatches and their truth
    #[command(after_help = GENERATE_EXAMPLES)]
    Generate(GenerateArgs),
    /// Compare a run with the truth of its generated exports: found, missed, not planted
    #[command(after_help = SCORE_EXAMPLES)]
    Score(ScoreArgs),
    /// Hold the audit of made-up orders against a second, independent calculation
    #[command(after_help = SELFTEST_EXAMPLES)]
    Selftest(SelftestArgs),
}

/// Where the exports are.
#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "Inputs")]
pub(crate) struct InputArgs {
    /// Files or folders, or `-` for standard input; each file's role is recognised by its header
    #[arg(value_name = "PATH", help_heading = "Inputs")]
    pub(crate) paths: Vec<PathBuf>,
    /// A file of orders
    #[arg(long, value_name = "FILE")]
    pub(crate) orders: Vec<PathBuf>,
    /// A file of usage: the deductions from packages
    #[arg(long, value_name = "FILE")]
    pub(crate) usage: Vec<PathBuf>,
    /// A file of refunds
    #[arg(long, value_name = "FILE")]
    pub(crate) refunds: Vec<PathBuf>,
    /// A file of account and order events
    #[arg(long, value_name = "FILE")]
    pub(crate) events: Vec<PathBuf>,
    /// Times at which refunds were requested (columns `refund_id`, `requested_at`), where no export has them
    #[arg(long, value_name = "FILE")]
    pub(crate) request_times: Vec<PathBuf>,
    /// The dialect of a file, where its header does not tell (`inspect` names the dialects)
    #[arg(long, value_name = "FILE=ID")]
    pub(crate) dialect: Vec<String>,
    /// A file with more names of columns, kinds of rows or products (docs/dialects.md)
    #[arg(long, value_name = "FILE.toml")]
    pub(crate) mapping: Vec<PathBuf>,
}

/// What the question is.
#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "Question")]
pub(crate) struct QuestionArgs {
    /// Judge as of this moment and ignore anything later; a day is its end [default: the latest instant in
    /// the refund and usage exports]
    #[arg(long, value_name = "INSTANT|DAY")]
    pub(crate) as_of: Option<String>,
    /// The time for which the deduction export is complete, half-open, as instants or days; a month as
    /// 2025-10; `..` is everything [default: the days of the first to the last posting]
    #[arg(long, value_name = "FROM..TO|MONTH", allow_hyphen_values = true)]
    pub(crate) usage_covers: Option<String>,
    /// How many days a request may lie before the completion of its refund, where neither the export nor the
    /// policy says [default: 7]
    #[arg(long, value_name = "DAYS")]
    pub(crate) request_lag: Option<u32>,
    /// A folder of policy files that add to the built-in ones; one with a built-in id replaces it
    #[arg(long, value_name = "DIR")]
    pub(crate) policies: Vec<PathBuf>,
    /// Leave the built-in policies out
    #[arg(long)]
    pub(crate) no_builtin_policies: bool,
    /// Prices that no order holds, by the hour, day or unit (data/policies/README.md)
    #[arg(long, value_name = "FILE")]
    pub(crate) prices: Option<PathBuf>,
    /// Threads [default: one for each core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024), help_heading = LARGE)]
    pub(crate) threads: Option<u16>,
    /// How canonical files are split into rows; the result is the same
    #[arg(long, value_name = "READER", default_value = "blocks", help_heading = LARGE, hide_short_help = true)]
    pub(crate) reader: Reader,
    /// The most memory that a run may take, as 512MiB or 2GiB; beyond it orders and usage are sorted into
    /// files [default: three quarters of what the machine or its container has]
    #[arg(long, value_name = "SIZE", help_heading = LARGE)]
    pub(crate) memory: Option<Size>,
    /// The folder for those files [default: the system's folder for temporary files]
    #[arg(long, value_name = "DIR", help_heading = LARGE)]
    pub(crate) spill_dir: Option<PathBuf>,
    /// No summary and no progress
    #[arg(long, short, help_heading = OUTPUT)]
    pub(crate) quiet: bool,
    /// The progress bar on stderr; `auto` shows it on a terminal
    #[arg(long, value_name = "WHEN", default_value = "auto", help_heading = OUTPUT)]
    pub(crate) progress: When,
    /// Colours; `auto` uses them on a terminal unless `NO_COLOR` is set
    #[arg(long, value_name = "WHEN", default_value = "auto", help_heading = OUTPUT)]
    pub(crate) color: When,
}

/// Headings of the help.
const OUTPUT: &str = "Output";
const EXIT_CODE: &str = "Exit code";
const LARGE: &str = "Large files";

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
    /// Refunds that could not be decided, beside mismatches.
    Undecided,
    Never,
}

impl FailOn {
    /// The word of the option.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Mismatch => "mismatch",
            Self::Review => "review",
            Self::Data => "data",
            Self::Undecided => "undecided",
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
    /// Also report unused packages whose refund could still be asked for
    #[arg(long, help_heading = "Question")]
    pub(crate) opportunities: bool,
    /// What stdout carries
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = formats(), help_heading = OUTPUT)]
    pub(crate) format: String,
    /// A folder for findings, refunds, outcomes, rejects, summary and manifest, written whole or not at all
    #[arg(long, value_name = "DIR", help_heading = OUTPUT)]
    pub(crate) out: Option<PathBuf>,
    /// Replace an earlier run folder
    #[arg(long, help_heading = OUTPUT)]
    pub(crate) force: bool,
    /// Which orders `outcomes.csv` lists: those with a refund, a request or a finding, or all
    #[arg(long, value_name = "WHICH", default_value = "requested", help_heading = OUTPUT)]
    pub(crate) outcomes: Listing,
    /// Whether text in CSV files that a spreadsheet would take for a formula gets a `'` before it
    #[arg(long, value_name = "WHEN", default_value = "always", help_heading = OUTPUT)]
    pub(crate) csv_guard: Guard,
    /// Write how many seconds each stage took, as JSON
    #[arg(long, value_name = "FILE", help_heading = LARGE, hide_short_help = true)]
    pub(crate) trace: Option<PathBuf>,
    /// Which class of finding makes exit 1; `undecided` is a mismatch or a refund that could not be decided
    #[arg(long, value_name = "CLASS", default_value = "mismatch", help_heading = EXIT_CODE)]
    pub(crate) fail_on: FailOn,
    /// From which share of undetermined refunds on the run ends with 3
    #[arg(long, value_name = "SHARE", default_value = "100%", help_heading = EXIT_CODE)]
    pub(crate) max_undecided: Share,
    /// Tolerate so many rejected rows
    #[arg(long, value_name = "N", default_value_t = 0, help_heading = EXIT_CODE)]
    pub(crate) allow_rejects: u64,
}

/// Which orders are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Listing {
    Requested,
    All,
}

impl Listing {
    /// The word of the option.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::All => "all",
        }
    }
}

/// Whether cells are kept from being formulas.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Guard {
    Always,
    Never,
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
    /// The id of an order, of a refund, or of the package or resource that was bought
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    #[command(flatten)]
    pub(crate) inputs: InputArgs,
    #[command(flatten)]
    pub(crate) question: QuestionArgs,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct InspectArgs {
    #[command(flatten)]
    pub(crate) inputs: InputArgs,
    /// Only what each file is, what would be rejected, and what the files can decide
    #[arg(long, help_heading = OUTPUT)]
    pub(crate) brief: bool,
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
    /// The kind of finding, or a part of its name; without one, all of them by name
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
        /// The policy's id, or a part of it that no other id has
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
    /// Every sum that a vendor printed, and what its method and its policy come to
    Examples {
        #[command(flatten)]
        sources: PolicySources,
    },
    /// Policy files of the first edition in the words of the second, on stdout or in place
    Migrate {
        /// Policy files
        #[arg(value_name = "FILE", required = true)]
        files: Vec<PathBuf>,
        /// Rewrite the files
        #[arg(long)]
        write: bool,
    },
    /// Which refunds of some exports have a policy, only bounds, or none; without exports, which products have one
    Coverage {
        /// Files or folders of exports
        #[arg(value_name = "PATH")]
        paths: Vec<PathBuf>,
        #[command(flatten)]
        sources: PolicySources,
    },
    /// The pages behind the policies, and whether saved copies of them still say what was read
    Sources {
        /// A folder of saved copies, each a text file named as the list says
        #[arg(long, value_name = "DIR")]
        check: Option<PathBuf>,
        #[command(flatten)]
        sources: PolicySources,
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
pub(crate) struct ScoreArgs {
    /// A run folder, or its findings.jsonl
    #[arg(value_name = "RUN")]
    pub(crate) run: PathBuf,
    /// The truth that `generate` wrote
    #[arg(value_name = "truth.jsonl")]
    pub(crate) truth: PathBuf,
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

#[derive(Debug, ClapArgs)]
pub(crate) struct SelftestArgs {
    /// The same seed makes up the same orders
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
    /// How many orders, at least
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    pub(crate) orders: u64,
    /// How many differences to show as worked cases
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub(crate) cases: usize,
    /// How many threads; one for each core where it is not said
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<usize>,
}
