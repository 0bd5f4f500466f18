//! Prices that no order holds: those of a file of the user's.

use std::collections::BTreeMap;

use toml::de::DeTable;

use super::{
    error::{PolicyError, PolicyErrors, place},
    file::{Complaints, Context, Item, Keys, Value, table_of},
    terms::{Ladder, LadderBy},
};
use crate::{
    money::{Currency, Fraction, Money, Ratio},
    record::Order,
    time::{Instant, Offset},
};

/// The schema of a price file.
const SCHEMA: &str = "refund-prices/1";

/// Prices by product. Of several that fit an order, those of the most particular kind count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prices {
    entries: Vec<PriceEntry>,
}

/// Prices of one component of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
struct PriceEntry {
    product: Option<String>,
    package_type: Option<String>,
    order_id: Option<String>,
    instance_id: Option<String>,
    currency: Option<Currency>,
    from: Option<Instant>,
    to: Option<Instant>,
    component: String,
    monthly: Option<Money>,
    daily: Option<Money>,
    unit: Option<Money>,
    /// The price of an hour from so many hours on, ascending from zero.
    hourly: Vec<(i64, Money)>,
    ladder: Option<Ladder>,
}

const KEYS: &[&str] = &[
    "product",
    "package_type",
    "order_id",
    "instance_id",
    "currency",
    "from",
    "to",
    "component",
    "monthly",
    "daily",
    "unit",
    "hourly",
    "ladder",
];

impl Prices {
    /// No price.
    pub const NONE: &'static Self = &Self { entries: Vec::new() };

    /// Prices that a page prints for whatever order it speaks of: hourly bands of each component, a day's, a unit's.
    pub(super) fn of_page(hourly: Vec<Vec<(i64, Money)>>, daily: Option<Money>, unit: Option<Money>) -> Self {
        let entry = |number: usize, hourly: Vec<(i64, Money)>| PriceEntry {
            product: None,
            package_type: None,
            order_id: None,
            instance_id: None,
            currency: None,
            from: None,
            to: None,
            component: number.to_string(),
            monthly: None,
            daily: None,
            unit: None,
            hourly,
            ladder: None,
        };
        let mut entries: Vec<PriceEntry> =
            hourly.into_iter().enumerate().map(|(number, bands)| entry(number, bands)).collect();
        let plain = entry(entries.len(), Vec::new());
        entries.push(PriceEntry { daily, unit, ..plain });
        Self { entries }
    }

    /// Reads a price file.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it, with its place.
    pub fn load(file: &str, text: &str) -> Result<Self, PolicyErrors> {
        let one = |error: &toml::de::Error| {
            let (line, column) = error.span().map_or((0, 0), |span| place(text, span.start));
            PolicyErrors(vec![PolicyError {
                file: file.to_owned(),
                line,
                column,
                message: error.message().replace('\n', " "),
            }])
        };
        let table = DeTable::parse(text).map_err(|error| one(&error))?;
        let texts = [(file, text)];
        let complaints = Complaints::new(&texts);
        let (cited, shared) = (BTreeMap::new(), std::cell::RefCell::default());
        let context = Context { complaints: &complaints, cited: &cited, texts: &shared };
        let root = Item { at: super::file::At::default(), value: Value::Table(table_of(table.get_ref(), 0)) };
        let keys = Keys::new("", &root, &context);
        keys.only(&["schema", "price"]);
        if keys.text("schema") != Some(SCHEMA) {
            keys.complain(keys.place("schema"), format!("the schema of a price file is {SCHEMA:?}"));
        }
        let entries = keys.tables("price").iter().filter_map(entry).collect();
        let found = complaints.into_found();
        if found.is_empty() { Ok(Self { entries }) } else { Err(PolicyErrors(found)) }
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The entries for an order, those of the most particular kind alone.
    fn of(&self, order: &Order) -> Vec<&PriceEntry> {
        let fitting = self.entries.iter().filter(|entry| entry.fits(order));
        let rank = |entry: &PriceEntry| {
            (entry.order_id.is_some(), entry.instance_id.is_some(), entry.package_type.is_some(), entry.from)
        };
        let mut kept: Vec<&PriceEntry> = Vec::new();
        for entry in fitting {
            // Of each component the most particular entry counts, and of equals the latest.
            match kept.iter().position(|known| known.component == entry.component) {
                Some(at) if rank(kept[at]) < rank(entry) => kept[at] = entry,
                Some(_) => {}
                None => kept.push(entry),
            }
        }
        kept
    }

    /// The sum over the components; `None` where none of them has it.
    fn sum(&self, order: &Order, of: impl Fn(&PriceEntry) -> Option<Money>) -> Option<Money> {
        if self.is_empty() {
            return None;
        }
        let prices: Vec<Money> = self.of(order).into_iter().filter_map(of).collect();
        (!prices.is_empty()).then(|| prices.into_iter().sum())
    }

    /// The list price of a month.
    #[must_use]
    pub fn monthly(&self, order: &Order) -> Option<Money> {
        self.sum(order, |entry| entry.monthly)
    }

    /// The price of a day.
    #[must_use]
    pub fn daily(&self, order: &Order) -> Option<Money> {
        self.sum(order, |entry| entry.daily)
    }

    /// The price of a unit.
    #[must_use]
    pub fn unit(&self, order: &Order) -> Option<Money> {
        self.sum(order, |entry| entry.unit)
    }

    /// The discount by length.
    #[must_use]
    pub fn ladder(&self, order: &Order) -> Option<Ladder> {
        if self.is_empty() {
            return None;
        }
        self.of(order).into_iter().find_map(|entry| entry.ladder.clone())
    }

    /// What some time costs by the hour, each band at its price; the outer `None` where no price is known, the
    /// inner one where it cannot be computed.
    #[must_use]
    pub fn hours(&self, order: &Order, micros: i64) -> Option<Option<Ratio>> {
        if self.is_empty() {
            return None;
        }
        let priced: Vec<&PriceEntry> =
            self.of(order).into_iter().filter(|entry| !entry.hourly.is_empty()).collect();
        if priced.is_empty() {
            return None;
        }
        let mut sum = Some(Ratio::whole(Money::ZERO));
        for entry in priced {
            sum = sum.and_then(|sum| sum.plus(entry.hours(micros)?));
        }
        Some(sum)
    }
}

impl PriceEntry {
    fn fits(&self, order: &Order) -> bool {
        let is =
            |wanted: &Option<String>, got: Option<&str>| wanted.as_deref().is_none_or(|w| got == Some(w));
        let paid_at = order.paid_at.earliest();
        is(&self.product, Some(&order.product))
            && is(&self.package_type, Some(&order.package_type))
            && is(&self.order_id, Some(order.order_id.as_str()))
            && is(&self.instance_id, order.instance_id.as_ref().map(crate::record::InstanceId::as_str))
            && self.currency.is_none_or(|currency| currency == order.paid.currency)
            && self.from.is_none_or(|from| from <= paid_at)
            && self.to.is_none_or(|to| paid_at < to)
    }

    fn hours(&self, micros: i64) -> Option<Ratio> {
        const HOUR: i64 = 3_600_000_000;
        let mut sum = Ratio::whole(Money::ZERO);
        for (at, (from, price)) in self.hourly.iter().enumerate() {
            let from = from.checked_mul(HOUR)?;
            let to = match self.hourly.get(at + 1) {
                Some((next, _)) => next.checked_mul(HOUR)?.min(micros),
                None => micros,
            };
            if to > from {
                sum = sum.plus(Ratio::whole(*price).scaled(Fraction::new(to - from, HOUR)?)?)?;
            }
        }
        Some(sum)
    }
}

fn entry(keys: &Keys<'_, '_>) -> Option<PriceEntry> {
    keys.only(KEYS);
    let text = |key: &str| keys.text(key).map(str::to_owned);
    let instant = |key: &str| {
        let at = keys.get(key)?;
        let read = match &at.value {
            Value::Datetime(written) => Instant::parse(&written.to_string(), Offset::BEIJING).ok(),
            _ => None,
        };
        if read.is_none() {
            keys.complain(at.at, format!("{key} is an instant such as 2022-12-01T00:00:00+08:00"));
        }
        read
    };
    let currency = keys.text("currency").and_then(|code| {
        let read = Currency::parse(code).ok();
        if read.is_none() {
            keys.complain(keys.place("currency"), format!("{code:?} is no currency"));
        }
        read
    });
    let ladder = keys.get("ladder").and_then(|item| {
        let steps =
            item.list().map(|steps| steps.iter().filter_map(|step| pair(keys, step)).collect::<Vec<_>>());
        let mut read = Vec::new();
        for (from, at, text) in steps? {
            read.push((from, keys.fraction_of(at, "ladder", text)?));
        }
        Some(Ladder { by: LadderBy::MonthsUsed, steps: read })
    });
    let hourly = keys.get("hourly").map(|item| {
        let pairs = item.list().unwrap_or_default().iter().filter_map(|step| pair(keys, step));
        let bands: Vec<(i64, Money)> =
            pairs.filter_map(|(from, at, text)| Some((from, keys.money_of(at, "hourly", text)?))).collect();
        if bands.first().is_none_or(|(from, _)| *from != 0) || !bands.is_sorted_by(|a, b| a.0 < b.0) {
            keys.complain(item.at, "hourly begins at 0 and ascends");
        }
        bands
    });
    Some(PriceEntry {
        product: Some(keys.required(text("product"), "product")?),
        package_type: text("package_type"),
        order_id: text("order_id"),
        instance_id: text("instance_id"),
        currency,
        from: instant("from"),
        to: instant("to"),
        component: text("component").unwrap_or_default(),
        monthly: keys.money("monthly"),
        daily: keys.money("daily"),
        unit: keys.money("unit"),
        hourly: hourly.unwrap_or_default(),
        ladder,
    })
}

/// `[0, "0.42"]`.
fn pair<'t>(keys: &Keys<'_, '_>, step: &Item<'t>) -> Option<(i64, super::file::At, &'t str)> {
    let read = match step.list() {
        Some([from, value]) => from.integer().zip(value.text()).map(|(from, text)| (from, value.at, text)),
        _ => None,
    };
    if read.is_none() {
        keys.complain(step.at, "a step is [from, \"price\"]");
    }
    read
}
