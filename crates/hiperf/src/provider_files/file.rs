//! The text of a provider file: TOML with three keys.
//!
//! Source: <https://toml.io>, version 1.0.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use hiperf_cim::mof::MAX_TEXT_BYTES;
use hiperf_cim::{Error, Result, Status, mof};
use hiperf_com::{Guid, trust};
use serde::{Deserialize, Serialize};

/// A provider file has a few lines; what is longer is something else.
const MAX_FILE_BYTES: u64 = 64 << 10;

/// What a provider file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Text {
    pub library: PathBuf,
    /// The name of a file beside it.
    pub mof: Option<String>,
    pub clsids: Option<Vec<Guid>>,
}

/// The same as it is written.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    library: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    mof: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    clsids: Option<Vec<String>>,
}

impl Text {
    /// Understands a text.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_PROVIDER_REGISTRATION`, which says where it is wrong.
    pub(super) fn parse(text: &str) -> Result<Text> {
        let keys: Keys = toml::from_str(text).map_err(|error| invalid(error.to_string().trim_end()))?;
        let library = PathBuf::from(&keys.library);
        if !library.is_absolute() {
            return Err(invalid(format!("library = \"{}\" is no absolute path", keys.library)));
        }
        if let Some(mof) = &keys.mof
            && (mof.contains('/') || mof.is_empty())
        {
            return Err(invalid(format!(
                "mof = \"{mof}\" is not the name of a file beside the provider file"
            )));
        }
        let guid = |text: &String| {
            text.parse().map_err(|_| invalid(format!("\"{text}\" in clsids is not a GUID in braces")))
        };
        let clsids =
            keys.clsids.map(|texts| texts.iter().map(guid).collect::<Result<Vec<Guid>>>()).transpose()?;
        if keys.mof.is_none() && clsids.is_none() {
            return Err(invalid(
                "it has neither mof nor clsids, so it registers nothing: name the MOF, or the CLSIDs of a \
                 provider whose MOF is in the repository",
            ));
        }
        Ok(Text { library, mof: keys.mof, clsids })
    }

    /// The text of a provider file.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_PARAMETER`: the library's path is not UTF-8.
    pub(super) fn write(&self) -> Result<String> {
        let unwritable = |why: String| Error::new(Status::WBEM_E_INVALID_PARAMETER, why);
        let library = self.library.to_str().ok_or_else(|| {
            unwritable(format!("the path {} is not UTF-8, so no file can name it", self.library.display()))
        })?;
        let clsids = self.clsids.as_ref().map(|guids| guids.iter().map(Guid::to_string).collect());
        let keys = Keys { library: library.to_owned(), mof: self.mof.clone(), clsids };
        toml::to_string(&keys).map_err(|error| unwritable(error.to_string()))
    }
}

/// Reads a provider file, if it can be believed.
///
/// # Errors
/// `WBEM_E_ACCESS_DENIED`: others could have written it; those of
/// [`Text::parse`].
pub(super) fn read(path: &Path) -> Result<Text> {
    let bytes = read_trusted(path, "the provider file", MAX_FILE_BYTES)?;
    let text = String::from_utf8(bytes).map_err(|error| invalid(format!("it is not UTF-8: {error}")))?;
    Text::parse(&text)
}

/// Reads a MOF file that belongs to a provider file.
///
/// # Errors
/// As [`read`].
pub(super) fn read_mof(path: &Path) -> Result<String> {
    Ok(mof::decode(&read_trusted(path, "the MOF", MAX_TEXT_BYTES as u64)?).into_owned())
}

fn read_trusted(path: &Path, what: &str, limit: u64) -> Result<Vec<u8>> {
    let about = |why: &str| format!("{what} {}: {why}", path.display());
    let file = trust::open_file(path, what).map_err(|refusal| {
        let status = match refusal.status {
            Status::E_ACCESSDENIED => Status::WBEM_E_ACCESS_DENIED,
            _ => Status::WBEM_E_INVALID_PROVIDER_REGISTRATION,
        };
        Error::new(status, about(&refusal.reason))
    })?;
    let mut bytes = Vec::new();
    let read = file.take(limit + 1).read_to_end(&mut bytes);
    read.map_err(|error| Error::new(Status::WBEM_E_FAILED, about(&format!("it can't be read: {error}"))))?;
    if bytes.len() as u64 > limit {
        return Err(invalid(about(&format!("it has more than {limit} bytes"))));
    }
    Ok(bytes)
}

fn invalid(what: impl Into<String>) -> Error {
    Error::new(Status::WBEM_E_INVALID_PROVIDER_REGISTRATION, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        let clsid = Guid::parse("A1C63C9C-8C0B-4B0E-9C41-5D3B8E6F7A01");
        let text = Text {
            library: "/opt/a \"b\"\\c/libx.so".into(),
            mof: Some("x.mof".into()),
            clsids: Some(vec![clsid]),
        };
        let written = text.write().unwrap();
        assert_eq!(Text::parse(&written).unwrap(), text, "{written}");
        let short = Text::parse("library = '/a/libx.so'\nclsids = []").unwrap();
        assert_eq!(short, Text { library: "/a/libx.so".into(), mof: None, clsids: Some(Vec::new()) });
    }

    #[test]
    fn what_is_wrong() {
        let check = |text: &str, why: &str| {
            let error = Text::parse(text).unwrap_err();
            assert_eq!(error.status(), Status::WBEM_E_INVALID_PROVIDER_REGISTRATION);
            assert!(error.message().contains(why), "{text}: {error}");
        };
        check("", "missing field `library`");
        check("library = 7", "line 1, column 11");
        check("library = \"/a\"\nmoof = \"a.mof\"", "unknown field `moof`");
        check("library = \"a.so\"\nmof = \"a.mof\"", "no absolute path");
        check("library = \"/a.so\"\nmof = \"../a.mof\"", "not the name of a file beside");
        check("library = \"/a.so\"\nclsids = [\"x\"]", "\"x\" in clsids is not a GUID");
        check("library = \"/a.so\"", "neither mof nor clsids");
        check("library = \"/a.so", "line 1");
    }
}
