//! A file that is written whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Seek, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile, TempPath};

/// A file on its way. Until [`AtomicFile::finish`] nothing is to be seen of it, and whatever stood there stays.
#[derive(Debug)]
pub struct AtomicFile {
    writer: BufWriter<File>,
    /// `None` where it is written to directly.
    beside: Option<Beside>,
}

/// A temporary file, and where it is to go.
#[derive(Debug)]
struct Beside {
    temporary: TempPath,
    path: PathBuf,
    shared: bool,
}

/// What a path names, links followed.
enum Destination {
    /// A device, a pipe, an open file: what cannot be replaced is written to.
    Stream(PathBuf),
    /// A file, or nothing yet.
    File {
        path: PathBuf,
        /// Those of what is there.
        permissions: Option<fs::Permissions>,
        /// It has further names (hard links), which are to go on naming it: it is written over and not replaced.
        shared: bool,
    },
}

impl AtomicFile {
    /// Whether a file can be made there, tried out before there is anything to write: nothing is left behind, not even
    /// where the program is killed afterwards.
    ///
    /// # Errors
    ///
    /// Where no file can be made there, or the one that is there may not be written.
    pub fn try_out(path: &Path) -> io::Result<()> {
        match Destination::of(path)? {
            Destination::Stream(_) => Ok(()),
            Destination::File { path, .. } => beside(&path).map(drop),
        }
    }

    /// Begins a file. What the path names already is replaced at the end; a link stays a link to what is replaced.
    ///
    /// # Errors
    ///
    /// Where no file can be made there, or the one that is there may not be written.
    pub fn create(path: &Path) -> io::Result<AtomicFile> {
        match Destination::of(path)? {
            Destination::Stream(path) => {
                // Standard output may have been sent to a file, which is not to be written over from its beginning.
                let stream = OpenOptions::new().append(true).open(path)?;
                Ok(AtomicFile { writer: BufWriter::new(stream), beside: None })
            }
            Destination::File { path, permissions, shared } => {
                let (file, temporary) = beside(&path)?.into_parts();
                if let Some(permissions) = permissions {
                    // Where that fails the file still is what was asked for.
                    let _ = file.set_permissions(permissions);
                }
                Ok(AtomicFile { writer: BufWriter::new(file), beside: Some(Beside { temporary, path, shared }) })
            }
        }
    }

    /// Puts the file in its place.
    ///
    /// # Errors
    ///
    /// Where something of it could not be written; then nothing has changed, unless it is a device, a pipe, or a file
    /// with several names on a disk that became full.
    pub fn finish(mut self) -> io::Result<()> {
        let Some(Beside { temporary, path, shared }) = self.beside else { return self.writer.flush() };
        let mut file = self.writer.into_inner().map_err(io::IntoInnerError::into_error)?;
        // A full disk may say so only here.
        file.sync_all()?;
        if !shared {
            return temporary.persist(path).map_err(|error| error.error);
        }
        file.rewind()?;
        let mut there = OpenOptions::new().write(true).open(path)?;
        let length = io::copy(&mut file, &mut there)?;
        there.set_len(length)?;
        there.sync_all()
    }
}

impl Destination {
    fn of(path: &Path) -> io::Result<Destination> {
        let path = follow_links(path);
        let old = match fs::metadata(&path) {
            Ok(old) if old.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
            Ok(old) if !old.is_file() || is_descriptor(&path) => return Ok(Destination::Stream(path)),
            Ok(old) => old,
            Err(_) => return Ok(Destination::File { path, permissions: None, shared: false }),
        };
        // Its folder may still allow replacing it, and root may do anything, but it is not meant to change.
        if old.permissions().readonly() {
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, "it is read-only"));
        }
        OpenOptions::new().write(true).open(&path)?;
        Ok(Destination::File { path, permissions: Some(old.permissions()), shared: has_further_names(&old) })
    }
}

#[cfg(unix)]
fn has_further_names(file: &fs::Metadata) -> bool {
    std::os::unix::fs::MetadataExt::nlink(file) > 1
}

#[cfg(not(unix))]
fn has_further_names(_: &fs::Metadata) -> bool {
    false
}

/// A temporary file beside a path. Not through `tempfile_in`, whose errors name the temporary file.
fn beside(path: &Path) -> io::Result<NamedTempFile> {
    Builder::new()
        .prefix(".asyncdemo-")
        .suffix(".tmp")
        .make_in(folder_of(path), |path| OpenOptions::new().read(true).write(true).create_new(true).open(path))
}

/// Where a chain of links leads, also where nothing is there yet. A circle of them is left to fail by itself.
fn follow_links(path: &Path) -> PathBuf {
    let mut path = path.to_owned();
    for _ in 0..40 {
        match fs::read_link(&path) {
            // What such a link says is no path, as `pipe:[4711]`, or may lead to another file by now.
            Ok(_) if is_descriptor(&path) => break,
            // A relative link is meant from where it lies; an absolute one replaces all of the path.
            Ok(target) => path = folder_of(&path).join(target),
            Err(_) => break,
        }
    }
    path
}

/// Whether a path stands for an open file of a process, as that does to which `/dev/stdout` leads.
fn is_descriptor(path: &Path) -> bool {
    let folder = folder_of(path).canonicalize().unwrap_or_default();
    folder == Path::new("/dev/fd") || (folder.starts_with("/proc") && folder.ends_with("fd"))
}

/// The folder that a file is in.
pub fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}
