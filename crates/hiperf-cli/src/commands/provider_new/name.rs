//! [`ProviderName`]: a name that can be a provider's, the beginning of its
//! classes' names, and part of a file's name.

use hiperf_cim::{Error, Result, Status};

/// Longer ones leave too little of a class's name.
const MAX_LENGTH: usize = 64;
/// Schemas whose classes are others'.
const RESERVED: [&str; 8] = ["Win32", "CIM", "Linux", "MSFT", "MS", "WMI", "Hiperf", "HiPerfCooker"];

/// A provider's name, in which words begin with a capital: `JobQueue`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderName(String);

impl ProviderName {
    /// # Errors
    /// `WBEM_E_INVALID_PARAMETER`, with what a name must be.
    pub fn parse(text: &str) -> Result<ProviderName> {
        let refused =
            |why: &str| Err(Error::new(Status::WBEM_E_INVALID_PARAMETER, format!("{text:?} {why}")));
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return refused("can't be a provider's name: it has letters A-Z, a-z and digits, as in JobQueue");
        }
        if !text.starts_with(|first: char| first.is_ascii_uppercase()) {
            return refused("can't be a provider's name: it begins with a capital letter, as in JobQueue");
        }
        if text.len() > MAX_LENGTH {
            return refused("is too long for a provider's name: at most 64 letters");
        }
        if RESERVED.iter().any(|reserved| reserved.eq_ignore_ascii_case(text)) {
            return refused("is the beginning of others' class names; take one of your own");
        }
        Ok(ProviderName(text.to_owned()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As a file's name: `job-queue` with `-` between the words.
    pub fn separated(&self, separator: char) -> String {
        let mut text = String::with_capacity(self.0.len() + 4);
        let mut before = None;
        let mut letters = self.0.chars().peekable();
        while let Some(letter) = letters.next() {
            // A word begins with a capital after a small letter, or before one.
            let follows_word = before.is_some_and(|before: char| !before.is_ascii_uppercase());
            let begins_word = letters.peek().is_some_and(char::is_ascii_lowercase);
            if before.is_some() && letter.is_ascii_uppercase() && (follows_word || begins_word) {
                text.push(separator);
            }
            text.push(letter.to_ascii_lowercase());
            before = Some(letter);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for (name, file) in
            [("Shop", "shop"), ("JobQueue", "job-queue"), ("HTTPServer2", "http-server2"), ("X", "x")]
        {
            assert_eq!(ProviderName::parse(name).unwrap().separated('-'), file);
        }
        let long = "A".repeat(65);
        for wrong in
            ["", "shop", "1Shop", "Job Queue", "Job_Queue", "../Shop", "Größe", "win32", "Win32", &long]
        {
            let error = ProviderName::parse(wrong).unwrap_err();
            assert_eq!(error.status(), Status::WBEM_E_INVALID_PARAMETER, "{wrong}");
            assert!(error.message().starts_with(&format!("{wrong:?} ")), "{error}");
        }
    }
}
