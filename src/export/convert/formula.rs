//! The vendor's own calculation of a refund, as far as it was exported.
//!
//! `退款：343.12元，…（订单号2023…611：部件cvm:…=剩余88.79元;订单号…851：…=剩余172.92元;…` names each order and what was left
//! of it. It is evidence and never the amount; it serves to split a refund of several orders. Exports cut
//! it short, so nothing is read past what is there.

use crate::export::cells::{clean::fold_width, number};

/// What a formula says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Formula {
    /// The sum it announces, in integers of 1e-8.
    pub total: i128,
    /// What was left of each order, in its order, parts of one order summed.
    pub parts: Vec<(String, i128)>,
    /// Whether everything came back, so that no parts are given.
    pub whole: bool,
}

impl Formula {
    /// Reads a formula; none where the text is something else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let folded = fold_width(text);
        let body = folded.trim().strip_prefix("退款")?.trim_start_matches(':');
        let (total, rest) = body.split_once('元')?;
        let total = number::parse_units(total.trim(), 0).ok()?;
        let mut parts: Vec<(String, i128)> = Vec::new();
        for piece in rest.split("订单号").skip(1) {
            let digits = piece.find(|c: char| !c.is_ascii_digit()).unwrap_or(piece.len());
            let (order, behind) = piece.split_at(digits);
            // A piece that was cut short has no closing word, and then it says nothing.
            let Some((_, left)) = behind.rsplit_once("=剩余") else { continue };
            let Some((left, _)) = left.split_once('元') else { continue };
            let Ok(left) = number::parse_units(left, 0) else { continue };
            match parts.iter_mut().find(|(known, _)| known == order) {
                Some((_, sum)) => *sum = sum.saturating_add(left),
                None => parts.push((order.to_owned(), left)),
            }
        }
        Some(Self { total, parts, whole: rest.contains("全额退款") })
    }

    /// Whether its parts make its sum.
    #[must_use]
    pub fn ties(&self) -> bool {
        self.parts.iter().fold(0_i128, |sum, (_, part)| sum.saturating_add(*part)) == self.total
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As published with the interface `DescribeBillDetail`; its end is cut off there too.
    const PUBLISHED: &str = "退款：343.12元，现金券： 0元,代金券/折扣券不退（订单号20230707400000442656611：部件cvm:现金支付88.81元-已使用第一阶梯按量:0.02元=剩余88.79元;订单号20230707400000442656611：部件bandwidth:现金支付0元=剩余0元;订单号20230707400000442695851：部件cvm:现金支付172.92元=剩余172.92元;订单号20230707400000442695851：部件bandwidth:现金支付0元=剩余0元;订单号20230707400000442708571：部件cvm:现金支付84.12元-原价95.6*使用时间3.2258%*折扣:88=剩余81.41元;";

    #[test]
    fn the_published_formula_comes_out_to_the_cent() {
        let formula = Formula::parse(PUBLISHED).unwrap();
        let cents: Vec<(&str, i128)> =
            formula.parts.iter().map(|(o, p)| (o.as_str(), p / 1_000_000)).collect();
        assert_eq!(
            cents,
            [
                ("20230707400000442656611", 8879),
                ("20230707400000442695851", 17292),
                ("20230707400000442708571", 8141)
            ]
        );
        assert_eq!(formula.total, 34_312_000_000);
        assert!(formula.ties() && !formula.whole);
    }

    #[test]
    fn a_formula_that_was_cut_is_not_read_past_its_end() {
        for end in [PUBLISHED.len() - 8, PUBLISHED.len() - 40, 120, 60] {
            let end = (0..=end).rev().find(|at| PUBLISHED.is_char_boundary(*at)).unwrap();
            let cut = Formula::parse(&PUBLISHED[..end]);
            assert!(cut.is_some_and(|formula| !formula.ties()), "{end}");
        }
        assert_eq!(Formula::parse("退款：xxxxx元，代金券不退（xxxxxxxx"), None);
        assert_eq!(Formula::parse(""), None);
        let whole = Formula::parse("退款：118.2元，现金券： 0元,代金券/折扣券不退（全额退款;").unwrap();
        assert!(whole.whole && whole.parts.is_empty());
    }
}
