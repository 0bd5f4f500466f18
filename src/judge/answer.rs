//! What policy answers to a request: under its version, its readings, and the version of the request.

use super::view::{Request, View};
use crate::{
    case::Conflict,
    policy::{
        Eligibility, Entitlement, Policy, PolicyBook, Question, Reading, SelectBy, Unknown, Version, entitle,
        evaluate,
    },
};

/// The policy that rules an order, the version in force, and what it gives.
#[derive(Clone, Debug)]
pub struct Answer<'b> {
    /// Policy and version; `None` where none rules.
    pub ruled: Option<(&'b Policy, &'b Version)>,
    /// What it gives.
    pub entitlement: Entitlement<'b>,
    /// The request as it was put.
    pub asked: Asked,
}

/// A request as it was put to the policy.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    /// The question; where the export lost seconds, the one with the shortest time.
    pub question: Question,
    pub(crate) request: Request,
}

impl<'b> Answer<'b> {
    /// The answer to a request. Where the export lost seconds or the time of day, both ends are tried,
    /// and where they differ the answer is unknown.
    pub(crate) fn of(book: &'b PolicyBook, view: &View<'_>, request: Request) -> Self {
        let facts = view.facts();
        let question = view.shortest(request);
        let (ruled, mut entitlement) = entitle(book, &facts, &question);
        if !view.is_exact(request) {
            let (other_ruled, other) = entitle(book, &facts, &view.longest(request));
            let version_id =
                |ruled: Option<(&Policy, &Version)>| ruled.map(|(_, version)| version.id.clone());
            let same = version_id(ruled) == version_id(other_ruled)
                && entitlement.eligibility == other.eligibility
                && split_of(&entitlement) == split_of(&other);
            if !same {
                entitlement.eligibility = Eligibility::Unknown(Unknown::DateOnly);
                entitlement.grounds.clear();
                entitlement.owed = None;
            }
        }
        if let Some(conflict) = &view.case.conflict {
            entitlement.eligibility = Eligibility::Unknown(match conflict {
                Conflict::Order(_) => Unknown::DuplicateOrder,
                Conflict::Row(_) => Unknown::DuplicateRow,
            });
            entitlement.grounds.clear();
            entitlement.owed = None;
        }
        Self { ruled, entitlement, asked: Asked { question, request } }
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
            .collect()
    }

    /// What the version at the request gives, where the policy goes by the purchase and it is another.
    pub(crate) fn at_request(&self, view: &View<'_>) -> Option<(&'b Version, Entitlement<'b>)> {
        let (policy, version) = self.ruled?;
        if policy.select_by != SelectBy::Purchase {
            return None;
        }
        let asked = &self.asked;
        let requested_at = if asked.request.assumed {
            asked.request.requested_at.latest()
        } else {
            asked.question.requested_at
        };
        let other = policy.version_at(requested_at)?;
        if other.id == version.id {
            return None;
        }
        Some((other, evaluate(policy, &other.terms, &view.facts(), &self.asked.question)))
    }
}

fn split_of<'e>(entitlement: &'e Entitlement<'_>) -> Option<&'e crate::record::Tenders> {
    entitlement.owed.as_ref().map(|owed| &owed.split)
}
