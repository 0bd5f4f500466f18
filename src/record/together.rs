//! Rows of one order or refund, brought together to one record.
//!
//! A bill knows how an order was paid, the order list when its refund was asked for; last week's list has the
//! case as it was then. Each row gives what the others leave empty, a fact that was read outranks one that stands
//! in for another, and what grows as a case goes on is taken at its latest. What is left differs truly: each of the
//! records that it leads to is given, with the columns and the rows that disagree.

use super::{Assumed, Invoice, Link, Order, OrderStatus, Refund, RefundStatus, SourceRef, Tender, Tenders};
use crate::{
    money::Money,
    time::{Instant, Moment, Offset},
};

/// Sums closer than this are one sum: accounts move in cents, rows have eight decimals.
const CENT: Money = Money::from_units(1_000_000);
/// What the word of a product begins with that no catalogue knows.
const UNMAPPED_MARK: char = '?';
/// What stands between a product and the site of the vendor that it was bought on.
const SITE_MARK: char = '@';

/// A column in which two rows of one record disagree.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    /// The column of the canonical form.
    pub column: &'static str,
    /// A row, and what it says.
    pub here: (SourceRef, String),
    /// Another row, and what that says.
    pub there: (SourceRef, String),
}

/// What rows of one record come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Together<T> {
    /// The record. Where rows differ truly, the one of the row with the fewest assumptions.
    pub record: T,
    /// The records that other rows lead to, where they differ truly; never equal to the first.
    pub others: Vec<T>,
    /// In what they differ.
    pub differences: Vec<Difference>,
}

/// What can be brought together.
pub trait Join: Clone {
    /// Takes up what another row says; where both speak and differ, the own word stands.
    fn join(&mut self, other: &Self, differences: &mut Vec<Difference>);
    /// The order in which rows are taken, wherever they stand: those with the fewest assumptions first.
    fn rank(&self, other: &Self) -> std::cmp::Ordering;
    /// Whether two records say the same, wherever they were read.
    fn says_the_same(&self, other: &Self) -> bool;
}

/// Brings rows of one id together. The order in which they come decides nothing.
///
/// # Panics
///
/// Where there is no row.
#[must_use]
pub fn bring_together<T: Join>(mut rows: Vec<T>) -> Together<T> {
    rows.sort_by(T::rank);
    rows.dedup_by(|a, b| a.says_the_same(b));
    let mut differences = Vec::new();
    let joined = |first: usize, differences: &mut Vec<Difference>| {
        let mut record = rows[first].clone();
        for other in rows.iter().enumerate().filter(|(at, _)| *at != first).map(|(_, row)| row) {
            record.join(other, differences);
        }
        record
    };
    let record = joined(0, &mut differences);
    let mut others: Vec<T> = Vec::new();
    if !differences.is_empty() {
        for first in 1..rows.len() {
            let other = joined(first, &mut Vec::new());
            if !record.says_the_same(&other) && !others.iter().any(|known| known.says_the_same(&other)) {
                others.push(other);
            }
        }
    }
    if others.is_empty() {
        differences.clear();
    }
    differences.sort();
    differences.dedup();
    Together { record, others, differences }
}

/// Two rows while one is taken up by the other.
struct Pair<'d> {
    here: SourceRef,
    there: SourceRef,
    differences: &'d mut Vec<Difference>,
}

impl Pair<'_> {
    fn differ(&mut self, column: &'static str, mine: String, theirs: String) {
        let (here, there) = ((self.here, mine), (self.there, theirs));
        self.differences.push(Difference { column, here, there });
    }

    /// A fact of which each row may say nothing.
    fn fill<T: Clone + PartialEq>(
        &mut self,
        column: &'static str,
        mine: &mut Option<T>,
        theirs: Option<&T>,
        text: impl Fn(&T) -> String,
    ) {
        match (mine.as_ref(), theirs) {
            (None, Some(theirs)) => *mine = Some(theirs.clone()),
            (Some(own), Some(theirs)) if own != theirs => self.differ(column, text(own), text(theirs)),
            _ => {}
        }
    }

    /// A fact that every row states, though some only assume it.
    fn state<T: Clone + PartialEq>(
        &mut self,
        column: &'static str,
        (mine, is_mine_assumed): (&mut T, &mut bool),
        (theirs, is_theirs_assumed): (&T, bool),
        text: impl Fn(&T) -> String,
    ) {
        match (*is_mine_assumed, is_theirs_assumed) {
            (true, false) => {
                *mine = theirs.clone();
                *is_mine_assumed = false;
            }
            (false, false) if mine != theirs => self.differ(column, text(mine), text(theirs)),
            _ => {}
        }
    }

    /// An instant that an export may have written to the minute only.
    fn instant(&mut self, column: &'static str, mine: &mut Option<Instant>, theirs: Option<Instant>) {
        if let (Some(own), Some(theirs)) = (*mine, theirs) {
            let (minute, second) = (own.min(theirs), own.max(theirs));
            if minute.micros().rem_euclid(60_000_000) == 0 && second.micros() - minute.micros() < 60_000_000 {
                *mine = Some(second);
                return;
            }
        }
        self.fill(column, mine, theirs.as_ref(), instant_text);
    }

    fn moment(&mut self, column: &'static str, mine: &mut Option<Moment>, theirs: Option<Moment>) {
        if let (Some(own), Some(theirs)) = (*mine, theirs)
            && let Some(both) = overlap(own, theirs)
        {
            *mine = Some(both);
            return;
        }
        self.fill(column, mine, theirs.as_ref(), |at| instant_text(&at.earliest()));
    }

    /// What was paid or came back.
    fn tenders(&mut self, paid: bool, mine: (&mut Tenders, &mut bool), theirs: (&Tenders, bool)) {
        let (own, is_total) = mine;
        if own.currency != theirs.0.currency {
            self.differ("currency", own.currency.to_string(), theirs.0.currency.to_string());
            return;
        }
        if let Some((both, is_total_only)) = one_sum((own, *is_total), theirs) {
            (*own, *is_total) = (both, is_total_only);
            return;
        }
        let text = |sum: Money, currency| sum.text(currency);
        // Tenders are compared where both have them; a total is compared as a whole, under the name of cash.
        let by_tender = !*is_total && !theirs.1;
        let differing = Tender::ALL.into_iter().filter(|tender| {
            own.get(*tender).minus(theirs.0.get(*tender)).abs() >= CENT
                && (by_tender || *tender == Tender::Cash)
        });
        let named: Vec<Tender> = differing.collect();
        for tender in &named {
            let (here, there) = (own.get(*tender), theirs.0.get(*tender));
            self.differ(column_of(*tender, paid), text(here, own.currency), text(there, own.currency));
        }
        if named.is_empty() {
            let column = column_of(Tender::Cash, paid);
            self.differ(column, text(own.total(), own.currency), text(theirs.0.total(), own.currency));
        }
    }
}

/// The canonical column of a tender.
const fn column_of(tender: Tender, paid: bool) -> &'static str {
    match (tender, paid) {
        (Tender::Cash, true) => "paid_cash",
        (Tender::Commission, true) => "paid_commission",
        (Tender::FreeCredit, true) => "paid_free_credit",
        (Tender::Voucher, true) => "paid_voucher",
        (Tender::Coupon, true) => "paid_coupon",
        (Tender::Offset, true) => "paid_offset",
        (Tender::StoredValueCard, true) => "paid_stored_value_card",
        (Tender::DebitCard, true) => "paid_debit_card",
        (Tender::CreditCard, true) => "paid_credit_card",
        (Tender::Paypal, true) => "paid_paypal",
        (Tender::Alipay, true) => "paid_alipay",
        (Tender::Bank, true) => "paid_bank",
        (Tender::Cash, false) => "refunded_cash",
        (Tender::Commission, false) => "refunded_commission",
        (Tender::FreeCredit, false) => "refunded_free_credit",
        (Tender::Voucher, false) => "refunded_voucher",
        (Tender::Coupon, false) => "refunded_coupon",
        (Tender::Offset, false) => "refunded_offset",
        (Tender::StoredValueCard, false) => "refunded_stored_value_card",
        (Tender::DebitCard, false) => "refunded_debit_card",
        (Tender::CreditCard, false) => "refunded_credit_card",
        (Tender::Paypal, false) => "refunded_paypal",
        (Tender::Alipay, false) => "refunded_alipay",
        (Tender::Bank, false) => "refunded_bank",
    }
}

fn instant_text(at: &Instant) -> String {
    at.text(Offset::BEIJING)
}

fn overlap(one: Moment, other: Moment) -> Option<Moment> {
    let (first, last) = (one.earliest().max(other.earliest()), one.latest().min(other.latest()));
    (first <= last).then(|| Moment::between(first, last))
}

/// The sums that a total may be: with or without what vouchers and coupons paid.
fn sums(tenders: &Tenders, is_total: bool) -> Vec<Money> {
    let all = tenders.total();
    let without = |lost: &[Tender]| lost.iter().fold(all, |sum, tender| sum.minus(tenders.get(*tender)));
    let mut sums = vec![all, without(&[Tender::Coupon]), without(&[Tender::Coupon, Tender::Voucher])];
    if is_total {
        sums.push(tenders.get(Tender::Cash));
    }
    sums
}

/// One sum of two where they agree to the cent, and whether it is still only a total. No money at all is no sum.
fn one_sum(mine: (&Tenders, bool), theirs: (&Tenders, bool)) -> Option<(Tenders, bool)> {
    let agree = |a: Money, b: Money| a.minus(b).abs() < CENT;
    let more = |a: (&Tenders, bool), b: (&Tenders, bool)| {
        let knows = |tenders: &Tenders| {
            let lost = tenders.get(Tender::Voucher).plus(tenders.get(Tender::Coupon));
            (lost, Tender::ALL.map(|tender| tenders.get(tender)))
        };
        let best = if knows(a.0) >= knows(b.0) { a } else { b };
        (*best.0, best.1)
    };
    if theirs.0.total().is_zero() {
        return Some((*mine.0, mine.1));
    }
    if mine.0.total().is_zero() {
        return Some((*theirs.0, theirs.1));
    }
    let (split, total) = match (mine.1, theirs.1) {
        (false, false) => {
            let same = Tender::ALL.into_iter().all(|tender| agree(mine.0.get(tender), theirs.0.get(tender)));
            return same.then(|| more(mine, theirs));
        }
        (true, true) => {
            let fits = sums(mine.0, true).into_iter().any(|sum| agree(sum, theirs.0.total()))
                || sums(theirs.0, true).into_iter().any(|sum| agree(sum, mine.0.total()));
            return fits.then(|| more(mine, theirs));
        }
        (false, true) => (mine, theirs),
        (true, false) => (theirs, mine),
    };
    let of_total = [total.0.total(), total.0.get(Tender::Cash)];
    let fits =
        sums(split.0, false).into_iter().any(|sum| of_total.into_iter().any(|other| agree(sum, other)));
    fits.then(|| (*split.0, false))
}

impl Join for Order {
    fn rank(&self, other: &Self) -> std::cmp::Ordering {
        (self.assumed.count().cmp(&other.assumed.count()))
            .then_with(|| self.compare_content(other))
            .then_with(|| self.at.cmp(&other.at))
    }

    fn says_the_same(&self, other: &Self) -> bool {
        self.compare_content(other).is_eq()
    }

    fn join(&mut self, other: &Self, differences: &mut Vec<Difference>) {
        let mut pair = Pair { here: self.at, there: other.at, differences };
        let text = |id: &_| format!("{id}");
        let mut assumed = self.assumed;
        // An order that was never paid has no payment; something stands for it.
        let unpaid = |order: &Self| order.status == Some(OrderStatus::Unpaid);
        let mut is_paid_assumed = assumed.payment || unpaid(self);
        let is_their_paid_assumed = other.assumed.payment || unpaid(other);
        pair.fill("instance_id", &mut self.instance_id, other.instance_id.as_ref(), |id| id.to_string());
        // Who paid is the owner where a row does not say.
        let payer =
            [&*self, other].map(|order| (order.payer_id != order.account_id).then_some(&order.payer_id));
        let payer = match payer {
            [Some(mine), Some(theirs)] if mine != theirs && !assumed.account && !other.assumed.account => {
                pair.differ("payer_id", text(mine), text(theirs));
                Some(mine.clone())
            }
            [Some(one), _] | [None, Some(one)] => Some(one.clone()),
            [None, None] => None,
        };
        pair.state(
            "account_id",
            (&mut self.account_id, &mut assumed.account),
            (&other.account_id, other.assumed.account),
            |id| id.to_string(),
        );
        self.payer_id = payer.unwrap_or_else(|| self.account_id.clone());
        join_product(self, other, &mut assumed, &mut pair);
        join_status(self, other, &mut assumed, &mut pair);
        join_list_price(self, other, &mut pair);
        pair.tenders(true, (&mut self.paid, &mut assumed.tenders), (&other.paid, other.assumed.tenders));
        match overlap(self.paid_at, other.paid_at).filter(|_| is_paid_assumed == is_their_paid_assumed) {
            Some(both) => self.paid_at = both,
            None => pair.state(
                "paid_at",
                (&mut self.paid_at, &mut is_paid_assumed),
                (&other.paid_at, is_their_paid_assumed),
                |at| instant_text(&at.earliest()),
            ),
        }
        assumed.payment &= other.assumed.payment;
        pair.moment("delivered_at", &mut self.delivered_at, other.delivered_at);
        pair.moment("effective_at", &mut self.effective_at, other.effective_at);
        pair.instant("period_start", &mut self.period_start, other.period_start);
        pair.instant("period_end", &mut self.period_end, other.period_end);
        join_expiry(self, other, &mut assumed, &mut pair);
        pair.fill("months", &mut self.months, other.months.as_ref(), ToString::to_string);
        pair.fill("payment_id", &mut self.payment_id, other.payment_id.as_ref(), |id| id.to_string());
        pair.fill("quota", &mut self.quota, other.quota.as_ref(), ToString::to_string);
        pair.fill("quota_unit", &mut self.quota_unit, other.quota_unit.as_ref(), ToString::to_string);
        let no_assumption = self.assumed.count() == 0 && other.assumed.count() == 0;
        for (column, mine, theirs) in [
            ("gift", &mut self.gift, other.gift),
            ("promotion_forbids_refund", &mut self.promotion_forbids_refund, other.promotion_forbids_refund),
        ] {
            if no_assumption && *mine != theirs {
                pair.differ(column, mine.to_string(), theirs.to_string());
            } else {
                *mine |= theirs;
            }
        }
        match (self.invoice, other.invoice) {
            (Some(Invoice::Issued), Some(Invoice::Returned)) => self.invoice = other.invoice,
            (Some(Invoice::Returned), Some(Invoice::Issued)) => {}
            _ => pair.fill("invoice", &mut self.invoice, other.invoice.as_ref(), |state| {
                let word = Invoice::WORDS.iter().find(|(_, known)| known == state);
                word.map_or(String::new(), |(word, _)| (*word).to_owned())
            }),
        }
        pair.instant("license_activated_at", &mut self.license_activated_at, other.license_activated_at);
        pair.instant(
            "linked_license_activated_at",
            &mut self.linked_license_activated_at,
            other.linked_license_activated_at,
        );
        self.assumed = assumed;
    }
}

/// What was bought, and where, is taken from one row as a whole: words of the catalogue outrank those that it does
/// not know, a kind that the export says one that it does not, a row with its site one without.
fn join_product(mine: &mut Order, other: &Order, assumed: &mut Assumed, pair: &mut Pair<'_>) {
    let rank = |order: &Order| {
        let unknown = [&order.product, &order.package_type].map(|word| word.starts_with(UNMAPPED_MARK));
        let names_site = order.site.is_some() || order.product.contains(SITE_MARK);
        (unknown, order.assumed.kind, !names_site)
    };
    let bare = |order: &Order| order.product.split(SITE_MARK).next().unwrap_or_default().to_owned();
    let (here, there) = (rank(mine), rank(other));
    let is_known = here.0 == [false; 2] && there.0 == [false; 2];
    if is_known && bare(mine) != bare(other) {
        pair.differ("product", mine.product.to_string(), other.product.to_string());
    } else if is_known && mine.package_type != other.package_type {
        pair.differ("package_type", mine.package_type.to_string(), other.package_type.to_string());
    } else if mine.kind != other.kind && !assumed.kind && !other.assumed.kind {
        pair.differ("order_kind", mine.kind.word().to_owned(), other.kind.word().to_owned());
    } else if let (Some(own), Some(theirs)) = (&mine.site, &other.site)
        && own != theirs
    {
        pair.differ("site", own.to_string(), theirs.to_string());
    } else if there < here {
        mine.product = other.product.clone();
        mine.package_type = other.package_type.clone();
        mine.kind = other.kind;
        mine.site.clone_from(&other.site);
        assumed.kind = other.assumed.kind;
    }
}

/// A status moves on: unpaid, paid, refunding, refunded; or unpaid, closed.
fn join_status(mine: &mut Order, other: &Order, assumed: &mut Assumed, pair: &mut Pair<'_>) {
    let place = |status: OrderStatus| match status {
        OrderStatus::Unpaid => 0,
        OrderStatus::Paid => 1,
        OrderStatus::Refunding => 2,
        OrderStatus::Refunded => 3,
        OrderStatus::Closed => 4,
    };
    match (mine.status, other.status) {
        (Some(own), Some(theirs)) if own != theirs => {
            let (former, later) = if place(own) < place(theirs) { (own, theirs) } else { (theirs, own) };
            let of_purchase = assumed.status && other.assumed.status;
            if later == OrderStatus::Closed && former != OrderStatus::Unpaid && of_purchase {
                // What was paid by one list was paid, whatever another closed.
                mine.status = Some(former);
            } else if later == OrderStatus::Closed && former != OrderStatus::Unpaid {
                pair.differ("status", own.word().to_owned(), theirs.word().to_owned());
            } else if later == theirs {
                mine.status = Some(theirs);
                assumed.status = other.assumed.status;
            }
        }
        // What was paid elsewhere is no longer unpaid.
        (Some(OrderStatus::Unpaid), None) => {
            mine.status = None;
            assumed.status = false;
        }
        (None, Some(OrderStatus::Unpaid)) => {}
        (None, Some(theirs)) => {
            mine.status = Some(theirs);
            assumed.status = other.assumed.status;
        }
        _ => assumed.status &= other.assumed.status || other.status.is_none(),
    }
}

fn join_list_price(mine: &mut Order, other: &Order, pair: &mut Pair<'_>) {
    if let (Some(own), Some(theirs)) = (mine.list_price, other.list_price)
        && own.minus(theirs).abs() < CENT
    {
        mine.list_price = Some(own.max(theirs));
        return;
    }
    let currency = mine.paid.currency;
    pair.fill("list_price", &mut mine.list_price, other.list_price.as_ref(), |sum| sum.text(currency));
}

/// An expiry that was read outranks one that stands for it; of two that stand for it, that of a billed period.
fn join_expiry(mine: &mut Order, other: &Order, assumed: &mut Assumed, pair: &mut Pair<'_>) {
    let rank =
        |order: &Order| (order.expires_at.is_some(), !order.assumed.expiry, order.period_end.is_some());
    if mine.expires_at.is_some()
        && other.expires_at.is_some()
        && !(mine.assumed.expiry || other.assumed.expiry)
    {
        pair.moment("expires_at", &mut mine.expires_at, other.expires_at);
        return;
    }
    let theirs_is_better =
        rank(other) > rank(mine) || rank(other) == rank(mine) && other.expires_at > mine.expires_at;
    if theirs_is_better {
        mine.expires_at = other.expires_at;
        assumed.expiry = other.assumed.expiry;
    }
}

impl Join for Refund {
    fn rank(&self, other: &Self) -> std::cmp::Ordering {
        (self.assumed.count().cmp(&other.assumed.count()))
            .then_with(|| self.link.is_some().cmp(&other.link.is_some()))
            .then_with(|| self.compare_content(other))
            .then_with(|| self.at.cmp(&other.at))
    }

    fn says_the_same(&self, other: &Self) -> bool {
        self.compare_content(other).is_eq()
    }

    fn join(&mut self, other: &Self, differences: &mut Vec<Difference>) {
        let mut pair = Pair { here: self.at, there: other.at, differences };
        let mut assumed = self.assumed;
        let text = |text: &Box<str>| text.to_string();
        join_order_of(self, other, &mut pair);
        match (&self.account_id, &other.account_id) {
            (Some(_), Some(theirs)) if assumed.account && !other.assumed.account => {
                self.account_id = Some(theirs.clone());
                assumed.account = false;
            }
            (Some(_), Some(_)) if other.assumed.account => {}
            _ => {
                pair.fill("account_id", &mut self.account_id, other.account_id.as_ref(), |id| id.to_string())
            }
        }
        pair.fill("to_account", &mut self.to_account, other.to_account.as_ref(), |id| id.to_string());
        pair.fill("to_method", &mut self.to_method, other.to_method.as_ref(), text);
        let completion = join_completion(self, other, &mut pair);
        join_request(self, other, completion, &mut assumed, &mut pair);
        pair.fill("channel", &mut self.channel, other.channel.as_ref(), |channel| channel.word().to_owned());
        let moved_on = join_refund_status(self, other, &mut pair);
        if moved_on && self.reason.is_some() && other.reason.is_some() {
            // The words of the denial, whatever was written when it was made good.
        } else {
            pair.fill("reason", &mut self.reason, other.reason.as_ref(), text);
        }
        pair.instant("decided_at", &mut self.decided_at, other.decided_at);
        pair.instant("arrived_at", &mut self.arrived_at, other.arrived_at);
        pair.tenders(
            false,
            (&mut self.returned, &mut assumed.tenders),
            (&other.returned, other.assumed.tenders),
        );
        pair.fill("channel_txn", &mut self.channel_txn, other.channel_txn.as_ref(), text);
        self.merged |= other.merged;
        self.assumed = assumed;
    }
}

/// An order that a row names outranks one that was found for it.
fn join_order_of(mine: &mut Refund, other: &Refund, pair: &mut Pair<'_>) {
    let rank = |link: Option<&Link>| match link {
        None => 0,
        Some(Link::OtherExport) => 1,
        Some(Link::FirstOfSeveral) => 2,
        Some(Link::Resource(_)) => 3,
        Some(Link::LatestOfResource(_)) => 4,
        Some(Link::NotFound) => 5,
    };
    let (here, there) = (rank(mine.link.as_deref()), rank(other.link.as_deref()));
    if there < here {
        mine.order_id = other.order_id.clone();
        mine.link.clone_from(&other.link);
    } else if here == there && mine.order_id != other.order_id {
        pair.differ("order_id", mine.order_id.to_string(), other.order_id.to_string());
    }
}

/// When the money moved, as exactly as a row knows; its bounds come back.
fn join_completion(mine: &mut Refund, other: &Refund, pair: &mut Pair<'_>) -> Option<Moment> {
    let bounds = |refund: &Refund| {
        let at = refund.completed_at?;
        let stands = refund.assumed.request && refund.requested_at.earliest() == at;
        Some(if stands { refund.requested_at } else { Moment::exact(at) })
    };
    let mut completion = bounds(mine);
    pair.moment("completed_at", &mut completion, bounds(other));
    let both = completion.map(Moment::earliest);
    if both != mine.completed_at {
        mine.completed_at = both;
        if mine.assumed.request
            && let Some(at) = completion
        {
            mine.requested_at = at;
        }
    }
    completion
}

/// A request that an export has the time of, unless that lies behind the completion.
fn join_request(
    mine: &mut Refund,
    other: &Refund,
    completion: Option<Moment>,
    assumed: &mut Assumed,
    pair: &mut Pair<'_>,
) {
    let fits = |at: Moment| completion.is_none_or(|done| at.earliest() <= done.latest());
    match (assumed.request, other.assumed.request) {
        (true, false) if fits(other.requested_at) => {
            mine.requested_at = other.requested_at;
            assumed.request = false;
        }
        (false, true) if fits(mine.requested_at) => {}
        (true, true) => {
            if completion.is_none()
                && let Some(both) = overlap(mine.requested_at, other.requested_at)
            {
                mine.requested_at = both;
            }
        }
        _ => match overlap(mine.requested_at, other.requested_at) {
            Some(both) => mine.requested_at = both,
            None => pair.differ(
                "requested_at",
                instant_text(&mine.requested_at.earliest()),
                instant_text(&other.requested_at.earliest()),
            ),
        },
    }
}

/// A refund moves on: requested, then approved, rejected or withdrawn; what was approved or rejected is
/// completed. Says whether it did.
fn join_refund_status(mine: &mut Refund, other: &Refund, pair: &mut Pair<'_>) -> bool {
    let leads_to = |former: RefundStatus, later: RefundStatus| match former {
        RefundStatus::Requested => true,
        RefundStatus::Approved | RefundStatus::Rejected => later == RefundStatus::Completed,
        RefundStatus::Completed | RefundStatus::Cancelled => false,
    };
    let (own, theirs) = (mine.status, other.status);
    if own == theirs || leads_to(theirs, own) {
        return own != theirs;
    }
    if leads_to(own, theirs) {
        mine.status = theirs;
        return true;
    }
    pair.differ("status", own.word().to_owned(), theirs.word().to_owned());
    false
}
