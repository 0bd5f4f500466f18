//! What policy answers to a request: under its version, its readings, and the version of the request.

use super::view::{Request, View};
use crate::policy::{
    Candidates, Eligibility, Entitlement, Ground, Policy, Question, Reading, SelectBy, Unknown, Version,
    entitle, evaluate,
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
    /// Where the export has no time of the request: the answers to one made at the payment, the earliest it
    /// may have been, and to one made at the completion, the latest.
    pub ends: Option<Box<[Self; 2]>>,
}

/// A request as it was put to the policy.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    /// The question; where the export lost seconds, the one with the shortest time.
    pub question: Question,
    pub(crate) request: Request,
}

impl<'b> Answer<'b> {
    /// The answer to a request. Where the export has no time of the request, the payment and the completion
    /// are both tried.
    pub(crate) fn of(candidates: &Candidates<'b>, view: &View<'_>, request: Request) -> Self {
        match view.ends_of(request) {
            Some(ends) => Self::between(ends.map(|end| Self::at(candidates, view, end)), request),
            None => Self::at(candidates, view, request),
        }
    }

    /// What holds whenever between both ends the request was made. Where they agree it is the answer to the
    /// later one. Where they differ and a fact is missing at one of them, that is why it is unknown: with the
    /// fact they may agree.
    fn between(ends: [Self; 2], request: Request) -> Self {
        let [early, late] = &ends;
        let stands_early =
            |ground: &Ground<'_>| early.entitlement.grounds.iter().any(|one| one.kind == ground.kind);
        let shared: Vec<Ground<'b>> =
            late.entitlement.grounds.iter().filter(|ground| stands_early(ground)).cloned().collect();
        let same = early.entitlement.eligibility == late.entitlement.eligibility
            && split_of(&early.entitlement) == split_of(&late.entitlement)
            && (early.entitlement.eligibility != Eligibility::No || !shared.is_empty());
        let lacks_fact = |end: &&Self| matches!(end.entitlement.eligibility, Eligibility::Unknown(why) if !why.is_of_rules());
        let lacking = [late, early].into_iter().find(lacks_fact);
        let mut answer = lacking.unwrap_or(late).clone();
        if lacking.is_none() {
            answer.entitlement.grounds = shared;
            if !same {
                answer.entitlement.leave_open(Unknown::RequestTime);
            }
        }
        answer.asked.request = request;
        answer.ends = Some(Box::new(ends));
        answer
    }

    /// The answer to a request at a known time. Where the export lost seconds or the time of day, both ends
    /// are tried, and where they differ the answer is unknown.
    fn at(candidates: &Candidates<'b>, view: &View<'_>, request: Request) -> Self {
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
            let why = if conflict.of_order { Unknown::DuplicateOrder } else { Unknown::DuplicateRow };
            entitlement.leave_open(why);
        }
        let elsewhere = candidates.of_another_site();
        let other_sites = candidates.of_other_sites(question.paid_at, question.requested_at);
        Self { ruled, entitlement, elsewhere, other_sites, asked: Asked { question, request }, ends: None }
    }

    /// What each reading that fits the request gives, in the order of the file.
    pub(crate) fn readings(&self, view: &View<'_>) -> Vec<(&'b Reading, Entitlement<'b>)> {
        let Some((policy, version)) = self.ruled else { return Vec::new() };
        let fits =
            |reading: &&Reading| reading.channel.is_none() || reading.channel == self.asked.request.channel;
        let facts = view.facts();
        version
            .readings
            .iter()
            .filter(fits)
            .map(|reading| (reading, evaluate(policy, &reading.terms, &facts, &self.asked.question)))
            .chain(self.other_sites.iter().filter_map(|(policy, version)| {
                let reading = version.of_site.as_deref()?;
                Some((reading, evaluate(policy, &reading.terms, &facts, &self.asked.question)))
            }))
            .collect()
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

fn split_of<'e>(entitlement: &'e Entitlement<'_>) -> Option<&'e crate::record::Tenders> {
    entitlement.owed.as_ref().map(|owed| &owed.split)
}
