//! Generated WHERE clauses over generated instances: what [`Predicate`] says is
//! what a naive evaluator says, which binds nothing, knows a type by its value
//! and a member by its name, and tries LIKE by recursion. And generated queries
//! of every kind are what they print as.

mod random;

use std::cmp::Ordering;
use std::sync::Arc;

use hiperf_cim::mof::{self, Compiled};
use hiperf_cim::path::ObjectPath;
use hiperf_cim::wql::{self, Expr, Literal, Operator, Predicate, Query, Test};
use hiperf_cim::{CimType, Class, DateTime, Instance, Value};
use random::Random;

/// A property of each type.
const SCHEMA: &str = "class Inner { sint64 N; string T; object O; };
    class C { [Key] uint32 Id; sint8 S8; uint8 U8; sint16 S16; uint16 U16; sint32 S32; uint32 U32; sint64 S64;
        uint64 U64; real32 R32; real64 R64; boolean B; string T; char16 Ch; datetime D; C ref R; Inner E; uint8 A[]; };";

const INTEGERS: [&str; 8] = ["S8", "U8", "S16", "U16", "S32", "U32", "S64", "U64"];
const TEXTS: [&str; 14] = ["", "a", "B", "ab", "aB_", "b%", "[a]", "é", "Éa", "[A", "-", "=b", "^", "x]"];
#[rustfmt::skip] // a list
const PATTERNS: [&str; 22] = [
    "", "%", "a", "_", "a%", "%b", "_b%", "%a%b%", "[a-c]%", "[A=C]%", "[^a-c]%", "[^a=c]", "%[_]", "%[%]%", "[[]%",
    "[a", "é_", "[^]", "[b-]", "[=]b", "[]", "_]",
];
const DATES: [&str; 7] = [
    "20240305140709.000000+060",
    "20240305130709.000000+000",
    "20240305140709.000000+000",
    "****0401******.000000+***",
    "00000001120032.000000:000",
    "00000000360032.000000:000",
    "00000000000000.000000+000",
];
const PATHS: [&str; 5] = ["C.Id=1", "c=1", "\\\\.\\root:C.Id=1", "C.Id=2", "nothing at all"];

fn schema() -> (Arc<Class>, Arc<Class>) {
    let nothing = |_: Option<&str>, _: &str| None;
    let compiled = mof::compile(&mof::parse(SCHEMA), &nothing).unwrap();
    match &compiled[..] {
        [Compiled::Class { class: inner, .. }, Compiled::Class { class, .. }] => {
            (inner.clone(), class.clone())
        }
        other => panic!("{other:?}"),
    }
}

/// Small numbers, which meet often, and the ends of the type.
fn integer(random: &mut Random, cim: CimType) -> i128 {
    let (low, high) = cim.integer_range().unwrap();
    match random.next(6) {
        0 => low,
        1 => high,
        2 => high - 1,
        _ => i128::from(random.next(4)).max(low),
    }
}

fn value(random: &mut Random, inner: &Arc<Class>, cim: CimType) -> Value {
    if random.next(5) == 0 {
        return Value::Null;
    }
    match cim {
        CimType::Real32 => Value::Real32(random.pick(&[0.0, -0.0, 0.1, 1.0, -2.5, f32::MAX])),
        CimType::Real64 => Value::Real64(random.pick(&[0.0, -0.0, 0.1, 1.0, -2.5, 1e300])),
        CimType::Boolean => Value::Boolean(random.next(2) == 0),
        CimType::String => Value::String(random.pick(&TEXTS).to_owned()),
        CimType::Char16 => {
            Value::Char16(random.pick(&[u16::from(b'a'), u16::from(b'B'), u16::from(b'_'), 0xE9]))
        }
        CimType::DateTime => Value::DateTime(DateTime::parse(random.pick(&DATES)).unwrap()),
        CimType::Reference => Value::Reference(random.pick(&PATHS).to_owned()),
        CimType::Object => {
            let mut object = Instance::spawn(inner);
            let number = value(random, inner, CimType::Sint64);
            let text = value(random, inner, CimType::String);
            object.put("N", &number).unwrap();
            object.put("T", &text).unwrap();
            if random.next(3) == 0 {
                let within = value(random, inner, CimType::Object);
                object.put("O", &within).unwrap();
            }
            Value::Object(Box::new(object))
        }
        cim => Value::from_integer(cim, integer(random, cim)).unwrap(),
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

/// A constant for a property of this type, now and then of another.
fn constant(random: &mut Random, cim: CimType) -> String {
    let cim = if random.next(12) == 0 { random.pick(&CimType::ALL) } else { cim };
    match cim {
        CimType::Real32 | CimType::Real64 => {
            random.pick(&["0", "0.1", "-2.5", "1", "'1'", "1.0", "1e300", "'.1'"]).to_owned()
        }
        CimType::Boolean => random.pick(&["TRUE", "false", "0", "1", "-1", "'True'", "'0'"]).to_owned(),
        CimType::String => quoted(random.pick(&TEXTS)),
        CimType::Char16 => random.pick(&["'a'", "'b'", "97", "'ab'", "''"]).to_owned(),
        CimType::DateTime => quoted(random.pick(&DATES)),
        CimType::Reference => quoted(random.pick(&PATHS)),
        CimType::Object => "NULL".to_owned(),
        cim => {
            let v = integer(random, cim);
            match random.next(4) {
                0 if v >= 0 => format!("0x{v:x}"),
                1 => format!("'{v}'"),
                _ => v.to_string(),
            }
        }
    }
}

fn condition(random: &mut Random, class: &Class) -> String {
    let property = &class.properties()[random.index(class.properties().len())];
    let (mut name, mut cim) = (property.name().to_owned(), property.ty().scalar);
    if cim == CimType::Object && random.next(6) != 0 {
        (name, cim) = match random.next(6) {
            0 => ("E.None".to_owned(), CimType::Sint64),
            1 => ("E.O.N".to_owned(), CimType::Sint64),
            2 => ("e.__CLASS".to_owned(), CimType::String),
            3 => ("E.T".to_owned(), CimType::String),
            _ => ("E.N".to_owned(), CimType::Sint64),
        };
    }
    let operator = random.pick(&["=", "!=", "<>", "<", "<=", ">", ">="]);
    match random.next(10) {
        0 => format!("{name} IS NULL"),
        1 => format!("{name} IS NOT NULL"),
        2 => format!("{} {operator} {name}", constant(random, cim)),
        3 | 4 if matches!(cim, CimType::String | CimType::Char16) => {
            let not = random.pick(&["", "NOT "]);
            format!("{name} {not}LIKE {}", quoted(random.pick(&PATTERNS)))
        }
        5 => format!("{name} LIKE {}", quoted(random.pick(&["1", "0", "x", "C=1", DATES[0], "true"]))),
        6 if cim == CimType::Object => format!("{name} ISA {}", random.pick(&["'inner'", "'C'", "''"])),
        _ => format!("{name} {operator} {}", constant(random, cim)),
    }
}

fn expression(random: &mut Random, class: &Class, depth: u32) -> String {
    if depth == 0 || random.next(3) == 0 {
        return condition(random, class);
    }
    let one = expression(random, class, depth - 1);
    match random.next(4) {
        0 => format!("NOT {one}"),
        1 => format!("({one})"),
        kind => {
            let other = expression(random, class, depth - 1);
            format!("{one} {} {other}", if kind == 2 { "AND" } else { "OR" })
        }
    }
}

/// What a property's name means for an instance; `None`: nothing.
fn find(instance: &Instance, name: &str) -> Option<Value> {
    let (head, rest) = name.split_once('.').map_or((name, None), |(head, rest)| (head, Some(rest)));
    let value = instance.get(head).ok().or_else(|| instance.system_value(head))?;
    match (value, rest) {
        (value, None) => Some(value),
        (Value::Null, Some(_)) => Some(Value::Null),
        (Value::Object(inner), Some(rest)) => find(&inner, rest),
        _ => None,
    }
}

fn lower(text: &str) -> Vec<char> {
    text.chars().flat_map(char::to_lowercase).collect()
}

/// Exactly, of decimal numbers: an integer by its digits, a real by its value.
fn number(text: &str) -> Option<(Option<i128>, f64)> {
    let text = text.trim();
    let hexadecimal = text.strip_prefix("0x").and_then(|digits| i128::from_str_radix(digits, 16).ok());
    #[allow(clippy::cast_precision_loss)] // the nearest is meant
    match hexadecimal.or_else(|| text.parse().ok()) {
        Some(integer) => Some((Some(integer), integer as f64)),
        None => text.parse().ok().map(|real| (None, real)),
    }
}

/// The order of a value and a constant; `Ok(None)`: they have none, but differ;
/// an error: that can't be asked of the type.
fn order(value: &Value, literal: &Literal) -> Result<Option<Ordering>, ()> {
    let text = match literal {
        Literal::String(text) => text.clone(),
        Literal::Integer(v) => v.to_string(),
        Literal::Real(v) => format!("{v:?}"),
        Literal::Boolean(v) => v.to_string(),
        Literal::Null => return Err(()),
    };
    let is_text = matches!(literal, Literal::String(_));
    let is_whole = is_text || matches!(literal, Literal::Integer(_));
    match value {
        Value::String(have) if is_whole => Ok(Some(lower(have).cmp(&lower(&text)))),
        Value::Char16(have) => match literal {
            Literal::Integer(code) => Ok(Some(i128::from(*have).cmp(code))),
            Literal::String(_) => Ok(Some(lower(&value.to_string()).cmp(&lower(&text)))),
            _ => Err(()),
        },
        Value::Reference(have) if is_text => {
            let is_same = match (ObjectPath::parse(have), ObjectPath::parse(&text)) {
                (Ok(a), Ok(b)) => a.names_same_object(&b),
                _ => lower(have) == lower(&text),
            };
            Ok(is_same.then_some(Ordering::Equal))
        }
        Value::DateTime(have) if is_text => match DateTime::parse(&text) {
            Some(other) => {
                let instants = have.to_utc_micros().zip(other.to_utc_micros());
                let lengths = have.interval_micros().zip(other.interval_micros());
                let is_same = have.as_str() == other.as_str();
                Ok(match instants.or(lengths) {
                    Some((a, b)) => Some(a.cmp(&b)),
                    None => is_same.then_some(Ordering::Equal),
                })
            }
            None => Err(()),
        },
        Value::Boolean(have) => {
            let truth = match text.to_lowercase().as_str() {
                "true" | "1" | "-1" => true,
                "false" | "0" => false,
                _ => return Err(()),
            };
            Ok((*have == truth).then_some(Ordering::Equal))
        }
        #[allow(clippy::cast_possible_truncation)] // as the value was rounded
        Value::Real32(have) if !matches!(literal, Literal::Boolean(_)) => {
            Ok(have.partial_cmp(&(number(&text).ok_or(())?.1 as f32)))
        }
        Value::Real64(have) if !matches!(literal, Literal::Boolean(_)) => {
            Ok(have.partial_cmp(&number(&text).ok_or(())?.1))
        }
        Value::Real32(_) | Value::Real64(_) => Err(()),
        _ => {
            let have = value.as_integer().ok_or(())?;
            match literal {
                Literal::Boolean(truth) => Ok(Some(have.cmp(&i128::from(*truth)))),
                _ => Ok(Some(have.cmp(&number(&text).ok_or(())?.0.ok_or(())?))),
            }
        }
    }
}

/// LIKE by its definition.
fn like(pattern: &[char], text: &[char]) -> bool {
    match pattern {
        [] => text.is_empty(),
        ['%', rest @ ..] => (0..=text.len()).any(|n| like(rest, &text[n..])),
        ['[', inside @ ..] if inside.contains(&']') => {
            let end = inside.iter().position(|c| *c == ']').unwrap();
            let Some((first, tail)) = text.split_first() else { return false };
            let (set, is_negated) = match &inside[..end] {
                ['^', set @ ..] if !set.is_empty() => (set, true),
                set => (set, false),
            };
            is_in(set, *first) != is_negated && like(&inside[end + 1..], tail)
        }
        ['_', rest @ ..] => text.split_first().is_some_and(|(_, tail)| like(rest, tail)),
        [c, rest @ ..] => text.split_first().is_some_and(|(first, tail)| first == c && like(rest, tail)),
    }
}

fn is_in(set: &[char], c: char) -> bool {
    match set {
        [] => false,
        [low, '-' | '=', high, rest @ ..] => (*low..=*high).contains(&c) || is_in(rest, c),
        [first, rest @ ..] => *first == c || is_in(rest, c),
    }
}

/// True, false or unknown, by tables.
fn evaluate(expr: &Expr, instance: &Instance) -> Option<bool> {
    match expr {
        Expr::And(terms) => {
            terms.iter().map(|term| evaluate(term, instance)).reduce(|a, b| match (a, b) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            })?
        }
        Expr::Or(terms) => terms.iter().map(|term| evaluate(term, instance)).reduce(|a, b| match (a, b) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (Some(false), Some(false)) => Some(false),
            _ => None,
        })?,
        Expr::Not(inner) => evaluate(inner, instance).map(|truth| !truth),
        Expr::Condition(condition) => {
            let value = find(instance, &condition.property.name)?;
            match &condition.test {
                Test::IsNull => Some(value.is_null()),
                Test::IsNotNull => Some(!value.is_null()),
                _ if value.is_null() => None,
                Test::IsA(class) => match (value, &class.literal) {
                    (Value::Object(object), Literal::String(name)) => Some(object.class().is_a(name)),
                    _ => None,
                },
                Test::Like(pattern) => match (&value, &pattern.literal) {
                    (Value::String(_) | Value::Char16(_), Literal::String(pattern)) => {
                        Some(like(&lower(pattern), &lower(&value.to_string())))
                    }
                    (value, literal) => Some(order(value, literal).ok()? == Some(Ordering::Equal)),
                },
                Test::Compare(operator, constant) => {
                    let order = order(&value, &constant.literal).ok()?;
                    let is_unordered = matches!(value, Value::Boolean(_) | Value::Reference(_));
                    match (order, operator) {
                        (_, Operator::Equal) => Some(order == Some(Ordering::Equal)),
                        (_, Operator::NotEqual) => Some(order != Some(Ordering::Equal)),
                        _ if is_unordered => None,
                        (Some(order), operator) => Some(match operator {
                            Operator::Less => order == Ordering::Less,
                            Operator::LessOrEqual => order != Ordering::Greater,
                            Operator::Greater => order == Ordering::Greater,
                            _ => order != Ordering::Less,
                        }),
                        (None, _) => None,
                    }
                }
            }
        }
    }
}

#[test]
fn predicates_as_their_naive_twin() {
    let (inner, class) = schema();
    let mut random = Random(0x5EED_0D15_C0DE);
    let instances: Vec<Instance> = (0..60)
        .map(|n| {
            let mut instance = Instance::spawn(&class);
            for property in class.properties().iter().filter(|property| !property.ty().is_array) {
                let value = value(&mut random, &inner, property.ty().scalar);
                instance.put(property.name(), &value).unwrap();
            }
            instance.put("Id", &Value::Uint32(n)).unwrap();
            instance
        })
        .collect();
    let (mut bound, mut selected, mut rejected) = (0, 0, 0);
    for _ in 0..6000 {
        let clause = expression(&mut random, &class, 4);
        let text = format!("SELECT * FROM C WHERE {clause}");
        let Ok(Query::Data(query)) = wql::parse(&text) else { continue };
        assert_eq!(wql::parse(&query.to_string()).unwrap(), Query::Data(query.clone()), "{text}");
        // Most clauses with a constant of another type aren't bound.
        let Ok(predicate) = Predicate::bind(&query, &*class) else { continue };
        bound += 1;
        for instance in &instances {
            let expected = evaluate(query.filter().unwrap(), instance) == Some(true);
            assert_eq!(predicate.matches_instance(&class, instance), expected, "{text}: {instance:?}");
            *(if expected { &mut selected } else { &mut rejected }) += 1;
        }
    }
    assert!(bound > 1500 && selected > 20_000 && rejected > 20_000, "{bound} {selected} {rejected}");
}

/// Each operator with each type of integer, the constant on either side.
#[test]
fn every_operator_over_every_integer() {
    let (_, class) = schema();
    for name in INTEGERS {
        let cim = class.property(name).unwrap().ty().scalar;
        let (low, high) = cim.integer_range().unwrap();
        for have in [low, low + 1, 0, 1, high - 1, high] {
            let mut instance = Instance::spawn(&class);
            instance.put(name, &Value::from_integer(cim, have).unwrap()).unwrap();
            for constant in [low - 1, low, 0, 1, high, high + 1] {
                for (operator, expected) in [
                    ("=", have == constant),
                    ("!=", have != constant),
                    ("<>", have != constant),
                    ("<", have < constant),
                    ("<=", have <= constant),
                    (">", have > constant),
                    (">=", have >= constant),
                ] {
                    let turned = operator.replace('<', "?").replace('>', "<").replace('?', ">");
                    let turned = if operator == "<>" { "<>" } else { &turned };
                    for clause in
                        [format!("{name} {operator} {constant}"), format!("'{constant}' {turned} {name}")]
                    {
                        let text = format!("SELECT * FROM C WHERE {clause}");
                        let Query::Data(query) = wql::parse(&text).unwrap() else { panic!("{text}") };
                        let predicate = Predicate::bind(&query, &*class).unwrap();
                        assert_eq!(predicate.matches_instance(&class, &instance), expected, "{have}: {text}");
                    }
                }
            }
        }
    }
}

/// Each form of LIKE with each text.
#[test]
fn every_pattern_with_every_text() {
    for pattern in PATTERNS {
        let compiled = wql::Pattern::new(pattern);
        for text in TEXTS {
            let expected = like(&lower(pattern), &lower(text));
            assert_eq!(compiled.matches(text), expected, "{text} LIKE {pattern}");
        }
        assert!(pattern == "[]" || TEXTS.iter().any(|text| compiled.matches(text)), "{pattern} is matched");
    }
}

/// Words in any order: what is a query is what it prints as.
#[test]
fn what_is_printed_is_parsed_to_the_same() {
    #[rustfmt::skip] // a list
    const WORDS: [&str; 62] = [
        "SELECT *", "SELECT a, b.c", "FROM", "C", "META_CLASS", "WHERE", "WITHIN", "GROUP WITHIN", "BY", "HAVING",
        "NumberOfEvents", "ASSOCIATORS OF", "REFERENCES OF", "{C}", "{C=1}", "{C.a='}',b=.5}", "{C=@}", "AssocClass",
        "ResultClass", "Role", "ResultRole", "RequiredQualifier", "RequiredAssocQualifier", "KeysOnly",
        "ClassDefsOnly", "SchemaOnly", "=", "= x", "<>", "<=", ">", "'a'", "\"b\\\"\"", "5", "0x1F", "-1.5", "1e30",
        "TRUE", "NULL", "a", "b.c", "__CLASS", "__THIS", "AND", "OR", "NOT", "(", ")", "IS", "IS NOT", "ISA", "LIKE",
        "NOT LIKE", "'%[a-b]_'", ",", ".", "a = 1", "b IS NULL", "c ISA 'd'", "AND", "OR", "}",
    ];
    const STARTS: [&str; 6] = [
        "SELECT * FROM C WHERE",
        "SELECT * FROM META_CLASS WHERE __CLASS = 'a'",
        "SELECT a FROM C WITHIN 1.5 WHERE",
        "SELECT * FROM C GROUP WITHIN 5",
        "ASSOCIATORS OF {C=1} WHERE",
        "",
    ];
    let mut random = Random(0xB00C);
    let mut kinds = [0; 4];
    for _ in 0..200_000 {
        let mut text = random.pick(&STARTS).to_owned();
        for _ in 0..random.next(9) {
            text.push(' ');
            text.push_str(random.pick(&WORDS));
        }
        let Ok(query) = wql::parse(&text) else { continue };
        kinds[match &query {
            Query::Data(_) => 0,
            Query::Schema(_) => 1,
            Query::Associations(_) => 2,
            Query::Event(_) => 3,
        }] += 1;
        let printed = query.to_string();
        let again = wql::parse(&printed).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!((&again, again.to_string()), (&query, printed.clone()), "{text}");
    }
    assert!(kinds.iter().all(|count| *count > 100), "{kinds:?}");
}
