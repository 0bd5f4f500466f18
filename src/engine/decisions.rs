//! What came of each refund of a run, counted, and packed where rows are wanted.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::{
    judge::{Decided, Decision, Need},
    money::{Currency, Money},
    record::{FileId, SourceRef},
    store::{Packed, bytes},
};

/// Vendor and policy of a group of refunds, empty where none rules, and their currency.
pub type DecisionGroup = (String, String, Currency);

/// Refunds of a group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DecisionSum {
    /// How many.
    pub refunds: u64,
    /// What came back for them.
    pub came_back: Money,
}

impl DecisionSum {
    fn add(&mut self, other: Self) {
        self.refunds += other.refunds;
        self.came_back = self.came_back.plus(other.came_back);
    }
}

/// What came of the refunds of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decisions {
    /// Refunds of known orders by vendor, policy, currency and decision.
    pub sums: BTreeMap<(DecisionGroup, Decided), DecisionSum>,
    /// Refunds of orders that are not in the exports, by currency and decision.
    pub orphans: BTreeMap<(Currency, Decided), DecisionSum>,
    /// Refunds of known orders that are not decided, by what they need.
    pub needs: BTreeMap<Need, u64>,
    /// Each of them, packed, where rows are wanted.
    rows: Vec<Box<[u8]>>,
}

impl Decisions {
    /// Takes a refund of a known order.
    pub(super) fn take(&mut self, decision: &Decision, keeps_row: bool) {
        let text = |text: &Option<std::sync::Arc<str>>| text.as_deref().unwrap_or_default().to_owned();
        let group = (text(&decision.vendor), text(&decision.policy), decision.currency);
        let sum = DecisionSum { refunds: 1, came_back: decision.came_back };
        self.sums.entry((group, decision.decided)).or_default().add(sum);
        if let Some(need) = decision.need {
            *self.needs.entry(need).or_default() += 1;
        }
        self.keep(decision, keeps_row);
    }

    /// Takes a refund whose order is not there.
    pub(super) fn take_orphan(&mut self, decision: &Decision, keeps_row: bool) {
        let sum = DecisionSum { refunds: 1, came_back: decision.came_back };
        self.orphans.entry((decision.currency, decision.decided)).or_default().add(sum);
        self.keep(decision, keeps_row);
    }

    fn keep(&mut self, decision: &Decision, keeps_row: bool) {
        if keeps_row {
            self.rows.push(pack(decision));
        }
    }

    /// Takes up those of other orders.
    pub(super) fn add(&mut self, other: Self) {
        for (key, sum) in other.sums {
            self.sums.entry(key).or_default().add(sum);
        }
        for (key, sum) in other.orphans {
            self.orphans.entry(key).or_default().add(sum);
        }
        for (need, refunds) in other.needs {
            *self.needs.entry(need).or_default() += refunds;
        }
        self.rows.extend(other.rows);
    }

    /// Puts the rows in the order of order and refund, whatever order they were judged in.
    pub(super) fn sort(&mut self) {
        self.rows.par_sort_unstable_by(|a, b| key_of(a).cmp(&key_of(b)));
    }

    /// How many rows were kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether no row was kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// One row, in the order of order and refund.
    ///
    /// # Panics
    ///
    /// Where there are not so many.
    #[must_use]
    pub fn get(&self, at: usize) -> Decision {
        unpack(&self.rows[at])
    }

    /// Refunds that count, with known orders and without, and how many of them are undetermined.
    #[must_use]
    pub fn share_undetermined(&self) -> (u64, u64) {
        let of_orders = self.sums.iter().map(|((_, decided), sum)| (*decided, sum.refunds));
        let orphans = self.orphans.iter().map(|((_, decided), sum)| (*decided, sum.refunds));
        of_orders.chain(orphans).filter(|(decided, _)| decided.counts()).fold(
            (0, 0),
            |(open, all), (decided, refunds)| {
                let is_open = decided == Decided::Undetermined;
                (open + if is_open { refunds } else { 0 }, all + refunds)
            },
        )
    }
}

fn put_optional(out: &mut Vec<u8>, text: Option<&str>) {
    bytes::put(out, u128::from(text.is_some()));
    bytes::put_bytes(out, text.unwrap_or_default().as_bytes());
}

fn put_instant(out: &mut Vec<u8>, at: Option<crate::time::Instant>) {
    bytes::put(out, u128::from(at.is_some()));
    if let Some(at) = at {
        bytes::put_instant(out, at);
    }
}

fn put_money(out: &mut Vec<u8>, sum: Option<Money>) {
    bytes::put(out, u128::from(sum.is_some()));
    if let Some(sum) = sum {
        bytes::put_signed(out, sum.units());
    }
}

/// A row as bytes; order and refund first, which sort it.
fn pack(decision: &Decision) -> Box<[u8]> {
    // Named one by one, so that a field which is added cannot be forgotten here.
    let Decision {
        order_id,
        refund_id,
        account,
        product,
        vendor,
        policy,
        currency,
        bought_at,
        requested_at,
        completed_at,
        paid,
        came_back,
        owed,
        difference,
        decided,
        reason,
        need,
        settled_by,
        at,
    } = decision;
    let mut out = Vec::new();
    bytes::put_bytes(&mut out, order_id.as_str().as_bytes());
    bytes::put_bytes(&mut out, refund_id.as_str().as_bytes());
    put_optional(&mut out, account.as_deref());
    put_optional(&mut out, product.as_ref().map(|(product, _)| &**product));
    put_optional(&mut out, product.as_ref().map(|(_, package_type)| &**package_type));
    put_optional(&mut out, vendor.as_deref());
    put_optional(&mut out, policy.as_deref());
    bytes::put_currency(&mut out, *currency);
    put_instant(&mut out, *bought_at);
    bytes::put_instant(&mut out, requested_at.0);
    bytes::put_instant(&mut out, requested_at.1);
    put_instant(&mut out, *completed_at);
    put_money(&mut out, *paid);
    bytes::put_signed(&mut out, came_back.units());
    put_money(&mut out, owed.map(|owed| owed.0));
    put_money(&mut out, owed.map(|owed| owed.1));
    put_money(&mut out, *difference);
    bytes::put_bytes(&mut out, decided.word().as_bytes());
    bytes::put_bytes(&mut out, reason.as_bytes());
    put_optional(&mut out, need.map(Need::word));
    bytes::put_bytes(&mut out, settled_by.as_bytes());
    bytes::put(&mut out, u128::from(at.file.0));
    bytes::put(&mut out, u128::from(at.line));
    out.into_boxed_slice()
}

fn key_of(row: &[u8]) -> (&[u8], &[u8]) {
    let mut packed = Packed::new(row);
    (packed.bytes(), packed.bytes())
}

fn unpack(row: &[u8]) -> Decision {
    const WORD: &str = "a word that was packed is known";
    let mut packed = Packed::new(row);
    let text = |bytes: &'_ [u8]| std::str::from_utf8(bytes).expect("texts are UTF-8").to_owned();
    let optional = |packed: &mut Packed<'_>| {
        let is_some = packed.number() == 1;
        let text = text(packed.bytes());
        is_some.then_some(text)
    };
    let instant = |packed: &mut Packed<'_>| (packed.number() == 1).then(|| packed.instant());
    let money = |packed: &mut Packed<'_>| (packed.number() == 1).then(|| Money::from_units(packed.signed()));
    let order_id = text(packed.bytes());
    let refund_id = text(packed.bytes());
    let account = optional(&mut packed);
    let product = optional(&mut packed).zip(optional(&mut packed));
    let vendor = optional(&mut packed);
    let policy = optional(&mut packed);
    let currency = packed.currency();
    let bought_at = instant(&mut packed);
    let requested_at = (packed.instant(), packed.instant());
    let completed_at = instant(&mut packed);
    let paid = money(&mut packed);
    let came_back = Money::from_units(packed.signed());
    let owed = money(&mut packed).zip(money(&mut packed));
    let difference = money(&mut packed);
    let decided = Decided::of_word(&text(packed.bytes())).expect(WORD);
    let reason = text(packed.bytes());
    let need = optional(&mut packed).map(|word| Need::of_word(&word).expect(WORD));
    let settled_by = text(packed.bytes());
    let file = FileId(u32::try_from(packed.number()).expect("files are counted in 32 bits"));
    Decision {
        order_id: order_id.as_str().into(),
        refund_id: refund_id.as_str().into(),
        account: account.map(Into::into),
        product: product.map(|(product, package_type)| (product.into(), package_type.into())),
        vendor: vendor.map(Into::into),
        policy: policy.map(Into::into),
        currency,
        bought_at,
        requested_at,
        completed_at,
        paid,
        came_back,
        owed,
        difference,
        decided,
        reason,
        need,
        settled_by,
        at: SourceRef { file, line: packed.number() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Instant;

    #[test]
    fn a_row_comes_back_as_it_was() {
        let money = |units: i128| Money::from_units(units);
        let full = Decision {
            order_id: "O-1".into(),
            refund_id: "R-1".into(),
            account: Some("a".into()),
            product: Some(("css".into(), "traffic".into())),
            vendor: Some("Tencent Cloud".into()),
            policy: Some("p".into()),
            currency: Currency::parse("USD").unwrap(),
            bought_at: Some(Instant::from_micros(1)),
            requested_at: (Instant::from_micros(2), Instant::from_micros(3_000_000)),
            completed_at: Some(Instant::from_micros(4)),
            paid: Some(money(5)),
            came_back: money(-6),
            owed: Some((money(7), money(8))),
            difference: Some(money(-9)),
            decided: Decided::Review,
            reason: "订单".to_owned(),
            need: Some(Need::Person),
            settled_by: "a person".to_owned(),
            at: SourceRef { file: FileId(3), line: 1 << 40 },
        };
        let empty = Decision {
            account: None,
            product: None,
            vendor: None,
            policy: None,
            bought_at: None,
            completed_at: None,
            paid: None,
            owed: None,
            difference: None,
            need: None,
            decided: Decided::NotSeen,
            reason: String::new(),
            settled_by: String::new(),
            ..full.clone()
        };
        for decision in [full, empty] {
            assert_eq!(unpack(&pack(&decision)), decision);
        }
    }
}
