//! Registrations that are missing, incomplete or wrong.

use hiperf::{Error, Namespace, Query, Refresher, Result, Status};

use crate::check_error;
use crate::names::{next_clsid, registration};

/// Compiles a class `Test_<name>` of the provider `<name>`, and `mof`; adds an
/// enumerator.
fn add(name: &str, qualifiers: &str, mof: &str) -> Result<()> {
    let namespace = Namespace::connect("root\\cimv2").unwrap();
    let class = format!("[{qualifiers}] class Test_{name} : Win32_PerfRawData {{ [key] string Name; }};");
    namespace.compile_mof("test.mof", &(mof.to_owned() + &class)).unwrap();
    let mut refresher = Refresher::new();
    let added = refresher.add_enum(&namespace, &format!("Test_{name}")).map(|_| ());
    // Nothing of it is left.
    assert_eq!(refresher.refresh(), Ok(hiperf::Refreshed::Complete));
    added
}

fn hiperf_of(provider: &str) -> String {
    format!("dynamic, hiperf, provider(\"{provider}\")")
}

#[test]
fn classes_that_name_no_provider() {
    let says = ["Test_NotHiperf", "not served by a hi-perf provider"];
    check_error(add("NotHiperf", "dynamic, provider(\"x\")", ""), Status::WBEM_E_INVALID_OPERATION, &says);
    let says = ["Test_Nameless", "lacks the Provider qualifier"];
    check_error(add("Nameless", "dynamic, hiperf", ""), Status::WBEM_E_PROVIDER_NOT_FOUND, &says);
    let says = ["Test_Unknown", "names provider Nobody, which is not registered in root\\cimv2"];
    check_error(add("Unknown", &hiperf_of("Nobody"), ""), Status::WBEM_E_PROVIDER_NOT_FOUND, &says);
}

/// The error of a cooked class says once what was added, and then of which raw
/// class it comes.
#[test]
fn a_raw_class_that_names_no_provider() {
    let namespace = Namespace::connect("root\\cimv2").unwrap();
    let (raw, cooked) = ("Test_PerfRawData_Unsampled", "Test_PerfFormattedData_Unsampled");
    let mof = format!(
        "[dynamic, hiperf, provider(\"Nobody\")] class {raw} : Win32_PerfRawData {{ [key] string Name; uint32 A; }};
         [dynamic, hiperf, provider(\"HiPerfCooker_v1\"), AutoCook(1), AutoCook_RawClass(\"{raw}\")]
         class {cooked} : Win32_PerfFormattedData {{ [key] string Name;
           [CookingType(\"PERF_COUNTER_RAWCOUNT\"), Counter(\"A\")] uint32 A; }};"
    );
    namespace.compile_mof("unsampled", &mof).unwrap();
    let missing = "names provider Nobody, which is not registered in root\\cimv2";
    let check = |error: Error, adding: &str, sampling: &str| {
        let message = error.message().to_owned();
        assert_eq!(message.matches("adding").count(), usize::from(!adding.is_empty()), "{message}");
        assert!(message.starts_with(&format!("{adding}{sampling}: class {raw} {missing}")), "{message}");
        assert_eq!(error.status(), Status::WBEM_E_PROVIDER_NOT_FOUND);
    };
    let mut refresher = Refresher::new();
    let adding = format!("adding the instances of {cooked} to the refresher: ");
    let sampling = format!("sampling {raw}");
    check(refresher.add_enum(&namespace, cooked).unwrap_err(), &adding, &sampling);
    check(
        namespace.query(&Query::new(&namespace, &format!("SELECT * FROM {cooked}")).unwrap()).unwrap_err(),
        "",
        &sampling,
    );
    let (path, sampling) = (format!("{cooked}.Name=\"a\""), format!("sampling {raw}.Name=\"a\""));
    let adding = format!("adding {path} to the refresher: ");
    check(refresher.add_object(&namespace, &path).unwrap_err(), &adding, &sampling);
}

#[test]
fn registrations_that_do_not_do() {
    let clsid = next_clsid();
    let check = |name: &str, mof: &str, status, says: &str| {
        let adding = format!("adding the instances of Test_{name} to the refresher");
        check_error(add(name, &hiperf_of(name), mof), status, &[name, says, &adding]);
    };
    let instances = "instance of __InstanceProviderRegistration { provider = $P; SupportsGet = TRUE; \
                     SupportsEnumeration = TRUE; };";
    let provider =
        |properties: &str| format!("instance of __Win32Provider as $P {{ {properties} }}; {instances}");
    check(
        "Disabled",
        &provider(&format!("Name = \"Disabled\"; ClientLoadableCLSID = \"{clsid}\"; Enabled = FALSE;")),
        Status::WBEM_E_PROVIDER_DISABLED,
        "is disabled by its registration",
    );
    check(
        "Nowhere",
        &provider("Name = \"Nowhere\";"),
        Status::WBEM_E_INVALID_OPERATION,
        "neither a ClientLoadableCLSID nor a CLSID",
    );
    // Whether there is a program for the host or not: nothing has this class.
    check(
        "HostOnly",
        &provider(&format!("Name = \"HostOnly\"; CLSID = \"{clsid}\";")),
        Status::WBEM_E_PROVIDER_LOAD_FAILURE,
        "loading provider HostOnly",
    );
    check(
        "Malformed",
        &provider("Name = \"Malformed\"; ClientLoadableCLSID = \"not a guid\";"),
        Status::WBEM_E_INVALID_PROVIDER_REGISTRATION,
        "ClientLoadableCLSID of provider Malformed is not a GUID in braces: not a guid",
    );
    check(
        "Absent",
        &registration("Absent", clsid),
        Status::WBEM_E_PROVIDER_LOAD_FAILURE,
        "is not registered",
    );
    check(
        "NoInstances",
        &format!(
            "instance of __Win32Provider {{ Name = \"NoInstances\"; ClientLoadableCLSID = \"{clsid}\"; }};"
        ),
        Status::WBEM_E_PROVIDER_NOT_CAPABLE,
        "no instance of __InstanceProviderRegistration",
    );
}

#[test]
fn what_a_provider_is_not_registered_for() {
    let world = crate::world!("Halves");
    world.set(&[crate::world::row("a", 1)]);
    let provider = format!("Provider of {}", world.raw);
    let register = |get: &str, enumeration: &str| {
        let mof = format!(
            "instance of __InstanceProviderRegistration {{ provider = \"__Win32Provider.Name=\\\"{provider}\\\"\"; \
             SupportsGet = {get}; SupportsEnumeration = {enumeration}; }};"
        );
        world.namespace.compile_mof("test.mof", &mof).unwrap();
    };
    register("FALSE", "FALSE");
    // A refresher needs neither.
    Refresher::new().add_enum(&world.namespace, world.raw).unwrap();
    let (path, status) = (world.path("a"), Status::WBEM_E_PROVIDER_NOT_CAPABLE);
    check_error(world.namespace.get(&path), status, &["without SupportsGet"]);
    let query = hiperf::Query::new(&world.namespace, &format!("SELECT * FROM {}", world.raw)).unwrap();
    check_error(world.namespace.query(&query), status, &["without SupportsEnumeration"]);
}

#[test]
fn a_registration_may_be_put_right() {
    let world = crate::world!("Mended");
    let namespace = &world.namespace;
    let mof =
        "[dynamic, hiperf, provider(\"Later\")] class Test_Later : Win32_PerfRawData { [key] string Name; };";
    namespace.compile_mof("test.mof", mof).unwrap();
    let mut refresher = Refresher::new();
    check_error(refresher.add_enum(namespace, "Test_Later"), Status::WBEM_E_PROVIDER_NOT_FOUND, &[]);
    let clsid = next_clsid();
    namespace.compile_mof("test.mof", &registration("later", clsid)).unwrap();
    check_error(refresher.add_enum(namespace, "Test_Later"), Status::WBEM_E_PROVIDER_LOAD_FAILURE, &[]);
}
