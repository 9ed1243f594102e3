use hiperf_cim::mof::{self, Compiled};

use super::*;

const MOF: &str = r#"
[Abstract, Description("Parent") : ToSubclass]
class P { [Key, MaxLen(7)] string Name; uint8 Small = 3; string Text = "p"; };
[Description("Child")]
class C : P
{
  [Units("apples")] uint64 Total; [Description("own")] string Text = "c";
  sint8 A; sint16 B; sint32 D; sint64 E = -5; uint16 F; uint32 G; real32 H; real64 I; boolean J = TRUE; char16 K;
  datetime L; P ref M; uint8 N[] = {1, 2}; string O[3]; boolean Q[];
};
instance of C
{
  Name = "Grün \"x\""; Total = 18446744073709551615; A = -1; B = -300; D = -70000; E = NULL; F = 65535;
  G = 4294967295; H = 1.5; I = -2.25; J = FALSE; K = 'x'; L = "20260102030405.000006+060"; M = "P.Name=\"a\"";
  N = {}; O = {"", "é"}; Q = {TRUE, FALSE};
};
instance of C { Name = ""; };
"#;

fn compiled(text: &str) -> Vec<Compiled> {
    mof::compile(&mof::parse(text), &|_: Option<&str>, _: &str| None).unwrap()
}

#[test]
fn classes_and_instances_come_back() {
    let mut classes: Vec<Arc<Class>> = Vec::new();
    for item in compiled(MOF) {
        let find = |name: &str| Ok(classes.iter().find(|class| class.name() == name).cloned());
        match item {
            Compiled::Class { class, .. } => {
                let record = of_class(&class);
                let read = to_class(&record, &find).unwrap();
                assert_eq!(names(&record).unwrap(), (class.name(), class.superclass_name()));
                assert_eq!(format!("{read:?}"), format!("{class:?}"));
                classes.push(read);
            }
            Compiled::Instance { instance, .. } => {
                let mut instance = instance;
                let qualifier = |name| Qualifier::new(name, Value::Boolean(true), Flavor::NONE);
                instance.put_qualifier(qualifier("Own")).unwrap();
                instance.put_property_qualifier(1, qualifier("OfSmall")).unwrap();
                let record = of_instance(&instance);
                let class = find(class_name(&record).unwrap()).unwrap().unwrap();
                let read = to_instance(&record, &class, &find).unwrap();
                assert_eq!(read, instance);
                assert_eq!(of_instance(&read), record);
                assert_eq!(read.property_qualifiers(1).len() + read.qualifiers().len(), 2);
                for len in 0..record.len() {
                    assert!(to_instance(&record[..len], &class, &find).is_err(), "{len} bytes");
                }
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn an_instance_outlives_changes_of_its_class() {
    let one = compiled(
        "class A { [Key] uint32 K; string Gone; string Kept; uint8 Type; }; \
                        instance of A { K = 1; Gone = \"g\"; Kept = \"k\"; Type = 1; };",
    );
    let Compiled::Instance { instance, .. } = &one[1] else { panic!("{one:?}") };
    let other = compiled("class A { string New = \"n\"; [Key] uint32 K; string Kept; uint16 Type; };");
    let Compiled::Class { class, .. } = &other[0] else { panic!("{other:?}") };
    let read = to_instance(&of_instance(instance), class, &|_| Ok(None)).unwrap();
    assert_eq!(read.relpath().unwrap(), "A.K=1");
    assert_eq!(read.get("Kept").unwrap(), Value::String("k".into()));
    assert_eq!(read.get("New").unwrap(), Value::String("n".into()));
    assert_eq!(read.get("Type").unwrap(), Value::Null);
}
