//! No text, however broken, makes the compiler panic; and what it accepts is
//! printed as a text that it accepts.

mod random;

use hiperf_cim::mof::{self, Compiled, Printer};
use random::Random;

const ROUNDS: u32 = 8_000;

/// Something of everything.
const TEXT: &str = r#"
#pragma namespace("\\\\.\\root\\cimv2")
#pragma classflags("updateonly", "forceupdate")
Qualifier Note : string[] = {"n"}, Scope(class, property), Flavor(DisableOverride);
qualifier Shown : ToInstance ToSubclass;
class Point { sint32 x = -1; real32 y = .5e-1; };
[Shown, Note{"a" "b", "\x41\n"}] class A as $A
{
    [Key, Read] string Name;
    Point Where = instance of Point { x = 0x7F; };
    Point Way[3] = {instance of Point { }, instance of Point { y = 1; }};
    object ref Next = $A;
    char16 c = '\x4133'; boolean b[] = {TRUE, FALSE}; uint64 u = "18446744073709551615";
    datetime d = "20240305140709.123456+060";
    [Implemented] uint32 M([in, ID(1), Shown] sint8 a, [in, out, ID(0)] A ref r[] = {});
};
[Abstract] class B : A { [Note("c")] string name = "n"; uint32 M([in, out] A ref r[], [in] sint8 a); };
class C : A { };
[q(1.5)] instance of C as $c { Name = "n\"'"; [s] Where = NULL; Next = $a2; };
instance of C as $a2 { Name = "2"; };
#pragma deleteclass("B", NOFAIL)
"#;

/// Cuts, doubles, swaps and replaces parts of the text.
fn mutated(random: &mut Random) -> String {
    let mut words: Vec<String> =
        TEXT.split_inclusive([' ', '(', ')', '{', '}', ';', '"', ',']).map(str::to_owned).collect();
    for _ in 0..=random.index(4) {
        let (one, other) = (random.index(words.len()), random.index(words.len()));
        match random.next(5) {
            0 => drop(words.remove(one)),
            1 => words.insert(one, words[other].clone()),
            2 => words.swap(one, other),
            3 => words[one] = words[other].clone(),
            _ => {
                let letters: Vec<char> = words[one].chars().collect();
                let kept = random.index(letters.len() + 1);
                words[one] =
                    letters[..kept].iter().chain(['\u{e9}', '-', '0'].iter().take(random.index(3))).collect();
            }
        }
    }
    words.concat()
}

#[test]
fn broken_texts() {
    let nothing = |_: Option<&str>, _: &str| None;
    assert!(mof::compile(&mof::parse(TEXT), &nothing).is_ok());
    let mut random = Random(0x0BAD_5EED_0BAD_5EED);
    let mut accepted = 0;
    for _ in 0..ROUNDS {
        let text = mutated(&mut random);
        let parsed = mof::parse(&text);
        match mof::compile(&parsed, &nothing) {
            Ok(compiled) => {
                accepted += 1;
                check_printed(&compiled);
            }
            Err(diagnostics) => {
                assert!(!diagnostics.is_empty(), "{text}");
                let shown = diagnostics.iter().map(|wrong| mof::render(wrong, "a.mof", &text));
                assert!(shown.map(|shown| shown.len()).sum::<usize>() > 0);
            }
        }
    }
    assert!(accepted > ROUNDS / 50, "only {accepted} of {ROUNDS} were accepted");
}

/// What was compiled, printed, compiles; and printed again it is the same.
fn check_printed(compiled: &[Compiled]) {
    let printed = |compiled: &[Compiled]| -> String {
        compiled
            .iter()
            .map(|compiled| match compiled {
                Compiled::Class { class, .. } => Printer::new().class(class),
                Compiled::Instance { instance, .. } => Printer::new().instance(instance),
                _ => String::new(),
            })
            .collect()
    };
    let text = printed(compiled);
    let nothing = |_: Option<&str>, _: &str| None;
    let again = mof::compile(&mof::parse(&text), &nothing)
        .unwrap_or_else(|wrong| panic!("{}", mof::render(&wrong[0], "printed", &text)));
    assert_eq!(printed(&again), text);
}
