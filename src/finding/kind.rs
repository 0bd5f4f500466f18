//! A kind of finding, and its page.

/// What a finding means for the books.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Policy and refund disagree under every reading.
    Mismatch,
    /// A person decides.
    Review,
    /// The export cannot carry the question.
    Data,
}

impl Class {
    /// Every class, gravest first.
    pub const ALL: [Self; 3] = [Self::Mismatch, Self::Review, Self::Data];

    /// The word in outputs.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Mismatch => "mismatch",
            Self::Review => "review",
            Self::Data => "data",
        }
    }
}

/// How grave a finding is, gravest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Look now.
    Critical,
    /// Look today.
    High,
    /// Look this week.
    Medium,
    /// Look when there is time.
    Low,
    /// Good to know.
    Info,
}

impl Severity {
    /// Every severity, gravest first.
    pub const ALL: [Self; 5] = [Self::Critical, Self::High, Self::Medium, Self::Low, Self::Info];

    /// The word in outputs.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
            Self::Info => "info",
        }
    }
}

/// A kind of finding. Its slug never gets another meaning.
#[derive(Debug, PartialEq, Eq)]
pub struct Kind {
    /// Its name in every output and in `refund-audit finding`.
    pub slug: &'static str,
    /// Its class, unless the finding says otherwise.
    pub class: Class,
    /// Its severity, unless the finding says otherwise.
    pub severity: Severity,
    /// Its page of documentation.
    pub page: &'static str,
}

/// A page taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page<'p> {
    /// The fault in one line.
    pub title: &'p str,
    /// What it means.
    pub meaning: &'p str,
    /// Why it matters.
    pub importance: &'p str,
    /// What to look at.
    pub look_at: &'p str,
    /// When it is not a fault.
    pub innocence: &'p str,
}

impl Kind {
    /// The kind of that slug.
    #[must_use]
    pub fn of(slug: &str) -> Option<&'static Self> {
        super::KINDS.iter().find(|kind| kind.slug == slug)
    }

    /// Its page taken apart; a section that is missing is empty.
    #[must_use]
    pub fn page(&self) -> Page<'_> {
        let section = |heading: &str| {
            let after = self.page.split_once(&format!("## {heading}\n")).map_or("", |(_, after)| after);
            after.split("\n## ").next().unwrap_or_default().trim()
        };
        let title =
            self.page.lines().find_map(|line| line.split_once(" — ")).map_or("", |(_, title)| title.trim());
        Page {
            title,
            meaning: section("What it means"),
            importance: section("Why it matters"),
            look_at: section("What to look at"),
            innocence: section("When it is not a fault"),
        }
    }

    /// Whether canonical exports can raise it.
    #[must_use]
    pub fn is_raised(&self) -> bool {
        let words: Vec<&str> = self.page().meaning.split_whitespace().collect();
        !words.join(" ").contains("Not raised from canonical exports:")
    }
}
