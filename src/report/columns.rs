//! Where columns beat rows: money grouped by vendor, policy, finding and month, and the parquet files of
//! the run folder. The only place of the reports that knows polars.
//!
//! Amounts enter as integers of 1e-8 and are decimals with eight places throughout; no text is parsed and
//! no float is made. Instants are UTC timestamps in microseconds.

use std::{collections::HashMap, fs::File, io, path::Path};

use polars::prelude::*;
use rayon::prelude::*;
use serde_json::{Value, json};

use super::{Report, outcomes::Listed};
use crate::{
    finding::Finding,
    judge::Outcome,
    money::{Currency, Money},
    record::Tender,
    time::{Instant, Offset},
};

/// Digits of a decimal column, and how many of them stand behind the point.
const PRECISION: usize = 38;
const SCALE: usize = 8;
/// The first number with too many digits.
const LIMIT: u128 = 10_u128.pow(38);

fn failed(error: PolarsError) -> io::Error {
    io::Error::other(error)
}

fn texts<'a>(name: &str, values: impl Iterator<Item = Option<&'a str>>) -> Column {
    StringChunked::from_iter_options(name.into(), values).into_column()
}

/// A column of amounts. That each has no more digits than the column is looked at here: polars would look
/// as well, and is compiled with so little optimisation that this took a quarter of the writing.
fn amounts(name: &str, values: impl Iterator<Item = Option<Money>>) -> PolarsResult<Column> {
    let mut fits = true;
    let units = values.map(|value| value.map(Money::units));
    let seen = units.inspect(|units| fits &= units.is_none_or(|units| units.unsigned_abs() < LIMIT));
    let column = Int128Chunked::from_iter_options(name.into(), seen);
    if !fits {
        let message = format!("{name}: an amount has more than {PRECISION} digits, eight of them decimals");
        return Err(PolarsError::ComputeError(message.into()));
    }
    Ok(column.into_decimal_unchecked(PRECISION, SCALE).into_column())
}

fn instants(name: &str, values: impl Iterator<Item = Option<Instant>>) -> Column {
    let micros = Int64Chunked::from_iter_options(name.into(), values.map(|value| value.map(Instant::micros)));
    micros.into_datetime(TimeUnit::Microseconds, Some(TimeZone::UTC)).into_column()
}

/// `findings.parquet`.
pub(super) fn write_findings(report: &Report<'_>, folder: &Path) -> io::Result<()> {
    write(&mut findings(report).map_err(failed)?, &folder.join("findings.parquet"))
}

/// `outcomes.parquet` in the making.
pub(super) struct OutcomeColumns {
    writer: BatchedWriter<File>,
    file: File,
    /// Outcomes of one row group; each takes the room of the former.
    list: Vec<Outcome>,
}

impl OutcomeColumns {
    pub(super) fn create(folder: &Path) -> io::Result<Self> {
        let file = File::create(folder.join("outcomes.parquet"))?;
        let schema = outcomes(&[]).map_err(failed)?;
        let writer = ParquetWriter::new(file.try_clone()?).set_parallel(false);
        let writer = writer.batched(schema.schema()).map_err(failed)?;
        Ok(Self { writer, file, list: Vec::new() })
    }

    /// Writes outcomes as one row group.
    pub(super) fn write(&mut self, some: Listed<'_>) -> io::Result<()> {
        if some.len() == 0 {
            return Ok(());
        }
        (0..some.len()).into_par_iter().map(|at| some.get(at)).collect_into_vec(&mut self.list);
        self.writer.write_batch(&outcomes(&self.list).map_err(failed)?).map_err(failed)
    }

    /// Writes the end of the file.
    pub(super) fn finish(self) -> io::Result<()> {
        self.writer.finish().map_err(failed)?;
        self.file.sync_all()
    }
}

fn write(frame: &mut DataFrame, path: &Path) -> io::Result<()> {
    let file = File::create(path)?;
    // One row group after another in one thread: the same bytes each time.
    ParquetWriter::new(&file).set_parallel(false).finish(frame).map_err(failed)?;
    file.sync_all()
}

fn findings(report: &Report<'_>) -> PolarsResult<DataFrame> {
    let list = &report.audit.findings;
    let id = |finding: &Finding| finding.order_id.as_ref().map(ToString::to_string);
    let order_ids: Vec<Option<String>> = list.iter().map(id).collect();
    let refund_ids: Vec<Option<String>> =
        list.iter().map(|finding| finding.refund_id.as_ref().map(ToString::to_string)).collect();
    let currencies: Vec<Option<String>> =
        list.iter().map(|finding| finding.currency.map(|currency| currency.to_string())).collect();
    let exposed_in: Vec<Option<String>> =
        list.iter().map(|finding| finding.exposure_currency().map(|currency| currency.to_string())).collect();
    let explanations: Vec<String> = list.iter().map(Finding::full_explanation).collect();
    let fingerprints: Vec<String> = list.iter().map(Finding::fingerprint).collect();
    let cited = |finding: &Finding| finding.citation.as_ref().map(|cited| cited.policy.to_string());
    let policies: Vec<Option<String>> = list.iter().map(cited).collect();
    let versions: Vec<Option<String>> =
        list.iter().map(|finding| finding.citation.as_ref().map(|cited| cited.version.to_string())).collect();
    let of = |texts: &'_ [Option<String>]| texts.to_vec();
    let columns = vec![
        texts("order_id", of(&order_ids).iter().map(Option::as_deref)),
        texts("refund_id", of(&refund_ids).iter().map(Option::as_deref)),
        texts("finding", list.iter().map(|finding| Some(finding.kind.slug))),
        texts("class", list.iter().map(|finding| Some(finding.class.word()))),
        texts("severity", list.iter().map(|finding| Some(finding.severity.word()))),
        texts("direction", list.iter().map(|finding| Some(finding.direction.word()))),
        instants("asked_at", list.iter().map(|finding| finding.asked_at)),
        texts("currency", currencies.iter().map(Option::as_deref)),
        amounts("amount_at_risk", list.iter().map(|finding| Some(finding.amount_at_risk)))?,
        amounts("expected_total", list.iter().map(|finding| finding.expected_total))?,
        amounts("actual_total", list.iter().map(|finding| finding.actual_total))?,
        texts("policy", policies.iter().map(Option::as_deref)),
        texts("policy_version", versions.iter().map(Option::as_deref)),
        texts("explanation", explanations.iter().map(|text| Some(text.as_str()))),
        BooleanChunked::from_iter_options("primary".into(), list.iter().map(|finding| Some(finding.primary)))
            .into_column(),
        amounts("exposure", list.iter().map(|finding| Some(finding.exposure)))?,
        texts("exposure_currency", exposed_in.iter().map(Option::as_deref)),
        texts("fingerprint", fingerprints.iter().map(|text| Some(text.as_str()))),
    ];
    DataFrame::new(list.len(), columns)
}

/// A column in the making.
type Make<'l> = Box<dyn Fn() -> PolarsResult<Column> + Sync + 'l>;

/// The columns of outcomes, made side by side.
fn outcomes(list: &[Outcome]) -> PolarsResult<DataFrame> {
    let mut columns: Vec<Make<'_>> = Vec::new();
    let mut text = |name: &'static str, of: fn(&Outcome) -> Option<&str>| {
        columns.push(Box::new(move || Ok(texts(name, list.iter().map(of)))));
    };
    text("order_id", |outcome| Some(outcome.order_id.as_str()));
    text("product", |outcome| Some(&outcome.product));
    text("package_type", |outcome| Some(&outcome.package_type));
    text("currency", |outcome| Some(outcome.currency.code()));
    text("vendor", |outcome| outcome.vendor.as_deref());
    text("policy", |outcome| outcome.policy.as_deref());
    text("policy_version", |outcome| outcome.policy_version.as_deref());
    columns
        .push(Box::new(|| Ok(instants("decided_at", list.iter().map(|outcome| Some(outcome.decided_at))))));
    columns.push(Box::new(|| Ok(instants("deadline", list.iter().map(|outcome| outcome.deadline)))));
    columns.push(Box::new(|| {
        Ok(texts("eligibility", list.iter().map(|outcome| Some(outcome.eligibility.word()))))
    }));
    columns.push(Box::new(|| {
        let reasons: Vec<String> = list.iter().map(|outcome| outcome.reasons.join(";")).collect();
        Ok(texts("reasons", reasons.iter().map(|text| Some(text.as_str()))))
    }));
    columns.push(Box::new(|| {
        amounts("expected_total", list.iter().map(|outcome| outcome.expected.map(|owed| owed.total())))
    }));
    for tender in Tender::ALL {
        columns.push(Box::new(move || {
            let owed = list.iter().map(|outcome| outcome.expected.as_ref().map(|owed| owed.get(tender)));
            amounts(&format!("expected_{}", tender.word()), owed)
        }));
    }
    columns.push(Box::new(|| {
        let refunds: Vec<u64> = list.iter().map(|outcome| outcome.refunds as u64).collect();
        Ok(UInt64Chunked::from_vec("refunds".into(), refunds).into_column())
    }));
    columns.push(Box::new(|| amounts("actual_total", list.iter().map(|outcome| Some(outcome.actual_total)))));
    columns.push(Box::new(|| amounts("variance", list.iter().map(|outcome| outcome.variance))));
    columns.push(Box::new(|| amounts("over", list.iter().map(|outcome| Some(outcome.over)))));
    columns.push(Box::new(|| amounts("under", list.iter().map(|outcome| Some(outcome.under)))));
    columns.push(Box::new(|| Ok(texts("verdict", list.iter().map(|outcome| Some(outcome.verdict.word()))))));
    let columns = columns.par_iter().map(|make| make()).collect::<PolarsResult<Vec<Column>>>()?;
    DataFrame::new(list.len(), columns)
}

/// The keys of the money summary, in the order of its rows.
const KEYS: [&str; 5] = ["vendor", "policy", "finding", "month", "currency"];

/// Findings with money, grouped by vendor, policy, finding and month of the request, within a currency.
pub(super) fn money_by_month(report: &Report<'_>) -> io::Result<Value> {
    grouped(report).map_err(failed)
}

fn grouped(report: &Report<'_>) -> PolarsResult<Value> {
    let audit = report.audit;
    let vendors: HashMap<&str, &str> = audit.outcomes.vendors().collect();
    let list: Vec<(&Finding, Currency)> =
        audit.findings.iter().filter_map(|finding| Some((finding, finding.currency?))).collect();
    let policy = |finding: &Finding| finding.citation.as_ref().map(|cited| cited.policy.to_string());
    let policies: Vec<String> = list.iter().map(|(finding, _)| policy(finding).unwrap_or_default()).collect();
    let months: Vec<String> = list
        .iter()
        .map(|(finding, _)| finding.asked_at.unwrap_or(audit.as_of).date_at(Offset::BEIJING).month_text())
        .collect();
    let currencies: Vec<String> = list.iter().map(|(_, currency)| currency.to_string()).collect();
    let vendor = |policy: &String| Some(vendors.get(policy.as_str()).copied().unwrap_or_default());
    let one = Int128Chunked::from_iter_options("findings".into(), list.iter().map(|_| Some(1_i128)));
    let frame = DataFrame::new(
        list.len(),
        vec![
            texts("vendor", policies.iter().map(vendor)),
            texts("policy", policies.iter().map(|text| Some(text.as_str()))),
            texts("finding", list.iter().map(|(finding, _)| Some(finding.kind.slug))),
            texts("month", months.iter().map(|text| Some(text.as_str()))),
            texts("currency", currencies.iter().map(|text| Some(text.as_str()))),
            one.into_decimal(PRECISION, 0)?.into_column(),
            amounts("amount_at_risk", list.iter().map(|(finding, _)| Some(finding.amount_at_risk)))?,
            amounts("exposure", list.iter().map(|(finding, _)| Some(finding.exposure)))?,
        ],
    )?;
    #[expect(deprecated, reason = "the eager grouping needs no query engine, which would triple the build")]
    let sums = frame.group_by_stable(KEYS)?.select(["findings", "amount_at_risk", "exposure"]).sum()?;
    let sums = sums.sort(KEYS, SortMultipleOptions::default().with_maintain_order(true))?;
    rows(&sums)
}

/// The sums as JSON rows.
fn rows(sums: &DataFrame) -> PolarsResult<Value> {
    let keys: Vec<&StringChunked> =
        KEYS.iter().map(|key| sums.column(key)?.str()).collect::<PolarsResult<_>>()?;
    let units = |name: &str| -> PolarsResult<Vec<i128>> {
        let column = sums.column(name)?.as_materialized_series().decimal()?;
        Ok(column.physical().iter().map(Option::unwrap_or_default).collect())
    };
    let findings = units("findings_sum")?;
    let (at_risk, exposure) = (units("amount_at_risk_sum")?, units("exposure_sum")?);
    let mut rows = Vec::with_capacity(sums.height());
    for at in 0..sums.height() {
        let key = |place: usize| keys[place].get(at).unwrap_or_default();
        let currency = Currency::parse(key(4)).ok();
        let text = |units: i128| currency.map(|currency| Money::from_units(units).text(currency));
        let or_null = |text: &str| if text.is_empty() { Value::Null } else { json!(text) };
        rows.push(json!({
            "vendor": or_null(key(0)), "policy": or_null(key(1)), "finding": key(2), "month": key(3),
            "currency": key(4), "findings": findings[at].to_string().parse::<u64>().unwrap_or_default(),
            "amount_at_risk": text(at_risk[at]), "exposure": text(exposure[at]),
        }));
    }
    Ok(Value::Array(rows))
}
