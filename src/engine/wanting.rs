//! What the exports do not say, and what more data would decide.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::part::Facts;
use crate::{
    case::Case,
    export::{catalogue::UNMAPPED_MARK, convert::UNLINKED_MARK},
    finding::Finding,
    ingest::FileRead,
    judge::{Outcome, Verdict},
    policy::{Eligibility, PolicyBook, Predicate, Unknown},
    record::{AccountId, FileId, OrderId, Refund, Role},
};

/// An order so far as it tells what is wanting.
#[derive(Clone, Debug)]
pub(super) struct About {
    order_id: OrderId,
    account_id: AccountId,
    product: Arc<str>,
    site: Option<Arc<str>>,
    file: FileId,
    names_instance: bool,
    has_usage: bool,
    is_giveaway: bool,
    verdict: Verdict,
    eligibility: Eligibility,
    policy: Option<Arc<str>>,
    policy_version: Option<Arc<str>>,
}

impl About {
    /// An order that was judged.
    pub(super) fn of(case: &Case, outcome: &Outcome) -> Self {
        let order = &case.order;
        Self {
            order_id: order.order_id.clone(),
            account_id: order.account_id.clone(),
            product: order.product.clone(),
            site: order.site.clone(),
            file: order.at.file,
            names_instance: order.instance_id.is_some(),
            has_usage: !case.usage.is_empty(),
            is_giveaway: order.is_giveaway(),
            verdict: outcome.verdict,
            eligibility: outcome.eligibility,
            policy: outcome.policy.clone(),
            policy_version: outcome.policy_version.clone(),
        }
    }

    fn account(&self) -> String {
        self.account_id.to_string()
    }
}

/// Whether anything can be wanting: canonical exports say what they have by their columns.
pub(super) fn may_want(files: &[FileRead]) -> bool {
    files.iter().any(|file| file.dialect.is_some())
}

/// Accounts or files that one sentence names.
const NAMED_MAX: usize = 3;

/// One sentence for each fact that is missing, with the count of what turns on it and whose it is. Canonical
/// exports say what they have by their columns; this speaks of exports read through a dialect.
pub(super) fn wanting(
    files: &[FileRead],
    facts: &Facts,
    book: &PolicyBook,
    mut orders: Vec<About>,
    findings: &[Finding],
    orphans: &[(FileId, u64)],
) -> Vec<String> {
    if !may_want(files) {
        return Vec::new();
    }
    orders.sort_by(|a, b| a.order_id.cmp(&b.order_id));
    let orders = orders.as_slice();
    let account_of = |id: &OrderId| {
        let at = orders.binary_search_by(|order| order.order_id.cmp(id)).ok()?;
        Some(orders[at].account())
    };
    let of_orders = |fits: &dyn Fn(&Finding) -> bool| {
        let ids: BTreeSet<&OrderId> = findings
            .iter()
            .filter(|finding| fits(finding))
            .filter_map(|finding| finding.order_id.as_ref())
            .collect();
        Counts::of("account", ids.into_iter().map(|id| (account_of(id), 1)))
    };
    let refunds = || facts.refunds();
    let of_refunds = |fits: &dyn Fn(&Refund) -> bool| {
        let account = |refund: &Refund| {
            refund.account_id.as_ref().map(ToString::to_string).or_else(|| account_of(&refund.order_id))
        };
        Counts::of("account", refunds().filter(|refund| fits(refund)).map(|refund| (account(&refund), 1)))
    };
    let bought = |fits: &dyn Fn(&About) -> bool| {
        Counts::of(
            "account",
            orders.iter().filter(|order| fits(order)).map(|order| (Some(order.account()), 1)),
        )
    };
    let file_name = |id: FileId| files.get(id.0 as usize).map(FileRead::name);
    let unlinked = |refund: &Refund| refund.order_id.as_str().starts_with(UNLINKED_MARK);
    [
        of_orders(&|finding| finding.kind.slug == "request-time-unknown").say(
            "the times at which refunds of {} were requested (the console shows them)",
            ["order", "could be decided"],
        ),
        of_orders(&|finding| finding.kind.slug == "usage-coverage-gap")
            .say("the deduction details of {} from payment to request", ["order", "could be decided"]),
        Counts::of("file", orphans.iter().map(|(file, rows)| (file_name(*file), *rows))).say(
            "the pack list or the order list that names the packs of {}",
            ["deduction", "could be tied to an order"],
        ),
        without_pack(orders, files, !orphans.is_empty()).say(
            "the pack list of {}",
            ["order", "could be checked against deductions that name only packs"],
        ),
        of_refunds(&unlinked).say(
            "the order list of {}, or a bill by instance of the months of purchase",
            ["refund", "could be tied to an order"],
        ),
        of_refunds(&|refund| refund.assumed.tenders).say(
            "a bill of {} that splits amounts by means of payment",
            ["refund", "could be judged tender by tender"],
        ),
        without_gift_flag(orders, files, book).say(
            "a list of what was given away to {} (no gift flag is in the exports)",
            ["order", "could be checked against the rule that gifts are not refundable"],
        ),
        bought(&|order| order.product.starts_with(UNMAPPED_MARK)).say(
            "a file of the product names of {} (--mapping)",
            ["order", "could find a policy, as far as one rules the product"],
        ),
        of_another_site(orders, book)
            .say("a policy for {} (--policies)", ["order", "of the vendor's other site could be decided"]),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Orders that no policy rules because those about their product are of the vendor's other site, by product.
fn of_another_site(orders: &[About], book: &PolicyBook) -> Counts {
    let elsewhere = orders.iter().filter_map(|order| {
        let site = order.site.as_deref()?;
        let is_unruled = order.eligibility == Eligibility::Unknown(Unknown::NoPolicy);
        (is_unruled && book.is_of_another_site(&order.product, site))
            .then(|| (Some(format!("{} on the site {site}", order.product)), 1))
    });
    Counts::of("product", elsewhere)
}

/// Orders with a request that name no pack, in a run whose deductions name packs that nobody bought and that
/// has no pack list.
fn without_pack(orders: &[About], files: &[FileRead], orphaned: bool) -> Counts {
    let listed = files.iter().any(|file| file.gives(Role::Packages));
    let wanted = orphaned && !listed;
    let is_of_dialect =
        |order: &&About| files.get(order.file.0 as usize).is_some_and(|file| file.dialect.is_some());
    let packless = orders.iter().filter(is_of_dialect).filter(|order| {
        wanted && !order.names_instance && order.verdict != Verdict::NotRequested && !order.has_usage
    });
    Counts::of("account", packless.map(|order| (Some(order.account()), 1)))
}

/// Orders of exports without a gift flag that a refund is due for, under a policy that leaves giveaways out.
fn without_gift_flag(orders: &[About], files: &[FileRead], book: &PolicyBook) -> Counts {
    let leaves_out = |order: &About| {
        let policy = order.policy.as_deref().and_then(|id| book.get(id));
        let versions = policy.map_or(&[][..], |policy| &policy.versions);
        let version = versions.iter().find(|version| Some(&version.id) == order.policy_version.as_ref());
        version.is_some_and(|version| {
            version.terms.exclusions.iter().any(|exclusion| matches!(exclusion.predicate, Predicate::Gift))
        })
    };
    let lacks = |order: &About| {
        let file = files.get(order.file.0 as usize);
        file.is_some_and(|file| file.lacks.iter().any(|fact| fact == "gift"))
    };
    let open = orders.iter().filter(|order| {
        order.verdict != Verdict::NotRequested
            && order.eligibility == Eligibility::Yes
            && !order.is_giveaway
            && lacks(order)
            && leaves_out(order)
    });
    Counts::of("account", open.map(|order| (Some(order.account()), 1)))
}

/// How many of something each account or file has.
struct Counts {
    what: &'static str,
    by: BTreeMap<Option<String>, u64>,
}

impl Counts {
    fn of(what: &'static str, counted: impl Iterator<Item = (Option<String>, u64)>) -> Self {
        let mut by = BTreeMap::new();
        for (whose, count) in counted {
            *by.entry(whose).or_default() += count;
        }
        Self { what, by }
    }

    /// `With …, 312 more orders could be decided.`, the braces standing for whose they are; nothing where
    /// there are none.
    fn say(&self, with: &str, [one, could]: [&str; 2]) -> Option<String> {
        let count: u64 = self.by.values().sum();
        let plural = if count == 1 { "" } else { "s" };
        (count > 0).then(|| {
            format!("With {}, {count} more {one}{plural} {could}.", with.replace("{}", &self.whose()))
        })
    }

    /// Those that have most, with their counts where there are several.
    fn whose(&self) -> String {
        let mut most: Vec<(&Option<String>, u64)> =
            self.by.iter().map(|(whose, count)| (whose, *count)).collect();
        most.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
        let name = |whose: &Option<String>| whose.clone().unwrap_or_else(|| "unnamed".to_owned());
        if let [(whose, _)] = most[..] {
            return format!("{} {}", self.what, name(whose));
        }
        let rest = most.len().saturating_sub(NAMED_MAX);
        let mut named: Vec<String> =
            most.iter().take(NAMED_MAX).map(|(whose, count)| format!("{} ({count})", name(whose))).collect();
        if rest > 0 {
            named.push(format!("{rest} more {}{}", self.what, if rest == 1 { "" } else { "s" }));
        }
        let last = named.pop().unwrap_or_default();
        format!("{}s {} and {last}", self.what, named.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(counts: &[(&str, u64)]) -> Option<String> {
        let counted = counts.iter().map(|(whose, count)| (Some((*whose).to_owned()), *count));
        Counts::of("account", counted).say("the pack list of {}", ["order", "could be decided"])
    }

    #[test]
    fn three_accounts_are_named_and_the_fourth_is_counted() {
        assert_eq!(said(&[]), None);
        assert_eq!(
            said(&[("A", 1)]).unwrap(),
            "With the pack list of account A, 1 more order could be decided."
        );
        assert_eq!(
            said(&[("X", 300), ("X", 12)]).unwrap(),
            "With the pack list of account X, 312 more orders could be decided."
        );
        assert_eq!(
            said(&[("C", 1), ("A", 1), ("B", 9)]).unwrap(),
            "With the pack list of accounts B (9), A (1) and C (1), 11 more orders could be decided."
        );
        assert_eq!(
            said(&[("C", 1), ("A", 1), ("B", 9), ("D", 1)]).unwrap(),
            "With the pack list of accounts B (9), A (1), C (1) and 1 more account, 12 more orders could be decided."
        );
        assert!(
            said(&[("C", 1), ("A", 1), ("B", 9), ("D", 1), ("E", 2)])
                .unwrap()
                .contains("accounts B (9), E (2), A (1) and 2 more accounts, 14 more")
        );
    }
}
