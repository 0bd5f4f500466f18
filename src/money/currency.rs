//! Currencies and their minor units.

/// A currency by its ISO 4217 code.
///
/// A code outside the table is kept, so that no row is lost over it, but has no [`places`]: amounts
/// in it cannot be rounded, and the audit says `currency-unknown`.
///
/// [`places`]: Currency::places
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

/// Why a text is not a currency code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is not an ISO 4217 code of three capital letters{}", hint(*.near))]
pub struct CurrencyError {
    /// The code that was probably meant.
    pub near: Option<&'static str>,
}

fn hint(near: Option<&'static str>) -> String {
    near.map(|code| format!("; did you mean {code}")).unwrap_or_default()
}

/// ISO 4217 codes in use and their number of decimals.
const MINOR_UNITS: &[(&str, u32)] = &[
    ("AED", 2),
    ("ARS", 2),
    ("AUD", 2),
    ("BDT", 2),
    ("BGN", 2),
    ("BHD", 3),
    ("BND", 2),
    ("BOB", 2),
    ("BRL", 2),
    ("CAD", 2),
    ("CHF", 2),
    ("CLP", 0),
    ("CNH", 2),
    ("CNY", 2),
    ("COP", 2),
    ("CRC", 2),
    ("CZK", 2),
    ("DKK", 2),
    ("DOP", 2),
    ("DZD", 2),
    ("EGP", 2),
    ("EUR", 2),
    ("GBP", 2),
    ("GEL", 2),
    ("GHS", 2),
    ("GTQ", 2),
    ("HKD", 2),
    ("HNL", 2),
    ("HUF", 2),
    ("IDR", 2),
    ("ILS", 2),
    ("INR", 2),
    ("IQD", 3),
    ("ISK", 0),
    ("JOD", 3),
    ("JPY", 0),
    ("KES", 2),
    ("KHR", 2),
    ("KRW", 0),
    ("KWD", 3),
    ("KZT", 2),
    ("LAK", 2),
    ("LBP", 2),
    ("LKR", 2),
    ("LYD", 3),
    ("MAD", 2),
    ("MMK", 2),
    ("MNT", 2),
    ("MOP", 2),
    ("MXN", 2),
    ("MYR", 2),
    ("NGN", 2),
    ("NOK", 2),
    ("NPR", 2),
    ("NZD", 2),
    ("OMR", 3),
    ("PAB", 2),
    ("PEN", 2),
    ("PHP", 2),
    ("PKR", 2),
    ("PLN", 2),
    ("PYG", 0),
    ("QAR", 2),
    ("RON", 2),
    ("RSD", 2),
    ("RUB", 2),
    ("SAR", 2),
    ("SEK", 2),
    ("SGD", 2),
    ("THB", 2),
    ("TND", 3),
    ("TRY", 2),
    ("TWD", 2),
    ("TZS", 2),
    ("UAH", 2),
    ("UGX", 0),
    ("USD", 2),
    ("UYU", 2),
    ("UZS", 2),
    ("VND", 0),
    ("XAF", 0),
    ("XOF", 0),
    ("ZAR", 2),
    ("ZMW", 2),
];

impl Currency {
    /// Reads a code of three capital letters.
    ///
    /// # Errors
    ///
    /// [`CurrencyError`] where the text has another form; it names the near miss (`usd`, `RMB`).
    pub fn parse(text: &str) -> Result<Self, CurrencyError> {
        match text.as_bytes() {
            &[a, b, c] if [a, b, c].iter().all(u8::is_ascii_uppercase) => Ok(Self([a, b, c])),
            _ => {
                let upper = text.trim().to_ascii_uppercase();
                let near = MINOR_UNITS.iter().map(|(code, _)| *code).find(|code| **code == upper);
                Err(CurrencyError { near })
            }
        }
    }

    /// The code.
    ///
    /// # Panics
    ///
    /// Never: a code is read as three ASCII letters.
    #[must_use]
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).expect("a currency code is ASCII")
    }

    /// The number of decimals of its minor unit; `None` where the code is not in the table.
    #[must_use]
    pub fn places(&self) -> Option<u32> {
        let at = MINOR_UNITS.binary_search_by_key(&key(&self.0), |(code, _)| key(code.as_bytes())).ok()?;
        MINOR_UNITS.get(at).map(|(_, places)| *places)
    }
}

/// A number that sorts as the code does.
fn key(code: &[u8]) -> u32 {
    code.iter().fold(0, |key, byte| key << 8 | u32::from(*byte))
}

impl std::fmt::Display for Currency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

impl std::fmt::Debug for Currency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_for_the_search() {
        assert!(MINOR_UNITS.is_sorted());
    }

    #[test]
    fn unknown_codes_are_kept_without_a_scale() {
        assert_eq!(Currency::parse("XQX").unwrap().places(), None);
        assert_eq!(Currency::parse("JPY").unwrap().places(), Some(0));
        assert_eq!(Currency::parse("usd").unwrap_err().near, Some("USD"));
        assert!(Currency::parse("US").is_err());
        assert!(Currency::parse("U$D").is_err());
    }
}
