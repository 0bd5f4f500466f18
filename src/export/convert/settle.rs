//! Groups to records: the sign of refunds, the orders they are for, the packs of an order.

use super::{
    cook::{Draft, Value},
    formula::Formula,
    group::Group,
    item::{Note, Record},
};
use crate::export::{
    cells::number::text_of_units,
    dialect::{Dialect, Role, Sign, SignRule, Table},
};

/// Sums closer than this are one sum: accounts move in cents, rows have eight decimals.
const CENT: i128 = 1_000_000;

/// Records of all groups of a file.
pub(super) fn settle(groups: Vec<Group>, dialect: &Dialect) -> Vec<Record> {
    let rule = dialect.table(Role::Refunds).map_or(SignRule::Either, |table| table.sign);
    let file_sign = sign_of_file(&groups, rule);
    let mut records = Vec::new();
    for group in groups {
        let Some(table) = dialect.table(group.draft.role) else { continue };
        let group = group.open();
        match group.draft.role {
            Role::Refunds => records.extend(refund_records(group, table, file_sign)),
            _ => records.extend(order_records(group, table)),
        }
    }
    records
}

/// The one sign of a file's refunds: that of all, or where they have both, that which the vendor documents, else
/// that of most. Where neither tells, those below zero came back, as in every bill whose sign is known. A refund of
/// the other sign is one that was taken back.
fn sign_of_file(groups: &[Group], rule: SignRule) -> Option<Sign> {
    let refunds = groups.iter().filter(|group| group.draft.role == Role::Refunds && !group.chosen_by_sign);
    let totals: Vec<i128> =
        refunds.map(|group| total_of(group.decisive, || tenders_of(&group.draft.unpack()))).collect();
    let negative = totals.iter().filter(|total| **total < 0).count();
    let positive = totals.iter().filter(|total| **total > 0).count();
    match (negative, positive, rule) {
        (0, 0, _) => None,
        (_, 0, _) | (1.., 1.., SignRule::Negative) => Some(Sign::Negative),
        (0, _, _) | (_, _, SignRule::Positive) => Some(Sign::Positive),
        (_, _, SignRule::Either) if positive > negative => Some(Sign::Positive),
        _ => Some(Sign::Negative),
    }
}

/// What a refund came to, signed as read: the deciding amount, or its tenders where that is zero or absent.
fn total_of(decisive: i128, tenders: impl Fn() -> i128) -> i128 {
    if decisive != 0 { decisive } else { tenders() }
}

fn tenders_of(draft: &Draft) -> i128 {
    Draft::tender_places(draft.role).filter_map(|place| draft.units(place)).fold(0, i128::saturating_add)
}

/// Says where tenders and amount disagree.
fn check_tenders(group: &mut Group<Draft>, table: &Table) {
    let tenders = tenders_of(&group.draft);
    let differs = (tenders - group.decisive).abs() >= CENT;
    if table.tenders_make_amount && !group.draft.notes.contains(&Note::TenderSplitAbsent) && differs {
        let note =
            Note::TenderSum { tenders: text_of_units(tenders, 2), amount: text_of_units(group.decisive, 2) };
        group.draft.note(note);
    }
}

/// An order, and its packs where it bought several.
fn order_records(mut group: Group<Draft>, table: &Table) -> Vec<Record> {
    check_tenders(&mut group, table);
    if let [only] = group.resources.as_slice() {
        group.draft.set_text("instance_id", Some(only.clone()));
    }
    let mut records = vec![record_of(&group, &group.draft, group.rows)];
    if group.resources.len() > 1 {
        for resource in &group.resources {
            let mut pack = Draft {
                role: Role::Packages,
                cells: vec![None; Role::Packages.columns().len()],
                notes: Vec::new(),
            };
            pack.set_text("package_id", Some(resource.clone()));
            for (theirs, ours) in [
                ("order_id", "order_id"),
                ("account_id", "account_id"),
                ("product", "product"),
                ("package_type", "package_type"),
                ("paid_at", "bought_at"),
                ("effective_at", "effective_at"),
                ("expires_at", "expires_at"),
            ] {
                pack.set_text(ours, group.draft.text(theirs).map(str::to_owned));
            }
            records.push(record_of(&group, &pack, 0));
        }
    }
    records
}

/// A refund, once for each order it is for where the parts are known.
fn refund_records(mut group: Group<Draft>, table: &Table, file_sign: Option<Sign>) -> Vec<Record> {
    check_tenders(&mut group, table);
    let total = total_of(group.decisive, || tenders_of(&group.draft));
    let sign = if group.chosen_by_sign { sign_of(total) } else { file_sign };
    let flips = sign == Some(Sign::Negative);
    if !group.chosen_by_sign
        && matches!(
            (table.sign, sign),
            (SignRule::Negative, Some(Sign::Positive)) | (SignRule::Positive, Some(Sign::Negative))
        )
    {
        group.draft.note(Note::SignReversed);
    }
    if group.is_mixed() {
        group.draft.note(Note::MixedRows);
    }
    let returned = if flips { total.saturating_neg() } else { total };
    if returned < 0 {
        group.draft.note(Note::TakenBack);
    }
    if flips {
        for place in Draft::tender_places(Role::Refunds) {
            if let Some(Value::Units(units)) = group.draft.cells[place].as_mut() {
                *units = units.saturating_neg();
            }
        }
    }
    let own = group.draft.text("refund_id").map(str::to_owned);
    group.originals.retain(|id| Some(id) != own.as_ref());
    let formula = group.formula.as_deref().and_then(Formula::parse);
    if let Some(formula) = &formula
        && (formula.total - returned).abs() >= CENT
    {
        let note = Note::FormulaDisagrees {
            formula: text_of_units(formula.total, 2),
            rows: text_of_units(returned, 2),
        };
        group.draft.note(note);
    }
    let mut records = match group.originals.as_slice() {
        [] => vec![record_of(&group, &group.draft, group.rows)],
        [only] => {
            group.draft.set_text("order_id", Some(only.clone()));
            vec![record_of(&group, &group.draft, group.rows)]
        }
        [first, ..] => {
            if let Some(formula) =
                formula.filter(|formula| formula.ties() && (formula.total - returned).abs() < CENT)
            {
                split(&group, &formula)
            } else {
                group.draft.set_text("order_id", Some(first.clone()));
                let all = group.originals.clone();
                group.draft.note(Note::SeveralOrders(all));
                vec![record_of(&group, &group.draft, group.rows)]
            }
        }
    };
    for record in &mut records {
        record.sign_as_read = sign;
        record.resources.clone_from(&group.resources);
    }
    records
}

/// One record for each order of the formula. Each tender is split in the formula's proportions; what does
/// not divide goes to the tender with most left, so that every order has its sum, and what the rows have
/// beyond the formula's cents stays with the last order, so that every tender has its own.
fn split(group: &Group<Draft>, formula: &Formula) -> Vec<Record> {
    let places: Vec<usize> = Draft::tender_places(Role::Refunds).collect();
    let mut left: Vec<i128> = places.iter().map(|place| group.draft.units(*place).unwrap_or(0)).collect();
    let parts: Vec<&(String, i128)> = formula.parts.iter().filter(|(_, part)| *part > 0).collect();
    let mut weight_left: i128 = parts.iter().map(|(_, part)| part).sum();
    let own = group.draft.text("refund_id").unwrap_or_default().to_owned();
    let mut records = Vec::new();
    for (at, (order, part)) in parts.iter().enumerate() {
        let shares: Vec<i128> =
            if at + 1 == parts.len() { left.clone() } else { shares_of(&left, *part, weight_left) };
        weight_left -= part;
        let mut draft = group.draft.clone();
        for ((place, share), rest) in places.iter().zip(&shares).zip(&mut left) {
            *rest -= share;
            if draft.cells[*place].is_some() {
                draft.cells[*place] = Some(Value::Units(*share));
            }
        }
        draft.set_text("order_id", Some(order.clone()));
        draft.set_text("refund_id", Some(format!("{own}/{order}")));
        if draft.text("channel_txn").is_none() {
            draft.set_text("channel_txn", Some(own.clone()));
        }
        draft.set_text("merged", Some("true".to_owned()));
        draft.note(Note::SplitByFormula);
        records.push(record_of(group, &draft, if at == 0 { group.rows } else { 0 }));
    }
    records
}

/// The shares of several sums that make up `part` out of `weight`.
pub(super) fn shares_of(sums: &[i128], part: i128, weight: i128) -> Vec<i128> {
    // A product too large for the integer can only come of absurd sums; they stay for the last order.
    let mut shares: Vec<i128> =
        sums.iter().map(|sum| sum.checked_mul(part).map_or(0, |product| product / weight)).collect();
    let short = part - shares.iter().sum::<i128>();
    let largest = (0..sums.len()).max_by_key(|at| (sums[*at] - shares[*at], std::cmp::Reverse(*at)));
    if let Some(largest) = largest.filter(|at| short > 0 && sums[*at] - shares[*at] >= short) {
        shares[largest] += short;
    }
    shares
}

const fn sign_of(units: i128) -> Option<Sign> {
    match units {
        ..0 => Some(Sign::Negative),
        0 => None,
        _ => Some(Sign::Positive),
    }
}

fn record_of(group: &Group<Draft>, draft: &Draft, rows: u64) -> Record {
    Record {
        role: draft.role,
        cells: draft.finish(),
        part: group.part,
        line: group.line,
        rows,
        resources: Vec::new(),
        sign_as_read: None,
        assumed: Vec::new(),
        product: group.product.clone(),
        notes: draft.notes.clone(),
    }
}
