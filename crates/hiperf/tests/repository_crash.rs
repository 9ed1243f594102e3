//! Writers that are killed at any moment, writers beside each other, and
//! readers of another user beside them.
//!
//! The test binary runs itself as the writer or the reader: what the variable
//! below says. A writer writes a line on its standard output for each
//! transaction after it was acknowledged. A transaction makes three objects,
//! a class and two instances, or one instance; nobody may ever see one of three.

mod scratch;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use hiperf::{Namespace, Repository, Value};
use hiperf_cim::Instance;
use scratch::{Scratch, assert_whole, compile, try_compile};

const ROLE: &str = "HIPERF_TEST_ROLE";
const BASE: &str = "class Half { [Key] string Writer; [Key] uint32 N; [Key] string Side; string Text; };";

/// Kills in all, and after how many of them a new repository is used.
const KILLS: usize = 500;
const KILLS_PER_REPOSITORY: usize = 50;

/// This test does what the variable says, and nothing without it.
#[test]
fn play_role() {
    let Ok(role) = std::env::var(ROLE) else { return };
    let fields: Vec<&str> = role.split('|').collect();
    match fields[..] {
        ["write", directory, writer, count] => write(directory, writer, count.parse().unwrap()),
        ["read", directory] => read(directory),
        _ => panic!("{role}"),
    }
}

fn play(role: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "play_role", "--nocapture"]).env(ROLE, role);
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    command
}

fn write(directory: &str, writer: &str, count: u32) {
    let repository = Repository::at(directory);
    for n in 0..count {
        if n % 3 == 2 {
            let namespace = repository.connect("root\\default").unwrap();
            let mut whole = Instance::spawn(&namespace.class("Half").unwrap());
            whole.put("Writer", &Value::String(writer.into())).unwrap();
            whole.put("N", &Value::Uint32(n)).unwrap();
            whole.put("Side", &Value::String("whole".into())).unwrap();
            namespace.put_instance(&whole, 0).unwrap();
        } else {
            let half = |side| {
                let text = "x".repeat((n as usize * 37) % 3000);
                format!(
                    "instance of Half {{ Writer = \"{writer}\"; N = {n}; Side = \"{side}\"; Text = \"{text}\"; }};"
                )
            };
            let text = format!("class C_{writer}_{n} {{ uint8 X; }}; {} {}", half("left"), half("right"));
            compile(&repository, &text);
        }
        println!("\nack {writer} {n}");
    }
}

/// What is visible: for each writer the transactions, whole.
#[track_caller]
fn visible(namespace: &Namespace) -> BTreeMap<String, BTreeSet<u32>> {
    let mut sides: BTreeMap<(String, u32), BTreeSet<String>> = BTreeMap::new();
    for instance in namespace.static_instances("Half").unwrap() {
        let text = |name| instance.get(name).unwrap().to_string();
        let n = instance.get("N").unwrap().as_integer().unwrap().try_into().unwrap();
        sides.entry((text("Writer"), n)).or_default().insert(text("Side"));
    }
    let classes: BTreeSet<String> =
        namespace.class_names().into_iter().filter(|name| name.starts_with("C_")).collect();
    let mut all: BTreeMap<String, BTreeSet<u32>> = BTreeMap::new();
    let mut class_count = 0;
    for ((writer, n), sides) in sides {
        let is_whole = match n % 3 {
            2 => sides.contains("whole") && sides.len() == 1,
            _ => sides.contains("left") && sides.contains("right") && sides.len() == 2,
        };
        assert!(is_whole, "half a transaction: {writer} {n}: {sides:?}");
        if n % 3 != 2 {
            class_count += 1;
            assert!(classes.contains(&format!("C_{writer}_{n}")), "no class for {writer} {n}");
        }
        all.entry(writer).or_default().insert(n);
    }
    assert_eq!(classes.len(), class_count, "a class without its instances");
    all
}

/// Reads the lines of a writer until it ends, or until `until` says so, and
/// kills it then; returns what was acknowledged.
fn acknowledged(mut child: Child, kill_after: Option<Duration>) -> BTreeSet<(String, u32)> {
    let output = BufReader::new(child.stdout.take().unwrap());
    let lines = std::thread::spawn(move || {
        output
            .lines()
            .map_while(Result::ok)
            .filter_map(|line| {
                let (writer, n) = line.strip_prefix("ack ")?.split_once(' ')?;
                Some((writer.to_owned(), n.parse().ok()?))
            })
            .collect()
    });
    match kill_after {
        Some(after) => {
            std::thread::sleep(after);
            child.kill().unwrap();
            child.wait().unwrap();
        }
        None => assert!(child.wait().unwrap().success()),
    }
    lines.join().unwrap()
}

#[track_caller]
fn assert_holds(repository: &Repository, acknowledged: &BTreeSet<(String, u32)>) {
    let seen = visible(&repository.connect("root\\default").unwrap());
    for (writer, n) in acknowledged {
        assert!(
            seen.get(writer).is_some_and(|seen| seen.contains(n)),
            "{writer} {n} was acknowledged and is gone"
        );
    }
}

#[test]
fn a_killed_writer_loses_nothing_and_leaves_no_half() {
    // A generator that is the same in each run; the moments are not, because
    // the machine isn't.
    let mut random = 0x2545_F491_4F6C_DD1D_u64;
    let (mut kills, mut survived) = (0, 0);
    while kills < KILLS {
        let scratch = Scratch::new("kill");
        let mut all = BTreeSet::new();
        compile(&scratch.repository(), BASE);
        for round in 0..KILLS_PER_REPOSITORY {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            // One writer, or up to three that wait for each other when they are killed.
            let writers = 1 + random % 3;
            let start = |n| {
                let role = format!("write|{}|w{round}x{n}|1000", scratch.path().display());
                play(&role).spawn().unwrap()
            };
            let children: Vec<Child> = (0..writers).map(start).collect();
            let after = Duration::from_micros(3_000 + random % 30_000);
            let threads: Vec<_> = children
                .into_iter()
                .map(|child| std::thread::spawn(move || acknowledged(child, Some(after))))
                .collect();
            for thread in threads {
                all.extend(thread.join().unwrap());
                kills += 1;
            }
            // A reader sees it at once, without anything being put right first.
            let repository = scratch.repository();
            assert_holds(&repository, &all);
            assert_whole(&repository);
            survived += usize::from(!repository.verify().unwrap().leftovers.is_empty());
            // The next writer clears away what was left.
            compile(&repository, &format!("class Round{round} {{ uint8 X; }};"));
            assert_eq!(repository.verify().unwrap().leftovers, Vec::<String>::new());
            assert_holds(&repository, &all);
        }
        println!(
            "{kills} kills, {} transactions acknowledged, {survived} times something was left",
            all.len()
        );
        let before = scratch.repository().export().unwrap();
        assert_eq!(scratch.repository().rebuild().unwrap().lost, Vec::<String>::new());
        assert_eq!(scratch.repository().export().unwrap(), before);
        assert_whole(&scratch.repository());
    }
}

#[test]
fn writers_beside_each_other() {
    let scratch = Scratch::new("beside");
    compile(&scratch.repository(), BASE);
    let start = |n| play(&format!("write|{}|w{n}|30", scratch.path().display())).spawn().unwrap();
    let children: Vec<Child> = (0..3).map(start).collect();
    let threads: Vec<_> =
        children.into_iter().map(|child| std::thread::spawn(move || acknowledged(child, None))).collect();
    let all: BTreeSet<_> = threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
    assert_eq!(all.len(), 90);
    assert_holds(&scratch.repository(), &all);
    assert_whole(&scratch.repository());
    assert_eq!(scratch.repository().verify().unwrap().generation, 91);
}

/// Looks again and again, until the last transaction is there.
fn read(directory: &str) {
    let repository = Repository::at(directory);
    let mut before = 0;
    loop {
        let namespace = repository.connect("root\\default").unwrap();
        // Asked first: the refused compile below looks for a newer image.
        let is_last = namespace.class("Last").is_ok();
        let seen: usize = visible(&namespace).values().map(BTreeSet::len).sum();
        assert!(seen >= before, "{seen} transactions after {before}");
        before = seen;
        let refused = try_compile(&repository, "class Mine { uint8 X; };").unwrap_err();
        assert_eq!(refused.status(), hiperf::Status::WBEM_E_ACCESS_DENIED, "{refused}");
        if is_last {
            return println!("\nack reader {seen}");
        }
    }
}

#[test]
fn readers_of_another_user_neither_wait_nor_disturb() {
    const NOBODY: u32 = 65534;
    if !rustix::process::geteuid().is_root() {
        return scratch::skip("only root can start a process of another user");
    }
    let scratch = Scratch::new("readers");
    compile(&scratch.repository(), BASE);
    let mut readers: Vec<Child> = Vec::new();
    for _ in 0..2 {
        match play(&format!("read|{}", scratch.path().display())).uid(NOBODY).gid(NOBODY).spawn() {
            Ok(reader) => readers.push(reader),
            Err(error) => return scratch::skip(&format!("another user can't run this test: {error}")),
        }
    }
    let writer = play(&format!("write|{}|w|60", scratch.path().display())).spawn().unwrap();
    let all = acknowledged(writer, None);
    assert_eq!(all.len(), 60);
    compile(&scratch.repository(), "class Last { uint8 X; };");
    for reader in readers {
        let seen = acknowledged(reader, None);
        assert_eq!(seen, BTreeSet::from([("reader".to_owned(), 60)]));
    }
    assert_whole(&scratch.repository());
}
