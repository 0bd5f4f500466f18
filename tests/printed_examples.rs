//! Every sum that a vendor prints on a page about refunds, to the cent: by the method of its page, and by the policy where
//! one is in force for it.

use refund_audit::policy::{
    PolicyBook,
    examples::{Checked, EXAMPLES, Verdict, examples},
};

fn checked() -> Vec<Checked> {
    examples(EXAMPLES, &PolicyBook::builtin()).expect("the examples can be read")
}

#[test]
fn the_methods_give_the_printed_sums() {
    let wrong: Vec<String> = checked()
        .iter()
        .filter(|one| {
            let wanted = if one.example.formula.is_some() { Verdict::Formula } else { Verdict::Agrees };
            one.by_method != wanted
        })
        .map(|one| {
            let Checked { example, by_method, .. } = one;
            format!(
                "{} ({}, {}): printed {}, {by_method:?}",
                example.id,
                example.page,
                example.place,
                example.printed.text(example.currency)
            )
        })
        .collect();
    assert!(wrong.is_empty(), "{} of {} differ\n{}", wrong.len(), checked().len(), wrong.join("\n"));
}

#[test]
fn the_policies_in_force_give_the_printed_sums() {
    let wrong: Vec<String> = checked()
        .iter()
        .filter_map(|one| match &one.by_policy {
            Verdict::Differs(got) => Some(format!(
                "{} ({}): printed {}, {} gives {got}",
                one.example.id,
                one.example.page,
                one.example.printed.text(one.example.currency),
                one.example.policy
            )),
            _ => None,
        })
        .collect();
    assert!(wrong.is_empty(), "{} differ\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn there_are_as_many_as_were_read() {
    let checked = checked();
    assert!(checked.len() >= 100, "{}", checked.len());
    assert!(checked.windows(2).all(|pair| pair[0].example.id < pair[1].example.id), "an id stands twice");
}
