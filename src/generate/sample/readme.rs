//! The README of the sample: what is planted where, told from the deals themselves.

use std::fmt::Write as _;

use super::{super::deal::Deal, AS_OF, Chapter};
use crate::generate::clock::Form;

/// Where the policy that overlaps stands in the folder.
pub(super) const POLICY_FILE: &str = "policies/example.css.edge-bundle.toml";

/// A policy for one invented package, which the policy for other CSS packages claims as well.
pub(super) const POLICY: &str = r#"# Invented, to show two policies of equal rank that claim one order: neither sets the other aside.
# Given with --policies, it makes an overlap-policy finding of the order PLANT-overlap-policy-1.

schema = "refund-policy/1"

[policy]
id       = "example.css.edge-bundle"
vendor   = "example"
site     = "none"
title    = "An invented bundle"
timezone = "+08:00"

[policy.applies]
product      = ["css"]
package_type = ["edge_bundle"]
order_kind   = ["new"]

[[version]]
id             = "2022-12-01"
effective_from = 2022-12-01T00:00:00+08:00
select_by      = "purchase"
confidence     = "low"
base           = "tencent-intl.css.other-package@2022-12-22"

[[version.source]]
url     = "https://example.com/edge-bundle"
title   = "An invented page"
stamp   = "undated"
read_on = "2026-11-21"
"#;

const OPENING: &str = "# The sample

A small month of exports of two vendors, made up: {orders} orders of March 2026 and of the years around it, with their
usage, refunds and events. Every account, order and sum is invented; the examples that begin with `EX-` repeat figures
that the vendors print.

    refund-audit audit data/samples

| file | what |
|---|---|
| `orders.csv`, `usage.csv`, `refunds.csv`, `events.csv` | canonical exports, no row of which is rejected |
| `truth.jsonl` | for each returned or planted order what an audit has to find, known from how the order was made |
| `policies/` | one invented policy, for the finding `overlap-policy` |

The folder is written by `refund_audit::generate::write_sample`, and a test compares it byte for byte. Change the
scenarios in `src/generate`, never the files.

- The exports end {as_of}, the as-of date that an audit takes by itself. One order is paid later.
- Deductions reach from 2020-06-01 to that instant. One order was returned before they begin.
- Most orders have 20-digit numbers and nothing to say. Names tell where to look: `EX-` stands for a printed example,
  `PLANT-` for something planted, with the kind of finding or with `right-` behind it.
- `eligible-unclaimed` is reported with `--opportunities` only.
- `overlap-policy` is reported with `--policies data/samples/policies` only; without it that refund is right.
- Faults of a whole file stand in the truth without an order number: `naive-time`, `precision`, `duplicate-row` and
  `orphan-deduction`. Below, the order that causes them is named and the finding is put in brackets.
- The two printed splits belong to servers, a product without a policy here. A TRTC minute pack reaches the same sums:
  407.96 − 6480 × 0.007 = 362.60 exactly, and 607.16 − 72958 × 0.00672 = 116.88224, of which the rest of the cent is
  dropped.
";

/// The whole page.
pub(super) fn text(chapters: &[Chapter]) -> String {
    let orders: usize =
        chapters.iter().map(|chapter| chapter.deals.iter().filter(|deal| deal.is_listed).count()).sum();
    let mut page =
        OPENING.replace("{orders}", &orders.to_string()).replace("{as_of}", &AS_OF.text(Form::Local));
    for chapter in chapters {
        let deals = &chapter.deals;
        write!(page, "\n## {}\n\n", chapter.title).expect("a string takes everything");
        if chapter.is_told {
            page.push_str("| order | what happened | finding | at risk | owed |\n|---|---|---|---|---|\n");
            for deal in deals {
                row(deal, &mut page);
            }
        } else {
            let right = deals.iter().filter(|deal| !deal.refunds.is_empty()).count();
            writeln!(
                page,
                "{} more orders: {right} came back rightly, and nobody asked for the others, which could not be \
                 returned at the end either.",
                deals.len()
            )
            .expect("a string takes everything");
        }
    }
    page
}

fn row(deal: &Deal, page: &mut String) {
    let mut findings: Vec<String> = deal.faults.iter().map(|fault| format!("`{}`", fault.slug)).collect();
    let coin = deal.order.coin;
    let mut sums: Vec<String> =
        deal.faults.iter().map(|fault| format!("{} {}", coin.text(fault.at_risk), coin.code)).collect();
    if let Some(slug) = deal.file_fault {
        findings.push(format!("(`{slug}`)"));
    }
    if findings.is_empty() {
        findings.push("none".to_owned());
    }
    sums.dedup();
    let (order_id, story) = (&deal.order.order_id, &deal.story);
    let owed = deal.expected_text().map_or_else(|| "open".to_owned(), |text| format!("{text} {}", coin.code));
    writeln!(page, "| `{order_id}` | {story} | {} | {} | {owed} |", findings.join(", "), sums.join(", "))
        .expect("a string takes everything");
}
