//! [`More`]: what few ask of a process, texts most of all. It is kept apart so
//! that those who don't ask have small records.
//!
//! Texts become what can be shown on a line: what is no UTF-8 and what would move
//! a cursor is a question mark. They keep their memory from one process to the
//! next in its place.
//!
//! Spec: `proc_pid_cgroup` in `cgroups(7)`, `proc_pid_cmdline(5)`,
//! `proc_pid_exe(5)`, `namespaces(7)`.

use crate::process::footprint::Footprint;
use crate::process::stat_rest::StatRest;
use crate::scan::{lines, number, split_at_byte};

/// Of longer texts the beginning is taken. Arguments may have megabytes, a path
/// has at most as much.
const MOST_BYTES: usize = 4096;

/// What few ask for.
#[derive(Debug, Default)]
pub(crate) struct More {
    pub(crate) stat_rest: StatRest,
    pub(crate) footprint: Footprint,
    pub(crate) oom_score_adjustment: Option<i64>,
    pub(crate) pid_namespace: Option<u64>,
    pub(crate) network_namespace: Option<u64>,
    pub(crate) mount_namespace: Option<u64>,
    pub(crate) control_group: String,
    pub(crate) executable: String,
    pub(crate) command_line: String,
}

impl More {
    /// Takes a text of `cgroup`.
    pub(crate) fn take_control_group(&mut self, text: &[u8]) {
        show(control_group(text), &mut self.control_group);
    }

    /// Takes what `exe` is a link to.
    pub(crate) fn take_executable(&mut self, path: &[u8]) {
        show(path, &mut self.executable);
    }

    /// Takes a text of `cmdline`: arguments, each with a NUL behind it.
    pub(crate) fn take_command_line(&mut self, text: &[u8]) {
        let end = text.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
        show(&text[..end], &mut self.command_line);
    }
}

/// The path of a process's control group: that of the unified hierarchy; if it is
/// in the root there, or there is none, the first of another hierarchy where it
/// isn't. A line is `number:controllers:path`, with `0` and nothing for the unified
/// one, which comes last.
fn control_group(text: &[u8]) -> &[u8] {
    let mut chosen: &[u8] = b"";
    for line in lines(text) {
        let Some((hierarchy, rest)) = split_at_byte(line, b':') else { continue };
        let Some((controllers, path)) = split_at_byte(rest, b':') else { continue };
        let is_unified = hierarchy == b"0" && controllers.is_empty();
        if chosen.len() <= 1 || (is_unified && path.len() > 1) {
            chosen = path;
        }
    }
    chosen
}

/// The number of a namespace, of a link such as `net:[4026531840]`.
pub(crate) fn namespace(link: &[u8]) -> Option<u64> {
    let (_, rest) = split_at_byte(link, b'[')?;
    number(rest.strip_suffix(b"]")?)
}

/// Makes bytes a text. NULs between arguments become blanks.
fn show(bytes: &[u8], text: &mut String) {
    text.clear();
    for chunk in bytes[..bytes.len().min(MOST_BYTES)].utf8_chunks() {
        text.extend(chunk.valid().chars().map(|char| match char {
            '\0' => ' ',
            char if char.is_control() => '?',
            char => char,
        }));
        text.extend(chunk.invalid().iter().map(|_| '?'));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_control_group_is_the_one_that_says_most() {
        for (text, expected) in [
            ("0::/system.slice/sshd.service\n", "/system.slice/sshd.service"),
            ("9:name=systemd:/\n4:memory:/job/1\n1:cpu:/\n0::/\n", "/job/1"),
            ("2:cpu,cpuacct:/docker/ab\n1:name=systemd:/docker/ab\n", "/docker/ab"),
            ("1:cpu:/old\n0::/user.slice\n", "/user.slice"),
            ("3:cpu:/\n0::/\n", "/"),
            ("0::/a:b\n", "/a:b"),
            ("", ""),
            ("garbage\n0::/cut", ""),
        ] {
            assert_eq!(control_group(text.as_bytes()), expected.as_bytes(), "{text:?}");
        }
    }

    #[test]
    fn texts_can_be_shown_on_a_line() {
        let mut more = More::default();
        for (text, expected) in [
            (&b"/bin/sh\0-c\0a b\0"[..], "/bin/sh -c a b"),
            (b"nginx: worker", "nginx: worker"),
            (b"a\0\0b\0\0", "a  b"),
            (b"a\nb\x1b[m\xff\0", "a?b?[m?"),
            (b"", ""),
            (b"\0\0", ""),
        ] {
            more.take_command_line(text);
            assert_eq!(more.command_line, expected);
        }
        more.take_command_line(&vec![b'x'; 64 << 10]);
        assert_eq!(more.command_line.len(), MOST_BYTES);
        more.take_executable(b"/usr/bin/python3.11 (deleted)");
        assert_eq!(more.executable, "/usr/bin/python3.11 (deleted)");
    }

    #[test]
    fn a_namespace_is_a_number() {
        assert_eq!(namespace(b"net:[4026531840]"), Some(4_026_531_840));
        for link in ["", "net:[]", "net:[x]", "net:[1", "4026531840"] {
            assert_eq!(namespace(link.as_bytes()), None, "{link:?}");
        }
    }
}
