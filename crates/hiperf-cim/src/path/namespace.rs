//! [`NamespacePath`]: what ConnectServer is given.

use std::fmt;

use super::MAX_PATH_CHARACTERS;
use super::parser::{is_name_character, is_separator};
use crate::{Error, Result, Status};

/// A namespace, on this machine or on another.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NamespacePath {
    /// The machine; `None`, `.` and `localhost` are this one.
    pub server: Option<String>,
    /// The namespace with `\` between its parts. Empty only together with
    /// another machine's name: that machine's default namespace.
    pub namespace: String,
}

impl NamespacePath {
    /// Parses `root\cimv2`, `\\host\root\cimv2` or `//./root/cimv2`. Whether
    /// the namespace exists is not looked at.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_NAMESPACE`; `WBEM_E_INVALID_PARAMETER` when a third
    /// slash stands where the machine's name should.
    pub fn parse(text: &str) -> Result<NamespacePath> {
        let invalid = |reason: &str| {
            Error::new(
                Status::WBEM_E_INVALID_NAMESPACE,
                format!("\"{text}\" is no namespace: {reason}; write root\\cimv2 or \\\\host\\root\\cimv2"),
            )
        };
        if text.encode_utf16().count() > MAX_PATH_CHARACTERS {
            return Err(Error::new(
                Status::WBEM_E_INVALID_NAMESPACE,
                format!("a namespace's path has at most {MAX_PATH_CHARACTERS} characters"),
            ));
        }
        let (server, namespace) = match text.strip_prefix(is_separator) {
            None => (None, text),
            Some(rest) => {
                let rest = rest
                    .strip_prefix(is_separator)
                    .ok_or_else(|| invalid("one slash starts neither a machine nor a namespace"))?;
                if rest.starts_with(is_separator) {
                    let message = format!("\"{text}\" has no machine's name after its first two slashes");
                    return Err(Error::new(Status::WBEM_E_INVALID_PARAMETER, message));
                }
                match rest.split_once(is_separator) {
                    Some((server, namespace)) => (Some(server), namespace),
                    None if is_local(rest) => return Err(invalid("it names a machine only")),
                    None => (Some(rest), ""),
                }
            }
        };
        if server.is_some_and(|name| {
            name.is_empty() || name.contains(|c: char| c.is_whitespace() || c.is_control())
        }) {
            return Err(invalid("the machine has no proper name"));
        }
        let names_default = server.is_some() && server == text.get(2..);
        let mut parts = namespace.split(is_separator);
        if !names_default && !parts.all(|part| !part.is_empty() && part.chars().all(is_name_character)) {
            return Err(invalid("one of its names is empty or has a character that names don't have"));
        }
        Ok(NamespacePath { server: server.map(str::to_owned), namespace: namespace.replace('/', "\\") })
    }

    /// Whether it is on this machine, as far as the name tells.
    #[must_use]
    pub fn is_local(&self) -> bool {
        self.server.as_deref().is_none_or(is_local)
    }
}

impl fmt::Display for NamespacePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.server {
            Some(server) if self.namespace.is_empty() => write!(f, "\\\\{server}"),
            Some(server) => write!(f, "\\\\{server}\\{}", self.namespace),
            None => f.write_str(&self.namespace),
        }
    }
}

/// Whether a machine's name is a name of this one.
pub(super) fn is_local(server: &str) -> bool {
    server == "." || server.eq_ignore_ascii_case("localhost")
}
