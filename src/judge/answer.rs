//! What policy answers to a request: under its version, its readings, and the version of the request.

use super::{
    ends, moments,
    view::{Request, View},
};
use crate::{
    money::Money,
    policy::{
        Candidates, Eligibility, Entitlement, Policy, Question, Reading, SelectBy, Terms, Unknown, Version,
        entitle, evaluate,
    },
    record::{Role, Tenders},
};

/// The policy that rules an order, the version in force, and what it gives.
#[derive(Clone, Debug)]
pub struct Answer<'b> {
    /// Policy and version; `None` where none rules.
    pub ruled: Option<(&'b Policy, &'b Version)>,
    /// What it gives.
    pub entitlement: Entitlement<'b>,
    /// Whether the policies about the product are all of other sites of the vendor.
    pub elsewhere: bool,
    /// Where the site of the order is not known: what rules it on the vendor's other sites.
    pub other_sites: Vec<(&'b Policy, &'b Version)>,
    /// The request as it was put.
    pub asked: Asked,
    /// Where the export has no time of the request: the answers to one made at the earliest instant that it
    /// may have been, at the latest, and at each between where an answer may change, in order.
    pub tried: Option<Box<[Self]>>,
}

/// A request as it was put to the policy.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    /// The question; where the export lost seconds, the one with the shortest time.
    pub question: Question,
    pub(crate) request: Request,
}

/// What came back with a refund, and rightly before it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Returned<'t> {
    pub(super) before: Money,
    pub(super) tenders: &'t Tenders,
}

impl Returned<'_> {
    /// The sum that is held against what an answer owes: without the tenders that its version keeps.
    pub(super) fn under(self, answer: &Answer<'_>) -> Money {
        self.before.plus(self.tenders.total()).minus(answer.lost_of(self.tenders))
    }
}

impl<'b> Answer<'b> {
    /// The answer to a request. Where the export has no time of it, every instant is tried at which an answer
    /// may change; of several sums the one nearest to what had come back with it, where anything had, is taken.
    pub(crate) fn of(
        candidates: &Candidates<'b>,
        view: &View<'_>,
        request: Request,
        returned: Option<Returned<'_>>,
    ) -> Self {
        if !request.assumed {
            return Self::at(candidates, view, request);
        }
        let tried = moments::of(candidates, view, request);
        let tried: Vec<Self> = tried.into_iter().map(|one| Self::at(candidates, view, one)).collect();
        ends::combined(tried, request, returned)
    }

    /// The answer to a request at a known time. Where the export lost seconds or the time of day, both ends
    /// are tried, and where they differ the answer is unknown.
    pub(super) fn at(candidates: &Candidates<'b>, view: &View<'_>, request: Request) -> Self {
        let facts = view.facts();
        let question = view.shortest(request);
        let (ruled, mut entitlement) = entitle(candidates, &facts, &question);
        if !view.is_exact(request) {
            let (other_ruled, other) = entitle(candidates, &facts, &view.longest(request));
            let version_id =
                |ruled: Option<(&Policy, &Version)>| ruled.map(|(_, version)| version.id.clone());
            let same = version_id(ruled) == version_id(other_ruled)
                && entitlement.eligibility == other.eligibility
                && split_of(&entitlement) == split_of(&other);
            if !same {
                entitlement.leave_open(Unknown::DateOnly);
            }
        }
        if let Some(conflict) = &view.case.conflict {
            entitlement.leave_open(if conflict.of_order {
                Unknown::DuplicateOrder
            } else {
                Unknown::DuplicateRow
            });
        }
        if entitlement.eligibility == Eligibility::Yes && rejected_matters(&entitlement, view) {
            entitlement.leave_open(Unknown::RejectedRow);
        }
        let elsewhere = candidates.of_another_site();
        let other_sites = candidates.of_other_sites(question.paid_at, question.requested_at);
        let asked = Asked { question, request };
        Self { ruled, entitlement, elsewhere, other_sites, asked, tried: None }
    }

    /// What of a refund came back in tenders that the version keeps; nothing where no rule says which these are.
    pub(super) fn lost_of(&self, returned: &Tenders) -> Money {
        let says_which = !matches!(self.unknown(), Some(Unknown::PolicySilent | Unknown::DuplicateOrder));
        let terms = self.terms().filter(|_| says_which && self.ruled.is_some());
        terms.map_or(Money::ZERO, |terms| returned.of(&terms.tenders.lost))
    }

    /// The terms that decided: those of the way that was taken.
    pub(super) fn terms(&self) -> Option<&'b Terms> {
        self.entitlement.terms.or(self.ruled.map(|(_, version)| &version.terms))
    }

    /// What is owed, nothing where that is unknown.
    pub(super) fn owed(&self) -> Money {
        self.entitlement.owed.as_ref().map(|owed| owed.total).unwrap_or_default()
    }

    /// Why eligibility is unknown, where it is.
    pub(super) const fn unknown(&self) -> Option<Unknown> {
        match self.entitlement.eligibility {
            Eligibility::Unknown(why) => Some(why),
            _ => None,
        }
    }

    /// Where the export has no time of the request: the answers to one at the earliest and at the latest
    /// instant that it may have been made.
    #[must_use]
    pub fn ends(&self) -> Option<[&Self; 2]> {
        let tried = self.tried.as_deref()?;
        Some([tried.first()?, tried.last()?])
    }

    /// The answers that one of must hold: that to the request, or those that were tried.
    pub(super) fn each(&self) -> &[Self] {
        self.tried.as_deref().unwrap_or(std::slice::from_ref(self))
    }

    /// What each reading that fits the request gives, in the order of the file.
    pub(crate) fn readings(&self, view: &View<'_>) -> Vec<(&'b Reading, Entitlement<'b>)> {
        let Some((policy, version)) = self.ruled else { return Vec::new() };
        let facts = view.facts();
        self.readings_of(version)
            .map(|reading| (reading, evaluate(policy, &reading.terms, &facts, &self.asked.question)))
            .chain(self.other_sites.iter().filter_map(|(policy, version)| {
                let reading = version.of_site.as_deref()?;
                Some((reading, evaluate(policy, &reading.terms, &facts, &self.asked.question)))
            }))
            .collect()
    }

    /// The readings of a version that fit the request.
    pub(super) fn readings_of(&self, version: &'b Version) -> impl Iterator<Item = &'b Reading> + use<'b> {
        let channel = self.asked.request.channel;
        version.readings.iter().filter(move |reading| reading.channel.is_none() || reading.channel == channel)
    }

    /// The readings under which exactly a sum is owed, with what each gives: those under which the refunds of
    /// that sum lose the same tenders.
    pub(super) fn readings_that_owe(
        &self,
        view: &View<'_>,
        sum: Money,
        returned: &Tenders,
    ) -> Vec<(&'b Reading, Entitlement<'b>)> {
        let mut found: Vec<(&'b Reading, Entitlement<'b>)> = Vec::new();
        for one in self.each() {
            let Some(terms) = one.terms() else { continue };
            let lost = returned.of(&terms.tenders.lost);
            let owes = |(reading, gives): &(&Reading, Entitlement<'_>)| {
                gives.is_due()
                    && gives.owed.as_ref().is_some_and(|owed| owed.total == sum)
                    && returned.of(&gives.terms.unwrap_or(&reading.terms).tenders.lost) == lost
            };
            for found_here in one.readings(view).into_iter().filter(owes) {
                if !found.iter().any(|(reading, _)| reading.id == found_here.0.id) {
                    found.push(found_here);
                }
            }
        }
        found
    }

    /// What the version at the request gives, where the policy goes by the purchase and it is another.
    pub(crate) fn at_request(&self, view: &View<'_>) -> Option<(&'b Version, Entitlement<'b>)> {
        let (policy, version) = self.ruled?;
        if policy.select_by != SelectBy::Purchase {
            return None;
        }
        let other = policy.version_at(self.asked.question.requested_at)?;
        if other.id == version.id {
            return None;
        }
        Some((other, evaluate(policy, &other.terms, &view.facts(), &self.asked.question)))
    }
}

/// Whether a row was rejected that may be of the order, and whose content could matter.
fn rejected_matters(entitlement: &Entitlement<'_>, view: &View<'_>) -> bool {
    let package_type = &view.order().package_type;
    let by_use = entitlement.terms.is_none_or(|terms| terms.depends_on_deductions(package_type));
    view.rejected().iter().any(|(role, _)| *role != Role::Usage || by_use)
}

pub(super) fn split_of<'e>(entitlement: &'e Entitlement<'_>) -> Option<&'e Tenders> {
    entitlement.owed.as_ref().map(|owed| &owed.split)
}
