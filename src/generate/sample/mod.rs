//! The sample that ships with the program: a readable month of both vendors.
//!
//! It holds the vendors' own printed examples, every scenario once, and a few hundred orders of March 2026
//! around them. The table of its README comes from the same deals as its rows.

mod examples;
mod readme;

use std::{io, path::Path};

use super::{
    Totals, bulk, clock::Stamp, deal::Deal, folder::Folder, scenario::SCENARIOS, scene::Scene, write::Writer,
};

/// Any number does; this one is the first that was tried.
const SEED: u64 = 2026;
/// The month of the bulk.
const MONTH: (Stamp, Stamp) = (Stamp::on(2026, 3, 1), Stamp::on(2026, 4, 1));
/// The last instant of its exports, which an audit takes as its as-of date.
const AS_OF: Stamp = Stamp::at((2026, 4, 30), (23, 59, 59));
/// Orders that nobody returned.
const UNCLAIMED: u32 = 220;
/// Orders that came back rightly, beside the planted ones.
const RIGHT: u32 = 12;
/// Accounts that share the unreturned orders.
const ACCOUNTS: i64 = 60;
/// Most usage rows of such an order.
const USAGE_MOST: i64 = 24;

/// Writes the sample into a new folder, which appears when it is complete. Each call writes the same bytes.
///
/// # Errors
///
/// `AlreadyExists` where `out` is there, else those of the file system.
pub fn write_sample(out: &Path) -> io::Result<Totals> {
    Folder::build(out, |folder| {
        let told = deals();
        let mut writer = Writer::new(folder)?;
        for deal in told.iter().flat_map(|chapter| &chapter.deals) {
            writer.put(deal)?;
        }
        let totals = writer.totals();
        folder.add("README.md", &readme::text(&told))?;
        folder.add(readme::POLICY_FILE, readme::POLICY)?;
        Ok(totals)
    })
}

/// A part of the sample.
struct Chapter {
    title: &'static str,
    /// Whether the README lists its orders.
    is_told: bool,
    deals: Vec<Deal>,
}

fn deals() -> Vec<Chapter> {
    let mut scene = Scene::new(SEED, MONTH, AS_OF);
    let mut printed = Vec::new();
    for example in examples::EXAMPLES {
        scene.begin(None);
        example(&mut scene);
        printed.append(&mut scene.deals);
    }
    let (mut faults, mut traps) = (Vec::new(), Vec::new());
    for scenario in SCENARIOS {
        scene.begin(Some(scenario.name));
        (scenario.act)(&mut scene);
        let chapter = if scenario.raises.is_empty() { &mut traps } else { &mut faults };
        chapter.append(&mut scene.deals);
    }
    scene.begin(Some("overlap-policy"));
    examples::overlap(&mut scene);
    traps.append(&mut scene.deals);
    let mut bulk = Vec::new();
    scene.begin(None);
    bulk::frame(&mut scene);
    bulk.append(&mut scene.deals);
    for at in 0..UNCLAIMED + RIGHT {
        scene.begin(None);
        // Spread evenly among the others.
        if at % (UNCLAIMED / RIGHT + 1) == 7 {
            bulk::right(&mut scene);
        } else {
            bulk::unclaimed(&mut scene, ACCOUNTS, USAGE_MOST);
        }
        bulk.append(&mut scene.deals);
    }
    vec![
        Chapter { title: "Printed by the vendors", is_told: true, deals: printed },
        Chapter { title: "Planted faults and doubts", is_told: true, deals: faults },
        Chapter { title: "Right, though it may not seem so", is_told: true, deals: traps },
        Chapter { title: "The month around them", is_told: false, deals: bulk },
    ]
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs};

    use super::*;

    #[test]
    fn the_committed_sample_is_what_the_function_writes() {
        let parent = tempfile::tempdir().unwrap();
        let fresh = parent.path().join("samples");
        write_sample(&fresh).unwrap();
        let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/samples");
        for name in [
            "orders.csv",
            "usage.csv",
            "refunds.csv",
            "events.csv",
            "truth.jsonl",
            "README.md",
            readme::POLICY_FILE,
        ] {
            let is_same =
                fs::read(fresh.join(name)).unwrap() == fs::read(committed.join(name)).unwrap_or_default();
            assert!(is_same, "data/samples/{name} differs: write the sample anew and read the difference");
        }
    }

    #[test]
    fn every_scenario_is_in_it_and_every_name_is_its_own() {
        let chapters = deals();
        let deals = || chapters.iter().flat_map(|chapter| &chapter.deals);
        let planted: BTreeSet<&str> = deals()
            .flat_map(|deal| deal.faults.iter().map(|fault| fault.slug).chain(deal.file_fault))
            .collect();
        let wanted: BTreeSet<&str> = SCENARIOS.iter().flat_map(|scenario| scenario.raises).copied().collect();
        assert_eq!(planted, wanted);
        let names: BTreeSet<&str> = deals().map(|deal| deal.order.order_id.as_str()).collect();
        assert_eq!(names.len(), deals().count());
    }
}
