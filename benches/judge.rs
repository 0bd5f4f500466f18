//! Cases judged a second, on one thread.
//!
//! Measured are a mix, and orders that nobody asked a refund for: nearly all of those that a run folder lists.
//!
//! The cases are made in code: eight kinds of order that a month of exports mixes, each with its own
//! method, ground or side effect, so that no branch of the judge is measured alone. Reading, assembling
//! and printing are left out; `whole-program.sh` measures those.

use std::hint::black_box;

use criterion::{Criterion, Throughput};
use refund_audit::{
    case::{Case, CaseRefund, Horizon},
    judge::{judge, judge_among},
    money::{Currency, Money, Quantity},
    policy::{Candidates, PolicyBook},
    record::{
        Assumed, Basis, Channel, Event, EventKind, FileId, Order, OrderKind, Refund, RefundStatus, SourceRef,
        Tender, Tenders, Usage,
    },
    time::{Instant, Moment, Offset},
};

/// Cases of one measurement: enough that no kind stays in the processor's nearest memory.
const CASES: u64 = 8000;

fn at(text: &str) -> Instant {
    Instant::parse(text, Offset::BEIJING).expect("the bench writes instants rightly")
}

fn money(text: &str) -> Money {
    Money::parse(text).expect("the bench writes sums rightly")
}

fn row(line: u64) -> SourceRef {
    SourceRef { file: FileId(0), line }
}

fn tenders(currency: &str, sums: &[(Tender, &str)]) -> Tenders {
    let mut tenders = Tenders::none(Currency::parse(currency).expect("the bench writes currencies rightly"));
    for &(tender, sum) in sums {
        tenders.set(tender, money(sum));
    }
    tenders
}

fn order(line: u64, product: &str, package_type: &str, paid_at: &str, paid: Tenders) -> Order {
    let account = format!("account-{}", line % 997);
    Order {
        at: row(line),
        order_id: format!("{line:020}").as_str().into(),
        instance_id: None,
        account_id: account.as_str().into(),
        payer_id: account.as_str().into(),
        product: product.into(),
        package_type: package_type.into(),
        kind: OrderKind::New,
        status: None,
        list_price: Some(paid.total()),
        paid,
        paid_at: Moment::exact(at(paid_at)),
        delivered_at: None,
        effective_at: None,
        period_start: None,
        period_end: None,
        expires_at: None,
        months: None,
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
    }
}

fn refund(order: &Order, requested_at: &str, status: RefundStatus, returned: Tenders) -> CaseRefund {
    let requested_at = at(requested_at);
    let refund = Refund {
        at: order.at,
        refund_id: format!("R-{}", order.order_id).as_str().into(),
        order_id: order.order_id.clone(),
        account_id: Some(order.account_id.clone()),
        to_account: Some(order.payer_id.clone()),
        to_method: None,
        requested_at: Moment::exact(requested_at),
        channel: Some(Channel::Ticket),
        status,
        reason: None,
        decided_at: Some(requested_at.plus_seconds(3600)),
        completed_at: (status == RefundStatus::Completed).then(|| requested_at.plus_seconds(7200)),
        arrived_at: None,
        returned,
        channel_txn: None,
        merged: false,
        assumed: Assumed::default(),
        link: None,
    };
    CaseRefund { refund, repeats: None }
}

fn deduction(line: u64, posted_at: &str, quantity: &str) -> Usage {
    Usage {
        posted_at: Moment::exact(at(posted_at)),
        usage_id: Some(format!("U-{line}").as_str().into()),
        usage_start: None,
        usage_end: None,
        unit: None,
        product: None,
        class: None,
        quantity: Quantity::parse(quantity).expect("the bench writes quantities rightly"),
        basis: Basis::Deduction,
        at: row(line),
    }
}

/// The case of a line: one of eight kinds in turn.
fn case(line: u64) -> Case {
    let dollars = |sum: &str| tenders("USD", &[(Tender::Cash, sum)]);
    let mut case;
    match line % 8 {
        // Unused and returned in time.
        0 => {
            case = Case::new(order(line, "css", "traffic", "2024-03-01T08:00:00+08:00", dollars("37.01")));
            case.refunds.push(refund(
                &case.order,
                "2024-03-04T10:00:00+08:00",
                RefundStatus::Completed,
                dollars("37.01"),
            ));
        }
        // Used before the request, twenty postings in all.
        1 => {
            case = Case::new(order(line, "css", "traffic", "2024-03-01T08:00:00+08:00", dollars("37.01")));
            case.refunds.push(refund(
                &case.order,
                "2024-03-04T10:00:00+08:00",
                RefundStatus::Completed,
                dollars("37.01"),
            ));
            for day in 2..22 {
                case.usage.push(deduction(line, &format!("2024-03-{day:02}T02:10:00+08:00"), "1.25"));
            }
        }
        // Prorated rightly, over two tenders.
        2 | 3 => {
            let paid = tenders("USD", &[(Tender::Cash, "299.00"), (Tender::FreeCredit, "200.00")]);
            let mut bought = order(line, "trtc", "rtc_engine_monthly", "2024-03-01T08:00:00+08:00", paid);
            bought.months = Some(1);
            case = Case::new(bought);
            let right = tenders("USD", &[(Tender::Cash, "250.77"), (Tender::FreeCredit, "167.74")]);
            // Every second one is a day short, which the neighbours have to find.
            let short = tenders("USD", &[(Tender::Cash, "241.12"), (Tender::FreeCredit, "161.29")]);
            let returned = if line % 8 == 2 { right } else { short };
            case.refunds.push(refund(
                &case.order,
                "2024-03-06T07:59:59+08:00",
                RefundStatus::Completed,
                returned,
            ));
        }
        // Nobody asked.
        4 => {
            let mut bought =
                order(line, "ali_live", "resource_plan", "2024-03-01T08:00:00+08:00", dollars("120.00"));
            bought.expires_at = Some(Moment::exact(at("2025-03-01T08:00:00+08:00")));
            case = Case::new(bought);
        }
        // Paid less minutes consumed.
        5 => {
            let paid = tenders("CNY", &[(Tender::Cash, "200.00"), (Tender::FreeCredit, "207.96")]);
            let mut bought = order(line, "trtc", "minute_pack", "2024-03-01T08:00:00+08:00", paid);
            bought.expires_at = Some(Moment::exact(at("2025-03-01T08:00:00+08:00")));
            case = Case::new(bought);
            case.usage.push(deduction(line, "2024-03-02T02:00:00+08:00", "6480"));
            let back = tenders("CNY", &[(Tender::Cash, "177.76"), (Tender::FreeCredit, "184.84")]);
            case.refunds.push(refund(
                &case.order,
                "2024-04-01T09:00:00+08:00",
                RefundStatus::Completed,
                back,
            ));
        }
        // Denied without a reason.
        6 => {
            let mut bought =
                order(line, "cos", "resource_pack", "2024-03-01T08:00:00+08:00", dollars("3.46"));
            (bought.list_price, bought.months) = (Some(money("7.20")), Some(6));
            case = Case::new(bought);
            let nothing = tenders("USD", &[]);
            case.refunds.push(refund(
                &case.order,
                "2024-03-01T10:00:00+08:00",
                RefundStatus::Rejected,
                nothing,
            ));
        }
        // A service that was completed before it was returned.
        _ => {
            let paid = tenders("CNY", &[(Tender::Alipay, "888.00")]);
            case = Case::new(order(line, "ali_marketplace", "service", "2024-03-01T08:00:00+08:00", paid));
            for (kind, on) in [(EventKind::ServiceRequested, "02"), (EventKind::ServiceCompleted, "20")] {
                case.events.push(Event {
                    kind,
                    from_at: at(&format!("2024-03-{on}T12:00:00+08:00")),
                    until_at: None,
                    account_id: None,
                    order_id: Some(case.order.order_id.clone()),
                    product: None,
                    reason: None,
                    amount: None,
                    at: row(line),
                });
            }
            case.refunds.push(refund(
                &case.order,
                "2024-04-01T09:00:00+08:00",
                RefundStatus::Completed,
                paid,
            ));
        }
    }
    case.sorted()
}

/// An order that nobody asked about: its window is over, and every second one was used.
fn plain(line: u64) -> Case {
    let paid = tenders("USD", &[(Tender::Cash, "37.01"), (Tender::Voucher, "5.00")]);
    let (product, package_type) =
        if line.is_multiple_of(3) { ("trtc", "rtc_engine_monthly") } else { ("css", "traffic") };
    let mut case = Case::new(order(line, product, package_type, "2024-03-01T08:00:00+08:00", paid));
    if line.is_multiple_of(2) {
        case.unkept_net = Quantity::parse("25.5").expect("the bench writes quantities rightly");
    }
    case
}

fn main() {
    let cases: Vec<Case> = (0..CASES).map(case).collect();
    let plain: Vec<Case> = (0..CASES).map(plain).collect();
    let book = PolicyBook::builtin();
    let horizon = Horizon::at(at("2024-06-01T00:00:00+08:00"));
    let findings: usize = cases.iter().map(|case| judge(case, &book, &horizon).findings.len()).sum();
    assert!(findings > 0, "the mix has something to find");

    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("judge");
    group.throughput(Throughput::Elements(CASES));
    group.bench_function("mixed cases, one thread", |bencher| {
        bencher.iter(|| {
            for case in &cases {
                black_box(judge(black_box(case), &book, &horizon));
            }
        });
    });
    group.bench_function("orders that nobody asked about, one thread", |bencher| {
        let wares = [&plain[0], &plain[1]].map(|case| Candidates::of_order(&book, &case.order));
        bencher.iter(|| {
            for (line, case) in plain.iter().enumerate() {
                let candidates = &wares[usize::from(line % 3 > 0)];
                black_box(judge_among(black_box(case), candidates, &horizon));
            }
        });
    });
    group.throughput(Throughput::Elements(1));
    group.bench_function("load the built-in policies", |bencher| {
        bencher.iter(|| black_box(PolicyBook::builtin()));
    });
    group.finish();
    criterion.final_summary();
}
