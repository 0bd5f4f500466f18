//! What a completed refund leaves behind: where the money went, how it was asked for, what lives on.

use super::{
    answer::Answer,
    between,
    draft::{Say, cite, event_row, is_deduction, on_refund, usage_rows},
    view::{Seen, View},
};
use crate::{
    finding::Finding,
    money::Money,
    policy::{Policy, Receiver, Version},
    record::{AccountId, Basis, EventKind, Usage},
    time::Instant,
};

/// What is certain beside the sum where it is unknown whether anything is owed: where the money went.
pub(super) fn certain(view: &View<'_>, answer: &Answer<'_>, seen: Seen<'_>) -> Vec<Finding> {
    let Some((policy, version)) = answer.ruled else { return Vec::new() };
    let about = About { view, answer, seen, policy, version };
    about.wrong_destination().into_iter().collect()
}

/// The findings beside the sum.
pub(super) fn findings(view: &View<'_>, answer: &Answer<'_>, seen: Seen<'_>) -> Vec<Finding> {
    let Some((policy, version)) = answer.ruled else { return Vec::new() };
    let about = About { view, answer, seen, policy, version };
    [
        about.wrong_destination(),
        about.wrong_channel(),
        about.arrival_late(),
        about.deduction_after_refund(),
        about.usage_undeducted(),
        between::changed(view, answer, seen, seen.total()),
        between::paid_by_reading(view, answer, seen),
        about.frozen_not_released(),
        about.gift_not_voided(),
        about.reversed_deduction(),
        about.time_order(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

struct About<'v, 'c, 'b, 'a> {
    view: &'v View<'c>,
    answer: &'a Answer<'b>,
    seen: Seen<'c>,
    policy: &'b Policy,
    version: &'b Version,
}

impl<'c> About<'_, 'c, '_, '_> {
    fn say(&self) -> Say<'_, 'c> {
        Say { view: self.view }
    }

    fn draft(&self, slug: &'static str, amount: Money) -> Finding {
        on_refund(self.view, self.answer, self.seen, slug, amount)
    }

    /// When the money moved, as far as was seen and makes sense.
    fn completed_at(&self) -> Option<Instant> {
        let completed_at = self.seen.refund().completed_at?;
        (completed_at >= self.answer.asked.request.requested_at.earliest()).then_some(completed_at)
    }

    fn wrong_destination(&self) -> Option<Finding> {
        let to = self.seen.refund().to_account.as_ref().filter(|_| self.seen.total().is_positive())?;
        let terms = &self.version.terms.destination;
        let order = self.view.order();
        let account = |receiver: Receiver| -> &AccountId {
            match receiver {
                Receiver::Payer => &order.payer_id,
                Receiver::Purchaser => &order.account_id,
            }
        };
        if account(terms.account) == to || terms.accept.iter().any(|&receiver| account(receiver) == to) {
            return None;
        }
        let mut finding = self.draft("wrong-destination", self.seen.total());
        finding.citation = cite(self.answer.ruled, Some(&terms.clause));
        let accepted: Vec<String> =
            terms.accept.iter().map(|&r| format!(" or the {} {}", r.word(), account(r))).collect();
        finding.explanation = format!(
            "{} went to account {to}; it belongs to the {} {}{}.",
            self.say().money(self.seen.total()),
            terms.account.word(),
            account(terms.account),
            accepted.concat()
        );
        Some(finding)
    }

    fn wrong_channel(&self) -> Option<Finding> {
        let channel = self.seen.refund().channel?;
        let terms = &self.version.terms.channel;
        if terms.allowed.contains(&channel) {
            return None;
        }
        let mut finding = self.draft("wrong-channel", Money::ZERO);
        finding.citation = cite(self.answer.ruled, Some(&terms.clause));
        let allowed: Vec<&str> = terms.allowed.iter().map(|channel| channel.word()).collect();
        finding.explanation =
            format!("Refunded through {}; the policy allows {}.", channel.word(), allowed.join(" and "));
        Some(finding)
    }

    fn arrival_late(&self) -> Option<Finding> {
        let limit = self.version.terms.arrival.as_ref()?;
        let completed_at = self.completed_at()?;
        let arrived_at = self.seen.refund().arrived_at.filter(|at| *at <= self.view.horizon.as_of)?;
        let (zone, site) = (self.policy.zone, self.view.order().site.as_deref());
        let due = limit.due(completed_at, site, zone, &self.view.horizon.calendar);
        if arrived_at < due.at {
            return None;
        }
        let mut finding = self.draft("arrival-late", self.seen.total());
        finding.citation = cite(self.answer.ruled, Some(&limit.clause));
        finding.explanation = format!(
            "Completed {}, expected by {} ({}{}), arrived {}: {} days late.",
            self.say().at(completed_at),
            due.by,
            due.span,
            if limit.soft { ", an expectation rather than a promise" } else { "" },
            self.say().at(arrived_at),
            arrived_at.date_at(zone).days_since(due.at.plus_seconds(-1).date_at(zone))
        );
        Some(finding)
    }

    fn deduction_after_refund(&self) -> Option<Finding> {
        let completed_at = self.completed_at()?;
        let later: Vec<&Usage> = self
            .view
            .usage()
            .iter()
            .filter(|usage| is_deduction(usage))
            .filter(|usage| usage.posted_at.earliest() > completed_at)
            .filter(|usage| usage.usage_start.is_none_or(|start| start > completed_at))
            .collect();
        let first = later.first()?;
        let mut finding = self.draft("deduction-after-refund", Money::ZERO);
        let began = match later.iter().filter_map(|usage| usage.usage_start).min() {
            Some(at) => format!(", for usage from {} on", self.say().at(at)),
            None => ", of which the export does not say when it was used".to_owned(),
        };
        let quantity = later.iter().fold(crate::money::Quantity::ZERO, |sum, usage| sum.plus(usage.quantity));
        finding.explanation = format!(
            "The refund was completed {}, yet {quantity} were deducted in {} {} from {} on{began}: the package lives. The \
             amount at risk is that quantity at the pay-as-you-go price, which the exports do not carry.",
            self.say().at(completed_at),
            later.len(),
            if later.len() == 1 { "row" } else { "rows" },
            self.say().at(first.posted_at.earliest())
        );
        finding.evidence.extend(usage_rows(later.into_iter()));
        Some(finding)
    }

    fn usage_undeducted(&self) -> Option<Finding> {
        if !self.answer.entitlement.is_due() {
            return None;
        }
        let asked_at = self.answer.asked.request.requested_at.earliest();
        let consumed = match between::is_use_by_deduction(self.answer) {
            true => between::consumed(self.view, self.answer),
            false => Vec::new(),
        };
        let early: Vec<&Usage> = self
            .view
            .usage()
            .iter()
            .filter(|usage| usage.basis == Basis::Raw && usage.began_at() < asked_at)
            .chain(consumed)
            .collect();
        let first = early.iter().min_by_key(|usage| usage.began_at())?;
        let mut finding = self.draft("usage-undeducted-at-request", Money::ZERO);
        finding.citation = cite(self.answer.ruled, Some(&self.version.terms.usage.clause));
        finding.explanation = format!(
            "Usage began {}, before the request {}, and nothing had been deducted: the refund is lawful; look for the \
             pay-as-you-go bill of that usage.",
            self.say().at(first.began_at()),
            self.say().at(asked_at)
        );
        finding.evidence.extend(usage_rows(early.into_iter()));
        Some(finding)
    }

    fn frozen_not_released(&self) -> Option<Finding> {
        let terms = self.version.terms.frozen.as_ref()?;
        let completed_at = self.seen.refund().completed_at;
        let is_of_its_time =
            |event: &&crate::record::Event| completed_at.is_none_or(|done| event.from_at <= done);
        let held = |event: &&crate::record::Event| match (self.view.end_of(event), completed_at) {
            (None, _) => true,
            (Some(released_at), Some(completed_at)) => released_at > completed_at,
            (Some(_), None) => false,
        };
        let frozen: Vec<_> =
            self.view.events_of(EventKind::FeeFrozen).filter(is_of_its_time).filter(held).collect();
        let first = frozen.first()?;
        let sum = frozen.iter().filter_map(|event| event.amount).sum();
        let mut finding = self.draft("frozen-not-released", sum);
        finding.citation = cite(self.answer.ruled, Some(&terms.clause));
        finding.explanation = format!(
            "{} frozen since {} were not released when the refund was completed{}.",
            self.say().money(sum),
            self.say().at(first.from_at),
            completed_at.map(|at| format!(" {}", self.say().at(at))).unwrap_or_default()
        );
        finding.evidence.extend(frozen.iter().map(|event| event_row(event.at)));
        Some(finding)
    }

    /// Gifts become void with the refund. One that ended before the request was spent, not voided by it.
    fn gift_not_voided(&self) -> Option<Finding> {
        let terms = self.version.terms.gifts.as_ref()?;
        let (asked_at, completed_at) =
            (self.answer.asked.request.requested_at.earliest(), self.seen.refund().completed_at);
        let alive = |event: &&crate::record::Event| match self.view.end_of(event) {
            None => true,
            Some(voided_at) => voided_at < asked_at || completed_at.is_some_and(|done| voided_at > done),
        };
        let is_of_its_time =
            |event: &&crate::record::Event| completed_at.is_none_or(|done| event.from_at <= done);
        let gifts: Vec<_> =
            self.view.events_of(EventKind::GiftGranted).filter(is_of_its_time).filter(alive).collect();
        let first = gifts.first()?;
        let sum = gifts.iter().filter_map(|event| event.amount).sum();
        let mut finding = self.draft("gift-not-voided", sum);
        finding.citation = cite(self.answer.ruled, Some(&terms.clause));
        let state = match self.view.end_of(first) {
            None => "is still alive".to_owned(),
            Some(at) if at < asked_at => {
                format!("had ended {} before the request, so it was spent", self.say().at(at))
            }
            Some(at) => format!("was voided only {}", self.say().at(at)),
        };
        finding.explanation = format!(
            "The {} given with the order {} {state}; {} are at risk.",
            first.reason.as_deref().unwrap_or("gift"),
            self.say().at(first.from_at),
            self.say().money(sum)
        );
        finding.evidence.extend(gifts.iter().map(|event| event_row(event.at)));
        Some(finding)
    }

    fn reversed_deduction(&self) -> Option<Finding> {
        if !self.answer.entitlement.is_due() || !self.version.terms.usage.deduction_excludes {
            return None;
        }
        let postings: Vec<&Usage> = self.view.facts().postings(&self.answer.asked.question).collect();
        let first = postings.iter().copied().find(|usage| is_deduction(usage))?;
        let mut finding = self.draft("reversed-deduction", self.seen.total());
        finding.citation = cite(self.answer.ruled, Some(&self.version.terms.usage.clause));
        finding.explanation = format!(
            "Eligible only because the deduction of {} posted {} was reversed before the request: net {}.",
            first.quantity,
            self.say().at(first.posted_at.earliest()),
            self.view.facts().net_posted(&self.answer.asked.question)
        );
        finding.evidence.extend(usage_rows(postings.into_iter()));
        Some(finding)
    }

    fn time_order(&self) -> Option<Finding> {
        let refund = self.seen.refund();
        let asked = self.answer.asked.request.requested_at.earliest();
        let (done, arrived) = (refund.completed_at, refund.arrived_at);
        let what = match (done, arrived) {
            (Some(done), _) if done < asked => {
                format!("completed {} before it was requested {}", self.say().at(done), self.say().at(asked))
            }
            (Some(done), Some(arrived)) if arrived < done => {
                format!("arrived {} before it was completed {}", self.say().at(arrived), self.say().at(done))
            }
            _ => return None,
        };
        let mut finding = self.draft("time-order", Money::ZERO);
        finding.explanation = format!("The refund was {what}: what rests on these times was not judged.");
        Some(finding)
    }
}
