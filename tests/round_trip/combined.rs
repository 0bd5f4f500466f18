//! Several exports of one truth: a file that is added decides more and takes no decision away, and what came back
//! stays the same sum.

use std::collections::BTreeMap;

use refund_audit::{engine::Audit, judge::Verdict};

use crate::{
    compare::{Layout, run},
    hand::Hand,
    layouts,
    set::{Row, Set, get},
};

/// Layouts that one customer may download beside each other.
const BESIDE: [&[&Layout]; 8] = [
    &[&layouts::BILL_CN, &layouts::DEALS],
    &[&layouts::BILL_INTL, &layouts::DEALS],
    &[&layouts::BILL_PARTNER, &layouts::DEALS],
    &[&layouts::BILL_FLOW, &layouts::ORDER_LIST],
    &[&layouts::FEE_DETAILS, &layouts::ORDER_LIST],
    &[&layouts::FEE_DETAILS, &layouts::BILL_FLOW],
    &[&layouts::FEE_DETAILS, &layouts::BILL_FLOW, &layouts::ORDER_LIST],
    &[&layouts::BILL_CN, &layouts::BILL_CN_AND_LISTS, &layouts::DEALS],
];

/// Of each order: what came of it, and what came back in units of 1e-8.
fn outcomes(audit: &Audit) -> BTreeMap<String, (Verdict, i128)> {
    let outcomes = audit.outcomes.list().unwrap();
    outcomes
        .iter()
        .map(|outcome| (outcome.order_id.to_string(), (outcome.verdict, outcome.actual_total.units())))
        .collect()
}

const fn is_decided(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Agrees | Verdict::Mismatch)
}

/// The files of a layout, with names that no other layout has.
fn files(layout: &Layout, set: &Set, seed: u64, at: usize) -> Vec<(String, Vec<u8>)> {
    let written = (layout.write)(set, &mut Hand::new(seed + at as u64));
    written.into_iter().map(|file| (format!("{at}-{}", file.name), file.bytes)).collect()
}

#[test]
fn a_file_of_the_same_truth_takes_no_decision_away() {
    let generated = &crate::SETS[0];
    for (seed, beside) in (0..).zip(BESIDE) {
        let carries =
            |order: &Row, refunds: &[&Row]| beside.iter().all(|layout| (layout.carries)(order, refunds));
        let mut set = generated.carried(carries);
        // What was never paid or withdrawn is in a list and in no bill, and a set has one truth.
        let unpaid: Vec<String> = set
            .orders
            .iter()
            .filter(|order| ["unpaid", "closed"].contains(&get(order, "status")))
            .map(|order| get(order, "order_id").to_owned())
            .collect();
        set.orders.retain(|order| !unpaid.contains(&get(order, "order_id").to_owned()));
        set.refunds.retain(|refund| !unpaid.contains(&get(refund, "order_id").to_owned()));
        for layout in beside {
            set = (layout.set)(set);
        }
        let folder = tempfile::tempdir().unwrap();
        let each: Vec<Vec<(String, Vec<u8>)>> =
            beside.iter().enumerate().map(|(at, layout)| files(layout, &set, seed, at)).collect();
        let all = outcomes(&run(&folder.path().join("all"), &each.concat()));
        let (mut decided, mut complaints) = (0, Vec::new());
        for (at, own) in each.iter().enumerate() {
            let alone = outcomes(&run(&folder.path().join(format!("alone-{at}")), own));
            for (order, (verdict, returned)) in &alone {
                decided += usize::from(is_decided(*verdict));
                match all.get(order) {
                    None => complaints.push(format!("{}: {order} is gone", beside[at].name)),
                    Some((then, _)) if is_decided(*verdict) && !is_decided(*then) => {
                        complaints
                            .push(format!("{}: {order} was {verdict:?} and is {then:?}", beside[at].name));
                    }
                    Some((_, sum)) if sum < returned => {
                        complaints
                            .push(format!("{}: {order} had {returned} back and has {sum}", beside[at].name));
                    }
                    Some(_) => {}
                }
            }
        }
        let names: Vec<&str> = beside.iter().map(|layout| layout.name).collect();
        assert!(
            complaints.is_empty(),
            "{names:?}: {}\n{}",
            complaints.len(),
            complaints[..complaints.len().min(12)].join("\n")
        );
        assert!(decided > 5, "{names:?}: {decided}");
    }
}
