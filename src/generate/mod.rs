//! Made-up exports with planted faults, and the truth about each of them.
//!
//! [`generate`] deals orders one at a time, each with its usage, refunds and events, and forgets it as
//! soon as it is written: the memory it needs does not grow with the number of orders. Everything follows
//! from the seed. What is true of an order is known from how it was made and is counted out in plain
//! integers (`coin`, `clock`, `lines`); neither the policies nor the judge of this crate are asked, so that
//! they can be measured against it.
//!
//! About three orders in a hundred are returned. Most of these refunds are right, some only seem wrong, and
//! every kind of finding that canonical exports can raise is planted in turn: see the table in `scenario`.

mod bulk;
mod clock;
mod coin;
mod deal;
mod folder;
mod lines;
mod random;
mod returns;
mod rows;
mod sample;
mod scenario;
mod scene;
mod write;

use std::{io, path::Path};

pub use sample::write_sample;

use clock::Stamp;
use folder::Folder;
use scenario::{SCENARIOS, Scenario};
use scene::Scene;
use write::Writer;

/// The files of a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Export {
    /// `orders.csv`.
    Orders,
    /// `usage.csv`.
    Usage,
    /// `refunds.csv`.
    Refunds,
    /// `events.csv`.
    Events,
    /// `truth.jsonl`: what was planted, one object a line.
    Truth,
}

impl Export {
    /// Every file.
    pub const ALL: [Self; 5] = [Self::Orders, Self::Usage, Self::Refunds, Self::Events, Self::Truth];

    /// Its name in a folder.
    #[must_use]
    pub const fn file_name(self) -> &'static str {
        match self {
            Self::Orders => "orders.csv",
            Self::Usage => "usage.csv",
            Self::Refunds => "refunds.csv",
            Self::Events => "events.csv",
            Self::Truth => "truth.jsonl",
        }
    }
}

/// Where the lines go. The first line of each export is its header; the truth has none.
pub trait Sinks {
    /// Takes one line, without its end.
    fn line(&mut self, export: Export, line: &str) -> io::Result<()>;
}

/// What was written, headers not counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Orders, each counted once.
    pub orders: u64,
    /// Rows of orders; a few orders stand twice on purpose.
    pub order_rows: u64,
    /// Rows of usage, repeated ones counted once.
    pub usage_rows: u64,
    /// Rows of refunds.
    pub refund_rows: u64,
    /// Rows of events.
    pub event_rows: u64,
    /// Lines of the truth.
    pub truth_rows: u64,
}

/// The last instant of a whole set, which an audit takes as its as-of date.
const AS_OF: Stamp = Stamp::at((2026, 9, 30), (23, 59, 59));
/// One turn in so many deals orders that are returned; some of these turns deal several.
const TURNS_A_REFUND: u64 = 40;
/// Accounts that share the orders that are not.
const ACCOUNTS: i64 = 50_000;
/// Most usage rows of such an order: about twenty on average.
const USAGE_MOST: i64 = 41;

/// Deals so many orders from a seed.
///
/// # Errors
///
/// Those of the sinks.
pub fn generate(seed: u64, orders: u64, sinks: &mut dyn Sinks) -> io::Result<Totals> {
    let mut writer = Writer::new(sinks)?;
    let mut scene = Scene::new(seed, (bulk::OPENING, AS_OF), AS_OF);
    let mut faults = SCENARIOS.iter().filter(|scenario| !scenario.raises.is_empty()).cycle();
    let mut traps = SCENARIOS.iter().filter(|scenario| scenario.raises.is_empty()).cycle();
    for turn in 0_u64.. {
        let room = orders - writer.totals().orders;
        if room == 0 {
            break;
        }
        scene.begin(None);
        let refunded = turn % TURNS_A_REFUND == TURNS_A_REFUND / 2;
        match (turn, refunded, turn / TURNS_A_REFUND % 10) {
            (0, ..) => bulk::frame(&mut scene),
            (_, true, 1 | 4 | 7) => play(faults.next(), &mut scene),
            (_, true, 3 | 8) => play(traps.next(), &mut scene),
            (_, true, _) => bulk::right(&mut scene),
            (_, false, _) => bulk::unclaimed(&mut scene, ACCOUNTS, USAGE_MOST),
        }
        if scene.deals.iter().filter(|deal| deal.is_listed).count() as u64 > room {
            // A story of several orders that would not end.
            scene.begin(None);
            bulk::unclaimed(&mut scene, ACCOUNTS, USAGE_MOST);
        }
        for deal in &scene.deals {
            writer.put(deal)?;
        }
    }
    Ok(writer.totals())
}

fn play(scenario: Option<&Scenario>, scene: &mut Scene) {
    if let Some(scenario) = scenario {
        (scenario.act)(scene);
    }
}

/// Deals so many orders from a seed into a new folder, which appears when it is complete.
///
/// # Errors
///
/// `AlreadyExists` where `out` is there, else those of the file system.
pub fn generate_into(seed: u64, orders: u64, out: &Path) -> io::Result<Totals> {
    Folder::build(out, |folder| generate(seed, orders, folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines in memory.
    #[derive(Default)]
    struct Lines([String; 5]);

    impl Sinks for Lines {
        fn line(&mut self, export: Export, line: &str) -> io::Result<()> {
            let text = &mut self.0[export as usize];
            text.push_str(line);
            text.push('\n');
            Ok(())
        }
    }

    fn lines(seed: u64, orders: u64) -> (Lines, Totals) {
        let mut lines = Lines::default();
        let totals = generate(seed, orders, &mut lines).unwrap();
        (lines, totals)
    }

    #[test]
    fn a_seed_gives_the_same_bytes_and_another_gives_others() {
        let (one, totals) = lines(1, 500);
        assert_eq!(one.0, lines(1, 500).0.0);
        assert_ne!(one.0, lines(2, 500).0.0);
        assert_eq!(totals.orders, 500);
    }

    #[test]
    fn every_fault_is_planted_in_a_large_set() {
        let (set, totals) = lines(3, 20_000);
        let truth = &set.0[Export::Truth as usize];
        for slug in SCENARIOS.iter().flat_map(|scenario| scenario.raises) {
            assert!(truth.contains(&format!("\"{slug}\"")), "{slug}");
        }
        assert_eq!(truth.lines().count() as u64, totals.truth_rows);
        let share = totals.refund_rows * 1000 / totals.orders;
        assert!((25..=40).contains(&share), "{share} refunds in a thousand orders");
        let usage = totals.usage_rows / totals.orders;
        assert!((18..=22).contains(&usage), "{usage} usage rows an order");
    }

    #[test]
    fn small_sets_have_exactly_their_size() {
        for orders in [0, 1, 2, 3, 100, 101, 257] {
            assert_eq!(lines(9, orders).1.orders, orders);
        }
    }

    #[test]
    fn order_numbers_and_columns_are_regular() {
        let (set, totals) = lines(5, 3000);
        let mut numbers = std::collections::BTreeSet::new();
        for row in set.0[Export::Orders as usize].lines().skip(1) {
            let (number, _) = row.split_once(',').unwrap();
            assert_eq!(number.len(), 20, "{number}");
            numbers.insert(number.to_owned());
        }
        assert_eq!(numbers.len() as u64, totals.orders);
        for export in [Export::Orders, Export::Usage, Export::Events] {
            let text = &set.0[export as usize];
            let columns = text.lines().next().unwrap().split(',').count();
            assert!(text.lines().all(|line| line.split(',').count() == columns), "{}", export.file_name());
        }
    }

    #[test]
    fn a_folder_appears_whole_and_is_never_overwritten() {
        let parent = tempfile::tempdir().unwrap();
        let out = parent.path().join("set");
        let totals = generate_into(7, 40, &out).unwrap();
        assert_eq!(totals.orders, 40);
        assert!(Export::ALL.iter().all(|export| out.join(export.file_name()).is_file()));
        assert_eq!(std::fs::read_dir(parent.path()).unwrap().count(), 1);
        assert_eq!(generate_into(7, 40, &out).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
    }
}
