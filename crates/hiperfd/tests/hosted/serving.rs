//! What a provider does in a host is what it does in a client.

use std::process::Command;

use hiperf::{Hosting, Locale, Namespace, Reason, Refreshed, Refresher, Status, Value};
use hiperf_com::client::{Context, Services};
use hiperf_com::{Bstr, ComPtr, IWbemLocator, clsid, registry};

use crate::{
    ASKS_AT_START, CLIENT, HOST, PROGRAM, Time, check_error, has_library, mof, next_name, query, serve,
    serve_as, text, turn,
};

#[test]
fn a_provider_can_tell_where_it_is() {
    let _turn = turn();
    if !has_library() {
        return;
    }
    let both = format!("CLSID = \"{HOST}\"; ClientLoadableCLSID = \"{CLIENT}\";");
    let check = |hosting: Hosting, registration: &str, place: &str| {
        let (namespace, class) = serve_as(&Time::start().hosting(hosting), registration, &[""]);
        let object = namespace.get(&format!("{class}.Name=\"x\"")).unwrap();
        assert_eq!(object.get("Place").unwrap(), text(place));
        let is_here = object.get("Process").unwrap() == Value::Uint32(std::process::id());
        assert_eq!(is_here, place == "client");
    };
    check(Hosting::new(), &both, "client");
    check(Hosting::isolated(), &both, "host");
    check(Hosting::new(), &format!("CLSID = \"{HOST}\";"), "host");
    check(Hosting::isolated(), &format!("ClientLoadableCLSID = \"{CLIENT}\";"), "client");
}

#[test]
fn objects_and_queries() {
    let _turn = turn();
    if !has_library() {
        return;
    }
    let (namespace, class) = serve_as(
        &Time::start().hosting(Hosting::new()),
        &format!("CLSID = \"{HOST}\";"),
        &["", "_wrong", "_deny", "_panic"],
    );
    let found = query(&namespace, &class).unwrap();
    let names: Vec<Value> = found.iter().map(|object| object.get("Name").unwrap()).collect();
    assert_eq!(names, [text("a"), text("b")]);
    assert_eq!(found[0].get("Count").unwrap(), Value::Uint64(1));
    assert!(found[0].decoration().is_some());
    let none = namespace.get(&format!("{class}.Name=\"none\""));
    check_error(none, Status::WBEM_E_NOT_FOUND, &["GetObjects"]);
    let denied = namespace.get(&format!("{class}.Name=\"get:deny\""));
    check_error(denied, Status::WBEM_E_ACCESS_DENIED, &["GetObjects"]);
    check_error(query(&namespace, &format!("{class}_deny")), Status::WBEM_E_ACCESS_DENIED, &["told to deny"]);
    check_error(query(&namespace, &format!("{class}_panic")), Status::WBEM_E_PROVIDER_FAILURE, &[]);
    let wrong = query(&namespace, &format!("{class}_wrong"));
    check_error(wrong, Status::WBEM_E_PROVIDER_FAILURE, &["no instance of"]);
    // None of that was the host's end.
    assert_eq!(query(&namespace, &class).unwrap().len(), 2);
}

#[test]
fn refreshes() {
    let _turn = turn();
    if !has_library() {
        return;
    }
    let hosting = Time::start().hosting(Hosting::new());
    let (namespace, class) = serve_as(&hosting, &format!("CLSID = \"{HOST}\";"), &["", "_300"]);
    let mut refresher = Refresher::new();
    let object = refresher.add_object(&namespace, &format!("{class}.Name=\"x\"")).unwrap();
    let grows = refresher.add_object(&namespace, &format!("{class}.Name=\"grows\"")).unwrap();
    let changing = refresher.add_enum(&namespace, &class).unwrap();
    assert_eq!(refresher.object(object).unwrap().get("Name").unwrap(), text("x"));
    assert_eq!(refresher.object(object).unwrap().get("Count").unwrap(), Value::Null);
    let expected: [&[&str]; 6] = [&["a", "b"], &["a", "b"], &["b", "c", "d"], &[], &["a", "b"], &["a", "b"]];
    for (count, expected) in (1..).zip(expected) {
        assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
        assert_eq!(refresher.object(object).unwrap().get("Count").unwrap(), Value::Uint64(count));
        assert_eq!(refresher.object(object).unwrap().get("Place").unwrap(), text("host"));
        let place = refresher.object(grows).unwrap().get("Place").unwrap();
        assert_eq!(place.as_str().unwrap().len() as u64, count * 1000);
        let instances: Vec<_> = refresher.instances(changing).unwrap().collect();
        let mut names: Vec<String> =
            instances.iter().map(|one| one.get("Name").unwrap().as_str().unwrap().to_owned()).collect();
        names.sort();
        assert_eq!(names, expected, "refresh {count}");
        assert!(instances.iter().all(|one| one.get("Count").unwrap() == Value::Uint64(count)));
    }
    // More than the memory had room for at first.
    let many = refresher.add_enum(&namespace, &format!("{class}_300")).unwrap();
    assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
    assert_eq!(refresher.instances(many).unwrap().len(), 300);
    let last = refresher.instances(many).unwrap().last().unwrap();
    assert_eq!(last.get("Name").unwrap(), text("299"));
    refresher.remove(grows).unwrap();
    refresher.remove(changing).unwrap();
    assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
    assert_eq!(refresher.object(object).unwrap().get("Count").unwrap(), Value::Uint64(8));
    assert!(refresher.instances(many).unwrap().all(|one| one.get("Count").unwrap() == Value::Uint64(8)));
}

#[test]
fn why_a_value_is_missing_is_said_in_the_client() {
    let _turn = turn();
    if !has_library() {
        return;
    }
    let hosting = Time::start().hosting(Hosting::new());
    let (namespace, class) = serve_as(&hosting, &format!("CLSID = \"{HOST}\";"), &[""]);
    let mut refresher = Refresher::new();
    let object = refresher.add_object(&namespace, &format!("{class}.Name=\"missing\"")).unwrap();
    for count in 1..=6 {
        assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
        let object = refresher.object(object).unwrap();
        let handle = object.class().handle("Count").unwrap();
        let is_missing = count % 2 == 0;
        let expected = if is_missing { Value::Null } else { Value::Uint64(count) };
        assert_eq!(object.get("Count").unwrap(), expected);
        assert_eq!(object.why(handle).unwrap(), is_missing.then_some(Reason::Denied));
    }
}

/// In single objects and queries, and in what a provider asks for.
#[test]
fn why_a_value_is_missing_is_said_outside_of_refreshes() {
    let _turn = turn();
    if !has_library() {
        return;
    }
    let hosting = Time::start().hosting(Hosting::new());
    let registration = format!("CLSID = \"{HOST}\";");
    let (namespace, class) = serve_as(&hosting, &registration, &["", "_missing"]);
    let why = |object: &hiperf_cim::Instance| {
        assert_eq!(object.get("Count").unwrap(), Value::Null);
        object.why(object.class().handle("Count").unwrap()).unwrap()
    };
    let denied = Some(Reason::Denied);
    assert_eq!(why(&namespace.get(&format!("{class}.Name=\"missing\"")).unwrap()), denied);
    let found = query(&namespace, &format!("{class}_missing")).unwrap();
    assert_eq!(found.iter().map(why).collect::<Vec<_>>(), [denied; 2]);
    let told = namespace.get(&format!("{class}.Name=\"asks why\"")).unwrap().get("Place").unwrap();
    assert_eq!(told, text("denied"));
}

/// Those of the connection, if the provider is initialised for each locale.
#[test]
fn texts_that_a_provider_asks_for() {
    let _turn = turn();
    if !has_library() {
        return;
    }
    let check = |clsid: &str, properties: &str, expected: [&str; 2]| {
        let registration = format!("{clsid}; {properties}");
        let (namespace, class) = serve_as(&Time::start().hosting(Hosting::new()), &registration, &[""]);
        for (locale, said) in [("ms_409", "how many"), ("ms_407", "wie viele")] {
            let texts = format!(
                "instance of __Namespace {{ Name = \"{locale}\"; }};\n\
                 #pragma namespace(\"root\\\\cimv2\\\\{locale}\")\n\
                 [AMENDMENT] class {class} {{ [key] string Name; \
                 [Description(\"{said}\") : Amended] uint64 Count; }};\n"
            );
            namespace.compile_mof("texts.mof", &texts).unwrap();
        }
        let german = namespace.clone().in_locale(Locale::parse("MS_407").unwrap());
        let said = [namespace, german]
            .map(|namespace| namespace.get(&format!("{class}.Name=\"text\"")).unwrap().get("Place").unwrap());
        assert_eq!(said, expected.map(text), "{registration}");
    };
    let (hosted, here) = (format!("CLSID = \"{HOST}\""), format!("ClientLoadableCLSID = \"{CLIENT}\""));
    for clsid in [&hosted, &here] {
        check(clsid, "PerLocaleInitialization = TRUE;", ["how many", "wie viele"]);
        // One for all: it doesn't matter who came first.
        check(clsid, "", ["how many", "how many"]);
    }
}

#[test]
fn a_provider_asks_its_namespace_while_it_is_initialised() {
    let _turn = turn();
    if !has_library() {
        return;
    }
    let (namespace, class) = serve(&Time::start().hosting(Hosting::new()), ASKS_AT_START);
    assert_eq!(query(&namespace, &class).unwrap().len(), 2);
}

#[test]
fn a_provider_acts_as_its_caller_if_it_is_registered_so() {
    let _turn = turn();
    if !has_library() {
        return;
    }
    let impersonate = |registration: &str| {
        let hosting = Time::start().hosting(Hosting::new());
        let registration = format!("CLSID = \"{HOST}\"; {registration}");
        let (namespace, class) = serve_as(&hosting, &registration, &[""]);
        namespace.get(&format!("{class}.Name=\"get:impersonate\""))
    };
    check_error(impersonate(""), Status::E_ACCESSDENIED, &[]);
    check_error(impersonate("ImpersonationLevel = 0;"), Status::E_ACCESSDENIED, &[]);
    impersonate("ImpersonationLevel = 1;").unwrap();
}

/// A COM client, which can't say where the host is: the environment does. Its
/// context reaches the provider.
#[test]
fn com_clients_and_their_contexts() {
    let _turn = turn();
    if !has_library() {
        return;
    }
    if std::env::var_os("HIPERF_PROVIDER_HOST").is_none() {
        let mut client = Command::new(std::env::current_exe().unwrap());
        client
            .args(["--exact", "serving::com_clients_and_their_contexts"])
            .env("HIPERF_PROVIDER_HOST", PROGRAM);
        assert!(client.status().unwrap().success());
        return;
    }
    let name = next_name();
    let namespace = Namespace::connect("root\\cimv2").unwrap();
    namespace.compile_mof("told.mof", &mof(&name, &format!("CLSID = \"{HOST}\";"), &[""])).unwrap();
    let services = connect("root\\cimv2");
    let get = |flag| {
        let context = Context::new();
        context.set("Placeless", &Value::Boolean(flag)).unwrap();
        let object = services.get_object_with(&format!("Test_{name}.Name=\"x\""), Some(&context)).unwrap();
        object.get("Place").unwrap()
    };
    assert_eq!((get(false), get(true)), (text("host"), Value::Null));
}

/// The namespace's services as a COM client gets them.
fn connect(path: &str) -> Services {
    let locator = registry::create_instance::<IWbemLocator>(clsid::WBEM_LOCATOR).unwrap();
    let path = Bstr::new(path);
    let (none, no_context) = (std::ptr::null_mut(), std::ptr::null_mut());
    let services = ComPtr::receive(Status::WBEM_E_FAILED, |slot| {
        // SAFETY: all pointers are NULL or live during the call.
        unsafe { locator.ConnectServer(path.as_raw(), none, none, none, 0, none, no_context, slot) }
    });
    Services::new(services.unwrap())
}

/// What a failed refresh said of missing values is taken back by the next one,
/// though nothing changed in the host.
#[test]
fn why_a_refresh_failed_is_not_said_any_longer() {
    let _turn = turn();
    if !has_library() {
        return;
    }
    let (namespace, class) = serve(&Time::start().hosting(Hosting::new()), HOST);
    let mut refresher = Refresher::new();
    let id = refresher.add_object(&namespace, &format!("{class}.Name=\"still\"")).unwrap();
    let place = namespace.class(&class).unwrap().handle("Place").unwrap();
    let mut refresh = |says: Option<Reason>| {
        let refreshed = refresher.refresh();
        let object = refresher.object(id).unwrap();
        assert_eq!(object.get("Count").unwrap(), Value::Uint64(1));
        assert_eq!(object.why(place).unwrap(), says);
        refreshed
    };
    assert_eq!(refresh(None), Ok(Refreshed::Complete));
    assert_eq!(refresh(Some(Reason::Denied)), Err(Status::WBEM_E_ACCESS_DENIED));
    assert_eq!(refresh(None), Ok(Refreshed::Complete));
    assert_eq!(refresh(None), Ok(Refreshed::Complete));
}
