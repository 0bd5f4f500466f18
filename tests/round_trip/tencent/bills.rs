//! Bills by component, of three sites, and the cash flow of the same refunds.

use super::columns::{BILL_CN, BILL_INTL, BILL_PARTNER, CASH_FLOW};
use crate::{
    clock::Time,
    hand::{CONSOLE, Cells, File, Hand, TABLE, written},
    names::names_of,
    rules::moved_money,
    set::{Row, Set, get, sum, text_of, units},
};

fn word(kind: &str, chinese: bool) -> &'static str {
    match (kind, chinese) {
        ("renew", true) => "包年包月续费",
        ("renew", false) => "Monthly subscription renewal",
        ("upgrade" | "downgrade", true) => "包年包月配置变更",
        ("upgrade" | "downgrade", false) => "Monthly subscription specification adjustment",
        (_, true) => "包年包月新购",
        (_, false) => "New monthly subscription",
    }
}

/// The old English words, of the same meaning.
fn old(word: &'static str) -> &'static str {
    match word {
        "Monthly subscription renewal" => "Renewal",
        "Monthly subscription specification adjustment" => "Modify",
        "New monthly subscription" => "Purchase",
        "Monthly subscription refund" => "Refund",
        other => other,
    }
}

const MONEY: [&str; 4] = ["cash", "free_credit", "commission", "voucher"];

/// The rows of one order or refund: its money in components that add up to it.
fn components(
    base: &Cells,
    money: &Row,
    before: &str,
    sign: i128,
    list: &str,
    hand: &mut Hand,
) -> Vec<Cells> {
    let pieces = 1 + hand.below(3) as i128;
    let mut rows = Vec::new();
    for piece in 0..pieces {
        let share =
            |units: i128| if piece == 0 { units - units / pieces * (pieces - 1) } else { units / pieces };
        let mut row = base.clone();
        let mut real = 0;
        for tender in MONEY {
            let part = sign * share(units(get(money, &format!("{before}{tender}"))));
            real += part;
            row.insert(tender, text_of(part, 8));
        }
        row.insert("all", text_of(real, 8));
        if !list.is_empty() {
            row.insert("list", text_of(share(units(list)), 8));
        }
        if piece > 0 {
            row.insert("component", format!("组件{piece}"));
        }
        rows.push(row);
    }
    rows
}

/// The rows of a bill, in the order of their charges.
fn bill(set: &Set, chinese: bool, generation: usize, hand: &mut Hand) -> Vec<Cells> {
    let known = set.known();
    let mut rows: Vec<(Time, Vec<Cells>)> = Vec::new();
    let name = |order: Option<&Row>, hand: &mut Hand| match order {
        Some(order) => names_of(order, hand),
        None => ("云服务器CVM".to_owned(), "标准型S2".to_owned()),
    };
    let base = |order: Option<&Row>, hand: &mut Hand| -> Cells {
        let (product, package) = name(order, hand);
        let field = |column: &str| order.map_or("", |order| get(order, column)).to_owned();
        // The package stands in one of three columns.
        let mut places = ["其他", "其他组件", "组件"].map(str::to_owned);
        places[hand.below(3)] = package;
        let [subproduct, component_type, component] = places;
        Cells::from([
            ("owner", field("account_id")),
            ("payer", field("payer_id")),
            ("operator", field("account_id")),
            ("reseller", "200000333333".to_owned()),
            ("product", product),
            ("subproduct", subproduct),
            ("component_type", component_type),
            ("component", component),
            ("mode", if chinese { "包年包月" } else { "Monthly subscription" }.to_owned()),
            ("project", "默认项目".to_owned()),
            ("resource", field("instance_id")),
            ("resource_name", "-".to_owned()),
        ])
    };
    for order in &set.orders {
        let at = Time::read(get(order, "paid_at"));
        let mut row = base(Some(order), hand);
        let word = word(get(order, "order_kind"), chinese);
        row.insert("type", if generation > 0 { old(word) } else { word }.to_owned());
        let id = get(order, "order_id").to_owned();
        row.extend([("order", id.clone()), ("bill", id), ("charged", at.beijing())]);
        for (to, from) in [("start", "period_start"), ("end", "period_end")] {
            let cell = get(order, from);
            row.insert(to, if cell.is_empty() { String::new() } else { Time::read(cell).beijing() });
        }
        let months: i64 = get(order, "months").parse().unwrap_or(0);
        let (span, unit) = if months > 0 && months % 12 == 0 && hand.one_in(2) {
            (months / 12, if chinese { "年" } else { "year" })
        } else {
            (months, if chinese { "月" } else { "month" })
        };
        if months > 0 {
            row.extend([("span", span.to_string()), ("span_unit", unit.to_owned())]);
        }
        row.insert("currency", get(order, "currency").to_owned());
        rows.push((at, components(&row, order, "paid_", 1, get(order, "list_price"), hand)));
    }
    for refund in set.refunds.iter().filter(|refund| moved_money(refund)) {
        let at = Time::read(get(refund, "completed_at"));
        let order = known.order_of(refund);
        let mut row = base(order, hand);
        if order.is_none() {
            row.extend([
                ("owner", get(refund, "account_id").to_owned()),
                ("payer", get(refund, "account_id").to_owned()),
            ]);
        }
        let word = if chinese { "包年包月退款" } else { "Monthly subscription refund" };
        row.insert("type", if generation > 0 { old(word) } else { word }.to_owned());
        let id = get(refund, "refund_id").to_owned();
        row.extend([("order", id.clone()), ("bill", id), ("charged", at.beijing())]);
        row.extend([
            ("start", at.beijing()),
            ("end", at.beijing()),
            ("currency", get(refund, "currency").to_owned()),
        ]);
        let original = get(refund, "order_id");
        let returned = sum(refund, "refunded_", &["cash", "commission", "free_credit"]);
        let formula = format!(
            "退款：{}元，现金券： 0元,代金券/折扣券不退（订单号{original}：部件pack:现金支付{}元=剩余{}元;",
            text_of(returned, 2),
            text_of(returned, 2),
            text_of(returned, 2)
        );
        match hand.below(3) {
            0 => {
                row.insert("associated", original.to_owned());
            }
            1 => {
                row.insert("associated", format!("{{\"PrepayPurchase\": \"{original}\", \"ReverseOrder\": \"20990101000000000000001\"}}"));
                row.insert("formula", formula);
            }
            _ => {
                row.insert("formula", formula);
            }
        }
        rows.push((at, components(&row, refund, "refunded_", -1, "", hand)));
    }
    rows.sort_by_key(|(at, _)| *at);
    let mut all: Vec<Cells> = rows.into_iter().flat_map(|(_, rows)| rows).collect();
    all.insert(0, noise(chinese, generation));
    all
}

/// A row that no refund policy speaks of.
fn noise(chinese: bool, generation: usize) -> Cells {
    let word = match (chinese, generation) {
        (true, _) => "按量计费日结",
        (false, 0) => "Daily settlement",
        (false, _) => "Deduction",
    };
    let cells = [
        ("payer", "100"),
        ("owner", "100"),
        ("product", "云服务器CVM"),
        ("type", word),
        ("order", "-"),
        ("bill", "20240718400491987853552"),
        ("charged", "2024-07-18 10:00:00"),
        ("all", "0.01677073"),
        ("cash", "0.01677073"),
        ("total", "0.01677073"),
        ("currency", "USD"),
        ("reseller", "200000333333"),
        ("resource", "ins-1"),
    ];
    cells.into_iter().map(|(column, text)| (column, text.to_owned())).collect()
}

/// The China site's bill, of the console or of the interface.
pub(crate) fn bill_cn(set: &Set, hand: &mut Hand) -> File {
    let generation = hand.below(2);
    let mut rows = bill(set, true, 0, hand);
    for row in &mut rows {
        let real = row.remove("all").unwrap();
        row.insert("real", real);
    }
    written("bill.csv", BILL_CN, generation, rows, CONSOLE, hand)
}

/// The international site's bill, of three generations.
pub(crate) fn bill_intl(set: &Set, hand: &mut Hand) -> File {
    let generation = hand.below(3);
    let rows = international(bill(set, false, generation, hand));
    written("bill.csv", BILL_INTL, generation, rows, CONSOLE, hand)
}

/// The customer bill of a partner.
pub(crate) fn bill_partner(set: &Set, hand: &mut Hand) -> File {
    let rows = international(bill(set, false, 0, hand));
    written("bill.csv", BILL_PARTNER, 0, rows, CONSOLE, hand)
}

/// One column for what was paid, vouchers beside it.
fn international(mut rows: Vec<Cells>) -> Vec<Cells> {
    for row in &mut rows {
        let all = units(&row.remove("all").unwrap());
        let voucher = units(row.get("voucher").map_or("", String::as_str));
        row.insert("discounted", text_of(all, 8));
        row.insert("real", text_of(all - voucher, 8));
        row.insert("total", text_of(all - voucher, 8));
        row.insert("tax", "0".to_owned());
        row.insert("tax_rate", "0".to_owned());
    }
    rows
}

/// The cash flow of the same refunds: signed the other way, in hundredths.
pub(crate) fn cash_flow(set: &Set, hand: &mut Hand) -> File {
    let mut rows = Vec::new();
    for refund in set.refunds.iter().filter(|refund| moved_money(refund)) {
        rows.push(Cells::from([
            ("at", format!("{}.941", Time::read(get(refund, "completed_at")).beijing())),
            ("action", "return".to_owned()),
            ("channel", "用户余额".to_owned()),
            ("about", "预付费退款".to_owned()),
            ("amount", text_of(sum(refund, "refunded_", &["cash"]) * 100, 0)),
            ("balance", "1951932174".to_owned()),
            ("bill", get(refund, "refund_id").to_owned()),
            ("cash", "1".to_owned()),
            ("incentive", "0".to_owned()),
            ("freezing", "0".to_owned()),
            ("mode", "trade".to_owned()),
        ]));
    }
    written("flow.csv", CASH_FLOW, 0, rows, TABLE, hand)
}
