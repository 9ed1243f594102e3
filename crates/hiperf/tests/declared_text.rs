//! A declared class with keys of its own and with texts: what its instances are
//! called, what is read of it raw and formatted, and that texts that change
//! within the room they had allocate nothing.

#[path = "../../../tests/rust/allocations.rs"]
mod counting;

use std::sync::atomic::{AtomicUsize, Ordering};

use counting::allocations;
use hiperf::{EnumId, Namespace, Reason, Refreshed, Refresher, Status, Value};
use hiperf_provider::{Instance, Instances, Result, Source, Timestamps, Visit, Wanted};

hiperf_provider::class! {
    /// The ports that a server listens at.
    #[class(Example_PerfRawData_Port, display = "Port")]
    pub struct Port {
        /// Host that the port is of.
        #[key(Host)]
        pub host: &'static str,
        /// Its number.
        #[key(Port, display = "Port Number")]
        pub port: u16,
        /// Connections that are open.
        #[counter(Connections, PERF_COUNTER_RAWCOUNT, unit = "Connections", perf_default)]
        pub connections: u32,
        /// What the server last said of the port.
        #[text(State, display = "Last State", perf_default)]
        pub state: String,
        /// Who connected last; nobody has, as long as no connection was there.
        #[text(LastPeer)]
        pub last_peer: Option<&'static str>,
    }
}

/// How the states are written: which of them the ports are in.
static STATE: AtomicUsize = AtomicUsize::new(0);
const STATES: [&str; 3] = ["listening", "", "refusing connections, for there are more than it can serve; "];

/// Three ports of two hosts; of port 25 there are two.
#[derive(Default)]
pub struct Server {
    ports: Vec<Port>,
}

impl Source for Server {
    fn sample(&mut self, _: Wanted) -> Result<Timestamps> {
        if self.ports.is_empty() {
            for (host, port) in [("mail", 25), ("mail", 993), ("Web", 25)] {
                self.ports.push(Port { host, port, ..Port::default() });
            }
        }
        for port in &mut self.ports {
            port.connections = port.port.into();
            port.last_peer = (port.port == 993).then_some("\u{3b2}eta");
            port.state.clear();
            for _ in 0..10 {
                port.state.push_str(STATES[STATE.load(Ordering::Relaxed) % STATES.len()]);
            }
        }
        Ok(Timestamps::now())
    }
}

impl Instances<Port> for Server {
    fn for_each(&self, visit: &mut Visit<'_, Port>) {
        for port in &self.ports {
            visit(Instance::of_row(), port);
        }
    }

    fn why_missing(&self, _: &Port, property: &str) -> Option<Reason> {
        (property == "LastPeer").then_some(Reason::Denied)
    }
}

hiperf_provider::provider! {
    /// A server.
    pub struct Ports {
        name: "ExamplePorts",
        host: "57C5F4B7-8E0C-4C69-B6B2-1D3B2B6F5D01",
        client: "57C5F4B7-8E0C-4C69-B6B2-1D3B2B6F5D02",
        source: Server,
        classes: [Port],
    }
}

const RAW: &str = "Example_PerfRawData_Port";
const FORMATTED: &str = "Example_PerfFormattedData_Port";

fn namespace() -> Namespace {
    Ports::register();
    let namespace = Namespace::connect("root\\cimv2").unwrap();
    namespace.compile_mof("ports", Ports::MOF).unwrap();
    namespace
}

fn read(refresher: &Refresher, id: EnumId, properties: &[&str]) -> Vec<Vec<Value>> {
    let instances = refresher.instances(id).unwrap();
    instances.map(|one| properties.iter().map(|name| one.get(name).unwrap()).collect()).collect()
}

fn text(text: &str) -> Value {
    Value::String(text.to_owned())
}

#[test]
fn what_is_declared() {
    let namespace = namespace();
    for class in [RAW, FORMATTED] {
        let class = namespace.class(class).unwrap();
        let keys: Vec<_> = class.keys().iter().map(|&key| class.properties()[key].name()).collect();
        assert_eq!(keys, ["Host", "Port"]);
        let of = |name: &str, qualifier: &str| {
            class.property(name).unwrap().qualifiers().text(qualifier).map(str::to_owned)
        };
        assert_eq!(of("Port", "DisplayName").as_deref(), Some("Port Number"));
        assert_eq!(of("Port", "Description").as_deref(), Some("Its number."));
        assert_eq!(of("State", "DisplayName").as_deref(), Some("Last State"));
        assert_eq!(class.property("Port").unwrap().ty(), hiperf_cim::CimType::Uint16.into());
    }
}

#[test]
fn instances_by_their_keys() {
    let namespace = namespace();
    let mut refresher = Refresher::new();
    let ids = [RAW, FORMATTED].map(|class| refresher.add_enum(&namespace, class).unwrap());
    let one = refresher.add_object(&namespace, &format!("{RAW}.Port=25,Host=\"WEB\"")).unwrap();
    assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
    for id in ids {
        let all = read(&refresher, id, &["Host", "Port", "Connections", "LastPeer"]);
        let row = |host, port: u16, peer: Value| {
            vec![text(host), Value::Uint16(port), Value::Uint32(port.into()), peer]
        };
        let rows =
            [row("mail", 25, Value::Null), row("mail", 993, text("\u{3b2}eta")), row("Web", 25, Value::Null)];
        assert_eq!(all, rows);
        for one in refresher.instances(id).unwrap() {
            let why = one.why(one.class().handle("LastPeer").unwrap()).unwrap();
            assert_eq!(why.is_some(), one.get("LastPeer").unwrap().is_null());
            assert!(why.is_none_or(|why| why == Reason::Denied));
        }
    }
    let one = refresher.object(one).unwrap();
    assert_eq!(one.get("Host").unwrap(), text("WEB"), "as it was asked for");
    assert_eq!(one.get("Connections").unwrap(), Value::Uint32(25));

    let get = |path: &str| namespace.get(&format!("{RAW}.{path}"));
    assert_eq!(get("Host=\"mail\",Port=993").unwrap().get("LastPeer").unwrap(), text("\u{3b2}eta"));
    let error = get("Host=\"mail\",Port=80").unwrap_err();
    assert_eq!(error.status(), Status::WBEM_E_NOT_FOUND);
    assert!(error.message().contains("there is no instance Host=\"mail\",Port=80 of"), "{error}");
}

#[test]
fn texts_that_change_allocate_nothing() {
    let namespace = namespace();
    let mut refresher = Refresher::new();
    let ids = [RAW, FORMATTED].map(|class| refresher.add_enum(&namespace, class).unwrap());
    let mut refresh = |times: usize| {
        for state in 0..times {
            STATE.store(state, Ordering::Relaxed);
            assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
        }
    };
    // The first ones find out how much memory it takes.
    assert!(allocations(|| refresh(120)) > 0, "the counter counts");
    assert_eq!(allocations(|| refresh(300)), 0);
    for id in ids {
        let states = read(&refresher, id, &["State"]);
        assert_eq!(states, vec![vec![text(&STATES[299 % 3].repeat(10))]; 3]);
    }
}

#[test]
fn what_is_not_asked_for() {
    let namespace = namespace();
    let mut refresher = Refresher::new();
    let id = refresher.add_enum_of(&namespace, FORMATTED, &["LastPeer"]).unwrap();
    refresher.refresh().unwrap();
    let all = read(&refresher, id, &["Host", "Connections", "LastPeer", "State"]);
    assert_eq!(all[1], [text("mail"), Value::Null, text("\u{3b2}eta"), Value::Null]);
    for one in refresher.instances(id).unwrap() {
        let state = one.class().handle("State").unwrap();
        assert_eq!(one.why(state), Ok(Some(Reason::NotAsked)));
    }
}
