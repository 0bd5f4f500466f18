//! Which character separates the cells: told by the first lines.

/// A separator of cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delimiter {
    /// `,`
    Comma,
    /// A tab.
    Tab,
    /// `;`
    Semicolon,
}

impl Delimiter {
    /// Every delimiter, the likeliest first.
    pub const ALL: [Self; 3] = [Self::Comma, Self::Tab, Self::Semicolon];

    /// Its byte.
    #[must_use]
    pub const fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Tab => b'\t',
            Self::Semicolon => b';',
        }
    }

    /// The word in messages.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Comma => "comma",
            Self::Tab => "tab",
            Self::Semicolon => "semicolon",
        }
    }

    /// The delimiter of the first lines of a text: the one that separates most cells of the first line
    /// that has several. A line `sep=;`, as spreadsheets write it, decides at once.
    #[must_use]
    pub fn sniff(head: &str) -> Self {
        let lines = || head.split(['\n', '\r']).filter(|line| !line.trim().is_empty()).take(20);
        if let Some(asked) = lines().next().and_then(sep_line) {
            return asked;
        }
        for at_least in [2, 1] {
            for line in lines() {
                let mut best = Self::Comma;
                for delimiter in Self::ALL {
                    if delimiter.separates(line) > best.separates(line) {
                        best = delimiter;
                    }
                }
                if best.separates(line) >= at_least {
                    return best;
                }
            }
        }
        Self::Comma
    }

    /// How many cells it separates in a line, outside of quotes. A tab beside a comma or at the edge of
    /// the line separates nothing: consoles put tabs around cells.
    fn separates(self, line: &str) -> usize {
        let bytes = line.trim_matches('\t').as_bytes();
        let mut quoted = false;
        let mut count = 0;
        for (at, &byte) in bytes.iter().enumerate() {
            let beside = |neighbour: Option<usize>| {
                self == Self::Tab && neighbour.and_then(|at| bytes.get(at)).is_some_and(|&b| b == b',')
            };
            match byte {
                b'"' => quoted = !quoted,
                _ if byte == self.byte()
                    && !quoted
                    && !beside(at.checked_sub(1))
                    && !beside(Some(at + 1)) =>
                {
                    count += 1;
                }
                _ => {}
            }
        }
        count
    }
}

/// The delimiter that a line `sep=;` names.
pub(super) fn sep_line(line: &str) -> Option<Delimiter> {
    let line = line.trim_start_matches('\u{FEFF}').trim_end_matches(['\r', '\n']);
    let named = line.strip_prefix("sep=")?;
    Delimiter::ALL.into_iter().find(|delimiter| named.as_bytes() == [delimiter.byte()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_lines_tell() {
        for (head, wanted) in [
            ("a,b,c\n1,2,3", Delimiter::Comma),
            ("a\tb\tc\n1,5\t2\t3", Delimiter::Tab),
            ("a;b;c\n1,5;2;3", Delimiter::Semicolon),
            ("\"a;b;c;d\",b\n", Delimiter::Comma),
            ("账单\n\na\tb\tc\n", Delimiter::Tab),
            ("\t订单ID\t,\t金额\t,x\n", Delimiter::Comma),
            ("sep=;\na,b,c\n", Delimiter::Semicolon),
            ("only", Delimiter::Comma),
            ("", Delimiter::Comma),
        ] {
            assert_eq!(Delimiter::sniff(head), wanted, "{head:?}");
        }
    }
}
