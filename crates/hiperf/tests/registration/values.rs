//! Properties of registrations that are refused, each with its reason.

use hiperf::{Namespace, Refresher, Repository, Status};

use crate::hooks::Hooks;
use crate::scratch::Scratch;
use crate::{connect, provide, repository};

const INVALID: Status = Status::WBEM_E_INVALID_PROVIDER_REGISTRATION;

/// What a first use of the provider answers; `""` for success.
#[track_caller]
fn check(properties: &str, status: Status, says: &str) {
    let name: String = properties.chars().filter(char::is_ascii_alphanumeric).take(60).collect();
    let (repository, _scratch): (Repository, Scratch) = repository(&format!("values-{name}"));
    let namespace = connect(&repository, "root\\A", provide(Hooks::default()), properties);
    used(&namespace, status, says);
}

#[track_caller]
fn used(namespace: &Namespace, status: Status, says: &str) {
    match Refresher::new().add_enum(namespace, "Test") {
        Ok(_) => assert_eq!((status, says), (Status::WBEM_S_NO_ERROR, "")),
        Err(error) => {
            assert_eq!(error.status(), status, "{error}");
            assert!(!says.is_empty() && error.message().contains(says), "{error}");
        }
    }
}

#[test]
fn what_a_provider_may_be() {
    let ok = Status::WBEM_S_NO_ERROR;
    check("", ok, "");
    check("ImpersonationLevel = 1; InitializationReentrancy = 2; Version = 1;", ok, "");
    check("HostingModel = \"localsystemhost:Group\";", ok, "");
    check("UnloadTimeout = \"00000000000100.000000:000\"; Concurrency = 3;", ok, "");
    check("Enabled = FALSE;", Status::WBEM_E_PROVIDER_DISABLED, "provider P is disabled");
    check("ImpersonationLevel = 2;", INVALID, "ImpersonationLevel of provider P is 2, but must be 0 or 1");
    check("InitializationReentrancy = -1;", INVALID, "is -1, but must be 0, 1 or 2");
    check("Version = 3;", INVALID, "Version of provider P is 3, but must be 1 or 2");
    check(
        "HostingModel = \"Nowhere\";",
        INVALID,
        "HostingModel of provider P is \"Nowhere\": Nowhere is none of",
    );
    check("HostingModel = \"SelfHost:\";", INVALID, "a group is a name");
    check("CLSID = \"nonsense\";", INVALID, "CLSID of provider P is not a GUID in braces: nonsense");
}

/// The classes of registrations have what is documented of them.
#[test]
fn the_classes_are_as_documented() {
    const PROVIDER: &str = "__Win32Provider";
    const INSTANCES: &str = "__InstanceProviderRegistration";
    let (repository, _scratch) = repository("values-classes");
    let namespace = repository.connect("root\\B").unwrap();
    let check = |class: &str, ty: &str, default: &str, names: &[&str]| {
        let class = namespace.class(class).unwrap();
        for name in names {
            let property = class.property(name).unwrap_or_else(|| panic!("{name} is missing"));
            let found = (property.ty().to_string(), property.default_value().to_string());
            assert_eq!(found, (ty.to_owned(), default.to_owned()), "{name}");
        }
    };
    let null = hiperf::Value::Null.to_string();
    check(
        PROVIDER,
        "string",
        &null,
        &["Name", "CLSID", "ClientLoadableCLSID", "HostingModel", "SecurityDescriptor", "DefaultMachineName"],
    );
    check(PROVIDER, "sint32", "0", &["ImpersonationLevel", "InitializationReentrancy"]);
    check(PROVIDER, "boolean", "FALSE", &["PerUserInitialization", "PerLocaleInitialization"]);
    check(PROVIDER, "boolean", "TRUE", &["Pure", "Enabled"]);
    check(PROVIDER, "uint32", &null, &["Version"]);
    check(PROVIDER, "sint32", &null, &["Concurrency"]);
    let intervals = ["UnloadTimeout", "InitializationTimeoutInterval", "OperationTimeoutInterval"];
    check(PROVIDER, "datetime", &null, &intervals);
    let flags = [
        "InitializeAsAdminFirst",
        "SupportsExplicitShutdown",
        "SupportsExtendedStatus",
        "SupportsQuotas",
        "SupportsSendStatus",
        "SupportsShutdown",
        "SupportsThrottling",
    ];
    check(PROVIDER, "boolean", &null, &flags);
    check(INSTANCES, "boolean", "FALSE", &["SupportsGet", "SupportsPut", "SupportsDelete"]);
    check(INSTANCES, "boolean", "TRUE", &["SupportsEnumeration"]);
    check(INSTANCES, "boolean", &null, &["SupportsBatching", "SupportsTransactions"]);
    check(INSTANCES, "sint32", "0", &["InteractionType"]);
    check(INSTANCES, "string[]", &null, &["QuerySupportLevels"]);
    check("__ObjectProviderCacheControl", "datetime", "00000000000500.000000:000", &["ClearAfter"]);
    assert!(namespace.class("__ObjectProviderCacheControl").unwrap().is_singleton());
    let derivation = |class: &str| namespace.class(class).unwrap().derivation().collect::<Vec<_>>().join(" ");
    assert_eq!(derivation(PROVIDER), "__Provider __SystemClass");
    assert_eq!(derivation(INSTANCES), "__ObjectProviderRegistration __ProviderRegistration __SystemClass");
}

/// A provider of Version 2 has asked for more.
#[test]
fn the_stricter_contract() {
    let host = "CLSID = \"{00000000-0000-0000-0000-00000000C1A5}\"; Version = 2;";
    check("Version = 2;", INVALID, "Version 2: it must have a CLSID and another ClientLoadableCLSID");
    check(host, INVALID, "Version 2: it must state its HostingModel");
    let whole = format!("{host} HostingModel = \"NetworkServiceHost\";");
    check(&whole, Status::WBEM_S_NO_ERROR, "");
    let clsid = provide(Hooks::default());
    let (repository, _scratch) = repository("values-strict");
    let namespace = connect(&repository, "root\\A", clsid, &whole);
    let register = |properties: &str| {
        let mof = format!(
            "instance of __InstanceProviderRegistration {{
               provider = \"__Win32Provider.Name=\\\"P\\\"\"; {properties}
             }};"
        );
        namespace.compile_mof("test.mof", &mof).unwrap();
    };
    let says = "must state SupportsGet = TRUE and SupportsEnumeration = TRUE";
    register("SupportsGet = TRUE; SupportsEnumeration = FALSE;");
    used(&namespace, INVALID, says);
    register("SupportsGet = TRUE; SupportsPut = TRUE;");
    used(&namespace, INVALID, says);
    register("SupportsGet = TRUE;");
    used(&namespace, Status::WBEM_S_NO_ERROR, "");
}
