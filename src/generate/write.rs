//! Deals as lines of the exports, and what is true of them as lines of the truth.

use std::{collections::BTreeSet, fmt::Write as _, io};

use super::{
    Export, Sinks, Totals,
    deal::Deal,
    rows::{EVENTS_HEADER, USAGE_HEADER, orders_header, refunds_header},
};

/// Writes deals one after another; it keeps no deal.
pub(super) struct Writer<'s> {
    sinks: &'s mut dyn Sinks,
    totals: Totals,
    line: String,
    /// Faults of whole files that were already told.
    told: BTreeSet<&'static str>,
}

/// Faults of a file, to be told once however often they are planted.
const TOLD_ONCE: &[&str] = &["naive-time", "precision"];

impl<'s> Writer<'s> {
    /// Begins with the headers.
    pub(super) fn new(sinks: &'s mut dyn Sinks) -> io::Result<Self> {
        sinks.line(Export::Orders, &orders_header())?;
        sinks.line(Export::Usage, USAGE_HEADER)?;
        sinks.line(Export::Refunds, &refunds_header())?;
        sinks.line(Export::Events, EVENTS_HEADER)?;
        Ok(Self { sinks, totals: Totals::default(), line: String::new(), told: BTreeSet::new() })
    }

    /// What was written so far.
    pub(super) const fn totals(&self) -> Totals {
        self.totals
    }

    /// Writes a deal.
    pub(super) fn put(&mut self, deal: &Deal) -> io::Result<()> {
        if deal.is_listed {
            self.totals.orders += 1;
        }
        self.rows(deal)?;
        if deal.is_repeated {
            self.totals.usage_rows -= deal.usage.len() as u64;
            self.rows(deal)?;
        }
        self.events(deal)?;
        self.truth(deal)
    }

    fn rows(&mut self, deal: &Deal) -> io::Result<()> {
        if deal.is_listed {
            for order in [Some(&deal.order), deal.order_again.as_ref()].into_iter().flatten() {
                self.totals.order_rows += 1;
                self.emit(Export::Orders, |line| order.write(line))?;
            }
        }
        for refund in &deal.refunds {
            self.totals.refund_rows += 1;
            self.emit(Export::Refunds, |line| refund.write(&deal.order.order_id, line))?;
        }
        let (order_id, instance_id) = if deal.by_instance {
            ("", deal.order.instance_id.as_str())
        } else {
            (deal.order.order_id.as_str(), "")
        };
        for usage in &deal.usage {
            self.totals.usage_rows += 1;
            let id = format!("U{:010}", self.totals.usage_rows);
            self.emit(Export::Usage, |line| usage.write(&id, order_id, instance_id, deal.line.unit, line))?;
        }
        Ok(())
    }

    fn events(&mut self, deal: &Deal) -> io::Result<()> {
        for event in &deal.events {
            self.totals.event_rows += 1;
            let number = self.totals.event_rows;
            self.emit(Export::Events, |line| event.write(number, line))?;
        }
        Ok(())
    }

    fn truth(&mut self, deal: &Deal) -> io::Result<()> {
        if !deal.faults.is_empty() || !deal.refunds.is_empty() {
            let planted: BTreeSet<&str> = deal.faults.iter().map(|fault| fault.slug).collect();
            let planted = planted.into_iter().map(json).collect::<Vec<_>>().join(",");
            let expected = deal.expected_text().map_or_else(|| "null".to_owned(), |text| json(&text));
            self.totals.truth_rows += 1;
            self.emit(Export::Truth, |line| {
                truth_line(
                    line,
                    &json(&deal.order.order_id),
                    &planted,
                    deal.due.word(),
                    &expected,
                    &deal.story,
                );
            })?;
        }
        if let Some(slug) = deal.file_fault
            && (!TOLD_ONCE.contains(&slug) || self.told.insert(slug))
        {
            self.totals.truth_rows += 1;
            self.emit(Export::Truth, |line| {
                truth_line(line, "null", &json(slug), "unknown", "null", &deal.story);
            })?;
        }
        Ok(())
    }

    fn emit(&mut self, export: Export, write: impl FnOnce(&mut String)) -> io::Result<()> {
        self.line.clear();
        write(&mut self.line);
        self.sinks.line(export, &self.line)
    }
}

fn truth_line(line: &mut String, order_id: &str, planted: &str, eligible: &str, expected: &str, story: &str) {
    write!(
        line,
        "{{\"order_id\":{order_id},\"planted\":[{planted}],\"eligible\":\"{eligible}\",\
         \"expected_total\":{expected},\"story\":{}}}",
        json(story)
    )
    .expect("a string takes everything");
}

/// A text as a JSON string. What is written here has no control characters.
fn json(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
