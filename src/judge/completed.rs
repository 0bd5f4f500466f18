//! Completed refunds against what was owed: each against its own request, all together against the decisive one.

use super::{
    answer::Answer,
    draft::{Say, cite, event_row, on_refund, reading_lines, usage_rows},
    ledger::{Entry, Ledger, Standing},
    neighbours,
    refunds::working,
    view::View,
};
use crate::{
    finding::{Direction, Finding, Severity},
    money::Money,
    policy::{Clause, Entitlement, GroundKind, Owed, Reading, Terms},
    record::{EventKind, Tender, Tenders},
};

/// The findings about the sum of a completed refund.
pub(super) fn findings(view: &View<'_>, entry: &Entry<'_, '_>) -> Vec<Finding> {
    let mut found = match &entry.standing {
        Standing::Owed => Eligible::new(view, entry).into_iter().filter_map(|one| one.findings()).collect(),
        Standing::NotOwed => not_owed(view, entry),
        Standing::Saved(readings) if entry.rest.is_positive() => vec![saved(view, entry, readings)],
        _ => Vec::new(),
    };
    if entry.lost.is_positive() && !matches!(entry.standing, Standing::NotOwed) {
        found.extend(voucher_refunded(view, entry));
    }
    found
}

/// The tenders of some sums that the policy keeps, in words.
pub(super) fn lost_names(tenders: &Tenders, terms: &Terms) -> String {
    let lost = |(tender, _): &(Tender, Money)| terms.tenders.lost.contains(tender);
    let names: Vec<&str> = tenders.present().filter(lost).map(|(tender, _)| tender.word()).collect();
    names.join(" and ")
}

/// What came back in tenders that do not come back.
pub(super) fn voucher_refunded(view: &View<'_>, entry: &Entry<'_, '_>) -> Option<Finding> {
    let say = Say { view };
    let terms = entry.answer.terms()?;
    let mut finding = on_refund(view, &entry.answer, entry.seen, "voucher-refunded", entry.lost);
    finding.direction = Direction::Over;
    finding.citation = cite(entry.answer.ruled, Some(&terms.tenders.clause));
    finding.explanation = format!(
        "{} came back, {} of it as {}, which does not come back.",
        say.money(entry.seen.total()),
        say.sum(entry.lost),
        lost_names(entry.seen.returned(), terms)
    );
    Some(finding)
}

/// The grounds against a refund, in words.
fn grounds_told(entry: &Entry<'_, '_>) -> String {
    let grounds = entry.answer.entitlement.grounds.iter();
    let told: Vec<String> = grounds.map(|ground| format!("{}: {}", ground.kind.slug(), ground.why)).collect();
    told.join("; ")
}

/// Money came back although a ground stands, and a reading owes exactly that.
fn saved(view: &View<'_>, entry: &Entry<'_, '_>, readings: &[(&Reading, Entitlement<'_>)]) -> Finding {
    let say = Say { view };
    let ids: Vec<&str> = readings.iter().map(|(reading, _)| reading.id.as_str()).collect();
    let answer = &entry.answer;
    let mut finding = on_refund(view, answer, entry.seen, "reading-dependent", entry.rest);
    finding.direction = Direction::Over;
    let clause = answer.entitlement.grounds.first().and_then(|ground| ground.clause);
    finding.citation = cite(answer.ruled, clause);
    let why = readings.first().map(|(reading, _)| reading.why.trim_end_matches('.')).unwrap_or_default();
    finding.explanation = format!(
        "Nothing is owed under the primary reading ({}), {} under {}: {why}.",
        grounds_told(entry),
        say.money(entry.before.plus(entry.rest)),
        ids.join(", "),
    );
    finding.readings = reading_lines(&answer.readings(view), say.currency());
    finding
}

/// Money came back although a ground stands: one finding for each.
fn not_owed(view: &View<'_>, entry: &Entry<'_, '_>) -> Vec<Finding> {
    let (answer, seen) = (&entry.answer, entry.seen);
    let paid = seen.total();
    if !paid.is_positive() {
        return Vec::new();
    }
    let say = Say { view };
    let lines = reading_lines(&answer.readings(view), say.currency());
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

/// What the order's refunds fall short of what is owed to the decisive request, and their shape.
pub(super) fn of_order(view: &View<'_>, ledger: &Ledger<'_, '_>) -> Vec<Finding> {
    let mut found = Vec::new();
    let answer = &ledger.answer;
    let (Some(last), Some(owed), Some(terms), true) =
        (ledger.last(), &answer.entitlement.owed, answer.terms(), answer.entitlement.is_due())
    else {
        return found;
    };
    if matches!(last.standing, Standing::ByVersion) {
        return found;
    }
    let short = ledger.short();
    if short.is_positive() {
        let whole = Short { view, ledger, last, owed, terms };
        found.push(whole.finding(short));
    }
    found.extend(shape(view, ledger, answer, &owed.split));
    found
}

/// A completed, eligible refund with what is needed to compare it.
struct Eligible<'v, 'c, 'b, 'a> {
    view: &'v View<'c>,
    entry: &'a Entry<'c, 'b>,
    owed: &'a Owed,
    terms: &'b Terms,
}

impl<'v, 'c, 'b, 'a> Eligible<'v, 'c, 'b, 'a> {
    fn new(view: &'v View<'c>, entry: &'a Entry<'c, 'b>) -> Option<Self> {
        let owed = entry.answer.entitlement.owed.as_ref()?;
        Some(Self { view, entry, owed, terms: entry.answer.terms()? })
    }

    fn say(&self) -> Say<'v, 'c> {
        Say { view: self.view }
    }

    /// More than owed: the first explanation that fits.
    fn findings(&self) -> Option<Finding> {
        let over = self.entry.surplus;
        over.is_positive().then(|| {
            let mut finding = self.overpaid(over);
            finding.direction = Direction::Over;
            finding
        })
    }

    /// A finding with the totals of the refund.
    fn draft(&self, slug: &'static str, amount: Money, clause: Option<&Clause>) -> Finding {
        let mut draft = on_refund(self.view, &self.entry.answer, self.entry.seen, slug, amount);
        draft.citation = cite(self.entry.answer.ruled, clause);
        draft
    }

    fn overpaid(&self, over: Money) -> Finding {
        let say = self.say();
        let order = self.view.order();
        let entry = self.entry;
        let paid = entry.rest;
        let lost_paid = order.paid.of(&self.terms.tenders.lost);
        let working = working(&entry.answer);
        let nearest = if entry.answer.tried.is_some() { "at least " } else { "" };
        let difference =
            format!("{} came back, {} owed ({working})", say.money(paid), say.sum(self.owed.total));
        if entry.before.is_positive() {
            let mut finding = self.draft("cumulative-over-refund", over, Some(&self.terms.amount.clause));
            finding.explanation = format!(
                "{} had come back before, with {} it is {}, and {} are owed ({working}): {nearest}{} too much.",
                say.sum(entry.before),
                say.money(paid),
                say.sum(entry.before.plus(paid)),
                say.sum(self.owed.total),
                say.sum(over)
            );
            let earlier =
                self.view.counted().take_while(|one| one.refund().refund_id != entry.seen.refund().refund_id);
            finding.evidence.extend(earlier.map(|one| super::draft::refund_row(one.refund())));
            return finding;
        }
        if entry.lost.is_zero() && over == lost_paid && !self.view.assumes_tenders() {
            let mut finding = self.draft("voucher-refunded", over, Some(&self.terms.tenders.clause));
            finding.severity = Severity::Critical;
            finding.explanation = format!(
                "{difference}: the surplus {} is exactly what was paid by {}, which does not come back; here it came \
                 back as money.",
                say.sum(over),
                lost_names(&order.paid, self.terms)
            );
            return finding;
        }
        let frozen = self
            .view
            .events_of(EventKind::FeeFrozen)
            .find(|event| event.amount == Some(over) && entry.is_of_its_time(event));
        if let Some(event) = frozen {
            let clause = self.terms.frozen.as_ref().map(|frozen| &frozen.clause);
            let mut finding = self.draft("frozen-counted-as-refund", over, clause);
            finding.evidence.push(event_row(event.at));
            finding.explanation = format!(
                "{difference}: the surplus {} is exactly a frozen fee of the order; its release is no refund.",
                say.sum(over)
            );
            return finding;
        }
        if let Some(finding) =
            by_reading(self.view, &entry.answer, entry.seen.returned(), (paid, over), |slug| {
                self.draft(slug, over, Some(&self.terms.amount.clause))
            })
        {
            return finding;
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
            return finding;
        }
        if self.terms.amount.method.prorates() {
            let draft = self.draft("wrong-proration", over, Some(&self.terms.amount.clause));
            return wrong_proration(self.view, &entry.answer, draft, (paid, over));
        }
        let mut finding = self.draft("refund-overpaid", over, Some(&self.terms.amount.clause));
        finding.explanation = format!("{difference}: {nearest}{} too much.", say.sum(over));
        finding
    }
}

/// All refunds of an order against what is owed to its decisive request.
struct Short<'v, 'c, 'b, 'a> {
    view: &'v View<'c>,
    ledger: &'a Ledger<'c, 'b>,
    last: &'a Entry<'c, 'b>,
    owed: &'a Owed,
    terms: &'b Terms,
}

impl Short<'_, '_, '_, '_> {
    /// Less than owed, over all refunds of the order.
    fn finding(&self, short: Money) -> Finding {
        let say = Say { view: self.view };
        let answer = &self.ledger.answer;
        let together = self.ledger.back;
        let draft = |slug: &'static str| {
            let mut draft = on_refund(self.view, answer, self.last.seen, slug, short);
            draft.citation = cite(answer.ruled, Some(&self.terms.amount.clause));
            draft
        };
        let returned = self.ledger.returned(self.view);
        let mut finding =
            if let Some(finding) = by_reading(self.view, answer, &returned, (together, short), draft) {
                finding
            } else if self.terms.amount.method.prorates() {
                wrong_proration(self.view, answer, draft("wrong-proration"), (together, short))
            } else {
                let mut finding = draft("refund-underpaid");
                let left_out = self.left_out(&returned);
                let tender = left_out.map(|(tender, sum)| {
                    format!(" Nothing of the {} paid by {} came back.", say.sum(sum), tender.word())
                });
                let nearest = if answer.tried.is_some() { "at least " } else { "" };
                finding.explanation = format!(
                    "{} came back, {} owed ({}): {nearest}{} too little.{}",
                    say.money(together),
                    say.sum(self.owed.total),
                    working(answer),
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
    fn left_out(&self, returned: &Tenders) -> Option<(Tender, Money)> {
        if self.view.assumes_tenders() {
            return None;
        }
        self.owed.split.present().find(|(tender, _)| returned.get(*tender).is_zero())
    }
}

/// The difference as a matter of reading, where one gives exactly the sum paid.
fn by_reading(
    view: &View<'_>,
    answer: &Answer<'_>,
    returned: &Tenders,
    (paid, difference): (Money, Money),
    draft: impl Fn(&'static str) -> Finding,
) -> Option<Finding> {
    let say = Say { view };
    let owing = answer.readings_that_owe(view, paid, returned);
    let (reading, entitlement) = owing.first()?;
    let places = say.currency().places().unwrap_or(0);
    let is_rounding = difference <= Money::minor_unit(places);
    let mut finding = draft(if is_rounding { "rounding-difference" } else { "reading-dependent" });
    let theirs = entitlement.owed.as_ref().map(Owed::working).unwrap_or_default();
    finding.explanation = format!(
        "{} came back. Owed: {}. Under the reading {}: {theirs}. {}.",
        say.money(paid),
        working(answer),
        reading.id,
        capitalised(reading.why.trim_end_matches('.'))
    );
    finding.readings = reading_lines(&answer.readings(view), say.currency());
    Some(finding)
}

fn wrong_proration(
    view: &View<'_>,
    answer: &Answer<'_>,
    mut finding: Finding,
    (paid, difference): (Money, Money),
) -> Finding {
    let say = Say { view };
    let (Some(terms), Some(owed)) = (answer.terms(), &answer.entitlement.owed) else { return finding };
    finding.direction = if paid > owed.total { Direction::Over } else { Direction::Under };
    let nearest = neighbours::explain(view, terms, owed, paid);
    let least = if answer.tried.is_some() { "At least " } else { "Difference " };
    finding.explanation = format!(
        "{} came back. Owed: {}. {least}{}. {nearest}",
        say.money(paid),
        working(answer),
        say.sum(difference),
    );
    finding.readings = reading_lines(&answer.readings(view), say.currency());
    finding
}

/// The right sum by other means of payment than it was owed in. What came back in tenders that are lost is another
/// question, and refunds that were not owed at all are left out.
pub(super) fn shape(
    view: &View<'_>,
    ledger: &Ledger<'_, '_>,
    answer: &Answer<'_>,
    split: &Tenders,
) -> Option<Finding> {
    let last = ledger.last()?;
    let terms = answer.terms().filter(|_| !view.assumes_tenders())?;
    let returned = ledger.returned(view);
    let (mut surplus, mut shortfall) = (Money::ZERO, Money::ZERO);
    let mut moves = Vec::new();
    let say = Say { view };
    for tender in Tender::ALL.into_iter().filter(|tender| !terms.tenders.lost.contains(tender)) {
        let more = returned.get(tender).minus(split.get(tender));
        surplus = surplus.plus(more.or_zero());
        // A tender of which the policy says nothing may come back as another.
        if terms.tenders.refundable.contains(&tender) {
            shortfall = shortfall.plus(Money::ZERO.minus(more).or_zero());
        }
        if !more.is_zero() {
            let sign = if more.is_positive() { "+" } else { "−" };
            moves.push(format!("{} {sign}{}", tender.word(), say.sum(more.abs())));
        }
    }
    let matched = surplus.min(shortfall);
    if matched <= Money::minor_unit(say.currency().places().unwrap_or(0)) {
        return None;
    }
    let cash_over = returned.get(Tender::Cash) > split.get(Tender::Cash);
    let slug = if cash_over { "tender-cash-out" } else { "tender-swap" };
    let mut draft = on_refund(view, answer, last.seen, slug, matched);
    draft.citation = cite(answer.ruled, Some(&terms.tenders.clause));
    draft.actual_total = Some(returned.total());
    draft.evidence = view.counted().map(|one| super::draft::refund_row(one.refund())).collect();
    draft.evidence.push(super::draft::order_row(view.order()));
    draft.explanation = format!(
        "Came back: {}. Owed: {}. Exchanged: {} ({}).",
        returned.text(),
        split.text(),
        say.money(matched),
        moves.join(", ")
    );
    Some(draft)
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
