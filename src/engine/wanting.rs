//! What the exports do not say, and what more data would decide.

use super::assemble::{Orders, Refunds};
use crate::{
    export::{catalogue::UNMAPPED_MARK, convert::UNLINKED_MARK},
    finding::Finding,
    ingest::FileRead,
};

/// One sentence for each fact that is missing, with the count of what turns on it. Canonical exports say
/// what they have by their columns; this speaks of exports read through a dialect.
pub(super) fn wanting(
    files: &[FileRead],
    orders: &Orders,
    refunds: &Refunds,
    findings: &[Finding],
    orphans: u64,
) -> Vec<String> {
    if files.iter().all(|file| file.dialect.is_none()) {
        return Vec::new();
    }
    let all = || refunds.by_order.values().flatten().map(|row| &row.refund);
    let of = |slug: &str| findings.iter().filter(|finding| finding.kind.slug == slug).count();
    let mut said = Vec::new();
    let mut say = |count: usize, with: &str, what: &str| {
        if count > 0 {
            said.push(format!("With {with}, {count} more {what}."));
        }
    };
    let turning = findings.iter().filter(|finding| finding.kind.slug == "date-only");
    let turning = turning.filter(|finding| {
        let id = finding.refund_id.as_ref();
        all().any(|refund| Some(&refund.refund_id) == id && refund.assumed.request)
    });
    say(
        turning.count(),
        "the times at which refunds were requested (the console shows them)",
        "refunds could be decided",
    );
    say(
        of("usage-coverage-gap"),
        "the deduction details from payment to request",
        "refunds and requests could be decided",
    );
    say(
        usize::try_from(orphans).unwrap_or(usize::MAX),
        "the pack list or the order list of their accounts",
        "deductions could be tied to their orders",
    );
    let unlinked = all().filter(|refund| refund.order_id.as_str().starts_with(UNLINKED_MARK)).count();
    say(
        unlinked,
        "the order list, or a bill by instance of the months of purchase",
        "refunds could be tied to their orders",
    );
    let unsplit = all().filter(|refund| refund.assumed.tenders).count();
    say(
        unsplit,
        "a bill that splits amounts by means of payment",
        "refunds could be judged tender by tender",
    );
    let unmapped = orders.list.iter().filter(|order| order.product.starts_with(UNMAPPED_MARK)).count();
    say(
        unmapped,
        "a file of product names (--mapping)",
        "orders could find a policy, as far as one rules their products",
    );
    said
}
