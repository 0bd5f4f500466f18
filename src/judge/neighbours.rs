//! What explains a prorated sum that is wrong: a day more or less, another month, the wrong base.

use super::{draft::Say, view::View};
use crate::{
    money::{Money, Ratio},
    policy::{Method, Owed, Terms, Working},
};

/// Month lengths that a mistake may have taken.
const MONTHS: [i64; 4] = [28, 29, 30, 31];

/// A sentence that names the neighbour which gives exactly `paid`, or says that none does.
pub(super) fn explain(view: &View<'_>, terms: &Terms, owed: &Owed, paid: Money) -> String {
    let say = Say { view };
    let order = view.order();
    let currency = say.currency();
    let places = currency.places().unwrap_or(0);
    let base = order.paid.of(&terms.tenders.refundable);
    if paid == base {
        return "That is what was paid in refundable tenders: not prorated at all.".to_owned();
    }
    if Some(paid) == order.list_price {
        return "That is the list price: not prorated at all, and on the wrong base.".to_owned();
    }
    let sum = |base: Money, used: i64, total: i64| -> Option<Money> {
        let exact = owed.computed()?.with(base, used, total)?;
        exact.or_zero().round(places, terms.rounding)
    };
    let Some((used, total)) = owed.computed().and_then(Working::days) else {
        return consumed(terms, owed, paid);
    };
    for (other, words) in [(used - 1, "one day less"), (used + 1, "one day more")] {
        if other >= 0 && sum(base, other, total) == Some(paid) {
            return format!("That is {words}: {other} of {total} days used.");
        }
    }
    for other in MONTHS.into_iter().filter(|other| *other != total) {
        if sum(base, used, other) == Some(paid) {
            return format!("That is another month length: {other} days instead of {total}.");
        }
    }
    let bases = [
        (order.list_price, "the list price"),
        (Some(order.paid.total()), "everything paid, vouchers included"),
    ];
    for (other, words) in bases {
        if other.is_some_and(|other| sum(other, used, total) == Some(paid)) {
            return format!("That is {words} as base: {}.", say.sum(other.unwrap_or_default()));
        }
    }
    "No neighbour (a day more or less, a month of 28 to 31 days, the list price, no proration) explains it."
        .to_owned()
}

/// For a price by consumption: the price of another band.
fn consumed(terms: &Terms, owed: &Owed, paid: Money) -> String {
    let (Some(Working::PaidMinusConsumed(working)), Method::PaidMinusConsumed(method)) =
        (owed.computed(), &terms.amount.method)
    else {
        return "No neighbour explains it.".to_owned();
    };
    let places = owed.split.currency.places().unwrap_or(0);
    for tier in method.tiers().iter().filter(|tier| Some(tier.price) != working.price) {
        let gone = Ratio::times(tier.price, working.consumed.units())
            .and_then(|gone| gone.subtracted_from(working.base));
        if gone.and_then(|exact| exact.or_zero().round(places, terms.rounding)) == Some(paid) {
            return format!(
                "That is the price of another band: {} a unit.",
                tier.price.text(owed.split.currency)
            );
        }
    }
    "No neighbour (the price of another band, no deduction at all) explains it.".to_owned()
}
