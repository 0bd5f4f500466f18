//! Folders in the making: hidden, beside their place, and gone when they are dropped.
//!
//! A process that is killed drops nothing. So each folder holds a file that its maker keeps locked, and the
//! operating system gives the lock up with the process, however it ends. Whoever makes the next folder beside
//! it tries the lock: one that can be taken belongs to the dead, and its folder is removed. A folder whose
//! maker lives is never touched, so that several runs may write to one place at once.
//!
//! What stands in a folder, and when a program has to end out of turn, is left to others.

use std::{
    ffi::OsStr,
    fs::{self, File, OpenOptions, TryLockError},
    io,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

/// How the name of every such folder begins; what is hidden is no input of a later run.
const PREFIX: &str = ".refund-audit-";
/// Random characters behind it.
const RANDOM_CHARS: usize = 6;
/// The file that the maker keeps locked.
const LOCK: &str = "in-the-making.lock";
/// Where a folder waits that gave way to a new one.
const DISPLACED: &str = "displaced";
/// How often to try again what another process or thread came between.
const TRIES: usize = 16;

/// The folders that this process has in the making. Whoever holds the lock is not disturbed.
static LIVE: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

fn live() -> MutexGuard<'static, Vec<PathBuf>> {
    // The list is whole between any two of its changes.
    LIVE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A folder in the making.
#[derive(Debug)]
pub struct Scratch {
    path: PathBuf,
    /// Locked for as long as it is open.
    _lock: File,
}

impl Scratch {
    /// Makes one in `parent`, after removing there what dead processes left.
    ///
    /// # Errors
    ///
    /// Where nothing can be written to `parent`.
    pub fn new_in(parent: &Path) -> io::Result<Self> {
        Self::sweep(parent);
        let mut live = live();
        for _ in 0..TRIES {
            let made = tempfile::Builder::new().prefix(PREFIX).rand_bytes(RANDOM_CHARS).tempdir_in(parent)?;
            match hold(made.path()) {
                Ok(lock) => {
                    let path = made.keep();
                    live.push(path.clone());
                    return Ok(Self { path, _lock: lock });
                }
                // Another process took it for one of the dead before it was locked.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Err(io::Error::new(io::ErrorKind::NotFound, "a folder that was just made is gone, again and again"))
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Puts a folder that is whole from here to its place beside this one. What stands there gives way where
    /// it may be replaced; it comes back where the new folder cannot take its place after all.
    ///
    /// # Errors
    ///
    /// Where the place is taken and may not be, or the folder cannot be moved.
    pub fn put(&self, whole: &Path, place: &Path, may_replace: bool) -> io::Result<()> {
        let _undisturbed = live();
        if fs::symlink_metadata(place).is_ok() {
            if !may_replace {
                let taken = format!("{} is already there", place.display());
                return Err(io::Error::new(io::ErrorKind::AlreadyExists, taken));
            }
            let name = place.file_name().ok_or(io::ErrorKind::InvalidInput)?;
            let aside = self.path.join(DISPLACED);
            fs::create_dir(&aside)?;
            fs::rename(place, aside.join(name))?;
        }
        fs::rename(whole, place)
    }

    /// Removes from `parent` what dead processes left. What cannot be removed stays; it stops nobody.
    pub fn sweep(parent: &Path) {
        let Ok(entries) = fs::read_dir(parent) else { return };
        for entry in entries.flatten() {
            if is_ours(&entry.file_name()) && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                remove_if_dead(&entry.path());
            }
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let mut live = live();
        live.retain(|path| *path != self.path);
        remove(&self.path);
    }
}

/// The folders of this process are gone. As long as this lives, none is made, put in its place or dropped:
/// whoever tries waits.
#[derive(Debug)]
#[must_use = "it is for a program about to end, which holds it until then"]
pub struct Abandoned {
    _undisturbed: MutexGuard<'static, Vec<PathBuf>>,
}

/// Removes every folder that this process has in the making: the last deed of a program that has to end out
/// of turn. A folder on the way to its place gets there first.
pub fn abandon_all() -> Abandoned {
    let live = live();
    live.iter().for_each(|path| remove(path));
    Abandoned { _undisturbed: live }
}

/// Locks a folder just made. `NotFound` says that another process has removed it, or is about to.
fn hold(folder: &Path) -> io::Result<File> {
    let place = folder.join(LOCK);
    let lock = File::create_new(&place)?;
    match lock.try_lock() {
        Ok(()) => fs::symlink_metadata(place).map(|_| lock),
        Err(TryLockError::WouldBlock) => Err(io::ErrorKind::NotFound.into()),
        // A file system without locks: nobody can take this one either, so the folder is safe while it is
        // needed, and stays where its maker is killed.
        Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => Ok(lock),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

fn is_ours(name: &OsStr) -> bool {
    let random = name.to_str().and_then(|name| name.strip_prefix(PREFIX));
    random.is_some_and(|random| {
        random.len() == RANDOM_CHARS && random.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

fn remove_if_dead(folder: &Path) {
    match OpenOptions::new().write(true).open(folder.join(LOCK)) {
        Ok(lock) => {
            if lock.try_lock().is_ok() {
                remove(folder);
            }
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            // Killed before it held anything; a folder that is not empty is none of ours and stays.
            let _ = fs::remove_dir(folder);
        }
        // Another user's.
        Err(_) => {}
    }
}

/// Removes a folder whose lock is held. The lock goes last, so that whoever is killed on the way leaves a
/// folder that the next one knows for dead.
fn remove(folder: &Path) {
    for _ in 0..TRIES {
        give_back(folder);
        // Whoever still writes into it may come between.
        if remove_once(folder).is_ok() {
            return;
        }
    }
}

fn remove_once(folder: &Path) -> io::Result<()> {
    let gone = |removed: io::Result<()>| match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    };
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries.flatten().filter(|entry| entry.file_name() != LOCK) {
        let path = entry.path();
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        gone(if is_folder { fs::remove_dir_all(path) } else { fs::remove_file(path) })?;
    }
    gone(fs::remove_file(folder.join(LOCK)))?;
    gone(fs::remove_dir(folder))
}

/// What gave way to a folder that never took its place goes back there.
fn give_back(folder: &Path) {
    let Some(parent) = folder.parent() else { return };
    let Ok(displaced) = fs::read_dir(folder.join(DISPLACED)) else { return };
    for entry in displaced.flatten() {
        let place = parent.join(entry.file_name());
        if fs::symlink_metadata(&place).is_err() {
            // Where it cannot go back it is removed with the rest, as it was to be replaced.
            let _ = fs::rename(entry.path(), place);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// What a killed process leaves: a folder whose lock nobody holds.
    fn dead(parent: &Path, name: &str) -> PathBuf {
        let folder = parent.join(name);
        fs::create_dir_all(folder.join("new")).unwrap();
        fs::write(folder.join("new/findings.csv"), "half").unwrap();
        fs::write(folder.join(LOCK), "").unwrap();
        folder
    }

    #[test]
    fn a_folder_is_gone_with_its_owner() {
        let parent = tempfile::tempdir().unwrap();
        let scratch = Scratch::new_in(parent.path()).unwrap();
        fs::create_dir(scratch.path().join("new")).unwrap();
        fs::write(scratch.path().join("new/a"), "a").unwrap();
        assert_eq!(names(parent.path()).len(), 1);
        drop(scratch);
        assert!(names(parent.path()).is_empty());
    }

    #[test]
    fn the_dead_are_swept_and_the_living_are_not() {
        let parent = tempfile::tempdir().unwrap();
        let living = Scratch::new_in(parent.path()).unwrap();
        fs::write(living.path().join("work"), "work").unwrap();
        dead(parent.path(), ".refund-audit-abc123");
        fs::create_dir(parent.path().join(".refund-audit-empty0")).unwrap();
        let other = Scratch::new_in(parent.path()).unwrap();
        let mut wanted = [&living, &other].map(|one| one.path().file_name().unwrap().to_str().unwrap());
        wanted.sort_unstable();
        assert_eq!(names(parent.path()), wanted);
        assert!(living.path().join("work").is_file());
    }

    #[test]
    fn what_is_not_ours_is_not_swept() {
        let parent = tempfile::tempdir().unwrap();
        // A lock of the name in a folder of another name; and a folder of our kind of name without one.
        dead(parent.path(), ".refund-audit-notes");
        dead(parent.path(), "refund-audit-abc123");
        let unlocked = dead(parent.path(), ".refund-audit-abc123");
        fs::remove_file(unlocked.join(LOCK)).unwrap();
        fs::write(parent.path().join(".refund-audit-abcdef"), "a file").unwrap();
        let before = names(parent.path());
        Scratch::sweep(parent.path());
        assert_eq!(names(parent.path()), before);
        assert!(unlocked.join("new/findings.csv").is_file());
    }

    #[test]
    fn what_gave_way_comes_back_where_the_new_folder_never_took_its_place() {
        let parent = tempfile::tempdir().unwrap();
        let run = parent.path().join("run");
        fs::create_dir(&run).unwrap();
        fs::write(run.join("manifest.json"), "earlier").unwrap();
        let scratch = Scratch::new_in(parent.path()).unwrap();
        scratch.put(&scratch.path().join("missing"), &run, true).unwrap_err();
        assert!(!run.exists());
        drop(scratch);
        assert_eq!(fs::read_to_string(run.join("manifest.json")).unwrap(), "earlier");
        // The same where the process was killed between the two moves.
        let killed = dead(parent.path(), ".refund-audit-abc123");
        fs::create_dir(killed.join(DISPLACED)).unwrap();
        fs::rename(&run, killed.join(DISPLACED).join("run")).unwrap();
        Scratch::sweep(parent.path());
        assert_eq!(names(parent.path()), ["run"]);
        assert_eq!(names(&run), ["manifest.json"]);
    }

    #[test]
    fn a_place_that_is_taken_is_kept_unless_it_may_be_replaced() {
        let parent = tempfile::tempdir().unwrap();
        let run = parent.path().join("run");
        fs::create_dir(&run).unwrap();
        fs::write(run.join("old"), "").unwrap();
        let scratch = Scratch::new_in(parent.path()).unwrap();
        let new = scratch.path().join("new");
        fs::create_dir(&new).unwrap();
        fs::write(new.join("new"), "").unwrap();
        let error = scratch.put(&new, &run, false).unwrap_err();
        assert_eq!((error.kind(), names(&run)), (io::ErrorKind::AlreadyExists, vec!["old".to_owned()]));
        scratch.put(&new, &run, true).unwrap();
        drop(scratch);
        assert_eq!((names(parent.path()), names(&run)), (vec!["run".to_owned()], vec!["new".to_owned()]));
    }

    #[test]
    fn a_folder_swept_before_it_was_locked_is_known_for_gone() {
        let parent = tempfile::tempdir().unwrap();
        let missing = parent.path().join(".refund-audit-abc123");
        assert_eq!(hold(&missing).unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}
