//! The tables of outcomes: as many rows as orders, so that they are rendered on all threads, and the columns
//! beside the rows.

use std::{
    fs::File,
    io::{self, Write},
    path::Path,
};

use rayon::prelude::*;

#[cfg(feature = "columns")]
use super::columns::OutcomeColumns;
use super::{Report, csv_files::outcome_columns, guard::text_cell, side_by_side::write_rows};
use crate::{
    engine::Stretch,
    judge::{Outcome, Verdict},
    money::Money,
    record::Tender,
    time::Offset,
};

/// Outcomes of one row group.
const TOGETHER: usize = 1 << 16;

/// `outcomes.csv` and `outcomes.parquet`.
pub(super) fn write_outcomes(report: &Report<'_>, folder: &Path) -> io::Result<()> {
    let mut table = Table::create(&folder.join("outcomes.csv"), report.manifest.csv_guard)?;
    let mut columns = Columns::create(folder)?;
    let lists_all = report.manifest.outcomes == ALL;
    report.audit.outcomes.stretches(TOGETHER, |some| {
        let listed: Vec<usize> = (0..some.len())
            .into_par_iter()
            .filter(|&at| lists_all || is_requested(&some.get(at), report))
            .collect();
        let some = Listed { some, listed: &listed };
        let (columns, table) = rayon::join(|| columns.write(some), || table.write(some));
        columns.and(table)
    })?;
    let (columns, table) = rayon::join(|| columns.finish(), || table.finish());
    columns.and(table)
}

/// The value of `--outcomes` that lists every order.
const ALL: &str = "all";

/// Whether an order had a refund, a request or a finding.
fn is_requested(outcome: &Outcome, report: &Report<'_>) -> bool {
    outcome.verdict != Verdict::NotRequested
        || outcome.refunds > 0
        || report
            .audit
            .findings
            .binary_search_by(|finding| finding.order_id.as_ref().cmp(&Some(&outcome.order_id)))
            .is_ok()
}

/// The outcomes of a stretch that are listed.
#[derive(Clone, Copy)]
pub(super) struct Listed<'l> {
    some: &'l Stretch<'l>,
    listed: &'l [usize],
}

impl Listed<'_> {
    /// How many there are.
    pub(super) const fn len(&self) -> usize {
        self.listed.len()
    }

    /// One of them.
    pub(super) fn get(&self, at: usize) -> Outcome {
        self.some.get(self.listed[at])
    }
}

/// `outcomes.csv`.
struct Table {
    file: File,
    guarded: bool,
}

impl Table {
    fn create(path: &Path, guarded: bool) -> io::Result<Self> {
        let mut file = File::create(path)?;
        let mut header = outcome_columns().join(",");
        header.push('\n');
        file.write_all(header.as_bytes())?;
        Ok(Self { file, guarded })
    }

    fn write(&mut self, outcomes: Listed<'_>) -> io::Result<()> {
        let guarded = self.guarded;
        write_rows(outcomes.len(), &mut self.file, |rows, text| {
            for at in rows {
                put_row(&outcomes.get(at), guarded, text);
            }
            Ok(())
        })
    }

    fn finish(self) -> io::Result<()> {
        self.file.sync_all()
    }
}

/// `outcomes.parquet`, where columns are built in.
#[cfg(feature = "columns")]
type Columns = OutcomeColumns;

/// Without columns there is no such file.
#[cfg(not(feature = "columns"))]
struct Columns;

#[cfg(not(feature = "columns"))]
#[expect(clippy::unnecessary_wraps, clippy::unused_self, reason = "writing columns can fail")]
impl Columns {
    const fn create(_: &Path) -> io::Result<Self> {
        Ok(Self)
    }

    const fn write(&mut self, _: Listed<'_>) -> io::Result<()> {
        Ok(())
    }

    const fn finish(self) -> io::Result<()> {
        Ok(())
    }
}

/// Appends one row. Tenders of which nothing is owed are left empty.
fn put_row(outcome: &Outcome, guarded: bool, out: &mut Vec<u8>) {
    let Outcome { currency, expected, .. } = outcome;
    let sum = |sum: Money, out: &mut Vec<u8>| sum.put_text(*currency, out);
    let end = |out: &mut Vec<u8>| out.push(b',');
    let words = [
        outcome.order_id.as_str(),
        &outcome.product,
        &outcome.package_type,
        currency.code(),
        outcome.policy.as_deref().unwrap_or_default(),
        outcome.policy_version.as_deref().unwrap_or_default(),
    ];
    for word in words {
        put_cell(text_cell(word, guarded).as_bytes(), out);
        end(out);
    }
    outcome.decided_at.put_text(Offset::BEIJING, out);
    end(out);
    if let Some(deadline) = outcome.deadline {
        deadline.put_text(Offset::BEIJING, out);
    }
    end(out);
    out.extend_from_slice(outcome.eligibility.word().as_bytes());
    end(out);
    for (at, reason) in outcome.reasons.iter().enumerate() {
        if at > 0 {
            out.push(b';');
        }
        out.extend_from_slice(reason.as_bytes());
    }
    end(out);
    if let Some(expected) = expected.as_ref() {
        sum(expected.total(), out);
    }
    end(out);
    for tender in Tender::ALL {
        let owed = expected.as_ref().map(|expected| expected.get(tender));
        if let Some(owed) = owed.filter(|owed| !owed.is_zero()) {
            sum(owed, out);
        }
        end(out);
    }
    out.extend_from_slice(outcome.refunds.to_string().as_bytes());
    end(out);
    sum(outcome.actual_total, out);
    end(out);
    if let Some(variance) = outcome.variance {
        sum(variance, out);
    }
    end(out);
    sum(outcome.over, out);
    end(out);
    sum(outcome.under, out);
    end(out);
    out.extend_from_slice(outcome.verdict.word().as_bytes());
    out.push(b'\n');
}

/// Appends a cell, quoted where it must be.
fn put_cell(text: &[u8], out: &mut Vec<u8>) {
    let must_be_quoted = |byte: &u8| matches!(byte, b',' | b'"' | b'\n' | b'\r');
    if !text.iter().any(must_be_quoted) {
        out.extend_from_slice(text);
        return;
    }
    out.push(b'"');
    for &byte in text {
        if byte == b'"' {
            out.push(byte);
        }
        out.push(byte);
    }
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{judge::Verdict, money::Currency, policy::Eligibility, record::Tenders, time::Instant};

    proptest! {
        #[test]
        fn a_row_reads_back_as_it_was(
            words in prop::array::uniform3("[a-z,\"\n\r; é]{0,12}"),
            cents in prop::array::uniform3(-100_000_i64..100_000),
            seconds in 0_i64..4_000_000_000,
            is_known in any::<bool>(),
            refunds in 0_usize..30,
        ) {
            let currency = Currency::parse("USD").unwrap();
            let money = |cents: i64| Money::from_units(i128::from(cents) * 1_000_000);
            let at = Instant::from_micros(seconds * 1_000_000);
            let mut owed = Tenders::none(currency);
            owed.set(Tender::Voucher, money(cents[0]));
            owed.set(Tender::Bank, money(cents[1]));
            let [product, policy, order_id] = words;
            let outcome = Outcome {
                order_id: order_id.as_str().into(),
                product: product.as_str().into(),
                package_type: "traffic".into(),
                currency,
                vendor: None,
                policy: Some(policy.as_str().into()),
                policy_version: None,
                decided_at: at,
                deadline: is_known.then_some(at),
                eligibility: Eligibility::Yes,
                reasons: vec!["one", "other"],
                expected: is_known.then_some(owed),
                refunds,
                actual_total: money(cents[2]),
                variance: is_known.then(|| money(cents[2] - cents[0])),
                over: money(cents[0].abs()),
                under: money(cents[1].abs()),
                verdict: Verdict::Review,
            };
            let mut text = Vec::new();
            put_row(&outcome, false, &mut text);
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_slice());
            let row = reader.records().next().unwrap().unwrap();
            let place = |column: &str| outcome_columns().iter().position(|one| one == column).unwrap();
            let cell = |column: &str| row[place(column)].to_owned();
            prop_assert_eq!(row.len(), outcome_columns().len());
            prop_assert_eq!([cell("product"), cell("policy"), cell("order_id")], [product, policy, order_id]);
            prop_assert_eq!(cell("decided_at"), at.text(Offset::BEIJING));
            let if_known = |text: String| if is_known { text } else { String::new() };
            prop_assert_eq!(cell("deadline"), if_known(at.text(Offset::BEIJING)));
            prop_assert_eq!(cell("reasons"), "one;other");
            prop_assert_eq!(cell("expected_total"), if_known(owed.total().text(currency)));
            let owed_by = |cents: i64| if cents == 0 { String::new() } else { if_known(money(cents).text(currency)) };
            prop_assert_eq!(cell("expected_voucher"), owed_by(cents[0]));
            prop_assert_eq!(cell("expected_bank"), owed_by(cents[1]));
            prop_assert_eq!(cell("expected_cash"), "");
            prop_assert_eq!(cell("refunds"), refunds.to_string());
            prop_assert_eq!(cell("actual_total"), money(cents[2]).text(currency));
            prop_assert_eq!(cell("variance"), if_known(money(cents[2] - cents[0]).text(currency)));
            prop_assert_eq!(cell("over"), money(cents[0].abs()).text(currency));
            prop_assert_eq!(cell("under"), money(cents[1].abs()).text(currency));
            prop_assert_eq!(cell("verdict"), "review");
            // The writer that other tables are written with gives the same bytes.
            let mut by_library = super::super::csv_files::writer(Vec::new());
            by_library.write_record(&row).unwrap();
            prop_assert_eq!(by_library.into_inner().unwrap(), text);
        }
    }
}
