//! How much memory a run may take.

use std::{fs, path::Path, str::FromStr};

/// A size in bytes as it is typed: a whole number with KiB, MiB, GiB or their decimal sisters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Size(pub(crate) u64);

const UNITS: [(&str, u64); 10] = [
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("TiB", 1 << 40),
    ("kB", 1_000),
    ("KB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("TB", 1_000_000_000_000),
    ("B", 1),
];

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wanted = || format!("{text:?} is no size; write it as 512MiB or 2GiB");
        let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (number, unit) = (&text[..digits], text[digits..].trim_start());
        let number: u64 = number.parse().map_err(|_| wanted())?;
        let is_unit = |known: &&(&str, u64)| known.0.eq_ignore_ascii_case(unit);
        let (_, scale) = UNITS.iter().find(is_unit).ok_or_else(wanted)?;
        number.checked_mul(*scale).map(Self).ok_or_else(|| format!("{text:?} is more than there is"))
    }
}

/// Three quarters of what there is: of the machine, or of the container where that has less. `None` where the
/// system does not say.
pub(crate) fn usual() -> Option<u64> {
    let read = |path: &str| fs::read_to_string(path).ok();
    let machine = read("/proc/meminfo").as_deref().and_then(of_meminfo);
    let containers = [
        read("/sys/fs/cgroup/memory.max"),
        own_group().and_then(|group| read(&format!("/sys/fs/cgroup{group}/memory.max"))),
        read("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
    ];
    let limits = containers.into_iter().flatten().filter_map(|text| text.trim().parse::<u64>().ok());
    machine.into_iter().chain(limits).min().map(|bytes| bytes / 4 * 3)
}

/// The control group of this process, where there is one of the second version.
fn own_group() -> Option<String> {
    let groups = fs::read_to_string(Path::new("/proc/self/cgroup")).ok()?;
    groups.lines().find_map(|line| line.strip_prefix("0::")).map(str::to_owned)
}

/// All memory of the machine.
fn of_meminfo(text: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kib.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_as_people_write_them() {
        let size = |text: &str| text.parse::<Size>().map(|size| size.0);
        assert_eq!(size("512MiB"), Ok(512 << 20));
        assert_eq!(size("2 GiB"), Ok(2 << 30));
        assert_eq!(size("2gb"), Ok(2_000_000_000));
        assert_eq!(size("7B"), Ok(7));
        for wrong in ["", "512", "MiB", "-1MiB", "1.5GiB", "2 apples", "99999999999TiB"] {
            assert!(size(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn the_memory_of_a_machine_is_read() {
        assert_eq!(of_meminfo("MemTotal:       24689420 kB\nMemFree: 1 kB\n"), Some(24_689_420 * 1024));
        assert_eq!(of_meminfo("MemFree: 1 kB\n"), None);
    }
}
