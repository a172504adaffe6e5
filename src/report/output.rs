//! Where a report goes: standard output, or a file that is written whole or not at all.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

/// A file on its way. Until [`NewFile::finish`] nothing is to be seen of it, and whatever stood there stays.
#[derive(Debug)]
pub struct NewFile {
    target: Target,
}

#[derive(Debug)]
enum Target {
    /// Written beside the path and renamed.
    Renamed(BufWriter<NamedTempFile>, PathBuf),
    /// A device, a pipe: what cannot be replaced is written to.
    Direct(BufWriter<fs::File>),
}

impl NewFile {
    /// Whether a file can be made there, tried out before there is anything to write: nothing is left behind, not even
    /// where the program is killed afterwards.
    ///
    /// # Errors
    ///
    /// Where no file can be made there.
    pub fn try_out(path: &Path) -> io::Result<()> {
        let path = follow_links(path);
        match fs::metadata(&path) {
            Ok(old) if old.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
            Ok(old) if !old.is_file() => Ok(()),
            _ => Builder::new().prefix(".asyncdemo-").tempfile_in(folder_of(&path)).map(drop),
        }
    }

    /// Begins a file. What the path names already is replaced at the end; a link stays a link to what is replaced.
    ///
    /// # Errors
    ///
    /// Where no file can be made there.
    pub fn create(path: &Path) -> io::Result<NewFile> {
        let path = follow_links(path);
        let old = fs::metadata(&path);
        let target = match old {
            Ok(old) if old.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
            Ok(old) if !old.is_file() => {
                Target::Direct(BufWriter::new(fs::OpenOptions::new().write(true).open(&path)?))
            }
            old => {
                let mut builder = Builder::new();
                builder.prefix(".asyncdemo-").suffix(".tmp");
                let permissions = old.ok().map(|old| old.permissions());
                #[cfg(unix)]
                builder.permissions({
                    use std::os::unix::fs::PermissionsExt;
                    fs::Permissions::from_mode(0o666)
                });
                let file = builder.tempfile_in(folder_of(&path))?;
                if let Some(permissions) = permissions {
                    // Where that fails the file still is what was asked for.
                    let _ = file.as_file().set_permissions(permissions);
                }
                Target::Renamed(BufWriter::new(file), path)
            }
        };
        Ok(NewFile { target })
    }

    /// Puts the file in its place.
    ///
    /// # Errors
    ///
    /// Where something of it could not be written; then nothing has changed.
    pub fn finish(self) -> io::Result<()> {
        match self.target {
            Target::Renamed(writer, path) => {
                let file = writer.into_inner().map_err(io::IntoInnerError::into_error)?;
                // A full disk may say so only here.
                file.as_file().sync_all()?;
                file.persist(path).map_err(|error| error.error)?;
                Ok(())
            }
            Target::Direct(mut writer) => writer.flush(),
        }
    }
}

/// Where a chain of links leads, also where nothing is there yet. A circle of them is left to fail by itself.
fn follow_links(path: &Path) -> PathBuf {
    let mut path = path.to_owned();
    for _ in 0..40 {
        match fs::read_link(&path) {
            // A relative link is meant from where it lies; an absolute one replaces all of the path.
            Ok(target) => path = folder_of(&path).join(target),
            Err(_) => break,
        }
    }
    path
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.target {
            Target::Renamed(writer, _) => writer.write(bytes),
            Target::Direct(writer) => writer.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.target {
            Target::Renamed(writer, _) => writer.flush(),
            Target::Direct(writer) => writer.flush(),
        }
    }
}
