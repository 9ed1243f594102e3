//! [`Locale`]: the language that the amended texts of classes are in.
//!
//! WMI writes it `MS_409`: `MS_` and a language identifier of Windows in
//! hexadecimal digits. The texts are in a namespace of that name below the
//! one of the classes.
//!
//! Source: the Microsoft pages of `IWbemLocator::ConnectServer` and
//! "Localizing WMI Class Information".

use std::fmt;

use crate::{Error, Result, Status};

/// A language identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Locale(u16);

impl Locale {
    /// `MS_409`: English as in the United States, which is what a connection
    /// has that names none.
    pub const DEFAULT: Locale = Locale(0x409);

    /// The locale that a text like `MS_409` names, in any case.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_PARAMETER`: it is of another form.
    pub fn parse(text: &str) -> Result<Locale> {
        let digits = text.split_at_checked(3).filter(|(prefix, _)| prefix.eq_ignore_ascii_case("MS_"));
        // `from_str_radix` takes a sign too.
        let digits = digits.map(|(_, digits)| digits).filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()));
        match digits.and_then(|digits| u16::from_str_radix(digits, 16).ok()) {
            Some(number) => Ok(Locale(number)),
            None => {
                let message = format!("{text:?} is no locale: write MS_ and its number, as in MS_409");
                Err(Error::new(Status::WBEM_E_INVALID_PARAMETER, message))
            }
        }
    }

    /// The number, 0x409 for `MS_409`.
    #[must_use]
    pub const fn number(self) -> u16 {
        self.0
    }

    /// The name of the namespace below that of the classes.
    #[must_use]
    pub fn namespace(self) -> String {
        format!("ms_{:03x}", self.0)
    }
}

impl Default for Locale {
    fn default() -> Locale {
        Locale::DEFAULT
    }
}

impl fmt::Display for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MS_{:03X}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts() {
        let check = |text: &str, number: u16, name: &str, namespace: &str| {
            let locale = Locale::parse(text).unwrap();
            assert_eq!((locale.number(), locale.namespace().as_str()), (number, namespace));
            assert_eq!(locale.to_string(), name);
            assert_eq!(Locale::parse(name).unwrap(), locale);
        };
        check("MS_409", 0x409, "MS_409", "ms_409");
        check("ms_c07", 0xC07, "MS_C07", "ms_c07");
        check("MS_0007", 7, "MS_007", "ms_007");
        for wrong in ["", "MS_", "409", "MS_+40", "MS_10000", "MS_40g", "en_US", "\u{e9}\u{e9}409"] {
            let refused = Locale::parse(wrong).unwrap_err();
            assert_eq!(refused.status(), Status::WBEM_E_INVALID_PARAMETER, "{wrong}");
        }
    }
}
