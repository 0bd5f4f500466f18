//! Tables as text: rows, and the numbers and instants in their cells.

/// Hundred-millionths in one whole.
pub(super) const ONE: i128 = 100_000_000;

/// One table: the names of its columns, and its rows.
pub(super) struct Table {
    columns: Vec<String>,
    pub(super) rows: Vec<Row>,
}

/// One row of a table.
pub(super) struct Row {
    cells: Vec<String>,
}

impl Table {
    /// Reads comma-separated text with a header; a quoted cell may hold commas, quotes and line ends.
    pub(super) fn read(text: &str) -> Self {
        let mut rows = Vec::new();
        let (mut cells, mut cell, mut quoted) = (Vec::new(), String::new(), false);
        let mut letters = text.chars().peekable();
        while let Some(letter) = letters.next() {
            match letter {
                '"' if quoted && letters.peek() == Some(&'"') => {
                    letters.next();
                    cell.push('"');
                }
                '"' => quoted = !quoted,
                ',' if !quoted => cells.push(std::mem::take(&mut cell)),
                '\n' if !quoted => {
                    cells.push(std::mem::take(&mut cell));
                    if cells.len() > 1 || !cells[0].is_empty() {
                        rows.push(Row { cells: std::mem::take(&mut cells) });
                    }
                    cells.clear();
                }
                '\r' if !quoted => {}
                other => cell.push(other),
            }
        }
        if !cell.is_empty() || !cells.is_empty() {
            cells.push(cell);
            rows.push(Row { cells });
        }
        let columns = if rows.is_empty() { Vec::new() } else { rows.remove(0).cells };
        Self { columns, rows }
    }

    /// The cell of a row by the name of its column; empty where there is none.
    pub(super) fn cell<'r>(&self, row: &'r Row, column: &str) -> &'r str {
        let place = self.columns.iter().position(|name| name == column);
        place.and_then(|place| row.cells.get(place)).map_or("", String::as_str)
    }

    /// The columns that begin with a word, without it.
    pub(super) fn columns_of(&self, prefix: &str) -> Vec<String> {
        self.columns.iter().filter_map(|name| name.strip_prefix(prefix)).map(str::to_owned).collect()
    }

    /// Whether a row has as many cells as the header.
    pub(super) fn fits(&self, row: &Row) -> bool {
        row.cells.len() == self.columns.len()
    }
}

/// A decimal in hundred-millionths.
pub(super) fn decimal(text: &str) -> Option<i128> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text),
    };
    let (whole, part) = digits.split_once('.').map_or((digits, None), |(whole, part)| (whole, Some(part)));
    let plain = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !plain(whole) || whole.len() > 20 || part.is_some_and(|part| !plain(part)) {
        return None;
    }
    let mut eighths = part.unwrap_or("").to_owned();
    if eighths.len() > 8 {
        if eighths[8..].bytes().any(|byte| byte != b'0') {
            return None;
        }
        eighths.truncate(8);
    }
    while eighths.len() < 8 {
        eighths.push('0');
    }
    let whole: i128 = whole.parse().ok()?;
    let eighths: i128 = eighths.parse().ok()?;
    Some(sign * (whole * ONE + eighths))
}

/// An instant as it was written: the earliest and the latest that it may have been, which differ where the
/// seconds or the whole time of day are missing: its first and its last second. Milliseconds since 1970 in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moment {
    pub(super) first: i64,
    pub(super) last: i64,
}

impl Moment {
    pub(super) fn exact(at: i64) -> Self {
        Self { first: at, last: at }
    }

    pub(super) fn is_exact(self) -> bool {
        self.first == self.last
    }
}

/// Reads an instant; without an offset it is one of +08:00.
pub(super) fn moment(text: &str) -> Option<Moment> {
    let number = |from: usize, to: usize| -> Option<i64> {
        let part = text.get(from..to)?;
        part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok()).flatten()
    };
    let marked =
        |place: usize, mark: &[u8]| text.as_bytes().get(place).is_some_and(|byte| mark.contains(byte));
    if !marked(4, b"-") || !marked(7, b"-") {
        return None;
    }
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    if year == 0 || !super::calendar::exists(year, month, day) {
        return None;
    }
    let midnight = super::calendar::midnight_of(super::calendar::day_number(year, month, day));
    if text.len() == 10 {
        return Some(Moment {
            first: midnight,
            last: midnight + super::calendar::DAY - super::calendar::SECOND,
        });
    }
    if !marked(10, b"T ") || !marked(13, b":") {
        return None;
    }
    let (hour, minute) = (number(11, 13)?, number(14, 16)?);
    let (mut second, mut thousandth, mut rest) = (None, 0, 16);
    if marked(16, b":") {
        second = Some(number(17, 19)?);
        rest = 19;
        if marked(19, b".") {
            let digits = text[20..].bytes().take_while(u8::is_ascii_digit).count();
            if digits == 0 || digits > 6 {
                return None;
            }
            let mut part = text[20..20 + digits].to_owned();
            while part.len() < 3 {
                part.push('0');
            }
            thousandth = part[..3].parse().ok()?;
            rest = 20 + digits;
        }
    }
    if hour > 23 || minute > 59 || second.is_some_and(|second| second > 59) {
        return None;
    }
    let east = match &text[rest..] {
        "" => 480,
        "Z" => 0,
        offset if offset.len() == 6 && marked(rest, b"+-") && marked(rest + 3, b":") => {
            let minutes = number(rest + 1, rest + 3)? * 60 + number(rest + 4, rest + 6)?;
            if marked(rest, b"-") { -minutes } else { minutes }
        }
        _ => return None,
    };
    let local = (hour * 60 + minute) * 60 + second.unwrap_or(0);
    let first = midnight + (local + (480 - east) * 60) * 1000 + thousandth;
    Some(Moment { first, last: if second.is_some() { first } else { first + 59_000 } })
}
