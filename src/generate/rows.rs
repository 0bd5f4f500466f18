//! Rows of the canonical exports, and how they are written.

use super::{
    clock::{Form, Stamp},
    coin::{Coin, Sums},
};
use crate::record::Tender;

/// One row of the orders export; an empty text is an empty cell.
#[derive(Clone, Debug)]
pub(super) struct OrderRow {
    pub(super) order_id: String,
    pub(super) instance_id: String,
    pub(super) account_id: String,
    pub(super) payer_id: String,
    pub(super) product: &'static str,
    pub(super) package_type: &'static str,
    pub(super) order_kind: &'static str,
    pub(super) status: &'static str,
    pub(super) coin: Coin,
    pub(super) list_price: Option<i64>,
    pub(super) paid: Sums,
    pub(super) paid_at: Stamp,
    pub(super) delivered_at: Option<Stamp>,
    pub(super) effective_at: Option<Stamp>,
    /// The days of the term: from midnight to midnight.
    pub(super) period: Option<(Stamp, Stamp)>,
    pub(super) expires_at: Option<Stamp>,
    pub(super) months: Option<i64>,
    pub(super) gift: bool,
    pub(super) promotion_forbids_refund: bool,
    pub(super) invoice: &'static str,
    pub(super) license_activated_at: Option<Stamp>,
    pub(super) linked_license_activated_at: Option<Stamp>,
    pub(super) form: Form,
}

/// One row of the usage export. Quantities are in thousandths.
#[derive(Clone, Debug)]
pub(super) struct UsageRow {
    pub(super) posted_at: Stamp,
    pub(super) usage_start: Stamp,
    pub(super) usage_end: Stamp,
    pub(super) quantity: i64,
    pub(super) is_raw: bool,
    pub(super) form: Form,
}

/// One row of the refunds export.
#[derive(Clone, Debug)]
pub(super) struct RefundRow {
    pub(super) refund_id: String,
    pub(super) account_id: String,
    pub(super) to_account: String,
    pub(super) to_method: &'static str,
    pub(super) requested_at: Stamp,
    pub(super) channel: &'static str,
    pub(super) status: &'static str,
    pub(super) reason: &'static str,
    pub(super) decided_at: Option<Stamp>,
    pub(super) completed_at: Option<Stamp>,
    pub(super) arrived_at: Option<Stamp>,
    pub(super) coin: Coin,
    pub(super) refunded: Sums,
    pub(super) channel_txn: String,
    pub(super) merged: bool,
    /// How the request is written; the other instants follow `form`.
    pub(super) requested_form: Form,
    pub(super) form: Form,
}

/// One row of the events export. What it is keyed by follows from its kind.
#[derive(Clone, Debug)]
pub(super) struct EventRow {
    pub(super) kind: &'static str,
    pub(super) account_id: String,
    pub(super) order_id: String,
    pub(super) product: &'static str,
    pub(super) at: Stamp,
    pub(super) until: Option<Stamp>,
    pub(super) reason: &'static str,
    pub(super) amount: String,
    pub(super) form: Form,
}

/// Header of the usage export.
pub(super) const USAGE_HEADER: &str =
    "usage_id,order_id,instance_id,posted_at,usage_start,usage_end,quantity,unit,basis";
/// Header of the events export.
pub(super) const EVENTS_HEADER: &str = "kind,account_id,order_id,product,at,until,reason,amount,ref";

/// Header of the orders export.
pub(super) fn orders_header() -> String {
    format!(
        "order_id,instance_id,account_id,payer_id,product,package_type,order_kind,status,currency,list_price,{},\
         paid_at,delivered_at,effective_at,period_start,period_end,expires_at,months,gift,promotion_forbids_refund,\
         invoice,license_activated_at,linked_license_activated_at",
        tender_columns("paid_")
    )
}

/// Header of the refunds export.
pub(super) fn refunds_header() -> String {
    format!(
        "refund_id,order_id,account_id,to_account,to_method,requested_at,channel,status,reason,decided_at,\
         completed_at,arrived_at,currency,{},channel_txn,merged",
        tender_columns("refunded_")
    )
}

fn tender_columns(before: &str) -> String {
    Tender::ALL.map(|tender| format!("{before}{}", tender.word())).join(",")
}

/// A row under way.
struct Cells<'l>(&'l mut String);

impl Cells<'_> {
    fn text(&mut self, text: &str) -> &mut Self {
        if text.contains([',', '"', '\n']) {
            self.0.push('"');
            self.0.push_str(&text.replace('"', "\"\""));
            self.0.push('"');
        } else {
            self.0.push_str(text);
        }
        self.0.push(',');
        self
    }

    fn flag(&mut self, flag: bool) -> &mut Self {
        self.text(if flag { "true" } else { "" })
    }

    fn at(&mut self, at: Option<Stamp>, form: Form) -> &mut Self {
        if let Some(at) = at {
            at.write(form, self.0);
        }
        self.0.push(',');
        self
    }

    /// A cell for each tender, empty where it was not used.
    fn sums(&mut self, sums: &Sums, coin: Coin) -> &mut Self {
        for &sum in sums {
            if sum != 0 {
                self.0.push_str(&coin.cell(sum));
            }
            self.0.push(',');
        }
        self
    }

    /// The comma behind the last cell goes.
    fn end(&mut self) {
        self.0.pop();
    }
}

impl OrderRow {
    /// Writes the row into an empty line.
    pub(super) fn write(&self, line: &mut String) {
        let form = self.form;
        Cells(line)
            .text(&self.order_id)
            .text(&self.instance_id)
            .text(&self.account_id)
            .text(&self.payer_id)
            .text(self.product)
            .text(self.package_type)
            .text(self.order_kind)
            .text(self.status)
            .text(self.coin.code)
            .text(&self.list_price.map(|sum| self.coin.cell(sum)).unwrap_or_default())
            .sums(&self.paid, self.coin)
            .at(Some(self.paid_at), form)
            .at(self.delivered_at, form)
            .at(self.effective_at, form)
            .at(self.period.map(|(start, _)| start), form)
            .at(self.period.map(|(_, end)| end), form)
            .at(self.expires_at, form)
            .text(&self.months.map(|months| months.to_string()).unwrap_or_default())
            .flag(self.gift)
            .flag(self.promotion_forbids_refund)
            .text(self.invoice)
            .at(self.license_activated_at, form)
            .at(self.linked_license_activated_at, form)
            .end();
    }
}

impl UsageRow {
    /// Writes the row into an empty line.
    pub(super) fn write(&self, id: &str, order_id: &str, instance_id: &str, unit: &str, line: &mut String) {
        Cells(line)
            .text(id)
            .text(order_id)
            .text(instance_id)
            .at(Some(self.posted_at), self.form)
            .at(Some(self.usage_start), self.form)
            .at(Some(self.usage_end), self.form)
            .text(&thousandths(self.quantity))
            .text(unit)
            .text(if self.is_raw { "raw" } else { "deduction" })
            .end();
    }
}

fn thousandths(quantity: i64) -> String {
    let sign = if quantity < 0 { "-" } else { "" };
    let text = Coin { code: "", places: 3, minor: 0, filled: 0 }.text(quantity.abs());
    format!("{sign}{text}")
}

impl RefundRow {
    /// Writes the row into an empty line.
    pub(super) fn write(&self, order_id: &str, line: &mut String) {
        let form = self.form;
        Cells(line)
            .text(&self.refund_id)
            .text(order_id)
            .text(&self.account_id)
            .text(&self.to_account)
            .text(self.to_method)
            .at(Some(self.requested_at), self.requested_form)
            .text(self.channel)
            .text(self.status)
            .text(self.reason)
            .at(self.decided_at, form)
            .at(self.completed_at, form)
            .at(self.arrived_at, form)
            .text(self.coin.code)
            .sums(&self.refunded, self.coin)
            .text(&self.channel_txn)
            .flag(self.merged)
            .end();
    }
}

impl EventRow {
    /// Writes the row into an empty line; `number` becomes its reference.
    pub(super) fn write(&self, number: u64, line: &mut String) {
        Cells(line)
            .text(self.kind)
            .text(&self.account_id)
            .text(&self.order_id)
            .text(self.product)
            .at(Some(self.at), self.form)
            .at(self.until, self.form)
            .text(self.reason)
            .text(&self.amount)
            .text(&format!("E{number:07}"))
            .end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_keep_their_sign_and_lose_needless_zeros() {
        assert_eq!(thousandths(-2500), "-2.5");
        assert_eq!(thousandths(1000), "1");
        assert_eq!(thousandths(0), "0");
    }

    #[test]
    fn cells_with_commas_are_quoted() {
        let mut line = String::new();
        Cells(&mut line).text("used, \"a lot\"").text("").flag(true).end();
        assert_eq!(line, "\"used, \"\"a lot\"\"\",,true");
    }
}
