//! A page of text: headings, paragraphs and tables that fit its width.

use crate::layout::{Side, cut, lines, visible, width_of, wrap};

/// Columns of a page where nothing says how wide it is.
const WIDTH: usize = 100;
/// The narrowest page.
const WIDTH_MIN: usize = 60;
/// The widest page: longer lines are hard to read.
const WIDTH_MAX: usize = 160;
/// The narrowest column of words in a table, before the table is written as blocks.
const WORDS_MIN: usize = 12;

/// How text is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether to use colours.
    pub colour: bool,
    /// Columns of a line, from 60 to 160.
    pub width: usize,
}

impl Default for Style {
    fn default() -> Self {
        Self { colour: false, width: WIDTH }
    }
}

/// The colours used, by what they say.
#[derive(Clone, Copy)]
pub(super) enum Tone {
    Heading,
    Bad,
    Doubt,
    Good,
    Quiet,
}

impl Style {
    /// A style for a terminal of so many columns.
    #[must_use]
    pub fn of_width(columns: usize) -> Self {
        Self { width: columns.clamp(WIDTH_MIN, WIDTH_MAX), ..Self::default() }
    }

    pub(super) fn paint(self, tone: Tone, text: &str) -> String {
        if !self.colour || text.is_empty() {
            return text.to_owned();
        }
        let code = match tone {
            Tone::Heading => "1",
            Tone::Bad => "1;31",
            Tone::Doubt => "33",
            Tone::Good => "32",
            Tone::Quiet => "2",
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }
}

pub(super) struct Page {
    pub(super) style: Style,
    pub(super) lines: Vec<String>,
}

impl Page {
    pub(super) fn new(style: Style) -> Self {
        Self { style, lines: Vec::new() }
    }

    /// One line, whatever its width.
    pub(super) fn line(&mut self, tone: Option<Tone>, text: &str) {
        let text = visible(text);
        self.lines.push(tone.map_or_else(|| text.clone().into_owned(), |tone| self.style.paint(tone, &text)));
    }

    pub(super) fn heading(&mut self, text: &str) {
        self.lines.push(String::new());
        for line in wrap(text, self.style.width) {
            self.line(Some(Tone::Heading), &line);
        }
    }

    /// Rows under a heading; the first is their head. Where they are too wide for the page, the widest column of
    /// words gives way; where that is not enough, each row becomes a block of its own.
    pub(super) fn table(&mut self, sides: &[Side], rows: &[Vec<String>]) {
        let room = self.style.width - 2;
        let widest =
            |rows: &[Vec<String>]| lines(sides, rows).iter().map(|line| width_of(line)).max().unwrap_or(0);
        let mut rows: Vec<Vec<String>> =
            rows.iter().map(|row| row.iter().map(|cell| visible(cell).into_owned()).collect()).collect();
        let column = |rows: &[Vec<String>], at: usize| {
            rows.iter().filter_map(|row| row.get(at)).map(|cell| width_of(cell)).max().unwrap_or(0)
        };
        loop {
            let over = widest(&rows).saturating_sub(room);
            if over == 0 {
                break;
            }
            let words = (0..sides.len()).filter(|&at| sides[at] == Side::Left);
            let Some(at) = words.max_by_key(|&at| column(&rows, at)) else { return self.blocks(&rows) };
            let width = column(&rows, at);
            if width <= WORDS_MIN {
                return self.blocks(&rows);
            }
            for cell in rows.iter_mut().filter_map(|row| row.get_mut(at)) {
                *cell = cut(cell, width.saturating_sub(over).max(WORDS_MIN));
            }
        }
        for (at, line) in lines(sides, &rows).into_iter().enumerate() {
            self.line((at == 0).then_some(Tone::Quiet), &format!("  {line}"));
        }
    }

    /// A table that is too wide, row by row: its first cell, and below it each other cell behind its head.
    fn blocks(&mut self, rows: &[Vec<String>]) {
        let Some((head, rows)) = rows.split_first() else { return };
        for row in rows {
            let mut cells = row.iter().zip(head);
            if let Some((first, _)) = cells.next() {
                for line in wrap(first, self.style.width - 2) {
                    self.line(None, &format!("  {line}"));
                }
            }
            let named: Vec<String> = cells
                .filter(|(cell, _)| !cell.is_empty())
                .map(|(cell, head)| if head.is_empty() { cell.clone() } else { format!("{head} {cell}") })
                .collect();
            // A line ends between cells, so that a head stays with its number.
            let mut line = String::new();
            for cell in named {
                let is_full = width_of(&line) + 2 + width_of(&cell) > self.style.width - 5;
                if is_full && !line.is_empty() {
                    self.line(None, &format!("    {line},"));
                    line.clear();
                }
                line.push_str(if line.is_empty() { "" } else { ", " });
                line.push_str(&cell);
            }
            for line in wrap(&line, self.style.width - 4).into_iter().filter(|line| !line.is_empty()) {
                self.line(None, &format!("    {line}"));
            }
        }
    }

    pub(super) fn paragraph(&mut self, tone: Option<Tone>, text: &str) {
        for line in wrap(text, self.style.width - 2) {
            self.line(tone, &format!("  {line}"));
        }
    }

    /// A command to be pasted; where it is too long, it goes on in the next line as a shell reads it.
    pub(super) fn command(&mut self, words: &[String]) {
        let (lead, more) = ("    ", "      ");
        let room = self.style.width - 2;
        let mut line = lead.to_owned();
        for (at, word) in words.iter().enumerate() {
            if at > 0 && width_of(&line) + 1 + width_of(word) > room && line.trim() != "" {
                self.line(None, &format!("{line} \\"));
                line = more.to_owned();
            } else if at > 0 {
                line.push(' ');
            }
            line.push_str(word);
        }
        self.line(None, &line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(width: usize) -> Page {
        Page::new(Style::of_width(width))
    }

    #[test]
    fn a_table_that_fits_nowhere_becomes_blocks() {
        let row = |cells: [&str; 4]| cells.map(str::to_owned).to_vec();
        let rows = [
            row(["", "refunded", "paid too much", "for review"]),
            row(["USD", "1,515.83", "40.00", "644.51"]),
        ];
        let sides = [Side::Left, Side::Right, Side::Right, Side::Right];
        let mut wide = page(60);
        wide.table(&sides, &rows);
        assert_eq!(
            wide.lines,
            ["       refunded  paid too much  for review", "  USD  1,515.83          40.00      644.51"]
        );
        let long = "9".repeat(40);
        let rows = [rows[0].clone(), row(["USD", &long, "40.00", "644.51"])];
        let mut narrow = page(60);
        narrow.table(&sides, &rows);
        assert!(narrow.lines.iter().all(|line| width_of(line) <= 60), "{:?}", narrow.lines);
        assert!(narrow.lines.concat().contains("paid too much 40.00"), "{:?}", narrow.lines);
    }

    #[test]
    fn a_long_command_goes_on_as_a_shell_reads_it() {
        let words: Vec<String> = (0..12).map(|at| format!("exports/{at}.csv")).collect();
        let mut page = page(60);
        page.command(&words);
        assert!(
            page.lines.len() > 1 && page.lines.iter().all(|line| width_of(line) <= 60),
            "{:?}",
            page.lines
        );
        let joined = page.lines.join("\n").replace("\\\n", " ");
        assert_eq!(joined.split_whitespace().collect::<Vec<_>>(), words);
    }
}
