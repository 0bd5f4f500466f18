//! A scenario as a worked case of `tests/README.md`, with what the second calculation wants and what the program said.

use std::fmt::Write as _;

use super::{
    exports::{Rows, Scenario},
    seen::{Said, only},
};
use crate::oracle::clock;

pub(super) fn markdown(heading: &str, scenario: &Scenario, wanted: &Said, got: &Said) -> String {
    let mut text = format!("## {heading}\n\n");
    let mut export = |name: &str, table: &Rows| {
        if !table.rows.is_empty() {
            let _ = write!(text, "```csv export={name}\n{}```\n", table.text(true));
        }
    };
    export("orders", &scenario.orders);
    export("usage", &scenario.usage);
    export("refunds", &scenario.refunds);
    if scenario.has_events {
        export("events", &scenario.events);
    }
    let covers = scenario
        .covers
        .map_or("..".to_owned(), |(from, to)| format!("{}..{}", clock::text(from), clock::text(to)));
    let _ = writeln!(text, "```expect as-of={} usage-covers={covers}", clock::text(scenario.as_of));
    for (order, lines) in wanted {
        for line in lines {
            let _ = writeln!(
                text,
                "{order} {}",
                if line.starts_with("eligible") { format!(" {line}") } else { line.clone() }
            );
        }
    }
    text.push_str("```\n\nWanted and not said, said and not wanted:\n\n```text\n");
    let mut orders: Vec<&String> = wanted.keys().chain(got.keys()).collect();
    orders.sort();
    orders.dedup();
    for order in orders {
        let none = Vec::new();
        let (wanted, got) = (wanted.get(order).unwrap_or(&none), got.get(order).unwrap_or(&none));
        for (sign, these, others) in [('-', wanted, got), ('+', got, wanted)] {
            for line in only(these, others) {
                let _ = writeln!(text, "{sign} {order} {line}");
            }
        }
    }
    text.push_str("```\n");
    text
}
