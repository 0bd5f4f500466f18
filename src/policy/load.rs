//! From policy files to policies: heads, versions with what they inherit, readings; every complaint at its
//! place.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
    sync::Arc,
};

use toml::de::DeTable;

use super::{
    error::{PolicyError, place},
    file::{
        At, Complaints, Context, Item, Keys, Table, Value, drop_from, inherit, of_version, settle_branches,
        table_of,
    },
    model::{Applies, Policy, Reading, SelectBy, Source, Version},
    terms::{self, Terms},
};
use crate::{
    record::{Channel, OrderKind},
    suggest::did_you_mean,
    time::{CivilDate, Instant, Interval, Offset},
};

/// The schemas this program reads: of the first edition, whose words of other sites are `word@site`, and of
/// the second.
pub(super) const SCHEMAS: [&str; 2] = ["refund-policy/1", "refund-policy/2"];

/// A chain of inheritance longer than any sensible history is a circle.
const DEPTH_MAX: usize = 64;

/// Parsed files, before inheritance.
pub(super) struct Files<'t> {
    texts: Vec<(&'t str, &'t str)>,
    files: Vec<Parsed<'t>>,
    by_id: BTreeMap<&'t str, usize>,
    cited: BTreeMap<(u32, u32), Arc<str>>,
    shared: RefCell<BTreeMap<String, Arc<str>>>,
}

struct Parsed<'t> {
    id: &'t str,
    root: Table<'t>,
    versions: Vec<Item<'t>>,
}

/// The shape of a file, or what is wrong with it.
pub(super) type Parse<'t> = Result<toml::Spanned<DeTable<'t>>, PolicyError>;

/// The shape of every file, or what is wrong with it.
pub(super) fn parse<'t>(files: &[(&'t str, &'t str)]) -> Vec<Parse<'t>> {
    files
        .iter()
        .map(|(file, text)| {
            DeTable::parse(text).map_err(|error| {
                let (line, column) = error.span().map_or((0, 0), |span| place(text, span.start));
                let message = error.message().replace('\n', " ");
                PolicyError { file: (*file).to_owned(), line, column, message }
            })
        })
        .collect()
}

impl<'t> Files<'t> {
    /// Gathers parsed files. A later one with the id of an earlier one replaces it; of two that
    /// `may_replace` says no to, the second is an error.
    pub(super) fn gather(
        texts: &[(&'t str, &'t str)],
        parsed: &'t [Parse<'t>],
        may_replace: impl Fn(&str) -> bool,
        errors: &mut Vec<PolicyError>,
    ) -> Self {
        let mut all = Self {
            texts: texts.to_vec(),
            files: Vec::new(),
            by_id: BTreeMap::new(),
            cited: BTreeMap::new(),
            shared: RefCell::default(),
        };
        for (number, parsed) in parsed.iter().enumerate() {
            let table = match parsed {
                Ok(table) => table,
                Err(error) => {
                    errors.push(error.clone());
                    continue;
                }
            };
            let file = u32::try_from(number).unwrap_or(u32::MAX);
            let complaints = Complaints::new(texts);
            if let Some(one) = all.one(table, file, &complaints) {
                let id = one.id;
                let at = all.files.len();
                let place = one.root.get("policy").and_then(Item::table).and_then(|table| table.get("id"));
                let place = place.map_or(At { file, ..At::default() }, |item| item.at);
                all.files.push(one);
                if let Some(former) = all.by_id.insert(id, at) {
                    let former = all.file_of(former);
                    if !may_replace(former) {
                        complaints.at(place, format!("{former} has the same id"));
                    }
                }
            }
            errors.extend(complaints.into_found());
        }
        all
    }

    fn file_of(&self, at: usize) -> &'t str {
        let file = self.files.get(at).and_then(|one| one.root.values().next()).map_or(0, |item| item.at.file);
        self.texts.get(file as usize).map_or("", |(name, _)| *name)
    }

    fn one(
        &mut self,
        table: &'t toml::Spanned<DeTable<'t>>,
        file: u32,
        complaints: &Complaints<'_>,
    ) -> Option<Parsed<'t>> {
        let root = table_of(table.get_ref(), file);
        let at = At { file, ..At::default() };
        let item = Item { at, value: Value::Table(root.clone()) };
        let (cited, shared) = (BTreeMap::new(), RefCell::default());
        let context = Context { complaints, cited: &cited, texts: &shared };
        let keys = Keys::new("", &item, &context);
        keys.only(&["schema", "policy", "version"]);
        if let Some(schema) = keys.required(keys.text("schema"), "schema")
            && !SCHEMAS.contains(&schema)
        {
            keys.complain(keys.place("schema"), format!("schema {schema:?} is not {:?}", SCHEMAS[1]));
        }
        let policy = keys.required(keys.inner("policy"), "policy")?;
        let id = policy.required(policy.text("id"), "id")?;
        // Each version knows its number, so that a clause knows the version that it was written for.
        let list = root.get("version").and_then(Item::list).unwrap_or_default();
        let versions: Vec<Item<'t>> = list
            .iter()
            .enumerate()
            .map(|(number, item)| of_version(item, u32::try_from(number).unwrap_or(u32::MAX)))
            .collect();
        if keys.has("version") && root.get("version").is_some_and(|item| item.list().is_none()) {
            keys.complain(keys.place("version"), "versions are written [[version]]");
        }
        for (number, version) in versions.iter().enumerate() {
            let first = version.table().and_then(|table| table.get("source")?.list()?.first()?.table());
            let text = |key: &str| first.and_then(|first| first.get(key)?.text()).unwrap_or_default();
            if first.is_some() {
                let cited = cite(text("title"), text("stamp"), text("url"));
                self.cited.insert((file, u32::try_from(number).unwrap_or(u32::MAX)), cited.into());
            }
        }
        Some(Parsed { id, root, versions })
    }

    /// Every policy, by id; what is wrong with any of them goes to `errors`.
    pub(super) fn policies(&self, errors: &mut Vec<PolicyError>) -> Vec<Policy> {
        let mut policies = Vec::new();
        let mut faults = Vec::new();
        for &at in self.by_id.values() {
            let one = &self.files[at];
            let complaints = Complaints::new(&self.texts);
            let policy = self.policy(one, &complaints, &mut faults);
            errors.extend(complaints.into_found());
            policies.extend(policy);
        }
        errors.extend(own_faults(&faults));
        policies
    }

    fn context<'c>(&'c self, complaints: &'c Complaints<'c>) -> Context<'c> {
        Context { complaints, cited: &self.cited, texts: &self.shared }
    }

    /// One policy with its versions; `None` of a file of shared terms.
    fn policy(
        &self,
        one: &Parsed<'t>,
        complaints: &Complaints<'_>,
        faults: &mut Vec<Faults>,
    ) -> Option<Policy> {
        let context = self.context(complaints);
        let at = one.root.values().next().map(|item| At { byte: 0, ..item.at }).unwrap_or_default();
        let root = Keys::new("", &Item { at, value: Value::Table(one.root.clone()) }, &context);
        let head = root.inner("policy")?;
        let first_edition = root.text("schema") == Some(SCHEMAS[0]);
        let is_abstract = head.flag("abstract").unwrap_or(false);
        let policy = head_of(&head, self.texts[at.file as usize].0, first_edition, is_abstract);
        if let Some(general) = head.text("exception_to")
            && !self.by_id.contains_key(general)
        {
            let near = did_you_mean(general, self.by_id.keys().copied());
            head.complain(
                head.place("exception_to"),
                format!("exception_to names no policy: {general:?}{near}"),
            );
        }
        let listed = head.inner("class").and_then(|class| class.strings("values")).unwrap_or_default();
        let mut select_by: Option<SelectBy> = None;
        let mut versions: Vec<(Version, At)> = Vec::new();
        for item in &one.versions {
            let of_version = Complaints::new(&self.texts);
            let context = self.context(&of_version);
            let keys = Keys::new("", item, &context);
            check_own(&keys, &listed);
            let whole = self.inherited(one, item, &of_version, 0);
            let resolved = if is_abstract {
                None
            } else {
                let item = Item { at: item.at, value: Value::Table(whole.clone()) };
                self::version(&Keys::new("", &item, &context))
            };
            faults.push(Faults {
                of: (one.id.to_owned(), keys.text("id").unwrap_or_default().to_owned()),
                from: parents(one, &keys),
                errors: of_version.into_found(),
            });
            let Some((version, selected)) = resolved else { continue };
            if *select_by.get_or_insert(selected) != selected {
                complaints.at(item.at, "all versions of a policy are selected by the same instant");
            }
            if versions.iter().any(|(earlier, _)| earlier.id == version.id) {
                complaints.at(item.at, format!("version {:?} stands twice", version.id));
            }
            if versions.last().is_some_and(|(former, _)| former.effective.from > version.effective.from) {
                complaints.at(
                    item.at,
                    format!("version {:?} stands out of order: versions ascend by date", version.id),
                );
            }
            versions.push((version, item.at));
        }
        if one.versions.is_empty() {
            complaints.at(head.place("id"), "the policy has no version");
        }
        if is_abstract {
            return None;
        }
        versions.sort_by_key(|(version, _)| version.effective.from);
        close_versions(&mut versions, complaints);
        if let Some(policy) = policy.as_ref().filter(|policy| policy.site != "any") {
            versions
                .iter_mut()
                .for_each(|(version, _)| version.of_site = Some(of_site(&policy.site, version)));
        }
        Some(Policy {
            select_by: select_by.unwrap_or(SelectBy::Purchase),
            versions: versions.into_iter().map(|(version, _)| version).collect(),
            ..policy?
        })
    }

    /// A version with everything it inherits.
    fn inherited(
        &self,
        one: &Parsed<'t>,
        item: &Item<'t>,
        complaints: &Complaints<'_>,
        depth: usize,
    ) -> Table<'t> {
        let context = self.context(complaints);
        let keys = Keys::new("", item, &context);
        let own = item.table().cloned().unwrap_or_default();
        let names: Vec<(At, &'t str, bool)> = match (keys.get("like"), keys.get("base")) {
            (Some(like), base) => {
                if let Some(base) = base {
                    keys.complain(base.at, "a version has either like or base");
                }
                keys.text("like").map(|name| (like.at, name, false)).into_iter().collect()
            }
            (None, Some(base)) if base.list().is_some() => {
                keys.texts("base").into_iter().flatten().map(|(at, name)| (at, name, true)).collect()
            }
            (None, Some(base)) => keys.text("base").map(|name| (base.at, name, true)).into_iter().collect(),
            (None, None) => Vec::new(),
        };
        let mut former: Option<Table<'t>> = None;
        for (at, name, elsewhere) in names {
            let (owner, id) = if elsewhere {
                let (policy, id) = name.split_once('@').unwrap_or((name, ""));
                (self.by_id.get(policy).map(|&at| &self.files[at]), id)
            } else {
                (Some(one), name)
            };
            if depth > DEPTH_MAX {
                keys.complain(at, format!("{name:?} inherits from itself"));
                break;
            }
            let Some((owner, version)) = owner.and_then(|owner| Some((owner, version_of(owner, id)?))) else {
                let ids: Vec<&str> = owner.unwrap_or(one).versions.iter().filter_map(id_of).collect();
                let near = did_you_mean(id, ids);
                keys.complain(at, format!("there is no version {name:?} to inherit from{near}"));
                continue;
            };
            let mixin = self.inherited(owner, version, complaints, depth + 1);
            former = Some(match former {
                Some(former) => inherit(&mixin, &former),
                None => mixin,
            });
        }
        let mut former = former.unwrap_or_default();
        for (at, path) in keys.texts("drop").into_iter().flatten() {
            match drop_from(&former, path) {
                Some(left) => former = left,
                None => keys.complain(at, format!("drop names {path:?}, which is not inherited")),
            }
        }
        let merged = inherit(&own, &former);
        let order = keys.texts("branch_order").unwrap_or_default();
        if order.is_empty() {
            return merged;
        }
        let ids: Vec<&str> = order.iter().map(|(_, id)| *id).collect();
        let (settled, missing) = settle_branches(&merged, &ids);
        for id in missing {
            keys.complain(keys.place("branch_order"), format!("there is no branch {id:?}"));
        }
        settled
    }
}

fn cite(title: &str, stamp: &str, url: &str) -> String {
    format!("{title}, {stamp}, {url}")
}

fn id_of<'t>(item: &Item<'t>) -> Option<&'t str> {
    item.table()?.get("id")?.text()
}

fn version_of<'p, 't>(parsed: &'p Parsed<'t>, id: &str) -> Option<&'p Item<'t>> {
    parsed.versions.iter().find(|item| id_of(item) == Some(id))
}

/// The keys that a version may have.
const VERSION: [&str; 14] = [
    "id",
    "effective_from",
    "effective_to",
    "select_by",
    "confidence",
    "expected",
    "expected_reason",
    "rollout",
    "like",
    "base",
    "drop",
    "branch_order",
    "source",
    "reading",
];

/// What can be said of a version without what it inherits.
fn check_own(keys: &Keys<'_, '_>, classes: &[String]) {
    let known: Vec<&str> = VERSION.into_iter().chain(terms::tables()).collect();
    keys.only(&known);
    let mut named: Vec<(At, &str)> = Vec::new();
    let mut of_table = |table: &Keys<'_, '_>| {
        for (class, item) in table.inner("class").iter().flat_map(Keys::entries) {
            if !classes.iter().any(|known| known == class) {
                let near = did_you_mean(class, classes.iter().map(String::as_str));
                table.complain(item.at, format!("class {class:?} is not listed in [policy.class]{near}"));
            }
        }
    };
    of_table(keys);
    let branches = keys.tables("branch");
    branches.iter().for_each(&mut of_table);
    let lists = std::iter::once(keys).chain(&branches).flat_map(|table| table.tables("exclusion"));
    for exclusion in lists {
        named.extend(exclusion.texts("class").into_iter().flatten());
    }
    for (at, class) in named {
        if !classes.iter().any(|known| known == class) {
            let near = did_you_mean(class, classes.iter().map(String::as_str));
            keys.complain(at, format!("class {class:?} is not listed in [policy.class]{near}"));
        }
    }
}

/// The head of a policy: everything but its versions.
fn head_of(head: &Keys<'_, '_>, file: &str, first_edition: bool, is_abstract: bool) -> Option<Policy> {
    head.only(&["id", "vendor", "site", "title", "timezone", "exception_to", "abstract", "applies", "class"]);
    let text = |key: &str| head.required(head.text(key), key);
    let id = text("id")?;
    let stem = std::path::Path::new(file).file_name().and_then(|name| name.to_str());
    let stem = stem.and_then(|name| name.strip_suffix(".toml"));
    if stem.is_some_and(|stem| stem != id) {
        head.complain(head.place("id"), format!("the id {id:?} is not the name of its file"));
    }
    let (vendor, site, title) = (text("vendor")?, text("site")?, text("title")?);
    let zone = text("timezone").map(|text| {
        Offset::parse(text).unwrap_or_else(|| {
            head.complain(head.place("timezone"), "timezone is not an offset such as +08:00");
            Offset::UTC
        })
    });
    if is_abstract {
        return None;
    }
    let mut policy = Policy {
        id: id.into(),
        vendor: vendor.into(),
        site: site.to_owned(),
        title: title.to_owned(),
        zone: zone?,
        exception_to: head.text("exception_to").map(str::to_owned),
        applies: applies(head)?,
        select_by: SelectBy::Purchase,
        versions: Vec::new(),
        prices: Arc::default(),
        file: file.to_owned(),
    };
    if first_edition {
        words_of_sites(&mut policy);
    } else {
        check_sites(head, &policy);
    }
    Some(policy)
}

/// In the first edition a word of another site was `word@site`.
fn words_of_sites(policy: &mut Policy) {
    // Its site could be any word; other words than those of the two sites told nothing.
    if !["intl", "cn"].contains(&policy.site.as_str()) {
        "any".clone_into(&mut policy.site);
    }
    for word in policy.applies.products.iter_mut().flatten() {
        if let Some((product, site)) = word.split_once('@') {
            site.clone_into(&mut policy.site);
            *word = product.to_owned();
        }
    }
}

fn check_sites(head: &Keys<'_, '_>, policy: &Policy) {
    let _ = head.word("site", "site", &[("intl", ()), ("cn", ()), ("any", ())]);
    let applies = head.place("applies");
    for word in policy.applies.products.iter().flatten().filter(|word| word.contains('@')) {
        head.complain(
            applies,
            format!(
                "product {word:?} names a site: the site of the policy says it (refund-audit policy migrate)"
            ),
        );
    }
}

fn applies(head: &Keys<'_, '_>) -> Option<Applies> {
    let keys = head.required(head.inner("applies"), "applies")?;
    keys.only(&["product", "package_type", "package_type_not", "order_kind", "impossible_order_kind"]);
    let products = match keys.get("product").map(|item| &item.value) {
        Some(Value::Text("any")) => None,
        _ => Some(keys.required(keys.strings("product"), "product")?),
    };
    let mut package_types = keys.strings("package_type");
    if let Some(class) = head.inner("class") {
        class.only(&["field", "values"]);
        let _ = class.word("field", "class.field", &[("package_type", ())]);
        package_types = class.required(class.strings("values"), "values");
    }
    Some(Applies {
        products,
        package_types,
        package_types_not: keys.strings("package_type_not").unwrap_or_default(),
        order_kinds: keys.words("order_kind", "order kind", &OrderKind::WORDS),
        impossible_order_kinds: keys
            .words("impossible_order_kind", "order kind", &OrderKind::WORDS)
            .unwrap_or_default(),
    })
}

/// Policy and version.
type VersionKey = (String, String);

/// What is wrong with one version, and the versions that it inherits from.
struct Faults {
    of: VersionKey,
    from: Vec<VersionKey>,
    errors: Vec<PolicyError>,
}

/// The complaints about versions whose ancestors are in order: the others would only say the same again.
fn own_faults(all: &[Faults]) -> Vec<PolicyError> {
    let known: BTreeMap<&VersionKey, &Faults> = all.iter().map(|faults| (&faults.of, faults)).collect();
    let inherits_fault = |faults: &Faults| {
        let mut seen: BTreeSet<&VersionKey> = BTreeSet::new();
        let mut open: Vec<&VersionKey> = faults.from.iter().collect();
        while let Some(key) = open.pop() {
            // A circle is the fault of each version on it.
            if *key == faults.of {
                return false;
            }
            if let Some(former) = known.get(key).filter(|_| seen.insert(key)) {
                if !former.errors.is_empty() {
                    return true;
                }
                open.extend(&former.from);
            }
        }
        false
    };
    all.iter().filter(|faults| !inherits_fault(faults)).flat_map(|faults| faults.errors.clone()).collect()
}

/// The versions that another one inherits from.
fn parents(one: &Parsed<'_>, keys: &Keys<'_, '_>) -> Vec<VersionKey> {
    if let Some(like) = keys.text("like") {
        return vec![(one.id.to_owned(), like.to_owned())];
    }
    let bases: Vec<&str> = match keys.get("base") {
        Some(base) => match &base.value {
            Value::List(list) => list.iter().filter_map(Item::text).collect(),
            _ => base.text().into_iter().collect(),
        },
        None => Vec::new(),
    };
    let split = |base: &str| base.split_once('@').map(|(policy, id)| (policy.to_owned(), id.to_owned()));
    bases.into_iter().filter_map(split).collect()
}

/// Ends each version where the next begins, and complains where both are in force.
fn close_versions(versions: &mut [(Version, At)], complaints: &Complaints<'_>) {
    for at in 1..versions.len() {
        let next_from = versions[at].0.effective.from;
        let next_id = versions[at].0.id.clone();
        let place = versions[at].1;
        let former = &mut versions[at - 1].0;
        let overlaps = former.effective.from == next_from
            || former.effective.to.is_some() && former.effective.to > next_from;
        if overlaps {
            let on = next_from.map(|from| from.text(Offset::BEIJING)).unwrap_or_default();
            complaints.at(
                place,
                format!("versions {:?} and {next_id:?} overlap: both are in force at {on}", former.id),
            );
        }
        former.effective.to = former.effective.to.or(next_from);
    }
}

/// One version after inheritance, and which instant selects it.
fn version(keys: &Keys<'_, '_>) -> Option<(Version, SelectBy)> {
    let id = keys.required(keys.text("id"), "id")?;
    let from = keys.required(keys.get("effective_from"), "effective_from")?;
    let sources: Vec<Source> = keys.tables("source").iter().filter_map(source).collect();
    if !keys.has("source") {
        keys.complain(keys.place("id"), format!("version {id:?} has no source of its own"));
    }
    let select_by = [("purchase", SelectBy::Purchase), ("request", SelectBy::Request)];
    let select_by = keys.word("select_by", "select_by", &select_by).unwrap_or(SelectBy::Purchase);
    let _ = keys.word("confidence", "confidence", &[("high", ()), ("medium", ()), ("low", ())]);
    let rollout = keys.word("rollout", "rollout", &[("gradual", true), ("at_once", false)]);
    let effective =
        Interval { from: instant(keys, from), to: keys.get("effective_to").and_then(|to| instant(keys, to)) };
    if let (Some(from), Some(to)) = (effective.from, effective.to)
        && to <= from
    {
        keys.complain(keys.place("effective_to"), "effective_to is not after effective_from");
    }
    let terms = terms::read(keys)?;
    let mut readings: Vec<Reading> =
        keys.tables("reading").iter().filter_map(|reading| self::reading(reading, keys)).collect();
    readings.extend(automatic(&terms));
    let held = keys
        .flag("expected")
        .unwrap_or(false)
        .then(|| keys.text("expected_reason").unwrap_or("announced, not in force yet").to_owned());
    if held.is_none() && keys.has("expected_reason") {
        keys.complain(keys.place("expected_reason"), "expected_reason is for expected = true");
    }
    let like = keys.text("like").map(str::to_owned).or_else(|| keys.get("base").map(terms::shown));
    let version = Version {
        id: id.into(),
        effective,
        confidence: keys.text("confidence").unwrap_or_default().to_owned(),
        rollout_gradual: rollout.unwrap_or(false),
        held,
        like,
        sources,
        terms,
        readings,
        of_site: None,
    };
    Some((version, select_by))
}

fn source(keys: &Keys<'_, '_>) -> Option<Source> {
    keys.only(&["url", "title", "stamp", "read_on", "checked_on", "digest", "note"]);
    let needed = |key: &str| {
        let text = keys.text(key);
        if !keys.has(key) {
            keys.complain(keys.at, format!("missing field `{key}` in a source"));
        }
        text
    };
    let (url, title, stamp, read_on) = (needed("url"), needed("title"), needed("stamp"), needed("read_on"));
    if url.is_some_and(|url| !url.starts_with("https://")) {
        keys.complain(keys.place("url"), "the address of a source begins with https://");
    }
    for (key, day) in [("read_on", read_on), ("checked_on", keys.text("checked_on"))] {
        if day.is_some_and(|day| CivilDate::parse(day).is_none()) {
            keys.complain(keys.place(key), format!("{key} is not a day such as \"2026-11-21\""));
        }
    }
    let hexadecimal = |digest: &str| {
        digest.strip_prefix("sha256:").is_some_and(|hex| {
            hex.len() == 64 && hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        })
    };
    if keys.text("digest").is_some_and(|digest| !hexadecimal(digest)) {
        keys.complain(keys.place("digest"), "digest is sha256: and 64 hexadecimal digits");
    }
    let (url, title, stamp, read_on) = (url?, title?, stamp?, read_on?);
    Some(Source {
        cited: cite(title, stamp, url).into(),
        url: url.to_owned(),
        title: title.to_owned(),
        stamp: stamp.to_owned(),
        read_on: read_on.to_owned(),
        checked_on: keys.text("checked_on").map(str::to_owned),
        digest: keys.text("digest").map(str::to_owned),
        note: keys.text("note").map(str::to_owned),
    })
}

fn instant(keys: &Keys<'_, '_>, item: &Item<'_>) -> Option<Instant> {
    let text = item.value.to_string();
    let read = match &item.value {
        Value::Datetime(at) if at.offset.is_some() => Instant::parse(&text, Offset::UTC).ok(),
        _ => None,
    };
    if read.is_none() {
        keys.complain(
            item.at,
            format!("{text} is not an instant with an offset, such as 2022-12-01T00:00:00+08:00"),
        );
    }
    read
}

/// A version as the reading of an order whose site is not known.
fn of_site(site: &str, version: &Version) -> Box<Reading> {
    Box::new(Reading {
        id: format!("site-{site}"),
        why: "the export does not say of which of the vendor's sites the order is".to_owned(),
        set: BTreeMap::from([("site".to_owned(), site.to_owned())]),
        channel: None,
        terms: version.terms.clone(),
    })
}

/// The readings that some terms bring with them.
fn automatic(terms: &Terms) -> Vec<Reading> {
    let mut readings = Vec::new();
    for branch in terms.branches().filter(|branch| branch.quota.is_some()) {
        let Some(id) = branch.branch.as_ref().map(|branch| branch.id.clone()) else { continue };
        if let Some(left) = terms.without(&id) {
            readings.push(Reading {
                id: format!("quota-{id}-spent"),
                why: "the quota may have been used up before the exports begin".to_owned(),
                set: BTreeMap::from([("drop".to_owned(), format!("branch.{id}"))]),
                channel: None,
                terms: left,
            });
        }
    }
    let charged = |terms: &Terms| terms.fee.as_ref().is_some_and(|fee| fee.promotion_channel);
    if terms.branches().any(charged) {
        let mut with_fee = terms.clone();
        let fees =
            std::iter::once(&mut with_fee.fee).chain(with_fee.after.iter_mut().map(|terms| &mut terms.fee));
        fees.flatten().for_each(|fee| fee.promotion_channel = false);
        readings.push(Reading {
            id: "promotion-fee".to_owned(),
            why: "no export says whether the order came through a promotion channel".to_owned(),
            set: BTreeMap::from([("fee.when".to_owned(), "always".to_owned())]),
            channel: None,
            terms: with_fee,
        });
    }
    readings
}

/// A reading: the version with the named parameters replaced, read again.
fn reading(keys: &Keys<'_, '_>, version: &Keys<'_, '_>) -> Option<Reading> {
    keys.only(&["id", "set", "why", "when"]);
    let needed = |key: &str| {
        let text = keys.text(key);
        if !keys.has(key) {
            keys.complain(keys.at, format!("missing field `{key}` in a reading"));
        }
        text
    };
    let (id, why) = (needed("id")?, needed("why")?);
    let set = keys.required(keys.inner("set"), "set")?;
    let when = keys.inner("when");
    let channel = when.as_ref().and_then(|when| {
        when.only(&["channel"]);
        when.word("channel", "channel", &Channel::WORDS)
    });
    let sets_method = set.entries().any(|(path, _)| path.ends_with("amount.method"));
    let mut changed = version.table().clone();
    let mut shown = BTreeMap::new();
    for (path, item) in set.entries() {
        shown.insert(path.to_owned(), terms::shown(item));
        let after =
            if path == "drop" { dropped(&changed, item) } else { set_in(&changed, path, item, sets_method) };
        match after {
            Some(after) => changed = after,
            None => {
                let known: Vec<String> = settable(&changed);
                let near = did_you_mean(path, known.iter().map(String::as_str));
                keys.complain(item.at, format!("reading {id:?} sets {path:?}, which is not there{near}"));
                return None;
            }
        }
    }
    let item = Item { at: keys.at, value: Value::Table(changed) };
    let terms = terms::read(&Keys::new("", &item, keys.context()))?;
    Some(Reading { id: id.to_owned(), why: why.to_owned(), set: shown, channel, terms })
}

fn dropped<'t>(version: &Table<'t>, paths: &Item<'t>) -> Option<Table<'t>> {
    let mut left = version.clone();
    for path in paths.list()? {
        left = drop_from(&left, path.text()?)?;
    }
    Some(left)
}

/// The tables that a reading may set something in, with their keys.
fn settable(version: &Table<'_>) -> Vec<String> {
    let keys = |table: &str| terms::keys_of(table).unwrap_or_default();
    let tables = version.keys().flat_map(|table| keys(table).iter().map(move |key| format!("{table}.{key}")));
    tables.filter(|path| !path.ends_with(".clause") && !path.ends_with(".place")).collect()
}

/// The version with one key replaced; `None` where its table is not there or has no such key.
fn set_in<'t>(version: &Table<'t>, path: &str, item: &Item<'t>, sets_method: bool) -> Option<Table<'t>> {
    let mut parts = path.split('.');
    let (mut table, mut key) = (parts.next()?, parts.next().unwrap_or_default());
    if table != "branch" {
        if parts.next().is_some() {
            return None;
        }
        return with(version, table, key, item, sets_method);
    }
    let branch = key;
    (table, key) = (parts.next()?, parts.next().unwrap_or_default());
    if parts.next().is_some() {
        return None;
    }
    let branches = version.get("branch")?;
    let mut found = false;
    let changed: Option<Vec<Item<'t>>> = branches
        .list()?
        .iter()
        .map(|one| {
            if id_of(one) != Some(branch) {
                return Some(one.clone());
            }
            found = true;
            // What the branch has from the version becomes its own, with the change.
            let mut own = BTreeMap::clone(one.table()?);
            if let (false, Some((key, of_version))) = (own.contains_key(table), version.get_key_value(table))
            {
                own.insert(key, of_version.clone());
            }
            let table = with(&Rc::new(own), table, key, item, sets_method)?;
            Some(Item { at: one.at, value: Value::Table(table) })
        })
        .collect();
    let changed = changed.filter(|_| found)?;
    let mut all = BTreeMap::clone(version);
    all.insert("branch", Item { at: branches.at, value: Value::List(changed.into()) });
    Some(Rc::new(all))
}

/// Keys that only some methods read: a reading of another method would set them without effect.
const OF_METHODS: [&str; 5] = ["used_days", "min_used", "total_days", "tiers", "remainder"];

fn with<'t>(
    tables: &Table<'t>,
    table: &str,
    key: &str,
    item: &Item<'t>,
    sets_method: bool,
) -> Option<Table<'t>> {
    let keys = terms::keys_of(table)?;
    let (name, old) = tables.get_key_value(table)?;
    if key.is_empty() {
        // A whole table in place of another; the rule in words stays unless it brings its own.
        let mut inner = BTreeMap::clone(item.table()?);
        for (rule, words) in old.table()?.iter().filter(|(key, _)| ["clause", "place"].contains(*key)) {
            inner.entry(rule).or_insert_with(|| words.clone());
        }
        let mut all = BTreeMap::clone(tables);
        all.insert(name, Item { at: item.at, value: Value::Table(Rc::new(inner)) });
        return Some(Rc::new(all));
    }
    let known = keys.iter().find(|known| **known == key)?;
    let mut inner = BTreeMap::clone(old.table()?);
    if OF_METHODS.contains(&key) && !inner.contains_key(key) && !sets_method {
        return None;
    }
    inner.insert(known, item.clone());
    let mut all = BTreeMap::clone(tables);
    all.insert(name, Item { at: old.at, value: Value::Table(Rc::new(inner)) });
    Some(Rc::new(all))
}
