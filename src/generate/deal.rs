//! One order of the made-up world with all its rows, and the truth about it.

use super::{
    clock::Stamp,
    coin::{Coin, sums},
    lines::{Line, Sum},
    random::Random,
    rows::{EventRow, OrderRow, RefundRow, UsageRow},
    scene::any_form,
};
use crate::record::Tender;

/// Whether a refund was due at the request that counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    Yes,
    No,
    Unknown,
}

impl Due {
    /// The word in the truth.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Unknown => "unknown",
        }
    }
}

/// A planted fault and the money it speaks of.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    /// The kind of finding.
    pub(super) slug: &'static str,
    pub(super) at_risk: i64,
}

/// An order with its refunds, usage and events.
#[derive(Clone, Debug)]
pub(super) struct Deal {
    pub(super) line: &'static Line,
    pub(super) order: OrderRow,
    /// A second row of the same number with other content.
    pub(super) order_again: Option<OrderRow>,
    pub(super) refunds: Vec<RefundRow>,
    pub(super) usage: Vec<UsageRow>,
    pub(super) events: Vec<EventRow>,
    /// Whether the orders export holds it.
    pub(super) is_listed: bool,
    /// Whether each of its rows stands twice.
    pub(super) is_repeated: bool,
    /// Whether its usage names the package rather than the order.
    pub(super) by_instance: bool,
    pub(super) due: Due,
    /// What is owed where it is due.
    pub(super) expected: i64,
    pub(super) faults: Vec<Fault>,
    /// A fault that concerns no single order.
    pub(super) file_fault: Option<&'static str>,
    pub(super) story: String,
    pub(super) serial: u64,
}

impl Deal {
    /// An order paid at an instant, at some price in some tenders.
    pub(super) fn new(
        line: &'static Line,
        order_id: String,
        paid_at: Stamp,
        serial: u64,
        random: &mut Random,
    ) -> Self {
        let coin = *random.pick(line.coins);
        let account_id = format!("100{:09}", 500_000_000 + serial);
        let payer_id = if random.one_in(4) { format!("200{serial:09}") } else { account_id.clone() };
        let has_term = line.months > 0;
        let order = OrderRow {
            order_id,
            instance_id: format!("{}-{serial:08}", line.product.trim_start_matches("ali_")),
            account_id,
            payer_id,
            product: line.product,
            package_type: line.package_type,
            order_kind: "new",
            status: "paid",
            coin,
            list_price: None,
            paid: sums(&[]),
            paid_at,
            delivered_at: random.one_in(2).then(|| paid_at.plus(random.below(2))),
            effective_at: None,
            period: None,
            expires_at: has_term.then(|| paid_at.plus_months(line.months)),
            months: has_term.then_some(line.months),
            gift: false,
            promotion_forbids_refund: false,
            invoice: "",
            license_activated_at: None,
            linked_license_activated_at: None,
            form: any_form(random),
        };
        let mut deal = Self {
            line,
            order,
            order_again: None,
            refunds: Vec::new(),
            usage: Vec::new(),
            events: Vec::new(),
            is_listed: true,
            is_repeated: false,
            by_instance: random.one_in(4),
            due: Due::No,
            expected: 0,
            faults: Vec::new(),
            file_fault: None,
            story: String::new(),
            serial,
        };
        let days = deal.term_days();
        if days > 0 && random.one_in(2) {
            // Days used are counted from the start of the period, which is the purchase.
            deal.order.period = Some((paid_at, paid_at.plus_days(days)));
        }
        deal.pay_somehow(random);
        deal
    }

    /// Pays a price in one tender, in two that come back, or partly in one that does not.
    fn pay_somehow(&mut self, random: &mut Random) {
        let coin = self.order.coin;
        // From 10.00 to 2000.00; a yen is worth a cent, an eighth decimal is worth less.
        let price = if coin.places == 8 {
            random.between(1_000_000_000, 200_000_000_000)
        } else {
            random.between(1000, 200_000)
        };
        let one = *random.pick(self.line.refundable);
        let part = 1 + random.below(price - 1);
        let paid = match random.below(10) {
            0..6 => sums(&[(one, price)]),
            6..8 => sums(&[(one, part), (*random.pick(self.line.refundable), price - part)]),
            _ => sums(&[(one, part), (*random.pick(self.line.lost), price - part)]),
        };
        self.order.paid = paid;
        self.order.list_price = Some(if random.one_in(5) { price + price / 4 } else { price });
    }

    /// Pays so much instead, by tender, at list price.
    pub(super) fn pay(&mut self, coin: Coin, by: &[(Tender, i64)]) {
        self.order.coin = coin;
        self.order.paid = sums(by);
        self.order.list_price = Some(self.order.paid.iter().sum());
    }

    /// Pays everything in one tender.
    pub(super) fn pay_in_one(&mut self) {
        let price = self.order.paid.iter().sum();
        self.pay(self.order.coin, &[(self.line.refundable[0], price)]);
    }

    /// The instant so many seconds after the payment.
    pub(super) const fn after(&self, seconds: i64) -> Stamp {
        self.order.paid_at.plus(seconds)
    }

    /// Whether it may be returned for longer than four days.
    pub(super) const fn has_long_window(&self) -> bool {
        matches!(self.line.sum, Sum::LessMonthsOf30 | Sum::LessTerm | Sum::LessMinutes)
    }

    /// The days of its term; zero where it has none.
    pub(super) fn term_days(&self) -> i64 {
        let months = self.order.months.unwrap_or(0);
        self.order.paid_at.plus_months(months).dates_since(self.order.paid_at)
    }

    /// Plants a fault.
    pub(super) fn fault(&mut self, slug: &'static str, at_risk: i64) {
        self.faults.push(Fault { slug, at_risk });
    }

    /// A deduction of so many thousandths, posted at an instant for the day before it.
    pub(super) fn deduct(&mut self, posted_at: Stamp, quantity: i64) -> &mut UsageRow {
        let usage_start = posted_at.plus_days(-1).max(self.order.paid_at.min(posted_at));
        let form = self.order.form;
        self.usage.push(UsageRow {
            posted_at,
            usage_start,
            usage_end: posted_at,
            quantity,
            is_raw: false,
            form,
        });
        self.usage.last_mut().expect("one was just put there")
    }

    /// Raw usage that began at an instant.
    pub(super) fn measure(&mut self, from: Stamp, quantity: i64) {
        let until = from.plus(1800);
        let row = self.deduct(until, quantity);
        (row.usage_start, row.is_raw) = (from, true);
    }

    /// A fact about the order.
    pub(super) fn event(&mut self, kind: &'static str, at: Stamp, until: Option<Stamp>) -> &mut EventRow {
        let form = self.order.form;
        self.events.push(EventRow {
            kind,
            account_id: String::new(),
            order_id: self.order.order_id.clone(),
            product: "",
            at,
            until,
            reason: "",
            amount: String::new(),
            form,
        });
        self.events.last_mut().expect("one was just put there")
    }

    /// A fact about its account.
    pub(super) fn account_event(
        &mut self,
        kind: &'static str,
        reason: &'static str,
        at: Stamp,
        until: Option<Stamp>,
    ) {
        let account_id = self.order.account_id.clone();
        let event = self.event(kind, at, until);
        (event.account_id, event.reason) = (account_id, reason);
        event.order_id.clear();
    }
}
