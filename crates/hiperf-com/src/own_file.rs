//! [`own_file`]: the file that this code was loaded from.
//!
//! A program that is linked with the engine's library is somewhere else than the
//! library, and only beside the library is what was installed with it. The
//! kernel knows which file is mapped where the code is; the loader knows the
//! name by which it found it, which may be relative, or a link.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

/// The library or program that has this code in it, by its real path: where it
/// was loaded from, also if another file is there by now. `None` where the
/// kernel doesn't tell.
#[must_use]
pub fn own_file() -> Option<PathBuf> {
    file_at(&std::fs::read("/proc/self/maps").ok()?, own_file as *const () as usize)
}

/// The file that is mapped at an address, by the lines of `/proc/PID/maps`:
///
/// ```text
/// 7f2c60000000-7f2c60021000 r-xp 00000000 08:01 1048602    /usr/lib/libhiperf.so.0.1.0
/// ```
fn file_at(maps: &[u8], address: usize) -> Option<PathBuf> {
    let line = maps.split(|&byte| byte == b'\n').find(|line| is_at(line, address).unwrap_or_default())?;
    let path = &line[line.iter().position(|&byte| byte == b'/')?..];
    let path = path.strip_suffix(b" (deleted)").unwrap_or(path);
    Some(Path::new(OsStr::from_bytes(path)).to_owned())
}

fn is_at(line: &[u8], address: usize) -> Option<bool> {
    let range = std::str::from_utf8(line.split(|&byte| byte == b' ').next()?).ok()?;
    let (from, to) = range.split_once('-')?;
    let parse = |text| usize::from_str_radix(text, 16).ok();
    Some((parse(from)?..parse(to)?).contains(&address))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_test() {
        assert_eq!(own_file(), std::env::current_exe().ok());
    }

    #[test]
    fn lines_of_maps() {
        let maps = b"1000-2000 r--p 00000000 08:01 7    /usr/bin/a b\n\
                     2000-3000 rw-p 00000000 00:00 0 \n\
                     3000-4000 r-xp 00001000 08:01 9    /lib/x.so (deleted)\n\
                     no line\n";
        let at = |address| file_at(maps, address);
        assert_eq!(at(0x1000), Some(PathBuf::from("/usr/bin/a b")));
        assert_eq!(at(0x3fff), Some(PathBuf::from("/lib/x.so")));
        assert_eq!([at(0x2000), at(0x4000), at(0)], [None, None, None]);
    }
}
