//! What comes back and what is lost, and in which tender.

use crate::{
    money::{Money, allocate},
    policy::{
        file::{Keys, Value},
        model::Clause,
    },
    record::{Order, Tender, Tenders},
};

pub(in crate::policy) const KEYS: &[&str] =
    &["refundable", "lost", "return_as", "split", "consume_first", "clause", "place"];

/// What comes back and what is lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TenderTerms {
    /// Tenders that come back, in the order that ties of a split follow.
    pub refundable: Vec<Tender>,
    /// Tenders that do not.
    pub lost: Vec<Tender>,
    /// Tenders that come back as another one; all others as themselves.
    pub return_as: Vec<(Tender, Tender)>,
    /// How a partial sum is split.
    pub split: Split,
    /// The rule.
    pub clause: Clause,
}

/// How a partial sum is split over the refundable tenders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Split {
    /// In proportion to what was paid, the largest remainders rounded up.
    LargestRemainder,
    /// What is left of each once the consumed part was taken from them in this order.
    Remaining(Vec<Tender>),
}

pub(in crate::policy) fn read(keys: &Keys<'_, '_>) -> Option<TenderTerms> {
    keys.only(KEYS);
    let words = Tender::ALL.map(|tender| (tender.word(), tender));
    let refundable = keys.required(keys.words("refundable", "tender", &words), "refundable")?;
    let mut lost = Vec::new();
    // A discount is a lower price, never a tender; a page that says it is not returned may be written down.
    for (at, text) in keys.texts("lost").into_iter().flatten().filter(|(_, text)| *text != "discount") {
        let Some(tender) = keys.one_of(at, text, "tender", &words) else { continue };
        if refundable.contains(&tender) {
            keys.complain(at, format!("{text:?} is both refundable and lost"));
        }
        lost.push(tender);
    }
    let split = match keys.word("split", "split", &[("largest_remainder", false), ("remaining", true)]) {
        Some(true) => {
            let order = keys.required(keys.words("consume_first", "tender", &words), "consume_first")?;
            Split::Remaining(order)
        }
        _ => {
            if keys.has("consume_first") {
                keys.complain(
                    keys.place("consume_first"),
                    "tenders.consume_first is for split = \"remaining\"",
                );
            }
            Split::LargestRemainder
        }
    };
    Some(TenderTerms {
        return_as: return_as(keys, &refundable),
        refundable,
        lost,
        split,
        clause: keys.clause(),
    })
}

fn return_as(keys: &Keys<'_, '_>, refundable: &[Tender]) -> Vec<(Tender, Tender)> {
    let Some(item) = keys.get("return_as") else { return Vec::new() };
    let words = Tender::ALL.map(|tender| (tender.word(), tender));
    match &item.value {
        Value::Text("same") => Vec::new(),
        Value::Table(table) => {
            let mut map = Vec::new();
            for (from, to) in table.iter() {
                let to = to.text().and_then(|text| keys.one_of(to.at, text, "tender", &words));
                let Some(to) = to else { continue };
                if *from == "*" {
                    map.extend(refundable.iter().map(|from| (*from, to)));
                } else if let Some(from) = keys.one_of(item.at, from, "tender", &words) {
                    map.push((from, to));
                }
            }
            map
        }
        other => {
            keys.complain(
                item.at,
                format!("unknown return_as {other}, wanted \"same\" or a table {{ cash = \"free_credit\" }}"),
            );
            Vec::new()
        }
    }
}

impl TenderTerms {
    /// The tender that one comes back in.
    #[must_use]
    pub fn returned_as(&self, paid_by: Tender) -> Tender {
        self.return_as.iter().find(|(from, _)| *from == paid_by).map_or(paid_by, |(_, to)| *to)
    }

    /// Whether some tender comes back in another one.
    #[must_use]
    pub fn converts(&self) -> bool {
        self.return_as.iter().any(|(from, to)| from != to)
    }

    /// Everything that was paid in refundable tenders, as it comes back.
    pub(in crate::policy) fn whole(&self, order: &Order) -> Tenders {
        let mut split = Tenders::none(order.paid.currency);
        for &tender in &self.refundable {
            let to = self.returned_as(tender);
            split.set(to, split.get(to).plus(order.paid.get(tender)));
        }
        split
    }

    /// A part of it, split; `None` where it cannot be.
    pub(in crate::policy) fn part(&self, order: &Order, total: Money, places: u32) -> Option<Tenders> {
        let weights: Vec<Money> = self.refundable.iter().map(|&tender| order.paid.get(tender)).collect();
        let parts = match &self.split {
            Split::LargestRemainder => allocate(total, &weights, places)?,
            Split::Remaining(order_of_use) => {
                let mut left = weights.clone();
                let mut consumed = weights.iter().copied().sum::<Money>().minus(total);
                let rest = self.refundable.iter().filter(|tender| !order_of_use.contains(tender));
                for tender in order_of_use.iter().chain(rest) {
                    if let Some(at) = self.refundable.iter().position(|one| one == tender) {
                        let taken = consumed.min(left[at]);
                        left[at] = left[at].minus(taken);
                        consumed = consumed.minus(taken);
                    }
                }
                left
            }
        };
        let mut split = Tenders::none(order.paid.currency);
        for (&tender, part) in self.refundable.iter().zip(parts) {
            let to = self.returned_as(tender);
            split.set(to, split.get(to).plus(part));
        }
        Some(split)
    }
}

/// The effect in a phrase.
#[must_use]
pub fn text(tenders: &TenderTerms) -> String {
    let names =
        |tenders: &[Tender]| tenders.iter().map(|tender| tender.word()).collect::<Vec<_>>().join(", ");
    let mut text = format!("comes back: {}; lost: {}", names(&tenders.refundable), names(&tenders.lost));
    for (from, to) in tenders.return_as.iter().filter(|(from, to)| from != to) {
        text.push_str(&format!("; {} comes back as {}", from.word(), to.word()));
    }
    if let Split::Remaining(order) = &tenders.split {
        text.push_str(&format!("; consumption takes {} first", names(order)));
    }
    text
}
