//! Orders and refunds as canonical cells: what several rows came to, written again.

use crate::{
    export::dialect,
    record::{Invoice, Link, Order, Refund, Tender, Tenders},
    time::{Instant, Moment, Offset},
};

/// The cells of an order, in the columns of its role.
pub(super) fn order_cells(order: &Order) -> Vec<Option<String>> {
    // Named one by one, so that a field which is added cannot be forgotten here.
    let Order {
        at: _,
        order_id,
        instance_id,
        account_id,
        payer_id,
        product,
        package_type,
        kind,
        status,
        list_price,
        paid,
        paid_at,
        delivered_at,
        effective_at,
        period_start,
        period_end,
        expires_at,
        months,
        gift,
        promotion_forbids_refund,
        invoice,
        license_activated_at,
        linked_license_activated_at,
        site,
        payment_id,
        quota,
        quota_unit,
        assumed,
    } = order;
    let mut cells = Cells::of(dialect::Role::Orders);
    cells.put("order_id", Some(order_id));
    cells.put("instance_id", instance_id.as_ref());
    cells.put("account_id", Some(account_id));
    cells.put("payer_id", Some(payer_id).filter(|payer| *payer != account_id));
    cells.put("product", Some(product));
    cells.put("package_type", Some(package_type));
    cells.put("order_kind", Some(kind.word()).filter(|_| !assumed.kind));
    cells.put("status", status.map(|status| status.word()));
    cells.put("list_price", list_price.map(|price| price.text(paid.currency)));
    cells.tenders("paid_", paid);
    cells.moment("paid_at", Some(*paid_at));
    cells.moment("delivered_at", *delivered_at);
    cells.moment("effective_at", *effective_at);
    cells.instant("period_start", *period_start);
    cells.instant("period_end", *period_end);
    cells.moment("expires_at", *expires_at);
    cells.put("months", *months);
    cells.flag("gift", *gift);
    cells.flag("promotion_forbids_refund", *promotion_forbids_refund);
    let word =
        |state: &Invoice| Invoice::WORDS.iter().find(|(_, known)| known == state).map(|(word, _)| *word);
    cells.put("invoice", invoice.as_ref().and_then(word));
    cells.instant("license_activated_at", *license_activated_at);
    cells.instant("linked_license_activated_at", *linked_license_activated_at);
    cells.put("site", site.as_ref());
    cells.put("payment_id", payment_id.as_ref());
    cells.put("quota", *quota);
    cells.put("quota_unit", quota_unit.as_ref());
    cells.put("assumed", assumed.text());
    cells.cells
}

/// The cells of a refund, in the columns of its role.
pub(super) fn refund_cells(refund: &Refund) -> Vec<Option<String>> {
    let Refund {
        at: _,
        refund_id,
        order_id,
        account_id,
        to_account,
        to_method,
        requested_at,
        channel,
        status,
        reason,
        decided_at,
        completed_at,
        arrived_at,
        returned,
        channel_txn,
        merged,
        assumed,
        link,
    } = refund;
    let mut cells = Cells::of(dialect::Role::Refunds);
    cells.put("refund_id", Some(refund_id));
    cells.put("order_id", Some(order_id));
    cells.put("account_id", account_id.as_ref());
    cells.put("to_account", to_account.as_ref());
    cells.put("to_method", to_method.as_ref());
    cells.moment("requested_at", Some(*requested_at));
    cells.put("channel", channel.map(|channel| channel.word()));
    cells.put("status", Some(status.word()));
    cells.put("reason", reason.as_ref());
    cells.instant("decided_at", *decided_at);
    cells.instant("completed_at", *completed_at);
    cells.instant("arrived_at", *arrived_at);
    cells.tenders("refunded_", returned);
    cells.put("channel_txn", channel_txn.as_ref());
    cells.flag("merged", *merged);
    let words: Vec<String> = assumed.text().into_iter().chain(link.as_deref().map(Link::text)).collect();
    cells.put("assumed", (!words.is_empty()).then(|| words.join(";")));
    cells.cells
}

/// The cells of a record in the making.
struct Cells {
    role: dialect::Role,
    cells: Vec<Option<String>>,
}

impl Cells {
    fn of(role: dialect::Role) -> Self {
        Self { role, cells: vec![None; role.columns().len()] }
    }

    fn put(&mut self, column: &str, value: Option<impl ToString>) {
        let place = self.role.place_of(column).expect("the role has the column");
        self.cells[place] = value.map(|value| value.to_string());
    }

    fn flag(&mut self, column: &str, is: bool) {
        self.put(column, is.then_some("true"));
    }

    fn instant(&mut self, column: &str, at: Option<Instant>) {
        self.put(column, at.map(|at| at.text(Offset::BEIJING)));
    }

    /// What lost its seconds is written without them.
    fn moment(&mut self, column: &str, at: Option<Moment>) {
        let text = at.map(|at| {
            let start = at.earliest();
            let plain = start.plain(Offset::BEIJING);
            if at == Moment::within_minute(start) {
                plain.chars().take(16).collect()
            } else if at == Moment::within_day(start) {
                plain.chars().take(10).collect()
            } else {
                start.text(Offset::BEIJING)
            }
        });
        self.put(column, text);
    }

    fn tenders(&mut self, prefix: &str, sums: &Tenders) {
        self.put("currency", Some(sums.currency));
        for tender in Tender::ALL {
            let sum = sums.get(tender);
            let text = (!sum.is_zero()).then(|| sum.text(sums.currency));
            self.put(&format!("{prefix}{}", tender.word()), text);
        }
    }
}
