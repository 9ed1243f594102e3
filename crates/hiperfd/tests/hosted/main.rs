//! Providers in a host process, well-behaved and not, as a client sees them.

mod faults;
mod life;
mod serving;
mod users;

use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use hiperf::{Hosting, Namespace, Query, Status, Value};
use hiperf_com::{Guid, registry};

/// The program that is tested.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_hiperf-provider-host");

/// As which the provider of `tests/provider/library.rs` is loaded into a host.
pub const HOST: Guid = Guid::parse("5B1D8F0A-2C7E-4D6B-9F31-7A0C5E4D4001");
/// As which it is loaded into a client.
pub const CLIENT: Guid = Guid::parse("5B1D8F0A-2C7E-4D6B-9F31-7A0C5E4D4002");
/// Crashes when it is initialised.
pub const CRASHES_AT_START: Guid = Guid::parse("5B1D8F0A-2C7E-4D6B-9F31-7A0C5E4D4003");
/// Never ends its initialisation.
pub const HANGS_AT_START: Guid = Guid::parse("5B1D8F0A-2C7E-4D6B-9F31-7A0C5E4D4004");
/// Asks its namespace when it is initialised.
pub const ASKS_AT_START: Guid = Guid::parse("5B1D8F0A-2C7E-4D6B-9F31-7A0C5E4D4005");

/// Asks for an instance of `Test_Meeting_other` when it is initialised.
pub const MEETS_AT_START: Guid = Guid::parse("5B1D8F0A-2C7E-4D6B-9F31-7A0C5E4D4007");

/// Tests take turns, because some count what the whole process has.
pub fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The provider's library. `cargo test` builds it unless it is asked for this
/// test alone; then it is built here.
pub fn library() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let profile = test.parent().unwrap().parent().unwrap();
    let library = profile.join("examples/libhosted_provider.so");
    if !library.exists() {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["build", "--quiet", "--package", "hiperfd", "--example", "hosted_provider"]);
        cargo.arg("--target-dir").arg(profile.parent().unwrap());
        if profile.ends_with("release") {
            cargo.arg("--release");
        }
        assert!(cargo.current_dir(env!("CARGO_MANIFEST_DIR")).status().unwrap().success());
    }
    library
}

/// The library, if it may be loaded; the directories above it may be open to
/// others, and then nothing here can run.
pub fn has_library() -> bool {
    let library = library();
    match hiperf_com::library::Library::load(&library) {
        Ok(_) => {
            for clsid in [HOST, CLIENT, CRASHES_AT_START, HANGS_AT_START, ASKS_AT_START, MEETS_AT_START] {
                registry::register_library(clsid, &library);
            }
            true
        }
        Err(error) => {
            assert!(std::env::var_os("HIPERF_CI").is_none(), "skipped in CI: {error}");
            println!("skipped: {error}");
            false
        }
    }
}

/// Time that goes on when a test says so, so that no test waits for a host that
/// backs off.
#[derive(Clone)]
pub struct Time(Arc<Mutex<Instant>>);

impl Time {
    /// Now.
    pub fn start() -> Time {
        Time(Arc::new(Mutex::new(Instant::now())))
    }

    /// Lets it pass.
    pub fn advance(&self, by: Duration) {
        *self.0.lock().unwrap() += by;
    }

    /// A connection's choices by this time.
    pub fn hosting(&self, hosting: Hosting) -> Hosting {
        let time = self.clone();
        hosting.program(PROGRAM).clock(move || *time.0.lock().unwrap())
    }
}

/// A provider's registration, and a class of it for each of the suffixes.
pub fn mof(provider: &str, clsids: &str, classes: &[&str]) -> String {
    let mut mof = format!(
        "instance of __Win32Provider as $P {{ Name = \"{provider}\"; {clsids} }};\n\
         instance of __InstanceProviderRegistration {{\n\
           provider = $P; SupportsGet = TRUE; SupportsEnumeration = TRUE;\n\
         }};\n"
    );
    for suffix in classes {
        mof += &format!(
            "[dynamic, provider(\"{provider}\"), hiperf] class Test_{provider}{suffix} : Win32_PerfRawData {{\n\
               [key] string Name; uint64 Count; string Place; uint32 Process;\n\
             }};\n"
        );
    }
    mof
}

/// Names of providers that no two tests share.
pub fn next_name() -> String {
    static LAST: AtomicU32 = AtomicU32::new(0);
    format!("Told{}", LAST.fetch_add(1, Ordering::Relaxed))
}

/// Connects to a namespace that has a hosted provider of this CLSID and class
/// `Test_<name>`, and gives the class's name.
pub fn serve(hosting: &Hosting, clsid: Guid) -> (Namespace, String) {
    serve_as(hosting, &format!("CLSID = \"{clsid}\";"), &[""])
}

/// The same with a registration and suffixes of more classes.
pub fn serve_as(hosting: &Hosting, registration: &str, suffixes: &[&str]) -> (Namespace, String) {
    let namespace = Namespace::connect_with("root\\cimv2", hosting).unwrap();
    let name = next_name();
    namespace.compile_mof("told.mof", &mof(&name, registration, suffixes)).unwrap();
    (namespace, format!("Test_{name}"))
}

/// All instances of a class.
pub fn query(namespace: &Namespace, class: &str) -> hiperf::Result<Vec<hiperf_cim::Instance>> {
    namespace.query(&Query::new(namespace, &format!("SELECT * FROM {class}"))?)
}

/// A failure with this status whose message has all of these in it.
#[track_caller]
pub fn check_error<T>(result: hiperf::Result<T>, status: Status, says: &[&str]) {
    let Err(error) = result else { panic!("it succeeded") };
    assert_eq!(error.status(), status, "{error}");
    for part in says {
        assert!(error.message().contains(part), "{part:?} is not in {error}");
    }
}

/// A string.
pub fn text(value: &str) -> Value {
    Value::String(value.to_owned())
}
