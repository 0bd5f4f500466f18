//! Rows that make one record: the components of an order, the components of a refund.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
};

use super::{
    cook::{Draft, Packed, Value},
    item::Note,
};
use crate::export::{
    dialect::{CellKind, Role},
    source::SourceRow,
};

/// A record of several rows in the making.
#[derive(Clone, Debug)]
pub(super) struct Group<D = Packed> {
    pub(super) part: usize,
    pub(super) line: u64,
    pub(super) rows: u64,
    pub(super) draft: D,
    pub(super) originals: Vec<String>,
    pub(super) resources: Vec<String>,
    pub(super) formula: Option<String>,
    /// What a refund is of, by the first row that the catalogue knows.
    pub(super) product: Option<String>,
    /// The sum of the amount that decides the sign.
    pub(super) decisive: i128,
    /// Whether the sign of the row decided that it is a refund, so that it says nothing about the file.
    pub(super) chosen_by_sign: bool,
    has_negative: bool,
    has_positive: bool,
    seen: Seen,
}

/// The prints of the rows of a group, each with the line it was met on. Most groups have one row.
#[derive(Clone, Debug)]
struct Seen {
    first: (u128, u64),
    more: HashMap<u128, u64>,
}

impl Seen {
    fn line_of(&self, print: u128) -> Option<u64> {
        if self.first.0 == print { Some(self.first.1) } else { self.more.get(&print).copied() }
    }
}

/// What a row brings to its group.
pub(super) struct Contribution {
    pub(super) part: usize,
    pub(super) line: u64,
    pub(super) draft: Packed,
    pub(super) originals: Vec<String>,
    pub(super) resources: Vec<String>,
    pub(super) formula: Option<String>,
    pub(super) decisive: i128,
    /// What a refund is of.
    pub(super) product: Option<String>,
    pub(super) chosen_by_sign: bool,
    /// Whether nothing in the file tells orders of its id apart.
    pub(super) is_numbered: bool,
    pub(super) print: u128,
}

/// What became of a contribution.
pub(super) enum Joined {
    /// It is part of the group.
    Taken,
    /// The group has this very row already, from this line.
    Repeats(u64),
    /// It cannot be: its currency is another.
    OtherCurrency {
        /// The currency of the group.
        wanted: String,
        /// The row's.
        found: String,
        /// What the row gives.
        row: Draft,
    },
}

/// Where the groups of one key stand.
#[derive(Clone, Copy, Debug, Default)]
struct Places {
    order: Option<usize>,
    refund: Option<usize>,
    other: Option<usize>,
}

impl Places {
    const fn of(&mut self, role: Role) -> &mut Option<usize> {
        match role {
            Role::Orders => &mut self.order,
            Role::Refunds => &mut self.refund,
            Role::Usage | Role::Events | Role::Packages => &mut self.other,
        }
    }
}

/// Groups in the order of their first rows.
#[derive(Debug, Default)]
pub(super) struct Groups {
    /// By the key of their rows: where the group of each role stands.
    places: HashMap<String, Places>,
    groups: Vec<Group>,
}

impl Groups {
    /// Adds a row to the group of its key; without a key it stands alone.
    pub(super) fn join(&mut self, key: Option<String>, row: Contribution) -> Joined {
        let role = row.draft.role;
        if let Some(key) = key {
            let place = self.places.entry(key).or_default().of(role);
            if let Some(group) = place.and_then(|place| self.groups.get_mut(place)) {
                return group.join(row);
            }
            *place = Some(self.groups.len());
        }
        self.groups.push(Group::new(row));
        Joined::Taken
    }

    /// The groups, in the order of their first rows.
    ///
    /// A change of configuration has components that cost more and components that cost less. Its rows were
    /// told apart by their signs; as one change it is an order or a refund by its sum.
    pub(super) fn take(&mut self) -> Vec<Group> {
        let places = std::mem::take(&mut self.places);
        let mut groups: Vec<Option<Group>> = std::mem::take(&mut self.groups).into_iter().map(Some).collect();
        let mut pairs: Vec<(usize, usize)> = Vec::new();
        #[expect(clippy::iter_over_hash_type, reason = "the pairs are sorted below")]
        for places in places.values() {
            pairs.extend(places.order.zip(places.refund));
        }
        pairs.sort_unstable();
        for (order, refund) in pairs {
            let chosen =
                |at: usize| groups.get(at).and_then(Option::as_ref).is_some_and(|group| group.chosen_by_sign);
            if !chosen(refund) {
                continue;
            }
            let (Some(order_group), Some(refund_group)) = (groups[order].take(), groups[refund].take())
            else {
                continue;
            };
            let sum = order_group.decisive.saturating_add(refund_group.decisive);
            let (kept, mut group) = if sum < 0 {
                (refund, refund_group.net(&order_group))
            } else {
                (order, order_group.net(&refund_group))
            };
            group.decisive = sum;
            groups[kept] = Some(group);
        }
        let mut groups: Vec<Group> = groups.into_iter().flatten().collect();
        groups.sort_by_key(|group| (group.part, group.line));
        groups
    }
}

impl Group {
    fn new(row: Contribution) -> Self {
        Self {
            part: row.part,
            line: row.line,
            rows: 1,
            draft: row.draft,
            originals: row.originals,
            resources: row.resources,
            formula: row.formula,
            decisive: row.decisive,
            product: row.product,
            chosen_by_sign: row.chosen_by_sign,
            has_negative: row.decisive < 0,
            has_positive: row.decisive > 0,
            seen: Seen { first: (row.print, row.line), more: HashMap::new() },
        }
    }

    fn join(&mut self, row: Contribution) -> Joined {
        if let Some(line) = self.seen.line_of(row.print) {
            return Joined::Repeats(line);
        }
        let (mut mine, theirs) = (self.draft.unpack(), row.draft.unpack());
        if let (Some(wanted), Some(found)) = (mine.text("currency"), theirs.text("currency"))
            && wanted != found
        {
            let (wanted, found) = (wanted.to_owned(), found.to_owned());
            return Joined::OtherCurrency { wanted, found, row: theirs };
        }
        self.seen.more.insert(row.print, row.line);
        self.rows += 1;
        self.decisive = self.decisive.saturating_add(row.decisive);
        self.has_negative |= row.decisive < 0;
        self.has_positive |= row.decisive > 0;
        self.chosen_by_sign &= row.chosen_by_sign;
        let is_known = |product: &Option<String>| product.as_ref().is_some_and(|word| !word.starts_with('?'));
        if !is_known(&self.product)
            && row.product.is_some()
            && (self.product.is_none() || is_known(&row.product))
        {
            self.product = row.product;
        }
        merge_ids(&mut self.originals, row.originals);
        merge_ids(&mut self.resources, row.resources);
        // Each row repeats the formula, and some are cut shorter than others.
        if row.formula.as_ref().map(String::len) > self.formula.as_ref().map(String::len) {
            self.formula = row.formula;
        }
        merge_drafts(&mut mine, theirs);
        self.draft = mine.pack();
        Joined::Taken
    }

    /// Adds the money of the other half of one change, tender by tender.
    fn net(mut self, other: &Self) -> Self {
        let (mut mine_draft, other_draft) = (self.draft.unpack(), other.draft.unpack());
        for (mine, theirs) in
            Draft::tender_places(self.draft.role).zip(Draft::tender_places(other.draft.role))
        {
            let Some(more) = other_draft.units(theirs) else { continue };
            let sum = mine_draft.units(mine).unwrap_or(0).saturating_add(more);
            mine_draft.cells[mine] = Some(Value::Units(sum));
        }
        self.draft = mine_draft.pack();
        self.rows += other.rows;
        if (other.part, other.line) < (self.part, self.line) {
            (self.part, self.line) = (other.part, other.line);
        }
        self.has_negative |= other.has_negative;
        self.has_positive |= other.has_positive;
        merge_ids(&mut self.resources, other.resources.clone());
        self
    }

    /// With its record unpacked.
    pub(super) fn open(self) -> Group<Draft> {
        Group {
            draft: self.draft.unpack(),
            part: self.part,
            line: self.line,
            rows: self.rows,
            originals: self.originals,
            resources: self.resources,
            formula: self.formula,
            product: self.product,
            decisive: self.decisive,
            chosen_by_sign: self.chosen_by_sign,
            has_negative: self.has_negative,
            has_positive: self.has_positive,
            seen: self.seen,
        }
    }
}

impl<D> Group<D> {
    /// Whether rows of both signs were summed.
    pub(super) const fn is_mixed(&self) -> bool {
        self.has_negative && self.has_positive
    }
}

/// A print of a row by which the same row is known again.
pub(super) fn print_of(row: &dyn SourceRow) -> u128 {
    let half = |seed: u64| {
        let mut hasher = DefaultHasher::new();
        seed.hash(&mut hasher);
        for cell in row.cells() {
            crate::export::cells::clean(cell).hash(&mut hasher);
        }
        u128::from(hasher.finish())
    };
    half(1) << 64 | half(2)
}

fn merge_ids(mine: &mut Vec<String>, theirs: Vec<String>) {
    for id in theirs {
        if !mine.contains(&id) {
            mine.push(id);
        }
    }
}

/// Adds the cells of one row to those of the rows before it.
fn merge_drafts(mine: &mut Draft, theirs: Draft) {
    let maps_better = |draft: &Draft| draft.text("product").is_some_and(|product| !product.starts_with('?'));
    let takes_product = !maps_better(mine) && maps_better(&theirs);
    for (column, (here, there)) in mine.role.columns().iter().zip(mine.cells.iter_mut().zip(theirs.cells)) {
        let Some(there) = there else { continue };
        match (here.as_mut(), there) {
            (None, there) => *here = Some(there),
            (Some(Value::Units(sum)), Value::Units(more)) if column.kind == CellKind::Amount => {
                *sum = sum.saturating_add(more);
            }
            (Some(Value::Text(text)), Value::Text(other)) if column.kind == CellKind::Moment => {
                let earliest =
                    matches!(column.name, "paid_at" | "requested_at" | "period_start" | "effective_at");
                if (other < *text) == earliest && other != *text {
                    *text = other;
                }
            }
            (Some(_), there) if takes_product && matches!(column.name, "product" | "package_type") => {
                *here = Some(there);
            }
            (Some(_), _) if matches!(column.name, "product" | "package_type") => {}
            (Some(value), there) if *value != there => {
                let note = Note::RowsDiffer(column.name);
                if !mine.notes.contains(&note) {
                    mine.notes.push(note);
                }
            }
            _ => {}
        }
    }
    for note in theirs.notes {
        mine.note(note);
    }
}
