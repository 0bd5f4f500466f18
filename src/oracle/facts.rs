//! Orders, refunds, usage and events as their rows say, as plain numbers and words.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    calendar::{BusinessDays, day_of},
    cells::{Moment, Row, Table, decimal, moment},
};

/// Means of payment, in the order of the export's columns.
pub const TENDERS: [&str; 13] = [
    "cash",
    "commission",
    "free_credit",
    "voucher",
    "coupon",
    "offset",
    "stored_value_card",
    "debit_card",
    "credit_card",
    "paypal",
    "alipay",
    "bank",
    "cash_coupon",
];

/// A sum for each means of payment.
pub(super) type Sums = [i128; TENDERS.len()];

pub(super) fn tender_of(word: &str) -> Option<usize> {
    TENDERS.iter().position(|known| *known == word)
}

/// One order.
#[derive(Clone, Debug)]
pub(super) struct Order {
    pub(super) id: String,
    pub(super) instance: String,
    pub(super) account: String,
    pub(super) payer: String,
    pub(super) product: String,
    pub(super) package: String,
    pub(super) kind: String,
    pub(super) status: String,
    pub(super) currency: String,
    pub(super) list_price: Option<i128>,
    pub(super) paid: Sums,
    pub(super) paid_at: Moment,
    pub(super) delivered_at: Option<Moment>,
    pub(super) effective_at: Option<Moment>,
    pub(super) period_start: Option<i64>,
    pub(super) period_end: Option<i64>,
    pub(super) expires_at: Option<Moment>,
    pub(super) months: Option<i64>,
    pub(super) gift: bool,
    pub(super) promotion_forbids: bool,
    pub(super) invoice: String,
    pub(super) license_at: Option<i64>,
    pub(super) linked_license_at: Option<i64>,
    pub(super) payment: String,
    /// The edition of the vendor's shop; empty where nobody says.
    pub(super) site: String,
    pub(super) quota: Option<i128>,
    /// What another row of this id says, where the two contradict each other.
    pub(super) otherwise: Option<Box<Order>>,
}

/// One refund or request.
#[derive(Clone, Debug)]
pub(super) struct Refund {
    pub(super) id: String,
    pub(super) order: String,
    pub(super) to_account: String,
    pub(super) to_method: String,
    pub(super) requested_at: Moment,
    /// The export has no time of the request; the completion stands for it.
    pub(super) without_time: bool,
    pub(super) channel: String,
    pub(super) status: String,
    pub(super) reason: String,
    pub(super) decided_at: Option<i64>,
    pub(super) completed_at: Option<i64>,
    pub(super) arrived_at: Option<i64>,
    pub(super) currency: String,
    pub(super) back: Sums,
    pub(super) channel_txn: String,
    pub(super) merged: bool,
    pub(super) contradicts: bool,
    /// An earlier refund of the run has the same number of the payment channel.
    pub(super) repeats: bool,
    /// It was requested after the as-of date.
    pub(super) is_later: bool,
}

impl Order {
    /// Months of the term; one where the package is a monthly one and nothing is said.
    pub(super) fn term(&self) -> Option<i64> {
        self.months.or_else(|| self.package.ends_with("_monthly").then_some(1))
    }
}

impl Refund {
    pub(super) fn total(&self) -> i128 {
        self.back.iter().sum()
    }
}

/// One deduction, or one record of raw usage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Usage {
    pub(super) id: String,
    pub(super) order: String,
    pub(super) instance: String,
    pub(super) posted_at: Moment,
    pub(super) start: Option<i64>,
    pub(super) end: Option<i64>,
    pub(super) quantity: i128,
    pub(super) raw: bool,
    pub(super) product: String,
    pub(super) class: String,
    /// Every other cell, for telling repetitions from contradictions.
    rest: Vec<String>,
}

/// One fact.
#[derive(Clone, Debug)]
pub(super) struct Event {
    pub(super) kind: String,
    pub(super) account: String,
    pub(super) order: String,
    pub(super) product: String,
    pub(super) at: i64,
    pub(super) until: Option<i64>,
    pub(super) reason: String,
    pub(super) amount: i128,
}

/// Everything that the exports say.
pub(super) struct Facts {
    pub(super) orders: BTreeMap<String, Order>,
    pub(super) refunds: Vec<Refund>,
    pub(super) usage: Vec<Usage>,
    pub(super) events: Vec<Event>,
    pub(super) has_events: bool,
    pub(super) business: BusinessDays,
    /// Orders with a refund or deduction of which two rows contradict each other.
    pub(super) torn: BTreeSet<String>,
    /// Rows that could not be read.
    pub(super) rejected: u64,
}

/// The four exports as text; usage, refunds and events may be absent.
pub(super) struct Texts<'t> {
    pub(super) orders: &'t str,
    pub(super) usage: Option<&'t str>,
    pub(super) refunds: Option<&'t str>,
    pub(super) events: Option<&'t str>,
}

/// A row that cannot be read.
struct Unreadable;

impl Facts {
    pub(super) fn read(texts: &Texts<'_>, as_of: i64) -> Self {
        let mut facts = Self {
            orders: BTreeMap::new(),
            refunds: Vec::new(),
            usage: Vec::new(),
            events: Vec::new(),
            has_events: texts.events.is_some(),
            business: BusinessDays::default(),
            torn: BTreeSet::new(),
            rejected: 0,
        };
        facts.read_orders(&Table::read(texts.orders));
        if let Some(text) = texts.usage {
            facts.read_usage(&Table::read(text), as_of);
        }
        if let Some(text) = texts.refunds {
            facts.read_refunds(&Table::read(text), as_of);
        }
        if let Some(text) = texts.events {
            facts.read_events(&Table::read(text), as_of);
        }
        facts
    }

    fn read_orders(&mut self, table: &Table) {
        for row in &table.rows {
            let Ok(order) = order(table, row) else {
                self.rejected += 1;
                continue;
            };
            match self.orders.get_mut(&order.id) {
                None => {
                    self.orders.insert(order.id.clone(), order);
                }
                Some(known) => join_orders(known, order),
            }
        }
    }

    fn read_usage(&mut self, table: &Table, as_of: i64) {
        let mut by_id: BTreeMap<(String, String), Usage> = BTreeMap::new();
        for row in &table.rows {
            let Ok(mut usage) = usage(table, row) else {
                self.rejected += 1;
                continue;
            };
            let known = self.orders.contains_key(&usage.order);
            if let (false, Some(order)) = (known, self.order_of_instance(&usage)) {
                usage.order = order;
            }
            if usage.posted_at.first > as_of {
                continue;
            }
            if !usage.id.is_empty() {
                let key = (usage.order.clone(), usage.id.clone());
                if let Some(known) = by_id.get(&key) {
                    if *known != usage {
                        self.torn.insert(usage.order.clone());
                    }
                    continue;
                }
                by_id.insert(key, usage.clone());
            }
            self.usage.push(usage);
        }
    }

    /// The order of an instance that was last paid by the posting, or the first one.
    fn order_of_instance(&self, usage: &Usage) -> Option<String> {
        let mut of_it: Vec<&Order> = self.orders.values().collect();
        of_it.retain(|order| !usage.instance.is_empty() && order.instance == usage.instance);
        of_it.sort_by_key(|order| (order.paid_at.first, order.id.clone()));
        let before = of_it.iter().rev().find(|order| order.paid_at.first <= usage.posted_at.first);
        before.or(of_it.first()).map(|order| order.id.clone())
    }

    fn read_refunds(&mut self, table: &Table, as_of: i64) {
        let mut by_id: BTreeMap<String, Refund> = BTreeMap::new();
        for row in &table.rows {
            let Ok(refund) = refund(table, row) else {
                self.rejected += 1;
                continue;
            };
            match by_id.get_mut(&refund.id) {
                None => {
                    by_id.insert(refund.id.clone(), refund);
                }
                Some(known) => join_refunds(known, &refund),
            }
        }
        let mut refunds: Vec<Refund> = by_id.into_values().collect();
        for refund in &mut refunds {
            if refund.contradicts {
                self.torn.insert(refund.order.clone());
            }
            refund.is_later = refund.requested_at.first > as_of;
            as_it_stood(refund, as_of);
        }
        refunds.sort_by(|one, other| {
            (one.requested_at.first, &one.id).cmp(&(other.requested_at.first, &other.id))
        });
        let mut seen = BTreeSet::new();
        for refund in refunds.iter_mut().filter(|one| !one.is_later) {
            if !refund.channel_txn.is_empty() && !refund.merged && refund.status != "cancelled" {
                refund.repeats = !seen.insert(refund.channel_txn.clone());
            }
        }
        self.refunds = refunds;
    }

    fn read_events(&mut self, table: &Table, as_of: i64) {
        for row in &table.rows {
            let Ok(mut event) = event(table, row) else {
                self.rejected += 1;
                continue;
            };
            if event.kind == "holiday" || event.kind == "workday" {
                self.business.told.insert(day_of(event.at), event.kind == "workday");
                continue;
            }
            if event.at > as_of {
                continue;
            }
            event.until = event.until.filter(|until| *until <= as_of);
            self.events.push(event);
        }
    }
}

/// What is later than the as-of date has not happened.
fn as_it_stood(refund: &mut Refund, as_of: i64) {
    let later = |at: Option<i64>| at.is_some_and(|at| at > as_of);
    if refund.status == "completed" && later(refund.completed_at) {
        if later(refund.decided_at) { "requested" } else { "approved" }.clone_into(&mut refund.status);
    } else if (refund.status == "rejected" || refund.status == "approved") && later(refund.decided_at) {
        "requested".clone_into(&mut refund.status);
    }
    for at in [&mut refund.decided_at, &mut refund.completed_at, &mut refund.arrived_at] {
        *at = at.filter(|at| *at <= as_of);
    }
}

// ---- rows

struct Cells<'r> {
    table: &'r Table,
    row: &'r Row,
}

impl Cells<'_> {
    fn text(&self, column: &str) -> String {
        self.table.cell(self.row, column).trim().to_owned()
    }

    fn needed(&self, column: &str) -> Result<String, Unreadable> {
        let text = self.text(column);
        if text.is_empty() { Err(Unreadable) } else { Ok(text) }
    }

    fn word(&self, column: &str, known: &[&str]) -> Result<String, Unreadable> {
        let text = self.text(column);
        if text.is_empty() || known.contains(&text.as_str()) { Ok(text) } else { Err(Unreadable) }
    }

    fn flag(&self, column: &str) -> Result<bool, Unreadable> {
        Ok(self.word(column, &["true", "false"])? == "true")
    }

    fn moment(&self, column: &str) -> Result<Option<Moment>, Unreadable> {
        let text = self.text(column);
        if text.is_empty() { Ok(None) } else { moment(&text).map(Some).ok_or(Unreadable) }
    }

    fn instant(&self, column: &str) -> Result<Option<i64>, Unreadable> {
        Ok(self.moment(column)?.map(|moment| moment.first))
    }

    fn amount(&self, column: &str) -> Result<Option<i128>, Unreadable> {
        let text = self.text(column);
        if text.is_empty() {
            return Ok(None);
        }
        decimal(&text).filter(|amount| *amount >= 0).map(Some).ok_or(Unreadable)
    }

    fn sums(&self, prefix: &str) -> Result<Sums, Unreadable> {
        let mut sums = Sums::default();
        for column in self.table.columns_of(prefix) {
            if let Some(tender) = tender_of(&column) {
                sums[tender] = self.amount(&format!("{prefix}{column}"))?.unwrap_or(0);
            }
        }
        Ok(sums)
    }
}

const ORDER_KINDS: [&str; 6] = ["new", "renew", "upgrade", "downgrade", "trial", "gift"];
const ORDER_STATES: [&str; 5] = ["paid", "unpaid", "closed", "refunding", "refunded"];
const REFUND_STATES: [&str; 5] = ["requested", "approved", "rejected", "completed", "cancelled"];

fn order(table: &Table, row: &Row) -> Result<Order, Unreadable> {
    let cells = Cells { table, row };
    if !table.fits(row) {
        return Err(Unreadable);
    }
    let account = cells.needed("account_id")?;
    let payer = cells.text("payer_id");
    let kind = cells.word("order_kind", &ORDER_KINDS)?;
    let package = cells.needed("package_type")?;
    let months = cells.text("months");
    let months = if months.is_empty() { None } else { Some(months.parse().map_err(|_| Unreadable)?) };
    let paid = cells.sums("paid_")?;
    Ok(Order {
        id: cells.needed("order_id")?,
        instance: cells.text("instance_id"),
        payer: if payer.is_empty() { account.clone() } else { payer },
        account,
        product: cells.needed("product")?,
        kind: if kind.is_empty() { "new".to_owned() } else { kind },
        status: cells.word("status", &ORDER_STATES)?,
        currency: cells.needed("currency")?,
        list_price: cells.amount("list_price")?,
        paid,
        paid_at: cells.moment("paid_at")?.ok_or(Unreadable)?,
        delivered_at: cells.moment("delivered_at")?,
        effective_at: cells.moment("effective_at")?,
        period_start: cells.instant("period_start")?,
        period_end: cells.instant("period_end")?,
        expires_at: cells.moment("expires_at")?,
        months,
        package,
        gift: cells.flag("gift")?,
        promotion_forbids: cells.flag("promotion_forbids_refund")?,
        invoice: cells.word("invoice", &["none", "issued", "returned"])?,
        license_at: cells.instant("license_activated_at")?,
        linked_license_at: cells.instant("linked_license_activated_at")?,
        payment: cells.text("payment_id"),
        site: cells.text("site"),
        quota: cells.amount("quota")?,
        otherwise: None,
    })
}

fn refund(table: &Table, row: &Row) -> Result<Refund, Unreadable> {
    let cells = Cells { table, row };
    if !table.fits(row) {
        return Err(Unreadable);
    }
    let status = cells.word("status", &REFUND_STATES)?;
    if status.is_empty() {
        return Err(Unreadable);
    }
    Ok(Refund {
        id: cells.needed("refund_id")?,
        order: cells.needed("order_id")?,
        to_account: cells.text("to_account"),
        to_method: cells.text("to_method"),
        requested_at: cells.moment("requested_at")?.ok_or(Unreadable)?,
        without_time: cells.text("assumed").split(';').any(|fact| fact.trim() == "requested_at"),
        channel: cells.word("channel", &["self_service", "ticket"])?,
        status,
        reason: cells.text("reason"),
        decided_at: cells.instant("decided_at")?,
        completed_at: cells.instant("completed_at")?,
        arrived_at: cells.instant("arrived_at")?,
        currency: cells.needed("currency")?,
        back: cells.sums("refunded_")?,
        channel_txn: cells.text("channel_txn"),
        merged: cells.flag("merged")?,
        contradicts: false,
        repeats: false,
        is_later: false,
    })
}

fn usage(table: &Table, row: &Row) -> Result<Usage, Unreadable> {
    let cells = Cells { table, row };
    let basis = cells.word("basis", &["deduction", "raw"])?;
    let (order, instance) = (cells.text("order_id"), cells.text("instance_id"));
    let (start, end) = (cells.instant("usage_start")?, cells.instant("usage_end")?);
    let backwards = start.zip(end).is_some_and(|(start, end)| end < start);
    if !table.fits(row) || backwards || order.is_empty() && instance.is_empty() {
        return Err(Unreadable);
    }
    Ok(Usage {
        id: cells.text("usage_id"),
        order,
        instance,
        posted_at: cells.moment("posted_at")?.ok_or(Unreadable)?,
        start,
        end,
        quantity: decimal(&cells.needed("quantity")?).ok_or(Unreadable)?,
        raw: basis == "raw",
        product: cells.text("product"),
        class: cells.text("class"),
        rest: ["unit", "account_id", "description"].map(|column| cells.text(column)).to_vec(),
    })
}

fn event(table: &Table, row: &Row) -> Result<Event, Unreadable> {
    let cells = Cells { table, row };
    let (at, until) = (cells.instant("at")?.ok_or(Unreadable)?, cells.instant("until")?);
    if !table.fits(row) || until.is_some_and(|until| until < at) {
        return Err(Unreadable);
    }
    Ok(Event {
        kind: cells.needed("kind")?,
        account: cells.text("account_id"),
        order: cells.text("order_id"),
        product: cells.text("product"),
        at,
        until,
        reason: cells.text("reason"),
        amount: cells.amount("amount")?.unwrap_or(0),
    })
}

// ---- records that progress

/// Fills what was empty; false where both are there and differ.
fn grows<T: PartialEq + Copy>(known: &mut Option<T>, more: Option<T>) -> bool {
    if known.is_none() {
        *known = more;
    }
    more.is_none() || *known == more
}

fn sums_grow(known: &mut Sums, more: &Sums) -> bool {
    let empty = |sums: &Sums| sums.iter().all(|sum| *sum == 0);
    if empty(known) {
        *known = *more;
        return true;
    }
    empty(more) || known == more
}

/// Which of two states is the later one, along one of the ways that a case goes.
fn later_state(ways: &[&[&str]], one: &str, other: &str) -> Option<String> {
    if one == other || other.is_empty() {
        return Some(one.to_owned());
    }
    if one.is_empty() {
        return Some(other.to_owned());
    }
    ways.iter().find_map(|way| {
        let place = |state: &str| way.iter().position(|known| *known == state);
        Some(if place(one)? < place(other)? { other } else { one }.to_owned())
    })
}

fn fills(known: &mut String, more: &String) -> bool {
    if known.is_empty() {
        known.clone_from(more);
        return true;
    }
    more.is_empty() || known == more
}

fn join_orders(known: &mut Order, more: Order) {
    let mut joined = known.clone();
    let state = later_state(&[&["unpaid", "paid", "refunding", "refunded"]], &known.status, &more.status);
    let grown = sums_grow(&mut joined.paid, &more.paid)
        & grows(&mut joined.list_price, more.list_price)
        & grows(&mut joined.delivered_at, more.delivered_at)
        & grows(&mut joined.effective_at, more.effective_at)
        & grows(&mut joined.period_start, more.period_start)
        & grows(&mut joined.period_end, more.period_end)
        & grows(&mut joined.expires_at, more.expires_at)
        & grows(&mut joined.license_at, more.license_at)
        & grows(&mut joined.linked_license_at, more.linked_license_at)
        & grows(&mut joined.months, more.months)
        & grows(&mut joined.quota, more.quota)
        & fills(&mut joined.instance, &more.instance)
        & fills(&mut joined.invoice, &more.invoice)
        & fills(&mut joined.payment, &more.payment)
        & fills(&mut joined.site, &more.site);
    joined.gift |= more.gift;
    joined.promotion_forbids |= more.promotion_forbids;
    let same = (&known.account, &known.payer, &known.product, &known.package, &known.kind)
        == (&more.account, &more.payer, &more.product, &more.package, &more.kind)
        && (&known.currency, known.paid_at) == (&more.currency, more.paid_at);
    match state {
        Some(state) if grown && same => {
            joined.status = state;
            *known = joined;
        }
        _ => known.otherwise = Some(Box::new(more)),
    }
}

fn join_refunds(known: &mut Refund, more: &Refund) {
    let mut joined = known.clone();
    let ways: [&[&str]; 3] = [
        &["requested", "approved", "completed"],
        &["requested", "rejected", "completed"],
        &["requested", "approved", "cancelled"],
    ];
    let state = later_state(&ways, &known.status, &more.status);
    let grown = sums_grow(&mut joined.back, &more.back)
        & grows(&mut joined.decided_at, more.decided_at)
        & grows(&mut joined.completed_at, more.completed_at)
        & grows(&mut joined.arrived_at, more.arrived_at)
        & fills(&mut joined.to_account, &more.to_account)
        & fills(&mut joined.to_method, &more.to_method)
        & fills(&mut joined.channel, &more.channel)
        & fills(&mut joined.reason, &more.reason)
        & fills(&mut joined.channel_txn, &more.channel_txn);
    joined.merged |= more.merged;
    let same = (&known.order, known.requested_at, known.without_time)
        == (&more.order, more.requested_at, more.without_time)
        && known.currency == more.currency;
    match state {
        Some(state) if grown && same && !known.contradicts => {
            joined.status = state;
            *known = joined;
        }
        _ => known.contradicts = true,
    }
}
