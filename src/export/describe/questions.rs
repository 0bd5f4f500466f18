//! Whether some files together can answer what policies ask, and which export would answer the rest.

use super::Description;
use crate::export::dialect::Role;

/// What every refund policy asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Question {
    /// Which orders were there, and what did they cost?
    Orders,
    /// Was the refund asked for in time?
    Window,
    /// Was the package used?
    Use,
    /// Which deduction belongs to which order?
    PackOfOrder,
    /// Which order is a refund for?
    OrderOfRefund,
    /// Did each means of payment come back as it should?
    Tenders,
    /// Did the money go to the right account?
    Destination,
    /// Was the package given away?
    Gift,
    /// Was the account suspended?
    Suspension,
}

impl Question {
    /// Every question, in the order of reports.
    pub const ALL: [Self; 9] = [
        Self::Orders,
        Self::Window,
        Self::Use,
        Self::PackOfOrder,
        Self::OrderOfRefund,
        Self::Tenders,
        Self::Destination,
        Self::Gift,
        Self::Suspension,
    ];

    /// The question in words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Orders => "which orders were there",
            Self::Window => "was a refund asked for in time",
            Self::Use => "was the package used",
            Self::PackOfOrder => "which deduction belongs to which order",
            Self::OrderOfRefund => "which order is a refund for",
            Self::Tenders => "did each means of payment come back",
            Self::Destination => "did the money go to the right account",
            Self::Gift => "was the package given away",
            Self::Suspension => "was the account suspended",
        }
    }
}

/// How far a question can be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// By what the files say.
    Yes,
    /// With a stand-in, or for some records only.
    Partly,
    /// Not at all.
    No,
}

/// The answer to one question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The question.
    pub question: Question,
    /// How far it can be answered.
    pub state: State,
    /// Why, and what would help.
    pub because: String,
}

/// What the files together can decide.
#[must_use]
pub fn answer(files: &[Description]) -> Vec<Answer> {
    let has = |role, column| files.iter().any(|file| file.filled.contains(&(role, column)));
    let any = |role| files.iter().any(|file| file.records.get(&role).is_some_and(|count| *count > 0));
    // A fact is lacking only where no other file with the same role has it.
    let lack = |role: Role, fact: &str| {
        let mut with_role = files.iter().filter(|file| file.records.contains_key(&role)).peekable();
        let found = with_role.clone().find_map(|file| file.lacks.iter().find(|lack| lack.fact == fact));
        let everywhere = with_role.peek().is_some()
            && with_role.all(|file| file.lacks.iter().any(|lack| lack.fact == fact));
        found.filter(|_| everywhere)
    };
    let say = |lack: &crate::export::dialect::Lack| format!("{}; it is in: {}", lack.effect, lack.remedy);
    let link = has(Role::Orders, "instance_id") || has(Role::Packages, "order_id");
    let judge = |question: Question| -> (State, String) {
        match question {
            Question::Orders if any(Role::Orders) => (State::Yes, "there are orders".to_owned()),
            Question::Orders => (State::No, "no file has orders: give the bill or the order list".to_owned()),
            Question::Window if !any(Role::Refunds) => {
                (State::No, "no file has refunds: give the bill".to_owned())
            }
            Question::Window => {
                match lack(Role::Refunds, "requested_at").or_else(|| lack(Role::Orders, "paid_at")) {
                    Some(lack) => (State::Partly, say(lack)),
                    None => (State::Yes, "times of payment and request are there".to_owned()),
                }
            }
            Question::Use if any(Role::Usage) => (State::Yes, "there are deductions".to_owned()),
            Question::Use => {
                (State::No, "no file has deductions: give the deduction details of the packs".to_owned())
            }
            Question::PackOfOrder if !any(Role::Usage) => (State::No, "no file has deductions".to_owned()),
            Question::PackOfOrder if has(Role::Usage, "order_id") || link => {
                (State::Yes, "orders or packs name each other".to_owned())
            }
            Question::PackOfOrder => (
                State::No,
                "neither orders nor packs name each other: give the pack list or a bill by instance"
                    .to_owned(),
            ),
            Question::OrderOfRefund if !any(Role::Refunds) => (State::No, "no file has refunds".to_owned()),
            Question::OrderOfRefund if has(Role::Refunds, "order_id") => {
                (State::Yes, "refunds name their orders".to_owned())
            }
            Question::OrderOfRefund if link => {
                (State::Partly, "a refund is tied to its order by the pack".to_owned())
            }
            Question::OrderOfRefund => (State::No, "refunds name no orders: give the order list".to_owned()),
            Question::Tenders if !any(Role::Orders) => (State::No, "no file has orders".to_owned()),
            Question::Tenders => match lack(Role::Orders, "tenders") {
                Some(lack) => (State::No, say(lack)),
                None => (State::Yes, "each means of payment has its column".to_owned()),
            },
            Question::Destination if has(Role::Refunds, "to_account") => {
                (State::Yes, "refunds name an account".to_owned())
            }
            Question::Destination => (
                State::No,
                "no file says where money went: give the list of income and expenses of the paying account"
                    .to_owned(),
            ),
            Question::Gift if has(Role::Orders, "gift") => {
                (State::Yes, "orders say which were given away".to_owned())
            }
            Question::Gift => {
                (State::Partly, "known only by product and a price of zero; see the pack list".to_owned())
            }
            Question::Suspension if any(Role::Events) => (State::Yes, "there are events".to_owned()),
            Question::Suspension => (State::No, "no export has it: write an events file".to_owned()),
        }
    };
    Question::ALL
        .into_iter()
        .map(|question| {
            let (state, because) = judge(question);
            Answer { question, state, because }
        })
        .collect()
}
