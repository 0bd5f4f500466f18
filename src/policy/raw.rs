//! The shape of a policy file, as typed. Every key is optional here; what is missing or does not fit is
//! said by `resolve`, with its place.
//!
//! The tables are declared once by `table!`, which makes of each a struct that refuses unknown keys and
//! knows how to inherit from another: the keys of a later version stand, the rest comes from the former.

use std::{collections::BTreeMap, ops::Range};

use serde::Deserialize;
use toml::{Spanned, Value, value::Datetime};

/// Text with its place.
pub(super) type Text = Spanned<String>;

/// A file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawFile {
    pub schema: Text,
    pub policy: RawPolicy,
    #[serde(default)]
    pub version: Vec<Spanned<RawVersion>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawPolicy {
    pub id: Text,
    pub vendor: Text,
    pub site: Text,
    pub title: Text,
    pub timezone: Text,
    pub exception_to: Option<Text>,
    pub applies: RawApplies,
    pub class: Option<RawClass>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawApplies {
    pub product: Vec<Text>,
    pub package_type: Option<Vec<Text>>,
    #[serde(default)]
    pub package_type_not: Vec<Text>,
    pub order_kind: Option<Vec<Text>>,
    #[serde(default)]
    pub impossible_order_kind: Vec<Text>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawClass {
    pub field: Text,
    pub values: Vec<Text>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSource {
    pub url: Text,
    pub title: Text,
    pub stamp: Text,
    pub read_on: Text,
    pub note: Option<Text>,
}

macro_rules! table {
    ($(#[$doc:meta])* $name:ident { $($key:ident : $type:ty),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub(super) struct $name { $(pub $key: Option<$type>),* }

        impl $name {
            /// These keys, and where one is missing that of `former`.
            pub(super) fn over(self, former: &Self) -> Self {
                Self { $($key: self.$key.or_else(|| former.$key.clone())),* }
            }
        }
    };
}

table!(RawWindow {
    anchor: Text, length: Spanned<Value>, count: Text, end: Text, extend: Text, clause: Text, place: Text,
});
table!(RawUsage { test: Text, scope: Text, metering: Spanned<RawMetering>, clause: Text, place: Text });
table!(RawAmount {
    method: Text, base: Text, used_days: Text, min_used: Spanned<i64>, total_days: Text, month_clip: Text,
    tiers: Spanned<Vec<(Spanned<u64>, Text)>>, tier_by: Text, floor: Text, clause: Text, place: Text,
});
table!(RawTenders {
    refundable: Vec<Text>, lost: Vec<Text>, return_as: Text, split: Text, clause: Text, place: Text,
});
table!(RawRounding { mode: Text, clause: Text, place: Text });
table!(RawDestination { account: Text, accept: Vec<Text>, clause: Text, place: Text });
table!(RawChannel { allowed: Vec<Text>, clause: Text, place: Text });
table!(RawQuota {
    count: Spanned<u32>, per: Vec<Text>, within: Text, hard: Spanned<bool>, clause: Text, place: Text,
});
table!(RawDeadline {
    business_days: Spanned<u32>, calendar: Text, soft: Spanned<bool>, clause: Text, place: Text,
});
table!(RawGifts { on_refund: Text, clause: Text, place: Text });
table!(RawFrozen { release_by: Text, counts_as_refund: Spanned<bool>, clause: Text, place: Text });
table!(RawDiscretion { reason_codes: Vec<Text>, lawful_during: Vec<Text>, clause: Text, place: Text });
table!(RawPurchase { forbidden_while_overdue: Spanned<bool>, clause: Text, place: Text });

/// How raw usage becomes deductions. Stated, not judged yet.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "read so that a file can state it and a typing error is still found")]
pub(super) struct RawMetering {
    pub unit: Text,
    pub ceil: Text,
    pub coefficient: BTreeMap<String, Text>,
    pub pack_order: Vec<Text>,
    pub posts_at: Text,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawClassTerms {
    pub window: Option<RawWindow>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawWith {
    pub values: Option<Vec<Text>>,
    pub reasons: Option<Vec<Text>>,
    pub at: Option<Text>,
    pub months: Option<Spanned<u32>>,
    pub after: Option<Text>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawExclusion {
    #[serde(rename = "if")]
    pub predicate: Text,
    #[serde(default)]
    pub with: RawWith,
    #[serde(default)]
    pub class: Vec<Text>,
    pub clause: Option<Text>,
    pub place: Option<Text>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawReading {
    pub id: Text,
    pub set: BTreeMap<Text, Text>,
    pub why: Text,
    #[serde(default)]
    pub when: RawWhen,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawWhen {
    pub channel: Option<Text>,
}

/// A version.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawVersion {
    pub id: Option<Text>,
    pub effective_from: Option<Spanned<Datetime>>,
    pub effective_to: Option<Spanned<Datetime>>,
    pub select_by: Option<Text>,
    pub confidence: Option<Text>,
    pub rollout: Option<Text>,
    pub expected: Option<bool>,
    pub like: Option<Text>,
    pub base: Option<Text>,
    #[serde(default)]
    pub source: Vec<RawSource>,
    pub window: Option<RawWindow>,
    #[serde(default)]
    pub class: BTreeMap<Text, RawClassTerms>,
    pub usage: Option<RawUsage>,
    pub amount: Option<RawAmount>,
    pub tenders: Option<RawTenders>,
    pub rounding: Option<RawRounding>,
    pub destination: Option<RawDestination>,
    pub channel: Option<RawChannel>,
    #[serde(default)]
    pub exclusion: Vec<RawExclusion>,
    #[serde(default)]
    pub precondition: Vec<RawExclusion>,
    pub quota: Option<RawQuota>,
    pub processing: Option<RawDeadline>,
    pub arrival: Option<RawDeadline>,
    pub gifts: Option<RawGifts>,
    pub frozen: Option<RawFrozen>,
    pub discretion: Option<RawDiscretion>,
    pub purchase: Option<RawPurchase>,
    #[serde(default)]
    pub reading: Vec<RawReading>,
}

/// The bytes of a value in its file.
pub(super) type Span = Range<usize>;
