//! Sums that vendors print on their pages, held against the methods and against the policies.

use std::{cell::RefCell, collections::BTreeMap, sync::Arc};

use toml::de::DeTable;

use super::{
    book::PolicyBook,
    entitlement::evaluate,
    error::{PolicyError, PolicyErrors, place},
    file::{At, Complaints, Context, Item, Keys, Value, table_of},
    model::{Applies, Clause, Policy, SelectBy},
    prices::Prices,
    question::{Facts, Question, Spent},
    terms::{
        self, ChannelTerms, Destination, Receiver, Split, TenderTerms, Terms, UsageTerms, amount, tenders,
    },
};
use crate::{
    money::{Currency, Money, Quantity, Ratio, Rounding},
    record::{Assumed, Basis, Order, OrderKind, SourceRef, Tender, Tenders, Usage},
    time::{Instant, Interval, Moment, Offset},
};

const SCHEMA: &str = "refund-examples/1";

/// The examples that come with the program, each file with its name.
pub const EXAMPLES: &[(&str, &str)] = &[
    ("data/policies/examples/alibaba.toml", include_str!("../../data/policies/examples/alibaba.toml")),
    ("data/policies/examples/tencent.toml", include_str!("../../data/policies/examples/tencent.toml")),
];

/// A printed sum with what it was computed from.
#[derive(Clone, Debug)]
pub struct Example {
    /// Its id.
    pub id: String,
    /// The policy of its page.
    pub policy: String,
    /// The sum as it is printed.
    pub printed: Money,
    /// What the page's own formula gives, where the print contradicts it.
    pub formula: Option<Money>,
    /// The currency.
    pub currency: Currency,
    /// The address of the page, or the path of its source.
    pub page: String,
    /// Its stamp.
    pub stamp: String,
    /// Where on it.
    pub place: String,
    /// A remark.
    pub note: Option<String>,
    exact: Option<String>,
    split: Option<Tenders>,
    requested_at: Instant,
    prices: Arc<Prices>,
    orders: Vec<Part>,
}

/// One order of an example.
#[derive(Clone, Debug)]
struct Part {
    order: Order,
    usage: Vec<Usage>,
    earlier: usize,
    terms: Terms,
}

/// What a way of computing an example comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The printed sum, to the cent.
    Agrees,
    /// The sum of the page's own formula, which its print contradicts.
    Formula,
    /// The printed sum under this reading of the policy.
    Reading(String),
    /// No policy is in force for it.
    NoPolicy,
    /// Another sum, or none and why.
    Differs(String),
}

/// An example with what the method of its page and what the policy in force come to.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The example.
    pub example: Example,
    /// By the method of its page alone.
    pub by_method: Verdict,
    /// By the policy in force.
    pub by_policy: Verdict,
}

/// Computes every example.
///
/// # Errors
///
/// What is wrong with a file of examples.
pub fn examples(files: &[(&str, &str)], book: &PolicyBook) -> Result<Vec<Checked>, PolicyErrors> {
    let mut checked = Vec::new();
    for (file, text) in files {
        for example in load(file, text)? {
            let by_method = example.by_method();
            let by_policy = example.by_policy(book);
            checked.push(Checked { example, by_method, by_policy });
        }
    }
    checked.sort_by(|a, b| a.example.id.cmp(&b.example.id));
    Ok(checked)
}

fn load(file: &str, text: &str) -> Result<Vec<Example>, PolicyErrors> {
    let one = |line, column, message| {
        PolicyErrors(vec![PolicyError { file: file.to_owned(), line, column, message }])
    };
    let table = DeTable::parse(text).map_err(|error| {
        let (line, column) = error.span().map_or((0, 0), |span| place(text, span.start));
        one(line, column, error.message().replace('\n', " "))
    })?;
    let texts = [(file, text)];
    let complaints = Complaints::new(&texts);
    let (cited, shared) = (BTreeMap::new(), RefCell::default());
    let context = Context { complaints: &complaints, cited: &cited, texts: &shared };
    let root = Item { at: At::default(), value: Value::Table(table_of(table.get_ref(), 0)) };
    let keys = Keys::new("", &root, &context).without_clauses();
    keys.only(&["schema", "example"]);
    if keys.text("schema") != Some(SCHEMA) {
        keys.complain(keys.place("schema"), format!("the schema of a file of examples is {SCHEMA:?}"));
    }
    let read: Vec<Example> = keys.tables("example").iter().filter_map(example).collect();
    let found = complaints.into_found();
    if found.is_empty() { Ok(read) } else { Err(PolicyErrors(found)) }
}

const KEYS: &[&str] = &[
    "id",
    "policy",
    "product",
    "package_type",
    "site",
    "currency",
    "bought_at",
    "asked_at",
    "hours",
    "after_months",
    "printed",
    "formula",
    "exact",
    "split",
    "rounding",
    "tenders",
    "hourly",
    "daily",
    "unit",
    "page",
    "stamp",
    "place",
    "note",
    "amount",
    "orders",
];

fn instant(keys: &Keys<'_, '_>, key: &str) -> Option<Instant> {
    let item = keys.get(key)?;
    let read = match &item.value {
        Value::Datetime(at) if at.offset.is_some() => Instant::parse(&at.to_string(), Offset::UTC).ok(),
        _ => None,
    };
    if read.is_none() {
        keys.complain(item.at, format!("{key} is not an instant with an offset"));
    }
    read
}

fn example(keys: &Keys<'_, '_>) -> Option<Example> {
    keys.only(KEYS);
    let text = |key: &str| keys.required(keys.text(key), key).map(str::to_owned);
    let currency = Currency::parse(&text("currency")?).ok()?;
    let bought_at = keys.required(instant(keys, "bought_at"), "bought_at")?;
    let hours = i64::from(keys.count("hours").unwrap_or(0));
    let months = keys.count("after_months").unwrap_or(0);
    let later = bought_at.plus_months_clipped(months, Offset::BEIJING).plus_seconds(hours * 3600);
    let requested_at = instant(keys, "asked_at").unwrap_or(later);
    let rounding = keys.word("rounding", "rounding", &Rounding::ALL.map(|mode| (mode.word(), mode)));
    let terms_of = |amount: Keys<'_, '_>| {
        let amount = amount::read(&amount)?;
        let tenders = match keys.inner("tenders") {
            Some(keys) => tenders::read(&keys)?,
            None => TenderTerms {
                refundable: vec![Tender::Cash, Tender::Commission, Tender::FreeCredit],
                lost: vec![Tender::Voucher, Tender::Coupon, Tender::Offset],
                return_as: Vec::new(),
                split: Split::LargestRemainder,
                clause: Clause::default(),
            },
        };
        Some(terms_with(amount, tenders, rounding.unwrap_or(Rounding::HalfUp)))
    };
    let terms = terms_of(keys.required(keys.inner("amount"), "amount")?)?;
    let orders = keys.tables("orders");
    let mut parts = Vec::new();
    for (number, order) in orders.iter().enumerate() {
        let terms = match order.inner("amount") {
            Some(amount) => terms_of(amount)?,
            None => terms.clone(),
        };
        parts.push(part(keys, order, number, currency, bought_at, requested_at, terms)?);
    }
    Some(Example {
        id: text("id")?,
        policy: text("policy")?,
        printed: keys.required(keys.money("printed"), "printed")?,
        formula: keys.money("formula"),
        exact: keys.text("exact").map(str::to_owned),
        split: keys.inner("split").map(|split| tenders_of(&split, currency)),
        currency,
        page: text("page")?,
        stamp: text("stamp")?,
        place: text("place")?,
        note: keys.text("note").map(str::to_owned),
        requested_at,
        prices: Arc::new(prices(keys)),
        orders: parts,
    })
}

/// Prices of the page: hours of each component, or a day.
fn prices(keys: &Keys<'_, '_>) -> Prices {
    let pair = |step: &Item<'_>| match step.list() {
        Some([from, price]) => {
            Some((from.integer()?, keys.money_of(price.at, "hourly", price.text().unwrap_or_default())?))
        }
        _ => None,
    };
    let components = keys.get("hourly").and_then(Item::list).unwrap_or_default();
    let bands = components.iter().map(|one| one.list().unwrap_or_default().iter().filter_map(pair).collect());
    Prices::of_page(bands.collect(), keys.money("daily"), keys.money("unit"))
}

fn tenders_of(keys: &Keys<'_, '_>, currency: Currency) -> Tenders {
    let mut sums = Tenders::none(currency);
    for (word, item) in keys.entries() {
        let Some(tender) = Tender::parse(word) else {
            keys.complain(item.at, format!("unknown tender {word:?}"));
            continue;
        };
        sums.set(tender, keys.money(word).unwrap_or_default());
    }
    sums
}

fn part(
    example: &Keys<'_, '_>,
    keys: &Keys<'_, '_>,
    number: usize,
    currency: Currency,
    bought_at: Instant,
    requested_at: Instant,
    terms: Terms,
) -> Option<Part> {
    keys.only(&[
        "kind",
        "list_price",
        "months",
        "paid",
        "paid_at",
        "hours_later",
        "period_start",
        "period_end",
        "pending",
        "quota",
        "consumed",
        "earlier",
        "amount",
    ]);
    let paid_at = bought_at.plus_seconds(i64::from(keys.count("hours_later").unwrap_or(0)) * 3600);
    let quantity = |key: &str| keys.text(key).and_then(|text| Quantity::parse(text).ok());
    let at = SourceRef { file: crate::record::FileId(0), line: u64::try_from(number).ok()? };
    let months = keys.count("months");
    let pending = keys.flag("pending").unwrap_or(false);
    // A period that has not begun starts after the request.
    let after = pending.then(|| requested_at.plus_days(30));
    let order = Order {
        at,
        order_id: format!("{}-{number}", example.text("id")?).as_str().into(),
        instance_id: None,
        account_id: "A".into(),
        payer_id: "A".into(),
        product: example.required(example.text("product"), "product")?.into(),
        package_type: example.required(example.text("package_type"), "package_type")?.into(),
        kind: keys.word("kind", "order kind", &OrderKind::WORDS).unwrap_or(OrderKind::New),
        status: None,
        list_price: keys.money("list_price"),
        paid: tenders_of(&keys.required(keys.inner("paid"), "paid")?, currency),
        paid_at: Moment::exact(paid_at),
        delivered_at: None,
        effective_at: None,
        period_start: after.or(instant(keys, "period_start")),
        period_end: instant(keys, "period_end"),
        expires_at: None,
        months,
        gift: false,
        promotion_forbids_refund: false,
        invoice: None,
        license_activated_at: None,
        linked_license_activated_at: None,
        site: example.text("site").map(Into::into),
        payment_id: None,
        quota: quantity("quota"),
        quota_unit: None,
        assumed: Assumed::default(),
    };
    let usage = quantity("consumed").map(|quantity| Usage {
        posted_at: Moment::exact(paid_at.plus_seconds(1)),
        usage_id: None,
        usage_start: None,
        usage_end: None,
        quantity,
        unit: None,
        basis: Basis::Deduction,
        product: None,
        class: None,
        at,
    });
    let earlier = usize::try_from(keys.count("earlier").unwrap_or(0)).ok()?;
    Some(Part { order, usage: usage.into_iter().collect(), earlier, terms })
}

/// Terms of one method, whose every condition holds.
fn terms_with(amount: terms::AmountTerms, tenders: TenderTerms, rounding: Rounding) -> Terms {
    Terms {
        branch: None,
        window: None,
        class_windows: BTreeMap::new(),
        usage: UsageTerms {
            defined_by_deduction: false,
            deduction_excludes: false,
            scope: None,
            metering: None,
            clause: Clause::default(),
        },
        amount,
        class_amounts: BTreeMap::new(),
        fee: None,
        tenders,
        rounding,
        destination: Destination {
            account: Receiver::Payer,
            accept: Vec::new(),
            route: None,
            falls_back_to_balance: false,
            clause: Clause::default(),
        },
        channel: ChannelTerms { allowed: Vec::new(), clause: Clause::default() },
        exclusions: Vec::new(),
        preconditions: Vec::new(),
        quota: None,
        processing: None,
        arrival: None,
        gifts: None,
        frozen: None,
        discretion: None,
        purchase: None,
        same_payment: None,
        after: Vec::new(),
    }
}

/// Sum, split and exact value of several orders.
struct Total {
    total: Money,
    split: Tenders,
    exact: Option<Ratio>,
}

impl Example {
    fn question(&self, part: &Part) -> Question {
        Question {
            paid_at: part.order.paid_at.earliest(),
            requested_at: self.requested_at,
            channel: None,
            covered: Interval::EVERYTHING,
            blurs_late: false,
        }
    }

    /// The sum over its orders under terms of a policy.
    fn total<'b>(
        &'b self,
        of: impl Fn(&'b Part) -> Result<(&'b Policy, &'b Terms), String>,
    ) -> Result<Total, String> {
        let upgrades: Vec<Instant> = self
            .orders
            .iter()
            .filter(|part| part.order.kind == OrderKind::Upgrade)
            .map(|part| part.order.paid_at.earliest())
            .collect();
        let mut sum = Total {
            total: Money::ZERO,
            split: Tenders::none(self.currency),
            exact: Some(Ratio::whole(Money::ZERO)),
        };
        for part in &self.orders {
            let (policy, terms) = of(part)?;
            let policy = Policy { prices: self.prices.clone(), ..policy.clone() };
            let spent = Spent {
                requested_at: part.order.paid_at.earliest().plus_seconds(-1),
                product: &part.order.product,
                package_type: &part.order.package_type,
                branch: None,
            };
            let earlier = vec![spent; part.earlier];
            let facts = Facts {
                order: &part.order,
                usage: &part.usage,
                unkept_net: Quantity::ZERO,
                events: &[],
                events_known: true,
                upgrades: &upgrades,
                earlier: &earlier,
            };
            let answer = evaluate(&policy, terms, &facts, &self.question(part));
            let Some(owed) = answer.owed.filter(|_| answer.eligibility == super::Eligibility::Yes) else {
                let grounds: Vec<&str> = answer.grounds.iter().map(|ground| ground.kind.slug()).collect();
                return Err(format!("{:?} {}", answer.eligibility, grounds.join(", ")));
            };
            sum.total = sum.total.plus(owed.total);
            sum.split.add(&owed.split);
            sum.exact = sum.exact.and_then(|exact| exact.plus(owed.exact()));
        }
        Ok(sum)
    }

    fn verdict(&self, total: Result<Total, String>) -> Verdict {
        let total = match total {
            Ok(total) => total,
            Err(why) => return Verdict::Differs(why),
        };
        let text = total.total.text(self.currency);
        if let Some(formula) = self.formula {
            return if total.total == formula { Verdict::Formula } else { Verdict::Differs(text) };
        }
        let exact_fits = self.exact.as_deref().is_none_or(|exact| {
            let places = exact.split_once('.').map_or(0, |(_, behind)| behind.len());
            let places = u32::try_from(places).unwrap_or(0);
            let cut = total.exact.and_then(|sum| sum.round(places, Rounding::Down));
            cut == Money::parse(exact).ok()
        });
        let split_fits = self.split.is_none_or(|split| split == total.split);
        if total.total == self.printed && exact_fits && split_fits {
            Verdict::Agrees
        } else {
            Verdict::Differs(format!("{text} ({})", total.split.text()))
        }
    }

    /// By the method of its page, every condition taken to hold.
    #[must_use]
    pub fn by_method(&self) -> Verdict {
        let policy = Policy {
            id: "example".into(),
            vendor: "".into(),
            site: "any".to_owned(),
            title: String::new(),
            zone: Offset::BEIJING,
            exception_to: None,
            applies: Applies {
                products: None,
                package_types: None,
                package_types_not: Vec::new(),
                order_kinds: None,
                impossible_order_kinds: Vec::new(),
            },
            select_by: SelectBy::Purchase,
            versions: Vec::new(),
            prices: Arc::default(),
            file: String::new(),
        };
        self.verdict(self.total(|part| Ok((&policy, &part.terms))))
    }

    /// By the policy that is in force for it, under its terms or a reading of them.
    #[must_use]
    pub fn by_policy(&self, book: &PolicyBook) -> Verdict {
        let Some(policy) = book.get(&self.policy) else { return Verdict::NoPolicy };
        let version_of = |part: &Part| policy.version_for(part.order.paid_at.earliest(), self.requested_at);
        if self.orders.iter().any(|part| version_of(part).is_none()) {
            return Verdict::NoPolicy;
        }
        let covered = |part: &Part| {
            if policy.applies.covers_order(&part.order) {
                Ok(())
            } else {
                Err(format!("the policy is not about {} orders", part.order.kind.word()))
            }
        };
        let with = |reading: Option<&str>| {
            self.verdict(self.total(|part| {
                covered(part)?;
                let version = version_of(part).ok_or("no version")?;
                let terms = match reading {
                    Some(id) => {
                        let found = version.readings.iter().find(|reading| reading.id == id);
                        found.map_or(&version.terms, |reading| &reading.terms)
                    }
                    None => &version.terms,
                };
                Ok((policy, terms))
            }))
        };
        let as_written = with(None);
        if !matches!(as_written, Verdict::Differs(_)) {
            return as_written;
        }
        let versions = self.orders.iter().filter_map(version_of);
        let readings =
            versions.flat_map(|version| version.readings.iter().map(|reading| reading.id.as_str()));
        let explains = readings.into_iter().find(|id| !matches!(with(Some(id)), Verdict::Differs(_)));
        explains.map_or(as_written, |id| Verdict::Reading(id.to_owned()))
    }
}
