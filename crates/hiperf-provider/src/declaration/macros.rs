//! [`class!`](crate::class) and [`provider!`](crate::provider).

/// Declares a class of counters as the structure of its rows.
///
/// ```
/// use hiperf_provider::WithBase;
///
/// hiperf_provider::class! {
///     /// The queues of an application, as they count.
///     #[class(Example_PerfRawData_Queue, display = "Queue", key = "Name of the queue.")]
///     pub struct Queue {
///         /// Messages that came.
///         #[counter(Enqueued, PERF_COUNTER_BULK_COUNT, display = "Enqueued/sec", unit = "Messages")]
///         pub enqueued: u64,
///         /// Mean time that a message waited.
///         #[counter(Wait100ns, PERF_AVERAGE_BULK, unit = "100 nanoseconds")]
///         pub wait_100ns: WithBase<u64>,
///     }
/// }
///
/// let queue = Queue { enqueued: 3, wait_100ns: WithBase { value: 4_000, base: 2 } };
/// assert_eq!(Queue::default(), Queue { enqueued: 0, ..Queue::default() });
/// # let _ = queue;
/// ```
///
/// `class` has the class's name first, `counter` the property's name and one of
/// the [counter types](crate::CounterType). What may follow are the methods of
/// [`ClassDeclaration`](crate::declaration::ClassDeclaration) and
/// [`CounterDeclaration`](crate::declaration::CounterDeclaration), as
/// `name = value` or `name`. Doc comments become descriptions; none may be
/// missing. The type of a field is a [`CounterValue`](crate::CounterValue).
///
/// The key is `Name`, unless fields are keys; a field may be a text as well:
///
/// ```
/// hiperf_provider::class! {
///     /// The ports that a server listens at.
///     #[class(Example_PerfRawData_Port, display = "Port")]
///     pub struct Port {
///         /// Host that the port is of.
///         #[key(Host)]
///         pub host: String,
///         /// Its number.
///         #[key(Port)]
///         pub port: u16,
///         /// Connections that are open.
///         #[counter(Connections, PERF_COUNTER_RAWCOUNT, unit = "Connections")]
///         pub connections: u32,
///         /// What the server last said of the port.
///         #[text(State)]
///         pub state: Option<String>,
///     }
/// }
/// ```
///
/// `key` and `text` have the property's name, and then the methods of
/// [`KeyDeclaration`](crate::declaration::KeyDeclaration) and
/// [`TextDeclaration`](crate::declaration::TextDeclaration); the types of their
/// fields are [`KeyValue`](crate::KeyValue)s and
/// [`TextValue`](crate::TextValue)s. The instance of a row with keys is
/// [`Instance::of_row`](crate::Instance::of_row).
///
/// From `X_PerfRawData_Y` comes also the formatted class
/// `X_PerfFormattedData_Y`, whose values people read: hiperf computes them.
///
/// What can't be a class is an error of the compiler:
///
/// ```compile_fail
/// hiperf_provider::class! {
///     /// The names of two fields may not differ in their case only.
///     #[class(Example_PerfRawData_Twice)]
///     struct Twice {
///         /// One.
///         #[counter(Depth, PERF_COUNTER_RAWCOUNT)]
///         one: u32,
///         /// Another.
///         #[counter(DEPTH, PERF_COUNTER_RAWCOUNT)]
///         another: u32,
///     }
/// }
/// ```
/// ```compile_fail
/// hiperf_provider::class! {
///     /// A key is an integer or a text.
///     #[class(Example_PerfRawData_Weighed)]
///     struct Weighed {
///         /// How heavy it is.
///         #[key(Weight)]
///         weight: f64,
///         /// How many there are.
///         #[counter(Count, PERF_COUNTER_RAWCOUNT)]
///         count: u32,
///     }
/// }
/// ```
#[macro_export]
macro_rules! class {
    (
        $(#[doc = $doc:literal])*
        #[class($class:ident $(, $class_key:ident $(= $class_value:expr)?)* $(,)?)]
        $vis:vis struct $Row:ident {
            $(
                $(#[doc = $field_doc:literal])*
                $(#[key($($key:tt)*)])?
                $(#[counter($($counter:tt)*)])?
                $(#[text($($text:tt)*)])?
                $field_vis:vis $field:ident: $ty:ty
            ),* $(,)?
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug, Default, PartialEq)]
        $vis struct $Row {
            $($(#[doc = $field_doc])* $field_vis $field: $ty,)*
        }

        impl $crate::declaration::DeclaredClass for $Row {
            const NAME: &'static str = ::std::stringify!($class);
            const DECLARATION: $crate::declaration::ClassDeclaration = {
                const FIELDS: &[$crate::declaration::FieldDeclaration] = &[$(
                    $crate::class!(@declaration
                        [$(key $($key)*)? $(counter $($counter)*)? $(text $($text)*)?]
                        $field: $ty, [$($field_doc),*]
                    ),
                )*];
                $crate::declaration::ClassDeclaration::new(::std::stringify!($class), &[$($doc),*], FIELDS)
                    $(.$class_key($($class_value)?))*
            };
            const KEYS: &'static [&'static str] =
                $crate::declaration::key_names(&[$($($crate::class!(@name $($key)*),)?)*]);

            fn counters() -> ::std::vec::Vec<$crate::Counter<Self>> {
                let all: ::std::vec::Vec<[::std::option::Option<$crate::Counter<Self>>; 2]> = ::std::vec![
                    $($($crate::class!(@counters $ty, |row: &Self| row.$field, $($counter)*),)?)*
                ];
                let texts: ::std::vec::Vec<$crate::Counter<Self>> = ::std::vec![$($($crate::Counter::of_field(
                    $crate::class!(@name $($text)*),
                    $crate::Field::Text(|row: &Self| $crate::TextValue::text(&row.$field)),
                ),)?)*];
                all.into_iter().flatten().flatten().chain(texts).collect()
            }

            fn with_keys(
                &self,
                instance: $crate::Instance<'_>,
                visit: &mut dyn ::std::ops::FnMut($crate::Instance<'_>, &Self),
            ) {
                let keys: &[$crate::Key<'_>] = &[$($($crate::class!(@key_of self.$field, $($key)*),)?)*];
                visit(instance.of_row_with(keys), self);
            }
        }

        // Refuses what can't be a class when the crate is compiled.
        const _: () = <$Row as $crate::declaration::DeclaredClass>::DECLARATION.check();
    };

    (@declaration [key $name:ident $(, $option:ident $(= $value:expr)?)* $(,)?] $field:ident: $ty:ty, $docs:expr) => {
        $crate::declaration::FieldDeclaration::Key(
            $crate::declaration::KeyDeclaration::new::<$ty>(::std::stringify!($name), &$docs)
                $(.$option($($value)?))*
        )
    };
    (@declaration
        [counter $name:ident, $counter_type:ident $(, $option:ident $(= $value:expr)?)* $(,)?]
        $field:ident: $ty:ty, $docs:expr
    ) => {
        $crate::declaration::FieldDeclaration::Counter(
            $crate::declaration::CounterDeclaration::new::<$ty>(
                ::std::stringify!($name),
                $crate::CounterType::$counter_type,
                &$docs,
            )
            $(.$option($($value)?))*
        )
    };
    (@declaration [text $name:ident $(, $option:ident $(= $value:expr)?)* $(,)?] $field:ident: $ty:ty, $docs:expr) => {
        $crate::declaration::FieldDeclaration::Text(
            $crate::declaration::TextDeclaration::new::<$ty>(::std::stringify!($name), &$docs)
                $(.$option($($value)?))*
        )
    };
    (@declaration [$($other:tt)*] $field:ident: $ty:ty, $docs:expr) => {
        ::std::compile_error!(::std::concat!(
            "field ", ::std::stringify!($field), " must be one of #[key(Name)], \
             #[counter(Name, COUNTER_TYPE)] and #[text(Name)], with options after these"
        ))
    };

    (@name $name:ident $($options:tt)*) => { ::std::stringify!($name) };
    (@name $($other:tt)*) => { "" };

    (@key_of $self:ident.$field:ident, $($key:tt)*) => { $crate::KeyValue::key(&$self.$field) };

    // The counter and its base, if it has one.
    (@counters $ty:ty, |$row:ident: $Self:ty| $of:ident.$field:ident, $name:ident, $counter_type:ident $($options:tt)*) => {
        [
            ::std::option::Option::Some($crate::Counter::new(
                ::std::stringify!($name),
                |$row: $Self| $crate::CounterValue::value($row.$field),
            ).of_type($crate::CounterType::$counter_type)),
            <$ty as $crate::CounterValue>::HAS_BASE.then_some($crate::Counter::new(
                ::std::concat!(::std::stringify!($name), "_Base"),
                |$row: $Self| $crate::CounterValue::base($row.$field),
            )),
        ]
    };
    (@counters $($other:tt)*) => { [::std::option::Option::None, ::std::option::Option::None] };
}

/// Declares a provider: its name, its two CLSIDs, and the classes that it
/// serves from a source.
///
/// ```
/// # use hiperf_provider::{Instance, Instances, Result, Source, Timestamps, Visit, Wanted};
/// # hiperf_provider::class! {
/// #     /// The machine's mood.
/// #     #[class(Example_PerfRawData_Mood, singleton)]
/// #     struct Mood {
/// #         /// How good it is.
/// #         #[counter(Level, PERF_COUNTER_RAWCOUNT)]
/// #         level: u32,
/// #     }
/// # }
/// # #[derive(Default)]
/// # struct Machine;
/// # impl Source for Machine {
/// #     fn sample(&mut self, _: Wanted) -> Result<Timestamps> { Ok(Timestamps::now()) }
/// # }
/// # impl Instances<Mood> for Machine {
/// #     fn for_each(&self, visit: &mut Visit<'_, Mood>) {
/// #         visit(Instance::singleton(), &Mood { level: 7 });
/// #     }
/// # }
/// hiperf_provider::provider! {
///     /// How the machine feels.
///     struct Example {
///         name: "Example",
///         host: "6E3F1C52-5C0B-4F0E-9A0B-0C6F4B1B7A10",
///         client: "6E3F1C52-5C0B-4F0E-9A0B-0C6F4B1B7A11",
///         source: Machine,
///         classes: [Mood],
///     }
/// }
///
/// assert!(Example::MOF.contains("class Example_PerfRawData_Mood : Win32_PerfRawData"));
/// Example::register(); // for a program that contains it; a library says `export!`
/// ```
///
/// Each refresher has a source of its own: its default, or what the function
/// after `source: Type =` returns, a `Result<Type>`. The classes are those of
/// rows of which the source has [`Instances`](crate::Instances); their order is
/// that of [`Wanted`](crate::Wanted). The constant `MOF` is their MOF and the
/// provider's registration.
#[macro_export]
macro_rules! provider {
    (
        $(#[doc = $doc:literal])*
        $vis:vis struct $Provider:ident {
            name: $name:literal,
            host: $host:literal,
            client: $client:literal,
            source: $Source:ty $(= $open:expr)?,
            classes: [$($Row:ty),+ $(,)?] $(,)?
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug, Default)]
        $vis struct $Provider;

        impl $Provider {
            const DECLARATION: $crate::declaration::ProviderDeclaration =
                $crate::declaration::ProviderDeclaration {
                    name: $name,
                    host: $host,
                    client: $client,
                    docs: &[$($doc),*],
                    classes: &[$(<$Row as $crate::declaration::DeclaredClass>::DECLARATION),+],
                };
            const MOF_BYTES: [u8; $crate::declaration::mof_length(&Self::DECLARATION)] =
                $crate::declaration::mof_bytes(&Self::DECLARATION);

            /// The MOF of the provider's classes, raw and formatted, and of its
            /// registration.
            $vis const MOF: &'static str = match ::std::str::from_utf8(&Self::MOF_BYTES) {
                ::std::result::Result::Ok(mof) => mof.split_at(mof.len() - 1).0,
                ::std::result::Result::Err(_) => ::std::unreachable!(),
            };

            /// What a provider host loads.
            $vis const CLSID: $crate::Guid = $crate::Guid::parse($host);

            /// What a client loads.
            $vis const CLIENT_LOADABLE_CLSID: $crate::Guid = $crate::Guid::parse($client);

            /// Makes the provider available in this program, which contains it.
            #[allow(dead_code)] // a library exports it instead
            $vis fn register() {
                $crate::register(Self::CLSID, || Self);
                $crate::register(Self::CLIENT_LOADABLE_CLSID, || Self);
            }
        }

        impl $crate::Provider for $Provider {
            type Source = $Source;

            fn open(&self) -> $crate::Result<$Source> {
                $crate::provider!(@open $Source $(, $open)?)
            }

            fn classes(&self) -> ::std::vec::Vec<::std::boxed::Box<dyn $crate::ServedClass<$Source>>> {
                ::std::vec![$($crate::declaration::served_class::<$Source, $Row>()),+]
            }
        }

        // Refuses what can't be a provider when the crate is compiled.
        const _: () = $Provider::DECLARATION.check();
    };
    (@open $Source:ty) => { ::std::result::Result::Ok(<$Source as ::std::default::Default>::default()) };
    (@open $Source:ty, $open:expr) => { $open() };
}
