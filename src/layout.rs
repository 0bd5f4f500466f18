//! Text for people: columns that line up, lines that fit, wide characters counted as two.

use std::borrow::Cow;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// How a column stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Left,
    Right,
}

/// Rows of cells padded to the width of their columns, two blanks between them, none at the end.
pub(crate) fn lines(sides: &[Side], rows: &[Vec<String>]) -> Vec<String> {
    let width =
        |at: usize| rows.iter().filter_map(|row| row.get(at)).map(|cell| width_of(cell)).max().unwrap_or(0);
    let widths: Vec<usize> = (0..sides.len()).map(width).collect();
    rows.iter()
        .map(|row| {
            let cells: Vec<String> = row
                .iter()
                .zip(&widths)
                .zip(sides)
                .map(|((cell, width), side)| {
                    let blanks = " ".repeat(width.saturating_sub(width_of(cell)));
                    match side {
                        Side::Left => format!("{cell}{blanks}"),
                        Side::Right => format!("{blanks}{cell}"),
                    }
                })
                .collect();
            cells.join("  ").trim_end().to_owned()
        })
        .collect()
}

/// Columns that a text takes on a terminal: two for each East Asian wide character.
pub(crate) fn width_of(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// The text without what could steer a terminal: control characters, and marks that change the direction of
/// what follows, become U+FFFD; a tab becomes a blank. Line feeds stay.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    let is_harmless = |c: char| c == '\n' || !c.is_control() && !is_direction_mark(c);
    if text.chars().all(is_harmless) {
        return Cow::Borrowed(text);
    }
    let shown = |c: char| match c {
        '\t' => ' ',
        c if is_harmless(c) => c,
        _ => '\u{fffd}',
    };
    Cow::Owned(text.chars().map(shown).collect())
}

const fn is_direction_mark(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A text cut to a width, with an ellipsis where something is missing.
pub(crate) fn cut(text: &str, width: usize) -> String {
    if width_of(text) <= width {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut used = 0;
    for c in text.chars() {
        let wide = c.width().unwrap_or(0);
        if used + wide + 1 > width {
            break;
        }
        kept.push(c);
        used += wide;
    }
    format!("{}…", kept.trim_end())
}

/// A text of which the beginning is cut away, as of paths, whose end tells them apart.
pub(crate) fn cut_start(text: &str, width: usize) -> String {
    if width_of(text) <= width {
        return text.to_owned();
    }
    let mut from = text.len();
    let mut used = 1;
    for (at, c) in text.char_indices().rev() {
        used += c.width().unwrap_or(0);
        if used > width {
            break;
        }
        from = at;
    }
    format!("…{}", &text[from..])
}

/// A text broken into lines of a width: at blanks, and within a word only where it is wider than a line.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let text: Vec<&str> = text.split_whitespace().collect();
    let options = textwrap::Options::new(width.max(2))
        .word_separator(textwrap::WordSeparator::AsciiSpace)
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
        .wrap_algorithm(textwrap::WrapAlgorithm::FirstFit)
        .break_words(true);
    textwrap::wrap(&text.join(" "), options).into_iter().map(Cow::into_owned).collect()
}

/// Lines of any width as lines that fit: what goes on does so under the text behind a label, `  row        `, or
/// under the first word.
#[must_use]
pub fn fit(text: &str, width: usize) -> String {
    let mut fitting = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let (line, end) = line.strip_suffix('\n').map_or((line, ""), |line| (line, "\n"));
        if width_of(line) <= width {
            fitting.push_str(line);
        } else {
            let (lead, rest) = line.split_at(lead_of(line));
            // A lead that leaves no room for its text is text itself.
            let is_label = width_of(lead) <= width / 2;
            let (lead, rest) = if is_label { (lead, rest) } else { line.split_at(indent_of(line)) };
            let indent = width_of(lead).min(width / 2);
            let lines = wrap(rest, width - indent);
            fitting.push_str(&" ".repeat(indent.saturating_sub(width_of(lead))));
            fitting.push_str(lead);
            fitting.push_str(&lines.join(&format!("\n{}", " ".repeat(indent))));
        }
        fitting.push_str(end);
    }
    fitting
}

fn indent_of(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// Where the text of a line begins behind its indent and a label or mark.
fn lead_of(line: &str) -> usize {
    /// A label is short.
    const LABEL_MAX: usize = 26;
    let indent = indent_of(line);
    let text = &line[indent..];
    let marks = ["[x] ", "[ ] ", "[?] ", "- "];
    if let Some(mark) = marks.into_iter().find(|mark| text.starts_with(mark)) {
        return indent + mark.len();
    }
    let label = text.find("  ").filter(|&end| end <= LABEL_MAX);
    label.map_or(indent, |end| line.len() - text[end..].trim_start().len())
}

/// Paragraphs and items of a page, each in one line, however they were broken.
#[must_use]
pub fn unbroken(text: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        let is_new = line.trim().is_empty() || line.starts_with("- ") || line.starts_with(['#', '|', '`']);
        match lines.last_mut() {
            Some(last) if !is_new && !last.is_empty() && !last.starts_with(['|', '`']) => {
                last.push(' ');
                last.push_str(line.trim());
            }
            _ => lines.push(line.trim_end().to_owned()),
        }
    }
    lines.join("\n")
}

/// A count in groups of three: `1,234,567`.
pub(crate) fn grouped(number: u64) -> String {
    group(&number.to_string())
}

/// How many of something, in its singular or plural.
pub(crate) fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(number), if number == 1 { one } else { many })
}

/// A decimal text with its whole part in groups of three.
pub(crate) fn group(text: &str) -> String {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
    let (whole, fraction) =
        digits.split_once('.').map_or((digits, None), |(whole, fraction)| (whole, Some(fraction)));
    let mut grouped = String::from(sign);
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    if let Some(fraction) = fraction {
        grouped.push('.');
        grouped.push_str(fraction);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_also_in_chinese() {
        let rows = vec![vec!["订单".to_owned(), "1".to_owned()], vec!["order".to_owned(), "12".to_owned()]];
        assert_eq!(lines(&[Side::Left, Side::Right], &rows), ["订单    1", "order  12"]);
        assert_eq!(cut("一二三四", 5), "一二…");
        assert_eq!(cut_start("exports/2025/bill.csv", 9), "…bill.csv");
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(wrap("", 4), [""]);
        assert_eq!(group("-1234567.89"), "-1,234,567.89");
    }

    #[test]
    fn what_goes_on_stands_under_its_text() {
        let page = "  row      orders.csv:1 and usage.csv:2\n  [x] use: one two three four five six\nplain words only, as they come here\n";
        let wanted = "  row      orders.csv:1 and\n           usage.csv:2\n  [x] use: one two three\n      four five six\nplain words only, as they\ncome here\n";
        assert_eq!(fit(page, 28), wanted);
        assert!(fit(&"x".repeat(200), 60).lines().all(|line| line.len() <= 60));
        assert_eq!(fit("short\n\nlines\n", 60), "short\n\nlines\n");
        assert_eq!(unbroken("One\ntwo.\n\n- item\n  more\n- next"), "One two.\n\n- item more\n- next");
    }

    #[test]
    fn a_long_word_is_broken_in_time() {
        let word = "x".repeat(1 << 20);
        assert_eq!(wrap(&word, 60).len(), (1 << 20) / 60 + 1);
    }

    #[test]
    fn nothing_steers_the_terminal() {
        assert!(matches!(visible("plain 订单 – text\n"), Cow::Borrowed(_)));
        assert_eq!(
            visible("a\u{1b}]0;title\u{7}b\u{9b}2J\tc\u{202e}d\rx"),
            "a\u{fffd}]0;title\u{fffd}b\u{fffd}2J c\u{fffd}d\u{fffd}x"
        );
    }
}
