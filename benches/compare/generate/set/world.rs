//! What is true of each order: what was bought, what was asked for, and which fault was planted.

use super::{
    draw::{About, Draw},
    text::{DAY, day_of},
};

/// A hundredth of the currency, in 1e-8.
pub(super) const CENT: u64 = 1_000_000;
/// A whole one.
pub(super) const UNIT: u64 = 100 * CENT;

/// The first second of purchases: 2026-01-01 00:00 at +08:00. Foreign order numbers come from the month
/// before.
const OPENING: u64 = 31 * DAY;
/// How long orders are bought for.
const PURCHASES_SPAN: u64 = 90 * DAY;
/// How long usage goes on: beyond the last day on which anything is asked for or completed.
const USAGE_SPAN: u64 = 110 * DAY;

/// What an order bought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Package {
    /// Live streaming packages: all of what was paid, until the end of the fifth day after the purchase.
    Css(&'static str),
    /// The monthly RTC-Engine package: paid money by the days left, for five times 24 hours.
    RtcEngine,
}

/// What became of a refund, as it was planted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Right,
    UsedBefore,
    UsedAfter,
    Voucher,
    Late,
    WrongSum,
    /// It names an order that is not in the exports.
    UnknownOrder,
    /// Rejected or cancelled: no money moved.
    NotDone,
}

/// Fates, and how many of a thousand refunds have them.
const FATES: [(Fate, u64); 8] = [
    (Fate::Right, 760),
    (Fate::UsedBefore, 60),
    (Fate::UsedAfter, 25),
    (Fate::Voucher, 30),
    (Fate::Late, 40),
    (Fate::WrongSum, 50),
    (Fate::UnknownOrder, 5),
    (Fate::NotDone, 30),
];

/// Cash, commission, free credit and voucher, in 1e-8.
pub(super) type Tenders = [u64; 4];

/// Everything, known by number and never held.
pub(super) struct World {
    orders: u64,
    refunds: u64,
    seed: u64,
}

impl World {
    pub(super) const fn new(orders: u64, refunds: u64, seed: u64) -> Self {
        Self { orders, refunds, seed }
    }

    pub(super) const fn draw(&self, about: About, which: u64) -> Draw {
        Draw::of(self.seed, about, which)
    }

    /// Orders are bought evenly, in the order of their numbers.
    pub(super) fn paid_at(&self, order: u64) -> u64 {
        OPENING + share(order, PURCHASES_SPAN, self.orders)
    }

    /// The last order that was bought by an instant.
    pub(super) fn last_bought_by(&self, instant: u64) -> u64 {
        share(instant - OPENING, self.orders, PURCHASES_SPAN).min(self.orders - 1)
    }

    /// When the usage of a row began.
    pub(super) fn used_at(row: u64, rows: u64) -> u64 {
        OPENING + share(row, USAGE_SPAN, rows)
    }

    pub(super) const fn orders(&self) -> u64 {
        self.orders
    }

    pub(super) fn account(&self, order: u64) -> u64 {
        // Three orders an account, a month apart.
        let account = order % self.orders.div_ceil(3);
        100_000_000_000 + self.draw(About::Account, account).below(900_000_000_000)
    }

    pub(super) fn package(&self, order: u64) -> Package {
        const PACKAGES: [Package; 6] = [
            Package::Css("traffic"),
            Package::Css("traffic"),
            Package::Css("transcode_standard"),
            Package::Css("transcode_tsc"),
            Package::RtcEngine,
            Package::RtcEngine,
        ];
        self.draw(About::Package, order).pick(&PACKAGES)
    }

    /// The order that a refund is of: one of each stretch of orders.
    pub(super) fn order_of(&self, refund: u64) -> u64 {
        let begin = |refund: u64| {
            let wide = (u128::from(refund) * u128::from(self.orders)).div_ceil(u128::from(self.refunds));
            u64::try_from(wide).expect("a stretch begins below the number of orders")
        };
        let (first, next) = (begin(refund), begin(refund + 1));
        first + self.draw(About::Refunded, refund).below(next - first)
    }

    /// The refund of an order, and its fate.
    pub(super) fn fate(&self, order: u64) -> Option<Fate> {
        let refund = share(order, self.refunds, self.orders);
        (self.order_of(refund) == order).then(|| self.fate_of(refund))
    }

    pub(super) fn fate_of(&self, refund: u64) -> Fate {
        let mut left = self.draw(About::Fate, refund).below(1000);
        for (fate, of_a_thousand) in FATES {
            if left < of_a_thousand {
                return fate;
            }
            left -= of_a_thousand;
        }
        unreachable!("the fates make a thousand")
    }

    /// The first second at which a request is too late.
    fn deadline(&self, order: u64) -> u64 {
        let paid_at = self.paid_at(order);
        match self.package(order) {
            Package::Css(_) => paid_at - paid_at % DAY + 6 * DAY,
            Package::RtcEngine => paid_at + 5 * DAY,
        }
    }

    /// When a refund was asked for. One in fifty stands at the limit, on the side of its fate.
    pub(super) fn requested_at(&self, order: u64, fate: Fate) -> u64 {
        let (paid_at, deadline) = (self.paid_at(order), self.deadline(order));
        let mut draw = self.draw(About::Request, order);
        let at_limit = draw.below(50) == 0;
        match fate {
            // The one second of an inclusive end, which is a reading, is left out.
            Fate::Late if at_limit => deadline + u64::from(self.package(order) == Package::RtcEngine),
            Fate::Late => deadline + 2 + draw.below(10 * DAY),
            Fate::UnknownOrder => (paid_at + draw.below(3600)).min(self.paid_at(self.orders - 1)),
            _ if at_limit => deadline - 1,
            _ => paid_at + 60 + draw.below(deadline - paid_at - 60),
        }
    }

    pub(super) fn completed_at(&self, order: u64, fate: Fate) -> u64 {
        self.requested_at(order, fate) + 60 + self.draw(About::Completion, order).below(2 * DAY)
    }

    /// What was paid. The prorated package is paid in cash, so that its sum needs no splitting.
    pub(super) fn paid(&self, order: u64) -> Tenders {
        let mut draw = self.draw(About::Paid, order);
        // Most amounts have cents; some are finer, as metered prices are.
        let mut below = |units: u64| {
            let step = draw.pick(&[CENT, CENT, CENT, CENT, CENT, CENT, CENT / 100, CENT / 10_000, 1]);
            (draw.below(units * UNIT) / step + 1) * step
        };
        let mut paid = [below(5000) + UNIT, below(500), below(200), below(100)];
        let is_prorated = self.package(order) == Package::RtcEngine;
        for (at, percent) in [(1, 30), (2, 20)] {
            if is_prorated || !draw.percent(percent) {
                paid[at] = 0;
            }
        }
        if !draw.percent(25) && self.fate(order) != Some(Fate::Voucher) {
            paid[3] = 0;
        }
        paid
    }

    /// The price before discounts, which are whole tens.
    pub(super) fn list_price(&self, order: u64) -> u64 {
        self.paid(order).iter().sum::<u64>() + self.draw(About::List, order).below(3) * 10 * UNIT
    }

    /// Days of the term of a monthly package.
    pub(super) fn days_of_term(&self, order: u64) -> u64 {
        day_of(self.paid_at(order)).days_of_term
    }

    /// What came back.
    pub(super) fn refunded(&self, order: u64, fate: Fate) -> Tenders {
        if fate == Fate::NotDone {
            return [0; 4];
        }
        let paid = self.paid(order);
        let mut back = [paid[0], paid[1], paid[2], 0];
        if self.package(order) == Package::RtcEngine {
            let begun = (self.requested_at(order, fate) - self.paid_at(order)).div_ceil(DAY);
            back[0] = prorated(paid[0], begun.max(1), self.days_of_term(order));
        }
        match fate {
            Fate::Voucher => back[3] = paid[3],
            Fate::WrongSum => back[0] = self.wrong_cash(order, back[0]),
            _ => {}
        }
        back
    }

    /// Cash other than what is owed, and such that nothing but a wrong sum explains it: no reading of the
    /// policy, no voucher, no discount.
    fn wrong_cash(&self, order: u64, owed: u64) -> u64 {
        let mut draw = self.draw(About::Wrong, order);
        let mut cash = match draw.below(4) {
            0 => owed + CENT,
            1 => owed + (1 + draw.below(100)) * CENT,
            2 => owed + (1 + draw.below(300)) * UNIT,
            _ => owed / 2 / CENT * CENT,
        };
        let paid = self.paid(order);
        let is_read = |cash: u64| {
            let terms = (0..=7).flat_map(|used| (28..=31).map(move |days| (used, days)));
            let mut sums = terms.map(|(used, days)| prorated(paid[0], used, days));
            self.package(order) == Package::RtcEngine && sums.any(|sum| cash == sum || cash == sum + CENT)
        };
        let is_explained = |cash: u64| {
            let over = cash.saturating_sub(owed);
            cash == owed || over > 0 && (over == paid[3] || over.is_multiple_of(10 * UNIT)) || is_read(cash)
        };
        while is_explained(cash) {
            cash += CENT;
        }
        cash
    }
}

/// A share of what was paid by days left, down to whole cents.
const fn prorated(paid: u64, used: u64, days: u64) -> u64 {
    paid * (days - used) / (days * CENT) * CENT
}

/// `value × part / whole`, in whole numbers.
fn share(value: u64, part: u64, whole: u64) -> u64 {
    let wide = u128::from(value) * u128::from(part) / u128::from(whole);
    u64::try_from(wide).expect("a share of a set fits")
}
