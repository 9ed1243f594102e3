//! MOF files of other projects, found by `HIPERF_CORPORA`: all compile but for
//! those listed here, and those with mistakes fail at the mistake.

mod corpora;

use hiperf_cim::mof::{self, codes};
use hiperf_cim::{Status, mof::Place};

use corpora::{Neighbours, files, root, schema};

/// Classes of Windows that the files build on, as far as they use them.
const WINDOWS: &str = include_str!("corpora/windows.mof");

const CORPORA: [&str; 4] =
    ["mof-windows-classic-samples", "mof-scxcore", "mof-omi-tests", "mof-openpegasus-tests"];

/// A file that does not compile, and where its first mistake is.
struct Listed {
    /// The end of its path.
    file: &'static str,
    status: Status,
    line: usize,
}

const fn at(file: &'static str, line: usize, status: Status) -> Listed {
    Listed { file, status, line }
}

/// Files that break a rule of WMI's and of DSP0004 alike, so that neither
/// dialect has them. Each entry names what the mistake is; the sections are those
/// of the MOF reference, whose table 7 says where the dialects agree.
const WRONG: [Listed; 15] = [
    // 3, a string ends with its line. A quote too many at the end of one.
    at("tests/mof/syntaxerror.mof", 97, codes::WBEMMOF_E_EXPECTED_SEMI),
    // 3, the same. A quote is missing at the end of a line.
    at("TestProviders/Load/AssociationTestProviderR.mof", 150, codes::WBEMMOF_E_ILLEGAL_CONSTANT_VALUE),
    at("Network/schema/MSFT_SwitchService.mof", 40, codes::WBEMMOF_E_ILLEGAL_CONSTANT_VALUE),
    // 2, an include is textual. This one includes the file above.
    at("Network/schema/CIM_Schema.mof", 40, codes::WBEMMOF_E_ILLEGAL_CONSTANT_VALUE),
    // 6, a name stands once in a declaration. A property gets two values.
    at("cmdline/tests/ValidMof4a.mof", 71, codes::WBEMMOF_E_DUPLICATE_PROPERTY),
    // 6, a value is in its type's range. 0x8000000000000000 has no sign, so it
    // is one more than the most of a sint64.
    at("blue/mofs/dmtftypes_instanceminvalue.mof", 16, codes::WBEMMOF_E_OUT_OF_RANGE),
    // 6 and 7, no key is added below a class that has keys. Not one of these is
    // an inherited key that is declared again, which is allowed.
    at("sample/Load/TST_Family.mof", 54, Status::WBEM_E_CANNOT_BE_KEY),
    at("LoadMOFs/CIMOMSampleProvider.mof", 9, Status::WBEM_E_CANNOT_BE_KEY),
    at("LoadMOFs/ExceptionsTest.mof", 9, Status::WBEM_E_CANNOT_BE_KEY),
    at("LoadMOFs/LargeDataProvider.mof", 9, Status::WBEM_E_CANNOT_BE_KEY),
    at("LoadMOFs/MultithreadingSampleProvider.mof", 9, Status::WBEM_E_CANNOT_BE_KEY),
    at("LoadMOFs/ParserTestProvider.mof", 14, Status::WBEM_E_CANNOT_BE_KEY),
    at("LoadMOFs/TimingProvider.mof", 9, Status::WBEM_E_CANNOT_BE_KEY),
    at("MultithreadingTests/MultithreadingSampleProvider.mof", 9, Status::WBEM_E_CANNOT_BE_KEY),
    // 5 and 6, an abstract class has no instances. CIM_ComputerSystem is one in
    // the schema that this corpus comes with, CIM 2.0; it is not in CIM 2.32.
    at("CQLCLI/CQLTestSchemaR.mof", 183, Status::WBEM_E_INVALID_OPERATION),
];

/// Files that are right by DSP0004, or by the compiler that they were written
/// for, and break a rule that only WMI has. No more than 2 % of all may do so.
const EXCEPTIONS: [Listed; 9] = [
    // 6, a method of the same name has the same signature: here it gets one more
    // parameter than it inherits, without being an override.
    at("Test_SchemaRetrieval/schema.mof", 586, Status::WBEM_E_PROPAGATED_METHOD),
    // 5, an integer in a qualifier is a sint32.
    at("TestClass_MethodProvider_Calc_OMI.mof", 22, codes::WBEMMOF_E_OUT_OF_RANGE),
    // 6, an alias initialises references only, never an object.
    at("blue/mofs/dmtftypes_instancemaxvalue.mof", 38, codes::WBEMMOF_E_UNEXPECTED_ALIAS),
    // 6, a class without a key has no instances.
    at("blue/mofs/dscinstance.mof", 1, Status::WBEM_E_NO_KEY),
    at("blue/mofs/mintinstance.mof", 11, Status::WBEM_E_NO_KEY),
    at("tests/mof/classes.mof", 359, Status::WBEM_E_NO_KEY),
    // 6, all keys are given.
    at("Internal/VER20/PrerequisiteInstances.mof", 44, Status::WBEM_E_INVALID_OBJECT),
    // A string ends with its first NUL (6.4 of the reference on objects).
    at("cmdline/tests/ValidMof4b.mof", 59, Status::WBEM_E_INVALID_PARAMETER),
    // 6, the return value is the property ReturnValue of the output, so that no
    // parameter has this name.
    at("TestProviders/Load/CLITestProvider.mof", 127, Status::WBEM_E_INVALID_METHOD_PARAMETERS),
];

#[test]
fn all_files_compile() {
    let Some(root) = root() else { return };
    let nothing = |_: Option<&str>, _: &str| None;
    let windows = mof::compile(&mof::parse(WINDOWS), &nothing).expect("the classes of Windows compile");
    let mut base = corpora::classes(&schema(&root).compiled);
    base.extend(corpora::classes(&windows));
    let includable = files(&root.join("mof-dmtf-cim232-omi"));
    let (mut count, mut failed) = (0, Vec::new());
    for corpus in CORPORA {
        let own = files(&root.join(corpus));
        let all: Vec<_> = own.iter().chain(&includable).cloned().collect();
        failed.extend(Neighbours::new(base.clone(), &all).compile(&own));
        count += own.len();
    }
    let mut listed: Vec<&Listed> = WRONG.iter().chain(&EXCEPTIONS).collect();
    for (file, loaded) in &failed {
        let Some(index) = listed.iter().position(|listed| file.ends_with(listed.file)) else {
            panic!("{} is not listed:\n{}", file.display(), loaded.render());
        };
        let Listed { line, status, .. } = *listed.remove(index);
        let found = loaded.diagnostics.iter().find(|found| found.diagnostic.is_error());
        let found = found.expect("it failed");
        let place = Place::of(found.diagnostic.span, &loaded.files[found.file].text);
        assert_eq!((place.line, found.diagnostic.status), (line, status), "{}", loaded.render());
    }
    assert!(listed.is_empty(), "{} compiles", listed[0].file);
    assert_eq!(count, 544);
    assert!(EXCEPTIONS.len() * 100 <= count * 2, "more than 2 % are exceptions");
}
