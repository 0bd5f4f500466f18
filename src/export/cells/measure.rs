//! Quantities with a magnitude word and a unit in one cell: `4.181841千万CU`, `190.531536MB`.

use super::{CellError, clean::fold_width, number};

/// Chinese magnitude words, the longer before the shorter, and the zeros they stand for.
const MAGNITUDES: [(&str, i32); 9] = [
    ("千万", 7),
    ("百万", 6),
    ("十万", 5),
    ("万", 4),
    ("十亿", 9),
    ("百亿", 10),
    ("千亿", 11),
    ("亿", 8),
    ("千", 3),
];

/// A quantity, as an integer of 1e-8, and its unit as written.
///
/// # Errors
///
/// [`CellError`] where the text does not begin with a number.
pub fn parse_measure(text: &str) -> Result<(i128, Option<String>), CellError> {
    parse_rounded(text).map(|(units, unit, _)| (units, unit))
}

/// The same, and whether it was rounded.
///
/// # Errors
///
/// As for [`parse_measure`].
pub fn parse_rounded(text: &str) -> Result<(i128, Option<String>, bool), CellError> {
    let folded = fold_width(text);
    let body = folded.trim();
    let number_part = |c: char| c.is_ascii_digit() || matches!(c, '.' | ',' | '-' | '+');
    let mut end = body.find(|c: char| !number_part(c)).unwrap_or(body.len());
    // Scientific notation belongs to the number, a unit that begins with an e does not.
    if let Some(rest) = body[end..].strip_prefix(['e', 'E']) {
        let digits = rest.trim_start_matches(['+', '-']);
        let exponent = digits.len() - digits.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        if exponent > 0 {
            end += 1 + (rest.len() - digits.len()) + exponent;
        }
    }
    let (digits, rest) = body.split_at(end);
    let mut unit = rest.trim();
    let mut zeros = 0;
    for (word, more) in MAGNITUDES {
        if let Some(behind) = unit.strip_prefix(word) {
            zeros = more;
            unit = behind.trim();
            break;
        }
    }
    let (units, is_rounded) = number::parse_rounded(digits, -zeros).map_err(|error| match error {
        CellError::NotANumber(_) => CellError::NotANumber(text.to_owned()),
        other => other,
    })?;
    Ok((units, (!unit.is_empty()).then(|| unit.to_owned()), is_rounded))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn magnitudes_and_units_come_apart() {
        for (text, quantity, unit) in [
            ("4.181841千万CU", "41818410", Some("CU")),
            ("2.537500十万CU", "253750", Some("CU")),
            ("1.000000亿CU", "100000000", Some("CU")),
            ("190.531536MB", "190.531536", Some("MB")),
            ("1000.000000 GB", "1000", Some("GB")),
            ("3.5万次", "35000", Some("次")),
            ("12", "12", None),
            ("-0.5分钟", "-0.5", Some("分钟")),
            ("1,000 GB", "1000", Some("GB")),
            ("1.5E+3GB", "1500", Some("GB")),
        ] {
            let (units, found) = parse_measure(text).unwrap();
            assert_eq!(
                (number::text_of_units(units, 0).as_str(), found.as_deref()),
                (quantity, unit),
                "{text}"
            );
        }
        for text in ["", "GB", "万", "abc1"] {
            assert!(parse_measure(text).is_err(), "{text}");
        }
    }
}
