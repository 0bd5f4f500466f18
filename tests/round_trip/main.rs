//! Round trips: a generated canonical set, written out in the layout of every dialect by a writer that knows
//! the vendors' pages and nothing of the reader, is audited like the set itself.
//!
//! What a layout cannot say is stated by its rules (`rules`), which take it out of the canonical set
//! beforehand. Everything else has to be equal: each outcome, and each finding with its sums and words. Each
//! seed chooses the generation of the headers and what consoles, spreadsheets and people do to files.

mod alibaba;
mod canonical;
mod clock;
mod combined;
mod compare;
mod ends;
mod facts;
mod focus;
mod hand;
mod layouts;
mod names;
mod policies;
mod rules;
mod set;
mod tencent;

use std::{collections::BTreeSet, sync::LazyLock};

use compare::{Layout, hold};
use set::Set;

const SEEDS: u64 = 3;

static SETS: LazyLock<[Set; 2]> = LazyLock::new(|| [Set::generated(11, 3000), Set::generated(12, 3000)]);

/// Holds a layout to its rules, seed by seed.
fn trips(layout: &Layout) {
    let mut came = compare::Came::default();
    for (seed, set) in (0..SEEDS).zip(SETS.iter().cycle()) {
        let one = hold(layout, set, seed);
        came.orders += one.orders;
        came.refunds += one.refunds;
        came.findings += one.findings;
        came.turning += one.turning;
    }
    // A layout that carries nothing would agree with everything.
    assert!(came.orders > 100 && came.refunds > 20 && came.findings > 10, "{}: {came:?}", layout.name);
    assert_eq!(came.turning > 0, ends::are_tried(layout.rules), "{}: {came:?}", layout.name);
}

#[test]
fn every_dialect_makes_a_trip() {
    let book = refund_audit::export::dialect::Book::built_in().unwrap();
    let known: BTreeSet<&str> = book.dialects().map(|dialect| dialect.id.as_str()).collect();
    let made: BTreeSet<&str> = layouts::ALL.iter().flat_map(|layout| layout.dialects).copied().collect();
    assert_eq!(known, made);
}

#[test]
fn tencent_bill_of_the_china_site_with_deductions_and_the_pack_list() {
    trips(&layouts::BILL_CN);
}

#[test]
fn tencent_bill_of_the_china_site_with_lists_that_change_nothing() {
    trips(&layouts::BILL_CN_AND_LISTS);
}

#[test]
fn tencent_bill_of_the_international_site() {
    trips(&layouts::BILL_INTL);
}

#[test]
fn tencent_bill_of_a_partner() {
    trips(&layouts::BILL_PARTNER);
}

#[test]
fn tencent_order_list() {
    trips(&layouts::DEALS);
}

#[test]
fn tencent_order_list_with_the_bill() {
    trips(&layouts::DEALS_AND_BILL);
}

#[test]
fn alibaba_bill_flow_with_the_order_list_and_deductions() {
    trips(&layouts::BILL_FLOW);
}

#[test]
fn alibaba_order_list() {
    trips(&layouts::ORDER_LIST);
}

#[test]
fn alibaba_fee_details() {
    trips(&layouts::FEE_DETAILS);
}

#[test]
fn focus_of_both_vendors() {
    trips(&layouts::FOCUS);
}

#[test]
fn the_canonical_form_by_other_hands() {
    trips(&layouts::CANONICAL);
}
