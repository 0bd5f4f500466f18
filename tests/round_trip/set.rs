//! A generated canonical set as rows of text, and the part of it that a layout is to carry.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    io,
};

use refund_audit::generate::{Export, Sinks, generate};

use crate::clock::Time;

/// A row by its columns; an empty cell is absent.
pub(crate) type Row = BTreeMap<String, String>;

/// The tenders, in the words of the canonical columns.
pub(crate) const TENDERS: [&str; 12] = [
    "cash",
    "commission",
    "free_credit",
    "voucher",
    "coupon",
    "offset",
    "stored_value_card",
    "debit_card",
    "credit_card",
    "paypal",
    "alipay",
    "bank",
];

/// The canonical tables.
#[derive(Clone, Debug, Default)]
pub(crate) struct Set {
    pub(crate) orders: Vec<Row>,
    pub(crate) usage: Vec<Row>,
    pub(crate) refunds: Vec<Row>,
    pub(crate) events: Vec<Row>,
}

/// The cell of a column; empty where it is absent.
pub(crate) fn get<'r>(row: &'r Row, column: &str) -> &'r str {
    row.get(column).map_or("", String::as_str)
}

/// Fills or empties a cell.
pub(crate) fn put(row: &mut Row, column: &str, text: impl Into<String>) {
    let text = text.into();
    if text.is_empty() {
        row.remove(column);
    } else {
        row.insert(column.to_owned(), text);
    }
}

/// An amount in integers of 1e-8; nothing is nought.
pub(crate) fn units(text: &str) -> i128 {
    let (minus, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let part: String = part.chars().chain(std::iter::repeat('0')).take(8).collect();
    let number = |text: &str| if text.is_empty() { 0 } else { text.parse::<i128>().unwrap() };
    minus * (number(whole) * 100_000_000 + number(&part))
}

/// The same as text, with at least so many decimals.
pub(crate) fn text_of(units: i128, places: usize) -> String {
    let sign = if units < 0 { "-" } else { "" };
    let (whole, part) = (units.unsigned_abs() / 100_000_000, units.unsigned_abs() % 100_000_000);
    let mut part = format!("{part:08}");
    while part.len() > places && part.ends_with('0') {
        part.pop();
    }
    if part.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") }
}

/// The sum of a row's tenders, `before` being `paid_` or `refunded_`.
pub(crate) fn sum(row: &Row, before: &str, tenders: &[&str]) -> i128 {
    tenders.iter().map(|tender| units(get(row, &format!("{before}{tender}")))).sum()
}

#[derive(Default)]
struct Lines([Vec<String>; 5]);

impl Sinks for Lines {
    fn line(&mut self, export: Export, line: &str) -> io::Result<()> {
        self.0[export as usize].push(line.to_owned());
        Ok(())
    }
}

/// The rows of a plain CSV text.
pub(crate) fn read(text: &str) -> Vec<Row> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().unwrap().clone();
    let named = |row: csv::StringRecord| {
        let cells = header.iter().zip(row.iter()).filter(|(_, cell)| !cell.is_empty());
        cells.map(|(name, cell)| (name.to_owned(), cell.to_owned())).collect()
    };
    reader.records().map(|row| named(row.unwrap())).collect()
}

/// The rows of a table, each once: one that stands twice says nothing new.
fn rows(lines: &[String]) -> Vec<Row> {
    let mut seen = BTreeSet::new();
    let mut all = read(&lines.join("\n"));
    all.retain(|row| seen.insert(row.clone()));
    all
}

impl Set {
    /// A generated set. Times are written by the clock of Beijing, amounts at their shortest, and refunds
    /// have numbers as vendors give them.
    pub(crate) fn generated(seed: u64, orders: u64) -> Self {
        let mut lines = Lines::default();
        generate(seed, orders, &mut lines).unwrap();
        let [orders, usage, refunds, events, _] = lines.0;
        let mut set = Self {
            orders: rows(&orders),
            usage: rows(&usage),
            refunds: rows(&refunds),
            events: rows(&events),
        };
        for row in set.orders.iter_mut().chain(&mut set.usage).chain(&mut set.refunds) {
            for (column, cell) in row.iter_mut() {
                if column.ends_with("_at")
                    || ["period_start", "period_end", "usage_start", "usage_end"].contains(&column.as_str())
                {
                    *cell = Time::read(cell).canonical();
                } else if column.starts_with("paid_")
                    || column.starts_with("refunded_")
                    || column == "list_price"
                {
                    *cell = text_of(units(cell), 2);
                }
            }
        }
        for (at, row) in set.refunds.iter_mut().enumerate() {
            let number = format!("{}{at:06}7", &get(row, "requested_at")[..10].replace('-', ""));
            put(row, "refund_id", format!("{number}{:07}", (at * 7919 + 13) % 9_999_991));
        }
        set
    }

    /// The orders that a layout can carry, with all that belongs to them: those with refunds or events of
    /// their own, and some others. Refunds of orders that nobody knows stay.
    pub(crate) fn carried(&self, carries: impl Fn(&Row, &[&Row]) -> bool) -> Self {
        let mut refunds: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
        for refund in &self.refunds {
            refunds.entry(get(refund, "order_id")).or_default().push(refund);
        }
        let of_events: BTreeSet<&str> = self.events.iter().map(|event| get(event, "order_id")).collect();
        let mut times: BTreeMap<&str, usize> = BTreeMap::new();
        for order in &self.orders {
            *times.entry(get(order, "order_id")).or_default() += 1;
        }
        let mut ids = BTreeSet::new();
        let mut orders = Vec::new();
        for (at, order) in self.orders.iter().enumerate() {
            let id = get(order, "order_id");
            let its = refunds.get(id).map_or(&[][..], Vec::as_slice);
            let is_told = !its.is_empty() || of_events.contains(id) || at % 20 == 0;
            // An order that stands twice with other content would be one order of two components.
            if is_told && times[id] == 1 && carries(order, its) {
                ids.insert(id);
                orders.push(order.clone());
            }
        }
        let known: BTreeSet<&str> = times.keys().copied().collect();
        let instances: BTreeSet<&str> = orders.iter().map(|order| get(order, "instance_id")).collect();
        let usage = self
            .usage
            .iter()
            .filter(|row| ids.contains(get(row, "order_id")) || instances.contains(get(row, "instance_id")));
        let kept = self.refunds.iter().filter(|row| {
            let id = get(row, "order_id");
            ids.contains(id) || !known.contains(id) && carries(&Row::new(), &[row])
        });
        let events = self.events.iter().filter(|row| {
            let id = get(row, "order_id");
            id.is_empty() || ids.contains(id)
        });
        Self {
            usage: usage.cloned().collect(),
            refunds: kept.cloned().collect(),
            events: events.cloned().collect(),
            orders,
        }
    }

    /// The orders by what other rows name them by.
    pub(crate) fn known(&self) -> Known<'_> {
        let by = |column: &str| self.orders.iter().map(|order| (get(order, column), order)).collect();
        Known { by_id: by("order_id"), by_instance: by("instance_id") }
    }

    /// The tables as canonical files; an empty table is none.
    pub(crate) fn files(&self) -> Vec<(&'static str, String)> {
        let tables = [
            ("orders.csv", &self.orders),
            ("usage.csv", &self.usage),
            ("refunds.csv", &self.refunds),
            ("events.csv", &self.events),
        ];
        tables
            .into_iter()
            .filter(|(_, rows)| !rows.is_empty())
            .map(|(name, rows)| (name, plain(rows)))
            .collect()
    }
}

/// The orders of a set by id and by instance, of which each has its own.
pub(crate) struct Known<'s> {
    by_id: BTreeMap<&'s str, &'s Row>,
    by_instance: BTreeMap<&'s str, &'s Row>,
}

impl<'s> Known<'s> {
    /// The order that a refund or an event names.
    pub(crate) fn order_of(&self, row: &Row) -> Option<&'s Row> {
        self.by_id.get(get(row, "order_id")).copied()
    }

    /// The order of a row of usage, which may name its pack instead.
    pub(crate) fn order_of_usage(&self, row: &Row) -> Option<&'s Row> {
        self.order_of(row).or_else(|| self.with_instance(get(row, "instance_id")))
    }

    /// The order that bought a pack.
    pub(crate) fn with_instance(&self, instance: &str) -> Option<&'s Row> {
        self.by_instance.get(instance).copied()
    }
}

/// Rows as a plain CSV file with every column that one of them has.
pub(crate) fn plain(rows: &[Row]) -> String {
    let columns: BTreeSet<&String> = rows.iter().flat_map(Row::keys).collect();
    let mut text = columns.iter().map(|column| column.as_str()).collect::<Vec<_>>().join(",");
    for row in rows {
        text.push('\n');
        for (at, column) in columns.iter().enumerate() {
            let cell = get(row, column);
            let comma = if at == 0 { "" } else { "," };
            if cell.contains([',', '"', '\n']) {
                write!(text, "{comma}\"{}\"", cell.replace('"', "\"\"")).unwrap();
            } else {
                write!(text, "{comma}{cell}").unwrap();
            }
        }
    }
    text + "\n"
}
