//! Which role a header belongs to, and which column is which.

use super::{error::IngestError, schema::columns};
use crate::{
    record::Role,
    suggest::{did_you_mean, nearest},
};

/// A recognised header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// What the file tells of.
    pub role: Role,
    /// For each canonical column of the role, its place in the file.
    pub places: Vec<Option<usize>>,
    /// How many columns the file has.
    pub width: usize,
    /// Columns that are no canonical ones; they are not read.
    pub unknown: Vec<String>,
}

/// Columns that a role must have and that the header lacks. Usage needs one of two ids.
fn missing(role: Role, header: &[String]) -> Vec<&'static str> {
    let has = |name: &str| header.iter().any(|column| column == name);
    let mut missing: Vec<&'static str> = columns(role)
        .iter()
        .filter(|column| column.required && !has(column.name))
        .map(|column| column.name)
        .collect();
    if role == Role::Usage && !has("order_id") && !has("instance_id") {
        missing.push("order_id or instance_id");
    }
    missing
}

impl Layout {
    /// The layout of canonical cells in their documented order.
    #[must_use]
    pub fn canonical(role: Role) -> Self {
        let width = columns(role).len();
        Self { role, places: (0..width).map(Some).collect(), width, unknown: Vec::new() }
    }

    /// The layout of a file without a header: nothing is there to be read.
    #[must_use]
    pub fn of_nothing(role: Role) -> Self {
        Self { role, places: vec![None; columns(role).len()], width: 0, unknown: Vec::new() }
    }
}

/// Recognises a header, or holds it to the role it was given for.
///
/// # Errors
///
/// [`IngestError`] names the nearest role, the missing columns and the near misses.
pub fn recognise(file: &str, header: &[String], given: Option<Role>) -> Result<Layout, IngestError> {
    let header: Vec<String> = header.iter().map(|name| name.trim().to_owned()).collect();
    for (at, name) in header.iter().enumerate() {
        let canonical = Role::ALL.into_iter().flat_map(columns).any(|column| column.name == name);
        if canonical && header[..at].contains(name) {
            return Err(IngestError::ColumnTwice { file: file.to_owned(), column: name.clone() });
        }
    }
    let role = match given {
        Some(role) => match missing(role, &header).first() {
            None => role,
            Some(column) => {
                let hint = did_you_mean(column, header.iter().map(String::as_str));
                return Err(IngestError::NotTheRole { file: file.to_owned(), role, column, hint });
            }
        },
        None => guess(file, &header)?,
    };
    let table = columns(role);
    let place = |name: &str| header.iter().position(|column| column == name);
    Ok(Layout {
        role,
        places: table.iter().map(|column| place(column.name)).collect(),
        width: header.len(),
        unknown: header
            .iter()
            .filter(|name| table.iter().all(|column| column.name != **name))
            .cloned()
            .collect(),
    })
}

/// The role whose required columns are all there; no two roles share them.
fn guess(file: &str, header: &[String]) -> Result<Role, IngestError> {
    let complete: Vec<Role> =
        Role::ALL.into_iter().filter(|&role| missing(role, header).is_empty()).collect();
    let fits = |role: &Role| {
        columns(*role).iter().filter(|column| header.iter().any(|name| name == column.name)).count()
    };
    if let Some(role) = complete.into_iter().max_by_key(|role| (fits(role), std::cmp::Reverse(*role))) {
        return Ok(role);
    }
    let role = Role::ALL
        .into_iter()
        .min_by_key(|&role| (missing(role, header).len(), std::cmp::Reverse(fits(&role)), role))
        .unwrap_or(Role::Orders);
    let missing = missing(role, header);
    let near: Vec<String> = missing
        .iter()
        .filter_map(|column| {
            nearest(column, header.iter().map(String::as_str)).map(|near| format!("{near} for {column}"))
        })
        .collect();
    let hint = if near.is_empty() {
        format!("; found {}", shown(header))
    } else {
        format!("; did you mean {}", near.join(", "))
    };
    Err(IngestError::UnknownHeader { file: file.to_owned(), role, missing, hint })
}

/// The first columns of a header, for a message.
fn shown(header: &[String]) -> String {
    const SHOWN: usize = 6;
    let mut names: Vec<String> =
        header.iter().take(SHOWN).map(|name| name.chars().take(40).collect()).collect();
    if header.len() > SHOWN {
        names.push(format!("and {} more", header.len() - SHOWN));
    }
    if names.iter().all(String::is_empty) { "an empty line".to_owned() } else { names.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(text: &str) -> Vec<String> {
        text.split(',').map(str::to_owned).collect()
    }

    #[test]
    fn each_role_knows_its_own_header() {
        for role in Role::ALL {
            let names: Vec<String> = columns(role).iter().map(|column| column.name.to_owned()).collect();
            let layout = recognise("x.csv", &names, None).unwrap();
            assert_eq!((layout.role, layout.unknown.len()), (role, 0));
            assert!(layout.places.iter().all(Option::is_some));
        }
    }

    #[test]
    fn a_near_miss_is_named() {
        let error =
            recognise("o.csv", &header("order_d,account_id,product,package_type,currency,paid_at"), None);
        let text = error.unwrap_err().to_string();
        assert_eq!(
            text,
            "o.csv:1: header not recognised: nearest to orders, which needs order_id; did you mean order_d for order_id"
        );
        let error = recognise("o.csv", &header("a,b"), Some(Role::Usage)).unwrap_err().to_string();
        assert_eq!(error, "o.csv:1: given as usage, but posted_at is missing");
    }

    #[test]
    fn usage_needs_one_of_two_ids() {
        assert!(recognise("u.csv", &header("posted_at,quantity,instance_id"), None).is_ok());
        assert!(recognise("u.csv", &header("posted_at,quantity"), None).is_err());
    }

    #[test]
    fn a_canonical_column_twice_is_refused() {
        let twice = header("order_id,posted_at,quantity,quantity");
        assert!(matches!(recognise("u.csv", &twice, None), Err(IngestError::ColumnTwice { .. })));
    }
}
