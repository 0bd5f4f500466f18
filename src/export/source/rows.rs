//! Separated text to rows, with the exact physical line on which each begins.
//!
//! Written for exports that were edited, cut and saved by others: a quote inside a cell is a character, a
//! row may have any number of cells, a cell may have any size up to the limit. A quote that is never
//! closed does not swallow the rows behind it: the line it stands on becomes a fault and reading goes on
//! with the next line.

use std::io::{self, Read};

use super::{Delimiter, RawRow, RowFault, decode::Decoding};
use crate::export::cells::clean;

/// Rows of a decoded text.
pub(super) struct TextRows<R> {
    decoding: Decoding<R>,
    delimiter: u8,
    cr_ends_lines: bool,
    row_bytes_max: usize,
    buffer: Vec<u8>,
    at: usize,
    line: u64,
    ended: bool,
}

/// How the scan of one row ended.
enum Scan {
    /// The row is complete and ends before this place.
    Row(usize),
    /// The row is broken; give up its first line.
    Broken(RowFault),
    /// The text ends before the row does.
    More,
}

impl<R: Read> TextRows<R> {
    pub(super) fn new(
        decoding: Decoding<R>,
        delimiter: Delimiter,
        cr_ends_lines: bool,
        row_bytes_max: usize,
    ) -> Self {
        Self {
            decoding,
            delimiter: delimiter.byte(),
            cr_ends_lines,
            row_bytes_max,
            buffer: Vec::new(),
            at: 0,
            line: 1,
            ended: false,
        }
    }

    /// The rows of a text whose first line has this number in its file.
    pub(super) const fn from_line(mut self, line: u64) -> Self {
        self.line = line;
        self
    }

    /// Whether carriage returns end lines.
    pub(super) const fn ends_lines_with_returns(&self) -> bool {
        self.cr_ends_lines
    }

    /// How many bad places of the text were replaced so far.
    pub(super) const fn replaced(&self) -> u64 {
        self.decoding.replaced()
    }

    /// Reads the next row that is not an empty line; `false` at the end.
    pub(super) fn read(&mut self, row: &mut RawRow) -> io::Result<bool> {
        loop {
            if self.at == self.buffer.len() && !self.fill()? {
                return Ok(false);
            }
            row.clear(self.line);
            match self.scan(row) {
                Scan::More if !self.ended && self.buffer.len() - self.at <= self.row_bytes_max => {
                    self.fill()?;
                    continue;
                }
                Scan::More if self.ended => self.give_up_line(row, RowFault::OpenQuote)?,
                Scan::More => self.give_up_line(row, RowFault::TooLong)?,
                Scan::Broken(fault) => self.give_up_line(row, fault)?,
                Scan::Row(end) => {
                    self.line += self.line_ends(self.at, end);
                    self.at = end;
                }
            }
            let is_empty_line = row.fault.is_none() && row.len() == 1 && clean(row.cell(0)).is_empty();
            if !is_empty_line {
                return Ok(true);
            }
        }
    }

    /// Reads more text behind what is left; `false` when there is none.
    fn fill(&mut self) -> io::Result<bool> {
        if self.at > 0 {
            self.buffer.drain(..self.at);
            self.at = 0;
        }
        let wanted = self.buffer.len() * 2;
        loop {
            if !self.decoding.more(&mut self.buffer)? {
                self.ended = true;
                return Ok(!self.buffer.is_empty());
            }
            // A long row is scanned again from its beginning; doubling keeps that cheap.
            if self.buffer.len() > wanted {
                return Ok(true);
            }
        }
    }

    /// Reads the cells of the row at the current place.
    fn scan(&self, row: &mut RawRow) -> Scan {
        let text = &self.buffer;
        let mut at = self.at;
        loop {
            let start = at;
            let mut open = at;
            while open < text.len() && self.is_padding(text, open) {
                open += 1;
            }
            let end;
            if text.get(open) == Some(&b'"') {
                match self.scan_quoted(open + 1, row.text_mut()) {
                    Ok(behind) => end = behind,
                    Err(scan) => return scan,
                }
            } else {
                let stop = text[start..]
                    .iter()
                    .position(|&b| b == self.delimiter || b == b'\n' || b == b'\r' && self.cr_ends_lines);
                match stop {
                    Some(len) => end = start + len,
                    None if self.ended => end = text.len(),
                    None => return Scan::More,
                }
                let mut cell = &text[start..end];
                if text.get(end) == Some(&b'\n') {
                    cell = cell.strip_suffix(b"\r").unwrap_or(cell);
                }
                row.text_mut().push_str(&String::from_utf8_lossy(cell));
            }
            row.end_cell();
            match text.get(end) {
                Some(&b) if b == self.delimiter => at = end + 1,
                Some(_) => return Scan::Row(end + 1),
                None if self.ended => return Scan::Row(end),
                None => return Scan::More,
            }
        }
    }

    /// Reads a cell behind its opening quote, and gives the place behind the cell.
    fn scan_quoted(&self, mut at: usize, cell: &mut String) -> Result<usize, Scan> {
        let text = &self.buffer;
        let mut lines = 0;
        let mut odd_quotes = false;
        loop {
            let Some(len) = text[at..].iter().position(|&b| b == b'"') else {
                return Err(if odd_quotes && lines > 0 {
                    Scan::Broken(RowFault::OpenQuote)
                } else {
                    Scan::More
                });
            };
            let piece = &text[at..at + len];
            lines += usize::from(piece.contains(&b'\n'));
            cell.push_str(&String::from_utf8_lossy(piece));
            let quote = at + len;
            at = quote + 1;
            if text.get(at) == Some(&b'"') {
                cell.push('"');
                at += 1;
                continue;
            }
            let mut behind = at;
            while behind < text.len() && self.is_padding(text, behind) {
                behind += 1;
            }
            match text.get(behind) {
                Some(&b) if b == self.delimiter || b == b'\n' => {
                    return self.close(behind, odd_quotes, lines);
                }
                Some(b'\r') if self.cr_ends_lines => return self.close(behind, odd_quotes, lines),
                Some(b'\r') if text.get(behind + 1) == Some(&b'\n') => {
                    return self.close(behind + 1, odd_quotes, lines);
                }
                Some(b'\r') if behind + 1 == text.len() && !self.ended => return Err(Scan::More),
                None if self.ended => return self.close(behind, odd_quotes, lines),
                None => return Err(Scan::More),
                Some(_) => {
                    odd_quotes = true;
                    cell.push('"');
                    // A quote inside a later line of a cell: the cell was never meant to reach this far.
                    if lines > 0 {
                        return Err(Scan::Broken(RowFault::OpenQuote));
                    }
                }
            }
        }
    }

    /// The end of a quoted cell; a cell with odd quotes may not span lines.
    #[expect(clippy::unused_self, reason = "reads as a step of the scan")]
    const fn close(&self, behind: usize, odd_quotes: bool, lines: usize) -> Result<usize, Scan> {
        if odd_quotes && lines > 0 { Err(Scan::Broken(RowFault::OpenQuote)) } else { Ok(behind) }
    }

    /// Whether the byte may stand between a quote and the cell's edge.
    fn is_padding(&self, text: &[u8], at: usize) -> bool {
        matches!(text[at], b' ' | b'\t') && text[at] != self.delimiter
    }

    /// Takes the first line of a broken row alone, whole, as one cell with a fault.
    fn give_up_line(&mut self, row: &mut RawRow, fault: RowFault) -> io::Result<()> {
        row.clear(self.line);
        row.fault = Some(fault);
        let mut shown = Vec::new();
        let shown_max = 4096;
        loop {
            let rest = &self.buffer[self.at..];
            let stop = rest.iter().position(|&b| b == b'\n' || b == b'\r' && self.cr_ends_lines);
            let piece = &rest[..stop.unwrap_or(rest.len())];
            let kept = piece.len().min(shown_max - shown.len().min(shown_max));
            shown.extend_from_slice(&piece[..kept]);
            self.at += piece.len();
            if stop.is_some() {
                self.at += 1;
                self.line += 1;
                break;
            }
            if self.ended || !self.fill()? {
                break;
            }
        }
        row.push(String::from_utf8_lossy(&shown).trim_end_matches('\r'));
        Ok(())
    }

    /// The line ends between two places.
    fn line_ends(&self, from: usize, to: usize) -> u64 {
        let ends =
            self.buffer[from..to].iter().filter(|&&b| b == b'\n' || b == b'\r' && self.cr_ends_lines).count();
        ends as u64
    }
}

#[cfg(test)]
mod tests {
    use super::{super::Encoding, *};

    fn rows(text: &str) -> Vec<(u64, Vec<String>, bool)> {
        let mut reader =
            TextRows::new(Decoding::new(text.as_bytes(), Encoding::Utf8), Delimiter::Comma, false, 1 << 20);
        let mut row = RawRow::default();
        let mut all = Vec::new();
        while reader.read(&mut row).unwrap() {
            all.push((row.line, row.cells().map(str::to_owned).collect(), row.fault.is_some()));
        }
        all
    }

    fn cells(text: &str) -> Vec<Vec<String>> {
        rows(text).into_iter().map(|(_, cells, _)| cells).collect()
    }

    #[test]
    fn lines_are_physical_whatever_ends_them() {
        for text in ["a,b\n\nc,d\n\"e\nf\",g\nh,i", "a,b\r\n\r\nc,d\r\n\"e\r\nf\",g\r\nh,i\r\n"] {
            let lines: Vec<u64> = rows(text).iter().map(|row| row.0).collect();
            assert_eq!(lines, [1, 3, 4, 6], "{text:?}");
        }
    }

    #[test]
    fn quotes_hold_delimiters_lines_and_quotes() {
        assert_eq!(cells("\"a,b\",\"c\"\"d\",\"e\nf\"\n"), [["a,b", "c\"d", "e\nf"]]);
        assert_eq!(cells("a\"b,5\" disk,\"x\" \n"), [["a\"b", "5\" disk", "x"]]);
        assert_eq!(cells("\"5\" disk\",b\n"), [["5\" disk", "b"]]);
        assert_eq!(cells("=\"123\",\"=\"\"456\"\"\"\n"), [["=\"123\"", "=\"456\""]]);
        assert_eq!(cells("\t\"123\"\t,b\n"), [["123", "b"]]);
        assert_eq!(cells("a,\n,\n"), [["a", ""], ["", ""]]);
        assert_eq!(cells("\"\"\n"), Vec::<Vec<String>>::new());
    }

    #[test]
    fn an_open_quote_costs_its_own_line_only() {
        let found = rows("a,b\n1,\"x\n2,y\n3,z\n");
        assert_eq!(found.len(), 4);
        assert!(found[1].2 && !found[2].2 && !found[3].2);
        assert_eq!(found[2].1, ["2", "y"]);
        let found = rows("a,b\n1,\"x\n2,\"y\" z\n3,z\n");
        assert_eq!(found.iter().map(|row| row.0).collect::<Vec<_>>(), [1, 2, 3, 4]);
        assert!(found[1].2);
    }

    #[test]
    fn a_row_beyond_the_limit_costs_itself_only() {
        let text = format!("a\n{}\nb\n", "x".repeat(3 << 20));
        let found = rows(&text);
        assert_eq!((found.len(), found[1].2, found[2].1[0].as_str()), (3, true, "b"));
        let text = format!("a\n\"{}\nb\n", "x\n".repeat(1 << 20));
        assert_eq!(rows(&text).len(), (1 << 20) + 2);
    }

    #[test]
    fn long_rows_are_read_in_pieces() {
        let text = format!("{0},{0}\n\"{0}\n{0}\",b\nc,d", "订单".repeat(50_000));
        let found = rows(&text);
        assert_eq!(found.len(), 3);
        assert_eq!(found[2], (4, vec!["c".to_owned(), "d".to_owned()], false));
    }
}
