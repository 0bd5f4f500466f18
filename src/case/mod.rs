//! Everything known about one order, ready to be judged.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    money::Quantity,
    record::{
        Defect, Difference, Event, FileId, InstanceId, Named, Order, Refund, RefundId, Role, SourceRef, Usage,
    },
    time::{Calendar, Instant, Interval},
};

/// Rows of the case that contradict each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// Whether they are rows of the order itself, as against its refunds or its usage.
    pub of_order: bool,
    /// The rows, the one that is kept left out where it is that of the order.
    pub rows: Vec<SourceRef>,
    /// In what they differ, as far as the columns are known.
    pub differences: Vec<Difference>,
    /// The case as the other rows tell it, where that can be put together.
    pub others: Vec<Case>,
}

/// A refund of the case, and the earlier refund of the run that has the same channel transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseRefund {
    /// The refund.
    pub refund: Refund,
    /// The earlier refund that it repeats, where neither is marked as merged.
    pub repeats: Option<(RefundId, SourceRef)>,
}

/// One order with all that belongs to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// The order.
    pub order: Order,
    /// Further rows that the order and its refunds were brought together from: role, id and row.
    pub also: Vec<(Role, Box<str>, SourceRef)>,
    /// Its refunds, by request and id.
    pub refunds: Vec<CaseRefund>,
    /// Its usage rows by time of posting, kept where their times can matter.
    pub usage: Vec<Usage>,
    /// The net deduction of rows that were not kept.
    pub unkept_net: Quantity,
    /// Events of the order, its account and its product, by time.
    pub events: Vec<Event>,
    /// Why its records cannot be trusted.
    pub conflict: Option<Conflict>,
}

impl Case {
    /// A case of an order alone; add to it and call [`Case::sorted`].
    #[must_use]
    pub const fn new(order: Order) -> Self {
        Self {
            order,
            also: Vec::new(),
            refunds: Vec::new(),
            usage: Vec::new(),
            unkept_net: Quantity::ZERO,
            events: Vec::new(),
            conflict: None,
        }
    }

    /// The case with everything in the order that judging expects.
    #[must_use]
    pub fn sorted(mut self) -> Self {
        self.refunds.sort_by(|a, b| {
            let key = |one: &CaseRefund| (one.refund.requested_at, one.refund.refund_id.clone());
            key(a).cmp(&key(b))
        });
        self.usage.sort();
        self.events.sort_by(|a, b| (a.from_at, a).cmp(&(b.from_at, b)));
        self
    }
}

/// Rejected rows by what they name: where one may be of an order, its absence proves nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RejectedRows {
    by_name: BTreeMap<(Role, Named, Box<str>), Vec<SourceRef>>,
}

impl RejectedRows {
    /// The rejected rows of a run.
    #[must_use]
    pub fn of(defects: &[Defect]) -> Self {
        let mut rejected = Self::default();
        for defect in defects {
            // An account alone tells whose rows they may be, where nothing says more.
            let is_precise = defect.names.iter().any(|(named, _)| *named != Named::Account);
            for (named, id) in &defect.names {
                if *named == Named::Account && is_precise && defect.role != Role::Events {
                    continue;
                }
                rejected.by_name.entry((defect.role, *named, id.clone())).or_default().push(defect.at);
            }
        }
        rejected
    }

    /// Those that may be of a case, by role.
    #[must_use]
    pub fn about(&self, case: &Case) -> Vec<(Role, SourceRef)> {
        if self.by_name.is_empty() {
            return Vec::new();
        }
        let order = &case.order;
        let own = [
            (Named::Order, Some(order.order_id.as_str())),
            (Named::Instance, order.instance_id.as_ref().map(InstanceId::as_str)),
            (Named::Account, Some(order.account_id.as_str())),
        ];
        let refunds = case.refunds.iter().map(|one| (Named::Refund, Some(one.refund.refund_id.as_str())));
        let mut found = Vec::new();
        for (named, id) in own.into_iter().chain(refunds) {
            let Some(id) = id else { continue };
            for role in [Role::Usage, Role::Refunds, Role::Events] {
                let rows = self.by_name.get(&(role, named, id.into())).map_or(&[][..], Vec::as_slice);
                found.extend(rows.iter().map(|at| (role, *at)));
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// What holds for every case of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Horizon {
    /// The date the question is asked for; events after it are not seen.
    pub as_of: Instant,
    /// The interval for which the deduction export is complete; empty where there is none.
    pub usage_covers: Interval,
    /// The interval of purchases that the order export covers; `None` where it has no order.
    pub orders_cover: Option<Interval>,
    /// Whether the run has an events export.
    pub events_known: bool,
    /// The vendors' business days.
    pub calendar: Calendar,
    /// Whether unclaimed refunds are findings.
    pub opportunities: bool,
    /// How many times 24 hours a request may lie before the completion of its refund, where neither the export
    /// nor the policy says.
    pub request_lag_days: u32,
    /// The files by their number, for sentences that name a row.
    pub files: Arc<[String]>,
    /// Rejected rows by what they name.
    pub rejected: Arc<RejectedRows>,
}

/// How many times 24 hours a request is taken to lie at most before the completion of its refund.
pub const REQUEST_LAG_DAYS: u32 = 7;

impl Horizon {
    /// A horizon at an instant: usage complete, events known, no holidays.
    #[must_use]
    pub fn at(as_of: Instant) -> Self {
        Self {
            as_of,
            usage_covers: Interval::EVERYTHING,
            orders_cover: Some(Interval::EVERYTHING),
            events_known: true,
            calendar: Calendar::default(),
            opportunities: false,
            request_lag_days: REQUEST_LAG_DAYS,
            files: Arc::default(),
            rejected: Arc::default(),
        }
    }

    /// A row as sentences name it: `bill.csv:2`.
    #[must_use]
    pub fn name(&self, row: SourceRef) -> String {
        let SourceRef { file: FileId(file), line } = row;
        match self.files.get(file as usize) {
            Some(name) => format!("{name}:{line}"),
            None => format!("file {file}:{line}"),
        }
    }
}
