//! What layouts cannot say, each as a rule that takes it out of the canonical set. An export must be
//! audited like the set after the rules of its layout: everything else has to come through.

use crate::{
    clock::Time,
    names::site_of_policies,
    set::{Row, Set, TENDERS, get, put, sum, text_of, units},
};

/// One thing that a layout cannot say, or says in another way.
#[derive(Clone, Copy)]
pub(crate) struct Rule {
    pub(crate) says: &'static str,
    pub(crate) apply: fn(&mut Set),
}

macro_rules! rules {
    ($($(#[$doc:meta])* $name:ident, $says:literal, $apply:expr;)*) => {
        $($(#[$doc])* pub(crate) const $name: Rule = Rule { says: $says, apply: $apply };)*
    };
}

fn clear(rows: &mut [Row], columns: &[&str]) {
    for row in rows {
        for column in columns {
            row.remove(*column);
        }
    }
}

fn assume(row: &mut Row, what: &str) {
    // In the order in which the program names them; how a refund was tied comes last.
    const ORDER: [&str; 7] =
        ["requested_at", "tenders", "paid_at", "expires_at", "order_kind", "account_id", "status"];
    let place = |word: &str| ORDER.iter().position(|known| *known == word).unwrap_or(ORDER.len());
    let mut words: Vec<&str> = get(row, "assumed").split(';').filter(|word| !word.is_empty()).collect();
    if !words.contains(&what) {
        words.push(what);
    }
    words.sort_by_key(|word| place(word));
    let all = words.join(";");
    put(row, "assumed", all);
}

fn assume_all(rows: &mut [Row], what: &str) {
    rows.iter_mut().for_each(|row| assume(row, what));
}

/// All tenders as cash, but for those that have a column of their own.
fn as_cash(set: &mut Set, own: &[&str], lost: &[&str]) {
    for (rows, before) in [(&mut set.orders, "paid_"), (&mut set.refunds, "refunded_")] {
        for row in rows {
            let together: Vec<&str> = TENDERS
                .into_iter()
                .filter(|tender| !own.contains(tender) && !lost.contains(tender))
                .collect();
            let cash = sum(row, before, &together);
            for tender in TENDERS.into_iter().filter(|tender| !own.contains(tender)) {
                row.remove(&format!("{before}{tender}"));
            }
            put(row, &format!("{before}cash"), text_of(cash, 2));
            assume(row, "tenders");
        }
    }
}

/// The orders as of a site: where the policies that speak of a product are those of another, it has the site behind it.
fn of_site(set: &mut Set, site: &str) {
    for order in &mut set.orders {
        if site_of_policies(order).is_some_and(|ruled| ruled != site) {
            let marked = format!("{}@{site}", get(order, "product"));
            put(order, "product", marked);
        }
    }
}

rules! {
    TERM_OF_THE_PERIOD, "the end of the period is the end of the term, else that many months from its start", |set| {
        for order in &mut set.orders {
            let paid = Time::read(get(order, "paid_at"));
            if ["upgrade", "downgrade"].contains(&get(order, "order_kind")) || !get(order, "expires_at").is_empty() {
                continue;
            }
            let of_period = Some(get(order, "period_end")).filter(|end| !end.is_empty() && Time::read(end) > paid);
            let start = Some(get(order, "period_start")).filter(|start| !start.is_empty());
            let start = start.map_or(paid, Time::read);
            let months = get(order, "months").parse::<i64>().ok();
            let expires = of_period.map(str::to_owned)
                .or_else(|| months.map(|months| start.months_later(months).canonical()));
            let of_months = (1..=120).find(|months| {
                of_period.is_some_and(|end| start.months_later(*months) == Time::read(end))
            });
            if let (Some(months), "") = (of_months, get(order, "months")) {
                put(order, "months", months.to_string());
            }
            if let Some(expires) = expires {
                put(order, "expires_at", expires);
                assume(order, "expires_at");
            }
        }
    };
    IN_A_BILL, "an order in a bill was paid, whatever a list says that is older", |set| {
        for order in set.orders.iter_mut().filter(|order| get(order, "status") == "unpaid") {
            order.remove("status");
        }
    };
    PAID_WHEN_PLACED, "the time of the order stands for that of its payment", |set| assume_all(&mut set.orders, "paid_at");
    KIND_NOT_TOLD, "a file does not say whether a purchase is the first", |set| assume_all(&mut set.orders, "order_kind");
    STATUS_OF_THE_PURCHASE, "a status is that of the purchase", |set| {
        set.orders.iter_mut().filter(|order| !get(order, "status").is_empty()).for_each(|order| assume(order, "status"));
    };
    BUYER_FOR_OWNER, "who placed an order stands for who owns it", |set| {
        assume_all(&mut set.orders, "account_id");
        assume_all(&mut set.refunds, "account_id");
    };
    /// The dates and flags of an order that no bill has.
    PURCHASE_ONLY, "of an order there is its payment: no delivery, no expiry, no gift, no invoice, no licence", |set| {
        clear(&mut set.orders, &["delivered_at", "effective_at", "expires_at", "gift", "promotion_forbids_refund",
            "invoice", "license_activated_at", "linked_license_activated_at"]);
    };
    OF_THE_CHINA_SITE, "a product whose policies are the international site's has the China site behind it", |set| {
        of_site(set, "cn");
    };
    OF_THE_INTERNATIONAL_SITE, "a product whose policies are the China site's has the international site behind it", |set| {
        of_site(set, "intl");
    };
    NO_STATUS, "the status of an order is not told", |set| clear(&mut set.orders, &["status"]);
    STATUS_PAID_OR_NOT, "an order is paid or unpaid, and no more is told", |set| {
        for order in &mut set.orders {
            let word = match get(order, "status") {
                "unpaid" => "unpaid",
                "" => "",
                _ => "paid",
            };
            put(order, "status", word);
        }
    };
    STATUS_OF_A_LIST, "a list of orders knows unpaid, paid and cancelled orders", |set| {
        for order in &mut set.orders {
            if ["refunded", "refunding"].contains(&get(order, "status")) {
                put(order, "status", "paid");
            }
        }
    };
    NO_PERIOD, "the service period of an order is not told", |set| clear(&mut set.orders, &["period_start", "period_end"]);
    NO_TERM, "the length of the term is not told", |set| clear(&mut set.orders, &["months"]);
    NO_PAYER, "the payer is not told", |set| clear(&mut set.orders, &["payer_id"]);
    GIFTS_ARE_PURCHASES, "a gift or a trial is billed as a purchase", |set| {
        for order in &mut set.orders {
            if ["gift", "trial"].contains(&get(order, "order_kind")) {
                put(order, "order_kind", "new");
            }
        }
    };
    CHANGES_THAT_COST, "a change of configuration that costs is an upgrade", |set| {
        for order in &mut set.orders {
            if get(order, "order_kind") == "downgrade" {
                put(order, "order_kind", "upgrade");
            }
        }
    };
    NO_KIND, "a purchase is a purchase, first or not", |set| clear(&mut set.orders, &["order_kind"]);
    ONLY_MONEY_THAT_MOVED, "a request that moved no money is in no bill", |set| {
        set.refunds.retain(moved_money);
    };
    KNOWN_STATES, "an order of a refund is done, under way or closed: one that was rejected or only approved is not there", |set| {
        set.refunds.retain(|refund| ["completed", "requested", "cancelled"].contains(&get(refund, "status")));
    };
    /// The engine is told that the time is assumed, and judges at both ends: `ends` holds what comes of it
    /// against the set that knows the time.
    REQUEST_IS_COMPLETION, "the time of the completion stands for the time of the request", |set| {
        for refund in &mut set.refunds {
            let at = get(refund, "completed_at").to_owned();
            put(refund, "requested_at", at);
            assume(refund, "requested_at");
        }
    };
    ONLY_LISTED,
    "a refund that moved no money is in the list alone: what was asked for is one sum",
    |set| {
        let (moved, mut listed): (Vec<Row>, Vec<Row>) = std::mem::take(&mut set.refunds).into_iter().partition(moved_money);
        let mut alone = Set { refunds: std::mem::take(&mut listed), ..Set::default() };
        (TOTALS_BUT_VOUCHERS.apply)(&mut alone);
        (COMPLETION_NOT_TOLD.apply)(&mut alone);
        assume_all(&mut alone.refunds, "account_id");
        set.refunds = moved;
        set.refunds.append(&mut alone.refunds);
    };
    COMPLETION_NOT_TOLD, "when a refund was completed is not told", |set| clear(&mut set.refunds, &["completed_at"]);
    NO_DESTINATION, "where the money went, by which way, who decided, when it arrived is not told", |set| {
        clear(&mut set.refunds, &["to_account", "to_method", "channel", "reason", "decided_at", "arrived_at", "merged"]);
    };
    NO_PAYMENT_NUMBER, "the number of the payment is not told", |set| clear(&mut set.refunds, &["channel_txn"]);
    REFUND_OF_THE_OWNER, "a refund stands with the owner of the resource, whoever asked", |set| {
        let known = set.known();
        let owners: Vec<Option<String>> = set.refunds.iter()
            .map(|refund| known.order_of(refund).map(|order| get(order, "account_id").to_owned())).collect();
        for (refund, owner) in set.refunds.iter_mut().zip(owners) {
            if let Some(owner) = owner {
                put(refund, "account_id", owner);
            }
        }
    };
    TOTALS_BUT_VOUCHERS, "cash stands for every tender but vouchers", |set| as_cash(set, &["voucher"], &[]);
    TOTALS_BUT_COUPONS, "cash stands for every tender but coupons", |set| as_cash(set, &["coupon"], &[]);
    TOTALS, "cash stands for every tender; coupons are no payment", |set| as_cash(set, &[], &["coupon"]);
    TOTALS_OF_ALL, "cash stands for every tender", |set| as_cash(set, &[], &[]);
    LINKED_BY_RESOURCE, "a refund is tied to its order by its resource, to none before its purchase, and says so", |set| {
        let orders = Set { orders: set.orders.clone(), ..Set::default() };
        let known = orders.known();
        for refund in &mut set.refunds {
            let Some(order) = known.order_of(refund) else { continue };
            let resource = get(order, "instance_id");
            if get(order, "paid_at") > get(refund, "completed_at") {
                put(refund, "order_id", format!("?{resource}"));
                assume(refund, "order_id:none");
            } else {
                assume(refund, &format!("order_id:resource:{resource}"));
            }
        }
    };
    /// Usage rows name the pack, and only deductions have one.
    DEDUCTIONS_OF_PACKS, "usage is deductions, each known by its pack", |set| {
        let known = set.known();
        let of: Vec<Option<String>> = set.usage.iter()
            .map(|row| known.order_of_usage(row).map(|order| get(order, "instance_id").to_owned())).collect();
        for (row, instance) in set.usage.iter_mut().zip(of) {
            put(row, "instance_id", instance.unwrap_or_default());
        }
        set.usage.retain(|row| get(row, "basis") == "deduction" && !get(row, "instance_id").is_empty());
        clear(&mut set.usage, &["usage_id", "order_id"]);
    };
    NO_TIME_OF_USE, "of a deduction only the posting is told, not the time of use", |set| {
        clear(&mut set.usage, &["usage_start", "usage_end"]);
    };
    /// The deductions of transcoding packs are a table of their own.
    NO_TIME_OF_USE_OF_MPS, "of a deduction from a transcoding pack only the posting is told, not the time of use", |set| {
        let known = set.known();
        let is_mps: Vec<bool> = set.usage.iter().map(|row| {
            known.order_of_usage(row).is_some_and(|order| get(order, "product") == "mps")
        }).collect();
        for (row, is_mps) in set.usage.iter_mut().zip(is_mps) {
            if is_mps {
                clear(std::slice::from_mut(row), &["usage_start", "usage_end"]);
            }
        }
    };
    PERIOD_FROM_THE_PAYMENT, "the service period begins with the payment, and its end is not told", |set| {
        for order in &mut set.orders {
            let start = get(order, "paid_at").to_owned();
            put(order, "period_start", start);
            order.remove("period_end");
        }
    };
    DEDUCTED_AT_THE_END, "the end of the use stands for the posting", |set| {
        for row in &mut set.usage {
            let end = get(row, "usage_end").to_owned();
            put(row, "posted_at", end);
        }
    };
}

/// Whether a refund is one that a bill has.
pub(crate) fn moved_money(refund: &Row) -> bool {
    let moved = TENDERS.iter().any(|tender| units(get(refund, &format!("refunded_{tender}"))) != 0);
    get(refund, "status") == "completed" && !get(refund, "completed_at").is_empty() && moved
}
