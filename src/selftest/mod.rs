//! Two independent answers held against each other: random orders, audited by the program and judged by the second
//! calculation ([`crate::oracle`]), line by line. What differs is made as small as it gets and printed as a worked case.
//!
//! This module makes up the orders and compares; it knows no rule. The program reads its exports as files, like those of
//! anybody else.

mod case;
mod coin;
mod exports;
mod seen;
mod shrink;
mod world;

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    sync::atomic::{AtomicU64, Ordering},
};

pub use seen::SelftestError;

use crate::{
    oracle::{Answer, Oracle, clock},
    policy::PolicyBook,
};
use coin::Coin;
use exports::Scenario;
use seen::{Said, by_oracle, by_program};

/// How many orders are audited in one run.
const ORDERS_OF_A_SET: usize = 60;

/// What was compared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Orders.
    pub orders: u64,
    /// Findings on which both sides agree, by kind and class.
    pub findings: BTreeMap<String, u64>,
    /// Outcomes on which both sides agree, by policy, version and eligibility.
    pub outcomes: BTreeMap<String, u64>,
    /// Reasons of outcomes on which both sides agree.
    pub reasons: BTreeMap<String, u64>,
    /// Orders of policies that the second calculation cannot read.
    pub left_out: u64,
    /// Orders on which they differ, by set.
    pub different: Vec<(u64, String)>,
}

/// Both sides under one set of policies.
pub struct Selftest<'b> {
    book: &'b PolicyBook,
    oracle: Oracle,
    /// Where exports are written.
    folder: &'b Path,
}

impl<'b> Selftest<'b> {
    /// Prepares both sides; exports are written to a folder that nobody else writes to.
    ///
    /// # Errors
    ///
    /// [`SelftestError::Unknown`] where a policy file holds a word that the second calculation does not know.
    pub fn new(
        book: &'b PolicyBook,
        policies: &[(&str, &str)],
        folder: &'b Path,
    ) -> Result<Self, SelftestError> {
        let oracle = Oracle::new(policies).map_err(SelftestError::Unknown)?;
        Ok(Self { book, oracle, folder })
    }

    /// Compares so many orders of a seed, on some threads; `done` hears of each set.
    ///
    /// # Panics
    ///
    /// Where a thread did.
    ///
    /// # Errors
    ///
    /// [`SelftestError`] where files cannot be written or read; a difference is no error.
    pub fn compare(
        &self,
        seed: u64,
        orders: u64,
        threads: usize,
        done: &(dyn Fn(u64) + Sync),
    ) -> Result<Tally, SelftestError> {
        let sets = orders.div_ceil(ORDERS_OF_A_SET as u64);
        let next = AtomicU64::new(0);
        let work = |thread: usize| -> Result<Tally, SelftestError> {
            let folder = self.folder.join(format!("exports-{thread}"));
            fs::create_dir_all(&folder)?;
            let mut tally = Tally::default();
            loop {
                let set = next.fetch_add(1, Ordering::Relaxed);
                if set >= sets {
                    return Ok(tally);
                }
                self.compare_set(seed, set, &folder, &mut tally)?;
                done(ORDERS_OF_A_SET as u64);
            }
        };
        let tallies: Vec<Result<Tally, SelftestError>> = std::thread::scope(|scope| {
            let work = &work;
            let threads: Vec<_> =
                (0..threads.max(1)).map(|thread| scope.spawn(move || work(thread))).collect();
            threads.into_iter().map(|thread| thread.join().expect("a comparison does not panic")).collect()
        });
        let mut whole = Tally::default();
        for tally in tallies {
            whole.add(tally?);
        }
        whole.different.sort();
        Ok(whole)
    }

    fn compare_set(
        &self,
        seed: u64,
        set: u64,
        folder: &Path,
        tally: &mut Tally,
    ) -> Result<(), SelftestError> {
        let scenario = self.scenario(seed, set);
        let wanted = by_oracle(&self.oracle, &scenario)?;
        let got = by_program(self.book, &scenario, folder)?;
        tally.count(set, &wanted, &got);
        Ok(())
    }

    fn scenario(&self, seed: u64, set: u64) -> Scenario {
        world::scenario(&self.oracle, &mut Coin::new(seed, set), ORDERS_OF_A_SET)
    }

    /// A difference as a worked case, as small as it gets.
    ///
    /// # Errors
    ///
    /// As [`Selftest::compare`].
    pub fn case(&self, seed: u64, set: u64, order: &str) -> Result<String, SelftestError> {
        let folder = self.folder.join("exports-small");
        fs::create_dir_all(&folder)?;
        let scenario = self.scenario(seed, set);
        let first = self.differences(&scenario, order, &folder)?;
        let same = |scenario: &Scenario| -> Result<bool, SelftestError> {
            let still = self.differences(scenario, order, &folder)?;
            Ok(first.first().is_some_and(|first| still.contains(first)))
        };
        let small = shrink::smallest(scenario, order, same)?;
        let (wanted, got) = (by_oracle(&self.oracle, &small)?, by_program(self.book, &small, &folder)?);
        Ok(case::markdown(&format!("Seed {seed}, set {set}, order {order}"), &small, &wanted, &got))
    }

    /// What differs about an order, by kind: so that a smaller scenario still shows the same.
    fn differences(
        &self,
        scenario: &Scenario,
        order: &str,
        folder: &Path,
    ) -> Result<Vec<String>, SelftestError> {
        let (wanted, got) = (by_oracle(&self.oracle, scenario)?, by_program(self.book, scenario, folder)?);
        let none = Vec::new();
        let (wanted, got) = (wanted.get(order).unwrap_or(&none), got.get(order).unwrap_or(&none));
        Ok(seen::kinds_of_difference(wanted, got))
    }
}

impl Tally {
    fn count(&mut self, set: u64, wanted: &Said, got: &Said) {
        let differs = different(wanted, got);
        for (order, lines) in wanted.iter().filter(|(order, _)| !differs.contains(order)) {
            if is_left_out(wanted, order) {
                self.left_out += 1;
                continue;
            }
            for line in lines {
                self.count_line(line);
            }
        }
        self.orders += differs.len() as u64;
        self.different.extend(differs.into_iter().map(|order| (set, order)));
    }

    fn count_line(&mut self, line: &str) {
        let mut one = |counts: fn(&mut Self) -> &mut BTreeMap<String, u64>, what: String| {
            *counts(self).entry(what).or_default() += 1;
        };
        let parts: Vec<&str> = line.split("  ").collect();
        let part = |name: &str| parts.iter().find_map(|part| part.strip_prefix(name)).unwrap_or("");
        if line.starts_with("eligible ") {
            one(|tally| &mut tally.outcomes, format!("{} {}", part("policy "), part("eligible ")));
            for reason in part("reasons ").split(';').filter(|reason| *reason != "none") {
                one(|tally| &mut tally.reasons, reason.to_owned());
            }
            self.orders += 1;
        } else {
            one(|tally| &mut tally.findings, format!("{} {}", parts[1], part("class=")));
        }
    }

    fn add(&mut self, other: Self) {
        self.orders += other.orders;
        self.left_out += other.left_out;
        self.different.extend(other.different);
        for (into, from) in [
            (&mut self.findings, other.findings),
            (&mut self.outcomes, other.outcomes),
            (&mut self.reasons, other.reasons),
        ] {
            for (what, count) in from {
                *into.entry(what).or_default() += count;
            }
        }
    }
}

/// Whether the second calculation does not judge an order.
fn is_left_out(wanted: &Said, order: &str) -> bool {
    wanted.get(order).is_some_and(|lines| lines.iter().any(|line| line.starts_with(seen::NOT_JUDGED)))
}

/// The orders on which two sides differ.
fn different(wanted: &Said, got: &Said) -> Vec<String> {
    let mut orders: Vec<String> = wanted
        .keys()
        .chain(got.keys())
        .filter(|order| !is_left_out(wanted, order) && wanted.get(*order) != got.get(*order))
        .cloned()
        .collect();
    orders.sort();
    orders.dedup();
    orders
}

/// Puts a scenario to the second calculation.
fn asked(oracle: &Oracle, scenario: &Scenario) -> Result<Answer, String> {
    let texts = [&scenario.orders, &scenario.usage, &scenario.refunds, &scenario.events]
        .map(|table| table.text(false));
    let as_of = clock::text(scenario.as_of);
    let covers = scenario.covers.map(|(from, to)| (clock::text(from), clock::text(to)));
    let covers = covers.as_ref().map_or((None, None), |(from, to)| (Some(from.as_str()), Some(to.as_str())));
    oracle.answer(&seen::question(&texts, scenario.has_events, &as_of, covers))
}
