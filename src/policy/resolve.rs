//! From the shape of a policy file to its meaning, with every complaint at its place.

use std::{cell::RefCell, collections::BTreeMap};

use toml::{Spanned, Value, value::Datetime};

use super::{
    error::{PolicyError, place},
    model::{
        AmountTerms, Anchor, Applies, ChannelTerms, Clause, Condition, Deadline, Destination, Discretion,
        Exclusion, FrozenTerms, GiftTerms, Length, Method, Policy, Precondition, Predicate, PurchaseTerms,
        Quota, Reading, Receiver, SelectBy, Source, TenderTerms, Terms, Tier, TotalDays, UsageTerms,
        UsedDays, Version, Window,
    },
    raw::{
        RawAmount, RawDeadline, RawExclusion, RawPolicy, RawQuota, RawReading, RawSource, RawTenders,
        RawUsage, RawVersion, RawWindow, Span, Text,
    },
};
use crate::{
    money::{Money, Rounding},
    record::{Channel, OrderKind, Tender},
    suggest::did_you_mean,
    time::{CivilDate, Instant, Interval, Offset},
};

/// The schema this program reads.
pub(super) const SCHEMA: &str = "refund-policy/1";

/// Collects complaints about one file; resolving goes on so that all are said at once.
pub(super) struct Complaints<'a> {
    file: &'a str,
    text: &'a str,
    found: RefCell<Vec<PolicyError>>,
}

impl<'a> Complaints<'a> {
    pub(super) fn new(file: &'a str, text: &'a str) -> Self {
        Self { file, text, found: RefCell::default() }
    }

    /// Adds a complaint at a span of the file.
    pub(super) fn at(&self, span: &Span, message: impl Into<String>) {
        let (line, column) = place(self.text, span.start);
        let message = message.into();
        self.found.borrow_mut().push(PolicyError { file: self.file.to_owned(), line, column, message });
    }

    pub(super) fn into_found(self) -> Vec<PolicyError> {
        self.found.into_inner()
    }
}

/// A word of a closed set; the first of the set stands in after a complaint.
fn word<T: Copy>(text: &Text, words: &[(&str, T)], what: &str, complaints: &Complaints<'_>) -> T {
    let found = words.iter().find(|(known, _)| *known == text.get_ref().as_str());
    found.map_or_else(
        || {
            let known: Vec<&str> = words.iter().map(|(known, _)| *known).collect();
            let near = did_you_mean(text.get_ref(), known.iter().copied());
            complaints.at(
                &text.span(),
                format!("unknown {what} {:?}, wanted one of {}{near}", text.get_ref(), known.join(", ")),
            );
            words[0].1
        },
        |(_, value)| *value,
    )
}

/// A key that must be there.
fn required<'t, T>(
    value: Option<&'t T>,
    path: &str,
    owner: &Span,
    complaints: &Complaints<'_>,
) -> Option<&'t T> {
    if value.is_none() {
        complaints.at(owner, format!("{path} is missing"));
    }
    value
}

fn text_of(text: Option<&Text>) -> String {
    text.map(|text| text.get_ref().clone()).unwrap_or_default()
}

/// The words of a rule; every rule has them, and says where it stands.
fn clause(
    text: Option<&Text>,
    place: Option<&Text>,
    rule: &str,
    owner: &Span,
    complaints: &Complaints<'_>,
) -> Clause {
    for (words, key) in [(text, "clause"), (place, "place")] {
        if words.is_none_or(|words| words.get_ref().trim().is_empty()) {
            complaints.at(owner, format!("{rule} has no {key}"));
        }
    }
    Clause { text: text_of(text).into(), place: text_of(place).into() }
}

/// The head of a policy: everything but its versions.
pub(super) fn policy(raw: &RawPolicy, schema: &Text, file: &str, complaints: &Complaints<'_>) -> Policy {
    if schema.get_ref() != SCHEMA {
        complaints.at(&schema.span(), format!("schema {:?} is not {SCHEMA:?}", schema.get_ref()));
    }
    let zone = Offset::parse(raw.timezone.get_ref()).unwrap_or_else(|| {
        complaints.at(&raw.timezone.span(), "timezone is not an offset such as +08:00");
        Offset::UTC
    });
    let kinds = |texts: &[Text]| -> Vec<OrderKind> {
        texts.iter().map(|text| word(text, &OrderKind::WORDS, "order kind", complaints)).collect()
    };
    let mut package_types = raw.applies.package_type.as_deref().map(strings);
    if let Some(class) = &raw.class {
        if class.field.get_ref() != "package_type" {
            complaints.at(&class.field.span(), "class.field can only be \"package_type\"");
        }
        package_types = Some(strings(&class.values));
    }
    Policy {
        id: raw.id.get_ref().as_str().into(),
        vendor: raw.vendor.get_ref().as_str().into(),
        site: raw.site.get_ref().clone(),
        title: raw.title.get_ref().clone(),
        zone,
        exception_to: raw.exception_to.as_ref().map(|text| text.get_ref().clone()),
        applies: Applies {
            products: strings(&raw.applies.product),
            package_types,
            package_types_not: strings(&raw.applies.package_type_not),
            order_kinds: raw.applies.order_kind.as_deref().map(kinds),
            impossible_order_kinds: kinds(&raw.applies.impossible_order_kind),
        },
        select_by: SelectBy::Purchase,
        versions: Vec::new(),
        file: file.to_owned(),
    }
}

fn strings(texts: &[Text]) -> Vec<String> {
    texts.iter().map(|text| text.get_ref().clone()).collect()
}

/// Every class that a version names is one that the policy lists.
pub(super) fn check_classes(raw: &RawVersion, policy: &RawPolicy, complaints: &Complaints<'_>) {
    let listed = policy.class.as_ref().map(|class| strings(&class.values)).unwrap_or_default();
    let of_exclusions = raw.exclusion.iter().flat_map(|exclusion| &exclusion.class);
    for class in raw.class.keys().chain(of_exclusions).filter(|class| !listed.contains(class.get_ref())) {
        let near = did_you_mean(class.get_ref(), listed.iter().map(String::as_str));
        complaints
            .at(&class.span(), format!("class {:?} is not listed in [policy.class]{near}", class.get_ref()));
    }
}

/// The file of a policy is named after it.
pub(super) fn check_name(file: &str, id: &Text, complaints: &Complaints<'_>) {
    let stem = std::path::Path::new(file).file_name().and_then(|name| name.to_str());
    let stem = stem.and_then(|name| name.strip_suffix(".toml"));
    if stem.is_some_and(|stem| stem != id.get_ref()) {
        complaints.at(&id.span(), format!("the id {:?} is not the name of its file", id.get_ref()));
    }
}

/// One version after inheritance; `span` is where it stands. Also says which instant selects it.
pub(super) fn version(
    raw: &RawVersion,
    span: &Span,
    complaints: &Complaints<'_>,
) -> Option<(Version, SelectBy)> {
    let id = required(raw.id.as_ref(), "version.id", span, complaints)?;
    let from = required(raw.effective_from.as_ref(), "version.effective_from", span, complaints)?;
    if raw.source.is_empty() {
        complaints.at(&id.span(), format!("version {:?} has no source of its own", id.get_ref()));
    }
    let select_by = raw.select_by.as_ref().map_or(SelectBy::Purchase, |text| {
        word(
            text,
            &[("purchase", SelectBy::Purchase), ("request", SelectBy::Request)],
            "select_by",
            complaints,
        )
    });
    if let Some(confidence) = &raw.confidence {
        word(confidence, &[("high", ()), ("medium", ()), ("low", ())], "confidence", complaints);
    }
    if let Some(rollout) = &raw.rollout {
        word(rollout, &[("gradual", ()), ("at_once", ())], "rollout", complaints);
    }
    let effective = Interval {
        from: instant(from, complaints),
        to: raw.effective_to.as_ref().and_then(|to| instant(to, complaints)),
    };
    if let (Some(from), Some(to), Some(place)) = (effective.from, effective.to, &raw.effective_to)
        && to <= from
    {
        complaints.at(&place.span(), "effective_to is not after effective_from");
    }
    let sources = raw.source.iter().map(|source| self::source(source, complaints)).collect();
    let terms = terms(raw, span, complaints)?;
    let readings =
        raw.reading.iter().filter_map(|reading| self::reading(reading, raw, span, complaints)).collect();
    let version = Version {
        id: id.get_ref().as_str().into(),
        effective,
        confidence: text_of(raw.confidence.as_ref()),
        rollout_gradual: raw.rollout.as_ref().is_some_and(|text| text.get_ref() == "gradual"),
        expected: raw.expected.unwrap_or(false),
        like: raw.like.as_ref().or(raw.base.as_ref()).map(|text| text.get_ref().clone()),
        sources,
        terms,
        readings,
    };
    Some((version, select_by))
}

fn source(raw: &RawSource, complaints: &Complaints<'_>) -> Source {
    if !raw.url.get_ref().starts_with("https://") {
        complaints.at(&raw.url.span(), "the address of a source begins with https://");
    }
    if CivilDate::parse(raw.read_on.get_ref()).is_none() {
        complaints.at(&raw.read_on.span(), "read_on is not a day such as \"2026-11-21\"");
    }
    let (title, stamp, url) = (raw.title.get_ref(), raw.stamp.get_ref(), raw.url.get_ref());
    Source {
        cited: format!("{title}, {stamp}, {url}").into(),
        url: raw.url.get_ref().clone(),
        title: raw.title.get_ref().clone(),
        stamp: raw.stamp.get_ref().clone(),
        read_on: raw.read_on.get_ref().clone(),
        note: raw.note.as_ref().map(|text| text.get_ref().clone()),
    }
}

fn instant(value: &Spanned<Datetime>, complaints: &Complaints<'_>) -> Option<Instant> {
    let text = value.get_ref().to_string();
    let with_offset = value.get_ref().offset.is_some();
    let read = Instant::parse(&text, Offset::UTC).ok().filter(|_| with_offset);
    if read.is_none() {
        complaints.at(
            &value.span(),
            format!("{text} is not an instant with an offset, such as 2022-12-01T00:00:00+08:00"),
        );
    }
    read
}

/// The terms of a version.
fn terms(raw: &RawVersion, span: &Span, complaints: &Complaints<'_>) -> Option<Terms> {
    let window = raw.window.as_ref().and_then(|raw| self::window(raw, span, complaints));
    let mut class_windows = BTreeMap::new();
    for (class, class_terms) in &raw.class {
        if let Some(window) =
            class_terms.window.as_ref().and_then(|raw| self::window(raw, &class.span(), complaints))
        {
            class_windows.insert(class.get_ref().clone(), window);
        }
    }
    if raw.window.is_none() && raw.class.is_empty() {
        complaints.at(span, "version.window is missing");
    }
    let usage =
        self::usage(required(raw.usage.as_ref(), "version.usage", span, complaints)?, span, complaints)?;
    let amount =
        self::amount(required(raw.amount.as_ref(), "version.amount", span, complaints)?, span, complaints)?;
    let tenders = self::tenders(
        required(raw.tenders.as_ref(), "version.tenders", span, complaints)?,
        span,
        complaints,
    )?;
    let rounding = required(raw.rounding.as_ref(), "version.rounding", span, complaints)?;
    let mode = required(rounding.mode.as_ref(), "version.rounding.mode", span, complaints)?;
    let destination = required(raw.destination.as_ref(), "version.destination", span, complaints)?;
    let account = required(destination.account.as_ref(), "version.destination.account", span, complaints)?;
    let channel = required(raw.channel.as_ref(), "version.channel", span, complaints)?;
    let allowed = required(channel.allowed.as_ref(), "version.channel.allowed", span, complaints)?;
    let receiver = |text: &Text| word(text, &Receiver::WORDS, "account", complaints);
    Some(Terms {
        window,
        class_windows,
        usage,
        amount,
        tenders,
        rounding: word(mode, &Rounding::ALL.map(|mode| (mode.word(), mode)), "rounding", complaints),
        destination: Destination {
            account: receiver(account),
            accept: destination.accept.iter().flatten().map(receiver).collect(),
            clause: clause(
                destination.clause.as_ref(),
                destination.place.as_ref(),
                "destination",
                span,
                complaints,
            ),
        },
        channel: ChannelTerms {
            allowed: allowed.iter().map(|text| word(text, &Channel::WORDS, "channel", complaints)).collect(),
            clause: clause(channel.clause.as_ref(), channel.place.as_ref(), "channel", span, complaints),
        },
        exclusions: raw.exclusion.iter().filter_map(|raw| exclusion(raw, complaints)).collect(),
        preconditions: raw.precondition.iter().map(|raw| precondition(raw, complaints)).collect(),
        quota: raw.quota.as_ref().and_then(|raw| quota(raw, span, complaints)),
        processing: raw.processing.as_ref().and_then(|raw| deadline(raw, "processing", span, complaints)),
        arrival: raw.arrival.as_ref().and_then(|raw| deadline(raw, "arrival", span, complaints)),
        gifts: raw.gifts.as_ref().map(|raw| {
            if let Some(text) = &raw.on_refund {
                word(text, &[("void", ())], "gifts.on_refund", complaints);
            }
            GiftTerms { clause: clause(raw.clause.as_ref(), raw.place.as_ref(), "gifts", span, complaints) }
        }),
        frozen: raw.frozen.as_ref().map(|raw| {
            if let Some(text) = &raw.release_by {
                word(text, &[("refund_done", ())], "frozen.release_by", complaints);
            }
            if let Some(counts) = raw.counts_as_refund.as_ref().filter(|counts| *counts.get_ref()) {
                complaints.at(
                    &counts.span(),
                    "frozen.counts_as_refund can only be false: a release moves no money",
                );
            }
            FrozenTerms {
                clause: clause(raw.clause.as_ref(), raw.place.as_ref(), "frozen", span, complaints),
            }
        }),
        discretion: raw.discretion.as_ref().map(|raw| {
            let lawful = raw.lawful_during.iter().flatten();
            let lawful: Vec<()> =
                lawful.map(|text| word(text, &[("billing_run", ())], "lawful_during", complaints)).collect();
            Discretion {
                reason_codes: raw.reason_codes.as_deref().map(strings).unwrap_or_default(),
                lawful_during_billing_run: !lawful.is_empty(),
                clause: clause(raw.clause.as_ref(), raw.place.as_ref(), "discretion", span, complaints),
            }
        }),
        purchase: raw.purchase.as_ref().map(|raw| PurchaseTerms {
            forbidden_while_overdue: raw.forbidden_while_overdue.as_ref().is_some_and(|flag| *flag.get_ref()),
            clause: clause(raw.clause.as_ref(), raw.place.as_ref(), "purchase", span, complaints),
        }),
    })
}

fn window(raw: &RawWindow, span: &Span, complaints: &Complaints<'_>) -> Option<Window> {
    let length = required(raw.length.as_ref(), "window.length", span, complaints)?;
    let anchor =
        raw.anchor.as_ref().map_or(Anchor::PaidAt, |text| word(text, &Anchor::WORDS, "anchor", complaints));
    if let Some(count) = &raw.count {
        word(count, &[("elapsed", ())], "count", complaints);
    }
    let end = raw
        .end
        .as_ref()
        .map(|text| word(text, &[("exclusive", false), ("inclusive", true)], "end", complaints));
    let length = match length.get_ref() {
        Value::String(text) if text == "validity" => Length::Validity,
        Value::String(text) if text == "unlimited" => Length::Unlimited,
        Value::String(text) if text == "unstated" => Length::Unstated,
        Value::Table(table) => {
            let days = table.get("days").and_then(Value::as_integer).filter(|_| table.len() == 1);
            let Some(days @ 1..=36_500) = days else {
                complaints.at(&length.span(), "window.length in days is written { days = 5 }");
                return None;
            };
            Length::Days(u32::try_from(days).unwrap_or(1))
        }
        other => {
            complaints.at(
                &length.span(),
                format!("window.length is {{ days = N }}, \"validity\", \"unlimited\" or \"unstated\", not {other}"),
            );
            return None;
        }
    };
    if matches!(length, Length::Days(_)) && end.is_none() {
        complaints
            .at(span, "window.end is missing: say whether the last instant counts, exclusive or inclusive");
    }
    let extend = raw
        .extend
        .as_ref()
        .map(|text| word(text, &[("none", false), ("local_day_end", true)], "extend", complaints));
    Some(Window {
        anchor,
        length,
        end_inclusive: end.unwrap_or(false),
        to_day_end: extend.unwrap_or(false),
        clause: clause(raw.clause.as_ref(), raw.place.as_ref(), "window", span, complaints),
    })
}

fn usage(raw: &RawUsage, span: &Span, complaints: &Complaints<'_>) -> Option<UsageTerms> {
    let test = required(raw.test.as_ref(), "usage.test", span, complaints)?;
    Some(UsageTerms {
        deduction_excludes: word(
            test,
            &[("none", false), ("deduction_posted", true)],
            "usage.test",
            complaints,
        ),
        scope: raw.scope.as_ref().map(|text| text.get_ref().clone()),
        clause: clause(raw.clause.as_ref(), raw.place.as_ref(), "usage", span, complaints),
    })
}

fn amount(raw: &RawAmount, span: &Span, complaints: &Complaints<'_>) -> Option<AmountTerms> {
    #[derive(Clone, Copy)]
    enum Kind {
        Full,
        Prorate,
        TimeShare,
        Consumed,
        None,
    }
    let kinds = [
        ("full", Kind::Full),
        ("prorate_days", Kind::Prorate),
        ("paid_minus_time_share", Kind::TimeShare),
        ("paid_minus_consumed", Kind::Consumed),
        ("none", Kind::None),
    ];
    let method = required(raw.method.as_ref(), "amount.method", span, complaints)?;
    let kind = word(method, &kinds, "amount.method", complaints);
    if let Some(base) = &raw.base {
        word(base, &[("refundable_paid", ())], "amount.base", complaints);
    }
    if let Some(tier_by) = &raw.tier_by {
        word(tier_by, &[("consumed_total", ())], "amount.tier_by", complaints);
    }
    if let Some(floor) = raw.floor.as_ref().filter(|floor| floor.get_ref() != "0") {
        complaints.at(&floor.span(), "amount.floor can only be \"0\"");
    }
    let days = || -> Option<(UsedDays, i64, TotalDays)> {
        let used = required(raw.used_days.as_ref(), "amount.used_days", &method.span(), complaints)?;
        let total = required(raw.total_days.as_ref(), "amount.total_days", &method.span(), complaints)?;
        let total_days = word(total, &TotalDays::WORDS, "amount.total_days", complaints);
        if let Some(clip) = &raw.month_clip {
            word(clip, &[("down", ())], "amount.month_clip", complaints);
        }
        let used_days = word(used, &UsedDays::WORDS, "amount.used_days", complaints);
        Some((used_days, raw.min_used.as_ref().map_or(0, |min| *min.get_ref()), total_days))
    };
    let method = match kind {
        Kind::Full => Method::Full,
        Kind::None => Method::None,
        Kind::Prorate => {
            if raw.month_clip.is_none() {
                complaints.at(
                    &method.span(),
                    "amount.month_clip is missing: adding months must say how it meets month ends",
                );
            }
            let (used, used_min, total) = days()?;
            Method::ProrateDays { used, used_min, total }
        }
        Kind::TimeShare => {
            let (used, used_min, total) = days()?;
            Method::PaidMinusTimeShare { used, used_min, total }
        }
        Kind::Consumed => Method::PaidMinusConsumed { tiers: tiers(raw, &method.span(), complaints)? },
    };
    Some(AmountTerms {
        method,
        clause: clause(raw.clause.as_ref(), raw.place.as_ref(), "amount", span, complaints),
    })
}

fn tiers(raw: &RawAmount, span: &Span, complaints: &Complaints<'_>) -> Option<Vec<Tier>> {
    let list = required(raw.tiers.as_ref(), "amount.tiers", span, complaints)?;
    let mut tiers = Vec::new();
    for (from, price) in list.get_ref() {
        match Money::parse(price.get_ref()) {
            Ok(price) => tiers.push(Tier { from: *from.get_ref(), price }),
            Err(why) => complaints.at(&price.span(), format!("price {:?} {why}", price.get_ref())),
        }
    }
    if tiers.first().is_none_or(|tier| tier.from != 0) || !tiers.is_sorted_by(|a, b| a.from < b.from) {
        complaints.at(&list.span(), "amount.tiers begin at 0 and ascend");
    }
    Some(tiers)
}

fn tenders(raw: &RawTenders, span: &Span, complaints: &Complaints<'_>) -> Option<TenderTerms> {
    let words = Tender::ALL.map(|tender| (tender.word(), tender));
    let refundable = required(raw.refundable.as_ref(), "tenders.refundable", span, complaints)?;
    let refundable: Vec<Tender> =
        refundable.iter().map(|text| word(text, &words, "tender", complaints)).collect();
    let mut lost = Vec::new();
    // A discount is a lower price, never a tender; a page that says it is not returned may be written down.
    for text in raw.lost.iter().flatten().filter(|text| text.get_ref() != "discount") {
        let tender = word(text, &words, "tender", complaints);
        if refundable.contains(&tender) {
            complaints.at(&text.span(), format!("{:?} is both refundable and lost", text.get_ref()));
        }
        lost.push(tender);
    }
    if let Some(return_as) = &raw.return_as {
        word(return_as, &[("same", ())], "tenders.return_as", complaints);
    }
    if let Some(split) = &raw.split {
        word(split, &[("largest_remainder", ())], "tenders.split", complaints);
    }
    Some(TenderTerms {
        refundable,
        lost,
        clause: clause(raw.clause.as_ref(), raw.place.as_ref(), "tenders", span, complaints),
    })
}

fn exclusion(raw: &RawExclusion, complaints: &Complaints<'_>) -> Option<Exclusion> {
    let months = || -> u32 {
        raw.with.months.as_ref().map_or_else(
            || {
                complaints.at(&raw.predicate.span(), "with.months is missing");
                1
            },
            |months| *months.get_ref(),
        )
    };
    let list = |values: &Option<Vec<Text>>, key: &str| -> Vec<String> {
        if values.as_ref().is_none_or(Vec::is_empty) {
            complaints.at(&raw.predicate.span(), format!("with.{key} is missing"));
        }
        values.as_deref().map(strings).unwrap_or_default()
    };
    let predicate = match raw.predicate.get_ref().as_str() {
        "gift" => Predicate::Gift,
        "account_suspended" => {
            if let Some(at) = &raw.with.at {
                word(at, &[("request", ())], "with.at", complaints);
            }
            Predicate::AccountSuspended { reasons: list(&raw.with.reasons, "reasons") }
        }
        "promotion_forbids" => Predicate::PromotionForbids,
        "license_activated" => Predicate::LicenseActivated,
        "linked_license_activated" => Predicate::LinkedLicenseActivated,
        "expired" => Predicate::Expired,
        "package_type_in" => Predicate::PackageTypeIn { values: list(&raw.with.values, "values") },
        "image_in_use" => Predicate::ImageInUse,
        "service_completed" => Predicate::ServiceCompleted,
        "no_service_request" => {
            if let Some(after) = &raw.with.after {
                word(after, &[("paid_at", ())], "with.after", complaints);
            }
            Predicate::NoServiceRequest { months: months() }
        }
        "no_information" => Predicate::NoInformation { months: months() },
        "no_feedback" => Predicate::NoFeedback { months: months() },
        "out_of_scope_demand" => Predicate::OutOfScopeDemand,
        "buyer_illegality" => Predicate::BuyerIllegality,
        "renewal_only" => Predicate::RenewalOnly,
        other => {
            let near = did_you_mean(other, PREDICATES.iter().copied());
            complaints.at(&raw.predicate.span(), format!("unknown predicate {other:?}{near}"));
            return None;
        }
    };
    let takes: &[&str] = match predicate {
        Predicate::AccountSuspended { .. } => &["reasons", "at"],
        Predicate::PackageTypeIn { .. } => &["values"],
        Predicate::NoServiceRequest { .. } => &["months", "after"],
        Predicate::NoInformation { .. } | Predicate::NoFeedback { .. } => &["months"],
        _ => &[],
    };
    let given = [
        ("values", raw.with.values.is_some()),
        ("reasons", raw.with.reasons.is_some()),
        ("at", raw.with.at.is_some()),
        ("months", raw.with.months.is_some()),
        ("after", raw.with.after.is_some()),
    ];
    for (key, _) in given.into_iter().filter(|(key, given)| *given && !takes.contains(key)) {
        complaints.at(&raw.predicate.span(), format!("{:?} takes no with.{key}", raw.predicate.get_ref()));
    }
    Some(Exclusion {
        predicate,
        class: strings(&raw.class),
        clause: clause(
            raw.clause.as_ref(),
            raw.place.as_ref(),
            "exclusion",
            &raw.predicate.span(),
            complaints,
        ),
    })
}

/// The predicates of exclusions, for the near miss.
const PREDICATES: [&str; 15] = [
    "gift",
    "account_suspended",
    "promotion_forbids",
    "license_activated",
    "linked_license_activated",
    "expired",
    "package_type_in",
    "image_in_use",
    "service_completed",
    "no_service_request",
    "no_information",
    "no_feedback",
    "out_of_scope_demand",
    "buyer_illegality",
    "renewal_only",
];

fn precondition(raw: &RawExclusion, complaints: &Complaints<'_>) -> Precondition {
    let words = [("invoice_outstanding", Condition::InvoiceOutstanding)];
    Precondition {
        condition: word(&raw.predicate, &words, "precondition", complaints),
        clause: clause(
            raw.clause.as_ref(),
            raw.place.as_ref(),
            "precondition",
            &raw.predicate.span(),
            complaints,
        ),
    }
}

fn quota(raw: &RawQuota, span: &Span, complaints: &Complaints<'_>) -> Option<Quota> {
    let within = required(raw.within.as_ref(), "quota.within", span, complaints)?;
    let allowed = [("window", ()), ("lifetime", ()), ("calendar_year", ()), ("year_from_07_01", ())];
    word(within, &allowed, "quota.within", complaints);
    let per = raw.per.as_deref().unwrap_or_default();
    for text in per {
        word(text, &[("account", ()), ("app_id", ()), ("bundle", ())], "quota.per", complaints);
    }
    Some(Quota {
        count: *required(raw.count.as_ref(), "quota.count", span, complaints)?.get_ref(),
        per: strings(per),
        within: within.get_ref().clone(),
        hard: raw.hard.as_ref().is_some_and(|hard| *hard.get_ref()),
        clause: clause(raw.clause.as_ref(), raw.place.as_ref(), "quota", span, complaints),
    })
}

fn deadline(raw: &RawDeadline, table: &str, span: &Span, complaints: &Complaints<'_>) -> Option<Deadline> {
    let days = required(raw.business_days.as_ref(), &format!("{table}.business_days"), span, complaints)?;
    if *days.get_ref() > 366 {
        complaints.at(&days.span(), "more business days than a year has");
    }
    Some(Deadline {
        business_days: *days.get_ref(),
        soft: raw.soft.as_ref().is_some_and(|soft| *soft.get_ref()),
        clause: clause(raw.clause.as_ref(), raw.place.as_ref(), table, span, complaints),
    })
}

/// A reading: the version with the named parameters replaced, resolved again.
fn reading(
    raw: &RawReading,
    version: &RawVersion,
    span: &Span,
    complaints: &Complaints<'_>,
) -> Option<Reading> {
    let mut changed = version.clone();
    let mut fits = true;
    for (path, value) in &raw.set {
        let slot = parameter(&mut changed, path.get_ref());
        if let Some(slot @ Some(_)) = slot {
            *slot = Some(value.clone());
            continue;
        }
        fits = false;
        let near = did_you_mean(path.get_ref(), PARAMETERS.iter().copied());
        let (id, path_text) = (raw.id.get_ref(), path.get_ref());
        complaints.at(&path.span(), format!("reading {id:?} sets {path_text:?}, which is not there{near}"));
    }
    if !fits {
        return None;
    }
    Some(Reading {
        id: raw.id.get_ref().clone(),
        why: raw.why.get_ref().clone(),
        set: raw.set.iter().map(|(path, value)| (path.get_ref().clone(), value.get_ref().clone())).collect(),
        channel: raw.when.channel.as_ref().map(|text| word(text, &Channel::WORDS, "channel", complaints)),
        terms: terms(&changed, span, complaints)?,
    })
}

/// The parameters that a reading may set.
const PARAMETERS: [&str; 8] = [
    "window.anchor",
    "window.end",
    "window.extend",
    "usage.test",
    "amount.method",
    "amount.used_days",
    "amount.total_days",
    "rounding.mode",
];

/// The place of a parameter, where its table is there to be changed.
fn parameter<'v>(version: &'v mut RawVersion, path: &str) -> Option<&'v mut Option<Text>> {
    match path {
        "window.anchor" => version.window.as_mut().map(|table| &mut table.anchor),
        "window.end" => version.window.as_mut().map(|table| &mut table.end),
        "window.extend" => version.window.as_mut().map(|table| &mut table.extend),
        "usage.test" => version.usage.as_mut().map(|table| &mut table.test),
        "amount.method" => version.amount.as_mut().map(|table| &mut table.method),
        "amount.used_days" => version.amount.as_mut().map(|table| &mut table.used_days),
        "amount.total_days" => version.amount.as_mut().map(|table| &mut table.total_days),
        "rounding.mode" => version.rounding.as_mut().map(|table| &mut table.mode),
        _ => None,
    }
}
