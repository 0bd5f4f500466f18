//! A completed refund against what was owed: steps 8 and 9 of the comparison.

use super::{
    answer::Answer,
    draft::{Say, cite, event_row, finding, on_refund, reading_lines, usage_rows},
    neighbours,
    refunds::working,
    view::{Seen, View},
};
use crate::{
    finding::{Direction, Finding, Severity},
    money::Money,
    policy::{Clause, GroundKind, Owed, Reading, Terms},
    record::{EventKind, Tender, Tenders},
};

/// The findings about the sum and its split.
pub(super) fn findings(view: &View<'_>, answer: &Answer<'_>, seen: Seen<'_>, place: usize) -> Vec<Finding> {
    match &answer.entitlement.owed {
        Some(owed) if answer.entitlement.is_due() => {
            Eligible::new(view, answer, seen, owed, place).findings()
        }
        _ => not_eligible(view, answer, seen),
    }
}

/// Money came back although a ground stands: one finding for each, unless a reading owed exactly that.
fn not_eligible(view: &View<'_>, answer: &Answer<'_>, seen: Seen<'_>) -> Vec<Finding> {
    let paid = seen.total();
    if !paid.is_positive() {
        return Vec::new();
    }
    let say = Say { view };
    let readings = answer.readings(view);
    let lines = reading_lines(&readings, say.currency());
    let owing: Vec<&(&Reading, _)> = readings
        .iter()
        .filter(|(_, gives)| gives.is_due() && gives.owed.as_ref().is_some_and(|owed| owed.total == paid))
        .collect();
    let grounds: Vec<String> = answer
        .entitlement
        .grounds
        .iter()
        .map(|ground| format!("{}: {}", ground.kind.slug(), ground.why))
        .collect();
    if let Some((first, _)) = owing.first() {
        let ids: Vec<&str> = owing.iter().map(|(reading, _)| reading.id.as_str()).collect();
        let mut finding = on_refund(view, answer, seen, "reading-dependent", paid);
        finding.direction = Direction::Over;
        let clause = answer.entitlement.grounds.first().and_then(|ground| ground.clause);
        finding.citation = cite(answer.ruled, clause);
        finding.explanation = format!(
            "Nothing is owed under the primary reading ({}), {} under {}: {}.",
            grounds.join("; "),
            say.money(paid),
            ids.join(", "),
            first.why.trim_end_matches('.')
        );
        finding.readings = lines;
        return vec![finding];
    }
    let grounds = answer.entitlement.grounds.iter();
    grounds
        .map(|ground| {
            let mut finding = on_refund(view, answer, seen, ground.kind.slug(), paid);
            finding.direction = Direction::Over;
            finding.citation = cite(answer.ruled, ground.clause);
            finding.explanation = format!("{} came back, nothing was owed: {}.", say.money(paid), ground.why);
            finding.evidence.extend(ground.events.iter().map(|&at| event_row(at)));
            if ground.kind == GroundKind::AfterDeduction {
                let postings: Vec<_> = view.facts().postings(&answer.asked.question).collect();
                finding.explanation = format!(
                    "{} came back, nothing was owed: {} ({} {}).",
                    say.money(paid),
                    ground.why,
                    postings.len(),
                    if postings.len() == 1 { "row" } else { "rows" }
                );
                finding.evidence.extend(usage_rows(postings.into_iter()));
            }
            finding.readings.clone_from(&lines);
            finding
        })
        .collect()
}

/// A completed, eligible refund with what is needed to compare it.
struct Eligible<'v, 'c, 'b, 'a> {
    view: &'v View<'c>,
    answer: &'a Answer<'b>,
    seen: Seen<'c>,
    owed: &'a Owed,
    terms: &'b Terms,
    /// What the order's completed refunds returned before this one.
    before: Money,
    /// Whether this is the order's last completed refund.
    last: bool,
}

impl<'v, 'c, 'b, 'a> Eligible<'v, 'c, 'b, 'a> {
    fn new(view: &'v View<'c>, answer: &'a Answer<'b>, seen: Seen<'c>, owed: &'a Owed, place: usize) -> Self {
        let (_, version) = answer.ruled.expect("what is owed is owed by a policy");
        let currency = view.order().paid.currency;
        let counts = |one: &&Seen<'_>| one.counts(currency);
        let before = view.refunds[..place].iter().filter(counts).map(|one| one.total()).sum();
        let last = !view.refunds[place + 1..].iter().any(|one| one.counts(currency));
        Self { view, answer, seen, owed, terms: &version.terms, before, last }
    }

    fn say(&self) -> Say<'v, 'c> {
        Say { view: self.view }
    }

    fn findings(&self) -> Vec<Finding> {
        let room = self.owed.total.minus(self.before).or_zero();
        let over = self.seen.total().minus(room);
        let mut found = Vec::new();
        if over.is_positive() {
            found.extend(self.overpaid(over));
        }
        if self.last {
            let short = self.owed.total.minus(self.before).minus(self.seen.total());
            if short.is_positive() {
                found.push(self.short(short));
            }
            found.extend(self.swapped());
        }
        found
    }

    /// A finding with the totals of the order so far.
    fn draft(&self, slug: &'static str, amount: Money, clause: Option<&Clause>) -> Finding {
        let mut draft = on_refund(self.view, self.answer, self.seen, slug, amount);
        draft.citation = cite(self.answer.ruled, clause);
        draft
    }

    /// More than owed: the first explanation that fits.
    fn overpaid(&self, over: Money) -> Vec<Finding> {
        let mut found = self.overpaid_as(over);
        for finding in &mut found {
            finding.direction = Direction::Over;
        }
        found
    }

    fn overpaid_as(&self, over: Money) -> Vec<Finding> {
        let say = self.say();
        let order = self.view.order();
        let paid = self.seen.total();
        let lost = self.seen.returned().of(&self.terms.tenders.lost);
        let lost_paid = order.paid.of(&self.terms.tenders.lost);
        let difference = format!(
            "{} came back, {} owed ({})",
            say.money(paid),
            say.sum(self.owed.total),
            working(self.answer)
        );
        if self.before.is_positive() {
            let mut finding = self.draft("cumulative-over-refund", over, Some(&self.terms.amount.clause));
            finding.explanation = format!(
                "{} had come back before, with {} it is {}, and {} are owed ({}): {} too much.",
                say.sum(self.before),
                say.money(paid),
                say.sum(self.before.plus(paid)),
                say.sum(self.owed.total),
                working(self.answer),
                say.sum(over)
            );
            let earlier = self.view.counted().take_while(|one| one.refund().at != self.seen.refund().at);
            finding.evidence.extend(earlier.map(|one| super::draft::refund_row(one.refund())));
            return vec![finding];
        }
        let lost_names = |tenders: &Tenders| -> String {
            let lost = |(tender, _): &(Tender, Money)| self.terms.tenders.lost.contains(tender);
            let names: Vec<&str> = tenders.present().filter(lost).map(|(tender, _)| tender.word()).collect();
            names.join(" and ")
        };
        if lost.is_zero() && over == lost_paid && !self.tenders_assumed() {
            let mut finding = self.draft("voucher-refunded", over, Some(&self.terms.tenders.clause));
            finding.severity = Severity::Critical;
            finding.explanation = format!(
                "{difference}: the surplus {} is exactly what was paid by {}, which does not come back; here it came \
                 back as money.",
                say.sum(over),
                lost_names(&order.paid)
            );
            return vec![finding];
        }
        if lost.is_positive() {
            let voucher = lost.min(over);
            let mut finding = self.draft("voucher-refunded", voucher, Some(&self.terms.tenders.clause));
            finding.explanation = format!(
                "{difference}: {} of it as {}, which does not come back.",
                say.sum(lost),
                lost_names(self.seen.returned())
            );
            let rest = over.minus(voucher);
            let mut found = vec![finding];
            if rest.is_positive() {
                let mut finding = self.draft("refund-overpaid", rest, Some(&self.terms.amount.clause));
                finding.explanation = format!(
                    "{difference}: {} too much, {} of it named as {}; {} remain unexplained.",
                    say.sum(over),
                    say.sum(voucher),
                    lost_names(self.seen.returned()),
                    say.sum(rest)
                );
                found.push(finding);
            }
            return found;
        }
        let frozen = self.view.events_of(EventKind::FeeFrozen).find(|event| event.amount == Some(over));
        if let Some(event) = frozen {
            let clause = self.terms.frozen.as_ref().map(|frozen| &frozen.clause);
            let mut finding = self.draft("frozen-counted-as-refund", over, clause);
            finding.evidence.push(event_row(event.at));
            finding.explanation = format!(
                "{difference}: the surplus {} is exactly a frozen fee of the order; its release is no refund.",
                say.sum(over)
            );
            return vec![finding];
        }
        if let Some(finding) = self.by_reading(paid, over) {
            return vec![finding];
        }
        let discount = order.list_price.map(|list| list.minus(order.paid.total()));
        if discount == Some(over) {
            let mut finding = self.draft("discount-refunded", over, Some(&self.terms.tenders.clause));
            finding.explanation = format!(
                "{difference}: the surplus is exactly the discount, list price {} less {} paid; what was never paid \
                 does not come back.",
                say.sum(order.list_price.unwrap_or_default()),
                say.sum(order.paid.total())
            );
            return vec![finding];
        }
        if self.terms.amount.method.prorates() {
            return vec![self.wrong_proration(over, paid)];
        }
        let mut finding = self.draft("refund-overpaid", over, Some(&self.terms.amount.clause));
        finding.explanation = format!("{difference}: {} too much.", say.sum(over));
        vec![finding]
    }

    /// Less than owed, over all refunds of the order.
    fn short(&self, short: Money) -> Finding {
        let say = self.say();
        let together = self.before.plus(self.seen.total());
        let mut finding = if let Some(finding) = self.by_reading(together, short) {
            finding
        } else if self.terms.amount.method.prorates() {
            self.wrong_proration(short, together)
        } else {
            let mut finding = self.draft("refund-underpaid", short, Some(&self.terms.amount.clause));
            let left_out = self.left_out();
            let tender = left_out.map(|(tender, sum)| {
                format!(" Nothing of the {} paid by {} came back.", say.sum(sum), tender.word())
            });
            finding.explanation = format!(
                "{} came back, {} owed ({}): {} too little.{}",
                say.money(together),
                say.sum(self.owed.total),
                working(self.answer),
                say.sum(short),
                tender.unwrap_or_default()
            );
            finding
        };
        finding.direction = Direction::Under;
        finding.actual_total = Some(together);
        finding
    }

    /// The first refundable tender of which nothing came back though something was owed.
    fn left_out(&self) -> Option<(Tender, Money)> {
        if self.tenders_assumed() {
            return None;
        }
        let returned = self.returned_so_far();
        self.owed.split.present().find(|(tender, _)| returned.get(*tender).is_zero())
    }

    /// Whether the order or a refund of it has a total where its means of payment should stand.
    fn tenders_assumed(&self) -> bool {
        self.view.order().assumed.tenders || self.view.counted().any(|one| one.refund().assumed.tenders)
    }

    fn returned_so_far(&self) -> Tenders {
        let mut returned = Tenders::none(self.view.order().paid.currency);
        for one in self.view.counted() {
            returned.add(one.returned());
        }
        returned
    }

    /// The difference as a matter of reading, where one gives exactly the sum paid.
    fn by_reading(&self, paid: Money, difference: Money) -> Option<Finding> {
        let say = self.say();
        let readings = self.answer.readings(self.view);
        let gives = |gives: &crate::policy::Entitlement<'_>| {
            gives.is_due() && gives.owed.as_ref().is_some_and(|owed| owed.total == paid)
        };
        let (reading, entitlement) = readings.iter().find(|(_, given)| gives(given))?;
        let places = say.currency().places().unwrap_or(0);
        let is_rounding = difference <= Money::minor_unit(places);
        let slug = if is_rounding { "rounding-difference" } else { "reading-dependent" };
        let mut finding = self.draft(slug, difference, Some(&self.terms.amount.clause));
        let theirs = entitlement.owed.as_ref().map(Owed::working).unwrap_or_default();
        finding.explanation = format!(
            "{} came back. Owed: {}. Under the reading {}: {theirs}. {}.",
            say.money(paid),
            working(self.answer),
            reading.id,
            capitalised(reading.why.trim_end_matches('.'))
        );
        finding.readings = reading_lines(&readings, say.currency());
        Some(finding)
    }

    fn wrong_proration(&self, difference: Money, paid: Money) -> Finding {
        let say = self.say();
        let mut finding = self.draft("wrong-proration", difference, Some(&self.terms.amount.clause));
        finding.direction = if paid > self.owed.total { Direction::Over } else { Direction::Under };
        let nearest = neighbours::explain(self.view, self.terms, self.owed, paid);
        finding.explanation = format!(
            "{} came back. Owed: {}. Difference {}. {}",
            say.money(paid),
            working(self.answer),
            say.sum(difference),
            nearest
        );
        finding.readings = reading_lines(&self.answer.readings(self.view), say.currency());
        finding
    }

    /// The right sum by other means of payment than it was owed in.
    fn swapped(&self) -> Option<Finding> {
        if self.tenders_assumed() {
            return None;
        }
        let returned = self.returned_so_far();
        if !returned.of(&self.terms.tenders.lost).is_zero() {
            return None;
        }
        let (mut surplus, mut shortfall) = (Money::ZERO, Money::ZERO);
        let mut moves = Vec::new();
        for tender in Tender::ALL {
            let more = returned.get(tender).minus(self.owed.split.get(tender));
            surplus = surplus.plus(more.or_zero());
            shortfall = shortfall.plus(Money::ZERO.minus(more).or_zero());
            if !more.is_zero() {
                let sign = if more.is_positive() { "+" } else { "−" };
                moves.push(format!("{} {sign}{}", tender.word(), self.say().sum(more.abs())));
            }
        }
        let say = self.say();
        let matched = surplus.min(shortfall);
        if matched <= Money::minor_unit(say.currency().places().unwrap_or(0)) {
            return None;
        }
        let cash_over = returned.get(Tender::Cash) > self.owed.split.get(Tender::Cash);
        let slug = if cash_over { "tender-cash-out" } else { "tender-swap" };
        let mut draft = finding(self.view, slug, matched);
        let base = self.draft(slug, matched, Some(&self.terms.tenders.clause));
        draft.refund_id = base.refund_id;
        draft.citation = base.citation;
        draft.expected_total = base.expected_total;
        draft.actual_total = Some(returned.total());
        draft.evidence = self.view.counted().map(|one| super::draft::refund_row(one.refund())).collect();
        draft.evidence.push(super::draft::order_row(self.view.order()));
        draft.explanation = format!(
            "Came back: {}. Owed: {}. Exchanged: {} ({}).",
            returned.text(),
            self.owed.split.text(),
            say.money(matched),
            moves.join(", ")
        );
        Some(draft)
    }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
