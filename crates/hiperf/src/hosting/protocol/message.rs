//! [`Message`]: everything that is said.

use hiperf_cim::{Result, Status, Value};
use hiperf_com::Guid;
use hiperf_com::client::Context;

use super::frame::{Field, Malformed, Reader, Writer};

pub use super::frame::Bytes;

/// A context's names and values; `None` where there is no context.
pub type ContextValues = Option<Vec<(String, Value)>>;

macro_rules! messages {
    ($($(#[$doc:meta])* $number:literal $name:ident { $($(#[$field_doc:meta])* $field:ident: $ty:ty),* })*) => {
        /// A message; its number is its kind in the frame.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Message {
            $($(#[$doc])* $name { $($(#[$field_doc])* $field: $ty),* }),*
        }

        impl Message {
            /// The message as the contents of a frame.
            #[must_use]
            pub fn encode(&self) -> Vec<u8> {
                let mut writer = Writer::default();
                match self {
                    $(Message::$name { $($field),* } => {
                        u8::put(&$number, &mut writer);
                        $($field.put(&mut writer);)*
                    })*
                }
                writer.0
            }

            /// The message in a frame.
            ///
            /// # Errors
            /// What is wrong with it.
            pub fn decode(frame: &[u8]) -> Result<Message, Malformed> {
                let mut reader = Reader(frame);
                let message = match u8::take(&mut reader)? {
                    $($number => Message::$name { $($field: Field::take(&mut reader)?),* },)*
                    _ => return Err(Malformed("a message is of no known kind")),
                };
                if reader.0.is_empty() { Ok(message) } else { Err(Malformed("a message is too long")) }
            }
        }
    };
}

messages! {
    /// A channel; its descriptor comes along. Main socket only.
    1 Open {}
    /// Loads a provider under a number of the engine's choice.
    2 Load {
        /// Its number.
        provider: u32,
        /// Its COM class.
        clsid: Guid,
        /// The library that has the class, unless the host has it itself.
        library: Option<String>,
        /// The namespace it is for.
        namespace: String,
        /// The user, if it is initialised for each.
        user: Option<String>,
        /// The locale, if it is initialised for each.
        locale: Option<String>,
        /// Whether it may act as its caller.
        impersonates: bool,
        /// The context of the initialisation.
        context: ContextValues,
        /// How long it may take, in milliseconds.
        limit_ms: u32
    }
    /// Releases a provider.
    3 Unload {
        /// Its number.
        provider: u32
    }
    /// QueryInstances.
    4 Query {
        /// Of whom.
        provider: u32,
        /// The class as an EncodingUnit.
        class: Bytes,
        /// The context.
        context: ContextValues,
        /// How long it may take to deliver, in milliseconds.
        limit_ms: u32
    }
    /// GetObjects; the same objects come back.
    5 GetObjects {
        /// Of whom.
        provider: u32,
        /// Their classes, as EncodingUnits.
        classes: Vec<Bytes>,
        /// Each with the index of its class, without that class.
        objects: Vec<ClassedObject>,
        /// The context.
        context: ContextValues
    }
    /// CreateRefresher; its memory comes along, and the channel becomes its own.
    6 CreateRefresher {
        /// Of whom.
        provider: u32
    }
    /// CreateRefreshableObject.
    7 AddObject {
        /// The number that the item has in the memory.
        item: u32,
        /// The class as an EncodingUnit.
        class: Bytes,
        /// The template without its class.
        template: Bytes,
        /// The context.
        context: ContextValues
    }
    /// CreateRefreshableEnum.
    8 AddEnum {
        /// The number that the item has in the memory.
        item: u32,
        /// The class as an EncodingUnit.
        class: Bytes,
        /// The context.
        context: ContextValues
    }
    /// StopRefreshing.
    9 Stop {
        /// The item.
        item: u32
    }
    /// Larger memory for what is there; it comes along.
    10 Remap {}
    /// The refresher is released, and its channel ends.
    12 Release {}
    /// The answer to [`Message::Ask`].
    11 Told {
        /// What the namespace answered.
        status: Status,
        /// The sentence about an error.
        text: String,
        /// Classes and instances.
        objects: Vec<Bytes>
    }
    /// A call is over.
    20 Done {
        /// What the provider answered.
        status: Status,
        /// The sentence about an error.
        text: String
    }
    /// Some of a call's results, without their class.
    21 Objects {
        /// Instances.
        objects: Vec<Bytes>
    }
    /// The provider asks its namespace.
    22 Ask {
        /// What.
        question: Question,
        /// The path, the name of the class, or the query.
        text: String,
        /// Whether only the class itself is meant.
        shallow: bool,
        /// The context.
        context: ContextValues
    }
}

/// An instance with the place of its class in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassedObject {
    /// Where in the list.
    pub class: u32,
    /// The instance, without its class.
    pub object: Bytes,
}

impl Field for ClassedObject {
    fn put(&self, writer: &mut Writer) {
        self.class.put(writer);
        self.object.put(writer);
    }

    fn take(reader: &mut Reader<'_>) -> Result<ClassedObject, Malformed> {
        Ok(ClassedObject { class: u32::take(reader)?, object: Bytes::take(reader)? })
    }
}

/// What a provider may ask of its namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// GetObject.
    Object,
    /// CreateClassEnum.
    Classes,
    /// CreateInstanceEnum.
    Instances,
    /// ExecQuery.
    Query,
    /// GetObject of a class with the texts of the client's locale.
    Texts,
}

impl Field for Question {
    fn put(&self, writer: &mut Writer) {
        (*self as u8).put(writer);
    }

    fn take(reader: &mut Reader<'_>) -> Result<Question, Malformed> {
        const ALL: [Question; 5] =
            [Question::Object, Question::Classes, Question::Instances, Question::Query, Question::Texts];
        ALL.get(usize::from(u8::take(reader)?)).copied().ok_or(Malformed("a question is of no known kind"))
    }
}

/// A context's values, to be sent.
///
/// # Errors
/// The context's own.
pub fn values_of(context: Option<&Context>) -> Result<ContextValues> {
    Ok(context.map(Context::values).transpose()?)
}

/// A context of its own with the values that were sent.
///
/// # Errors
/// The context's own.
pub fn context_of(values: &ContextValues) -> Result<Option<Context>> {
    let Some(values) = values else { return Ok(None) };
    let context = Context::new();
    values.iter().try_for_each(|(name, value)| context.set(name, value))?;
    Ok(Some(context))
}

#[cfg(test)]
mod tests {
    use hiperf_cim::CimType;

    use super::*;

    fn messages() -> Vec<Message> {
        let bytes = || Bytes(vec![1, 2, 3]);
        let values = vec![
            ("null".to_owned(), Value::Null),
            ("sint8".to_owned(), Value::Sint8(-1)),
            ("uint64".to_owned(), Value::Uint64(u64::MAX)),
            ("real32".to_owned(), Value::Real32(-0.5)),
            ("flag".to_owned(), Value::Boolean(true)),
            ("text".to_owned(), Value::String("\u{3b2}".to_owned())),
            ("list".to_owned(), Value::Array(CimType::String, vec![Value::String("a".to_owned())])),
            ("numbers".to_owned(), Value::Array(CimType::Sint16, vec![Value::Sint16(-2), Value::Sint16(2)])),
        ];
        let clsid = Guid::parse("5B1D8F0A-2C7E-4D6B-9F31-7A0C5E4D2B18");
        let (library, namespace) = (Some("/a.so".to_owned()), "root\\cimv2".to_owned());
        let status = Status::WBEM_E_NOT_FOUND;
        let text = "there is none".to_owned();
        let classed = ClassedObject { class: 0, object: bytes() };
        vec![
            Message::Open {},
            Message::Load {
                provider: 1,
                clsid,
                library,
                namespace,
                user: Some("somebody".to_owned()),
                locale: None,
                impersonates: true,
                context: Some(Vec::new()),
                limit_ms: 10,
            },
            Message::Query { provider: 1, class: bytes(), context: Some(values), limit_ms: 10 },
            Message::GetObjects {
                provider: 1,
                classes: vec![bytes()],
                objects: vec![classed],
                context: None,
            },
            Message::Ask { question: Question::Query, text: text.clone(), shallow: true, context: None },
            Message::Told { status, text: text.clone(), objects: vec![bytes(), Bytes(Vec::new())] },
            Message::Done { status, text },
        ]
    }

    #[test]
    fn there_and_back() {
        for message in messages() {
            assert_eq!(Message::decode(&message.encode()), Ok(message));
        }
    }

    /// Whatever a byte is replaced by and wherever a message ends: it is another
    /// message or none, and nothing is allocated for what isn't there.
    #[test]
    fn any_bytes_do_no_harm() {
        for message in messages() {
            let frame = message.encode();
            for at in 0..frame.len() {
                assert!(Message::decode(&frame[..at]).is_err());
                for byte in [0, 1, 2, 0x20, 0x7F, 0x80, 0xFF] {
                    let mut changed = frame.clone();
                    changed[at] = byte;
                    if let Ok(other) = Message::decode(&changed) {
                        assert!(other.encode().len() <= frame.len());
                    }
                }
            }
        }
        assert_eq!(Message::decode(&[99]), Err(Malformed("a message is of no known kind")));
        assert_eq!(Message::decode(&[1, 0]), Err(Malformed("a message is too long")));
    }

    #[test]
    fn contexts_travel() {
        let context = Context::new();
        context.set("__GET_EXT_KEYS_ONLY", &Value::Boolean(true)).unwrap();
        let there = context_of(&values_of(Some(&context)).unwrap()).unwrap().unwrap();
        assert!(there.flag("__get_ext_keys_only"));
        assert!(context_of(&values_of(None).unwrap()).unwrap().is_none());
    }
}
