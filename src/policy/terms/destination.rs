//! Who gets the money, and by which way.

use crate::policy::{
    file::{Keys, Value},
    model::Clause,
};

pub(in crate::policy) const KEYS: &[&str] = &["account", "accept", "route", "fallback", "clause", "place"];

/// Who gets the money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Receiver {
    /// The account that paid.
    Payer,
    /// The account that owns the order.
    Purchaser,
}

impl Receiver {
    /// Every receiver, with its word in policy files.
    pub const WORDS: [(&'static str, Self); 2] = [("payer", Self::Payer), ("purchaser", Self::Purchaser)];

    /// The word of the receiver.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Payer => "payer",
            Self::Purchaser => "purchaser",
        }
    }
}

/// The way that money takes back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// The method it was paid by.
    Original,
    /// The balance of the account.
    Balance,
    /// The method it was paid by, for so many days after the payment, method by method.
    Within(Vec<(String, u32)>),
}

/// Who gets the money, and the rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    /// The account the page names.
    pub account: Receiver,
    /// Accounts that are accepted as well.
    pub accept: Vec<Receiver>,
    /// The way back, where the page names one.
    pub route: Option<Route>,
    /// Whether the balance takes what the route does not.
    pub falls_back_to_balance: bool,
    /// The rule.
    pub clause: Clause,
}

pub(in crate::policy) fn read(keys: &Keys<'_, '_>) -> Option<Destination> {
    keys.only(KEYS);
    let account = keys.required(keys.word("account", "account", &Receiver::WORDS), "account")?;
    Some(Destination {
        account,
        accept: keys.words("accept", "account", &Receiver::WORDS).unwrap_or_default(),
        route: route(keys),
        falls_back_to_balance: keys.word("fallback", "fallback", &[("balance", true)]).unwrap_or(false),
        clause: keys.clause(),
    })
}

fn route(keys: &Keys<'_, '_>) -> Option<Route> {
    let item = keys.get("route")?;
    match &item.value {
        Value::Text("original") => Some(Route::Original),
        Value::Text("balance") => Some(Route::Balance),
        Value::List(_) => {
            let steps = keys.tables("route").into_iter().filter_map(|step| {
                step.only(&["method", "days"]);
                let method = step.required(step.text("method"), "method")?;
                Some((method.to_owned(), step.required(step.count("days"), "days")?))
            });
            Some(Route::Within(steps.collect()))
        }
        other => {
            keys.complain(
                item.at,
                format!(
                    "unknown route {other}, wanted \"original\", \"balance\" or a list {{ method, days }}"
                ),
            );
            None
        }
    }
}

/// The effect in a phrase.
#[must_use]
pub fn text(destination: &Destination) -> String {
    let accept: Vec<&str> = destination.accept.iter().map(|receiver| receiver.word()).collect();
    let mut text = destination.account.word().to_owned();
    if !accept.is_empty() {
        text.push_str(&format!(", {} accepted", accept.join(", ")));
    }
    match &destination.route {
        Some(Route::Original) => text.push_str("; the way it was paid"),
        Some(Route::Balance) => text.push_str("; to the balance"),
        Some(Route::Within(steps)) => {
            let steps: Vec<String> = steps
                .iter()
                .map(|(method, days)| format!("{method} up to {days} days after the payment"))
                .collect();
            text.push_str(&format!("; {}", steps.join(", ")));
        }
        None => {}
    }
    if destination.falls_back_to_balance {
        text.push_str(", otherwise the balance");
    }
    text
}
