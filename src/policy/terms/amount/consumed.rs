//! `paid_minus_consumed`: paid − consumed × the price of a unit.

use super::{Computed, Inputs, TOO_LARGE};
use crate::{
    money::{Currency, Money, Quantity, Ratio, UNIT},
    policy::{
        file::{Item, Keys},
        question::Unknown,
    },
};

pub(super) const WORD: &str = "paid_minus_consumed";

/// A price band: from how much consumption on, and the price of one unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tier {
    /// First quantity of the band.
    pub from: u64,
    /// Price of a unit, an integer of 1e-8.
    pub price: Money,
}

/// What a unit costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnitPrice {
    /// The price of the band that the total falls in, for all of it.
    ByTotal(Vec<Tier>),
    /// Each band at its own price.
    EachBand(Vec<Tier>),
    /// The list price of the order over what it bought.
    OfOrder,
    /// The user's price.
    Prices,
}

/// The parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// What a unit costs.
    pub unit_price: UnitPrice,
}

/// What it was computed from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Working {
    /// Paid in refundable tenders.
    pub base: Money,
    /// Net quantity deducted.
    pub consumed: Quantity,
    /// Price of a unit, where one price is for all of it.
    pub price: Option<Money>,
    /// What was consumed comes to.
    pub gone: Ratio,
}

pub(super) fn read(keys: &Keys<'_, '_>) -> Option<Terms> {
    let each = keys.word("tier_by", "amount.tier_by", &[("consumed_total", false), ("each_band", true)]);
    let of_order = keys.word("unit_price", "amount.unit_price", &[("order", true), ("prices", false)]);
    let unit_price = match of_order {
        Some(of_order) => {
            if keys.has("tiers") {
                keys.complain(keys.place("tiers"), "amount has both tiers and unit_price");
            }
            if of_order { UnitPrice::OfOrder } else { UnitPrice::Prices }
        }
        None if each == Some(true) => UnitPrice::EachBand(tiers(keys)?),
        None => UnitPrice::ByTotal(tiers(keys)?),
    };
    Some(Terms { unit_price })
}

fn tiers(keys: &Keys<'_, '_>) -> Option<Vec<Tier>> {
    let item = keys.required(keys.get("tiers"), "tiers")?;
    let list = item.list().unwrap_or_default();
    let tiers: Vec<Tier> = list.iter().filter_map(|pair| tier(keys, pair)).collect();
    if tiers.first().is_none_or(|tier| tier.from != 0) || !tiers.is_sorted_by(|a, b| a.from < b.from) {
        keys.complain(item.at, "amount.tiers begin at 0 and ascend");
    }
    Some(tiers)
}

fn tier(keys: &Keys<'_, '_>, pair: &Item<'_>) -> Option<Tier> {
    let (from, price) = match pair.list() {
        Some([from, price]) => (from.integer().and_then(|from| u64::try_from(from).ok()), price),
        _ => (None, pair),
    };
    let (Some(from), Some(text)) = (from, price.text()) else {
        keys.complain(pair.at, "a tier is [from, \"price\"]");
        return None;
    };
    Some(Tier { from, price: keys.money_of(price.at, "price", text)? })
}

pub(super) fn compute(terms: &Terms, inputs: &Inputs<'_>) -> Result<Computed, Unknown> {
    let Inputs { policy, facts, question, base } = *inputs;
    let consumed = facts.net_posted(question).max(Quantity::ZERO);
    let at_one_price = |price: Money| Some((Some(price), Ratio::times(price, consumed.units())?));
    let whole = Computed::AtMost(Ratio::whole(base), Unknown::MissingField("prices: the price of a unit"));
    let costs = match &terms.unit_price {
        UnitPrice::ByTotal(tiers) => {
            let units = consumed.units() / UNIT;
            let tier = tiers.iter().rfind(|tier| i128::from(tier.from) <= units);
            at_one_price(tier.map(|tier| tier.price).unwrap_or_default())
        }
        UnitPrice::EachBand(tiers) => each_band(tiers, consumed).map(|gone| (None, gone)),
        UnitPrice::OfOrder => {
            let list = facts.order.list_price.ok_or(Unknown::MissingField("list_price"))?;
            let bought = super::quantity::bought(facts)?;
            let share = super::quantity::share(consumed, bought);
            share.and_then(|share| Some((None, Ratio::whole(list).scaled(share)?)))
        }
        UnitPrice::Prices => match policy.prices.unit(facts.order) {
            Some(price) => at_one_price(price),
            None if consumed == Quantity::ZERO => at_one_price(Money::ZERO),
            None => return Ok(whole),
        },
    };
    let (price, gone) = costs.ok_or(TOO_LARGE)?;
    let exact = Ratio::whole(base).minus(gone).ok_or(TOO_LARGE)?;
    let working = Working { base, consumed, price, gone };
    Ok(Computed::Exact(exact, super::Working::PaidMinusConsumed(working)))
}

/// Each band at its own price.
fn each_band(tiers: &[Tier], consumed: Quantity) -> Option<Ratio> {
    let mut gone = Ratio::whole(Money::ZERO);
    for (at, tier) in tiers.iter().enumerate() {
        let from = i128::from(tier.from).checked_mul(UNIT)?;
        let to = match tiers.get(at + 1) {
            Some(next) => i128::from(next.from).checked_mul(UNIT)?.min(consumed.units()),
            None => consumed.units(),
        };
        if to > from {
            gone = gone.plus(Ratio::times(tier.price, to.checked_sub(from)?)?)?;
        }
    }
    Some(gone)
}

pub(super) fn text(terms: &Terms) -> String {
    match &terms.unit_price {
        UnitPrice::ByTotal(tiers) => {
            format!("paid − consumed × the price of its band ({} bands)", tiers.len())
        }
        UnitPrice::EachBand(tiers) => format!("paid − consumed, each of {} bands at its price", tiers.len()),
        UnitPrice::OfOrder => "paid − consumed × list price / quantity bought".to_owned(),
        UnitPrice::Prices => "paid − consumed × the user's price of a unit".to_owned(),
    }
}

pub(super) fn lint(_: &Terms) -> Vec<String> {
    Vec::new()
}

impl Terms {
    /// Its bands.
    #[must_use]
    pub fn tiers(&self) -> &[Tier] {
        match &self.unit_price {
            UnitPrice::ByTotal(tiers) | UnitPrice::EachBand(tiers) => tiers,
            UnitPrice::OfOrder | UnitPrice::Prices => &[],
        }
    }
}

impl Working {
    pub(super) fn text(&self, currency: Currency) -> String {
        let base = self.base.text(currency);
        match self.price {
            Some(price) => format!("{base} − {} × {}", self.consumed, price.text(currency)),
            None => format!("{base} − {} for {}", self.gone.text(8), self.consumed),
        }
    }

    super::no_days!();
}
