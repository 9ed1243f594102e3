//! [`formatted_twin`]: the formatted class that belongs to a raw one, so that a
//! class of counters is written down once.
//!
//! The twin has the properties of the raw class without the bases, which exist
//! only to be divided by, and the qualifiers of each as they stand, but for
//! these:
//!
//! | of the raw class | in the twin |
//! |---|---|
//! | `Provider` | the cooking provider; with it what tells that one what to do |
//! | `MappingStrings` | nothing: the value comes from the raw property |
//! | `CounterType` of a number | also `CookingType`, `Counter` and, where it has one, `Base` |
//! | `Units` | the unit of the computed value, or `FormattedUnits` where that rule is wrong |
//! | `Description` | without its end, from "The raw value" on |
//!
//! A property without a counter type, a text for instance, is copied.
//!
//! Source: counters.md sections 5 and 6; the Microsoft pages of the cooking
//! qualifiers.

use super::ast::{ClassDeclaration, Constant, Property, Qualifier};
use crate::Value;
use crate::cook::{CounterType, Formula};

/// What a raw class has in its name, and its twin in that place.
const RAW: &str = "PerfRawData";
const FORMATTED: &str = "PerfFormattedData";

/// Where the part of a description begins that is about the raw value.
const OF_RAW_VALUE: &str = " The raw value";

/// What tells the cooking provider what to do with a class.
const COOKED: &str = "Provider(\"HiPerfCooker_v1\"), Cooked, AutoCook(1), AutoCook_RawDefault(1),\n \
    PerfSysTimeStamp(\"Timestamp_PerfTime\"), PerfSysTimeFreq(\"Frequency_PerfTime\"),\n \
    Perf100NSTimeStamp(\"Timestamp_Sys100NS\"), Perf100NSTimeFreq(\"Frequency_Sys100NS\"),\n \
    PerfObjTimeStamp(\"Timestamp_Object\"), PerfObjTimeFreq(\"Frequency_Object\")";

/// The MOF of the twin of `class`, which stands in `text`; `None` if it isn't a
/// class that has one: a raw class with instances.
///
/// # Errors
/// What the raw class lacks: a counter type that exists, or the base that a
/// counter needs.
pub fn formatted_twin(text: &str, class: &ClassDeclaration<'_>) -> Result<Option<String>, String> {
    let Some(name) = formatted_name(class.name.text) else { return Ok(None) };
    if find(&class.qualifiers, "Abstract").is_some() {
        return Ok(None);
    }
    let parent = class.parent.as_ref().and_then(|parent| formatted_name(parent.text));
    let parent = parent.as_deref().unwrap_or("Win32_PerfFormattedData");
    let mut qualifiers = vec![COOKED.to_owned(), format!("AutoCook_RawClass(\"{}\")", class.name.text)];
    let kept = class.qualifiers.iter().filter(|qualifier| !qualifier.name.is("Provider"));
    qualifiers.extend(kept.map(|qualifier| as_is(text, qualifier)));
    let mut out = format!("[{}]\nclass {name} : {parent}\n{{\n", qualifiers.join(",\n "));
    for property in &class.properties {
        let written = property_of_twin(text, class, property)
            .map_err(|what| format!("{}.{}: {what}", class.name.text, property.name.text))?;
        out.extend(written);
    }
    out.push_str("};\n");
    Ok(Some(out))
}

fn formatted_name(raw: &str) -> Option<String> {
    raw.contains(RAW).then(|| raw.replacen(RAW, FORMATTED, 1))
}

/// The declaration of a property in the twin, which has no bases.
fn property_of_twin(
    text: &str,
    class: &ClassDeclaration<'_>,
    property: &Property<'_>,
) -> Result<Option<String>, String> {
    let counter_type = counter_type(property)?;
    if counter_type.is_some_and(CounterType::is_base) {
        return Ok(None);
    }
    let mut qualifiers: Vec<String> =
        property.qualifiers.iter().filter_map(|qualifier| of_twin(text, qualifier)).collect();
    let name = property.name.text;
    let units = find(&property.qualifiers, "Units").and_then(string).unwrap_or_default();
    let mut formatted = (units, "");
    if let Some(counter_type) = counter_type.filter(|of| of.formula() != Formula::None) {
        formatted = counter_type.formatted_units(units);
        qualifiers.push(with_text("CookingType", counter_type.name()));
        qualifiers.push(with_text("Counter", name));
        if counter_type.base().is_some() {
            let base = format!("{name}_Base");
            if !class.properties.iter().any(|other| other.name.is(&base)) {
                return Err(format!("{counter_type} needs a property {base}"));
            }
            qualifiers.push(with_text("Base", &base));
        }
    }
    if let Some(units) = find(&property.qualifiers, "FormattedUnits").and_then(string) {
        formatted = (units, "");
    }
    if !formatted.0.is_empty() {
        qualifiers.push(with_text("Units", &format!("{}{}", formatted.0, formatted.1)));
    }
    let list = match &qualifiers[..] {
        [] => String::new(),
        some => format!("  [{}]\n", some.join(",\n   ")),
    };
    // From the type on the declaration is the same.
    let declared = &text[property.type_name.span.start as usize..property.span.end as usize];
    Ok(Some(format!("{list}  {declared};\n")))
}

/// A qualifier of a raw property as the twin has it, if it does.
fn of_twin(text: &str, qualifier: &Qualifier<'_>) -> Option<String> {
    let is = |name| qualifier.name.is(name);
    if is("MappingStrings") || is("Units") || is("FormattedUnits") {
        return None;
    }
    let description = string(qualifier).filter(|_| is("Description"));
    match description.and_then(|description| description.split_once(OF_RAW_VALUE)) {
        Some((of_both, _)) => Some(with_text("Description", of_both)),
        None => Some(as_is(text, qualifier)),
    }
}

fn counter_type(property: &Property<'_>) -> Result<Option<CounterType>, String> {
    let Some(qualifier) = find(&property.qualifiers, "CounterType") else { return Ok(None) };
    let number = match qualifier.value.as_ref().map(|value| &value.value) {
        Some(Constant::Integer(number)) => i32::try_from(*number).ok(),
        _ => None,
    };
    let found = number.and_then(CounterType::from_qualifier);
    found.map(Some).ok_or_else(|| "its CounterType is none".to_owned())
}

fn find<'q, 'a>(qualifiers: &'q [Qualifier<'a>], name: &str) -> Option<&'q Qualifier<'a>> {
    qualifiers.iter().find(|qualifier| qualifier.name.is(name))
}

fn string<'q>(qualifier: &'q Qualifier<'_>) -> Option<&'q str> {
    match &qualifier.value.as_ref()?.value {
        Constant::String(text) => Some(text),
        _ => None,
    }
}

fn as_is(text: &str, qualifier: &Qualifier<'_>) -> String {
    text[qualifier.span.start as usize..qualifier.span.end as usize].to_owned()
}

fn with_text(name: &str, value: &str) -> String {
    format!("{name}({})", super::constant(&Value::String(value.to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mof::{Item, parse};

    fn twin(text: &str) -> Result<Option<String>, String> {
        let parsed = parse(text);
        assert!(parsed.diagnostics.is_empty(), "{:?}", parsed.diagnostics);
        let Some(Item::Class(class)) = parsed.items.first() else { panic!("a class stands first") };
        formatted_twin(text, class)
    }

    #[test]
    fn a_class_and_its_twin() {
        let raw = r#"[Dynamic, Provider("P"), Description("d") : Amended]
            class A_PerfRawData_B : Win32_PerfRawData {
              [Key] string Name;
              [CounterType(272696320), Units("Reads"), MappingStrings{"/f: x"},
               Description("How \"many\". The raw value is all.")] uint32 Reads;
              [CounterType(805438464), Units("Ticks"), PerfDefault] uint32 Wait;
              [CounterType(1073939458)] uint32 Wait_Base;
              [CounterType(5571840), Units("100 nanoseconds"), FormattedUnits("Requests")] uint64 Queue;
              [CounterType(2816), Units("Path")] string Where;
              sint32 Low;
            };"#;
        let expected = r#"AutoCook_RawClass("A_PerfRawData_B"),
 Dynamic,
 Description("d") : Amended]
class A_PerfFormattedData_B : Win32_PerfFormattedData
{
  [Key]
  string Name;
  [CounterType(272696320),
   Description("How \"many\"."),
   CookingType("PERF_COUNTER_COUNTER"),
   Counter("Reads"),
   Units("Reads per second")]
  uint32 Reads;
  [CounterType(805438464),
   PerfDefault,
   CookingType("PERF_AVERAGE_TIMER"),
   Counter("Wait"),
   Base("Wait_Base"),
   Units("Seconds")]
  uint32 Wait;
  [CounterType(5571840),
   CookingType("PERF_COUNTER_100NS_QUEUELEN_TYPE"),
   Counter("Queue"),
   Units("Requests")]
  uint64 Queue;
  [CounterType(2816),
   Units("Path")]
  string Where;
  sint32 Low;
};
"#;
        let actual = twin(raw).unwrap().unwrap();
        assert_eq!(actual.split_once("(\"Frequency_Object\"),\n ").unwrap().1, expected);
        assert!(parse(&actual).diagnostics.is_empty());
    }

    #[test]
    fn classes_without_a_twin() {
        assert_eq!(twin("class Other { };"), Ok(None));
        assert_eq!(twin("[Abstract] class Win32_PerfRawData : Win32_Perf { };"), Ok(None));
    }

    #[test]
    fn what_a_raw_class_lacks_is_said() {
        let refused = |property: &str| {
            let wrong = twin(&format!("class A_PerfRawData_B {{ {property} }};")).unwrap_err();
            wrong.strip_prefix("A_PerfRawData_B.X: ").unwrap_or(&wrong).to_owned()
        };
        assert_eq!(refused("[CounterType(7)] uint32 X;"), "its CounterType is none");
        assert_eq!(refused("[CounterType(\"7\")] uint32 X;"), "its CounterType is none");
        assert!(refused("[CounterType(805438464)] uint32 X;").ends_with("needs a property X_Base"));
    }
}
