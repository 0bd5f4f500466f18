//! States that exclude a refund: a closed set of predicates.

use crate::{
    policy::{
        file::Keys,
        grounds::GroundKind,
        model::{Clause, Policy},
        question::{Facts, Question, Unknown},
        terms::window::expiry,
        why::Input,
    },
    record::{Channel, Event, EventKind, OrderKind, SourceRef, Tender},
    time::Instant,
};

pub(in crate::policy) const KEYS: &[&str] =
    &["if", "with", "class", "only_for", "not_for", "channel", "clause", "place"];

/// A state that excludes a refund.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exclusion {
    /// The state.
    pub predicate: Predicate,
    /// The package types it is about; empty is all.
    pub class: Vec<String>,
    /// The order kinds it is about; empty is all.
    pub only_for: Vec<OrderKind>,
    /// The order kinds it is not about.
    pub not_for: Vec<OrderKind>,
    /// The channel whose requests alone it bars; a request of which the export names no channel is not barred.
    pub channel: Option<Channel>,
    /// The rule.
    pub clause: Clause,
}

/// How an event must lie to the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventState {
    /// Begun at or before the request; one that has ended counts too unless this is set.
    Ever {
        /// Whether an ended one counts no longer.
        unless_ended: bool,
    },
    /// Open at the request.
    Now,
    /// Begun less than so many hours before the request.
    Recent(u32),
}

/// States that exclude a refund: a closed set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Predicate {
    /// A giveaway or a trial.
    Gift,
    /// The owner's account is suspended at the request for one of these reasons.
    AccountSuspended {
        /// Reasons that count.
        reasons: Vec<String>,
    },
    /// The rules of the promotion forbid it.
    PromotionForbids,
    /// Its License is active at the request.
    LicenseActivated,
    /// A License tied to it is active at the request.
    LinkedLicenseActivated,
    /// It has expired at the request.
    Expired,
    /// It is one of these package types.
    PackageTypeIn {
        /// The package types.
        values: Vec<String>,
    },
    /// The image is in use at the request.
    ImageInUse,
    /// The service was completed.
    ServiceCompleted,
    /// The buyer asked for no service within so many months of the payment.
    NoServiceRequest {
        /// Calendar months.
        months: u32,
    },
    /// The buyer left a question unanswered for more than so many months.
    NoInformation {
        /// Calendar months.
        months: u32,
    },
    /// The buyer left a delivery without feedback for more than so many months.
    NoFeedback {
        /// Calendar months.
        months: u32,
    },
    /// What the buyer wanted went beyond the service.
    OutOfScopeDemand,
    /// What the buyer wanted broke the law.
    BuyerIllegality,
    /// A renewal alone.
    RenewalOnly,
    /// An event of the order or its account.
    Event {
        /// Of which kind.
        kind: EventKind,
        /// When.
        state: EventState,
    },
    /// A part was paid by one of these tenders.
    TenderUsed {
        /// The tenders.
        values: Vec<Tender>,
    },
    /// More of the quantity was consumed than of the term has gone by.
    UsedShareAboveTimeShare,
    /// Nothing was paid for the term.
    FreeTerm,
}

/// Every predicate, with its word in policy files and the arguments that it takes.
const WORDS: &[(&str, &[&str])] = &[
    ("gift", &[]),
    ("account_suspended", &["reasons", "at"]),
    ("promotion_forbids", &[]),
    ("license_activated", &[]),
    ("linked_license_activated", &[]),
    ("expired", &[]),
    ("package_type_in", &["values"]),
    ("image_in_use", &[]),
    ("service_completed", &[]),
    ("no_service_request", &["months", "after"]),
    ("no_information", &["months"]),
    ("no_feedback", &["months"]),
    ("out_of_scope_demand", &[]),
    ("buyer_illegality", &[]),
    ("renewal_only", &[]),
    ("event", &["kind", "state", "hours", "unless_ended"]),
    ("tender_used", &["values"]),
    ("used_share_above_time_share", &[]),
    ("free_term", &[]),
];

pub(in crate::policy) fn read(keys: &Keys<'_, '_>) -> Option<Exclusion> {
    keys.only(KEYS);
    let word = keys.required(keys.text("if"), "if")?;
    let Some((_, takes)) = WORDS.iter().find(|(known, _)| *known == word) else {
        let near = crate::suggest::did_you_mean(word, WORDS.iter().map(|(known, _)| *known));
        keys.complain(keys.place("if"), format!("unknown predicate {word:?}{near}"));
        return None;
    };
    let with = keys.inner("with");
    for (key, _) in with.iter().flat_map(Keys::entries) {
        if !takes.contains(&key) {
            keys.complain(keys.place("with"), format!("{word:?} takes no with.{key}"));
        }
    }
    let missing = |key: &str| keys.complain(keys.place("if"), format!("with.{key} is missing"));
    let texts = |key: &str| {
        let values = with.as_ref().and_then(|with| with.strings(key)).unwrap_or_default();
        if values.is_empty() {
            missing(key);
        }
        values
    };
    let months = || {
        let months = with.as_ref().and_then(|with| with.count("months"));
        if months.is_none() {
            missing("months");
        }
        months.unwrap_or(1)
    };
    let fixed = |key: &str, only: &str| {
        if let Some(with) = &with {
            let _ = with.word(key, &format!("with.{key}"), &[(only, ())]);
        }
    };
    let predicate = match word {
        "gift" => Predicate::Gift,
        "account_suspended" => {
            fixed("at", "request");
            Predicate::AccountSuspended { reasons: texts("reasons") }
        }
        "promotion_forbids" => Predicate::PromotionForbids,
        "license_activated" => Predicate::LicenseActivated,
        "linked_license_activated" => Predicate::LinkedLicenseActivated,
        "expired" => Predicate::Expired,
        "package_type_in" => Predicate::PackageTypeIn { values: texts("values") },
        "image_in_use" => Predicate::ImageInUse,
        "service_completed" => Predicate::ServiceCompleted,
        "no_service_request" => {
            fixed("after", "paid_at");
            Predicate::NoServiceRequest { months: months() }
        }
        "no_information" => Predicate::NoInformation { months: months() },
        "no_feedback" => Predicate::NoFeedback { months: months() },
        "out_of_scope_demand" => Predicate::OutOfScopeDemand,
        "buyer_illegality" => Predicate::BuyerIllegality,
        "event" => event(with.as_ref().unwrap_or(keys), missing)?,
        "tender_used" => {
            let words = Tender::ALL.map(|tender| (tender.word(), tender));
            let values = with.as_ref().and_then(|with| with.words("values", "tender", &words));
            if values.is_none() {
                missing("values");
            }
            Predicate::TenderUsed { values: values.unwrap_or_default() }
        }
        "used_share_above_time_share" => Predicate::UsedShareAboveTimeShare,
        "free_term" => Predicate::FreeTerm,
        _ => Predicate::RenewalOnly,
    };
    Some(Exclusion {
        predicate,
        class: keys.strings("class").unwrap_or_default(),
        only_for: keys.words("only_for", "order kind", &OrderKind::WORDS).unwrap_or_default(),
        not_for: keys.words("not_for", "order kind", &OrderKind::WORDS).unwrap_or_default(),
        channel: keys.word("channel", "channel", &Channel::WORDS),
        clause: keys.clause(),
    })
}

fn event(with: &Keys<'_, '_>, missing: impl Fn(&str)) -> Option<Predicate> {
    let kind = with.word("kind", "kind of event", &EventKind::WORDS);
    if !with.has("kind") {
        missing("kind");
    }
    let state = with.word("state", "with.state", &[("ever", 0), ("now", 1), ("recent", 2)]).unwrap_or(0);
    let state = match state {
        1 => EventState::Now,
        2 => {
            let hours = with.count("hours");
            if hours.is_none() {
                missing("hours");
            }
            EventState::Recent(hours.unwrap_or(1))
        }
        _ => EventState::Ever { unless_ended: with.flag("unless_ended").unwrap_or(false) },
    };
    Some(Predicate::Event { kind: kind?, state })
}

impl Predicate {
    /// The word in policy files.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Gift => "gift",
            Self::AccountSuspended { .. } => "account_suspended",
            Self::PromotionForbids => "promotion_forbids",
            Self::LicenseActivated => "license_activated",
            Self::LinkedLicenseActivated => "linked_license_activated",
            Self::Expired => "expired",
            Self::PackageTypeIn { .. } => "package_type_in",
            Self::ImageInUse => "image_in_use",
            Self::ServiceCompleted => "service_completed",
            Self::NoServiceRequest { .. } => "no_service_request",
            Self::NoInformation { .. } => "no_information",
            Self::NoFeedback { .. } => "no_feedback",
            Self::OutOfScopeDemand => "out_of_scope_demand",
            Self::BuyerIllegality => "buyer_illegality",
            Self::RenewalOnly => "renewal_only",
            Self::Event { .. } => "event",
            Self::TenderUsed { .. } => "tender_used",
            Self::UsedShareAboveTimeShare => "used_share_above_time_share",
            Self::FreeTerm => "free_term",
        }
    }

    /// The ground that it is, where it stands.
    #[must_use]
    pub const fn ground(&self) -> GroundKind {
        match self {
            Self::Gift | Self::FreeTerm => GroundKind::Giveaway,
            Self::AccountSuspended { .. } => GroundKind::Suspended,
            Self::PromotionForbids => GroundKind::ForbiddenByPromotion,
            Self::LicenseActivated | Self::LinkedLicenseActivated => GroundKind::LicenseActivated,
            Self::Expired => GroundKind::AfterExpiry,
            Self::ImageInUse => GroundKind::ImageInUse,
            Self::ServiceCompleted => GroundKind::ServiceCompleted,
            Self::NoServiceRequest { .. } | Self::NoInformation { .. } | Self::NoFeedback { .. } => {
                GroundKind::ServiceNeglected
            }
            Self::OutOfScopeDemand | Self::BuyerIllegality => GroundKind::ServiceBuyerCause,
            Self::RenewalOnly => GroundKind::RenewalOnly,
            Self::UsedShareAboveTimeShare => GroundKind::AfterDeduction,
            Self::PackageTypeIn { .. } | Self::Event { .. } | Self::TenderUsed { .. } => {
                GroundKind::NotRefundableItem
            }
        }
    }
}

/// The state in a phrase.
#[must_use]
pub fn text(exclusion: &Exclusion) -> String {
    let mut text = exclusion.predicate.word().to_owned();
    if let Predicate::Event { kind, state } = &exclusion.predicate {
        let state = match state {
            EventState::Ever { .. } => "by the request".to_owned(),
            EventState::Now => "at the request".to_owned(),
            EventState::Recent(hours) => format!("less than {hours} hours before the request"),
        };
        text = format!("{} {state}", kind.word());
    }
    if !exclusion.class.is_empty() {
        text.push_str(&format!(" ({})", exclusion.class.join(", ")));
    }
    if let Some(channel) = exclusion.channel {
        text.push_str(&format!(", for {} requests", channel.word()));
    }
    text
}

/// A ground with its inputs and the event rows it rests on.
pub(in crate::policy) type Standing = Option<(GroundKind, Input, Vec<SourceRef>)>;

impl Exclusion {
    /// Whether it is about orders of a package type and kind.
    #[must_use]
    pub fn concerns(&self, package_type: &str, kind: OrderKind) -> bool {
        (self.class.is_empty() || self.class.iter().any(|class| class == package_type))
            && (self.only_for.is_empty() || self.only_for.contains(&kind))
            && !self.not_for.contains(&kind)
    }

    /// Whether it stands, with its inputs in words.
    pub(in crate::policy) fn stands(
        &self,
        policy: &Policy,
        facts: &Facts<'_>,
        question: &Question,
    ) -> Result<Standing, Unknown> {
        let (order, at, zone) = (facts.order, question.requested_at, policy.zone);
        if self.channel.is_some() && self.channel != question.channel {
            return Ok(None);
        }
        let kind = self.predicate.ground();
        let plain =
            |holds: bool, why: &dyn Fn() -> String| holds.then(|| (kind, Input::Said(why()), Vec::new()));
        let by_event = |event: Option<&Event>, what: &str| {
            let said = |event: &Event| Input::Said(format!("{what} {}", event.from_at.text(zone)));
            event.map(|event| (kind, said(event), vec![event.at]))
        };
        let active = |activated: Option<Instant>, what: &str| {
            let activated = activated.filter(|activated| *activated <= at);
            let said = |on: Instant| Input::Said(format!("{what} was activated {}", on.text(zone)));
            activated.map(|on| (kind, said(on), Vec::new()))
        };
        Ok(match &self.predicate {
            Predicate::Gift => plain(order.is_giveaway(), &|| {
                if order.gift {
                    "the order is marked as a gift".to_owned()
                } else {
                    format!("the order is a {}", order.kind.word())
                }
            }),
            Predicate::AccountSuspended { reasons } => suspended(reasons, policy, facts, question),
            Predicate::PromotionForbids => {
                plain(order.promotion_forbids_refund, &|| "the order's promotion forbids refunds".to_owned())
            }
            Predicate::LicenseActivated => active(order.license_activated_at, "its License"),
            Predicate::LinkedLicenseActivated => {
                active(order.linked_license_activated_at, "a License tied to it")
            }
            Predicate::Expired => {
                let expires_at = expiry(facts, question, zone)?;
                (expires_at <= at).then_some((kind, Input::Expired(expires_at), Vec::new()))
            }
            Predicate::PackageTypeIn { values } => {
                plain(values.iter().any(|value| **value == *order.package_type), &|| {
                    format!("package type {} is not refundable", order.package_type)
                })
            }
            Predicate::ImageInUse => by_event(
                facts.events_of(EventKind::ImageInUse).find(|event| event.holds_at(at)),
                "in use since",
            ),
            Predicate::ServiceCompleted => by_event(
                facts.events_of(EventKind::ServiceCompleted).find(|event| event.from_at <= at),
                "the service was completed",
            ),
            Predicate::NoServiceRequest { months } => {
                return no_service_request(*months, policy, facts, question);
            }
            Predicate::NoInformation { months } => neglected(
                EventKind::InformationRequested,
                *months,
                "information asked for",
                policy,
                facts,
                question,
            ),
            Predicate::NoFeedback { months } => neglected(
                EventKind::ServiceDelivered,
                *months,
                "feedback on the delivery of",
                policy,
                facts,
                question,
            ),
            Predicate::OutOfScopeDemand => by_event(
                facts.events_of(EventKind::ServiceOutOfScope).find(|event| event.from_at <= at),
                "a demand beyond the service was recorded",
            ),
            Predicate::BuyerIllegality => by_event(
                facts.events_of(EventKind::ServiceUnlawful).find(|event| event.from_at <= at),
                "an unlawful demand was recorded",
            ),
            Predicate::RenewalOnly => {
                plain(order.kind == OrderKind::Renew, &|| "the order is a renewal, refunded alone".to_owned())
            }
            Predicate::Event { kind, state } => return event_stands(*kind, *state, facts, question, zone),
            Predicate::TenderUsed { values } => {
                let used = values.iter().find(|tender| order.paid.get(**tender).is_positive());
                plain(used.is_some(), &|| {
                    format!("a part was paid by {}", used.map_or("", |tender| tender.word()))
                })
            }
            Predicate::UsedShareAboveTimeShare => return above_time_share(policy, facts, question),
            Predicate::FreeTerm => {
                plain(!order.paid.total().is_positive(), &|| "nothing was paid for the order".to_owned())
            }
        })
    }
}

fn suspended(reasons: &[String], policy: &Policy, facts: &Facts<'_>, question: &Question) -> Standing {
    let zone = policy.zone;
    let counts = |event: &&Event| {
        event.reason.as_deref().is_some_and(|reason| reasons.iter().any(|known| known == reason))
    };
    let mut events = facts.events_of(EventKind::AccountSuspended);
    let event = events.find(|event| event.holds_at(question.requested_at) && counts(event))?;
    let until = event.until_at.map_or("still open".to_owned(), |until| format!("until {}", until.text(zone)));
    let reason = event.reason.as_deref().unwrap_or_default();
    let why = format!(
        "account {} suspended for {reason} from {}, {until}",
        facts.order.account_id,
        event.from_at.text(zone)
    );
    Some((GroundKind::Suspended, Input::Said(why), vec![event.at]))
}

fn no_service_request(
    months: u32,
    policy: &Policy,
    facts: &Facts<'_>,
    question: &Question,
) -> Result<Standing, Unknown> {
    let limit = question.paid_at.plus_months_clipped(months, policy.zone);
    let in_time = facts.events_of(EventKind::ServiceRequested).any(|event| event.from_at <= limit);
    if question.requested_at <= limit || in_time {
        return Ok(None);
    }
    if !facts.events_known {
        return Err(Unknown::MissingField("events: service_requested"));
    }
    let limit = limit.text(policy.zone);
    let why = format!("no service was requested by {limit}, {months} months after the payment");
    Ok(Some((GroundKind::ServiceNeglected, Input::Said(why), Vec::new())))
}

/// A question or delivery that the buyer left open for more than so many months.
fn neglected(
    kind: EventKind,
    months: u32,
    what: &str,
    policy: &Policy,
    facts: &Facts<'_>,
    question: &Question,
) -> Standing {
    let zone = policy.zone;
    facts.events_of(kind).find_map(|event| {
        let limit = event.from_at.plus_months_clipped(months, zone);
        let answered_in_time = event.until_at.is_some_and(|until| until <= limit);
        (question.requested_at > limit && !answered_in_time).then(|| {
            let why = format!("{what} {} did not come by {}", event.from_at.text(zone), limit.text(zone));
            (GroundKind::ServiceNeglected, Input::Said(why), vec![event.at])
        })
    })
}

fn event_stands(
    kind: EventKind,
    state: EventState,
    facts: &Facts<'_>,
    question: &Question,
    zone: crate::time::Offset,
) -> Result<Standing, Unknown> {
    let at = question.requested_at;
    let counts = |event: &&Event| match state {
        EventState::Ever { unless_ended } => event.from_at <= at && (!unless_ended || event.holds_at(at)),
        EventState::Now => event.holds_at(at),
        EventState::Recent(hours) => {
            event.from_at <= at && at < event.from_at.plus_seconds(i64::from(hours) * 3600)
        }
    };
    let found = facts.events_of(kind).find(counts);
    if found.is_none() && !facts.events_known {
        // What these say of the order decides money; of the others, not seen is not so.
        match kind {
            EventKind::CertificateIssued => return Err(Unknown::MissingField("events: certificate_issued")),
            EventKind::TookEffect => return Err(Unknown::MissingField("events: took_effect")),
            EventKind::ConvertedFromPayg => {
                return Err(Unknown::MissingField("events: converted_from_payg"));
            }
            _ => {}
        }
    }
    Ok(found.map(|event| {
        let why = format!("{} {}", kind.word().replace('_', " "), event.from_at.text(zone));
        (GroundKind::NotRefundableItem, Input::Said(why), vec![event.at])
    }))
}

/// More of the quantity consumed than of the term gone by.
fn above_time_share(policy: &Policy, facts: &Facts<'_>, question: &Question) -> Result<Standing, Unknown> {
    let bought = super::amount::bought(facts)?;
    let consumed = facts.net_posted(question);
    let expires_at = expiry(facts, question, policy.zone)?;
    let start = super::amount::term_start(facts, question);
    let (gone, term) = (
        i128::from(question.requested_at.micros().saturating_sub(start.micros()).max(0)),
        i128::from(expires_at.micros().saturating_sub(start.micros()).max(1)),
    );
    // Both sides in units of 1e-8 times microseconds, which 128 bits hold.
    let above = consumed.units().saturating_mul(term) > bought.units().saturating_mul(gone);
    let why = format!("{consumed} of {bought} were consumed, a larger share than that of the term gone by");
    Ok(above.then(|| (GroundKind::AfterDeduction, Input::Said(why), Vec::new())))
}
