//! The first line of every summary: how much was decided, and what the rest needs.

use super::{Report, Summary};
use crate::{
    layout::{counted, group, grouped},
    money::{Currency, Money},
    time::Offset,
};

/// Currencies that the first line names one by one.
const CURRENCIES_NAMED: usize = 3;

/// One or two sentences, without a line feed.
pub(super) fn headline(report: &Report<'_>) -> String {
    let (audit, summary) = (report.audit, report.summary);
    if audit.nothing_by_then {
        let as_of = audit.as_of.plain(Offset::BEIJING);
        return format!(
            "Nothing lies before the as-of date {as_of}: every purchase, request and deduction is later."
        );
    }
    let (decided, all) = summary.decided();
    let orphans: u64 = summary.orphaned.values().map(|(count, _)| count).sum();
    let orders = summary.orders();
    if all + orphans == 0 {
        return if orders == 0 {
            "There is nothing to audit: no order was read.".to_owned()
        } else {
            let orders = counted(orders, "order was", "orders were");
            format!("No refund was given or asked for: {orders} read.")
        };
    }
    let mut said = Vec::new();
    if all > 0 {
        let refunds = counted(all, "refund", "refunds");
        said.push(format!("Decided {} of {refunds} ({}).", grouped(decided), sums(summary)));
    }
    let needs: Vec<String> = summary.needs.iter().map(|(need, refunds)| need.of_refunds(*refunds)).collect();
    if !needs.is_empty() {
        said.push(format!("{}.", needs.join("; ")));
    }
    if orphans > 0 {
        let sums: Vec<String> = summary
            .orphaned
            .iter()
            .map(|(currency, (_, sum))| format!("{} {currency}", group(&sum.text(*currency))))
            .collect();
        let more = if all > 0 { "more " } else { "" };
        let belong = if orphans == 1 { "refund belongs" } else { "refunds belong" };
        let orphans = grouped(orphans);
        said.push(format!("{orphans} {more}{belong} to no order of these files ({}).", sums.join(", ")));
    }
    said.join(" ")
}

/// `545.00 of 1,515.83 USD`, for each currency.
fn sums(summary: &Summary) -> String {
    let lines: Vec<(Currency, Money, Money)> = summary
        .by_currency
        .iter()
        .filter(|(_, line)| line.orders > 0 || !line.refunded.is_zero())
        .map(|(currency, line)| (*currency, line.decided, line.refunded))
        .collect();
    let rest = lines.len().saturating_sub(CURRENCIES_NAMED);
    let mut named: Vec<String> = lines
        .iter()
        .take(if rest == 1 { lines.len() } else { CURRENCIES_NAMED })
        .map(|(currency, decided, all)| {
            let text = |sum: Money| group(&sum.text(*currency));
            format!("{} of {} {currency}", text(*decided), text(*all))
        })
        .collect();
    if rest > 1 {
        named.push(format!("and {rest} more currencies"));
    }
    named.join(", ")
}
