//! `hiperf describe CLASS`: what a class and its properties mean, and where
//! the numbers come from.

use hiperf::Namespace;
use hiperf_cim::cook::{CookingType, CounterType};
use hiperf_cim::{CimType, Class, Property, QualifierSet, Value};

use crate::args::{Format, OutputOptions};
use crate::commands::classes::kind;
use crate::failure::Failure;
use crate::format::style::Style;
use crate::format::{csv, json, mof, text};
use crate::names;
use crate::screen::{self, Screen};

/// The fields of a property in the formats for programs.
const FIELDS: [&str; 12] = [
    "Class",
    "Name",
    "DisplayName",
    "Type",
    "Key",
    "PerfDefault",
    "CounterType",
    "Units",
    "Description",
    "Source",
    "Unsupported",
    "Origin",
];

/// Writes what is known about the class that `argument` means.
pub fn run(namespace: &Namespace, argument: &str, options: &OutputOptions) -> Result<(), Failure> {
    let class = namespace.class_amended(names::resolve(namespace, argument)?.name())?;
    // A formatted property is made of raw ones, which know the kernel's files.
    let raw = match class.qualifiers().text("AutoCook_RawClass") {
        Some(raw) => namespace.class(raw).ok(),
        None => None,
    };
    let described = |property| Described::new(property, raw.as_deref());
    let mut out = String::new();
    match options.format {
        Format::Table => {
            let screen = Screen::current();
            let page = Page { width: screen.prose_width(), style: screen.style };
            page.class(&mut out, &class);
            let is_own =
                |property: &&Property| property.is_key() || property.origin() == class.name() || options.all;
            for property in class.properties().iter().filter(is_own) {
                page.property(&mut out, &described(property));
            }
            let inherited = class.properties().iter().filter(|property| !is_own(property)).count();
            if inherited > 0 {
                out.push('\n');
                screen.note(&mut out, &format!("+{inherited} inherited properties, --all shows them"));
            }
        }
        Format::Json => class.properties().iter().for_each(|property| {
            json::object(&mut out, FIELDS.into_iter().zip(described(property).fields(&class)), false);
        }),
        Format::Csv => {
            csv::header(&mut out, FIELDS);
            class.properties().iter().for_each(|p| csv::record(&mut out, described(p).fields(&class)));
        }
        Format::Mof => mof::class(&mut out, &class),
    }
    screen::write(&out)
}

/// What is known about a property.
struct Described<'a> {
    property: &'a Property,
    counter_type: Option<CookingType>,
    /// The kernel's files and fields.
    sources: Vec<String>,
}

impl<'a> Described<'a> {
    fn new(property: &'a Property, raw: Option<&Class>) -> Described<'a> {
        let qualifiers = property.qualifiers();
        let by_name = qualifiers.text("CookingType").and_then(CookingType::from_name);
        let by_number = || {
            let number = i32::try_from(qualifiers.integer("CounterType")?).ok()?;
            CounterType::from_qualifier(number).map(CookingType::Counter)
        };
        let raw_property = qualifiers.text("Counter").and_then(|counter| raw?.property(counter));
        let sources = match mapping_strings(qualifiers) {
            none if none.is_empty() => {
                raw_property.map(|p| mapping_strings(p.qualifiers())).unwrap_or_default()
            }
            some => some,
        };
        Described { property, counter_type: by_name.or_else(by_number), sources }
    }

    fn text(&self, qualifier: &str) -> Option<&'a str> {
        self.property.qualifiers().text(qualifier)
    }

    fn fields(&self, class: &Class) -> [Value; 12] {
        let text = |text: &str| Value::String(text.to_owned());
        let optional = |found: Option<&str>| found.map_or(Value::Null, text);
        let flag = |name| Value::Boolean(self.property.qualifiers().is_true(name));
        let sources = self.sources.iter().map(|source| text(source)).collect();
        [
            text(class.name()),
            text(self.property.name()),
            optional(self.text("DisplayName")),
            text(&self.property.ty().to_string()),
            Value::Boolean(self.property.is_key()),
            flag("PerfDefault"),
            optional(self.counter_type.map(CookingType::name)),
            optional(self.text("Units")),
            optional(self.text("Description")),
            Value::Array(CimType::String, sources),
            optional(self.text("Unsupported")),
            text(self.property.origin()),
        ]
    }
}

fn mapping_strings(qualifiers: &QualifierSet) -> Vec<String> {
    match qualifiers.value("MappingStrings") {
        Some(Value::Array(_, sources)) => sources.iter().map(Value::to_string).collect(),
        Some(Value::String(source)) => vec![source.clone()],
        _ => Vec::new(),
    }
}

/// The page that people read.
struct Page {
    width: usize,
    style: Style,
}

impl Page {
    fn class(&self, out: &mut String, class: &Class) {
        let qualifiers = class.qualifiers();
        let line = |out: &mut String, text: &str| {
            out.push_str(text);
            out.push('\n');
        };
        line(out, &format!("{}  {}", self.style.bold(class.name()), self.style.dim(kind(class))));
        let display =
            qualifiers.text("DisplayName").map(|display| format!("{display}: ")).unwrap_or_default();
        let description = qualifiers.text("Description").unwrap_or_default();
        self.paragraph(out, "  ", &format!("{display}{description}"));
        let parents: Vec<&str> = class.derivation().collect();
        let keys: Vec<&str> = class.keys().iter().map(|&index| class.properties()[index].name()).collect();
        let path = match &keys[..] {
            _ if class.is_abstract() => String::new(),
            [] if class.is_singleton() => format!("{}=@", class.name()),
            [] => String::new(),
            keys => {
                let keys: Vec<String> = keys.iter().map(|key| format!("{key}=\"..\"")).collect();
                format!("{}.{}", class.name(), keys.join(","))
            }
        };
        let provider = match (qualifiers.text("Provider"), qualifiers.text("AutoCook_RawClass")) {
            (Some(provider), Some(raw)) => format!("{provider}, from {raw}"),
            (Some(provider), None) => provider.to_owned(),
            (None, _) => String::new(),
        };
        let facts = [
            ("Parents", parents.join(", ")),
            ("Provider", provider),
            ("Key", keys.join(", ")),
            ("Path", path),
        ];
        out.push('\n');
        for (name, fact) in facts.iter().filter(|(_, fact)| !fact.is_empty()) {
            const INDENT: &str = "            ";
            let start = out.len();
            self.paragraph(out, INDENT, fact);
            out.replace_range(start..start + INDENT.len(), &self.style.dim(format!("  {name:<8}  ")));
        }
    }

    fn property(&self, out: &mut String, described: &Described<'_>) {
        let property = described.property;
        let ty = property.ty().to_string();
        let notes = [
            Some(&*ty),
            described.text("Units"),
            property.is_key().then_some("key"),
            property.qualifiers().is_true("PerfDefault").then_some("in tables"),
        ];
        let notes: Vec<&str> = notes.into_iter().flatten().collect();
        out.push_str(&format!(
            "\n{}  {}\n",
            self.style.bold(property.name()),
            self.style.dim(notes.join(", "))
        ));
        let display = described.text("DisplayName").filter(|display| *display != property.name());
        let display = display.map(|display| format!("{display}: ")).unwrap_or_default();
        self.paragraph(out, "  ", &format!("{display}{}", described.text("Description").unwrap_or_default()));
        if let Some(why) = described.text("Unsupported") {
            self.paragraph(out, "  ", &format!("Unsupported: {why}"));
            return;
        }
        match described.counter_type {
            Some(CookingType::Counter(counter_type)) => {
                let meaning = counter_type.description();
                self.paragraph(out, "  ", &format!("{counter_type}: {meaning}."));
            }
            Some(CookingType::Statistic(statistic)) => {
                let window = described.property.qualifiers().integer("SampleWindow");
                let window = window.map(|samples| format!(", {samples} at most")).unwrap_or_default();
                let (name, meaning) = (statistic.name(), statistic.description());
                self.paragraph(out, "  ", &format!("{name}: {meaning}{window}."));
            }
            None => {}
        }
        if !described.sources.is_empty() {
            self.paragraph(out, "  ", &format!("From {}", described.sources.join("; ")));
        }
    }

    fn paragraph(&self, out: &mut String, indent: &str, words: &str) {
        for line in text::wrapped(words, self.width.saturating_sub(indent.len())) {
            out.push_str(indent);
            out.push_str(&line);
            out.push('\n');
        }
    }
}
