//! Every policy over every word, site and instant: no two of equal rank meet, and every version in force rules the orders
//! that it is about.

use std::collections::BTreeSet;

use refund_audit::{
    policy::{Candidates, Match, Policy, PolicyBook},
    record::OrderKind,
    time::{CivilDate, Instant, Offset},
};

const SITES: [&str; 2] = ["intl", "cn"];

fn since() -> Instant {
    CivilDate::new(2018, 1, 1).unwrap().start_at(Offset::BEIJING)
}

/// The package types that the policies about a product tell apart, and one that none of them names.
fn package_types<'b>(about: &[&'b Policy]) -> BTreeSet<&'b str> {
    let named = about.iter().flat_map(|policy| {
        let types = policy.applies.package_types.as_deref().unwrap_or_default();
        types.iter().chain(&policy.applies.package_types_not)
    });
    named.map(String::as_str).chain(["a package that nobody names"]).collect()
}

/// The instants at which something begins or ends, each also a second before.
fn turns(about: &[&Policy]) -> BTreeSet<Instant> {
    let versions = about.iter().flat_map(|policy| &policy.versions);
    let ends = versions.flat_map(|version| [version.effective.from, version.effective.to]).flatten();
    let near = ends.flat_map(|at| [at.plus_seconds(-1), at]);
    near.chain([since(), Instant::parse("2026-11-27T00:00:00Z", Offset::UTC).unwrap()])
        .filter(|at| *at >= since())
        .collect()
}

#[test]
fn no_two_policies_of_equal_rank_meet() {
    let book = PolicyBook::builtin();
    let products: BTreeSet<&str> = book
        .policies()
        .iter()
        .flat_map(|policy| policy.applies.products.as_deref().unwrap_or_default())
        .map(String::as_str)
        .collect();
    let mut asked = 0_u64;
    let mut met = BTreeSet::new();
    for product in products {
        let about: Vec<&Policy> = book.about(product).collect();
        let turns = turns(&about);
        for package_type in package_types(&about) {
            for (_, kind) in OrderKind::WORDS {
                for site in SITES {
                    let candidates = Candidates::of(&book, product, package_type, kind, Some(site));
                    for paid_at in &turns {
                        for requested_at in turns.iter().filter(|at| *at >= paid_at) {
                            asked += 1;
                            if let Match::Two(one, other) = candidates.find(*paid_at, *requested_at) {
                                met.insert(format!(
                                    "{} and {} on {product} / {package_type}",
                                    one.id, other.id
                                ));
                            }
                        }
                    }
                }
            }
        }
    }
    assert!(asked > 1000, "{asked}");
    assert!(met.is_empty(), "{}", met.into_iter().collect::<Vec<_>>().join("\n"));
}

#[test]
fn every_version_in_force_rules_an_order_that_it_is_about() {
    let book = PolicyBook::builtin();
    let mut idle = Vec::new();
    for policy in book.policies() {
        let named = policy.applies.products.as_deref().and_then(<[String]>::first);
        let Some(product) = named else { continue };
        let site = if policy.site == "any" { "intl" } else { &policy.site };
        let types = policy.applies.package_types.as_deref();
        for version in policy.versions.iter().filter(|version| version.held.is_none()) {
            let rules = types.map_or(vec!["any"], |types| types.iter().map(String::as_str).collect());
            let kinds = policy.applies.order_kinds.clone().unwrap_or(vec![OrderKind::New]);
            let (Some(from), to) = (version.effective.from, version.effective.to) else { continue };
            let last = to.map_or(from.plus_days(1), |to| to.plus_seconds(-1));
            let is_ruled = rules.iter().any(|package_type| {
                kinds.iter().any(|kind| {
                    let candidates = Candidates::of(&book, product, package_type, *kind, Some(site));
                    [from, last].iter().any(|at| {
                        matches!(candidates.find(*at, *at), Match::One(by, of) if by.id == policy.id && of.id == version.id)
                    })
                })
            });
            if !is_ruled {
                idle.push(format!("{}@{}", policy.id, version.id));
            }
        }
    }
    assert!(idle.is_empty(), "versions that rule nothing: {}", idle.join(", "));
}
