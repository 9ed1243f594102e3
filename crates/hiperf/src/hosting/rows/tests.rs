//! What a host may write to the shared memory, true and false.

use std::sync::atomic::Ordering;

use hiperf_cim::{CimType, ClassDraft, QualifierOwner, Value};
use hiperf_cim::{Flavor, Qualifier, Reason};

use super::super::protocol::area::{extent, pair};
use super::*;

fn class() -> Arc<Class> {
    let mut draft = ClassDraft::empty();
    draft.set_name("Test").unwrap();
    draft.put_property("Name", CimType::String.into(), None).unwrap();
    let key = Qualifier::new("Key", Value::Boolean(true), Flavor::NONE);
    draft.put_qualifier(QualifierOwner::Property("Name"), key).unwrap();
    draft.put_property("Count", CimType::Uint64.into(), None).unwrap();
    draft.build().unwrap()
}

fn instance(class: &Arc<Class>, name: &str, count: u64) -> Instance {
    let mut instance = Instance::spawn(class);
    instance.put("Name", &Value::String(name.to_owned())).unwrap();
    instance.put("Count", &Value::Uint64(count)).unwrap();
    instance
}

/// The memory of a host that has an object "x" as item 1 and an enumerator as
/// item 2.
struct Host {
    words: Vec<AtomicU64>,
    class: Arc<Class>,
}

/// Where the enumerator's rows begin, and where blocks do.
const ROWS_AT: usize = ITEMS_AT + 4 + 2;
const BLOCKS_AT: usize = 40;
const ROOM: usize = 8;

impl Host {
    fn new() -> Host {
        let host = Host { words: (0..128).map(|_| AtomicU64::new(0)).collect(), class: class() };
        host.set(2, 2);
        host.set(ITEMS_AT, pair(1, 0));
        host.set(ITEMS_AT + 1, pair(7, 1));
        host.set(ITEMS_AT + 2, pair(2, 0));
        host.publish(&[(1, "a"), (2, "b")], 1);
        host
    }

    fn set(&self, at: usize, word: u64) {
        self.words[at].store(word, Ordering::Relaxed);
    }

    /// Writes everything anew, as of this refresh.
    fn publish(&self, instances: &[(i32, &str)], refresh: u32) {
        self.set(0, u64::from(refresh));
        self.set(
            ITEMS_AT + 3,
            pair(u32::try_from(ROWS_AT).unwrap(), u32::try_from(instances.len()).unwrap()),
        );
        self.row(ITEMS_AT + 4, 0, (0, "x"), refresh);
        for (index, one) in instances.iter().enumerate() {
            self.row(ROWS_AT + index * 2, index + 1, *one, refresh);
        }
    }

    fn row(&self, at: usize, place: usize, (id, name): (i32, &str), refresh: u32) {
        let object = Object::new(instance(&self.class, name, refresh.into()));
        let place = BLOCKS_AT + place * ROOM;
        assert!(object.block_len() <= ROOM * 8);
        assert!(object.store_block(&self.words[place..]).is_some());
        self.set(at, pair(id.cast_unsigned(), refresh));
        let length = u32::try_from(object.block_len()).unwrap();
        self.set(at + 1, pair(u32::try_from(place).unwrap(), length));
    }
}

/// The client's side of the same.
struct Client {
    items: Vec<Item>,
    generation: Option<u64>,
    object: Object,
    list: Arc<ObjectList>,
}

impl Client {
    fn new(class: &Arc<Class>) -> Client {
        let list = ObjectList::new(class.clone());
        let object = Object::new(instance(class, "x", 0));
        let nothing_to_send = (Bytes::default(), Bytes::default());
        let first = Item::object((1, 1), nothing_to_send, object.clone(), None);
        let second = Item::enumerator((2, 2), Bytes::default(), list.clone(), None);
        Client { items: vec![first, second], generation: None, object, list }
    }

    fn follow(&mut self, host: &Host) -> Result<(), Lie> {
        follow(&mut self.items, &host.words, &mut self.generation)
    }

    /// The enumerator's instances.
    fn listed(&self) -> Vec<(i32, Value, Value)> {
        let mut listed = Vec::new();
        self.list.for_each(|id, one| listed.push((id, one.get("Name").unwrap(), one.get("Count").unwrap())));
        listed
    }
}

/// The versions of a row whose tail is another one.
const OTHER_TAIL: u32 = 1 << 16;

fn row(id: i32, name: &str, count: u64) -> (i32, Value, Value) {
    (id, Value::String(name.to_owned()), Value::Uint64(count))
}

#[test]
fn rows_follow() {
    let host = Host::new();
    let mut client = Client::new(&host.class);
    client.follow(&host).unwrap();
    assert_eq!(client.object.get("Count").unwrap(), Value::Uint64(1));
    assert_eq!(client.listed(), [row(1, "a", 1), row(2, "b", 1)]);
    // New values in the same places, and only where the row says so.
    let version = client.list.version();
    host.row(ROWS_AT, 1, (1, "a"), 2);
    client.follow(&host).unwrap();
    assert_eq!(client.listed(), [row(1, "a", 2), row(2, "b", 1)]);
    assert_eq!(client.list.version(), version, "the instances are the same");
    // Instances come, go and move; their objects stay theirs.
    let mut kept = None;
    client.list.for_each(|id, object| kept = (id == 2).then(|| object.clone()).or(kept.take()));
    host.publish(&[(2, "b"), (3, "c"), (1, "other")], 3);
    client.follow(&host).unwrap();
    assert_eq!(client.listed(), [row(2, "b", 3), row(3, "c", 3), row(1, "other", 3)]);
    assert_eq!(kept.unwrap().get("Count").unwrap(), Value::Uint64(3));
    host.publish(&[], 4);
    client.follow(&host).unwrap();
    assert_eq!(client.listed(), []);
}

#[test]
fn a_tail_is_taken_when_the_row_says_so() {
    let host = Host::new();
    let mut client = Client::new(&host.class);
    client.follow(&host).unwrap();
    // What lies in the tail is not looked at, however wrong it is.
    host.row(ROWS_AT, 1, (1, "b"), 2);
    client.follow(&host).unwrap();
    assert_eq!(client.listed(), [row(1, "a", 2), row(2, "b", 1)]);
    host.row(ROWS_AT, 1, (1, "b"), 3);
    host.words[BLOCKS_AT + ROOM + 1].fetch_or(0xFFFF_FF00_0000_0000, Ordering::Relaxed);
    client.follow(&host).unwrap();
    assert_eq!(client.listed(), [row(1, "a", 3), row(2, "b", 1)]);
    // Said with the same length, and with another one.
    host.row(ROWS_AT, 1, (1, "b"), OTHER_TAIL);
    client.follow(&host).unwrap();
    assert_eq!(client.listed(), [row(1, "b", OTHER_TAIL.into()), row(2, "b", 1)]);
    host.row(ROWS_AT, 1, (1, "longer"), OTHER_TAIL + 1);
    client.follow(&host).unwrap();
    assert_eq!(client.listed(), [row(1, "longer", (OTHER_TAIL + 1).into()), row(2, "b", 1)]);
}

#[test]
fn reasons_cross_and_a_lie_about_one_says_nothing() {
    let host = Host::new();
    let mut client = Client::new(&host.class);
    client.follow(&host).unwrap();
    let handle = host.class.handle("Count").unwrap();
    let mut missing = instance(&host.class, "a", 1);
    missing.write_missing(handle, Reason::Denied).unwrap();
    let missing = Object::new(missing);
    let at = ROWS_AT;
    let place = BLOCKS_AT + ROOM;
    let len = u32::try_from(missing.block_len()).unwrap();
    let behind = place + missing.block_len().div_ceil(8);
    let show = |version: u32, has_reasons: bool| {
        host.set(at, pair(1, version));
        host.set(at + 1, pair(u32::try_from(place).unwrap(), extent(len, has_reasons)));
    };
    let mut why = |what: &str, expected: Option<Reason>| {
        client.follow(&host).unwrap();
        let mut said = None;
        client.list.for_each(|id, one| {
            if id == 1 {
                assert!(one.get("Count").unwrap().is_null(), "{what}");
                said = one.why(handle).unwrap();
            }
        });
        assert_eq!(said, expected, "{what}");
    };
    assert_eq!(missing.store_block(&host.words[place..]), Some(Change::Values));
    assert_eq!(missing.store_reasons(&host.words[behind..]), Some(true));
    assert_eq!(missing.store_reasons(&host.words[behind..]), Some(false));
    show(2, true);
    why("as it was said", Some(Reason::Denied));
    host.set(behind, u64::MAX);
    show(3, true);
    why("an unknown number", None);
    host.set(behind, u64::from_ne_bytes([Reason::Gone.code(); 8]));
    show(4, true);
    why("also of what has a value", Some(Reason::Gone));
    show(5, false);
    why("taken back", None);
    // The block ends with the memory, and reasons are said to follow.
    let last = host.words.len() - missing.block_len().div_ceil(8);
    assert_eq!(missing.store_block(&host.words[last..]), Some(Change::Tail));
    host.set(at, pair(1, 6));
    host.set(at + 1, pair(u32::try_from(last).unwrap(), extent(len, true)));
    why("beyond the memory", None);
}

#[test]
fn the_same_id_with_another_key_is_another_instance() {
    let host = Host::new();
    let mut client = Client::new(&host.class);
    client.follow(&host).unwrap();
    let mut first = None;
    client.list.for_each(|id, object| first = (id == 1).then(|| object.clone()).or(first.take()));
    host.publish(&[(1, "namesake"), (2, "b")], 2);
    client.follow(&host).unwrap();
    assert_eq!(client.listed(), [row(1, "namesake", 2), row(2, "b", 2)]);
    assert_eq!(first.unwrap().get("Name").unwrap(), Value::String("a".to_owned()));
}

#[test]
fn lies_are_noticed() {
    let check = |lie: &dyn Fn(&Host), says: &str| {
        let host = Host::new();
        let mut client = Client::new(&host.class);
        client.follow(&host).unwrap();
        // Beside the lie, and before it, there are new values.
        host.row(ITEMS_AT + 4, 0, (0, "x"), 2);
        lie(&host);
        let answer = client.follow(&host);
        assert!(answer.is_err_and(|said| said.contains(says)), "{says}: {answer:?}");
        assert_eq!(client.object.get("Count").unwrap(), Value::Uint64(1), "{says}: half a refresh");
        assert_eq!(client.listed(), [row(1, "a", 1), row(2, "b", 1)], "{says}: half a refresh");
    };
    let anew = |host: &Host| host.set(0, 99);
    let far = u32::MAX;
    // In a row of a warm refresh.
    check(&|host| host.set(ROWS_AT, pair(7, 2)), "another id");
    check(&|host| host.set(ROWS_AT + 1, pair(far, 40)), "outside");
    check(&|host| host.set(ROWS_AT + 1, pair(127, 40)), "none of its class");
    check(&|host| host.set(ROWS_AT + 1, pair(40, far)), "more instances");
    check(&|host| host.set(ROWS_AT + 1, pair(40, 1)), "none of its class");
    // In a block: the name's place in the tail.
    let garbage = |host: &Host| {
        host.set(BLOCKS_AT + ROOM, 0xEEEE_EEEE_EEEE_EE00);
        host.set(ROWS_AT, pair(1, OTHER_TAIL));
    };
    check(&garbage, "none of its class");
    // The same in the last row, behind one that is right.
    let behind = |host: &Host| {
        host.row(ROWS_AT, 1, (1, "a"), 2);
        host.set(BLOCKS_AT + 2 * ROOM, 0xEEEE_EEEE_EEEE_EE00);
        host.set(ROWS_AT + 2, pair(2, OTHER_TAIL));
    };
    check(&behind, "none of its class");
    check(
        &|host: &Host| {
            behind(host);
            host.set(0, 99);
        },
        "none of its class",
    );
    // In the layout.
    let changed = |at: usize, word: u64| {
        move |host: &Host| {
            host.set(at, word);
            anew(host);
        }
    };
    check(&changed(2, u64::MAX), "more items");
    check(&changed(2, 3), "more items");
    check(&changed(2, 1), "missing");
    check(&changed(ITEMS_AT + 1, pair(7, 2)), "not one");
    check(&changed(ITEMS_AT + 3, pair(9, far)), "more instances");
    check(&changed(ITEMS_AT + 3, pair(far, 2)), "more instances");
    check(&changed(ROWS_AT + 2, pair(1, 1)), "same id");
    // Many instances whose block is the same.
    let shared = |host: &Host| {
        host.set(ITEMS_AT + 3, pair(60, 33));
        let block = host.words[ROWS_AT + 1].load(Ordering::Relaxed);
        for index in 0..33 {
            host.set(60 + index * 2, pair(u32::try_from(index).unwrap() + 1, 1));
            host.set(60 + index * 2 + 1, block);
        }
        anew(host);
    };
    check(&shared, "more instances");
    // Blocks that are larger than all the memory together, each in its own time.
    let large = |host: &Host| {
        let long = "x".repeat(500);
        let object = Object::new(instance(&host.class, &long, 1));
        let (place, length) = (50, u32::try_from(object.block_len()).unwrap());
        assert!(object.store_block(&host.words[place..]).is_some());
        for index in 0..2 {
            host.set(ROWS_AT + index * 2, pair(u32::try_from(index).unwrap() + 1, 2));
            host.set(ROWS_AT + index * 2 + 1, pair(50, length));
        }
    };
    check(&large, "more instances");
}
