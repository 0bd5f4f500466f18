//! Which refunds have a policy, only bounds, or none.

use std::{collections::BTreeMap, io::Write, path::PathBuf};

use refund_audit::{
    engine::{self, Options},
    ingest::Silent,
    judge::Outcome,
    money::{Currency, Money},
    policy::{Eligibility, PolicyBook, Unknown},
};

use crate::{exit::Exit, output};

/// What can be said of a refund.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Cover {
    Policy,
    Bounds,
    Facts,
    None,
}

impl Cover {
    const ALL: [Self; 4] = [Self::Policy, Self::Bounds, Self::Facts, Self::None];

    const fn text(self) -> &'static str {
        match self {
            Self::Policy => "judged by a policy",
            Self::Bounds => "bounds only, a price is missing",
            Self::Facts => "a policy, but a fact is missing",
            Self::None => "no policy",
        }
    }

    fn of(outcome: &Outcome) -> Self {
        match outcome.eligibility {
            Eligibility::Yes | Eligibility::No => Self::Policy,
            Eligibility::Unknown(Unknown::MissingField(field)) if field.starts_with("prices") => Self::Bounds,
            Eligibility::Unknown(why) if why.is_of_rules() => Self::None,
            Eligibility::Unknown(_) => Self::Facts,
        }
    }
}

pub(crate) fn run(paths: &[PathBuf], book: &PolicyBook) -> anyhow::Result<Exit> {
    if paths.is_empty() {
        output::write(|out| products(book, out))?;
        return Ok(Exit::Clean);
    }
    let inputs = refund_audit::ingest::discover(paths)?;
    let audit = engine::audit(&inputs, book, &Options::default(), &Silent)?;
    let mut sums: BTreeMap<(Currency, Cover), (u64, Money)> = BTreeMap::new();
    let mut by_item: BTreeMap<(Cover, String, String, Currency), (u64, Money)> = BTreeMap::new();
    for outcome in audit.outcomes.list()? {
        if outcome.refunds == 0 {
            continue;
        }
        let cover = Cover::of(&outcome);
        let add = |of: &mut (u64, Money)| {
            of.0 += outcome.refunds as u64;
            of.1 = of.1.plus(outcome.actual_total);
        };
        add(sums.entry((outcome.currency, cover)).or_default());
        if cover != Cover::Policy {
            let item =
                (cover, outcome.product.to_string(), outcome.package_type.to_string(), outcome.currency);
            add(by_item.entry(item).or_default());
        }
    }
    output::write(|out| {
        let mut currencies: Vec<Currency> = sums.keys().map(|(currency, _)| *currency).collect();
        currencies.dedup();
        for currency in currencies {
            let all: Money =
                Cover::ALL.iter().filter_map(|cover| Some(sums.get(&(currency, *cover))?.1)).sum();
            writeln!(out, "{currency}  {} refunded", all.text(currency))?;
            for cover in Cover::ALL {
                let (refunds, money) = sums.get(&(currency, cover)).copied().unwrap_or_default();
                let share = per_cent(money, all);
                writeln!(
                    out,
                    "    {:<32} {refunds:>8} refunds {:>16} {share:>4} %",
                    cover.text(),
                    money.text(currency)
                )?;
            }
        }
        for ((cover, product, package, currency), (refunds, money)) in by_item {
            writeln!(
                out,
                "{}: {product} / {package}: {refunds} refunds, {} {currency}",
                cover.text(),
                money.text(currency)
            )?;
        }
        Ok(())
    })?;
    Ok(Exit::Clean)
}

/// A whole share of a hundred, cut.
fn per_cent(part: Money, whole: Money) -> i128 {
    part.units().checked_mul(100).and_then(|part| part.checked_div(whole.units())).unwrap_or_default()
}

/// Products and the policies about them.
fn products(book: &PolicyBook, out: &mut dyn Write) -> std::io::Result<()> {
    let mut by_product: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for policy in book.policies() {
        let in_force = policy.versions.iter().any(|version| version.held.is_none());
        let state = if in_force { "" } else { " (held back)" };
        let products = policy.applies.products.as_deref();
        for product in products.unwrap_or(&[]) {
            by_product.entry(product).or_default().push(format!("{}{state}", policy.id));
        }
        if products.is_none() {
            by_product.entry("any other").or_default().push(format!("{}{state}", policy.id));
        }
    }
    for (product, policies) in by_product {
        writeln!(out, "{product:<24} {}", policies.join(", "))?;
    }
    Ok(())
}
