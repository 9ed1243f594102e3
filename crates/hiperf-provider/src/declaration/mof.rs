//! The MOF of a declared provider, written when the author's crate is compiled.
//!
//! A constant can't be a `String`, so the text is written twice into the same
//! [`Writer`]: once without a buffer, to know its length, and once into an
//! array of that length. A NUL ends it, for whoever reads the library's symbol.
//!
//! ```text
//! #pragma namespace, qualifier types
//! instance of __Win32Provider, instance of __InstanceProviderRegistration
//! for each class: X_PerfRawData_Y, with a _Base after each counter that has one,
//!                 X_PerfFormattedData_Y, its twin without the bases
//! ```

use hiperf_cim::CimType;
use hiperf_cim::cook::{CounterType, Width};

use super::check::find;
use super::{ClassDeclaration, CounterDeclaration, FieldDeclaration, ProviderDeclaration, TextDeclaration};

/// What a raw class has in its name, and its formatted twin in that place.
pub(super) const RAW: &str = "PerfRawData";
const FORMATTED: &str = "PerfFormattedData";

/// The qualifiers that the text uses, and what they are about.
const QUALIFIERS: [(&str, &str); 20] = [
    ("Dynamic", ""),
    ("Provider", ""),
    ("HiPerf", ""),
    ("Locale", ""),
    ("Singleton", ""),
    ("Costly", ""),
    ("Cooked", ""),
    ("AutoCook", ""),
    ("AutoCook_RawClass", ""),
    ("AutoCook_RawDefault", ""),
    ("DisplayName", " Amended"),
    ("Description", " Amended"),
    ("CounterType", ""),
    ("CookingType", ""),
    ("Counter", ""),
    ("Base", ""),
    ("DefaultScale", ""),
    ("PerfDetail", ""),
    ("PerfDefault", ""),
    ("Units", ""),
];

/// The length of a provider's MOF with the NUL that ends it.
#[must_use]
pub const fn mof_length(provider: &ProviderDeclaration) -> usize {
    let mut writer = Writer { buffer: None, length: 0 };
    writer.provider(provider);
    writer.length
}

/// A provider's MOF with the NUL that ends it.
#[must_use]
pub const fn mof_bytes<const N: usize>(provider: &ProviderDeclaration) -> [u8; N] {
    let mut bytes = [0; N];
    let mut writer = Writer { buffer: Some(&mut bytes), length: 0 };
    writer.provider(provider);
    bytes
}

/// Writes, or only counts.
struct Writer<'a> {
    buffer: Option<&'a mut [u8]>,
    length: usize,
}

/// The class that is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Raw,
    Formatted,
}

impl Writer<'_> {
    const fn provider(&mut self, provider: &ProviderDeclaration) {
        self.comment(provider.docs);
        self.text("#pragma namespace(\"\\\\\\\\.\\\\root\\\\cimv2\")\n\n");
        let mut at = 0;
        while at < QUALIFIERS.len() {
            self.text("qualifier ");
            self.text(QUALIFIERS[at].0);
            self.text(" : ToInstance");
            self.text(QUALIFIERS[at].1);
            self.text(";\n");
            at += 1;
        }
        self.text("\n// CLSID is loaded by a provider host, ClientLoadableCLSID by a client.\n");
        self.text("instance of __Win32Provider as $Provider\n{\n  Name = ");
        self.quoted(provider.name);
        self.text(";\n  CLSID = ");
        self.guid(provider.host);
        self.text(";\n  ClientLoadableCLSID = ");
        self.guid(provider.client);
        self.text(";\n  HostingModel = \"NetworkServiceHost\";\n  ImpersonationLevel = 1;\n};\n\n");
        self.text("instance of __InstanceProviderRegistration\n{\n  provider = $Provider;\n");
        self.text("  SupportsGet = TRUE;\n  SupportsEnumeration = TRUE;\n};\n");
        let mut at = 0;
        while at < provider.classes.len() {
            self.class(&provider.classes[at], provider.name, Kind::Raw);
            self.class(&provider.classes[at], provider.name, Kind::Formatted);
            at += 1;
        }
        self.byte(0);
    }

    const fn class(&mut self, class: &ClassDeclaration, provider: &str, kind: Kind) {
        self.text("\n[Dynamic, Provider(");
        match kind {
            Kind::Raw => self.quoted(provider),
            Kind::Formatted => self.quoted("HiPerfCooker_v1"),
        }
        self.text("), HiPerf, Locale(1033), PerfDetail(100)");
        self.flag(", Singleton", class.singleton);
        self.flag(", Costly", class.costly);
        self.flag(", PerfDefault", class.perf_default);
        if matches!(kind, Kind::Formatted) {
            self.text(",\n Cooked, AutoCook(1), AutoCook_RawDefault(1), AutoCook_RawClass(");
            self.quoted(class.name);
            self.text(")");
        }
        self.text(",\n DisplayName(");
        self.quoted(class.display);
        self.text("), ");
        self.description(class.docs);
        self.text("]\nclass ");
        match kind {
            Kind::Raw => self.text(class.name),
            Kind::Formatted => self.formatted(class.name),
        }
        self.text(" : ");
        match kind {
            Kind::Raw => self.text(class.parent),
            Kind::Formatted => self.text("Win32_PerfFormattedData"),
        }
        self.text("\n{\n");
        self.keys(class);
        let mut at = 0;
        while at < class.fields.len() {
            match &class.fields[at] {
                FieldDeclaration::Key(_) => {}
                FieldDeclaration::Counter(counter) => self.counter(counter, kind),
                FieldDeclaration::Text(text) => self.text_property(text, kind),
            }
            at += 1;
        }
        self.text("};\n");
    }

    /// The class's own keys, or `Name`.
    const fn keys(&mut self, class: &ClassDeclaration) {
        let (mut at, mut has_keys) = (0, false);
        while at < class.fields.len() {
            if let FieldDeclaration::Key(key) = &class.fields[at] {
                self.key(key.cim_type, key.name, key.display, key.docs);
                has_keys = true;
            }
            at += 1;
        }
        if !has_keys && !class.singleton {
            let says = match class.key {
                Some(says) => says,
                None => "Name of the instance.",
            };
            self.key(CimType::String, "Name", "Name", &[says]);
        }
    }

    const fn key(&mut self, ty: CimType, name: &str, display: &str, docs: &[&str]) {
        self.text("  [Key, DisplayName(");
        self.quoted(display);
        self.text("), ");
        self.description(docs);
        self.text("]\n  ");
        self.declared(ty, name, "");
    }

    /// What is a text is one to people, too: the twin has the same.
    const fn text_property(&mut self, text: &TextDeclaration, kind: Kind) {
        self.text("\n  [DisplayName(");
        self.quoted(text.display);
        self.text("), CounterType(");
        self.counter_type(CounterType::PERF_COUNTER_TEXT);
        self.text("), PerfDetail(100)");
        if matches!(kind, Kind::Formatted) {
            self.text(", CookingType(\"PERF_COUNTER_TEXT\"), Counter(");
            self.quoted(text.name);
            self.text(")");
        }
        self.flag(", PerfDefault", text.perf_default);
        self.text(",\n   ");
        self.description(text.docs);
        self.text("]\n  ");
        self.declared(CimType::String, text.name, "");
    }

    const fn counter(&mut self, counter: &CounterDeclaration, kind: Kind) {
        self.text("\n  [DisplayName(");
        self.quoted(counter.display);
        self.text("), CounterType(");
        self.counter_type(counter.counter_type);
        self.text("), PerfDetail(100)");
        if matches!(kind, Kind::Formatted) {
            self.text(", CookingType(");
            self.quoted(counter.counter_type.name());
            self.text("), Counter(");
            self.quoted(counter.name);
            self.text(")");
            if counter.has_base {
                self.text(", Base(\"");
                self.text(counter.name);
                self.text("_Base\")");
            }
        }
        self.flag(", PerfDefault", counter.perf_default);
        if let Some(scale) = counter.scale {
            self.text(", DefaultScale(");
            self.number(scale as i64);
            self.text(")");
        }
        match kind {
            Kind::Raw => self.units(counter.unit, ""),
            Kind::Formatted if !counter.cooked_unit.is_empty() => self.units(counter.cooked_unit, ""),
            Kind::Formatted => {
                let (unit, more) = counter.counter_type.formatted_units(counter.unit);
                self.units(unit, more);
            }
        }
        self.text(",\n   ");
        self.description(counter.docs);
        self.text("]\n  ");
        self.declared(counter.cim_type, counter.name, "");
        if matches!(kind, Kind::Raw)
            && let Some(base) = counter.counter_type.base()
        {
            self.base(counter, base);
        }
    }

    /// The base, directly behind its counter.
    const fn base(&mut self, counter: &CounterDeclaration, base: CounterType) {
        self.text("\n  [DisplayName(");
        self.byte(b'"');
        self.escaped(counter.display);
        self.text(" Base\"), CounterType(");
        self.counter_type(base);
        self.text("), PerfDetail(100), Description(\"What ");
        self.text(counter.name);
        self.text(" is divided by.\")]\n  ");
        let cim_type = match base.raw_width() {
            Some(Width::U32) => CimType::Uint32,
            _ => CimType::Uint64,
        };
        self.declared(cim_type, counter.name, "_Base");
    }

    const fn declared(&mut self, ty: CimType, name: &str, suffix: &str) {
        self.text(ty.mof_name());
        self.text(" ");
        self.text(name);
        self.text(suffix);
        self.text(";\n");
    }

    const fn units(&mut self, unit: &str, more: &str) {
        if !unit.is_empty() {
            self.text(", Units(\"");
            self.escaped(unit);
            self.text(more);
            self.text("\")");
        }
    }

    /// A doc comment is one text: its lines joined by blanks.
    const fn description(&mut self, docs: &[&str]) {
        self.text("Description(\"");
        let mut at = 0;
        let mut said = false;
        while at < docs.len() {
            let line = docs[at].trim_ascii();
            if !line.is_empty() {
                self.flag(" ", said);
                self.escaped(line);
                said = true;
            }
            at += 1;
        }
        self.text("\")");
    }

    const fn comment(&mut self, docs: &[&str]) {
        let mut at = 0;
        while at < docs.len() {
            self.text("//");
            let bytes = docs[at].as_bytes();
            let mut inner = 0;
            while inner < bytes.len() {
                // Another line would not be a comment any more.
                self.byte(if bytes[inner] < b' ' { b' ' } else { bytes[inner] });
                inner += 1;
            }
            self.text("\n");
            at += 1;
        }
    }

    const fn formatted(&mut self, name: &str) {
        let Some(at) = find(name, RAW) else { return self.text(name) };
        let (before, rest) = name.split_at(at);
        self.text(before);
        self.text(FORMATTED);
        self.text(rest.split_at(RAW.len()).1);
    }

    const fn guid(&mut self, guid: &str) {
        self.text("\"{");
        self.text(guid);
        self.text("}\"");
    }

    const fn quoted(&mut self, text: &str) {
        self.byte(b'"');
        self.escaped(text);
        self.byte(b'"');
    }

    const fn escaped(&mut self, text: &str) {
        let bytes = text.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            match bytes[at] {
                b'"' | b'\\' => {
                    self.byte(b'\\');
                    self.byte(bytes[at]);
                }
                b'\n' => self.text("\\n"),
                b'\t' => self.text("\\t"),
                control if control < b' ' => self.byte(b' '),
                other => self.byte(other),
            }
            at += 1;
        }
    }

    /// The qualifier is a sint32.
    const fn counter_type(&mut self, of: CounterType) {
        self.number(of.number().cast_signed() as i64);
    }

    const fn number(&mut self, number: i64) {
        self.flag("-", number < 0);
        let magnitude = number.unsigned_abs();
        let mut unit = 1;
        while magnitude / unit >= 10 {
            unit *= 10;
        }
        while unit > 0 {
            // One digit.
            self.byte(b'0' + (magnitude / unit % 10) as u8);
            unit /= 10;
        }
    }

    const fn flag(&mut self, text: &str, is_set: bool) {
        if is_set {
            self.text(text);
        }
    }

    const fn text(&mut self, text: &str) {
        let bytes = text.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            self.byte(bytes[at]);
            at += 1;
        }
    }

    const fn byte(&mut self, byte: u8) {
        if let Some(buffer) = &mut self.buffer {
            buffer[self.length] = byte;
        }
        self.length += 1;
    }
}
