//! Instants of the set, and how each layout writes them.

/// An instant in seconds and thousandths since 1970 (UTC), or a day of Beijing of which no more is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Time {
    pub(crate) seconds: i64,
    pub(crate) thousandths: i64,
    pub(crate) is_day: bool,
}

const BEIJING: i64 = 8 * 3600;

impl Time {
    /// Reads a canonical cell; without an offset it is Beijing time.
    pub(crate) fn read(text: &str) -> Self {
        let number = |from: usize, until: usize| text[from..until].parse::<i64>().unwrap();
        let day = days(number(0, 4), number(5, 7), number(8, 10)) * 86_400;
        if text.len() == 10 {
            return Self { seconds: day - BEIJING, thousandths: 0, is_day: true };
        }
        let clock = number(11, 13) * 3600 + number(14, 16) * 60 + number(17, 19);
        let fraction: String = text[19..]
            .strip_prefix('.')
            .unwrap_or_default()
            .chars()
            .take_while(char::is_ascii_digit)
            .collect();
        let thousandths = format!("{fraction:0<3}")[..3].parse::<i64>().unwrap();
        let zone = 19 + if fraction.is_empty() { 0 } else { 1 + fraction.len() };
        let offset = match &text[zone..] {
            "" | "+08:00" => BEIJING,
            "Z" => 0,
            other => panic!("{other} in {text}"),
        };
        Self { seconds: day + clock - offset, thousandths, is_day: false }
    }

    fn parts(self, offset: i64) -> ([i64; 3], String) {
        let local = self.seconds + offset;
        let (day, clock) = (local.div_euclid(86_400), local.rem_euclid(86_400));
        let mut clock = format!("{:02}:{:02}:{:02}", clock / 3600, clock / 60 % 60, clock % 60);
        if self.thousandths > 0 {
            clock = format!("{clock}.{:03}", self.thousandths);
        }
        (civil(day), clock)
    }

    /// As canonical files of this test have it.
    pub(crate) fn canonical(self) -> String {
        let ([year, month, day], clock) = self.parts(BEIJING);
        if self.is_day {
            format!("{year:04}-{month:02}-{day:02}")
        } else {
            format!("{year:04}-{month:02}-{day:02}T{clock}+08:00")
        }
    }

    /// As the bills of both vendors have it: Beijing time without a zone.
    pub(crate) fn beijing(self) -> String {
        let ([year, month, day], clock) = self.parts(BEIJING);
        if self.is_day {
            format!("{year:04}-{month:02}-{day:02}")
        } else {
            format!("{year:04}-{month:02}-{day:02} {clock}")
        }
    }

    /// The same after a spreadsheet that keeps seconds: `2024/7/16 9:05:00`.
    pub(crate) fn slashed(self) -> String {
        let ([year, month, day], clock) = self.parts(BEIJING);
        let clock = if self.is_day { String::new() } else { format!(" {}", clock.trim_start_matches('0')) };
        // An hour of nought keeps one digit.
        format!("{year}/{month}/{day}{}", clock.replace(" :", " 0:"))
    }

    /// Universal time, as order lists and FOCUS have it.
    pub(crate) fn universal(self) -> String {
        let ([year, month, day], clock) = self.parts(0);
        format!("{year:04}-{month:02}-{day:02}T{clock}Z")
    }

    /// The same time of day so many months later, on the last day of the month where it is shorter.
    pub(crate) fn months_later(self, months: i64) -> Self {
        let local = self.seconds + BEIJING;
        let [year, month, day] = civil(local.div_euclid(86_400));
        let month = year * 12 + month - 1 + months;
        let (year, month) = (month.div_euclid(12), month.rem_euclid(12) + 1);
        let last = (1..=31).rev().find(|day| civil(days(year, month, *day)) == [year, month, *day]).unwrap();
        let start = days(year, month, day.min(last)) * 86_400;
        Self { seconds: start + local.rem_euclid(86_400) - BEIJING, ..self }
    }

    /// Milliseconds since 1970.
    pub(crate) fn milliseconds(self) -> String {
        (self.seconds * 1000 + self.thousandths).to_string()
    }
}

/// Days since 1970 of a date: March begins the year, so that the odd day ends it.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + of_year - 719_468
}

/// The date of a day since 1970.
fn civil(day: i64) -> [i64; 3] {
    let mut year = 1970 + day.div_euclid(366);
    while days(year + 1, 1, 1) <= day {
        year += 1;
    }
    let month = (1..=12).rev().find(|month| days(year, *month, 1) <= day).unwrap();
    [year, month, day - days(year, month, 1) + 1]
}
