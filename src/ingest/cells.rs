//! The strict grammars of cells, and what to say when one is missed.

use super::{
    header::Layout,
    rows::RowCells,
    schema::{Column, columns},
};
use crate::{
    money::{Money, Quantity},
    record::{Assumed, Link},
    scan::times::TimeReader,
    suggest::did_you_mean,
    time::{Instant, Moment, Offset, parse_moment},
};

/// What is wrong with a row: the column, and found and wanted in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) column: &'static str,
    pub(super) reason: String,
}

/// What a file's cells had in common that a reader should know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Marks {
    /// Instants without an offset.
    pub(super) zone_assumed: u64,
    /// Instants without seconds or without a time.
    pub(super) blurred: u64,
    /// Amounts with more than eight decimals, the rest being zeros.
    pub(super) long_decimals: u64,
    /// The latest exact instant.
    pub(super) latest: Option<Instant>,
}

impl Marks {
    /// With those of other cells.
    pub(super) fn add(&mut self, other: Self) {
        self.zone_assumed += other.zone_assumed;
        self.blurred += other.blurred;
        self.long_decimals += other.long_decimals;
        self.latest = self.latest.max(other.latest);
    }
}

/// A row with the layout of its file, and the marks of the cells read so far.
pub(super) struct Cells<'r> {
    pub(super) record: RowCells<'r>,
    pub(super) layout: &'r Layout,
    pub(super) zone: Offset,
    pub(super) marks: Marks,
    times: TimeReader,
}

impl<'r> Cells<'r> {
    pub(super) fn new(record: RowCells<'r>, layout: &'r Layout, zone: Offset) -> Self {
        let times = TimeReader::new(zone.seconds_east());
        Self { record, layout, zone, marks: Marks::default(), times }
    }

    fn column(&self, at: usize) -> &'static Column {
        &columns(self.layout.role)[at]
    }

    fn fault<T>(&self, at: usize, reason: String) -> Result<T, Fault> {
        Err(Fault { column: self.column(at).name, reason })
    }

    /// The bytes of a cell; `None` where the column is not there or the cell is empty.
    pub(super) fn bytes(&self, column: impl Into<usize>) -> Option<&'r [u8]> {
        let place = self.layout.places[column.into()]?;
        self.record.get(place).filter(|cell| !cell.is_empty())
    }

    /// The text of a cell without blanks around it.
    pub(super) fn text(&self, column: impl Into<usize>) -> Result<Option<&'r str>, Fault> {
        let at = column.into();
        let Some(bytes) = self.bytes(at) else { return Ok(None) };
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Some(text.trim()).filter(|text| !text.is_empty())),
            Err(error) => {
                let byte = bytes.get(error.valid_up_to()).copied().unwrap_or_default();
                self.fault(
                    at,
                    format!("is not UTF-8: byte 0x{byte:02X} at position {}", error.valid_up_to() + 1),
                )
            }
        }
    }

    /// An identifier: opaque, exactly as written, never trimmed.
    pub(super) fn id(&self, column: impl Into<usize>) -> Result<Option<&'r str>, Fault> {
        let at = column.into();
        let Some(bytes) = self.bytes(at) else { return Ok(None) };
        let Ok(text) = std::str::from_utf8(bytes) else {
            return self.fault(at, "is not UTF-8".to_owned());
        };
        if text.len() > 512 {
            return self.fault(at, format!("is {} bytes long; an identifier has at most 512", text.len()));
        }
        if let Some(control) = text.chars().find(|c| c.is_control()) {
            return self
                .fault(at, format!("{:?} holds the control character U+{:04X}", text, u32::from(control)));
        }
        if text.trim() != text {
            return self
                .fault(at, format!("{text:?} has blanks around it; an identifier is compared exactly"));
        }
        Ok(Some(text))
    }

    /// A cell that must not be empty.
    pub(super) fn required<T>(&self, column: impl Into<usize>, value: Option<T>) -> Result<T, Fault> {
        let at = column.into();
        value.map_or_else(|| self.fault(at, "is empty".to_owned()), Ok)
    }

    /// An amount that is not negative.
    pub(super) fn amount(&mut self, column: impl Into<usize>) -> Result<Option<Money>, Fault> {
        let at = column.into();
        let Some(text) = self.text(at)? else { return Ok(None) };
        match Money::parse(text) {
            Ok(money) if money.units() < 0 => self.fault(
                at,
                format!(
                    "{} is negative; canonical amounts are positive, a refund is money returned",
                    brief(text)
                ),
            ),
            Ok(money) => {
                self.mark_decimals(text);
                Ok(Some(money))
            }
            Err(why) => self.fault(at, format!("{} {why}", brief(text))),
        }
    }

    /// A signed quantity.
    pub(super) fn quantity(&mut self, column: impl Into<usize>) -> Result<Quantity, Fault> {
        let at = column.into();
        let text = self.text(at)?;
        let text = self.required(at, text)?;
        match Quantity::parse(text) {
            Ok(quantity) => {
                self.mark_decimals(text);
                Ok(quantity)
            }
            Err(why) => self.fault(at, format!("{} {why}", brief(text))),
        }
    }

    fn mark_decimals(&mut self, text: &str) {
        if text.split_once('.').is_some_and(|(_, fraction)| fraction.len() > 8) {
            self.marks.long_decimals += 1;
        }
    }

    /// A moment that may have lost its seconds.
    pub(super) fn moment(&mut self, column: impl Into<usize>) -> Result<Option<Moment>, Fault> {
        let at = column.into();
        let Some(text) = self.text(at)? else { return Ok(None) };
        if let Some(read) = self.times.read(text.as_bytes()) {
            let instant = Instant::from_micros(read.micros);
            self.marks.zone_assumed += u64::from(read.zone_assumed);
            self.marks.latest = self.marks.latest.max(Some(instant));
            return Ok(Some(Moment::exact(instant)));
        }
        match parse_moment(text, self.zone) {
            Ok(reading) => {
                self.marks.zone_assumed += u64::from(reading.zone_assumed);
                self.marks.blurred += u64::from(!reading.moment.is_exact());
                self.marks.latest = self.marks.latest.max(Some(reading.moment.latest()));
                Ok(Some(reading.moment))
            }
            Err(why) => self.fault(at, format!("{} {why}", brief(text))),
        }
    }

    /// An instant; where it lost its seconds, the first it may have been.
    pub(super) fn instant(&mut self, column: impl Into<usize>) -> Result<Option<Instant>, Fault> {
        Ok(self.moment(column)?.map(Moment::earliest))
    }

    /// `true` or `false`; empty is false.
    pub(super) fn flag(&self, column: impl Into<usize>) -> Result<bool, Fault> {
        self.word(column, &[("true", true), ("false", false)]).map(Option::unwrap_or_default)
    }

    /// What stands in for facts that the export does not have.
    pub(super) fn assumed(&self, column: impl Into<usize>) -> Result<Assumed, Fault> {
        let at = column.into();
        let Some(text) = self.text(at)? else { return Ok(Assumed::default()) };
        self.assumed_words(at, text)
    }

    /// The same of a refund, and how it was tied to its order: the last word, which may hold an id with
    /// anything in it.
    pub(super) fn assumed_and_link(
        &self,
        column: impl Into<usize>,
    ) -> Result<(Assumed, Option<Link>), Fault> {
        let at = column.into();
        let Some(text) = self.text(at)? else { return Ok((Assumed::default(), None)) };
        let (words, link) = match text.strip_prefix(Link::WORD) {
            Some(link) => (None, Some(link)),
            None => match text.split_once(&format!(";{}", Link::WORD)) {
                Some((words, link)) => (Some(words), Some(link)),
                None => (Some(text), None),
            },
        };
        let assumed = words.map(|words| self.assumed_words(at, words)).transpose()?.unwrap_or_default();
        let Some(word) = link else { return Ok((assumed, None)) };
        match Link::parse(word) {
            Some(link) => Ok((assumed, Some(link))),
            None => self.fault(
                at,
                format!(
                    "{} is not resource:ID, latest:ID, export, first or none, behind {}",
                    brief(word),
                    Link::WORD
                ),
            ),
        }
    }

    fn assumed_words(&self, at: usize, text: &str) -> Result<Assumed, Fault> {
        match Assumed::parse(text) {
            Ok(assumed) => Ok(assumed),
            Err(word) => {
                self.fault(at, format!("{} is not one of {}", brief(word), Assumed::WORDS.join(", ")))
            }
        }
    }

    /// A word of a closed set.
    pub(super) fn word<T: Copy>(
        &self,
        column: impl Into<usize>,
        words: &[(&str, T)],
    ) -> Result<Option<T>, Fault> {
        let at = column.into();
        let Some(text) = self.text(at)? else { return Ok(None) };
        if let Some((_, value)) = words.iter().find(|(word, _)| *word == text) {
            return Ok(Some(*value));
        }
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let near = did_you_mean(text, known.iter().copied());
        self.fault(at, format!("{} is not one of {}{near}", brief(text), known.join(", ")))
    }
}

/// A cell as a message shows it: quoted, and cut where it is long.
fn brief(text: &str) -> String {
    const SHOWN: usize = 60;
    if text.chars().count() <= SHOWN {
        return format!("{text:?}");
    }
    let head: String = text.chars().take(SHOWN).collect();
    format!("{head:?}… ({} bytes)", text.len())
}
