//! How a refund came to its order, where its own row does not say.

/// How a refund was tied to its order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Link {
    /// By this resource, of which no other order was paid before the refund.
    Resource(Box<str>),
    /// By this resource, to the latest of its orders that were paid before the refund.
    LatestOfResource(Box<str>),
    /// By another export, which has the same refund with its order.
    OtherExport,
    /// It names several orders and stands with the first.
    FirstOfSeveral,
    /// Not at all: no order was found.
    NotFound,
}

impl Link {
    /// What the word of a link begins with in exports.
    pub const WORD: &'static str = "order_id:";

    /// Reads what stands behind [`Self::WORD`].
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "export" => Some(Self::OtherExport),
            "first" => Some(Self::FirstOfSeveral),
            "none" => Some(Self::NotFound),
            _ => match text.split_once(':') {
                Some(("resource", resource)) if !resource.is_empty() => Some(Self::Resource(resource.into())),
                Some(("latest", resource)) if !resource.is_empty() => {
                    Some(Self::LatestOfResource(resource.into()))
                }
                _ => None,
            },
        }
    }

    /// The word in exports.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Resource(resource) => format!("{}resource:{resource}", Self::WORD),
            Self::LatestOfResource(resource) => format!("{}latest:{resource}", Self::WORD),
            Self::OtherExport => format!("{}export", Self::WORD),
            Self::FirstOfSeveral => format!("{}first", Self::WORD),
            Self::NotFound => format!("{}none", Self::WORD),
        }
    }

    /// What a finding says of it.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::Resource(resource) => {
                format!("The refund was tied to this order by its resource {resource}.")
            }
            Self::LatestOfResource(resource) => format!(
                "The refund was tied to this order by its resource {resource}: of the several orders of that, this \
                 is the latest before it."
            ),
            Self::OtherExport => {
                "The refund was tied to this order by another export that names it.".to_owned()
            }
            Self::FirstOfSeveral => {
                "The refund names several orders, not how much for each, and stands with the first."
                    .to_owned()
            }
            Self::NotFound => {
                "The refund names no order, and nothing else in the exports says which it is for.".to_owned()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_as_they_are_written() {
        let links = [
            Link::Resource("eip-1;cn-hangzhou;BGP".into()),
            Link::LatestOfResource("latest:x".into()),
            Link::OtherExport,
            Link::FirstOfSeveral,
            Link::NotFound,
        ];
        for link in links {
            let text = link.text();
            let word = text.strip_prefix(Link::WORD).expect("a link begins with its word");
            assert_eq!(Link::parse(word), Some(link));
        }
        for wrong in ["", "resource", "resource:", "exports", "FIRST"] {
            assert_eq!(Link::parse(wrong), None, "{wrong}");
        }
    }
}
