//! Text for people: columns that line up, lines that fit, wide characters counted as two.

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
    text.chars().map(|c| if is_wide(c) { 2 } else { 1 }).sum()
}

fn is_wide(c: char) -> bool {
    matches!(u32::from(c), 0x1100..=0x115F | 0x2E80..=0xA4CF | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF | 0xFE30..=0xFE6F
        | 0xFF00..=0xFF60 | 0xFFE0..=0xFFE6 | 0x20000..=0x3FFFD)
}

/// A text cut to a width, with an ellipsis where something is missing.
pub(crate) fn cut(text: &str, width: usize) -> String {
    if width_of(text) <= width {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut used = 0;
    for c in text.chars() {
        let wide = if is_wide(c) { 2 } else { 1 };
        if used + wide + 1 > width {
            break;
        }
        kept.push(c);
        used += wide;
    }
    format!("{}…", kept.trim_end())
}

/// A text broken into lines of a width: at blanks, and within a word only where it is wider than a line.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines.last_mut().expect("there is always a line");
        if last.is_empty() {
            last.push_str(word);
        } else if width_of(last) + 1 + width_of(word) <= width {
            last.push(' ');
            last.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
        while lines.last().is_some_and(|last| width_of(last) > width.max(2)) {
            let whole = lines.pop().expect("there is always a line");
            let mut used = 0;
            let mut fits = |c: char| {
                used += if is_wide(c) { 2 } else { 1 };
                used <= width.max(2)
            };
            let kept: String = whole.chars().take_while(|&c| fits(c)).collect();
            let rest = whole[kept.len()..].to_owned();
            lines.extend([kept, rest]);
        }
    }
    lines
}

/// A text behind a lead, broken at `width` with its further lines under its first.
pub(crate) fn hanging(lead: &str, text: &str, width: usize) -> String {
    let indent = width_of(lead);
    let lines = wrap(text, width.saturating_sub(indent).max(20));
    format!("{lead}{}", lines.join(&format!("\n{}", " ".repeat(indent))))
}

/// A count with thin groups of three: `1 234 567`.
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
            grouped.push(' ');
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
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(group("-1234567.89"), "-1 234 567.89");
    }
}
