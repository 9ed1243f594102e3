//! WQL statements other than data queries, over stored objects: definitions by
//! META_CLASS, ASSOCIATORS OF and REFERENCES OF.

mod scratch;

use hiperf::{Found, Namespace, Status};
use scratch::{Scratch, compile};

const SCHEMA: &str = r#"
[Tagged] class Disk { [Key] string Id; uint32 Size; };
class FastDisk : Disk { };
class Folder { [Key] string Name; uint32 Files; };
class Shelf { [Key] string Name; };
[Association, Note("x")] class Holds { [Key] Disk ref Whole; [Key] Folder ref Part; string Since; };
class HoldsMore : Holds { };
class Placed { [Key] Disk ref What; [Key] Shelf ref Where; };

instance of Disk { Id = "a"; Size = 1; };
instance of FastDisk { Id = "f"; Size = 2; };
instance of Folder { Name = "c:\\x"; Files = 3; };
instance of Folder { Name = "y"; Files = 4; };
instance of Shelf { Name = "s"; };
instance of Holds { Whole = "Disk.Id=\"a\""; Part = "Folder.Name=\"c:\\\\x\""; Since = "now"; };
instance of HoldsMore { Whole = "\\\\.\\root\\default:disk='A'"; Part = "Folder=\"y\""; };
instance of HoldsMore { Whole = "Disk.Id=\"a\""; Part = "Folder.Name=\"gone\""; };
instance of HoldsMore { Whole = "FastDisk.Id=\"f\""; Part = "Folder.Name=\"y\""; };
instance of Placed { What = "Disk.Id=\"a\""; Where = "Shelf.Name=\"s\""; };
"#;

/// What a statement selects: paths of instances, names of classes.
fn run(namespace: &Namespace, statement: &str) -> Result<Vec<String>, Status> {
    let found = namespace.exec(statement).map_err(|error| error.status())?;
    let name = |found: Found| match found {
        Found::Instance(instance) => instance.relpath().unwrap(),
        Found::Class(class) => format!("class {}", class.name()),
    };
    let mut names: Vec<String> = found.into_iter().map(name).collect();
    names.sort();
    Ok(names)
}

#[test]
fn statements() {
    let scratch = Scratch::new("statements");
    let repository = scratch.repository();
    compile(&repository, SCHEMA);
    let namespace = repository.connect("root\\default").unwrap();
    let (x, y, s) = ("Folder.Name=\"c:\\\\x\"", "Folder.Name=\"y\"", "Shelf.Name=\"s\"");
    for (statement, expected) in [
        ("SELECT * FROM META_CLASS WHERE __THIS ISA 'Disk'", vec!["class Disk", "class FastDisk"]),
        ("SELECT * FROM META_CLASS WHERE __SUPERCLASS = 'holds'", vec!["class HoldsMore"]),
        ("SELECT Size FROM Disk WHERE Size > 1", vec!["FastDisk.Id=\"f\""]),
        // Each object once for each association that leads there; what is gone
        // is left out.
        ("ASSOCIATORS OF {Disk.Id=\"a\"}", vec![x, y, s]),
        ("ASSOCIATORS OF {Disk='A'} WHERE AssocClass = Holds", vec![x, y]),
        ("ASSOCIATORS OF {Disk='a'} WHERE AssocClass = HoldsMore", vec![y]),
        ("ASSOCIATORS OF {Disk='a'} WHERE ResultClass = Shelf", vec![s]),
        ("ASSOCIATORS OF {Disk='a'} WHERE Role = What", vec![s]),
        ("ASSOCIATORS OF {Disk='a'} WHERE ResultRole = Part KeysOnly", vec![x, y]),
        ("ASSOCIATORS OF {Disk='a'} WHERE RequiredAssocQualifier = Note", vec![x]),
        ("ASSOCIATORS OF {Disk='a'} WHERE RequiredQualifier = Tagged", vec![]),
        ("ASSOCIATORS OF {Disk='a'} WHERE ClassDefsOnly", vec!["class Folder", "class Shelf"]),
        ("ASSOCIATORS OF {Folder.Name='c:\\x'}", vec!["Disk.Id=\"a\""]),
        ("ASSOCIATORS OF {Folder='y'}", vec!["Disk.Id=\"a\"", "FastDisk.Id=\"f\""]),
        ("ASSOCIATORS OF {Disk} WHERE SchemaOnly", vec!["class Folder", "class Shelf"]),
        ("ASSOCIATORS OF {FastDisk} WHERE SchemaOnly AssocClass = Placed", vec!["class Shelf"]),
        ("ASSOCIATORS OF {Folder} WHERE SchemaOnly RequiredQualifier = Tagged", vec!["class Disk"]),
        ("REFERENCES OF {Folder} WHERE SchemaOnly", vec!["class Holds", "class HoldsMore"]),
        (
            "REFERENCES OF {Disk='a'} WHERE ClassDefsOnly",
            vec!["class Holds", "class HoldsMore", "class Placed"],
        ),
        (
            "REFERENCES OF {Folder='y'} WHERE Role = Part",
            vec![
                "HoldsMore.Whole=\"FastDisk.Id=\\\"f\\\"\",Part=\"Folder.Name=\\\"y\\\"\"",
                "HoldsMore.Whole=\"\\\\\\\\.\\\\root\\\\default:disk='A'\",Part=\"Folder=\\\"y\\\"\"",
            ],
        ),
        (
            "REFERENCES OF {Shelf='s'}",
            vec!["Placed.What=\"Disk.Id=\\\"a\\\"\",Where=\"Shelf.Name=\\\"s\\\"\""],
        ),
        ("REFERENCES OF {Shelf='s'} WHERE RequiredQualifier = Association", vec![]),
    ] {
        assert_eq!(run(&namespace, statement).as_deref().unwrap(), expected, "{statement}");
    }
    for (statement, status) in [
        ("ASSOCIATORS OF {Disk='nowhere'}", Status::WBEM_E_NOT_FOUND),
        ("ASSOCIATORS OF {Dsk='a'}", Status::WBEM_E_NOT_FOUND),
        ("ASSOCIATORS OF {Disk}", Status::WBEM_E_INVALID_QUERY),
        ("ASSOCIATORS OF {Nothing} WHERE SchemaOnly", Status::WBEM_E_NOT_FOUND),
        ("ASSOCIATORS OF {Disk='a'} WHERE AssocClass = Nothing", Status::WBEM_E_INVALID_CLASS),
        ("REFERENCES OF {Disk='a'} WHERE ResultClass = Nothing", Status::WBEM_E_INVALID_CLASS),
        ("ASSOCIATORS OF {\\\\.\\root\\cimv2:Disk='a'}", Status::WBEM_E_INVALID_OBJECT_PATH),
        ("SELECT * FROM Disk WITHIN 5", Status::WBEM_E_INVALID_QUERY),
        ("SELECT * FROM Nothing", Status::WBEM_E_INVALID_CLASS),
    ] {
        assert_eq!(run(&namespace, statement).unwrap_err(), status, "{statement}");
    }
    let unknown = namespace.exec("REFERENCES OF {Disk='a'} WHERE ResultClass = Nothing").unwrap_err();
    assert!(unknown.message().contains("ResultClass = Nothing\n"), "{unknown}");
    assert!(unknown.message().ends_with("^^^^^^^"), "{unknown}");
}

#[test]
fn keys_only_are_filled() {
    let scratch = Scratch::new("keys-only");
    let repository = scratch.repository();
    compile(&repository, SCHEMA);
    let namespace = repository.connect("root\\default").unwrap();
    let since = |statement: &str| {
        let found = namespace.exec(statement).unwrap();
        let [Found::Instance(instance)] = &found[..] else { panic!("{found:?}") };
        assert!(instance.relpath().is_some());
        instance.get("Since").unwrap().to_string()
    };
    assert_eq!(since("REFERENCES OF {Folder.Name='c:\\x'}"), "now");
    assert_eq!(since("REFERENCES OF {Folder.Name='c:\\x'} WHERE KeysOnly"), "");
}
