//! What can't be a class or a provider, found when the author's crate is
//! compiled: each `check` is evaluated as a constant, and its panic is the
//! compiler's message.

use hiperf_cim::{CimType, MAX_IDENTIFIER};

use super::{
    ClassDeclaration, CounterDeclaration, FieldDeclaration, KeyDeclaration, ProviderDeclaration,
    TextDeclaration,
};

/// The texts that every raw class inherits, which it may make its own.
const DESCRIBING: [&str; 3] = ["Name", "Caption", "Description"];

/// What else it inherits: no field may have these names.
const INHERITED: [&str; 6] = [
    "Timestamp_PerfTime",
    "Frequency_PerfTime",
    "Timestamp_Sys100NS",
    "Frequency_Sys100NS",
    "Timestamp_Object",
    "Frequency_Object",
];

/// A provider has no more classes than fit a `Wanted`.
const MAX_CLASSES: usize = 64;

impl ClassDeclaration {
    /// Panics, with what is wrong, if this can't be a class.
    pub const fn check(&self) {
        assert!(is_identifier(self.name), "a class's name has ASCII letters, digits and _, and at most 256");
        assert!(!starts_with(self.name, "_"), "names that begin with _ are the system's");
        assert!(
            find(self.name, super::mof::RAW).is_some(),
            "a raw class has PerfRawData in its name, as in Example_PerfRawData_Queue: its formatted twin has \
             PerfFormattedData there"
        );
        assert!(is_identifier(self.parent), "the parent is the name of a class");
        assert!(
            self.costly == ends_with(self.name, "_Costly"),
            "a class whose name ends in _Costly is costly, and no other"
        );
        assert!(is_said(self.docs), "a class needs a description: write a doc comment");
        let (mut keys, mut counters, mut at) = (0, 0, 0);
        while at < self.fields.len() {
            self.fields[at].check();
            match self.fields[at] {
                FieldDeclaration::Key(_) => keys += 1,
                FieldDeclaration::Counter(_) => counters += 1,
                FieldDeclaration::Text(_) => {}
            }
            let mut other = 0;
            while other < at {
                assert!(
                    !same_name(self.fields[at].name(), self.fields[other].name()),
                    "two fields of the class have the same name; case makes no difference"
                );
                other += 1;
            }
            at += 1;
        }
        assert!(counters > 0, "a class without counters counts nothing");
        assert!(keys == 0 || !self.singleton, "a singleton has one instance and no key");
        assert!(
            self.key.is_none() || keys == 0 && !self.singleton,
            "key = \"..\" describes the key Name, which this class has not"
        );
        self.check_name(keys > 0);
    }

    /// `Name` is the key of a class that has no other, and then no text.
    const fn check_name(&self, has_keys: bool) {
        let mut at = 0;
        while at < self.fields.len() {
            if let FieldDeclaration::Text(text) = &self.fields[at] {
                assert!(
                    has_keys || self.singleton || !same_name(text.name, "Name"),
                    "Name is the key of this class, which its instances say"
                );
            }
            at += 1;
        }
    }
}

impl FieldDeclaration {
    const fn name(&self) -> &'static str {
        match self {
            FieldDeclaration::Key(key) => key.name,
            FieldDeclaration::Counter(counter) => counter.name,
            FieldDeclaration::Text(text) => text.name,
        }
    }

    const fn check(&self) {
        let name = self.name();
        assert!(is_identifier(name), "a property's name has ASCII letters, digits and _, and at most 256");
        assert!(!starts_with(name, "_"), "names that begin with _ are the system's");
        assert!(
            !ends_with(name, "_Base"),
            "a name that ends in _Base is that of a base, which comes by itself with a field of type WithBase"
        );
        assert!(!is_among(name, &INHERITED), "every raw class inherits a property of this name");
        match self {
            FieldDeclaration::Key(key) => key.check(),
            FieldDeclaration::Counter(counter) => counter.check(),
            FieldDeclaration::Text(text) => text.check(),
        }
    }
}

impl KeyDeclaration {
    const fn check(&self) {
        assert!(is_said(self.docs), "a key needs a description: write a doc comment");
        assert!(
            matches!(self.cim_type, CimType::String) || !is_among(self.name, &DESCRIBING),
            "every raw class inherits a string of this name"
        );
    }
}

impl TextDeclaration {
    const fn check(&self) {
        assert!(is_said(self.docs), "a text needs a description: write a doc comment");
    }
}

impl CounterDeclaration {
    const fn check(&self) {
        assert!(!is_among(self.name, &DESCRIBING), "every raw class inherits a property of this name");
        assert!(is_said(self.docs), "a counter needs a description: write a doc comment");
        let of = self.counter_type;
        assert!(!of.is_base(), "a base comes by itself with a field of type WithBase");
        assert!(
            matches!(of.raw_type(), Some(CimType::Uint32 | CimType::Uint64)),
            "a counter is an integer; this counter type is something else"
        );
        match of.base() {
            Some(_) => assert!(self.has_base, "this counter type has a base: make the field a WithBase"),
            None => assert!(!self.has_base, "this counter type has no base: the field can't be a WithBase"),
        }
        if let Some(scale) = self.scale {
            assert!(-7 <= scale && scale <= 7, "a scale is a power of ten from -7 to 7");
        }
    }
}

impl ProviderDeclaration {
    /// Panics, with what is wrong, if this can't be a provider.
    pub const fn check(&self) {
        assert!(!self.name.is_empty(), "a provider needs a name");
        let (host, client) = (hiperf_com::Guid::parse(self.host), hiperf_com::Guid::parse(self.client));
        assert!(
            host.data1 != client.data1
                || host.data2 != client.data2
                || host.data3 != client.data3
                || u64::from_ne_bytes(host.data4) != u64::from_ne_bytes(client.data4),
            "CLSID and ClientLoadableCLSID differ, so that a provider can know where it is"
        );
        assert!(self.classes.len() <= MAX_CLASSES, "a provider has at most 64 classes");
        let mut at = 0;
        while at < self.classes.len() {
            let mut other = 0;
            while other < at {
                assert!(
                    !same_name(self.classes[at].name, self.classes[other].name),
                    "two classes of the provider have the same name; case makes no difference"
                );
                other += 1;
            }
            at += 1;
        }
    }
}

const fn is_identifier(name: &str) -> bool {
    let bytes = name.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if !(bytes[at].is_ascii_alphanumeric() || bytes[at] == b'_') {
            return false;
        }
        at += 1;
    }
    !bytes.is_empty() && bytes.len() <= MAX_IDENTIFIER && !bytes[0].is_ascii_digit()
}

/// Whether a doc comment says anything.
const fn is_said(docs: &[&str]) -> bool {
    let mut at = 0;
    while at < docs.len() {
        if !docs[at].trim_ascii().is_empty() {
            return true;
        }
        at += 1;
    }
    false
}

const fn is_among(name: &str, names: &[&str]) -> bool {
    let mut at = 0;
    while at < names.len() {
        if same_name(name, names[at]) {
            return true;
        }
        at += 1;
    }
    false
}

const fn same_name(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b)
}

const fn starts_with(text: &str, start: &str) -> bool {
    matches!(find(text, start), Some(0))
}

const fn ends_with(text: &str, end: &str) -> bool {
    let (text, end) = (text.as_bytes(), end.as_bytes());
    text.len() >= end.len() && is_at(text, text.len() - end.len(), end)
}

/// Where `part` first is in `text`.
pub(super) const fn find(text: &str, part: &str) -> Option<usize> {
    let (text, part) = (text.as_bytes(), part.as_bytes());
    let mut at = 0;
    while at + part.len() <= text.len() {
        if is_at(text, at, part) {
            return Some(at);
        }
        at += 1;
    }
    None
}

const fn is_at(text: &[u8], at: usize, part: &[u8]) -> bool {
    let mut offset = 0;
    while offset < part.len() {
        if text[at + offset] != part[offset] {
            return false;
        }
        offset += 1;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use hiperf_cim::cook::CounterType;

    const fn counter(name: &'static str) -> FieldDeclaration {
        FieldDeclaration::Counter(raw(name))
    }

    const fn raw(name: &'static str) -> CounterDeclaration {
        CounterDeclaration::new::<u32>(name, CounterType::PERF_COUNTER_RAWCOUNT, &[" A number."])
    }

    const fn key<T: crate::KeyValue>(name: &'static str) -> FieldDeclaration {
        FieldDeclaration::Key(KeyDeclaration::new::<T>(name, &["x"]))
    }

    const fn text(name: &'static str) -> FieldDeclaration {
        FieldDeclaration::Text(TextDeclaration::new::<String>(name, &["x"]))
    }

    #[track_caller]
    fn refused(check: impl FnOnce() + std::panic::UnwindSafe, why: &str) {
        let panic = std::panic::catch_unwind(check).unwrap_err();
        let message = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let message = message.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap();
        assert!(message.contains(why), "{message}");
    }

    #[test]
    fn names_are_found() {
        assert_eq!(find("a_PerfRawData_b", "PerfRawData"), Some(2));
        assert_eq!([find("ab", "abc"), find("abab", "ba"), find("", "a")], [None, Some(1), None]);
        assert!(ends_with("X_Costly", "_Costly") && !ends_with("Costly", "_Costly"));
        assert!(is_identifier("a1_") && !is_identifier("1a") && !is_identifier("") && !is_identifier("é"));
    }

    #[test]
    fn counters_that_are_refused() {
        counter("Depth").check();
        refused(|| counter("name").check(), "inherits");
        refused(|| counter("Wait_Base").check(), "_Base");
        refused(|| counter("__X").check(), "the system's");
        refused(|| counter("Größe").check(), "ASCII");
        refused(|| raw("Depth").scale(8).check(), "power of ten");
        refused(
            || CounterDeclaration::new::<u32>("X", CounterType::PERF_COUNTER_RAWCOUNT, &[" "]).check(),
            "description",
        );
        let of = |counter_type| CounterDeclaration::new::<u64>("X", counter_type, &["x"]);
        refused(move || of(CounterType::PERF_AVERAGE_BULK).check(), "make the field a WithBase");
        refused(move || of(CounterType::PERF_AVERAGE_BASE).check(), "comes by itself");
        refused(move || of(CounterType::PERF_DOUBLE_RAW).check(), "something else");
        let based = CounterDeclaration::new::<super::super::WithBase<u64>>;
        based("X", CounterType::PERF_AVERAGE_BULK, &["x"]).check();
        refused(move || based("X", CounterType::PERF_COUNTER_BULK_COUNT, &["x"]).check(), "no base");
    }

    #[test]
    fn classes_that_are_refused() {
        const ONE: &[FieldDeclaration] = &[counter("Depth")];
        let class = |name| ClassDeclaration::new(name, &["x"], ONE);
        class("A_PerfRawData_B").check();
        class("A_PerfRawData_B_Costly").costly().check();
        refused(move || class("A_Perf_B").check(), "PerfRawData");
        refused(move || class("_PerfRawData_B").check(), "the system's");
        refused(move || class("A_PerfRawData_B_Costly").check(), "costly");
        refused(move || class("A_PerfRawData_B").parent("a b").check(), "parent");
        refused(|| ClassDeclaration::new("A_PerfRawData_B", &[], ONE).check(), "description");
        refused(|| ClassDeclaration::new("A_PerfRawData_B", &["x"], &[]).check(), "counts nothing");
    }

    #[test]
    fn keys_and_texts_that_are_refused() {
        const fn class(fields: &'static [FieldDeclaration]) -> ClassDeclaration {
            ClassDeclaration::new("A_PerfRawData_B", &["x"], fields)
        }
        const KEYS: &[FieldDeclaration] =
            &[key::<String>("Host"), key::<u16>("Port"), counter("Depth"), text("Name"), text("Caption")];
        class(KEYS).check();
        class(const { &[key::<&str>("Name"), counter("Depth")] }).check();
        class(const { &[counter("Depth"), text("Name")] }).singleton().check();
        refused(|| class(KEYS).singleton().check(), "no key");
        refused(|| class(KEYS).key("x").check(), "which this class has not");
        refused(|| class(const { &[key::<u16>("Port"), text("State")] }).check(), "counts nothing");
        refused(|| class(const { &[key::<u16>("Depth"), counter("DEPTH")] }).check(), "the same name");
        refused(|| class(const { &[key::<u16>("Name"), counter("Depth")] }).check(), "a string of this name");
        refused(|| class(const { &[counter("Depth"), text("Name")] }).check(), "Name is the key");
        refused(|| class(const { &[counter("Depth"), text("Timestamp_Object")] }).check(), "inherits");
        refused(|| FieldDeclaration::Text(TextDeclaration::new::<&str>("State", &[])).check(), "description");
        refused(|| FieldDeclaration::Key(KeyDeclaration::new::<u8>("Cpu", &[""])).check(), "description");
    }

    #[test]
    fn providers_that_are_refused() {
        const HOST: &str = "6E3F1C52-5C0B-4F0E-9A0B-0C6F4B1B7A10";
        const CLIENT: &str = "6E3F1C52-5C0B-4F0E-9A0B-0C6F4B1B7A11";
        const CLASS: ClassDeclaration = ClassDeclaration::new("A_PerfRawData_B", &["x"], &[]);
        let provider =
            |host, client, classes| ProviderDeclaration { name: "P", host, client, docs: &[], classes };
        provider(HOST, CLIENT, &[CLASS]).check();
        refused(move || provider(HOST, HOST, &[CLASS]).check(), "differ");
        refused(move || provider(HOST, "x", &[CLASS]).check(), "");
        refused(move || provider(HOST, CLIENT, &[CLASS, CLASS]).check(), "same name");
        refused(move || provider(HOST, CLIENT, &[CLASS; 65]).check(), "at most 64");
    }
}
