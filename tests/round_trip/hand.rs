//! Chance, and the hands through which a file goes: consoles, spreadsheets, people.

use std::collections::BTreeMap;

/// A stream of choices that follows from its seed.
#[derive(Clone, Debug)]
pub(crate) struct Hand {
    state: u64,
}

impl Hand {
    pub(crate) const fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    pub(crate) const fn below(&mut self, end: usize) -> usize {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed >> 33) as usize % end
    }

    pub(crate) const fn one_in(&mut self, end: usize) -> bool {
        self.below(end) == 0
    }

    pub(crate) fn pick<'t>(&mut self, among: &[&'t str]) -> &'t str {
        among[self.below(among.len())]
    }
}

/// A column of a layout: the word by which rows fill it, and its header in one language and generation
/// after the other. A layout has as many generations as its column with most headers.
pub(crate) type Columns = &'static [(&'static str, &'static [&'static str])];

/// A row on its way into a layout, by the words of its columns.
pub(crate) type Cells = BTreeMap<&'static str, String>;

/// A file of an export.
#[derive(Debug)]
pub(crate) struct File {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
    /// What was done to it, for messages.
    pub(crate) done: Vec<&'static str>,
}

/// Which of the habits fit a layout.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Habits {
    /// Totals stand at the end.
    pub(crate) totals: bool,
    /// A row that stands twice counts once.
    pub(crate) repeats: bool,
    /// Cells may be dressed by people: canonical cells may not.
    pub(crate) dressed: bool,
}

/// Every way in which files of consoles are written: totals, overlaps and dressed cells.
pub(crate) const CONSOLE: Habits = Habits { totals: true, repeats: true, dressed: true };
/// Tables whose rows are no parts of a record: a row that stands twice is two.
pub(crate) const TABLE: Habits = Habits { totals: true, repeats: false, dressed: true };

/// Writes rows into the columns of one generation, by one hand.
pub(crate) fn written(
    name: &str,
    columns: Columns,
    generation: usize,
    mut rows: Vec<Cells>,
    habits: Habits,
    hand: &mut Hand,
) -> File {
    let mut done = Vec::new();
    let mut places: Vec<usize> = (0..columns.len()).collect();
    if hand.one_in(3) {
        done.push("columns in another order");
        for at in (1..places.len()).rev() {
            places.swap(at, hand.below(at + 1));
        }
    }
    let header_of = |at: usize| {
        let names = columns[at].1;
        names[generation.min(names.len() - 1)]
    };
    // A header that is empty stands for a column which that generation does not have.
    places.retain(|at| !header_of(*at).is_empty());
    let mut header: Vec<String> = places.iter().map(|at| header_of(*at).to_owned()).collect();
    if hand.one_in(3) {
        done.push("headers in another dress");
        for name in &mut header {
            *name = match hand.below(5) {
                0 => name.replace('(', "（").replace(')', "）"),
                1 => name.to_lowercase(),
                2 => name.to_uppercase(),
                3 => format!("  {} ", name.replace(' ', "  ")),
                _ => name.chars().map(|c| if c.is_ascii_alphanumeric() { wide(c) } else { c }).collect(),
            };
        }
    }
    if habits.repeats && !rows.is_empty() && hand.one_in(3) {
        done.push("some rows stand twice");
        for _ in 0..=rows.len() / 10 {
            let again = rows[hand.below(rows.len())].clone();
            rows.insert(hand.below(rows.len() + 1), again);
        }
    }
    let tagged = habits.dressed && hand.one_in(3);
    if tagged {
        done.push("a column for each tag");
        header.extend(["标签键:env".to_owned(), "标签键:优惠后总价".to_owned()]);
    }
    let guard = if habits.dressed { ["", "", "", "\t", "`", "'"][hand.below(6)] } else { "" };
    if !guard.is_empty() {
        done.push("a guard before every cell");
    }
    let nothing = if habits.dressed { hand.pick(&["", "-", "--", "NULL"]) } else { "" };
    let mut table = vec![header];
    for row in &rows {
        let cell = |at: &usize| row.get(columns[*at].0).filter(|cell| !cell.is_empty());
        let mut cells: Vec<String> = places
            .iter()
            .map(|at| cell(at).map_or_else(|| nothing.to_owned(), |text| format!("{guard}{text}")))
            .collect();
        if tagged {
            cells.extend(["-".to_owned(), "7".to_owned()]);
        }
        table.push(cells);
    }
    if habits.totals && hand.one_in(3) {
        done.push("a total at the end");
        let mut last = vec![String::new(); table[0].len()];
        hand.pick(&["合计", "总计", "Total"]).clone_into(&mut last[0]);
        "12345.67".clone_into(&mut last[1]);
        table.push(last);
    }
    let delimiter = if hand.one_in(5) { ["\t", ";"][hand.below(2)] } else { "," };
    let quoted = hand.one_in(4);
    let end = if hand.one_in(3) { "\r\n" } else { "\n" };
    let mut text = String::new();
    if hand.one_in(4) {
        done.push("blank lines at the start");
        text.push_str(end);
    }
    for cells in &table {
        let cells: Vec<String> = cells.iter().map(|cell| enclosed(cell, delimiter, quoted)).collect();
        text.push_str(&cells.join(delimiter));
        text.push_str(end);
    }
    for (on, name) in [(delimiter != ",", "another delimiter"), (quoted, "quotes"), (end != "\n", "CR LF")] {
        if on {
            done.push(name);
        }
    }
    let bytes = match hand.below(4) {
        0 => {
            done.push("GB18030");
            encoding_rs::GB18030.encode(&text).0.into_owned()
        }
        1 => {
            done.push("a byte order mark");
            format!("\u{FEFF}{text}").into_bytes()
        }
        _ => text.into_bytes(),
    };
    File { name: name.to_owned(), bytes, done }
}

fn wide(letter: char) -> char {
    char::from_u32(u32::from(letter) + 0xFEE0).unwrap()
}

fn enclosed(cell: &str, delimiter: &str, always: bool) -> String {
    if always || cell.contains(['"', '\n']) || cell.contains(delimiter) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}
