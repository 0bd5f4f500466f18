//! What holds for all exports: how rows, files and threads are arranged changes nothing, nothing is lost on
//! the way, and no refund is owed beyond what was paid.

mod support;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    num::NonZeroUsize,
    path::PathBuf,
    sync::LazyLock,
};

use proptest::{collection::vec, option, prelude::*, sample::select, strategy::ValueTree};
use refund_audit::{
    engine::{self, Audit, Listed, Options},
    finding::Finding,
    ingest::{Inputs, Silent, discover},
    money::{Money, Ratio, Rounding, allocate},
    policy::PolicyBook,
    record::{Fate, Role, Tender},
    report::Summary,
    time::{Instant, Interval, Offset},
};
use support::Folder;

static BOOK: LazyLock<PolicyBook> = LazyLock::new(PolicyBook::builtin);

// ---- random exports

const ORDERS: &str = "order_id,instance_id,account_id,product,package_type,order_kind,currency,list_price,paid_cash,\
                      paid_free_credit,paid_voucher,paid_at,expires_at,months,gift";
const REFUNDS: &str = "refund_id,order_id,to_account,requested_at,channel,status,reason,currency,refunded_cash,\
                       refunded_free_credit,refunded_voucher,completed_at,channel_txn";
const USAGE: &str = "usage_id,order_id,instance_id,posted_at,quantity,basis";
const EVENTS: &str = "kind,account_id,order_id,at,until,reason,amount";

/// The four roles with their headers, in the order of [`World::rows`].
const FILES: [(&str, &str); 4] =
    [("orders", ORDERS), ("refunds", REFUNDS), ("usage", USAGE), ("events", EVENTS)];

const ITEMS: [(&str, &str); 9] = [
    ("css", "traffic"),
    ("mps", "resource_pack"),
    ("trtc", "rtc_engine_monthly"),
    ("trtc", "minute_pack"),
    ("cos", "resource_pack"),
    ("lighthouse", "instance"),
    ("ali_live", "resource_plan"),
    ("ali_marketplace", "software"),
    ("nobody", "knows"),
];

/// Exports as rows of cells; each refund, usage and event row stands behind its order.
#[derive(Clone, Debug)]
struct World {
    rows: [Vec<String>; 4],
}

fn at(seconds: i64) -> String {
    let start = Instant::parse("2023-08-01T00:00:00+08:00", Offset::BEIJING).unwrap();
    start.plus_seconds(seconds).text(Offset::BEIJING)
}

fn cents(cents: i64) -> String {
    if cents == 0 { String::new() } else { format!("{}.{:02}", cents / 100, cents % 100) }
}

/// Minor units of a currency as its amounts are written; a yen has no decimals.
fn minor(currency: &str, units: i64) -> String {
    match currency {
        "JPY" if units == 0 => String::new(),
        "JPY" => units.to_string(),
        _ => cents(units),
    }
}

/// An hour, a day, five days and a second: times between two rows of an order.
fn later() -> impl Strategy<Value = i64> {
    prop_oneof![select(vec![0, 1, 3600, 86_400, 5 * 86_400, 5 * 86_400 + 1]), 0_i64..20 * 86_400]
}

fn sums() -> impl Strategy<Value = [i64; 3]> {
    (1_i64..50_000, prop_oneof![Just(0_i64), 1_i64..50_000], prop_oneof![3 => Just(0_i64), 1 => 1_i64..5_000])
        .prop_map(|(cash, credit, voucher)| [cash, credit, voucher])
}

/// One order with everything about it, its ids beginning with `prefix`.
fn order(prefix: &'static str) -> impl Strategy<Value = World> {
    let head = (0_u32..100_000, select(ITEMS.to_vec()), 0_i64..40 * 86_400, sums(), 0_i64..80_000, 0_u8..3);
    let kind = prop_oneof![8 => Just("new"), 1 => select(vec!["gift", "renew", "trial"])];
    let term = (option::weighted(0.9, 20_i64..400), option::weighted(0.8, select(vec![1, 6, 12])), kind);
    let refund = (
        0_u32..1_000_000,
        later(),
        select(vec![
            "completed",
            "completed",
            "completed",
            "completed",
            "rejected",
            "requested",
            "approved",
            "cancelled",
        ]),
        select(vec!["", "abuse", "used"]),
        select(vec!["self_service", "ticket", ""]),
        select(vec![0_i64, 50, 100, 100, 100, 101]),
        option::weighted(0.3, 0_u8..3),
        select(vec!["", "", "a0", "stranger"]),
    );
    let deduction = (
        option::weighted(0.8, 0_u32..1_000_000),
        later(),
        select(vec!["1", "-1", "0.001", "0", "30000"]),
        any::<bool>(),
        prop::bool::weighted(0.9),
    );
    let event = (
        select(vec!["account_suspended", "fee_frozen", "gift_granted"]),
        later(),
        option::of(later()),
        select(vec!["violation", "overdue"]),
    );
    (head, term, vec(refund, 0..3), vec(deduction, 0..4), vec(event, 0..2)).prop_map(move |(head, term, refunds, usage, events)| {
        let (number, (product, package), paid, [cash, credit, voucher], discount, account) = head;
        let (days, months, kind) = term;
        let (id, instance) = (format!("{prefix}-{number}"), format!("{prefix}i{number}"));
        let account = format!("{prefix}a{account}");
        let currency = if number % 7 == 0 { "JPY" } else { "USD" };
        let expires = days.map(|days| at(paid + days * 86_400)).unwrap_or_default();
        let list = minor(currency, cash + credit + voucher + discount);
        let months = months.map(|months: i32| months.to_string()).unwrap_or_default();
        let (paid_cash, paid_credit, paid_voucher) = (minor(currency, cash), minor(currency, credit), minor(currency, voucher));
        let mut world = World { rows: Default::default() };
        let paid_at = at(paid);
        world.rows[0].push(format!("{id},{instance},{account},{product},{package},{kind},{currency},{list},{paid_cash},{paid_credit},{paid_voucher},{paid_at},{expires},{months},"));
        for (refund, after, status, reason, channel, share, txn, to) in refunds {
            let part = |sum: i64| minor(currency, sum * share / 100);
            let txn = txn.map(|txn| format!("{prefix}t{}", u32::from(txn) + 3 * (number % 5))).unwrap_or_default();
            let to = if to.is_empty() { String::new() } else { format!("{prefix}{to}") };
            let done = if status == "completed" { at(paid + after + 7200) } else { String::new() };
            let asked = at(paid + after);
            let (cash, credit, voucher) = (part(cash), part(credit), if share > 100 { part(voucher) } else { String::new() });
            world.rows[1].push(format!("{prefix}r{number}-{refund},{id},{to},{asked},{channel},{status},{reason},{currency},{cash},{credit},{voucher},{done},{txn}"));
        }
        for (usage, after, quantity, by_instance, is_deduction) in usage {
            let usage = usage.map(|usage| format!("{prefix}u{number}-{usage}")).unwrap_or_default();
            let basis = if is_deduction { "deduction" } else { "raw" };
            let ids = if by_instance { format!(",{instance}") } else { format!("{id},") };
            world.rows[2].push(format!("{usage},{ids},{},{quantity},{basis}", at(paid + after)));
        }
        for (kind, after, until, reason) in events {
            let keys = if kind == "account_suspended" { format!("{account},") } else { format!(",{id}") };
            let until = until.map(|until| at(paid + after + until)).unwrap_or_default();
            world.rows[3].push(format!("{kind},{keys},{},{until},{reason},5.00", at(paid + after)));
        }
        world
    })
}

/// Exports of a few orders, each id once.
fn world(prefix: &'static str, orders: std::ops::Range<usize>) -> impl Strategy<Value = World> {
    vec(order(prefix), orders).prop_map(|parts| {
        let mut world = World { rows: Default::default() };
        let mut seen = BTreeSet::new();
        for part in parts {
            let id = part.rows[0][0].split(',').next().unwrap().to_owned();
            if seen.insert(id) {
                world.add(part);
            }
        }
        world.single_ids();
        world
    })
}

/// Exports with rows of the second kind: repeated word for word, and repeated with another content.
fn repeating(world: World, contradict: bool) -> impl Strategy<Value = World> {
    let picks = vec((0_usize..3, any::<prop::sample::Index>()), 1..5);
    (Just(world), picks).prop_map(move |(mut world, picks)| {
        for (file, pick) in picks {
            if world.rows[file].is_empty() {
                continue;
            }
            let row = pick.get(&world.rows[file]).clone();
            if row.starts_with(',') {
                continue;
            }
            world.rows[file].push(if contradict { contradiction(file, &row) } else { row });
        }
        world
    })
}

fn first_cell(row: &str) -> &str {
    row.split(',').next().unwrap_or_default()
}

/// The same row with another sum.
fn contradiction(file: usize, row: &str) -> String {
    let mut cells: Vec<String> = row.split(',').map(str::to_owned).collect();
    let column = [8, 8, 4][file];
    "7".clone_into(&mut cells[column]);
    cells.join(",")
}

impl World {
    fn add(&mut self, other: Self) {
        for (mine, theirs) in self.rows.iter_mut().zip(other.rows) {
            mine.extend(theirs);
        }
    }

    /// Two random rows may have drawn one id; keep the first.
    fn single_ids(&mut self) {
        for rows in &mut self.rows[..3] {
            let mut seen = BTreeSet::new();
            rows.retain(|row| row.starts_with(',') || seen.insert(first_cell(row).to_owned()));
        }
    }

    fn shuffled(self) -> impl Strategy<Value = Self> {
        self.rows.map(|rows| Just(rows).prop_shuffle()).prop_map(|rows| Self { rows })
    }

    fn folder(&self) -> Folder {
        self.cut([0; 4])
    }

    /// The exports in files, those of each role cut in two at some row.
    fn cut(&self, at: [usize; 4]) -> Folder {
        let folder = Folder::new();
        for (((name, header), rows), at) in FILES.into_iter().zip(&self.rows).zip(at) {
            let (first, second) = rows.split_at(at.min(rows.len()));
            folder.write(&format!("{name}.csv"), support::csv(header, second));
            if !first.is_empty() {
                folder.write(&format!("b/{name}-2.csv"), support::csv(header, first));
            }
        }
        folder
    }
}

// ---- one run, and what it says without lines and files

fn run(folder: &Folder, options: &Options) -> Audit {
    audit(&discover(&[folder.path("")]).unwrap(), options)
}

fn audit(inputs: &Inputs, options: &Options) -> Audit {
    engine::audit(inputs, &BOOK, options, &Silent).unwrap()
}

/// A question that does not depend on what else is in the exports.
fn fixed() -> Options {
    let as_of = Instant::parse("2024-03-01T00:00:00+08:00", Offset::BEIJING).unwrap();
    Options {
        as_of: Some(as_of),
        usage_covers: Some(Interval::EVERYTHING),
        opportunities: true,
        ..Options::default()
    }
}

/// Everything a finding says but lines and files.
fn told(finding: &Finding) -> String {
    let evidence: Vec<(Role, &str)> =
        finding.evidence.iter().map(|row| (row.role, row.id.as_str())).collect();
    let id = |id: Option<&dyn fmt::Display>| id.map(ToString::to_string).unwrap_or_default();
    format!(
        "{} {} {} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {} {:?} {evidence:?} {}",
        id(finding.order_id.as_ref().map(|id| id as _)),
        id(finding.refund_id.as_ref().map(|id| id as _)),
        finding.kind.slug,
        finding.class,
        finding.severity,
        finding.direction,
        finding.currency,
        finding.amount_at_risk,
        finding.expected_total,
        finding.actual_total,
        finding.citation,
        nowhere(&finding.explanation),
        finding.readings,
        finding.primary,
        finding.exposure,
        finding.fingerprint(),
    )
}

/// A sentence without the lines of the rows that it names.
fn nowhere(text: &str) -> String {
    let word = |word: &str| match word.trim_end_matches([';', '.', ',']).rsplit_once(".csv:") {
        Some((_, line)) if line.parse::<u64>().is_ok() => "a row".to_owned(),
        _ => word.to_owned(),
    };
    text.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

/// Findings about orders, and outcomes.
fn told_of_orders(audit: &Audit) -> (Vec<String>, Vec<String>) {
    told_of(audit, |_| true)
}

/// The same of some orders.
fn told_of(audit: &Audit, is_wanted: impl Fn(&str) -> bool) -> (Vec<String>, Vec<String>) {
    let about = |finding: &&Finding| finding.order_id.as_ref().is_some_and(|id| is_wanted(id.as_str()));
    let findings = audit.findings.iter().filter(about).map(told).collect();
    let outcomes = audit.outcomes.list().unwrap();
    let outcomes = outcomes.iter().filter(|outcome| is_wanted(outcome.order_id.as_str()));
    (findings, outcomes.map(|outcome| format!("{outcome:?}")).collect())
}

/// Rows by what became of them, over all files of a role.
fn fates(audit: &Audit) -> BTreeMap<Role, [u64; 5]> {
    let mut fates: BTreeMap<Role, [u64; 5]> = BTreeMap::new();
    for file in &audit.files {
        let sums = fates.entry(file.role).or_default();
        sums[0] += file.control.rows_read();
        for (sum, fate) in sums[1..].iter_mut().zip(Fate::ALL) {
            *sum += file.control.rows(fate);
        }
    }
    fates
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, max_shrink_iters: 400, failure_persistence: None, ..ProptestConfig::default() }
}

fn shuffled_world() -> impl Strategy<Value = (World, World)> {
    world("O", 1..9).prop_flat_map(|world| (Just(world.clone()), world.shuffled()))
}

fn repeating_world(contradict: bool) -> impl Strategy<Value = (World, World)> {
    let worlds = world("O", 1..7).prop_flat_map(move |world| repeating(world, contradict));
    worlds.prop_flat_map(|world| (Just(world.clone()), world.shuffled()))
}

fn orphaned_world() -> impl Strategy<Value = (World, World)> {
    let orphan = (0_u32..50, 0_i64..86_400 * 30)
        .prop_map(|(id, later)| format!("x{id},gone-{id},,{},1,deduction", at(later)));
    let worlds = (world("O", 1..4), vec(orphan, 2..9)).prop_map(|(mut world, orphans)| {
        world.rows[2].extend(orphans);
        world.single_ids();
        world
    });
    worlds.prop_flat_map(|world| (Just(world.clone()), world.shuffled()))
}

// ---- arrangement changes nothing

proptest! {
    #![proptest_config(config(40))]

    #[test]
    fn the_order_of_rows_changes_nothing((world, shuffled) in shuffled_world()) {
        let (one, other) = (run(&world.folder(), &Options::default()), run(&shuffled.folder(), &Options::default()));
        prop_assert_eq!(told_of_orders(&one), told_of_orders(&other));
        prop_assert_eq!(fates(&one), fates(&other));
        prop_assert_eq!((one.as_of, one.coverage), (other.as_of, other.coverage));
    }

    #[test]
    fn the_order_of_rows_changes_nothing_about_repeated_rows((world, shuffled) in repeating_world(false)) {
        let (one, other) = (run(&world.folder(), &Options::default()), run(&shuffled.folder(), &Options::default()));
        prop_assert_eq!(told_of_orders(&one), told_of_orders(&other));
        prop_assert_eq!(fates(&one), fates(&other));
    }

    #[test]
    fn the_order_of_rows_changes_nothing_about_contradictions((world, shuffled) in repeating_world(true)) {
        let (one, other) = (run(&world.folder(), &Options::default()), run(&shuffled.folder(), &Options::default()));
        prop_assert_eq!(told_of_orders(&one), told_of_orders(&other));
        prop_assert_eq!(fates(&one), fates(&other));
    }

    #[test]
    fn the_order_of_rows_changes_nothing_about_orphans((world, shuffled) in orphaned_world()) {
        let texts = |world: &World| -> Vec<String> {
            let folder = world.folder();
            let audit = run(&folder, &Options::default());
            let explanations = audit.findings.iter().map(|finding| finding.explanation.clone());
            explanations.map(|text| text.replace(&*folder.path("").to_string_lossy(), "")).collect()
        };
        prop_assert_eq!(texts(&world), texts(&shuffled));
    }

    #[test]
    fn the_order_of_files_changes_nothing(world in world("O", 1..9), cut in [0_usize..9, 0_usize..9, 0_usize..9, 0_usize..9]) {
        let folder = world.cut(cut);
        let inputs = discover(&[folder.path("")]).unwrap();
        let reversed = Inputs { files: inputs.files.iter().rev().cloned().collect(), ..inputs.clone() };
        let (one, other) = (audit(&inputs, &Options::default()), audit(&reversed, &Options::default()));
        prop_assert_eq!(format!("{one:?}"), format!("{other:?}"));
    }

    #[test]
    fn the_number_of_threads_changes_nothing(world in world("O", 1..9), cut in [0_usize..9, 0_usize..9, 0_usize..9, 0_usize..9]) {
        let folder = world.cut(cut);
        let by = |threads| format!("{:?}", run(&folder, &Options { threads: Some(threads), ..Options::default() }));
        let alone = by(1);
        for threads in [2, 3, 8] {
            prop_assert_eq!(&alone, &by(threads), "{} threads", threads);
        }
    }

    #[test]
    fn unrelated_orders_change_nothing(mine in world("O", 1..5), others in world("X", 1..5)) {
        let alone = run(&mine.folder(), &fixed());
        let mut both = mine;
        both.add(others);
        let together = run(&both.folder(), &fixed());
        let is_mine = |id: &str| id.starts_with("O-");
        prop_assert_eq!(told_of(&alone, is_mine), told_of(&together, is_mine));
    }

    #[test]
    fn a_run_in_parts_says_the_same(
        world in world("O", 1..9),
        cut in [0_usize..9, 0_usize..9, 0_usize..9, 0_usize..9],
        outcomes in select(vec![Listed::All, Listed::Touched]),
        asked in any::<bool>(),
    ) {
        let folder = world.cut(cut);
        let options = Options { outcomes, ..if asked { fixed() } else { Options::default() } };
        let whole = run(&folder, &options);
        for (parts, threads) in [(1, 1), (2, 2), (7, 3)] {
            let (parts, threads) = (NonZeroUsize::new(parts), Some(threads));
            let in_parts = run(&folder, &Options { parts, threads, ..options.clone() });
            prop_assert_eq!(format!("{:?}", whole), format!("{:?}", in_parts), "{:?} parts", parts);
        }
    }

    #[test]
    fn orders_that_are_only_counted_would_come_to_nothing(
        world in world("O", 1..9),
        opportunities in any::<bool>(),
        late in any::<bool>(),
    ) {
        let as_of = late.then(|| Instant::parse("2031-01-01T00:00:00+08:00", Offset::BEIJING).unwrap());
        let folder = world.folder();
        let by = |outcomes| run(&folder, &Options { outcomes, opportunities, as_of, ..fixed() });
        let (all, touched) = (by(Listed::All), by(Listed::Touched));
        prop_assert_eq!(Summary::of(&all).unwrap(), Summary::of(&touched).unwrap());
        let listed: BTreeSet<String> = touched.outcomes.list().unwrap().iter().map(|outcome| outcome.order_id.to_string()).collect();
        prop_assert_eq!(told_of(&all, |id| listed.contains(id)), told_of_orders(&touched));
        prop_assert_eq!(all.findings.len(), touched.findings.len());
        let counted = touched.untouched.by_currency.values().sum::<u64>();
        prop_assert_eq!(all.outcomes.len() as u64, touched.outcomes.len() as u64 + counted);
    }

    #[test]
    fn splitting_a_file_changes_nothing(world in world("O", 1..9), cut in [0_usize..9, 0_usize..9, 0_usize..9, 0_usize..9]) {
        let (whole, split) = (run(&world.folder(), &Options::default()), run(&world.cut(cut), &Options::default()));
        prop_assert_eq!(told_of_orders(&whole), told_of_orders(&split));
        let (mut wanted, mut found) = (fates(&whole), fates(&split));
        wanted.retain(|_, rows| rows[0] > 0);
        found.retain(|_, rows| rows[0] > 0);
        prop_assert_eq!(wanted, found);
        prop_assert_eq!((whole.as_of, whole.coverage), (split.as_of, split.coverage));
    }
}

// ---- nothing is lost

/// A cell that does not belong into any column, or cells too many.
const DAMAGE: [&str; 6] = ["\u{0}", "1e3", "2023-02-29", "x\"y", "a,b", "\u{fffd}\u{7}"];

proptest! {
    #![proptest_config(config(60))]

    #[test]
    fn every_row_has_one_fate_and_the_totals_tie(
        world in world("O", 2..9).prop_flat_map(|world| repeating(world, false)),
        damage in vec((0_usize..4, any::<prop::sample::Index>(), any::<prop::sample::Index>(), select(DAMAGE.to_vec())), 0..5),
    ) {
        let mut world = world;
        for (file, row, cell, text) in damage {
            if world.rows[file].is_empty() {
                continue;
            }
            let at = row.index(world.rows[file].len());
            let mut cells: Vec<String> = world.rows[file][at].split(',').map(str::to_owned).collect();
            let which = cell.index(cells.len());
            text.clone_into(&mut cells[which]);
            world.rows[file][at] = cells.join(",");
        }
        let folder = world.folder();
        let audit = run(&folder, &Options::default());
        let mut rejected: BTreeMap<u32, BTreeSet<u64>> = BTreeMap::new();
        for defect in &audit.defects {
            let fresh = rejected.entry(defect.at.file.0).or_default().insert(defect.at.line);
            prop_assert!(fresh, "line {} of file {} is rejected twice", defect.at.line, defect.at.file.0);
        }
        for file in &audit.files {
            let control = &file.control;
            let (at, _) = FILES.iter().enumerate().find(|(_, (name, _))| *name == file.role.word()).unwrap();
            prop_assert_eq!(control.rows_read(), world.rows[at].len() as u64, "rows read of {}", file.role.word());
            prop_assert_eq!(control.rows_read(), Fate::ALL.map(|fate| control.rows(fate)).iter().sum::<u64>());
            prop_assert_eq!(control.rows(Fate::Rejected), rejected.get(&file.id.0).map_or(0, |lines| lines.len() as u64));
            prop_assert!(control.ties(), "{:?}", control);
            for (column, read, settled) in control.sums() {
                prop_assert_eq!(read, settled.iter().sum::<i128>(), "{}", column);
            }
        }
        let orders: Vec<String> = audit.outcomes.list().unwrap().iter().map(|outcome| outcome.order_id.to_string()).collect();
        let file = audit.files.iter().find(|file| file.role == Role::Orders).unwrap();
        let is_rejected = |at: usize| rejected.get(&file.id.0).is_some_and(|lines| lines.contains(&(at as u64 + 2)));
        let read = world.rows[0].iter().enumerate().filter(|(at, _)| !is_rejected(*at));
        let ids: BTreeSet<&str> = read.map(|(_, row)| first_cell(row)).collect();
        prop_assert!(orders.iter().map(String::as_str).eq(ids.iter().copied()), "one outcome for each order that was read: {:?}, {:?}", orders, ids);
    }

    #[test]
    fn a_second_row_of_one_channel_transaction_is_a_duplicate(
        world in world("O", 1..6),
        first in (any::<prop::sample::Index>(), later(), 1_i64..10_000),
        second in (any::<prop::sample::Index>(), later(), 1_i64..10_000),
    ) {
        let mut world = world;
        let id = |pick: prop::sample::Index| pick.get(&world.rows[0]).split(',').next().unwrap().to_owned();
        let (one, other) = (id(first.0), id(second.0));
        for (name, order, after, sum) in [("Z-1", one, first.1, first.2), ("Z-2", other, first.1 + second.1, second.2)] {
            let (asked, sum) = (at(after), cents(sum));
            world.rows[1].push(format!("{name},{order},,{asked},,completed,,USD,{sum},,,{asked},one-and-the-same"));
        }
        let audit = run(&world.folder(), &fixed());
        let slugs = |refund: &str| -> Vec<&str> {
            let of = audit.findings.iter().filter(|one| one.refund_id.as_ref().is_some_and(|id| id.as_str() == refund));
            of.map(|one| one.kind.slug).filter(|slug| *slug != "abuse-pattern").collect()
        };
        prop_assert_eq!(slugs("Z-2"), ["duplicate-refund"]);
        prop_assert!(!slugs("Z-1").contains(&"duplicate-refund"));
        let duplicate = audit.findings.iter().find(|one| one.kind.slug == "duplicate-refund" && one.refund_id.as_ref().is_some_and(|id| id.as_str() == "Z-2"));
        prop_assert_eq!(duplicate.unwrap().amount_at_risk, Money::parse(&cents(second.2)).unwrap());
    }
}

// ---- money

proptest! {
    #![proptest_config(config(120))]

    #[test]
    fn what_is_owed_lies_between_nothing_and_what_was_paid(world in world("O", 1..9), covered in any::<bool>()) {
        let options = Options { usage_covers: covered.then_some(Interval::EVERYTHING), ..Options::default() };
        let audit = run(&world.folder(), &options);
        prop_assert_eq!(audit.outcomes.len(), world.rows[0].len());
        for outcome in audit.outcomes.list().unwrap() {
            let Some(owed) = &outcome.expected else { continue };
            let id = format!("{},", outcome.order_id);
            let row: Vec<&str> = world.rows[0].iter().find(|row| row.starts_with(&id)).unwrap().split(',').collect();
            let mut paid_back = Money::ZERO;
            for tender in Tender::ALL {
                let paid = match tender {
                    Tender::Cash => row[8],
                    Tender::FreeCredit => row[9],
                    Tender::Voucher => row[10],
                    _ => "",
                };
                let paid = if paid.is_empty() { Money::ZERO } else { Money::parse(paid).unwrap() };
                prop_assert!(owed.get(tender) >= Money::ZERO);
                prop_assert!(owed.get(tender) <= paid, "{}: {} owed in {}", outcome.order_id, owed.text(), tender.word());
                if tender == Tender::Voucher {
                    prop_assert!(owed.get(tender).is_zero(), "vouchers never come back");
                }
                paid_back = paid_back.plus(owed.get(tender));
            }
            prop_assert_eq!(paid_back, owed.total(), "the parts sum to the whole");
        }
    }

    #[test]
    fn the_parts_of_a_split_sum_to_the_whole(
        cents in 0_i128..1_000_000_000,
        weights in vec(0_i128..100_000_000_000, 1..12),
        places in 0_u32..5,
    ) {
        let step = Money::minor_unit(places).units();
        let total = Money::from_units(cents * step);
        let weights: Vec<Money> = weights.into_iter().map(Money::from_units).collect();
        let sum: i128 = weights.iter().map(|weight| weight.units()).sum();
        match allocate(total, &weights, places) {
            None => prop_assert!(sum == 0 && cents > 0, "{} cannot be split", cents),
            Some(parts) => {
                prop_assert_eq!(parts.iter().copied().sum::<Money>(), total);
                for (part, weight) in parts.iter().zip(&weights) {
                    let exact = (cents * weight.units()).checked_div(sum).unwrap_or(0);
                    let steps = part.units() / step;
                    prop_assert!(part.units() % step == 0 && (steps == exact || steps == exact + 1));
                }
            }
        }
    }

    #[test]
    fn a_share_and_what_is_left_are_the_whole(units in 0_i128..100_000_000_000_000, days in 1_i64..400, used in 0_i64..400) {
        let used = used.min(days);
        let amount = Money::from_units(units);
        let (gone, left) = (Ratio::share(amount, used, days).unwrap(), Ratio::share(amount, days - used, days).unwrap());
        prop_assert_eq!(gone.subtracted_from(amount).unwrap().round(8, Rounding::Down), left.round(8, Rounding::Down));
        for places in 0..=8 {
            let [down, half_even, half_up, up] = [Rounding::Down, Rounding::HalfEven, Rounding::HalfUp, Rounding::Up]
                .map(|rounding| left.round(places, rounding).unwrap());
            prop_assert!(down <= half_even && half_even <= half_up && half_up <= up);
            prop_assert!(up.minus(down) <= Money::minor_unit(places));
            prop_assert!(down <= amount && down.units() % Money::minor_unit(places).units() == 0);
        }
    }
}

// ---- the program itself, byte by byte

/// A world of many orders, always the same.
fn large() -> World {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    world("O", 150..151).new_tree(&mut runner).unwrap().current()
}

fn bytes_of(folder: &Folder, run: &str) -> BTreeMap<PathBuf, Vec<u8>> {
    let entries = std::fs::read_dir(folder.path(run)).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| (PathBuf::from(path.file_name().unwrap()), std::fs::read(path).unwrap())).collect()
}

#[test]
fn threads_and_the_order_of_files_leave_every_byte_alone() {
    let folder = large().cut([40, 60, 100, 5]);
    let mut names: Vec<String> =
        FILES.iter().flat_map(|(name, _)| [format!("{name}.csv"), format!("b/{name}-2.csv")]).collect();
    let first = folder.run(&format!("audit {} --threads 1", names.join(" "))).leaves("first", 1);
    let wanted = bytes_of(&folder, "first");
    assert!(wanted.len() >= support::RUN_FILES.len());
    assert!(folder.findings("first").len() > 50);
    for (at, threads) in [8, 1, 2, 3, 8].into_iter().enumerate() {
        names.rotate_left(3);
        names.swap(0, at);
        let run = format!("run-{at}");
        let said = folder.run(&format!("audit {} --threads {threads}", names.join(" "))).leaves(&run, 1);
        assert_eq!(said.stdout, first.stdout, "{threads} threads, {names:?}");
        assert_eq!(bytes_of(&folder, &run), wanted, "{threads} threads, {names:?}");
    }
    for format in ["json", "jsonl", "csv", "markdown"] {
        let by = |threads: u8| {
            folder.run(&format!("audit . --format {format} --threads {threads}")).exits(1).stdout
        };
        assert_eq!(by(1), by(8), "{format}");
    }
}
