//! How a run compares with the truth that was written with its exports: what was planted and found, planted and
//! missed, found and not planted.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

/// A truth or finding file that cannot be scored.
#[derive(Debug, thiserror::Error)]
#[error("{file}:{line}: {why}")]
pub struct ScoreError {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub why: String,
}

/// What came of one kind of finding.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KindScore {
    /// Planted and found.
    pub found: u64,
    /// Planted and not found.
    pub missed: u64,
    /// Found and not planted.
    pub not_planted: u64,
}

/// A run against its truth.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Score {
    /// By kind of finding.
    pub kinds: BTreeMap<String, KindScore>,
    /// Orders with something planted that was missed: order and kind.
    pub missed: Vec<(String, String)>,
    /// Orders with a finding that nothing was planted for: order and kind.
    pub not_planted: Vec<(String, String)>,
}

#[derive(Deserialize)]
struct Truth {
    order_id: Option<String>,
    planted: Vec<String>,
}

#[derive(Deserialize)]
struct Found {
    order_id: Option<String>,
    finding: String,
}

impl Score {
    /// Scores the lines of `findings.jsonl` against those of `truth.jsonl`, each named for messages.
    ///
    /// A finding about a file has no order, and how many there are goes by how the exports were cut into files: of these
    /// it counts which kinds were planted and found, and none is counted as not planted. An opportunity is no fault
    /// and is not scored.
    ///
    /// # Errors
    ///
    /// [`ScoreError`] for a line that is none of such a file.
    pub fn of(findings: (&str, &str), truth: (&str, &str)) -> Result<Self, ScoreError> {
        let mut planted: BTreeMap<(String, String), i64> = BTreeMap::new();
        let mut planted_of_files = BTreeSet::new();
        for truth in lines::<Truth>(truth)? {
            for kind in truth.planted.into_iter().filter(|kind| !is_opportunity(kind)) {
                match &truth.order_id {
                    Some(order) => *planted.entry((order.clone(), kind)).or_default() += 1,
                    None => drop(planted_of_files.insert(kind)),
                }
            }
        }
        let mut found: BTreeMap<(String, String), i64> = BTreeMap::new();
        let mut found_of_files = BTreeSet::new();
        for one in lines::<Found>(findings)?.into_iter().filter(|one| !is_opportunity(&one.finding)) {
            match one.order_id {
                Some(order) => *found.entry((order, one.finding)).or_default() += 1,
                None => drop(found_of_files.insert(one.finding)),
            }
        }
        let mut score = Self::default();
        let keys: BTreeSet<&(String, String)> = planted.keys().chain(found.keys()).collect();
        for key in keys {
            let count = |of: &BTreeMap<(String, String), i64>| of.get(key).copied().unwrap_or(0);
            let (planted, found) = (count(&planted), count(&found));
            let kind = score.kinds.entry(key.1.clone()).or_default();
            kind.found += planted.min(found).unsigned_abs();
            kind.missed += (planted - found).max(0).unsigned_abs();
            kind.not_planted += (found - planted).max(0).unsigned_abs();
            if planted > found {
                score.missed.push(key.clone());
            }
            if found > planted {
                score.not_planted.push(key.clone());
            }
        }
        for kind in planted_of_files {
            let is_found = found_of_files.contains(&kind);
            let line = score.kinds.entry(kind.clone()).or_default();
            if is_found {
                line.found += 1;
            } else {
                line.missed += 1;
                score.missed.push(("(a file)".to_owned(), kind));
            }
        }
        Ok(score)
    }

    /// All kinds together.
    #[must_use]
    pub fn total(&self) -> KindScore {
        self.kinds.values().fold(KindScore::default(), |sum, kind| KindScore {
            found: sum.found + kind.found,
            missed: sum.missed + kind.missed,
            not_planted: sum.not_planted + kind.not_planted,
        })
    }

    /// Whether everything planted was found and nothing else.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.missed.is_empty() && self.not_planted.is_empty()
    }
}

fn is_opportunity(kind: &str) -> bool {
    kind == "eligible-unclaimed"
}

fn lines<T: for<'t> Deserialize<'t>>((file, text): (&str, &str)) -> Result<Vec<T>, ScoreError> {
    let read = |(at, line): (usize, &str)| {
        serde_json::from_str(line).map_err(|error| ScoreError {
            file: file.to_owned(),
            line: at + 1,
            why: error.to_string(),
        })
    };
    text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()).map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_planted_is_found_missed_or_not_planted() {
        let truth = r#"
            {"order_id":"A","planted":["refund-overpaid"]}
            {"order_id":"B","planted":["refund-overpaid","voucher-refunded"]}
            {"order_id":"C","planted":[]}
            {"order_id":null,"planted":["naive-time"]}"#;
        let findings = r#"
            {"order_id":"A","finding":"refund-overpaid"}
            {"order_id":"B","finding":"voucher-refunded"}
            {"order_id":"C","finding":"voucher-refunded"}
            {"order_id":"C","finding":"eligible-unclaimed"}
            {"order_id":null,"finding":"naive-time"}
            {"order_id":null,"finding":"precision"}"#;
        let score = Score::of(("f", findings), ("t", truth)).unwrap();
        let line = |found, missed, not_planted| KindScore { found, missed, not_planted };
        let wanted = [
            ("naive-time", line(1, 0, 0)),
            ("refund-overpaid", line(1, 1, 0)),
            ("voucher-refunded", line(1, 0, 1)),
        ];
        assert_eq!(score.kinds, wanted.map(|(kind, line)| (kind.to_owned(), line)).into());
        assert_eq!(score.missed, [("B".to_owned(), "refund-overpaid".to_owned())]);
        assert_eq!(score.not_planted, [("C".to_owned(), "voucher-refunded".to_owned())]);
        assert_eq!((score.total(), score.is_exact()), (line(3, 1, 1), false));
        let error = Score::of(("findings.jsonl", "{}\n"), ("t", truth)).unwrap_err();
        assert!(error.to_string().starts_with("findings.jsonl:1: missing field"), "{error}");
    }
}
