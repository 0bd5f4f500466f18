//! The canonical form itself, as spreadsheets save it again: GB18030, another delimiter, every cell quoted.

use crate::{
    hand::{File, Hand},
    set::{Row, Set, get, plain, put},
};

/// Accounts beyond ASCII, so that it matters in which encoding a table is.
pub(crate) fn in_chinese(mut set: Set) -> Set {
    for row in set.orders.iter_mut().chain(&mut set.refunds).chain(&mut set.events) {
        for column in ["account_id", "payer_id", "to_account"] {
            if !get(row, column).is_empty() {
                let account = format!("账号{}", get(row, column));
                put(row, column, account);
            }
        }
    }
    for row in &mut set.usage {
        put(row, "description", "流量");
    }
    set
}

/// Each table through a dialect: never plain UTF-8 with commas, which would be read directly.
pub(crate) fn files(set: &Set, hand: &mut Hand) -> Vec<File> {
    let packs: Vec<Row> = set
        .orders
        .iter()
        .map(|order| {
            let columns =
                [("package_id", "instance_id"), ("order_id", "order_id"), ("account_id", "account_id")];
            columns.map(|(to, from)| (to.to_owned(), get(order, from).to_owned())).into()
        })
        .collect();
    // Each of them says again when a refund was asked for.
    let times: Vec<Row> = set
        .refunds
        .iter()
        .map(|refund| {
            ["refund_id", "requested_at"]
                .map(|column| (column.to_owned(), get(refund, column).to_owned()))
                .into()
        })
        .collect();
    let tables = [
        ("times.csv", &times),
        ("orders.csv", &set.orders),
        ("usage.csv", &set.usage),
        ("refunds.csv", &set.refunds),
        ("events.csv", &set.events),
        ("packages.csv", &packs),
    ];
    let mut files = Vec::new();
    for (name, rows) in tables {
        let text = plain(rows);
        let (bytes, done) = match hand.below(3) {
            0 => (text.replace(',', ";").into_bytes(), "semicolons"),
            1 => (text.replace(',', "\t").replace('\n', "\r\n").into_bytes(), "tabs"),
            _ => (encoding_rs::GB18030.encode(&text).0.into_owned(), "GB18030"),
        };
        files.push(File { name: name.to_owned(), bytes, done: vec![done] });
    }
    files
}
