//! What the policy files say, read a second time from their text: versions merged, words checked, readings
//! spelled out as whole sets of terms.

use std::collections::{BTreeMap, BTreeSet};

use toml::{Table, Value};

use super::{
    cells::{decimal, moment},
    facts::{Order, tender_of},
};

/// All policies of a run.
pub(super) struct Book {
    pub(super) policies: Vec<Policy>,
}

/// One file.
pub(super) struct Policy {
    pub(super) id: String,
    pub(super) site: String,
    pub(super) exception_to: Option<String>,
    /// A word in it that is not known here; it is about orders all the same.
    pub(super) unread: Option<String>,
    product: Option<Vec<String>>,
    package: Option<Vec<String>>,
    package_not: Option<Vec<String>>,
    kinds: Option<Vec<String>>,
    impossible: Vec<String>,
    /// The package types that it has rules for, where they are classes.
    classes: Option<Vec<String>>,
    pub(super) versions: Vec<Version>,
}

/// Terms that are in force for some time.
pub(super) struct Version {
    pub(super) id: String,
    pub(super) from: i64,
    pub(super) to: i64,
    pub(super) by_purchase: bool,
    pub(super) gradual: bool,
    pub(super) terms: Terms,
    pub(super) readings: Vec<Reading>,
}

/// Another way to read a version.
pub(super) struct Reading {
    pub(super) id: String,
    pub(super) channel: Option<String>,
    pub(super) terms: Terms,
}

/// One set of rules.
#[derive(Clone, Default)]
pub(super) struct Terms {
    pub(super) window: Option<Window>,
    pub(super) windows_by_class: BTreeMap<String, Window>,
    pub(super) tests_use: bool,
    /// The usage of a day is posted on the next one.
    pub(super) posts_next_day: bool,
    /// The page defines use by the deduction.
    pub(super) use_is_the_deduction: bool,
    /// The pack that expires first is drawn first.
    pub(super) draws_by_expiry: bool,
    pub(super) amount: Amount,
    pub(super) refundable: Vec<usize>,
    pub(super) kept: Vec<usize>,
    pub(super) return_as: BTreeMap<usize, usize>,
    pub(super) rounding: String,
    pub(super) account: String,
    pub(super) accept: Vec<String>,
    pub(super) original_route: bool,
    pub(super) channels: Vec<String>,
    pub(super) exclusions: Vec<Exclusion>,
    pub(super) preconditions: Vec<String>,
    pub(super) quota: Option<Quota>,
    pub(super) processing: Option<Promise>,
    pub(super) arrival: Option<Promise>,
    pub(super) side_effects_of: Option<Vec<String>>,
    pub(super) voids_gifts: bool,
    pub(super) releases_frozen: bool,
    pub(super) not_while_overdue: bool,
    pub(super) reserved_reasons: Vec<String>,
    pub(super) lawful_in_billing_run: bool,
}

#[derive(Clone)]
pub(super) struct Window {
    pub(super) anchor: String,
    pub(super) length: Length,
    pub(super) inclusive: bool,
    pub(super) to_day_end: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Length {
    /// Milliseconds.
    Time(i64),
    Months(i64),
    Validity,
    Unlimited,
    Unstated,
}

#[derive(Clone, Default)]
pub(super) struct Amount {
    pub(super) method: String,
    pub(super) used_days: String,
    pub(super) min_used: i128,
    pub(super) total_days: String,
    /// From which quantity on which price holds for all of it.
    pub(super) tiers: Vec<(i128, i128)>,
    pub(super) floor: i128,
}

#[derive(Clone)]
pub(super) struct Exclusion {
    pub(super) when: String,
    pub(super) values: Vec<String>,
    pub(super) months: i64,
    pub(super) classes: Option<Vec<String>>,
}

#[derive(Clone)]
pub(super) struct Quota {
    pub(super) count: i64,
    pub(super) by_package: bool,
    pub(super) within: String,
    pub(super) hard: bool,
}

/// A limit that the vendor sets itself.
#[derive(Clone, Copy)]
pub(super) struct Promise {
    pub(super) business_days: Option<i64>,
    /// Milliseconds, where it is no limit in business days.
    pub(super) time: i64,
    pub(super) soft: bool,
}

type Answer<T> = Result<T, String>;

impl Book {
    /// Reads the files. A policy with a word that is not known here keeps it, and its orders are not judged.
    pub(super) fn read(files: &[(&str, &str)]) -> Answer<Self> {
        let mut tables = BTreeMap::new();
        for (name, text) in files {
            let table: Table = text.parse().map_err(|error| format!("{name}: {error}"))?;
            let id = text_of(section(&table, "policy")?, "id")?;
            tables.insert(id, table);
        }
        let mut policies = Vec::new();
        for (id, table) in &tables {
            let head = section(table, "policy")?;
            if head.get("abstract").and_then(Value::as_bool) != Some(true) {
                policies.push(policy(id, head, table, &tables).map_err(|error| format!("{id}: {error}"))?);
            }
        }
        Ok(Self { policies })
    }
}

impl Policy {
    pub(super) fn is_about(&self, order: &Order) -> bool {
        self.is_of_ware(order) && within(self.kinds.as_ref(), &order.kind)
    }

    /// Whether the vendor has no such sale.
    pub(super) fn cannot_be(&self, order: &Order) -> bool {
        self.is_of_ware(order) && self.impossible.contains(&order.kind)
    }

    fn is_of_ware(&self, order: &Order) -> bool {
        let of_site = order.site.is_empty() || self.site == "any" || self.site == order.site;
        let left_out = self.package_not.as_ref().is_some_and(|set| set.contains(&order.package));
        of_site
            && !left_out
            && within(self.product.as_ref(), &order.product)
            && within(self.package.as_ref(), &order.package)
            && within(self.classes.as_ref(), &order.package)
    }

    pub(super) fn in_force(&self, at: i64) -> Option<usize> {
        self.versions.iter().position(|version| version.from <= at && at < version.to)
    }

    /// The version for a purchase and a request.
    pub(super) fn version_for(&self, paid_at: i64, at: i64) -> Option<usize> {
        let by = |purchase: bool, at: i64| {
            self.in_force(at).filter(|one| self.versions[*one].by_purchase == purchase)
        };
        by(true, paid_at).or_else(|| by(false, at))
    }
}

// ---- TOML

fn section<'t>(table: &'t Table, key: &str) -> Answer<&'t Table> {
    table.get(key).and_then(Value::as_table).ok_or_else(|| format!("no table {key}"))
}

fn text_of(table: &Table, key: &str) -> Answer<String> {
    table.get(key).and_then(Value::as_str).map(str::to_owned).ok_or_else(|| format!("no text {key}"))
}

fn word(table: &Table, key: &str, known: &[&str], otherwise: &str) -> Answer<String> {
    match table.get(key) {
        None => Ok(otherwise.to_owned()),
        Some(value) => {
            let word = value.as_str().ok_or_else(|| format!("{key} is no word"))?;
            if known.contains(&word) {
                Ok(word.to_owned())
            } else {
                Err(format!("{key} = {word} is not known here"))
            }
        }
    }
}

fn list(table: &Table, key: &str) -> Answer<Option<Vec<String>>> {
    let Some(value) = table.get(key) else { return Ok(None) };
    if let Some(one) = value.as_str() {
        return Ok(Some(vec![one.to_owned()]));
    }
    let items = value.as_array().ok_or_else(|| format!("{key} is no list"))?;
    items
        .iter()
        .map(|item| item.as_str().map(str::to_owned).ok_or_else(|| format!("{key} holds no text")))
        .collect::<Answer<_>>()
        .map(Some)
}

fn whole(table: &Table, key: &str) -> Answer<Option<i64>> {
    match table.get(key) {
        None => Ok(None),
        Some(value) => value.as_integer().map(Some).ok_or_else(|| format!("{key} is no integer")),
    }
}

fn only(table: &Table, known: &[&str]) -> Answer<()> {
    match table.keys().find(|key| !known.contains(&key.as_str()) && *key != "clause" && *key != "place") {
        None => Ok(()),
        Some(key) => Err(format!("key {key} is not known here")),
    }
}

fn instant(table: &Table, key: &str) -> Answer<Option<i64>> {
    let Some(value) = table.get(key) else { return Ok(None) };
    let text = value.as_datetime().map(ToString::to_string).ok_or_else(|| format!("{key} is no instant"))?;
    moment(&text).map(|moment| Some(moment.first)).ok_or_else(|| format!("{key} = {text} is no instant"))
}

const NOT_INHERITED: [&str; 9] = [
    "id",
    "effective_from",
    "effective_to",
    "rollout",
    "like",
    "base",
    "source",
    "expected",
    "expected_reason",
];
const SINGLE: [&str; 5] = ["length", "with", "set", "when", "coefficient"];
const LISTS: [&str; 3] = ["exclusion", "precondition", "reading"];

/// Whether a word is in a set; a set that is not given holds any.
fn within(set: Option<&Vec<String>>, word: &String) -> bool {
    set.is_none_or(|set| set.contains(word))
}

fn policy(id: &str, head: &Table, file: &Table, all: &BTreeMap<String, Table>) -> Answer<Policy> {
    let applies = section(head, "applies")?;
    only(applies, &["product", "package_type", "package_type_not", "order_kind", "impossible_order_kind"])?;
    let (versions, unread) = match versions(id, file, all) {
        Ok(versions) => (versions, None),
        Err(why) => (Vec::new(), Some(why)),
    };
    Ok(Policy {
        id: id.to_owned(),
        site: text_of(head, "site")?,
        exception_to: head.get("exception_to").and_then(Value::as_str).map(str::to_owned),
        unread,
        product: list(applies, "product")?,
        package: list(applies, "package_type")?,
        package_not: list(applies, "package_type_not")?,
        kinds: list(applies, "order_kind")?,
        impossible: list(applies, "impossible_order_kind")?.unwrap_or_default(),
        classes: head
            .get("class")
            .and_then(Value::as_table)
            .map_or(Ok(None), |class| list(class, "values"))?,
        versions,
    })
}

fn versions(id: &str, file: &Table, all: &BTreeMap<String, Table>) -> Answer<Vec<Version>> {
    let mut versions: Vec<Version> = Vec::new();
    for table in listed(file, "version") {
        if table.get("expected").and_then(Value::as_bool) == Some(true) {
            continue;
        }
        let own = text_of(table, "id")?;
        let merged = merged(all, id, &own, &mut BTreeSet::new())?;
        let from = instant(table, "effective_from")?.ok_or("a version without a beginning")?;
        let to = instant(table, "effective_to")?.unwrap_or(i64::MAX);
        if let Some(before) = versions.last_mut() {
            before.to = before.to.min(from);
        }
        let terms = terms(&merged).map_err(|error| format!("{own}: {error}"))?;
        let mut readings = Vec::new();
        for reading in listed(&merged, "reading") {
            let mut changed = merged.clone();
            for (path, value) in section(reading, "set")? {
                set(&mut changed, path, value)?;
            }
            let channel = reading.get("when").and_then(|when| when.get("channel")).and_then(Value::as_str);
            let mut read = self::terms(&changed).map_err(|error| format!("{own}, reading: {error}"))?;
            // A tender that a reading does not return is one that it keeps.
            let no_longer = terms.refundable.iter().filter(|tender| !read.refundable.contains(tender));
            let no_longer: Vec<usize> = no_longer.copied().collect();
            read.kept.extend(no_longer);
            readings.push(Reading {
                id: text_of(reading, "id")?,
                channel: channel.map(str::to_owned),
                terms: read,
            });
        }
        versions.push(Version {
            id: own,
            from,
            to,
            by_purchase: word(&merged, "select_by", &["purchase", "request"], "purchase")? == "purchase",
            gradual: word(table, "rollout", &["gradual"], "")? == "gradual",
            terms,
            readings,
        });
    }
    Ok(versions)
}

fn listed<'t>(table: &'t Table, key: &str) -> Vec<&'t Table> {
    let items = table.get(key).and_then(Value::as_array);
    items.map(|items| items.iter().filter_map(Value::as_table).collect()).unwrap_or_default()
}

/// A version with everything that it takes from others.
fn merged(
    all: &BTreeMap<String, Table>,
    policy: &str,
    version: &str,
    seen: &mut BTreeSet<String>,
) -> Answer<Table> {
    let name = format!("{policy}@{version}");
    if !seen.insert(name.clone()) {
        return Err(format!("{name} builds on itself"));
    }
    let file = all.get(policy).ok_or_else(|| format!("no policy {policy}"))?;
    let own = listed(file, "version")
        .into_iter()
        .find(|one| one.get("id").and_then(Value::as_str) == Some(version));
    let own = own.ok_or_else(|| format!("no version {name}"))?;
    let mut result = Table::new();
    if let Some(like) = own.get("like").and_then(Value::as_str) {
        inherit(&mut result, merged(all, policy, like, seen)?);
    }
    for base in list(own, "base")?.unwrap_or_default() {
        let (policy, version) = base.split_once('@').ok_or("base without a version")?;
        inherit(&mut result, merged(all, policy, version, seen)?);
    }
    lay_over(&mut result, own, true);
    Ok(result)
}

fn inherit(result: &mut Table, mut from: Table) {
    for key in NOT_INHERITED {
        from.remove(key);
    }
    lay_over(result, &from, true);
}

fn lay_over(below: &mut Table, above: &Table, top: bool) {
    for (key, value) in above {
        match (below.get_mut(key), value) {
            (Some(Value::Array(items)), Value::Array(more)) if top && LISTS.contains(&key.as_str()) => {
                items.extend(more.iter().cloned());
            }
            (Some(Value::Table(inner)), Value::Table(more)) if !SINGLE.contains(&key.as_str()) => {
                lay_over(inner, more, false);
            }
            _ => {
                below.insert(key.clone(), value.clone());
            }
        }
    }
}

fn set(table: &mut Table, path: &str, value: &Value) -> Answer<()> {
    let (last, steps) = path.rsplit_once('.').map_or((path, ""), |(steps, last)| (last, steps));
    let mut at = table;
    for step in steps.split('.').filter(|step| !step.is_empty()) {
        at = at.get_mut(step).and_then(Value::as_table_mut).ok_or_else(|| format!("reading sets {path}"))?;
    }
    at.insert(last.to_owned(), value.clone());
    Ok(())
}

// ---- meaning

fn tenders(table: &Table, key: &str) -> Answer<Vec<usize>> {
    let words = list(table, key)?.unwrap_or_default();
    let known = words.iter().filter(|word| *word != "discount");
    known.map(|word| tender_of(word).ok_or_else(|| format!("tender {word} is not known here"))).collect()
}

fn terms(version: &Table) -> Answer<Terms> {
    let absent = Table::new();
    let sub = |key: &str| version.get(key).and_then(Value::as_table);
    let mut windows_by_class = BTreeMap::new();
    for (class, table) in sub("class").unwrap_or(&absent) {
        windows_by_class
            .insert(class.clone(), window(section(table.as_table().unwrap_or(&absent), "window")?)?);
    }
    let usage = sub("usage").ok_or("no table usage")?;
    only(usage, &["test", "scope", "metering", "posts", "draw", "defined_as"])?;
    let money = sub("tenders").ok_or("no table tenders")?;
    only(money, &["refundable", "lost", "return_as", "split"])?;
    word(money, "split", &["largest_remainder"], "largest_remainder")?;
    let refundable = tenders(money, "refundable")?;
    let return_as = match money.get("return_as") {
        None => BTreeMap::new(),
        Some(Value::String(same)) if same == "same" => BTreeMap::new(),
        Some(Value::Table(map)) => {
            let mut found = BTreeMap::new();
            for (from, to) in map {
                let to = to.as_str().and_then(tender_of).ok_or("return_as names no tender")?;
                let from: Vec<usize> = if from == "*" {
                    refundable.clone()
                } else {
                    vec![tender_of(from).ok_or("return_as names no tender")?]
                };
                found.extend(from.into_iter().map(|from| (from, to)));
            }
            found
        }
        Some(_) => return Err("return_as is not known here".to_owned()),
    };
    let destination = sub("destination").ok_or("no table destination")?;
    only(destination, &["account", "accept", "route", "fallback", "fallback_after_days"])?;
    let mut exclusions = Vec::new();
    for table in listed(version, "exclusion") {
        exclusions.push(exclusion(table)?);
    }
    let preconditions = listed(version, "precondition").into_iter();
    let preconditions = preconditions
        .map(|one| word(one, "if", &["invoice_outstanding"], ""))
        .collect::<Answer<Vec<String>>>()?;
    let discretion = sub("discretion").unwrap_or(&absent);
    let lawful = list(discretion, "lawful_during")?.unwrap_or_default();
    if lawful.iter().any(|one| one != "billing_run") {
        return Err("lawful_during is not known here".to_owned());
    }
    Ok(Terms {
        window: sub("window").map(window).transpose()?,
        windows_by_class,
        tests_use: word(usage, "test", &["deduction_posted", "none"], "none")? == "deduction_posted",
        posts_next_day: word(usage, "posts", &["next_day", "same_day"], "")? == "next_day",
        use_is_the_deduction: word(usage, "defined_as", &["deduction"], "")? == "deduction",
        draws_by_expiry: word(usage, "draw", &["by_expiry"], "")? == "by_expiry",
        amount: amount(sub("amount").ok_or("no table amount")?)?,
        kept: tenders(money, "lost")?,
        refundable,
        return_as,
        rounding: word(
            sub("rounding").ok_or("no table rounding")?,
            "mode",
            &["down", "up", "half_up", "half_even"],
            "down",
        )?,
        account: word(destination, "account", &["payer", "purchaser"], "payer")?,
        accept: list(destination, "accept")?.unwrap_or_default(),
        original_route: destination.get("route").and_then(Value::as_str) == Some("original"),
        channels: list(sub("channel").ok_or("no table channel")?, "allowed")?.unwrap_or_default(),
        exclusions,
        preconditions,
        quota: sub("quota").map(quota).transpose()?,
        processing: sub("processing").map(promise).transpose()?,
        arrival: sub("arrival").map(promise).transpose()?,
        side_effects_of: side_effects_of(sub("arrival"))?,
        voids_gifts: sub("gifts")
            .is_some_and(|gifts| gifts.get("on_refund").and_then(Value::as_str) == Some("void")),
        releases_frozen: sub("frozen").is_some(),
        not_while_overdue: sub("purchase")
            .and_then(|table| table.get("forbidden_while_overdue"))
            .and_then(Value::as_bool)
            == Some(true),
        reserved_reasons: list(discretion, "reason_codes")?.unwrap_or_default(),
        lawful_in_billing_run: !lawful.is_empty(),
    })
}

fn side_effects_of(arrival: Option<&Table>) -> Answer<Option<Vec<String>>> {
    arrival.map_or(Ok(None), |table| list(table, "class"))
}

fn window(table: &Table) -> Answer<Window> {
    only(table, &["anchor", "length", "count", "end", "extend"])?;
    let length = table.get("length").ok_or("a window without a length")?;
    let length = match (length.as_str(), length.as_table()) {
        (Some("validity"), _) => Length::Validity,
        (Some("unlimited"), _) => Length::Unlimited,
        (Some("unstated"), _) => Length::Unstated,
        (None, Some(length)) => {
            only(length, &["days", "hours", "minutes", "months"])?;
            match (
                whole(length, "days")?,
                whole(length, "hours")?,
                whole(length, "minutes")?,
                whole(length, "months")?,
            ) {
                (Some(days), None, None, None) => Length::Time(days * super::calendar::DAY),
                (None, Some(hours), None, None) => Length::Time(hours * super::calendar::HOUR),
                (None, None, Some(minutes), None) => Length::Time(minutes * 60 * super::calendar::SECOND),
                (None, None, None, Some(months)) => Length::Months(months),
                _ => return Err("length is not known here".to_owned()),
            }
        }
        _ => return Err("length is not known here".to_owned()),
    };
    word(table, "count", &["elapsed"], "elapsed")?;
    Ok(Window {
        anchor: word(table, "anchor", &["paid_at", "delivered_at", "effective_at"], "paid_at")?,
        length,
        inclusive: word(table, "end", &["inclusive", "exclusive"], "exclusive")? == "inclusive",
        to_day_end: word(table, "extend", &["none", "local_day_end"], "none")? == "local_day_end",
    })
}

fn amount(table: &Table) -> Answer<Amount> {
    only(
        table,
        &["method", "base", "used_days", "min_used", "total_days", "month_clip", "tiers", "tier_by", "floor"],
    )?;
    let methods = ["full", "none", "prorate_days", "paid_minus_time_share", "paid_minus_consumed"];
    word(table, "base", &["refundable_paid"], "refundable_paid")?;
    word(table, "tier_by", &["consumed_total"], "consumed_total")?;
    let mut tiers = Vec::new();
    for pair in table.get("tiers").and_then(Value::as_array).into_iter().flatten() {
        let pair = pair.as_array().ok_or("a tier is no pair")?;
        let from = pair.first().and_then(Value::as_integer).ok_or("a tier without a quantity")?;
        let price = pair.get(1).and_then(Value::as_str).and_then(decimal).ok_or("a tier without a price")?;
        tiers.push((i128::from(from) * super::cells::ONE, price));
    }
    let total = ["service_period", "calendar_month_of_purchase", "months_x_30"];
    let floor =
        table.get("floor").and_then(Value::as_str).map_or(Some(0), decimal).ok_or("floor is no decimal")?;
    Ok(Amount {
        method: word(table, "method", &methods, "")?,
        used_days: word(table, "used_days", &["ceil_24h", "date_diff", "fixed_5"], "")?,
        min_used: i128::from(whole(table, "min_used")?.unwrap_or(0)),
        total_days: word(table, "total_days", &total, "")?,
        tiers,
        floor,
    })
}

fn exclusion(table: &Table) -> Answer<Exclusion> {
    only(table, &["if", "with", "class"])?;
    let absent = Table::new();
    let with = table.get("with").and_then(Value::as_table).unwrap_or(&absent);
    only(with, &["values", "reasons", "at", "months", "after"])?;
    let known = [
        "gift",
        "account_suspended",
        "promotion_forbids",
        "license_activated",
        "linked_license_activated",
        "expired",
        "package_type_in",
        "image_in_use",
        "service_completed",
        "no_service_request",
        "no_information",
        "no_feedback",
        "out_of_scope_demand",
        "buyer_illegality",
        "renewal_only",
    ];
    Ok(Exclusion {
        when: word(table, "if", &known, "")?,
        values: list(with, "values")?.or(list(with, "reasons")?).unwrap_or_default(),
        months: whole(with, "months")?.unwrap_or(0),
        classes: list(table, "class")?,
    })
}

fn quota(table: &Table) -> Answer<Quota> {
    only(table, &["count", "per", "within", "hard"])?;
    let per = list(table, "per")?.unwrap_or_default();
    Ok(Quota {
        count: whole(table, "count")?.ok_or("a quota without a count")?,
        by_package: per.iter().any(|one| one == "bundle" || one == "package"),
        within: word(table, "within", &["window", "lifetime", "calendar_year"], "lifetime")?,
        hard: table.get("hard").and_then(Value::as_bool) == Some(true),
    })
}

fn promise(table: &Table) -> Answer<Promise> {
    only(table, &["business_days", "calendar", "soft", "class"])?;
    Ok(Promise {
        business_days: whole(table, "business_days")?,
        time: 0,
        soft: table.get("soft").and_then(Value::as_bool) == Some(true),
    })
}
