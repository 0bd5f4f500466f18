//! What must hold of every order, whatever its numbers: relations between judgements of orders that differ in one
//! thing. Nothing here says what is owed.

use std::{collections::BTreeMap, sync::LazyLock};

use proptest::{prelude::*, sample::select};
use refund_audit::{
    case::{Case, CaseRefund, Horizon},
    finding::{Class, Direction, Finding},
    judge::{Judgement, Verdict, judge},
    money::{Currency, Money, Quantity},
    policy::PolicyBook,
    record::{
        Assumed, Basis, Event, EventKind, FileId, Order, OrderKind, Refund, RefundStatus, SourceRef, Tender,
        Tenders, Usage,
    },
    time::{Instant, Interval, Moment, Offset},
};

static BOOK: LazyLock<PolicyBook> = LazyLock::new(PolicyBook::builtin);

const HOUR: i64 = 3_600_000_000;
const ITEMS: [(&str, &str); 5] = [
    ("mps", "transcode_general"),
    ("css", "traffic"),
    ("trtc", "rtc_engine_monthly"),
    ("vod", "package"),
    ("nosuch", "thing"),
];

/// A refund in hours after the payment and whole dollars.
#[derive(Clone, Debug)]
struct Asked {
    at: i64,
    lasts: i64,
    status: RefundStatus,
    cash: i64,
    voucher: i64,
    abuse: bool,
    assumed: bool,
    transaction: Option<u8>,
}

/// An order as it is made up.
#[derive(Clone, Debug)]
struct Made {
    item: usize,
    cash: i64,
    voucher: i64,
    used: Vec<(i64, i64)>,
    suspended: Option<(i64, i64)>,
    refunds: Vec<Asked>,
}

fn paid_at() -> Instant {
    Instant::parse("2024-03-04T10:00:00+08:00", Offset::BEIJING).unwrap()
}

fn hours(count: i64) -> Instant {
    Instant::from_micros(paid_at().micros() + count * HOUR)
}

fn usd() -> Currency {
    Currency::parse("USD").unwrap()
}

fn dollars(count: i64) -> Money {
    Money::parse(&count.to_string()).unwrap()
}

fn tenders(cash: i64, voucher: i64) -> Tenders {
    let mut sums = Tenders::none(usd());
    sums.set(Tender::Cash, dollars(cash));
    sums.set(Tender::Voucher, dollars(voucher));
    sums
}

fn row(line: u64) -> SourceRef {
    SourceRef { file: FileId(0), line }
}

impl Made {
    fn case(&self) -> Case {
        let (product, package_type) = ITEMS[self.item];
        let mut case = Case::new(Order {
            at: row(1),
            order_id: "O-1".into(),
            instance_id: None,
            account_id: "A-1".into(),
            payer_id: "A-1".into(),
            product: product.into(),
            package_type: package_type.into(),
            kind: OrderKind::New,
            status: None,
            list_price: Some(dollars(self.cash + self.voucher)),
            paid: tenders(self.cash, self.voucher),
            paid_at: Moment::exact(paid_at()),
            delivered_at: None,
            effective_at: None,
            period_start: None,
            period_end: None,
            expires_at: None,
            months: Some(1),
            gift: false,
            promotion_forbids_refund: false,
            invoice: None,
            license_activated_at: None,
            linked_license_activated_at: None,
            site: None,
            payment_id: None,
            quota: None,
            quota_unit: None,
            assumed: Assumed::default(),
        });
        let rows = self.used.iter().zip(10..);
        case.usage = rows.map(|((at, quantity), line)| usage(*at, *quantity, line)).collect();
        case.events = self.suspended.iter().map(|(from, until)| suspension(*from, *until)).collect();
        let mut seen: BTreeMap<u8, (String, SourceRef)> = BTreeMap::new();
        let mut order: Vec<(usize, &Asked)> = self.refunds.iter().enumerate().collect();
        order.sort_by_key(|(place, one)| (one.at, *place));
        for (place, one) in order {
            let refund = refund(place, one);
            let separate = one.status != RefundStatus::Cancelled;
            let repeats = one.transaction.filter(|_| separate).and_then(|number| {
                let known = seen.get(&number).map(|(id, at)| (id.as_str().into(), *at));
                seen.entry(number).or_insert_with(|| (refund.refund_id.to_string(), refund.at));
                known
            });
            case.refunds.push(CaseRefund { refund, repeats });
        }
        case.sorted()
    }
}

fn usage(at: i64, quantity: i64, line: u64) -> Usage {
    Usage {
        posted_at: Moment::exact(hours(at)),
        usage_id: Some(format!("U-{line}").as_str().into()),
        usage_start: None,
        usage_end: None,
        quantity: Quantity::parse(&quantity.to_string()).unwrap(),
        unit: None,
        basis: Basis::Deduction,
        product: None,
        class: None,
        at: row(line),
    }
}

fn suspension(from: i64, until: i64) -> Event {
    Event {
        kind: EventKind::AccountSuspended,
        from_at: hours(from),
        until_at: Some(hours(until)),
        account_id: Some("A-1".into()),
        order_id: None,
        product: None,
        reason: Some("violation".into()),
        amount: None,
        at: row(50),
    }
}

fn refund(place: usize, asked: &Asked) -> Refund {
    let done = asked.status == RefundStatus::Completed;
    let completed_at = hours(asked.at + asked.lasts);
    let (cash, voucher) = if done { (asked.cash, asked.voucher) } else { (0, 0) };
    let assumed = asked.assumed && done;
    Refund {
        at: row(100 + place as u64),
        refund_id: format!("R-{place}").as_str().into(),
        order_id: "O-1".into(),
        account_id: None,
        to_account: None,
        to_method: None,
        requested_at: Moment::exact(if assumed { completed_at } else { hours(asked.at) }),
        channel: None,
        status: asked.status,
        reason: asked.abuse.then(|| "abuse".into()),
        decided_at: (!done).then_some(completed_at),
        completed_at: done.then_some(completed_at),
        arrived_at: None,
        returned: tenders(cash, voucher),
        channel_txn: asked.transaction.map(|number| format!("T-{number}").into()),
        merged: false,
        assumed: Assumed { request: assumed, ..Assumed::default() },
        link: None,
    }
}

fn asked() -> impl Strategy<Value = Asked> {
    let status = select(vec![
        RefundStatus::Completed,
        RefundStatus::Completed,
        RefundStatus::Completed,
        RefundStatus::Rejected,
        RefundStatus::Approved,
        RefundStatus::Requested,
        RefundStatus::Cancelled,
    ]);
    let sums = (select(vec![0_i64, 20, 35, 40, 60, 70, 100, 130]), select(vec![0_i64, 0, 0, 15, 30]));
    let transaction = prop_oneof![4 => Just(None), 1 => (0_u8..2).prop_map(Some)];
    (0_i64..200, 0_i64..60, status, sums, any::<bool>(), 0_u8..5, transaction).prop_map(
        |(at, lasts, status, (cash, voucher), abuse, assumed, transaction)| Asked {
            at,
            lasts,
            status,
            cash,
            voucher,
            abuse,
            assumed: assumed == 0,
            transaction,
        },
    )
}

fn made() -> impl Strategy<Value = Made> {
    let used = prop::collection::vec((0_i64..250, select(vec![-1_i64, 1, 1])), 0..3);
    let suspended = prop_oneof![3 => Just(None), 1 => (0_i64..150, 1_i64..80).prop_map(|(from, long)| Some((from, from + long)))];
    let refunds = prop::collection::vec(asked(), 0..5);
    (0..ITEMS.len(), select(vec![70_i64, 100]), select(vec![0_i64, 30]), used, suspended, refunds).prop_map(
        |(item, cash, voucher, used, suspended, refunds)| Made {
            item,
            cash,
            voucher,
            used,
            suspended,
            refunds,
        },
    )
}

fn horizon(at: i64) -> Horizon {
    Horizon::at(hours(at))
}

fn judged(made: &Made) -> Judgement {
    judge(&made.case(), &BOOK, &horizon(3000))
}

fn exposures(findings: &[Finding], direction: Direction) -> Money {
    findings.iter().filter(|finding| finding.direction == direction).map(|finding| finding.exposure).sum()
}

/// Mismatches about money that should not have left, by refund: kind and exposure.
fn certain(judgement: &Judgement) -> Money {
    judgement.outcome.over
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn exposures_are_the_outcome(made in made()) {
        let Judgement { outcome, findings } = judged(&made);
        prop_assert_eq!(exposures(&findings, Direction::Over), outcome.over);
        prop_assert_eq!(exposures(&findings, Direction::Under), outcome.under);
        prop_assert_eq!(exposures(&findings, Direction::None), Money::ZERO);
        prop_assert!(outcome.over <= outcome.actual_total, "no more can have left than did");
        for finding in &findings {
            prop_assert!(finding.primary || finding.exposure.is_zero());
        }
    }

    #[test]
    fn what_left_less_what_was_too_much_is_what_was_owed(mut made in made()) {
        // One request decides, and no more than one refund moved money: nothing else is between them.
        let mut seen = 0;
        made.refunds.retain(|one| {
            seen += usize::from(one.status == RefundStatus::Completed);
            one.status == RefundStatus::Completed && seen == 1
        });
        let Judgement { outcome, findings } = judged(&made);
        let by_reading = findings.iter().any(|one| one.class == Class::Review && one.direction != Direction::None);
        if let Some(expected) = outcome.expected.filter(|_| !made.refunds.is_empty() && !by_reading) {
            let left = outcome.actual_total.minus(outcome.over).plus(outcome.under);
            prop_assert_eq!(left, expected.total());
        }
    }

    #[test]
    fn a_later_as_of_never_makes_a_settled_refund_less_certain(made in made(), later in 1_i64..2000) {
        let case = made.case();
        let (now, then) = (horizon(600), horizon(600 + later));
        let (now, then) = (judge(&case, &BOOK, &now), judge(&case, &BOOK, &then));
        let settled = made.refunds.iter().all(|one| one.status == RefundStatus::Completed);
        if settled {
            prop_assert_eq!(now.outcome.eligibility, then.outcome.eligibility);
            prop_assert_eq!(now.outcome.over, then.outcome.over);
            prop_assert_eq!(now.outcome.under, then.outcome.under);
            prop_assert_eq!(now.outcome.verdict, then.outcome.verdict);
        }
    }

    #[test]
    fn a_fact_that_was_missing_never_removes_a_certain_mismatch(made in made(), from in -100_i64..200, long in 1_i64..200) {
        let case = made.case();
        let known = horizon(3000);
        let gap = Interval { from: Some(hours(from)), to: Some(hours(from + long)) };
        let missing = Horizon { usage_covers: gap, ..known.clone() };
        let (missing, known) = (judge(&case, &BOOK, &missing), judge(&case, &BOOK, &known));
        // A reading may explain a sum only once it is known what is owed.
        let by_reading = known.findings.iter().any(|one| one.class == Class::Review);
        if !by_reading {
            prop_assert!(certain(&missing) <= certain(&known), "{:?} {:?}", missing.findings, known.findings);
        }
        if missing.outcome.verdict == Verdict::Mismatch && !by_reading {
            prop_assert_eq!(known.outcome.verdict, Verdict::Mismatch);
        }
    }

    #[test]
    fn the_order_of_refunds_with_one_request_time_changes_nothing(made in made(), at in 0_i64..150) {
        let mut one = made;
        one.refunds.retain(|refund| refund.transaction.is_none() && !refund.assumed);
        for refund in &mut one.refunds {
            refund.at = at;
            refund.lasts = 5;
        }
        let mut other = one.clone();
        other.refunds.reverse();
        let (one, other) = (judged(&one).outcome, judged(&other).outcome);
        prop_assert_eq!((one.eligibility, one.over, one.under), (other.eligibility, other.over, other.under));
        prop_assert_eq!(one.actual_total, other.actual_total);
    }

    #[test]
    fn a_refund_cut_in_two_with_one_request_time_changes_no_sum(made in made(), place in any::<prop::sample::Index>(), part in 1_i64..20) {
        let mut whole = made;
        whole.refunds.retain(|refund| refund.transaction.is_none() && !refund.assumed);
        let can_be_cut = |one: &Asked| one.status == RefundStatus::Completed && one.cash > part;
        let places: Vec<usize> = (0..whole.refunds.len()).filter(|at| can_be_cut(&whole.refunds[*at])).collect();
        if places.is_empty() {
            return Ok(());
        }
        let place = places[place.index(places.len())];
        let mut cut = whole.clone();
        cut.refunds[place].cash -= part;
        let rest = Asked { cash: part, voucher: 0, ..cut.refunds[place].clone() };
        cut.refunds.insert(place + 1, rest);
        let (one, two) = (judged(&whole), judged(&cut));
        let by_reading = [&one, &two].iter().any(|judgement| {
            judgement.findings.iter().any(|one| one.class == Class::Review && one.kind.slug != "eligible-refund-denied")
        });
        if !by_reading {
            prop_assert_eq!(one.outcome.over, two.outcome.over);
            prop_assert_eq!(one.outcome.under, two.outcome.under);
        }
        prop_assert_eq!(one.outcome.actual_total, two.outcome.actual_total);
    }
}
