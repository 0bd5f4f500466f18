//! All policies of a run: loading, replacing, and finding the one that rules an order.

use std::collections::BTreeMap;

use toml::Spanned;

use super::{
    builtin::BUILTIN,
    error::{PolicyError, PolicyErrors, place},
    merge::inherit,
    model::{Policy, SelectBy, Version},
    raw::{RawFile, RawVersion, Span},
    resolve::{self, Complaints},
};
use crate::{suggest::did_you_mean, time::Offset};

/// The policies of a run, by id.
#[derive(Default, Clone, Debug, PartialEq, Eq)]
pub struct PolicyBook {
    policies: Vec<Policy>,
    by_product: BTreeMap<String, Vec<usize>>,
}

/// What a book says about an order and an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Match<'b> {
    /// No policy is about it, or none has a version in force.
    None,
    /// One policy rules it.
    One(&'b Policy, &'b Version),
    /// Two policies of equal rank match: their ids.
    Two(&'b Policy, &'b Policy),
}

/// A file parsed, before inheritance.
struct Parsed<'t> {
    file: &'t str,
    text: &'t str,
    raw: RawFile,
}

impl PolicyBook {
    /// The policies that are built into the program.
    ///
    /// # Panics
    ///
    /// Never: a test loads them.
    #[must_use]
    pub fn builtin() -> Self {
        Self::load(BUILTIN).expect("the built-in policies load")
    }

    /// Reads policies from `(name, text)` pairs. A later one with the id of an earlier one replaces it.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with them, with file, line and column.
    pub fn load<'t>(files: &[(&'t str, &'t str)]) -> Result<Self, PolicyErrors> {
        let mut errors = Vec::new();
        let mut parsed: BTreeMap<String, Parsed<'t>> = BTreeMap::new();
        for &(file, text) in files {
            match parse(file, text) {
                Ok(one) => {
                    let id = one.raw.policy.id.get_ref().clone();
                    let (line, column) = place(text, one.raw.policy.id.span().start);
                    let is_builtin = |file: &str| BUILTIN.iter().any(|(name, _)| *name == file);
                    if let Some(former) = parsed.insert(id, one).filter(|former| !is_builtin(former.file)) {
                        let message = format!("{} has the same id", former.file);
                        errors.push(PolicyError { file: file.to_owned(), line, column, message });
                    }
                }
                Err(error) => errors.push(error),
            }
        }
        let mut policies = Vec::new();
        let mut faults = Vec::new();
        for one in parsed.values() {
            let complaints = Complaints::new(one.file, one.text);
            let (policy, of_versions) = resolve_policy(one, &parsed, &complaints);
            check_exception(one, &parsed, &complaints);
            errors.extend(complaints.into_found());
            faults.extend(of_versions);
            policies.push(policy);
        }
        errors.extend(own_faults(&faults));
        if !errors.is_empty() {
            errors.sort();
            errors.dedup();
            return Err(PolicyErrors(errors));
        }
        let mut by_product: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (at, policy) in policies.iter().enumerate() {
            for product in &policy.applies.products {
                by_product.entry(product.clone()).or_default().push(at);
            }
        }
        Ok(Self { policies, by_product })
    }

    /// Every policy, by id.
    #[must_use]
    pub fn policies(&self) -> &[Policy] {
        &self.policies
    }

    /// The policy of that id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Policy> {
        self.policies.iter().find(|policy| *policy.id == *id)
    }

    /// Policies that are about a product at all, in order of id.
    pub fn about<'b>(&'b self, product: &str) -> impl Iterator<Item = &'b Policy> {
        self.by_product.get(product).into_iter().flatten().map(|&at| &self.policies[at])
    }
}

/// The shape of one file.
fn parse<'t>(file: &'t str, text: &'t str) -> Result<Parsed<'t>, PolicyError> {
    let raw = toml::from_str::<RawFile>(text).map_err(|error| {
        let (line, column) = error.span().map_or((0, 0), |span| place(text, span.start));
        PolicyError { file: file.to_owned(), line, column, message: error.message().replace('\n', " ") }
    })?;
    Ok(Parsed { file, text, raw })
}

/// Policy and version.
type VersionKey = (String, String);

/// What is wrong with one version, and the version that it inherits from.
struct Faults {
    of: VersionKey,
    from: Option<VersionKey>,
    errors: Vec<PolicyError>,
}

/// The complaints about versions whose ancestors are in order: the others would only say the same again.
fn own_faults(all: &[Faults]) -> Vec<PolicyError> {
    let known: BTreeMap<&VersionKey, &Faults> = all.iter().map(|faults| (&faults.of, faults)).collect();
    let inherits_fault = |faults: &Faults| {
        let mut from = faults.from.as_ref();
        for _ in 0..known.len() {
            // A circle is the fault of each version on it.
            if from == Some(&faults.of) {
                return false;
            }
            match from.and_then(|key| known.get(key)) {
                Some(former) if !former.errors.is_empty() => return true,
                Some(former) => from = former.from.as_ref(),
                None => return false,
            }
        }
        false
    };
    all.iter().filter(|faults| !inherits_fault(faults)).flat_map(|faults| faults.errors.clone()).collect()
}

/// One policy with its versions, and what is wrong with each of these.
fn resolve_policy(
    one: &Parsed<'_>,
    all: &BTreeMap<String, Parsed<'_>>,
    complaints: &Complaints<'_>,
) -> (Policy, Vec<Faults>) {
    let mut policy = resolve::policy(&one.raw.policy, &one.raw.schema, one.file, complaints);
    resolve::check_name(one.file, &one.raw.policy.id, complaints);
    let mut select_by: Option<SelectBy> = None;
    let mut spans: Vec<(Version, Span)> = Vec::new();
    let mut faults = Vec::new();
    for raw in &one.raw.version {
        let of_version = Complaints::new(one.file, one.text);
        resolve::check_classes(raw.get_ref(), &one.raw.policy, &of_version);
        let whole = inherited(one, raw, all, &of_version, 0);
        let resolved = resolve::version(&whole, &raw.span(), &of_version);
        faults.push(Faults {
            of: (policy.id.to_string(), whole.id.as_ref().map(|id| id.get_ref().clone()).unwrap_or_default()),
            from: parent(one, raw.get_ref()),
            errors: of_version.into_found(),
        });
        let Some((version, selected)) = resolved else { continue };
        if *select_by.get_or_insert(selected) != selected {
            complaints.at(&raw.span(), "all versions of a policy are selected by the same instant");
        }
        if spans.iter().any(|(earlier, _)| earlier.id == version.id) {
            complaints.at(&raw.span(), format!("version {:?} stands twice", version.id));
        }
        if spans.last().is_some_and(|(former, _)| former.effective.from > version.effective.from) {
            complaints.at(
                &raw.span(),
                format!("version {:?} stands out of order: versions ascend by date", version.id),
            );
        }
        spans.push((version, raw.span()));
    }
    if one.raw.version.is_empty() {
        complaints.at(&one.raw.policy.id.span(), "the policy has no version");
    }
    spans.sort_by_key(|(version, _)| version.effective.from);
    close_versions(&mut spans, complaints);
    policy.select_by = select_by.unwrap_or(SelectBy::Purchase);
    policy.versions = spans.into_iter().map(|(version, _)| version).collect();
    (policy, faults)
}

/// The version that another one inherits from.
fn parent(one: &Parsed<'_>, version: &RawVersion) -> Option<VersionKey> {
    if let Some(like) = &version.like {
        return Some((one.raw.policy.id.get_ref().clone(), like.get_ref().clone()));
    }
    let (policy, id) = version.base.as_ref()?.get_ref().split_once('@')?;
    Some((policy.to_owned(), id.to_owned()))
}

/// Ends each version where the next begins, and complains where both are in force.
fn close_versions(versions: &mut [(Version, Span)], complaints: &Complaints<'_>) {
    for at in 1..versions.len() {
        let next_from = versions[at].0.effective.from;
        let next_id = versions[at].0.id.clone();
        let span = versions[at].1.clone();
        let former = &mut versions[at - 1].0;
        let overlaps = former.effective.from == next_from
            || former.effective.to.is_some() && former.effective.to > next_from;
        if overlaps {
            let on = next_from.map(|from| from.text(Offset::BEIJING)).unwrap_or_default();
            complaints.at(
                &span,
                format!("versions {:?} and {next_id:?} overlap: both are in force at {on}", former.id),
            );
        }
        former.effective.to = former.effective.to.or(next_from);
    }
}

/// A version with everything it inherits.
fn inherited(
    one: &Parsed<'_>,
    raw: &Spanned<RawVersion>,
    all: &BTreeMap<String, Parsed<'_>>,
    complaints: &Complaints<'_>,
    depth: usize,
) -> RawVersion {
    let version = raw.get_ref();
    let (named, found) = match (&version.like, &version.base) {
        (None, None) => return version.clone(),
        (Some(like), _) => (like, version_of(one, like.get_ref()).map(|former| (one, former))),
        (None, Some(base)) => {
            let (policy, id) = base.get_ref().split_once('@').unwrap_or((base.get_ref(), ""));
            let other = all.get(policy);
            (base, other.and_then(|other| Some((other, version_of(other, id)?))))
        }
    };
    // A chain longer than any sensible history is a circle.
    if depth > 64 {
        complaints.at(&named.span(), format!("{:?} inherits from itself", named.get_ref()));
        return version.clone();
    }
    let Some((owner, former)) = found else {
        let ids: Vec<String> =
            one.raw.version.iter().filter_map(|v| Some(v.get_ref().id.as_ref()?.get_ref().clone())).collect();
        let near = did_you_mean(named.get_ref(), ids.iter().map(String::as_str));
        complaints
            .at(&named.span(), format!("there is no version {:?} to inherit from{near}", named.get_ref()));
        return version.clone();
    };
    let former = inherited(owner, former, all, complaints, depth + 1);
    inherit(version.clone(), &former)
}

fn version_of<'p>(parsed: &'p Parsed<'_>, id: &str) -> Option<&'p Spanned<RawVersion>> {
    parsed.raw.version.iter().find(|raw| raw.get_ref().id.as_ref().is_some_and(|text| text.get_ref() == id))
}

/// An exception names a policy that is there.
fn check_exception(one: &Parsed<'_>, all: &BTreeMap<String, Parsed<'_>>, complaints: &Complaints<'_>) {
    if let Some(general) = &one.raw.policy.exception_to
        && !all.contains_key(general.get_ref())
    {
        let near = did_you_mean(general.get_ref(), all.keys().map(String::as_str));
        complaints
            .at(&general.span(), format!("exception_to names no policy: {:?}{near}", general.get_ref()));
    }
}
