//! [`Instance`]: which instance a row belongs to, by its [keys](Key) and by what
//! makes it the same one from sample to sample.

use hiperf_cim::{CimType, Error, Result, Status, Value};
use hiperf_com::access::ObjectAccess;

/// The value of one key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key<'a> {
    /// Of a string; in any case it is the same one.
    Text(&'a str),
    /// Of an integer, whatever its width.
    Integer(i128),
}

impl Key<'_> {
    /// Whether a property that is a key has this value.
    fn is(self, value: &Value) -> bool {
        match self {
            Key::Text(text) => value.as_str().is_some_and(|known| known.eq_ignore_ascii_case(text)),
            Key::Integer(integer) => value.as_integer() == Some(integer),
        }
    }
}

impl<'a> From<&'a str> for Key<'a> {
    fn from(text: &'a str) -> Key<'a> {
        Key::Text(text)
    }
}

impl From<u64> for Key<'_> {
    fn from(integer: u64) -> Self {
        Key::Integer(integer.into())
    }
}

impl From<i64> for Key<'_> {
    fn from(integer: i64) -> Self {
        Key::Integer(integer.into())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Keys<'a> {
    One(Key<'a>),
    All(&'a [Key<'a>]),
    /// Those that fields of the row are.
    OfRow,
}

/// Which instance a row belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instance<'a> {
    keys: Keys<'a>,
    /// `None`: it is the same one as long as its keys are.
    identity: Option<u64>,
}

impl<'a> Instance<'a> {
    /// An instance that is the same as long as its name is: the key `Name`.
    #[must_use]
    pub const fn named(name: &'a str) -> Instance<'a> {
        Instance { keys: Keys::One(Key::Text(name)), identity: None }
    }

    /// The one instance of a singleton class.
    #[must_use]
    pub const fn singleton() -> Instance<'static> {
        Instance { keys: Keys::All(&[]), identity: Some(0) }
    }

    /// The instance `name`, told from others of that name by `identity`: of a
    /// process its id and start time together, say. Another entity that takes
    /// over the name has another identity.
    #[must_use]
    pub const fn identified(name: &'a str, identity: u64) -> Instance<'a> {
        Instance::named(name).with_identity(identity)
    }

    /// The instance with these keys, in the order of
    /// [`CounterClass::keys`](crate::CounterClass::keys).
    #[must_use]
    pub const fn keyed(keys: &'a [Key<'a>]) -> Instance<'a> {
        Instance { keys: Keys::All(keys), identity: None }
    }

    /// The instance whose keys are in the row, as fields that are a `#[key(..)]`.
    #[must_use]
    pub const fn of_row() -> Instance<'static> {
        Instance { keys: Keys::OfRow, identity: None }
    }

    /// The same instance only as long as `identity` is the same, too.
    #[must_use]
    pub const fn with_identity(self, identity: u64) -> Instance<'a> {
        Instance { identity: Some(identity), ..self }
    }

    /// The same with the keys of its row, if its class has any there.
    #[doc(hidden)]
    #[must_use]
    pub const fn of_row_with(self, keys: &'a [Key<'a>]) -> Instance<'a> {
        if keys.is_empty() { self } else { Instance { keys: Keys::All(keys), ..self } }
    }

    /// The keys, in the order of the class's.
    #[must_use]
    pub fn keys(&self) -> &[Key<'a>] {
        match &self.keys {
            Keys::One(key) => std::slice::from_ref(key),
            Keys::All(keys) => keys,
            Keys::OfRow => &[],
        }
    }

    /// What makes it the same instance from one sample to the next.
    #[must_use]
    pub fn identity(&self) -> u64 {
        self.identity.unwrap_or_else(|| hash(self.keys()))
    }

    /// Whether its keys have these values.
    pub(crate) fn is(&self, values: &[Value]) -> bool {
        let keys = self.keys();
        // A singleton has no key, of which then no value is asked for.
        keys.len() == values.len() && keys.iter().zip(values).all(|(key, value)| key.is(value))
            || keys.is_empty() && values.iter().all(Value::is_null)
    }
}

/// FNV-1a: keys are short and few, and nobody chooses them to collide.
fn hash(keys: &[Key<'_>]) -> u64 {
    const SEED: u64 = 0xCBF2_9CE4_8422_2325;
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3);
    let of_key = |hash: u64, key: &Key<'_>| match key {
        Key::Text(text) => text.bytes().fold(hash, step),
        Key::Integer(integer) => integer.to_le_bytes().into_iter().fold(hash, step),
    };
    // A byte that no text has keeps the keys apart.
    keys.iter()
        .enumerate()
        .fold(SEED, |hash, (at, key)| of_key(if at == 0 { hash } else { step(hash, 0xFF) }, key))
}

/// Gives a new object the keys of its instance, which are called `names`.
pub(crate) fn write_keys(object: &ObjectAccess, names: &[&str], instance: Instance<'_>) -> Result<()> {
    let keys = instance.keys();
    if keys.is_empty() && instance.keys != Keys::OfRow {
        return Ok(());
    }
    if keys.len() != names.len() {
        let message = format!(
            "class {} has the keys {}, and an instance came with {} of them",
            object.class_name()?,
            names.join(", "),
            keys.len()
        );
        return Err(Error::new(Status::WBEM_E_PROVIDER_FAILURE, message));
    }
    for (name, key) in names.iter().zip(keys) {
        let value = match *key {
            Key::Text(text) => Value::String(text.to_owned()),
            Key::Integer(integer) => {
                let (ty, _) = object.property_handle(name)?;
                Value::from_integer(ty.scalar, integer).ok_or_else(|| {
                    let message = format!("key {name} is a {ty}, which {integer} is not");
                    Error::new(Status::WBEM_E_TYPE_MISMATCH, message)
                })?
            }
        };
        object.put(name, &value)?;
    }
    Ok(())
}

/// The values of an object's keys; NULL for the `Name` of a singleton, which is
/// an ordinary property.
pub(crate) fn keys_of(object: &ObjectAccess, names: &[&str]) -> Result<Vec<Value>> {
    names.iter().map(|name| object.get(name)).collect()
}

/// The error for keys that no instance has.
pub(crate) fn not_found(class: &str, names: &[&str], values: &[Value]) -> Error {
    let text = |value: &Value| match value.as_str() {
        Some(text) => format!("{text:?}"),
        None => value.to_string(),
    };
    let which = match values {
        [only] => text(only),
        _ => {
            let all = names.iter().zip(values).map(|(name, value)| format!("{name}={}", text(value)));
            all.collect::<Vec<_>>().join(",")
        }
    };
    Error::new(Status::WBEM_E_NOT_FOUND, format!("there is no instance {which} of {class}"))
}

/// The types of fields that may be keys: integers, and what is a text.
#[diagnostic::on_unimplemented(
    message = "a key can't be a `{Self}`",
    label = "an integer, a `String`, a `&'static str` or an `Arc<str>`"
)]
pub trait KeyValue {
    /// The property's type.
    const CIM_TYPE: CimType;

    /// The value.
    fn key(&self) -> Key<'_>;
}

macro_rules! integer_keys {
    ($($ty:ty: $cim:ident),+) => {
        $(
            impl KeyValue for $ty {
                const CIM_TYPE: CimType = CimType::$cim;

                fn key(&self) -> Key<'_> {
                    Key::Integer((*self).into())
                }
            }
        )+
    };
}

integer_keys!(
    u8: Uint8, u16: Uint16, u32: Uint32, u64: Uint64, i8: Sint8, i16: Sint16, i32: Sint32, i64: Sint64
);

macro_rules! text_keys {
    ($($ty:ty),+) => {
        $(
            impl KeyValue for $ty {
                const CIM_TYPE: CimType = CimType::String;

                fn key(&self) -> Key<'_> {
                    Key::Text(self)
                }
            }
        )+
    };
}

text_keys!(&'static str, String, std::sync::Arc<str>);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identities() {
        let web = [Key::from("web"), Key::from(80u64)];
        assert_eq!(Instance::keyed(&web).identity(), Instance::keyed(&web).identity());
        for other in [[Key::from("web"), Key::from(81u64)], [Key::from("we"), Key::from(80u64)]] {
            assert_ne!(Instance::keyed(&web).identity(), Instance::keyed(&other).identity());
        }
        let (joined, apart) = ([Key::from("ab"), Key::from("c")], [Key::from("a"), Key::from("bc")]);
        assert_ne!(Instance::keyed(&joined).identity(), Instance::keyed(&apart).identity());
        assert_eq!(Instance::of_row().of_row_with(&web).identity(), Instance::keyed(&web).identity());
        assert_eq!(Instance::of_row().with_identity(7).of_row_with(&web).identity(), 7);
        assert_ne!(Instance::named("a").identity(), Instance::named("b").identity());
    }

    #[test]
    fn keys_of_objects() {
        let values = [Value::String("Web".into()), Value::Uint16(80)];
        let is = |text, port: u64| Instance::keyed(&[Key::from(text), Key::from(port)]).is(&values);
        assert!(is("web", 80) && !is("web", 81) && !is("mail", 80));
        assert!(!Instance::named("web").is(&values));
        assert!(Instance::singleton().is(&[Value::Null]) && !Instance::singleton().is(&values));
        let error = not_found("X", &["Host", "Port"], &values);
        assert_eq!(error.message(), "there is no instance Host=\"Web\",Port=80 of X");
        assert_eq!(not_found("X", &["Name"], &values[..1]).message(), "there is no instance \"Web\" of X");
    }
}
