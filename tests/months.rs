//! A month of console exports with known truth, in every combination of its files: what the files together can decide
//! is decided, a file that is added takes no decision away, and what stays open names the fact that is missing.

use std::{collections::BTreeMap, fs, path::PathBuf, sync::LazyLock};

use refund_audit::{
    engine::{Audit, Options, audit},
    finding::Class,
    ingest::{Silent, discover},
    judge::Verdict,
    policy::PolicyBook,
    time::{Instant, Interval, Offset},
};

static POLICIES: LazyLock<PolicyBook> = LazyLock::new(PolicyBook::builtin);

/// An audit of some files of a folder.
fn audited(folder: &str, names: &[&str]) -> Audit {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/exports/months").join(folder);
    let paths: Vec<PathBuf> = names.iter().map(|name| root.join(name)).collect();
    let zone = Offset::BEIJING;
    let options = Options {
        as_of: Some(Instant::parse("2025-12-31T00:00:00+08:00", zone).unwrap()),
        // Where no deductions are given nobody can say that they are complete.
        usage_covers: names
            .iter()
            .any(|name| name.starts_with("deductions"))
            .then(|| Interval::parse("2025-09-01..2025-11-01", zone).unwrap()),
        ..Options::default()
    };
    audit(&discover(&paths).unwrap(), &POLICIES, &options, &Silent).unwrap()
}

/// The verdict of each order by the end of its id, with its findings of mismatch: kind and amount.
fn verdicts(audit: &Audit) -> BTreeMap<String, (Verdict, Vec<String>)> {
    let short = |id: &str| id[id.len() - 2..].to_owned();
    let mut found: BTreeMap<String, (Verdict, Vec<String>)> = BTreeMap::new();
    for outcome in &audit.outcomes.list().unwrap() {
        found.insert(short(outcome.order_id.as_str()), (outcome.verdict, Vec::new()));
    }
    for finding in &audit.findings {
        let Some(order) = finding.order_id.as_ref().filter(|_| finding.class == Class::Mismatch) else {
            continue;
        };
        let currency = finding.currency.unwrap();
        if let Some((_, told)) = found.get_mut(&short(order.as_str())) {
            told.push(format!("{} {}", finding.kind.slug, finding.amount_at_risk.text(currency)));
        }
    }
    found
}

fn returned(audit: &Audit) -> i128 {
    audit.outcomes.list().unwrap().iter().map(|outcome| outcome.actual_total.units()).sum()
}

const fn is_decided(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Agrees | Verdict::Mismatch)
}

/// A reason that is no want of a fact: no rule is about it, or the rule is silent.
fn is_of_rules(audit: &Audit, order: &str) -> bool {
    let outcomes = audit.outcomes.list().unwrap();
    let of_order = outcomes.iter().find(|outcome| outcome.order_id.as_str().ends_with(order)).unwrap();
    of_order.reasons.iter().any(|reason| ["no-policy", "policy-silent"].contains(reason))
}

#[test]
fn an_international_month_is_decided_from_bill_list_and_deductions() {
    let audit = audited("tencent-intl", &["bill.csv", "deductions.csv", "order-list.csv"]);
    let found = verdicts(&audit);
    // Sums from the pages: 24 - 10/31 x 30 = 14.32, 24 - 16/31 x 30 = 8.52, 99 x 28/31 = 89.41, 180 - 3/180 x 180 = 177.
    for (order, verdict, told) in [
        ("01", Verdict::Agrees, vec![]),
        ("02", Verdict::Mismatch, vec!["refund-out-of-window 370.10"]),
        ("03", Verdict::Mismatch, vec!["refund-after-deduction 185.00"]),
        ("05", Verdict::Mismatch, vec!["voucher-refunded 20.00"]),
        ("06", Verdict::Agrees, vec![]),
        ("07", Verdict::Mismatch, vec!["wrong-proration 15.48"]),
        ("08", Verdict::Mismatch, vec!["refund-underpaid 25.00"]),
        ("09", Verdict::Agrees, vec![]),
        ("10", Verdict::Agrees, vec![]),
    ] {
        let told: Vec<String> = told.into_iter().map(str::to_owned).collect();
        assert_eq!(found[order], (verdict, told), "{order}");
    }
    // A voucher of 20.00 that came back as money: by total or by tender, as far as the files split it.
    assert_eq!((found["04"].0, found["04"].1.len()), (Verdict::Mismatch, 1));
    assert!(found["04"].1[0].ends_with(" 20.00"), "{:?}", found["04"]);
    assert!(is_of_rules(&audit, "11") && is_of_rules(&audit, "12"));
    assert_eq!(found.values().filter(|(verdict, _)| is_decided(*verdict)).count(), 10);
    assert!(audit.findings.iter().all(|finding| finding.kind.slug != "duplicate-order"));
}

#[test]
fn a_month_of_fee_details_is_decided_with_list_and_deductions() {
    let audit = audited("alibaba", &["bill-v2.csv", "orders.csv", "deductions.csv"]);
    let found = verdicts(&audit);
    assert_eq!(found["71"], (Verdict::Agrees, vec![]));
    assert_eq!(found["72"], (Verdict::Mismatch, vec!["refund-out-of-window 200.00".to_owned()]));
    assert_eq!(found["73"], (Verdict::Mismatch, vec!["refund-after-deduction 300.00".to_owned()]));
    assert!(is_of_rules(&audit, "74"));
    assert!(audit.findings.iter().all(|finding| finding.kind.slug != "duplicate-order"));
}

#[test]
fn a_file_that_is_added_takes_no_decision_away() {
    for (folder, files) in [
        ("tencent-intl", ["bill.csv", "order-list.csv", "deductions.csv"]),
        ("alibaba", ["bill-v2.csv", "orders.csv", "deductions.csv"]),
    ] {
        let names = |chosen: usize| -> Vec<&str> {
            files.iter().enumerate().filter(|(at, _)| chosen >> at & 1 == 1).map(|(_, name)| *name).collect()
        };
        // Whatever has orders: the bill, the list, or both.
        for chosen in (1..8_usize).filter(|chosen| chosen & 3 != 0) {
            let fewer = audited(folder, &names(chosen));
            let before = verdicts(&fewer);
            for more in (0..8_usize).filter(|more| more & chosen == chosen && more != &chosen) {
                let full = audited(folder, &names(more));
                let after = verdicts(&full);
                for (order, (verdict, _)) in &before {
                    let then = after[order].0;
                    assert!(
                        !is_decided(*verdict) || is_decided(then),
                        "{folder} {order}: {:?} {verdict:?}, {:?} {then:?}",
                        names(chosen),
                        names(more)
                    );
                }
                assert_eq!(
                    returned(&fewer),
                    returned(&full),
                    "{folder}: {:?} and {:?}",
                    names(chosen),
                    names(more)
                );
            }
        }
    }
}

#[test]
fn a_row_with_the_time_of_a_request_completes_the_bill_and_erases_nothing() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/exports/months/tencent-intl");
    let here = tempfile::tempdir().unwrap();
    for name in ["bill.csv", "deductions.csv"] {
        fs::copy(root.join(name), here.path().join(name)).unwrap();
    }
    let refund = "202510217100008516001002";
    let canonical = format!(
        "refund_id,order_id,requested_at,status,currency\n{refund},202510017100008516000002,2025-10-21T15:50:00+08:00,completed,USD\n"
    );
    let times = format!("refund_id,requested_at\n{refund},2025-10-21T15:50:00+08:00\n");
    for (name, text) in [("own.csv", canonical), ("times.csv", times)] {
        let before = audited(here.path().to_str().unwrap(), &["bill.csv", "deductions.csv"]);
        fs::write(here.path().join(name), text).unwrap();
        let after = audited(here.path().to_str().unwrap(), &["bill.csv", "deductions.csv", name]);
        assert_eq!(returned(&before), returned(&after), "{name}");
        let late = (Verdict::Mismatch, vec!["refund-out-of-window 370.10".to_owned()]);
        assert_eq!(verdicts(&after)["02"], late, "{name}");
        fs::remove_file(here.path().join(name)).unwrap();
    }
}
