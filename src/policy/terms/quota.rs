//! How often a refund is given.

use crate::policy::{file::Keys, model::Clause};

pub(in crate::policy) const KEYS: &[&str] = &["count", "per", "group", "within", "hard", "clause", "place"];

/// What a quota is counted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Per {
    /// The account that owns the orders.
    Account,
    /// The person or company behind it; the account, as long as nothing says which accounts are one subject's.
    Subject,
    /// Each product.
    Product,
    /// The products of the group together.
    ProductGroup,
    /// Each package type.
    Package,
    /// Each bundle; bills name it as package type.
    Bundle,
    /// Each application; no export names it.
    AppId,
}

impl Per {
    /// Every word in policy files.
    pub const WORDS: [(&'static str, Self); 7] = [
        ("account", Self::Account),
        ("subject", Self::Subject),
        ("product", Self::Product),
        ("product_group", Self::ProductGroup),
        ("package", Self::Package),
        ("bundle", Self::Bundle),
        ("app_id", Self::AppId),
    ];

    /// The word in policy files.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, per)| *per == self).map_or("", |(word, _)| word)
    }
}

/// In which time a quota is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Within {
    /// As long as the window of the version is.
    Window,
    /// Ever.
    Lifetime,
    /// A year of the calendar.
    CalendarYear,
    /// The year before the request.
    RollingYear,
    /// A year that begins on this month and day.
    YearFrom(u32, u32),
}

impl Within {
    /// The words in policy files.
    #[must_use]
    pub fn text(self) -> String {
        match self {
            Self::Window => "window".to_owned(),
            Self::Lifetime => "lifetime".to_owned(),
            Self::CalendarYear => "calendar_year".to_owned(),
            Self::RollingYear => "rolling_year".to_owned(),
            Self::YearFrom(month, day) => format!("year_from_{month:02}_{day:02}"),
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "window" => Self::Window,
            "lifetime" => Self::Lifetime,
            "calendar_year" => Self::CalendarYear,
            "rolling_year" => Self::RollingYear,
            _ => {
                let (month, day) = text.strip_prefix("year_from_")?.split_once('_')?;
                let (month, day) = (month.parse().ok()?, day.parse().ok()?);
                // A year that is none: every month and day of it must exist.
                crate::time::CivilDate::new(2023, month, day)?;
                Self::YearFrom(month, day)
            }
        })
    }
}

/// How often a refund is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quota {
    /// So many.
    pub count: u32,
    /// For each of these together.
    pub per: Vec<Per>,
    /// The product words of the group, where it is counted for one.
    pub group: Vec<String>,
    /// In which time.
    pub within: Within,
    /// Whether one more is a mismatch; otherwise it is a review.
    pub hard: bool,
    /// The rule.
    pub clause: Clause,
}

pub(in crate::policy) fn read(keys: &Keys<'_, '_>) -> Option<Quota> {
    keys.only(KEYS);
    let text = keys.required(keys.text("within"), "within")?;
    let within = Within::parse(text);
    if within.is_none() {
        keys.complain(
            keys.place("within"),
            format!("unknown quota.within {text:?}, wanted one of window, lifetime, calendar_year, rolling_year, year_from_07_01"),
        );
    }
    let per = keys.words("per", "quota.per", &Per::WORDS).unwrap_or_default();
    let group = keys.strings("group").unwrap_or_default();
    if per.contains(&Per::ProductGroup) == group.is_empty() {
        keys.complain(keys.place("group"), "quota.group lists the products of per = [\"product_group\"]");
    }
    Some(Quota {
        count: keys.required(keys.count("count"), "count")?,
        per,
        group,
        within: within?,
        hard: keys.flag("hard").unwrap_or(false),
        clause: keys.clause(),
    })
}

/// The effect in a phrase.
#[must_use]
pub fn text(quota: &Quota) -> String {
    let per: Vec<&str> = quota.per.iter().map(|per| per.word()).collect();
    let hard = if quota.hard { "" } else { ", more is a review" };
    format!("{} per {} within {}{hard}", quota.count, per.join(" and "), quota.within.text())
}

/// What of a quota no export carries.
pub(in crate::policy) fn lint(quota: &Quota) -> Vec<String> {
    let missing = quota.per.iter().filter(|per| matches!(per, Per::AppId));
    missing.map(|per| format!("quota.per needs {}, which no export has", per.word())).collect()
}
