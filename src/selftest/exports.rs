//! The exports of a scenario as rows of text.

/// Columns of orders.
const ORDERS: &[&str] = &[
    "order_id",
    "instance_id",
    "account_id",
    "payer_id",
    "product",
    "package_type",
    "order_kind",
    "status",
    "currency",
    "list_price",
    "paid_cash",
    "paid_commission",
    "paid_free_credit",
    "paid_voucher",
    "paid_coupon",
    "paid_offset",
    "paid_stored_value_card",
    "paid_debit_card",
    "paid_credit_card",
    "paid_paypal",
    "paid_alipay",
    "paid_bank",
    "paid_at",
    "delivered_at",
    "effective_at",
    "period_start",
    "period_end",
    "expires_at",
    "months",
    "gift",
    "promotion_forbids_refund",
    "invoice",
    "license_activated_at",
    "linked_license_activated_at",
    "site",
];

/// Columns of usage.
const USAGE: &[&str] = &[
    "usage_id",
    "order_id",
    "instance_id",
    "posted_at",
    "usage_start",
    "usage_end",
    "quantity",
    "basis",
    "product",
];

/// Columns of refunds.
const REFUNDS: &[&str] = &[
    "refund_id",
    "order_id",
    "to_account",
    "to_method",
    "requested_at",
    "channel",
    "status",
    "reason",
    "decided_at",
    "completed_at",
    "arrived_at",
    "currency",
    "refunded_cash",
    "refunded_commission",
    "refunded_free_credit",
    "refunded_voucher",
    "refunded_coupon",
    "refunded_offset",
    "refunded_stored_value_card",
    "refunded_debit_card",
    "refunded_credit_card",
    "refunded_paypal",
    "refunded_alipay",
    "refunded_bank",
    "channel_txn",
    "merged",
    "assumed",
];

/// Columns of events.
const EVENTS: &[&str] = &["kind", "account_id", "order_id", "product", "at", "until", "reason", "amount"];

/// A table in the making.
#[derive(Clone, Debug)]
pub(super) struct Rows {
    columns: &'static [&'static str],
    /// As many cells as there are columns.
    pub(super) rows: Vec<Vec<String>>,
}

/// One row that is being written.
pub(super) struct Row<'r> {
    columns: &'static [&'static str],
    cells: &'r mut [String],
}

impl Row<'_> {
    pub(super) fn set(&mut self, column: &str, value: impl Into<String>) -> &mut Self {
        let place = self.columns.iter().position(|name| *name == column).expect("a column of the table");
        self.cells[place] = value.into();
        self
    }
}

impl Rows {
    fn of(columns: &'static [&'static str]) -> Self {
        Self { columns, rows: Vec::new() }
    }

    /// Begins a row.
    pub(super) fn add(&mut self) -> Row<'_> {
        self.rows.push(vec![String::new(); self.columns.len()]);
        let last = self.rows.len() - 1;
        self.row(last)
    }

    pub(super) fn row(&mut self, place: usize) -> Row<'_> {
        Row { columns: self.columns, cells: &mut self.rows[place] }
    }

    pub(super) fn cell(&self, place: usize, column: &str) -> &str {
        let at = self.columns.iter().position(|name| *name == column).expect("a column of the table");
        &self.rows[place][at]
    }

    /// Which cells may be emptied without the row losing what it needs.
    pub(super) fn may_be_empty(&self, column: usize) -> bool {
        ![
            "order_id",
            "account_id",
            "product",
            "package_type",
            "currency",
            "paid_at",
            "posted_at",
            "quantity",
            "refund_id",
            "requested_at",
            "status",
            "kind",
            "at",
        ]
        .contains(&self.columns[column])
    }

    /// The table as text; columns that no row fills are left out where `sparse`.
    pub(super) fn text(&self, sparse: bool) -> String {
        let filled = |place: &usize| {
            let keys_of_events = self.columns == EVENTS && [1, 2, 3].contains(place);
            let needed = !(self.may_be_empty(*place) || keys_of_events);
            !sparse || needed || self.rows.iter().any(|row| !row[*place].is_empty())
        };
        let places: Vec<usize> = (0..self.columns.len()).filter(filled).collect();
        let mut text = places.iter().map(|place| self.columns[*place]).collect::<Vec<_>>().join(",");
        text.push('\n');
        for row in &self.rows {
            text += &places.iter().map(|place| row[*place].as_str()).collect::<Vec<_>>().join(",");
            text.push('\n');
        }
        text
    }
}

/// The four exports of a scenario, and what the run is told.
#[derive(Clone, Debug)]
pub(super) struct Scenario {
    pub(super) orders: Rows,
    pub(super) usage: Rows,
    pub(super) refunds: Rows,
    pub(super) events: Rows,
    /// Whether there is an events export at all.
    pub(super) has_events: bool,
    /// Milliseconds.
    pub(super) as_of: i64,
    /// From when to when deductions are complete; `None` is for ever.
    pub(super) covers: Option<(i64, i64)>,
}

impl Scenario {
    pub(super) fn empty(as_of: i64) -> Self {
        Self {
            orders: Rows::of(ORDERS),
            usage: Rows::of(USAGE),
            refunds: Rows::of(REFUNDS),
            events: Rows::of(EVENTS),
            has_events: true,
            as_of,
            covers: None,
        }
    }

    /// The tables in one order, for whoever goes through all of them.
    pub(super) fn tables(&mut self) -> [&mut Rows; 4] {
        [&mut self.orders, &mut self.usage, &mut self.refunds, &mut self.events]
    }
}
