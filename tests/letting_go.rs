//! Orders that come to nothing are let go as they are read. Whatever an order is needed for later (a row that
//! repeats or contradicts it, a refund of its buyer) is told all the same, in whichever order rows come.

mod support;

use std::{
    collections::{BTreeMap, BTreeSet},
    num::NonZeroUsize,
};

use proptest::prelude::*;
use refund_audit::{
    engine::{self, Audit, Listed, Options},
    ingest::{Reader, Silent, discover},
    policy::PolicyBook,
    record::{Fate, OrderId},
    report::Summary,
    time::{Instant, Offset},
};
use support::{Folder, REFUNDS, USAGE, csv};

/// Columns of orders, those of the examples first.
const ORDERS: &str = "order_id,account_id,product,package_type,currency,paid_cash,paid_at";

/// Orders of three accounts in March: refunded ones, one bought again within a day of the refund and one a
/// second too late, and others that nobody asked about.
const PURCHASES: [&str; 9] = [
    "F-1,acct-1,css,traffic,USD,100.00,2023-03-01T08:00:00+08:00",
    "F-2,acct-2,css,traffic,USD,100.00,2023-03-01T08:00:00+08:00",
    "N-1,acct-3,css,traffic,USD,50.00,2023-03-01T09:00:00+08:00",
    "N-2,acct-3,css,traffic,USD,60.00,2023-03-02T09:00:00+08:00",
    "A-1,acct-1,css,traffic,USD,100.00,2023-03-03T08:00:00+08:00",
    "A-2,acct-2,css,traffic,USD,100.00,2023-03-03T08:00:01+08:00",
    "N-3,acct-1,css,request,USD,70.00,2023-03-03T07:00:00+08:00",
    "N-4,acct-3,nothing-known,traffic,USD,70.00,2023-03-03T07:00:00+08:00",
    "N-5,acct-3,css,traffic,CNY,70.00,2023-03-04T07:00:00+08:00",
];

/// Rows that repeat and contradict some of them.
const AGAIN: [&str; 4] = [
    "N-1,acct-3,css,traffic,USD,50.00,2023-03-01T09:00:00+08:00",
    "N-2,acct-3,css,traffic,USD,61.00,2023-03-02T09:00:00+08:00",
    "F-1,acct-1,css,traffic,USD,100.00,2023-03-01T08:00:00+08:00",
    // The other row of the order is long closed, this one is open.
    "N-3,acct-1,css,request,USD,70.00,2029-12-31T07:00:00+08:00",
];

/// Both refunds asked for in time, a day before the orders above.
const ASKED: [&str; 2] = [
    "R-1,F-1,2023-03-02T08:00:00+08:00,self_service,completed,USD,100.00,2023-03-02T09:00:00+08:00",
    "R-2,F-2,2023-03-02T08:00:00+08:00,self_service,completed,USD,100.00,2023-03-02T09:00:00+08:00",
];

/// Deductions of orders that are kept, that are let go, that are contradicted, and of nobody.
const DEDUCTED: [&str; 4] = [
    "U-1,N-1,2023-03-05T08:00:00+08:00,5",
    "U-2,N-2,2023-03-05T08:00:00+08:00,6",
    "U-3,A-2,2023-03-05T08:00:00+08:00,7",
    "U-4,nobody,2023-03-05T08:00:00+08:00,8",
];

fn audit(folder: &Folder, options: &Options) -> Audit {
    let as_of = Instant::parse("2030-01-01T00:00:00+08:00", Offset::BEIJING);
    let options = Options { as_of: as_of.ok(), ..options.clone() };
    engine::audit(&discover(&[folder.path("")]).unwrap(), &PolicyBook::builtin(), &options, &Silent).unwrap()
}

/// All that an audit says, line numbers left out: kinds of finding and their orders, fates of rows, and what the
/// summary counts.
fn said(audit: &Audit) -> (Vec<String>, BTreeMap<String, u64>, Summary) {
    let mut findings: Vec<String> = audit
        .findings
        .iter()
        .map(|finding| format!("{} {:?} {}", finding.kind.slug, finding.order_id, finding.explanation))
        .collect();
    findings.sort();
    let mut fates = BTreeMap::new();
    for file in &audit.files {
        for fate in Fate::ALL {
            *fates.entry(format!("{} {}", file.role.word(), fate.word())).or_default() +=
                file.control.rows(fate);
        }
        assert!(file.control.ties());
    }
    (findings, fates, Summary::of(audit).unwrap())
}

/// What lets orders go.
fn touched() -> Options {
    Options { outcomes: Listed::Touched, ..Options::default() }
}

/// The findings about orders, each once, without the rows they rest on.
fn about_orders(audit: &Audit) -> BTreeSet<(&str, String)> {
    let about = |order: &OrderId| order.as_str().to_owned();
    audit
        .findings
        .iter()
        .filter_map(|finding| Some((finding.kind.slug, finding.order_id.as_ref().map(about)?)))
        .collect()
}

fn folder(orders: &[Vec<&str>]) -> Folder {
    let folder = Folder::new();
    for (at, rows) in orders.iter().enumerate() {
        folder.write(&format!("orders-{at}.csv"), csv(ORDERS, rows));
    }
    folder.write("refunds.csv", csv(REFUNDS, &ASKED));
    folder.write("usage.csv", csv(USAGE, &DEDUCTED));
    folder
}

#[test]
fn what_is_let_go_is_counted_and_what_is_bought_again_is_told() {
    let audit = audit(&folder(&[PURCHASES.to_vec()]), &touched());
    let (findings, fates, _) = said(&audit);
    let of = |slug: &str| findings.iter().filter(|told| told.starts_with(slug)).collect::<Vec<_>>();
    let [again] = of("abuse-pattern")[..] else { panic!("one order was bought again: {findings:#?}") };
    assert!(again.contains("F-1") && again.contains("order A-1"), "{again}");
    assert_eq!(of("orphan-deduction").len(), 1, "{findings:#?}");
    assert_eq!(fates["usage accepted"], 3);
    assert_eq!(audit.outcomes.len(), 2, "the refunded ones are judged");
    assert_eq!(audit.untouched.by_currency.values().sum::<u64>(), 7);
    let unruled: Vec<&str> = audit.untouched.unruled.keys().map(|(product, _)| &**product).collect();
    assert_eq!(unruled, ["nothing-known"]);
}

#[test]
fn a_contradiction_of_orders_that_were_let_go_is_told() {
    let rows: Vec<&str> = PURCHASES.into_iter().chain(AGAIN).collect();
    let audit = audit(&folder(&[rows]), &touched());
    let (findings, fates, _) = said(&audit);
    for order in ["N-2", "N-3"] {
        let told = |finding: &&String| finding.starts_with("duplicate-order") && finding.contains(order);
        assert_eq!(findings.iter().filter(told).count(), 1, "{order}: {findings:#?}");
    }
    assert_eq!((fates["orders accepted"], fates["orders duplicate"]), (9, 4));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn in_whichever_order_rows_come_all_is_told_as_if_every_order_were_kept(
        rows in Just(PURCHASES.into_iter().chain(AGAIN).chain(AGAIN).collect::<Vec<&str>>()).prop_shuffle(),
        count in 0_usize..17,
        cut in 0_usize..17,
        block in prop::sample::select(vec![1_usize, 100, 300, 100_000]),
        threads in 1_usize..4,
    ) {
        let rows = &rows[..count];
        let (one, other) = rows.split_at(cut.min(count));
        let folder = folder(&[one.to_vec(), other.to_vec()]);
        let reader = Reader::Blocks { bytes: block };
        let found = audit(&folder, &Options { reader, threads: Some(threads), ..touched() });
        // Where every order is listed, every one is kept.
        let kept = audit(&folder, &Options::default());
        prop_assert_eq!(said(&found), said(&kept));
        let in_parts = audit(&folder, &Options { parts: NonZeroUsize::new(3), ..touched() });
        prop_assert_eq!(format!("{found:?}"), format!("{in_parts:?}"));
        let sorted = {
            let mut rows = rows.to_vec();
            rows.sort_by_key(|row| row.rsplit(',').next());
            audit(&self::folder(&[rows]), &touched())
        };
        prop_assert_eq!(about_orders(&found), about_orders(&sorted));
    }
}
