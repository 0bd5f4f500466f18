//! Whether files stayed as they were while they were read.
//!
//! A file that is still written gives some of its rows, and perhaps half of its last cell; one that is cut
//! short gives fewer than it had. Neither is told by the rows, so sizes are compared.

use std::fs;

use super::{error::IngestError, file::FileRead};

/// Holds the sizes of files against those they had when they were opened.
///
/// # Errors
///
/// [`IngestError::Changed`] for each that grew, shrank or went away. What is no file, such as a pipe, has no
/// size.
pub fn check_unchanged(files: &[FileRead]) -> Result<(), Vec<IngestError>> {
    let changed: Vec<IngestError> = files.iter().filter_map(changed).collect();
    if changed.is_empty() { Ok(()) } else { Err(changed) }
}

fn changed(file: &FileRead) -> Option<IngestError> {
    let bytes_now = fs::metadata(&file.path).map_or(0, |about| about.len());
    let (path, bytes_before) = (file.path.clone(), file.bytes);
    (bytes_now != bytes_before).then_some(IngestError::Changed { path, bytes_before, bytes_now })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::record::{FileId, Role};

    fn told(files: &[FileRead]) -> Vec<String> {
        check_unchanged(files).err().unwrap_or_default().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn files_that_grow_shrink_or_go_are_told() {
        let folder = tempfile::tempdir().unwrap();
        let files = ["a.csv", "b.csv", "c.csv", "d.csv"].map(|name| {
            let path = folder.path().join(name);
            fs::write(&path, "1234").unwrap();
            FileRead::new(FileId(0), &path, Role::Orders)
        });
        assert_eq!(check_unchanged(&files).map_err(|errors| errors.len()), Ok(()));
        fs::write(&files[0].path, "12345").unwrap();
        fs::write(&files[1].path, "123").unwrap();
        fs::remove_file(&files[3].path).unwrap();
        let told = told(&files);
        assert_eq!(told.len(), 3);
        for (text, name, now) in [(&told[0], "a.csv", 5), (&told[1], "b.csv", 3), (&told[2], "d.csv", 0)] {
            assert!(text.contains(&format!("{name}: had 4 bytes")) && text.contains(&format!("{now} now")));
        }
    }

    #[test]
    fn what_has_no_size_cannot_change_it() {
        let file = FileRead::new(FileId(0), Path::new("/no/such/file"), Role::Orders);
        assert!(told(&[file]).is_empty());
    }
}
