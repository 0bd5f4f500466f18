//! The smallest scenario that still differs: fewer rows, then fewer cells.

use super::{exports::Scenario, seen::SelftestError};

/// How often a smaller scenario is tried before it is small enough.
const TRIES: usize = 1_500;

/// Makes a scenario small in which something about an order differs.
pub(super) fn smallest(
    mut scenario: Scenario,
    order: &str,
    differs: impl Fn(&Scenario) -> Result<bool, SelftestError>,
) -> Result<Scenario, SelftestError> {
    let story = order.trim_start_matches('O').split('-').next().unwrap_or("").to_owned();
    let mut alone = scenario.clone();
    for (table, column) in alone.tables().into_iter().zip([0, 1, 1, 2]) {
        let account = format!("A{story}");
        table.rows.retain(|row| {
            let of_story = |cell: &str| cell.trim_start_matches('O').split('-').next() == Some(&story);
            of_story(&row[column])
                || column == 2
                    && (row[1] == account || row[1].is_empty() && row[2].is_empty() || row[1] == "nobody")
        });
    }
    if differs(&alone)? {
        scenario = alone;
    }
    let mut tries = 0;
    loop {
        let mut smaller = false;
        for table in 0..4 {
            let mut place = scenario.tables()[table].rows.len();
            while place > 0 {
                place -= 1;
                let mut fewer = scenario.clone();
                let removed = fewer.tables()[table].rows.remove(place);
                if removed.iter().any(|cell| cell == "nobody") || fewer.orders.rows.is_empty() {
                    continue;
                }
                tries += 1;
                if tries < TRIES && differs(&fewer)? {
                    scenario = fewer;
                    smaller = true;
                }
            }
        }
        if !smaller {
            break;
        }
    }
    for table in 0..4 {
        let shape = scenario.tables()[table].clone();
        for (place, row) in shape.rows.iter().enumerate() {
            for (column, cell) in row.iter().enumerate() {
                if cell.is_empty() || !shape.may_be_empty(column) || cell == "nobody" {
                    continue;
                }
                let mut emptier = scenario.clone();
                emptier.tables()[table].rows[place][column].clear();
                tries += 1;
                if tries < 2 * TRIES && differs(&emptier)? {
                    scenario = emptier;
                }
            }
        }
    }
    if scenario.covers.is_some() {
        let open = Scenario { covers: None, ..scenario.clone() };
        if differs(&open)? {
            scenario = open;
        }
    }
    Ok(scenario)
}
