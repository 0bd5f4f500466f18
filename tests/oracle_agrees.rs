//! The program beside a second calculation that shares nothing with it, on thousands of random orders
//! around every limit. A disagreement prints its case as CSV, ready to be kept as a worked case.

#![expect(
    clippy::inconsistent_digit_grouping,
    clippy::mistyped_literal_suffixes,
    reason = "cents stand apart from whole dollars: 418_51"
)]

mod oracle;

use std::{collections::BTreeMap, fmt, sync::LazyLock};

use oracle::{
    DAY, HOUR, ONE, Order, SECOND, TENDERS, civil_from_days, day_of, local, midnight_of, months_later,
};
use proptest::{option, prelude::*, sample::select, strategy::ValueTree, test_runner::TestRunner};
use refund_audit::{
    case::{Case, CaseRefund, Horizon},
    finding::Class,
    judge::{Judgement, judge},
    money::{Currency, Money, Quantity},
    policy::{Eligibility, GroundKind, Length, PolicyBook},
    record::{
        Assumed, Basis, Channel, Event, EventKey, EventKind, FileId, Invoice, OrderKind, OrderStatus, Refund,
        RefundStatus, SourceRef, Tender, Tenders, Usage,
    },
    time::{Instant, Interval, Moment, Offset},
};

static BOOK: LazyLock<PolicyBook> = LazyLock::new(PolicyBook::builtin);

// ---- random orders

/// Product, package type, and the means of payment it is mostly bought with.
const ITEMS: &[(&str, &str, &[usize])] = &[
    ("mps", "resource_pack", TENCENT),
    ("mps", "transcode_tsc", TENCENT),
    ("css", "traffic", TENCENT),
    ("css", "transcode_standard", TENCENT),
    ("css", "screenshot", TENCENT),
    ("trtc", "rtc_engine_monthly", TENCENT),
    ("trtc", "rtc_engine_monthly", TENCENT),
    ("trtc", "rtc_engine_monthly", TENCENT),
    ("trtc", "call_monthly", TENCENT),
    ("trtc", "minute_pack", CREDIT),
    ("trtc", "minute_pack", CREDIT),
    ("trtc", "something_else", CREDIT),
    ("vod", "package", TENCENT),
    ("vod", "package", TENCENT),
    ("vod", "starter_package", TENCENT),
    ("cos", "resource_pack", CREDIT),
    ("cos", "resource_pack", CREDIT),
    ("lighthouse", "instance", CREDIT),
    ("lighthouse", "data_disk", CREDIT),
    ("ali_rtc", "duration_pack", CARDS),
    ("ali_rtc", "duration_pack", CARDS),
    ("ali_rtc", "resource_plan", CARDS),
    ("ali_live", "resource_plan", CARDS),
    ("ali_vod", "duration_pack", CARDS),
    ("ali_live", "payg", CARDS),
    ("ali_live", "queen_sdk_yearly", CARDS),
    ("ali_live", "sdk_license", CARDS),
    ("ali_marketplace", "software", ALIPAY),
    ("ali_marketplace", "service", ALIPAY),
    ("ali_marketplace", "service", ALIPAY),
    ("ali_marketplace", "image_subscription", ALIPAY),
    ("ali_marketplace", "image_payg", ALIPAY),
    ("ali_marketplace", "api", ALIPAY),
    ("ali_marketplace", "theme", ALIPAY),
];

const TENCENT: &[usize] = &[0, 0, 1, 2, 2, 3, 4, 5];
const CREDIT: &[usize] = &[0, 0, 0, 2, 2, 3, 4];
const CARDS: &[usize] = &[0, 6, 6, 7, 8, 9, 3, 4];
const ALIPAY: &[usize] = &[0, 6, 7, 8, 10, 10, 3, 4];

/// Instants at which a version of the item's policies begins or ends.
fn dates(product: &str, package_type: &str) -> Vec<i64> {
    match (product, package_type) {
        ("mps", _) => vec![local(2022, 8, 9, 16, 34, 54)],
        ("css", _) => vec![local(2022, 12, 1, 0, 0, 0), local(2025, 9, 12, 16, 15, 57)],
        ("trtc", "rtc_engine_monthly") => vec![local(2023, 3, 1, 0, 0, 0)],
        ("trtc", "call_monthly") => vec![local(2024, 4, 26, 15, 3, 35)],
        ("trtc", _) => vec![local(2020, 11, 1, 0, 0, 0)],
        ("vod", _) => {
            vec![local(2023, 1, 13, 0, 0, 0), local(2023, 3, 7, 0, 0, 0), local(2023, 3, 28, 0, 0, 0)]
        }
        ("cos", _) => vec![local(2023, 7, 10, 0, 0, 0)],
        ("lighthouse", _) => vec![local(2023, 6, 30, 0, 0, 0)],
        ("ali_live", "payg" | "queen_sdk_yearly" | "sdk_license") => vec![local(2024, 1, 1, 0, 0, 0)],
        ("ali_marketplace", _) => vec![local(2018, 1, 1, 0, 0, 0)],
        _ => vec![
            local(2019, 8, 27, 18, 6, 19),
            local(2022, 1, 1, 0, 0, 0),
            local(2025, 8, 19, 0, 0, 0),
            local(2026, 1, 1, 10, 0, 0),
        ],
    }
}

/// Just before a limit, on it, just after it, and for good measure somewhere else.
fn nudge() -> impl Strategy<Value = i64> {
    prop_oneof![
        6 => select(vec![-SECOND, 0, SECOND]),
        2 => select(vec![-SECOND / 2, SECOND / 2, SECOND - 1, 1, -1]),
        1 => -2 * DAY..2 * DAY,
    ]
}

/// A purchase while some version is in force: on any day, at the end of a month, around a version's limits.
fn purchase(dates: Vec<i64>) -> impl Strategy<Value = i64> {
    let from = dates[0];
    // Where many versions follow each other soon, none of them is drowned by the last.
    let to = dates[dates.len() - 1] + if dates.len() > 1 { 60 } else { 300 } * DAY;
    let any = (from / SECOND..to / SECOND).prop_map(|at| at * SECOND);
    let clock = select(vec![0, 1, 8 * 3600, 12 * 3600 + 1, 24 * 3600 - 1]);
    let month_end = (from..to, 27_i64..32, clock).prop_map(|(at, day, clock)| {
        let (year, month, _) = civil_from_days(day_of(at));
        // The 31st of a short month is the first of the next here; that is as good a day as any.
        local(year, month, day, 0, 0, 0) + clock * SECOND
    });
    let limit = (select(dates), nudge()).prop_map(|(date, nudge)| date + nudge);
    prop_oneof![4 => month_end, 2 => limit, 3 => any]
}

/// A time that stands in some relation to the purchase.
#[derive(Clone, Copy, Debug)]
enum Spot {
    Days(i64),
    Midnight(i64),
    Months(i64),
    Dated(i64),
}

impl Spot {
    fn after(self, paid_at: i64) -> i64 {
        match self {
            Self::Days(days) => paid_at + days * DAY,
            Self::Midnight(days) => midnight_of(day_of(paid_at) + days),
            Self::Months(months) => months_later(paid_at, months),
            Self::Dated(at) => at,
        }
    }
}

fn request(dates: Vec<i64>) -> impl Strategy<Value = (Spot, i64)> {
    let spot = prop_oneof![
        8 => (0_i64..5).prop_map(Spot::Days),
        3 => Just(Spot::Days(5)),
        1 => Just(Spot::Days(7)),
        2 => select(vec![29, 30, 31, 59, 89, 180, 364, 365, 366]).prop_map(Spot::Days),
        3 => select(vec![1, 5, 6, 6, 7]).prop_map(Spot::Midnight),
        2 => select(vec![1, 3, 3, 6, 12]).prop_map(Spot::Months),
        1 => select(dates).prop_map(Spot::Dated),
    ];
    (spot, nudge())
}

/// An amount: mostly cents, sometimes all eight decimals of a bill.
fn amount() -> impl Strategy<Value = i128> {
    prop_oneof![
        6 => (1_i128..100_000).prop_map(|cents| cents * ONE / 100),
        2 => (1_i128..2_000).prop_map(|whole| whole * ONE),
        // Equal amounts make ties.
        2 => select(vec![ONE / 100, 10 * ONE, 100 * ONE]),
        1 => 1_i128..500 * ONE,
    ]
}

/// A quantity deducted or given back; of minutes, mostly around the bands of their prices.
fn quantity(minutes: bool) -> impl Strategy<Value = i128> {
    let band = select(vec![25_000, 250_000, 1_000_000, 3_000_000, 1_589_256]);
    let around_band = (band, select(vec![-ONE, -1, 0, ONE])).prop_map(|(band, nudge)| band * ONE + nudge);
    prop_oneof![
        3 => select(vec![ONE, -ONE, ONE / 1000, 0, 10 * ONE]),
        if minutes { 6 } else { 1 } => around_band,
        1 => (0_i128..40_000).prop_map(|minutes| minutes * ONE),
    ]
}

/// A time around the request: at it, around it, or some days away.
fn around(request_at: i64) -> impl Strategy<Value = i64> {
    prop_oneof![3 => nudge(), 1 => -40 * DAY..10 * DAY].prop_map(move |nudge| request_at + nudge)
}

fn event(kind: &'static str, request_at: i64, paid_at: i64) -> impl Strategy<Value = oracle::Event> {
    let three_months = (nudge(), select(vec![months_later(request_at, -3), months_later(paid_at, 3)]));
    let at = prop_oneof![around(request_at), three_months.prop_map(|(nudge, at)| at + nudge)];
    let reason = select(vec!["violation", "violation", "violation", "overdue", ""]);
    (at, option::of((0_u8..3, nudge())), reason).prop_map(move |(at, until, reason)| {
        let until = until.map(|(which, nudge)| match which {
            0 => request_at + nudge,
            1 => months_later(at, 3) + nudge,
            _ => at + nudge.abs(),
        });
        oracle::Event { kind, at, until: until.map(|until| until.max(at)), reason }
    })
}

const KINDS: [&str; 9] = [
    "account_suspended",
    "account_suspended",
    "service_requested",
    "service_completed",
    "service_delivered",
    "information_requested",
    "service_out_of_scope",
    "service_unlawful",
    "image_in_use",
];

/// An order and the instant at which its refund is asked for.
#[derive(Clone)]
struct Question {
    order: Order,
    request_at: i64,
    /// Refunded: nothing and nothing asked, what is owed, or so much more or less.
    refund: Option<i128>,
}

fn questions() -> impl Strategy<Value = Question> {
    let times = select(ITEMS).prop_flat_map(|item| {
        let dates = dates(item.0, item.1);
        (purchase(dates.clone()), request(dates))
            .prop_map(move |(paid_at, (spot, nudge))| (item, paid_at, spot.after(paid_at) + nudge))
    });
    times.prop_flat_map(|(item, paid_at, request_at)| {
        let (product, package_type, wallet) = item;
        let service = package_type == "service" || package_type == "image_subscription";
        let minutes = package_type == "minute_pack";
        let kinds: Vec<&'static str> =
            KINDS.into_iter().filter(|kind| service || *kind == "account_suspended").collect();
        let events = proptest::collection::vec(select(kinds), 0..if service { 4 } else { 2 }).prop_flat_map(move |kinds| {
            kinds.into_iter().map(|kind| event(kind, request_at, paid_at)).collect::<Vec<_>>()
        });
        let tender = prop_oneof![12 => select(wallet), 1 => 0_usize..12];
        let paid = proptest::collection::vec((tender, amount()), 1..5);
        let posted = (around(request_at), quantity(minutes), prop::bool::weighted(0.9));
        let usage = prop_oneof![
            Just(Vec::new()),
            Just(Vec::new()),
            proptest::collection::vec(posted, 1..4),
            // One deduction, and its reversal near the request.
            (nudge(), nudge(), quantity(minutes))
                .prop_map(move |(a, b, quantity)| vec![
                    (request_at - DAY + a, quantity, true),
                    (request_at + b, -quantity, true)
                ]),
        ];
        let (now, after) = (request_at, move |months| months_later(paid_at, months));
        let expires_at = prop_oneof![
            1 => Just(None),
            5 => select(vec![1, 3, 6, 12]).prop_map(move |months| Some(after(months))),
            2 => nudge().prop_map(move |nudge| Some(now + nudge)),
        ];
        let effective_at = prop_oneof![
            4 => Just(None),
            2 => Just(Some(paid_at)),
            2 => (0..3 * HOUR).prop_map(move |later| Some(paid_at + later)),
            1 => Just(Some(paid_at - SECOND)),
        ];
        let period = prop_oneof![
            4 => Just((None, None)),
            1 => Just((Some(paid_at), None)),
            1 => Just((Some(midnight_of(day_of(paid_at))), Some(midnight_of(day_of(after(1))) - SECOND))),
            1 => Just((Some(paid_at), Some(after(1)))),
            1 => Just((None, Some(after(12)))),
            1 => Just((None, Some(paid_at))),
        ];
        let covered = prop_oneof![
            6 => Just((i64::MIN, i64::MAX)),
            1 => (nudge(), nudge()).prop_map(move |(a, b)| (paid_at + a, now + b)),
        ];
        let kind = prop_oneof![12 => Just("new"), 1 => select(vec!["renew", "gift", "trial", "upgrade", "downgrade"])];
        let rarely = |weight| prop::bool::weighted(weight);
        let when = move || option::weighted(0.2, around(now));
        let facts = (
            kind,
            prop_oneof![14 => Just("paid"), 1 => select(vec!["", "unpaid", "closed", "refunding", "refunded"])],
            prop_oneof![16 => Just("USD"), 2 => Just("CNY"), 1 => Just("JPY"), 1 => Just("KWD"), 1 => Just("XQX")],
            option::weighted(0.85, amount()),
            option::weighted(0.7, select(vec![1_i64, 2, 3, 6, 12])),
            select(vec!["", "none", "issued", "returned"]),
            (rarely(0.05), rarely(0.1)),
            (when(), when()),
        );
        let refund = prop_oneof![Just(None), Just(Some(0)), select(vec![-ONE, -ONE / 100, ONE / 100, ONE, 80 * ONE]).prop_map(Some)];
        (facts, paid, usage, events, expires_at, effective_at, period, covered, refund).prop_map(
            move |(facts, tenders, usage, events, expires_at, effective_at, period, covered, refund)| {
                let (kind, status, currency, list_price, months, invoice, flags, licenses) = facts;
                let mut paid = [0; 12];
                for (tender, amount) in tenders {
                    paid[tender] += amount;
                }
                let order = Order {
                    product,
                    package_type,
                    kind,
                    status,
                    currency,
                    list_price,
                    paid,
                    paid_at,
                    effective_at,
                    period_start: period.0,
                    period_end: period.1,
                    expires_at,
                    months,
                    gift: flags.0,
                    promotion_forbids: flags.1,
                    invoice,
                    license_at: licenses.0,
                    linked_license_at: licenses.1,
                    usage,
                    events,
                    covered,
                };
                Question { order, request_at, refund }
            },
        )
    })
}

// ---- the same question to the program

const ROW: SourceRef = SourceRef { file: FileId(0), line: 2 };

fn instant(at: i64) -> Instant {
    Instant::from_micros(at * 1000)
}

fn word<T: Copy>(words: &[(&str, T)], word: &str) -> Option<T> {
    words.iter().find(|(known, _)| *known == word).map(|(_, value)| *value)
}

fn tenders(currency: &str, sums: &[i128; 12]) -> Tenders {
    let mut tenders = Tenders::none(Currency::parse(currency).unwrap());
    for (word, sum) in TENDERS.into_iter().zip(sums) {
        tenders.set(Tender::parse(word).unwrap(), Money::from_units(*sum));
    }
    tenders
}

impl Question {
    fn case(&self, owed: Option<[i128; 12]>) -> Case {
        let order = &self.order;
        let mut case = Case::new(refund_audit::record::Order {
            at: ROW,
            order_id: "O-1".into(),
            instance_id: None,
            account_id: "A-1".into(),
            payer_id: "A-1".into(),
            product: order.product.into(),
            package_type: order.package_type.into(),
            kind: word(&OrderKind::WORDS, order.kind).unwrap(),
            status: word(&OrderStatus::WORDS, order.status),
            list_price: order.list_price.map(Money::from_units),
            paid: tenders(order.currency, &order.paid),
            paid_at: Moment::exact(instant(order.paid_at)),
            delivered_at: None,
            effective_at: order.effective_at.map(instant).map(Moment::exact),
            period_start: order.period_start.map(instant),
            period_end: order.period_end.map(instant),
            expires_at: order.expires_at.map(instant).map(Moment::exact),
            months: order.months.map(|months| u32::try_from(months).unwrap()),
            gift: order.gift,
            promotion_forbids_refund: order.promotion_forbids,
            invoice: word(&Invoice::WORDS, order.invoice),
            license_activated_at: order.license_at.map(instant),
            linked_license_activated_at: order.linked_license_at.map(instant),
            site: None,
            payment_id: None,
            quota: None,
            quota_unit: None,
            assumed: Assumed::default(),
        });
        case.usage = order
            .usage
            .iter()
            .map(|(at, quantity, is_deduction)| usage(*at, *quantity, *is_deduction))
            .collect();
        case.events = order.events.iter().map(event_record).collect();
        if let Some(refund) = self.refunded(owed) {
            case.refunds.push(CaseRefund { refund, repeats: None });
        }
        case.sorted()
    }

    /// The refund row: what is owed and some cash more or less; where nothing is known to be owed, some cash.
    fn refunded(&self, owed: Option<[i128; 12]>) -> Option<Refund> {
        let more = self.refund?;
        let mut sums = owed.unwrap_or_default();
        sums[0] = (sums[0] + more).max(0);
        Some(Refund {
            at: ROW,
            refund_id: "R-1".into(),
            order_id: "O-1".into(),
            account_id: None,
            to_account: None,
            to_method: None,
            requested_at: Moment::exact(instant(self.request_at)),
            channel: None::<Channel>,
            status: RefundStatus::Completed,
            reason: None,
            decided_at: None,
            completed_at: None,
            arrived_at: None,
            returned: tenders(self.order.currency, &sums),
            channel_txn: None,
            merged: false,
            assumed: Assumed::default(),
            link: None,
        })
    }

    fn horizon(&self) -> Horizon {
        let side = |at: i64| (at != i64::MIN && at != i64::MAX).then(|| instant(at));
        // Without a refund row the as-of date is the request; with one it lies beyond every other fact.
        let as_of = if self.refund.is_some() { self.request_at + 1000 * DAY } else { self.request_at };
        let (from, to) = self.order.covered;
        Horizon { usage_covers: Interval { from: side(from), to: side(to) }, ..Horizon::at(instant(as_of)) }
    }

    fn judgement(&self, owed: Option<[i128; 12]>) -> Judgement {
        judge(&self.case(owed), &BOOK, &self.horizon())
    }
}

fn usage(at: i64, quantity: i128, is_deduction: bool) -> Usage {
    Usage {
        posted_at: Moment::exact(instant(at)),
        usage_id: None,
        usage_start: None,
        usage_end: None,
        unit: None,
        product: None,
        class: None,
        quantity: Quantity::from_units(quantity),
        basis: if is_deduction { Basis::Deduction } else { Basis::Raw },
        at: ROW,
    }
}

fn event_record(event: &oracle::Event) -> Event {
    let kind = word(&EventKind::WORDS, event.kind).unwrap();
    Event {
        kind,
        from_at: instant(event.at),
        until_at: event.until.map(instant),
        account_id: (kind.key() == EventKey::Account).then(|| "A-1".into()),
        order_id: (kind.key() == EventKey::Order).then(|| "O-1".into()),
        product: None,
        reason: (!event.reason.is_empty()).then(|| event.reason.into()),
        amount: None,
        at: ROW,
    }
}

/// The case as exports, for whoever has to look at a disagreement.
impl fmt::Debug for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let order = &self.order;
        let time = |at: Option<i64>| at.map(|at| instant(at).text(Offset::BEIJING)).unwrap_or_default();
        let money = |sum: i128| Quantity::from_units(sum).to_string();
        let paid: Vec<(&str, i128)> =
            TENDERS.into_iter().zip(order.paid).filter(|(_, sum)| *sum != 0).collect();
        let columns: Vec<String> = paid.iter().map(|(tender, _)| format!("paid_{tender}")).collect();
        let sums: Vec<String> = paid.iter().map(|(_, sum)| money(*sum)).collect();
        writeln!(
            f,
            "\norders.csv\norder_id,account_id,product,package_type,order_kind,status,currency,list_price,{},paid_at,\
             effective_at,period_start,period_end,expires_at,months,gift,promotion_forbids_refund,invoice,\
             license_activated_at,linked_license_activated_at",
            columns.join(",")
        )?;
        writeln!(
            f,
            "O-1,A-1,{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}",
            order.product,
            order.package_type,
            order.kind,
            order.status,
            order.currency,
            order.list_price.map(money).unwrap_or_default(),
            sums.join(","),
            time(Some(order.paid_at)),
            time(order.effective_at),
            time(order.period_start),
            time(order.period_end),
            time(order.expires_at),
            order.months.map(|months| months.to_string()).unwrap_or_default(),
            order.gift,
            order.promotion_forbids,
            order.invoice,
            time(order.license_at),
            time(order.linked_license_at),
        )?;
        writeln!(f, "\nusage.csv\norder_id,posted_at,quantity,basis")?;
        for (at, quantity, is_deduction) in &order.usage {
            let basis = if *is_deduction { "deduction" } else { "raw" };
            writeln!(f, "O-1,{},{},{basis}", time(Some(*at)), money(*quantity))?;
        }
        writeln!(f, "\nevents.csv\nkind,account_id,order_id,at,until,reason")?;
        for event in &order.events {
            writeln!(
                f,
                "{},A-1,O-1,{},{},{}",
                event.kind,
                time(Some(event.at)),
                time(event.until),
                event.reason
            )?;
        }
        let covers = self.horizon().usage_covers.text(Offset::BEIJING);
        writeln!(f, "\nasked at {}, usage covers {covers}", time(Some(self.request_at)))?;
        match self.refund {
            None => writeln!(f, "no refund row"),
            Some(more) => writeln!(f, "completed refund of what is owed and {} cash", money(more)),
        }
    }
}

/// Holds one judgement against the oracle.
fn compare(question: &Question) -> Result<(), TestCaseError> {
    let wanted = oracle::answer(&question.order, question.request_at);
    let judgement = question.judgement(wanted.owed);
    let outcome = &judgement.outcome;
    let eligibility = outcome.eligibility.word();
    prop_assert_eq!(
        eligibility,
        wanted.eligibility,
        "eligibility; reasons {:?} and {:?}",
        outcome.reasons,
        wanted.reasons
    );
    if let Eligibility::Unknown(_) = outcome.eligibility {
        prop_assert!(
            outcome.reasons.len() == 1 && wanted.reasons.contains(&outcome.reasons[0]),
            "reasons: {:?} is none of {:?}",
            outcome.reasons,
            wanted.reasons
        );
    } else {
        prop_assert_eq!(&outcome.reasons, &wanted.reasons, "reasons");
    }
    let ruled = outcome.policy.as_deref().zip(outcome.policy_version.as_deref());
    prop_assert_eq!(ruled, wanted.policy, "policy and version");
    prop_assert_eq!(outcome.deadline, wanted.deadline.map(instant), "deadline");
    let owed = outcome.expected.map(|owed| Tender::ALL.map(|tender| owed.get(tender).units()));
    prop_assert_eq!(owed, wanted.owed, "owed by tender");
    prop_assert_eq!(
        outcome.expected.map(|owed| owed.total().units()),
        wanted.owed.map(|owed| owed.iter().sum()),
        "total"
    );
    consequences(question, &wanted, &judgement)
}

/// What must follow for the refund row from what is owed.
fn consequences(
    question: &Question,
    wanted: &oracle::Answer,
    judgement: &Judgement,
) -> Result<(), TestCaseError> {
    let Some(refund) = question.refunded(wanted.owed) else { return Ok(()) };
    let (back, owed) = (refund.returned.total().units(), wanted.owed.map(|owed| owed.iter().sum::<i128>()));
    let found: Vec<(&str, Class)> = judgement.findings.iter().map(|one| (one.kind.slug, one.class)).collect();
    let variance = judgement.outcome.variance.map(Money::units);
    prop_assert_eq!(variance, owed.map(|owed| back - owed), "variance");
    match (wanted.eligibility, owed) {
        ("unknown", _) => {
            let named = found.iter().any(|(slug, _)| wanted.reasons.contains(slug));
            prop_assert!(named, "unknown is told by its reason: {:?}", found);
        }
        (_, Some(owed)) if owed == back => {
            let accused = found.iter().any(|(_, class)| *class == Class::Mismatch);
            prop_assert!(!accused, "what is owed came back, and yet: {:?}", found);
        }
        ("no", _) => {
            let grounds = wanted.reasons.iter().all(|ground| found.iter().any(|(slug, _)| slug == ground));
            let read_otherwise = found.iter().any(|(_, class)| *class == Class::Review);
            prop_assert!(grounds || read_otherwise, "money against {:?}: {:?}", wanted.reasons, found);
        }
        _ => prop_assert!(!found.is_empty(), "{back} came back for {owed:?} and nothing was said"),
    }
    Ok(())
}

/// Shrinking is cut short: a case of a page is as good as the smallest one that there is.
fn config(cases: u32) -> ProptestConfig {
    let max_shrink_iters = 1500;
    ProptestConfig { cases, max_shrink_iters, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config(12_000))]

    #[test]
    fn the_program_and_the_oracle_agree(question in questions()) {
        compare(&question)?;
    }
}

// ---- the oracle itself, against what the vendors print

/// An order of an item, paid in cash, with everything else unknown or none.
fn plain(product: &'static str, package_type: &'static str, cents: i128, paid_at: i64) -> Order {
    let mut paid = [0; 12];
    paid[0] = cents * ONE / 100;
    Order {
        product,
        package_type,
        kind: "new",
        status: "paid",
        currency: "USD",
        list_price: None,
        paid,
        paid_at,
        effective_at: None,
        period_start: None,
        period_end: None,
        expires_at: None,
        months: None,
        gift: false,
        promotion_forbids: false,
        invoice: "",
        license_at: None,
        linked_license_at: None,
        usage: Vec::new(),
        events: Vec::new(),
        covered: (i64::MIN, i64::MAX),
    }
}

/// What oracle and program agree to be owed, in cents by tender.
fn cents(order: &Order, at: i64) -> Option<Vec<i128>> {
    let question = Question { order: order.clone(), request_at: at, refund: Some(0) };
    compare(&question).unwrap_or_else(|error| panic!("{error}\n{question:?}"));
    let owed = oracle::answer(order, at).owed?;
    Some(owed.into_iter().filter(|sum| *sum != 0).map(|sum| sum * 100 / ONE).collect())
}

#[test]
fn the_printed_examples_come_out() {
    let engine = plain("trtc", "rtc_engine_monthly", 499_00, local(2023, 3, 1, 8, 0, 0));
    assert_eq!(cents(&engine, local(2023, 3, 6, 7, 59, 59)), Some(vec![418_51]));
    let mut split = engine;
    (split.paid[0], split.paid[2]) = (299 * ONE, 200 * ONE);
    assert_eq!(cents(&split, local(2023, 3, 6, 7, 59, 59)), Some(vec![250_77, 167_74]));

    let mut cos = plain("cos", "resource_pack", 3_46, local(2023, 8, 1, 0, 0, 0));
    (cos.list_price, cos.months) = (Some(720 * ONE / 100), Some(6));
    cos.expires_at = Some(months_later(cos.paid_at, 6));
    assert_eq!(cents(&cos, local(2023, 8, 1, 9, 0, 0)), Some(vec![3_42]));

    let mut lighthouse = plain("lighthouse", "instance", 24_00, local(2023, 8, 1, 0, 0, 0));
    (lighthouse.list_price, lighthouse.months) = (Some(60 * ONE), Some(12));
    (lighthouse.period_start, lighthouse.period_end) =
        (Some(lighthouse.paid_at), Some(lighthouse.paid_at + 365 * DAY));
    lighthouse.expires_at = lighthouse.period_end;
    assert_eq!(cents(&lighthouse, local(2023, 8, 30, 12, 0, 0)), Some(vec![19_07]));

    let mut minutes = plain("trtc", "minute_pack", 16_888_00, local(2020, 11, 1, 12, 0, 0));
    minutes.expires_at = Some(months_later(minutes.paid_at, 12));
    minutes.usage = vec![(local(2021, 1, 1, 0, 0, 0), 1_589_256 * ONE, true)];
    assert_eq!(cents(&minutes, local(2021, 2, 1, 0, 0, 0)), Some(vec![7_403_32]));
}

#[test]
fn css_has_its_two_deadlines() {
    let paid_at = local(2022, 12, 1, 8, 0, 0);
    for (package_type, last_second) in
        [("traffic", local(2022, 12, 6, 23, 59, 59)), ("screenshot", local(2022, 12, 6, 7, 59, 59))]
    {
        let order = plain("css", package_type, 16_00, paid_at);
        assert_eq!(cents(&order, last_second), Some(vec![16_00]));
        assert_eq!(cents(&order, last_second + SECOND - 1), Some(vec![16_00]));
        assert_eq!(cents(&order, last_second + SECOND), Some(vec![]));
        assert_eq!(oracle::answer(&order, last_second + SECOND).reasons, ["refund-out-of-window"]);
    }
}

/// 499 paid, by days of the month and days used, in cents.
const PRORATED: [(i64, [i128; 5]); 4] = [
    (28, [481_17, 463_35, 445_53, 427_71, 409_89]),
    (29, [481_79, 464_58, 447_37, 430_17, 412_96]),
    (30, [482_36, 465_73, 449_10, 432_46, 415_83]),
    (31, [482_90, 466_80, 450_70, 434_61, 418_51]),
];

#[test]
fn months_of_every_length_prorate() {
    let starts = [
        (2025, 1, 31, 28),
        (2025, 2, 28, 28),
        (2024, 1, 31, 29),
        (2024, 2, 29, 29),
        (2025, 1, 30, 29),
        (2025, 1, 29, 30),
        (2024, 1, 30, 30),
        (2025, 3, 31, 30),
        (2025, 8, 31, 30),
        (2025, 1, 28, 31),
        (2024, 1, 29, 31),
        (2025, 12, 31, 31),
    ];
    for (year, month, day, length) in starts {
        let order = plain("trtc", "rtc_engine_monthly", 499_00, local(year, month, day, 8, 0, 0));
        let (_, wanted) = PRORATED.into_iter().find(|(days, _)| *days == length).unwrap();
        for (used, wanted) in (1..=5).zip(wanted) {
            // A day is used with its first second and until its last.
            let begins = order.paid_at + (used - 1) * DAY + SECOND;
            let ends = order.paid_at + used * DAY - if used == 5 { SECOND } else { 0 };
            for at in [begins, ends] {
                assert_eq!(cents(&order, at), Some(vec![wanted]), "{year}-{month}-{day}, day {used}");
            }
        }
        assert_eq!(
            cents(&order, order.paid_at),
            Some(vec![wanted[0]]),
            "asked in the second of the purchase"
        );
        assert_eq!(cents(&order, order.paid_at + 5 * DAY), Some(vec![]));
    }
}

#[test]
fn one_band_prices_all_minutes() {
    let mut order = plain("trtc", "minute_pack", 30_000_00, local(2022, 1, 1, 12, 0, 0));
    order.expires_at = Some(months_later(order.paid_at, 12));
    for (minutes, owed) in [
        (0, 30_000_00),
        (24_999, 29_825_00),
        (25_000, 29_832_00),
        (249_999, 28_320_00),
        (250_000, 28_412_00),
        (999_999, 23_648_00),
        (1_000_000, 24_032_00),
        (2_999_999, 12_096_00),
        (3_000_000, 13_111_98),
        (9_000_000, 0),
    ] {
        order.usage = vec![(order.paid_at + DAY, minutes * ONE, true)];
        let wanted: Vec<i128> = [owed].into_iter().filter(|owed| *owed != 0).collect();
        assert_eq!(cents(&order, order.paid_at + 2 * DAY), Some(wanted), "{minutes} minutes");
    }
}

#[test]
fn a_tie_goes_to_the_earlier_tender() {
    // 150.00 paid in three equal parts; 100.00 of it is left when five of fifteen days are gone.
    let mut order = plain("trtc", "rtc_engine_monthly", 0, local(2023, 4, 1, 0, 0, 0));
    order.paid[..3].fill(50 * ONE);
    order.period_end = Some(order.paid_at + 15 * DAY);
    assert_eq!(cents(&order, order.paid_at + 5 * DAY - SECOND), Some(vec![33_34, 33_33, 33_33]));
}

#[test]
fn the_printed_splits_come_out() {
    // What is left of a minute pack after so much was consumed: 362.60 over 200.00 and 207.96, and so on.
    for (cash, credit, left, wanted) in
        [(200_00, 207_96, 362_60, [177_76, 184_84]), (300_00, 307_16, 116_88, [57_75, 59_13])]
    {
        let mut order = plain("lighthouse", "instance", 0, local(2023, 8, 1, 0, 0, 0));
        (order.paid[0], order.paid[2]) = (cash * ONE / 100, credit * ONE / 100);
        order.list_price = Some((cash + credit - left) * 30 * ONE / 100);
        (order.period_end, order.expires_at) =
            (Some(order.paid_at + 30 * DAY), Some(order.paid_at + 30 * DAY));
        assert_eq!(cents(&order, order.paid_at + HOUR), Some(wanted.to_vec()));
    }
}

// ---- the questions themselves

/// A comparison proves nothing about what it never asks.
#[test]
fn the_questions_reach_every_policy_version_and_reason() {
    let mut runner = TestRunner::deterministic();
    let strategy = questions();
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    for _ in 0..6000 {
        let question = strategy.new_tree(&mut runner).unwrap().current();
        let answer = oracle::answer(&question.order, question.request_at);
        let policy = answer.policy.map(|(policy, version)| format!("{policy} {version}"));
        let due = policy.as_ref().map(|policy| format!("{policy}: {}", answer.eligibility));
        let reasons = answer.reasons.iter().map(|reason| (*reason).to_owned());
        for what in reasons.chain(due).chain([answer.eligibility.to_owned()]) {
            *seen.entry(what).or_default() += 1;
        }
    }
    let policies = BOOK.policies().iter().flat_map(|policy| {
        policy.versions.iter().flat_map(move |version| {
            let silent =
                version.terms.window.as_ref().is_some_and(|window| window.length == Length::Unstated);
            let answers: &[&str] = if silent { &["unknown"] } else { &["yes", "no"] };
            answers.iter().map(move |answer| format!("{} {}: {answer}", policy.id, version.id))
        })
    });
    let unknown = [
        "no-policy",
        "policy-silent",
        "usage-coverage-gap",
        "missing-field",
        "time-order",
        "unknown-tender",
        "currency-unknown",
    ];
    let grounds = KINDS_OF_GROUND.map(GroundKind::slug);
    let wanted = policies.chain(unknown.into_iter().chain(grounds).map(str::to_owned));
    let missed: Vec<String> = wanted.filter(|what| !seen.contains_key(what)).collect();
    assert!(missed.is_empty(), "never asked: {missed:#?}\nof {seen:#?}");
    for answer in ["yes", "no", "unknown"] {
        assert!(seen[answer] > 1000, "{seen:#?}");
    }
}

const KINDS_OF_GROUND: [GroundKind; 16] = [
    GroundKind::BeforePurchase,
    GroundKind::UnpaidOrder,
    GroundKind::OutOfWindow,
    GroundKind::AfterExpiry,
    GroundKind::AfterDeduction,
    GroundKind::Giveaway,
    GroundKind::Suspended,
    GroundKind::ForbiddenByPromotion,
    GroundKind::LicenseActivated,
    GroundKind::NotRefundableItem,
    GroundKind::ImageInUse,
    GroundKind::ServiceCompleted,
    GroundKind::ServiceNeglected,
    GroundKind::ServiceBuyerCause,
    GroundKind::RenewalOnly,
    GroundKind::InvoiceNotReturned,
];
