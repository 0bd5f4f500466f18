//! Everything a version rules, term by term: each file has the shape of its table, its meaning, its effect,
//! its words, and what of it can have none.

pub(super) mod amount;
pub(super) mod deadline;
pub(super) mod destination;
pub(super) mod exclusion;
pub(super) mod fee;
pub(super) mod minor;
pub(super) mod quota;
pub(super) mod tenders;
pub(super) mod usage;
pub(super) mod window;

use std::{collections::BTreeMap, sync::Arc};

use super::{
    file::{Item, Keys, Value},
    model::Clause,
};
use crate::{money::Rounding, record::OrderKind};

pub use amount::{
    AmountTerms, Count, DayTerms, Discount, Ladder, LadderBy, Method, Price, Remainder, RoundStep, StepOf,
    Tier, TotalDays, UnitPrice, Used, UsedDays, Working, total_days, used_days,
};
pub use deadline::{Deadline, Due, Span};
pub use destination::{Destination, Receiver, Route};
pub use exclusion::{EventState, Exclusion, Predicate};
pub use fee::{Fee, FeeOf};
pub use minor::{
    ChannelTerms, Condition, Discretion, FrozenTerms, GiftTerms, Precondition, PurchaseTerms, SamePayment,
};
pub use quota::{Per, Quota, Within};
pub use tenders::{Split, TenderTerms};
pub use usage::{Metering, UsageTerms};
pub use window::{Anchor, Before, Length, Window};

/// What a version rules on one way to a refund, and the ways that are tried after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Which way it is; `None` where the version has only one.
    pub branch: Option<Branch>,
    /// Until when a refund may be requested; `None` where every package type has its own or none.
    pub window: Option<Window>,
    /// Windows of single package types.
    pub class_windows: BTreeMap<String, Window>,
    /// Whether use excludes a refund.
    pub usage: UsageTerms,
    /// How much is owed.
    pub amount: AmountTerms,
    /// Sums of single package types.
    pub class_amounts: BTreeMap<String, AmountTerms>,
    /// What is kept for the return.
    pub fee: Option<Fee>,
    /// What comes back and what is lost.
    pub tenders: TenderTerms,
    /// The one rounding.
    pub rounding: Rounding,
    /// Who gets the money.
    pub destination: Destination,
    /// How a refund may be asked for.
    pub channel: ChannelTerms,
    /// States that exclude a refund.
    pub exclusions: Vec<Exclusion>,
    /// States that must be mended first.
    pub preconditions: Vec<Precondition>,
    /// How often.
    pub quota: Option<Quota>,
    /// How fast a request is decided.
    pub processing: Option<Deadline>,
    /// How fast money arrives.
    pub arrival: Option<Deadline>,
    /// What becomes of gifts.
    pub gifts: Option<GiftTerms>,
    /// What becomes of frozen fees.
    pub frozen: Option<FrozenTerms>,
    /// The vendor's right to say no.
    pub discretion: Option<Discretion>,
    /// What must hold at the purchase.
    pub purchase: Option<PurchaseTerms>,
    /// Refunds that one payment of the channel settles.
    pub same_payment: Option<SamePayment>,
    /// The ways that are tried after this one, in order.
    pub after: Vec<Self>,
}

/// One of several ways to a refund.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch {
    /// Its id within the version.
    pub id: Arc<str>,
    /// The order kinds it is about; empty is all.
    pub only_for: Vec<OrderKind>,
    /// The order kinds it is not about.
    pub not_for: Vec<OrderKind>,
    /// Whether the order's own period must have begun at the request, or must not.
    pub period: Option<Period>,
}

/// Where the order's own period is at the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// It has not begun.
    Pending,
    /// It has begun.
    Begun,
}

/// Tables of a version that a branch may have of its own.
const OF_BRANCH: [&str; 9] =
    ["window", "usage", "amount", "fee", "tenders", "rounding", "channel", "quota", "class"];

/// Tables that are of the version alone.
const OF_VERSION: [&str; 7] =
    ["destination", "processing", "arrival", "gifts", "frozen", "discretion", "purchase"];

/// Keys of a branch that are no tables.
const BRANCH: [&str; 6] = ["id", "only_for", "not_for", "period", "exclusion", "precondition"];

/// Every table, with the keys that a reading may set in it.
pub(super) fn keys_of(table: &str) -> Option<&'static [&'static str]> {
    Some(match table {
        "window" => window::KEYS,
        "usage" => usage::KEYS,
        "amount" => amount::KEYS,
        "fee" => fee::KEYS,
        "tenders" => tenders::KEYS,
        "rounding" => &["mode", "clause", "place"],
        "channel" => minor::CHANNEL,
        "quota" => quota::KEYS,
        "destination" => destination::KEYS,
        "processing" | "arrival" => deadline::KEYS,
        "discretion" => minor::DISCRETION,
        _ => return None,
    })
}

/// The keys of a version that are its terms.
pub(super) fn tables() -> impl Iterator<Item = &'static str> {
    OF_BRANCH.into_iter().chain(OF_VERSION).chain(["same_payment", "exclusion", "precondition", "branch"])
}

/// The terms of a version, whose inheritance is settled.
pub(super) fn read(version: &Keys<'_, '_>) -> Option<Terms> {
    let branches = version.tables("branch");
    let Some((first, others)) = branches.split_first() else {
        return of_branch(version, None);
    };
    let mut ids: Vec<&str> = Vec::new();
    for branch in &branches {
        let known: Vec<&str> = BRANCH.into_iter().chain(OF_BRANCH).collect();
        branch.only(&known);
        let id = branch.required(branch.text("id"), "id").unwrap_or_default();
        if ids.contains(&id) {
            branch.complain(branch.at, format!("branch {id:?} stands twice"));
        }
        ids.push(id);
    }
    let mut terms = of_branch(version, Some(first));
    for other in others {
        if let Some(other) = of_branch(version, Some(other))
            && let Some(terms) = &mut terms
        {
            terms.after.push(other);
        }
    }
    terms
}

/// One table: that of the branch, otherwise that of the version.
fn table<'c, 't>(version: &Keys<'c, 't>, branch: Option<&Keys<'c, 't>>, name: &str) -> Option<Keys<'c, 't>> {
    branch.and_then(|branch| branch.inner(name)).or_else(|| version.inner(name))
}

fn of_branch(version: &Keys<'_, '_>, branch: Option<&Keys<'_, '_>>) -> Option<Terms> {
    let own = |name: &str| table(version, branch, name);
    let at = branch.map_or(version.at, |branch| branch.at);
    let needed = |name: &str| {
        let found = own(name);
        if found.is_none() {
            version.complain(at, format!("version.{name} is missing"));
        }
        found
    };
    let mut class_windows = BTreeMap::new();
    let mut class_amounts = BTreeMap::new();
    let classes = own("class");
    for (class, _) in classes.iter().flat_map(Keys::entries) {
        let Some(keys) = classes.as_ref().and_then(|classes| classes.inner(class)) else { continue };
        keys.only(&["window", "amount"]);
        if let Some(window) = keys.inner("window").and_then(|keys| window::read(&keys)) {
            class_windows.insert(class.to_owned(), window);
        }
        if let Some(amount) = keys.inner("amount").and_then(|keys| amount::read(&keys)) {
            class_amounts.insert(class.to_owned(), amount);
        }
    }
    let window = own("window").and_then(|keys| window::read(&keys));
    if window.is_none() && class_windows.is_empty() && own("window").is_none() {
        version.complain(at, "version.window is missing");
    }
    let usage = needed("usage").and_then(|keys| usage::read(&keys));
    let amount = needed("amount").and_then(|keys| amount::read(&keys));
    let tenders = needed("tenders").and_then(|keys| tenders::read(&keys));
    let rounding = needed("rounding").and_then(|keys| rounding(&keys));
    let destination = needed("destination").and_then(|keys| destination::read(&keys));
    let channel = needed("channel").and_then(|keys| minor::channel(&keys));
    let list = |name: &str| {
        let mut tables = version.tables(name);
        tables.extend(branch.iter().flat_map(|branch| branch.tables(name)));
        tables
    };
    Some(Terms {
        branch: branch.map(self::branch),
        window,
        class_windows,
        class_amounts,
        exclusions: list("exclusion").iter().filter_map(exclusion::read).collect(),
        preconditions: list("precondition").iter().filter_map(minor::precondition).collect(),
        fee: own("fee").and_then(|keys| fee::read(&keys)),
        quota: own("quota").and_then(|keys| quota::read(&keys)),
        processing: version.inner("processing").and_then(|keys| deadline::read(&keys)),
        arrival: version.inner("arrival").and_then(|keys| deadline::read(&keys)),
        gifts: version.inner("gifts").map(|keys| minor::gifts(&keys)),
        frozen: version.inner("frozen").map(|keys| minor::frozen(&keys)),
        discretion: version.inner("discretion").map(|keys| minor::discretion(&keys)),
        purchase: version.inner("purchase").map(|keys| minor::purchase(&keys)),
        same_payment: version.inner("same_payment").and_then(|keys| minor::same_payment(&keys)),
        usage: usage?,
        amount: amount?,
        tenders: tenders?,
        rounding: rounding?,
        destination: destination?,
        channel: channel?,
        after: Vec::new(),
    })
}

fn rounding(keys: &Keys<'_, '_>) -> Option<Rounding> {
    keys.only(&["mode", "clause", "place"]);
    let _: Clause = keys.clause();
    let words = Rounding::ALL.map(|mode| (mode.word(), mode));
    let mode = keys.word("mode", "rounding", &words);
    if !keys.has("mode") {
        keys.complain(keys.at, "version.rounding.mode is missing");
    }
    mode
}

fn branch(keys: &Keys<'_, '_>) -> Branch {
    let kinds = |key: &str| keys.words(key, "order kind", &OrderKind::WORDS).unwrap_or_default();
    Branch {
        id: keys.text("id").unwrap_or_default().into(),
        only_for: kinds("only_for"),
        not_for: kinds("not_for"),
        period: keys.word("period", "period", &[("pending", Period::Pending), ("begun", Period::Begun)]),
    }
}

impl Terms {
    /// Whether it says until when an order of a package type may be returned.
    pub(crate) fn is_stated(&self, package_type: &str) -> bool {
        !self.window_of(package_type).is_some_and(|window| window.length == Length::Unstated)
    }

    /// Whether what was deducted decides eligibility or sum of a package type.
    #[must_use]
    pub fn depends_on_deductions(&self, package_type: &str) -> bool {
        self.usage.deduction_excludes || self.amount_of(package_type).method.depends_on_consumption()
    }

    /// The window of a package type.
    #[must_use]
    pub fn window_of(&self, package_type: &str) -> Option<&Window> {
        self.class_windows.get(package_type).or(self.window.as_ref())
    }

    /// The sum of a package type.
    #[must_use]
    pub fn amount_of(&self, package_type: &str) -> &AmountTerms {
        self.class_amounts.get(package_type).unwrap_or(&self.amount)
    }

    /// This way and those that are tried after it.
    pub fn branches(&self) -> impl Iterator<Item = &Self> {
        std::iter::once(self).chain(&self.after)
    }

    /// Whether this way is about orders of a kind.
    #[must_use]
    pub fn is_about(&self, kind: OrderKind) -> bool {
        self.branch.as_ref().is_none_or(|branch| {
            (branch.only_for.is_empty() || branch.only_for.contains(&kind)) && !branch.not_for.contains(&kind)
        })
    }

    /// Without one of its ways; `None` where nothing is left or it has no such way.
    #[must_use]
    pub fn without(&self, id: &str) -> Option<Self> {
        let is = |terms: &Self| terms.branch.as_ref().is_some_and(|branch| *branch.id == *id);
        let mut left: Vec<Self> = self
            .branches()
            .filter(|terms| !is(terms))
            .map(|terms| Self { after: Vec::new(), ..terms.clone() })
            .collect();
        if left.is_empty() || left.len() > self.after.len() {
            return None;
        }
        let mut first = left.remove(0);
        first.after = left;
        Some(first)
    }
}

/// The text of a value that a reading sets.
pub(super) fn shown(item: &Item<'_>) -> String {
    match &item.value {
        Value::Text(text) => (*text).to_owned(),
        other => other.to_string(),
    }
}
