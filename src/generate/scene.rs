//! The stage on which deals are made: dates, names and chance.

use super::{
    clock::{DAY, Form, Stamp},
    deal::Deal,
    lines::Line,
    random::Random,
};

/// What a scenario is given, and where it leaves its deals.
#[derive(Debug)]
pub(super) struct Scene {
    pub(super) random: Random,
    /// The last instant of the exports, so that an audit takes it as its as-of date.
    pub(super) as_of: Stamp,
    /// What was dealt since the last time it was taken away.
    pub(super) deals: Vec<Deal>,
    /// Purchases fall into this time where their line was sold in it.
    span: (Stamp, Stamp),
    seed: u64,
    turn: u64,
    serial: u64,
    name: Option<&'static str>,
    named: u32,
}

/// Serial numbers go round in this ring of order numbers, each one once.
const ORDER_NUMBERS: u128 = 1_000_000_000_000;
/// It has no divisor in common with the ring.
const ORDER_NUMBER_STEP: u128 = 387_420_489_001;

impl Scene {
    /// A stage for purchases of some time, with exports that end at an instant.
    pub(super) const fn new(seed: u64, span: (Stamp, Stamp), as_of: Stamp) -> Self {
        Self {
            random: Random::stream(seed, 0),
            as_of,
            deals: Vec::new(),
            span,
            seed,
            turn: 0,
            serial: 0,
            name: None,
            named: 0,
        }
    }

    /// The next turn, with chances of its own; its orders are called `PLANT-<name>-1` and so on, or by
    /// number.
    pub(super) fn begin(&mut self, name: Option<&'static str>) {
        self.turn += 1;
        self.random = Random::stream(self.seed, self.turn);
        self.deals.clear();
        self.name = name;
        self.named = 0;
    }

    /// An order of a line, paid at some time when it was sold, a month before the end at the latest.
    pub(super) fn deal(&mut self, line: &'static Line) -> Deal {
        self.deal_between(line, line.from, line.until)
    }

    /// Whether a line is sold in the time of the purchases.
    pub(super) fn sells(&self, line: &Line) -> bool {
        line.from < self.span.1 && self.span.0 < line.until
    }

    /// One of several lines that are sold in that time.
    pub(super) fn pick(&mut self, lines: &[&'static Line]) -> &'static Line {
        loop {
            let line = *self.random.pick(lines);
            if self.sells(line) {
                return line;
            }
        }
    }

    /// An order of one of several lines.
    pub(super) fn deal_of(&mut self, lines: &[&'static Line]) -> Deal {
        let line = *self.random.pick(lines);
        self.deal(line)
    }

    /// An order of a line, paid in a given time.
    pub(super) fn deal_between(&mut self, line: &'static Line, from: Stamp, until: Stamp) -> Deal {
        let paid_at = self.instant(from, until);
        self.deal_at(line, paid_at)
    }

    /// An order of a line, paid at a given instant.
    pub(super) fn deal_at(&mut self, line: &'static Line, paid_at: Stamp) -> Deal {
        self.serial += 1;
        let order_id = match self.name {
            Some(name) => {
                self.named += 1;
                format!("PLANT-{name}-{}", self.named)
            }
            None => self.order_number(paid_at),
        };
        Deal::new(line, order_id, paid_at, self.serial, &mut self.random)
    }

    /// An instant of a time, inside the span where the two meet.
    pub(super) fn instant(&mut self, from: Stamp, until: Stamp) -> Stamp {
        let until = until.min(self.as_of.plus_days(-30));
        let (start, end) = (from.max(self.span.0), until.min(self.span.1));
        let (start, end) = if start < end { (start, end) } else { (from, until) };
        start.plus(self.random.below(end.since(start)))
    }

    /// A time after the payment when nothing is late yet: in the first four days, or for a term in the
    /// first weeks.
    pub(super) fn in_time(&mut self, deal: &Deal) -> Stamp {
        let paid_at = deal.order.paid_at;
        let days = if deal.has_long_window() { 80 } else { 4 };
        let end = paid_at.plus_days(days).min(self.as_of.plus_days(-10));
        let at = paid_at.plus(1 + self.random.below(end.since(paid_at) - 1));
        // Nobody writes tickets at the second, but consoles do; a round minute now and then.
        if self.random.one_in(4) && at.since(paid_at) > 60 { at.plus(-(at.second_of_day() % 60)) } else { at }
    }

    /// A deal is done.
    pub(super) fn close(&mut self, mut deal: Deal, story: impl Into<String>) {
        deal.story = story.into();
        self.deals.push(deal);
    }

    /// An account that many orders share. No refund is ever planted on one.
    pub(super) fn shared_account(&mut self, accounts: i64) -> String {
        format!("100{:09}", self.random.below(accounts))
    }

    fn order_number(&self, paid_at: Stamp) -> String {
        let on = paid_at.civil();
        let number = u128::from(self.serial) * ORDER_NUMBER_STEP % ORDER_NUMBERS;
        format!("{:04}{:02}{:02}{number:012}", on.year, on.month, on.day)
    }
}

/// How a row writes its instants: mostly by the vendor's clock, often in UTC.
pub(super) fn any_form(random: &mut Random) -> Form {
    if random.one_in(3) { Form::Utc } else { Form::Local }
}

/// Days as seconds.
pub(super) const fn days(days: i64) -> i64 {
    days * DAY
}
