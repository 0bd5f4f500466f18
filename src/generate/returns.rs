//! What comes back for a deal, rightly or not.

use super::{
    clock::{DAY, Stamp},
    coin::{Sums, split, sums},
    deal::{Deal, Due},
    rows::{RefundRow, UsageRow},
};

impl Deal {
    /// What was paid in tenders that come back, by tender.
    pub(super) fn returnable(&self) -> Sums {
        let paid = self.order.paid;
        sums(&self.line.refundable.iter().map(|&tender| (tender, paid[tender as usize])).collect::<Vec<_>>())
    }

    /// What was paid in tenders that come back.
    pub(super) fn base(&self) -> i64 {
        self.line.base(&self.order.paid)
    }

    /// Notes that a request at an instant is due, and what comes back for it.
    pub(super) fn owe(&mut self, at: Stamp) -> Sums {
        let posted = |usage: &&UsageRow| !usage.is_raw && usage.posted_at <= at;
        let minutes: i64 = self.usage.iter().filter(posted).map(|usage| usage.quantity).sum();
        let list = self.order.list_price.unwrap_or(0);
        let seconds = at.since(self.order.paid_at);
        let total =
            self.line.comes_back(&self.order.paid, list, seconds, self.term_days(), minutes.max(0) / 1000);
        self.due = Due::Yes;
        self.expected = total;
        self.parts(total)
    }

    /// A total over the tenders that come back.
    pub(super) fn parts(&self, total: i64) -> Sums {
        split(total, &self.order.paid, self.line.refundable)
    }

    /// A request that came at an instant and how far it got; no money yet.
    pub(super) fn request(
        &mut self,
        at: Stamp,
        status: &'static str,
        reason: &'static str,
    ) -> &mut RefundRow {
        let number = self.refunds.len() + 1;
        let to = if self.line.to_owner { &self.order.account_id } else { &self.order.payer_id };
        if status == "requested" || status == "approved" {
            self.order.status = "refunding";
        }
        self.refunds.push(RefundRow {
            refund_id: format!("R-{}-{number}", self.order.order_id),
            account_id: self.order.account_id.clone(),
            to_account: to.clone(),
            to_method: "original",
            requested_at: at,
            channel: self.line.channels[0],
            status,
            reason,
            decided_at: (status != "requested").then(|| at.plus(3600)),
            completed_at: None,
            arrived_at: None,
            coin: self.order.coin,
            refunded: sums(&[]),
            channel_txn: String::new(),
            merged: false,
            requested_form: self.order.form,
            form: self.order.form,
        });
        self.refunds.last_mut().expect("one was just put there")
    }

    /// A request at an instant that was paid, and arrived a day later.
    pub(super) fn refund(&mut self, at: Stamp, refunded: Sums) -> &mut RefundRow {
        let txn = format!("T{:09}{}", self.serial, self.refunds.len() + 1);
        self.order.status = "refunded";
        let row = self.request(at, "completed", "");
        row.completed_at = Some(at.plus(7200));
        row.arrived_at = Some(at.plus(7200 + DAY));
        row.refunded = refunded;
        row.channel_txn = txn;
        row
    }

    /// A request at an instant to which exactly what is owed came back.
    pub(super) fn refund_rightly(&mut self, at: Stamp) -> &mut RefundRow {
        let owed = self.owe(at);
        self.refund(at, owed)
    }

    /// A request at an instant that was owed, to which another sum came back.
    pub(super) fn refund_instead(&mut self, at: Stamp, refunded: Sums) -> &mut RefundRow {
        self.owe(at);
        self.refund(at, refunded)
    }

    /// A request at an instant to which all came back against these grounds.
    pub(super) fn refund_against(&mut self, at: Stamp, grounds: &[&'static str]) -> &mut RefundRow {
        let all = self.returnable();
        self.due = Due::No;
        for ground in grounds {
            self.fault(ground, all.iter().sum());
        }
        self.refund(at, all)
    }

    /// A request at an instant to which all came back although nobody can say what is owed.
    pub(super) fn refund_undecided(&mut self, at: Stamp, why: &'static str) -> &mut RefundRow {
        let all = self.returnable();
        self.due = Due::Unknown;
        self.fault(why, all.iter().sum());
        self.refund(at, all)
    }

    /// What is owed as the truth states it: empty where that is open.
    pub(super) fn expected_text(&self) -> Option<String> {
        match self.due {
            Due::Yes => Some(self.order.coin.text(self.expected)),
            Due::No => Some(self.order.coin.text(0)),
            Due::Unknown => None,
        }
    }
}
