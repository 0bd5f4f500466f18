//! The sums of a run as JSON.

use std::io;

use serde_json::{Map, Value, json};

use super::{Report, headline::headline, summary::MoneyLine};
use crate::{
    judge::{Decided, Verdict},
    money::{Currency, Money, Quantity},
    record::{ControlTotal, Fate, Role},
    time::Offset,
};

/// `summary.json`.
#[cfg_attr(not(feature = "columns"), expect(clippy::unnecessary_wraps, reason = "grouping columns can fail"))]
pub(super) fn summary(report: &Report<'_>) -> io::Result<Value> {
    let (audit, summary) = (report.audit, report.summary);
    let files: Vec<Value> = audit
        .files
        .iter()
        .map(|file| {
            let mut entry = control(&file.control);
            entry.insert("file".to_owned(), json!(file.name()));
            entry.insert("role".to_owned(), json!(file.role.word()));
            if let Some(dialect) = &file.dialect {
                let roles: Vec<&str> = file.roles.iter().map(|role| role.word()).collect();
                entry.insert("dialect".to_owned(), json!(dialect));
                entry.insert("roles".to_owned(), json!(roles));
            }
            if file.dialect.is_some() || !file.notes.is_empty() {
                entry.insert("notes".to_owned(), json!(file.notes));
            }
            entry.insert("unknown_columns".to_owned(), json!(file.unknown_columns));
            Value::Object(entry)
        })
        .collect();
    let by_role: Map<String, Value> = summary
        .by_role
        .iter()
        .map(|(role, total)| (role.word().to_owned(), Value::Object(control(total))))
        .collect();
    let verdicts: Map<String, Value> = Verdict::ALL
        .iter()
        .map(|verdict| {
            (verdict.word().to_owned(), json!(summary.verdicts.get(verdict).copied().unwrap_or(0)))
        })
        .collect();
    let by_currency: Vec<Value> =
        summary.by_currency.iter().map(|(currency, line)| Value::Object(money(*currency, line))).collect();
    let by_policy: Vec<Value> = summary
        .by_policy
        .iter()
        .map(|((vendor, policy, currency), line)| {
            let mut entry = money(*currency, line);
            entry.insert("vendor".to_owned(), none_if_empty(vendor));
            entry.insert("policy".to_owned(), none_if_empty(policy));
            Value::Object(entry)
        })
        .collect();
    let findings: Vec<Value> = summary
        .by_kind
        .iter()
        .map(|((class, severity, slug, currency), line)| {
            let text = |sum: Money| currency.map(|currency| sum.text(currency));
            json!({
                "finding": slug, "class": class.word(), "severity": severity.word(),
                "currency": currency.map(|c| c.to_string()), "findings": line.findings,
                "amount_at_risk": text(line.amount_at_risk), "exposure": text(line.exposure),
            })
        })
        .collect();
    let undecided: Vec<Value> = summary
        .undecided
        .iter()
        .map(|((reason, currency), line)| {
            json!({
                "reason": reason, "currency": currency.to_string(), "orders": line.orders,
                "refunded": line.refunded.text(*currency),
            })
        })
        .collect();
    let pairs = |map: &std::collections::BTreeMap<Currency, (u64, Money)>| -> Vec<Value> {
        map.iter()
            .map(|(currency, (count, sum))| {
                json!({ "currency": currency.to_string(), "count": count, "amount": sum.text(*currency) })
            })
            .collect()
    };
    let unruled: Vec<Value> = summary
        .unruled
        .iter()
        .map(|((product, package), orders)| json!({ "product": product, "package_type": package, "orders": orders }))
        .collect();
    let decisions: Map<String, Value> = Decided::ALL
        .iter()
        .map(|decided| (decided.word().to_owned(), json!(summary.refunds.get(decided).copied().unwrap_or(0))))
        .collect();
    let needs: Map<String, Value> =
        summary.needs.iter().map(|(need, refunds)| (need.word().to_owned(), json!(refunds))).collect();
    let orphans: Vec<Value> =
        summary.orphan_money.iter().map(|(currency, line)| Value::Object(money(*currency, line))).collect();
    let exposure: Vec<Value> = summary
        .exposure
        .iter()
        .map(|(currency, (over, under))| {
            json!({
                "currency": currency.to_string(), "over": over.text(*currency), "under": under.text(*currency),
            })
        })
        .collect();
    let mut value = json!({
        "headline": headline(report),
        "as_of": audit.as_of.text(Offset::BEIJING),
        "usage_covers": audit.coverage.interval.text(Offset::BEIJING),
        "request_lag_days": audit.request_lag_days,
        "rows": { "ties": summary.ties(), "by_file": files, "by_role": by_role },
        "orders": { "read": summary.orders(), "by_verdict": verdicts, "without_policy": unruled },
        "refunds": {
            "read": summary.by_role.get(&Role::Refunds).map_or(0, ControlTotal::rows_read),
            "of_unknown_orders": pairs(&summary.orphaned),
            "by_decision": decisions, "needs": needs,
        },
        "money": { "by_currency": by_currency, "by_policy": by_policy, "without_order": orphans, "unclaimed": pairs(&summary.unclaimed), "exposure": exposure },
        "findings": findings,
        "undecided": undecided,
    });
    if !audit.wanting.is_empty() {
        value["wanting"] = json!(audit.wanting);
    }
    #[cfg(feature = "columns")]
    {
        value["money"]["by_month"] = super::columns::money_by_month(report)?;
    }
    #[cfg(not(feature = "columns"))]
    {
        value["money"]["by_month"] = Value::Null;
    }
    Ok(value)
}

fn none_if_empty(text: &str) -> Value {
    if text.is_empty() { Value::Null } else { json!(text) }
}

fn money(currency: Currency, line: &MoneyLine) -> Map<String, Value> {
    let text = |sum: Money| json!(sum.text(currency));
    [
        ("currency", json!(currency.to_string())),
        ("orders", json!(line.orders)),
        ("refunded", text(line.refunded)),
        ("decided", text(line.decided)),
        ("owed", text(line.owed())),
        ("expected", text(line.expected)),
        ("over", text(line.over)),
        ("under", text(line.under)),
        ("review", text(line.review)),
        ("undetermined", text(line.undetermined)),
    ]
    .map(|(key, value)| (key.to_owned(), value))
    .into_iter()
    .collect()
}

/// Rows and sums as read, and by what became of them.
fn control(total: &ControlTotal) -> Map<String, Value> {
    let rows = Fate::ALL.map(|fate| (fate.word().to_owned(), json!(total.rows(fate))));
    let sums: Map<String, Value> = total
        .sums()
        .map(|(column, read, settled)| {
            let text = |units: i128| json!(Quantity::from_units(units).to_string());
            let mut entry = Map::new();
            entry.insert("read".to_owned(), text(read));
            entry.extend(
                Fate::ALL.into_iter().zip(settled).map(|(fate, units)| (fate.word().to_owned(), text(units))),
            );
            (column.to_owned(), Value::Object(entry))
        })
        .collect();
    let mut entry = Map::new();
    entry.insert("read".to_owned(), json!(total.rows_read()));
    entry.extend(rows);
    entry.insert("ties".to_owned(), json!(total.ties()));
    entry.insert("sums".to_owned(), Value::Object(sums));
    entry
}
