//! Who keeps what, for how long.

use hiperf_com::enumeration::ObjectList;
use hiperf_com::probe::{Wanted, references};
use hiperf_com::{ComPtr, IWbemObjectAccess, IWbemRefresher, Interface, live_objects};

use super::super::bench::{Bench, Refreshed, block, initialized, is_left_out, left_beyond, path, refresh};
use super::super::journal::Journal;
use super::super::subject::Subject;

/// So many references more keep what is released too often alive, to be
/// counted.
const CUSHION: usize = 64;

/// References of ours to something that the provider is lent.
struct Lent<I: Interface> {
    pointer: ComPtr<I>,
    _cushion: Vec<ComPtr<I>>,
    before: u32,
}

impl<I: Interface> Lent<I> {
    /// The caller keeps its own pointer as long as this lives.
    fn new(pointer: &ComPtr<I>) -> Lent<I> {
        let _cushion = vec![pointer.clone(); CUSHION];
        let pointer = pointer.clone();
        Lent { before: references(&pointer), _cushion, pointer }
    }

    /// References that somebody added, which is negative after too many releases.
    fn added(&self) -> i64 {
        i64::from(references(&self.pointer)) - i64::from(self.before)
    }
}

impl<I: Interface> Drop for Lent<I> {
    /// What was released too often is made up for, so that a finding isn't
    /// followed by a crash.
    fn drop(&mut self) {
        for _ in self.added()..0 {
            std::mem::forget(self.pointer.clone());
        }
    }
}

/// Counts what is lent around every call, and at the end.
pub fn references_counted(bench: &Bench<'_>) {
    let journal = bench.journal;
    let services = Lent::new(bench.services().as_com());
    let Ok(provider) = initialized(bench.subject, journal) else { return };
    journal
        .expect(services.added() >= 0, || "Initialize releases pNamespace, which it is only lent".to_owned());
    let mine = Bench { provider, ..*bench };
    let bench = &mine;
    if let Some(refresher) = bench.refresher() {
        for class in bench.classes() {
            let target = ObjectList::new(class.clone()).for_provider();
            let target = Lent::new(&target);
            enumerator(bench, &refresher, class.name(), &target);
            if let Some(template) = bench.templates(class).first() {
                let template_lent = Lent::new(template.access());
                object(bench, &refresher, template, &template_lent);
                get_objects(bench, &template_lent);
                journal.expect(template_lent.added() == 0, || {
                    format!(
                        "after all, {} references to a template of {} are left",
                        template_lent.added(),
                        class.name()
                    )
                });
            }
        }
        journal.doing("the last Release of a refresher");
        drop(refresher);
    }
    journal.doing("the last Release of a provider");
    drop(mine);
    let left = services.added();
    journal.expect(left == 0, || {
        format!("after the last Release of the provider, {left:+} references to the namespace are left")
    });
}

fn enumerator(
    bench: &Bench<'_>,
    refresher: &ComPtr<IWbemRefresher>,
    name: &str,
    target: &Lent<hiperf_com::IWbemHiPerfEnum>,
) {
    let journal = bench.journal;
    journal.doing(format!("CreateRefreshableEnum of {name}"));
    let (provider, services) = (&bench.provider, Some(bench.services()));
    let (status, id) =
        provider.create_enum(services, Some(name), Some(refresher), Some(&target.pointer), Wanted::Both);
    if status.is_error() {
        return;
    }
    journal.expect(target.added() >= 1, || {
        format!(
            "CreateRefreshableEnum of {name} keeps pHiPerfEnum without a reference of its own ({:+} after the call)",
            target.added()
        )
    });
    refresh(refresher);
    journal.doing(format!("StopRefreshing of an enumerator of {name}"));
    if !is_left_out(provider.stop(Some(refresher), id)) {
        let left = target.added();
        journal.expect(left == 0, || {
            format!("after StopRefreshing, {left:+} references to the enumerator of {name} are left")
        });
    }
}

fn object(
    bench: &Bench<'_>,
    refresher: &ComPtr<IWbemRefresher>,
    template: &hiperf_com::object::Object,
    lent: &Lent<IWbemObjectAccess>,
) {
    let journal = bench.journal;
    let what = path(template);
    let before = lent.added();
    let Some(Refreshed { template, object, id }) = bench.object(refresher, template) else { return };
    drop(template);
    let mut object = Lent::new(object.access());
    journal.expect(lent.added() >= before, || {
        format!("CreateRefreshableObject of {what} releases pTemplate, which it is only lent")
    });
    refresh(refresher);
    journal.expect(object.added() == 0, || {
        format!("a Refresh adds {:+} references to its object {what}", object.added())
    });
    journal.doing(format!("StopRefreshing of {what}"));
    if !is_left_out(bench.provider.stop(Some(refresher), id)) {
        let left = object.added();
        if journal.expect(left == -1, || {
            format!("StopRefreshing of {what} changes the references to its object by {left:+} instead of -1")
        }) {
            object.before -= 1;
        }
    }
    journal.expect(lent.added() == before, || {
        format!(
            "{:+} references to the template of {what} are left after StopRefreshing",
            lent.added() - before
        )
    });
}

fn get_objects(bench: &Bench<'_>, template: &Lent<IWbemObjectAccess>) {
    bench.journal.doing("GetObjects");
    let before = template.added();
    bench.provider.get_objects(Some(bench.services()), Some(&[Some(template.pointer.clone())]));
    bench.journal.expect(template.added() == before, || {
        format!("GetObjects changes the references to what it is lent by {:+}", template.added() - before)
    });
}

/// What is stopped is let go, and not written any more.
pub fn stop_refreshing(bench: &Bench<'_>) {
    let Some(refresher) = bench.refresher() else { return };
    for one in bench.objects(&refresher) {
        bench.refresh(&refresher);
        let what = path(&one.template);
        bench.journal.doing(format!("StopRefreshing of {what}"));
        let status = bench.provider.stop(Some(&refresher), one.id);
        if is_left_out(status) {
            return bench.journal.warn("the provider has objects, but no StopRefreshing");
        }
        bench.journal.expect(!status.is_error(), || format!("StopRefreshing of {what}: {status}"));
        bench.journal.expect(one.object.is_unshared(), || {
            format!("StopRefreshing of {what} succeeds, but the provider keeps the object")
        });
        let before = block(&one.object);
        bench.refresh(&refresher);
        bench
            .journal
            .expect(block(&one.object) == before, || format!("{what} is still written after StopRefreshing"));
    }
    for list in bench.lists(&refresher) {
        let name = list.list.class().name();
        bench.refresh(&refresher);
        bench.journal.doing(format!("StopRefreshing of an enumerator of {name}"));
        let status = bench.provider.stop(Some(&refresher), list.id);
        bench
            .journal
            .expect(!status.is_error(), || format!("StopRefreshing of an enumerator of {name}: {status}"));
        let left = references(&list.target) - 1;
        bench.journal.expect(left == 0, || {
            format!("StopRefreshing of an enumerator of {name} succeeds, but the provider keeps it")
        });
        bench.refresh(&refresher);
    }
}

/// All orders of releasing four things, with a Refresh in between as long as
/// there is a refresher.
pub fn orders(bench: &Bench<'_>) {
    const NAMES: [&str; 4] = ["the provider", "the refresher", "the objects", "the enumerators"];
    // What the first use of classes and handles keeps is no leak.
    let mut baseline = None;
    for order in permutations() {
        let Ok(provider) = initialized(bench.subject, bench.journal) else { return };
        let mine = Bench { provider, ..*bench };
        let Some(refresher) = mine.refresher() else { return };
        let (objects, lists) = (mine.objects(&refresher), mine.lists(&refresher));
        mine.refresh(&refresher);
        let Bench { provider, .. } = mine;
        let (mut provider, mut refresher) = (Some(provider), Some(refresher));
        let (mut objects, mut lists) = (Some(objects), Some(lists));
        let mut said = Vec::new();
        for which in order {
            said.push(NAMES[which]);
            bench.journal.doing(format!("Release of {}", said.join(", then of ")));
            match which {
                0 => drop(provider.take()),
                1 => drop(refresher.take()),
                2 => drop(objects.take()),
                _ => drop(lists.take()),
            }
            if let Some(refresher) = &refresher {
                bench.journal.doing(format!("Refresh after the Release of {}", said.join(", then of ")));
                let status = refresh(refresher);
                bench.journal.expect(!status.is_error(), || {
                    format!("Refresh after the Release of {}: {status}", said.join(", then of "))
                });
            }
        }
        let more = left_beyond(*baseline.get_or_insert_with(live_objects));
        if more > 0 {
            bench
                .journal
                .fail(format!("{more} objects are left after the Release of {}", said.join(", then of ")));
            return;
        }
    }
}

fn permutations() -> Vec<[usize; 4]> {
    let all = (0..256).map(|n| [n & 3, n >> 2 & 3, n >> 4 & 3, n >> 6]);
    all.filter(|order| (0..4).all(|n| order.contains(&n))).collect()
}

/// DllCanUnloadNow with something in use, and with nothing.
pub fn unload(subject: &Subject, journal: &Journal) {
    let library = &subject.library;
    let ask = |is_idle: bool, when: &str| {
        journal.doing(format!("DllCanUnloadNow {when}"));
        let says_idle = library.can_unload();
        journal.expect(says_idle || !is_idle, || {
            format!("DllCanUnloadNow is missing or doesn't say S_OK {when}, so the library is never unloaded")
        });
        journal.expect(!says_idle || is_idle, || format!("DllCanUnloadNow says S_OK {when}"));
    };
    ask(true, "before anything is made");
    let Ok(bench) = Bench::open(subject, journal) else { return };
    ask(false, "while there is a provider");
    if let Some(refresher) = bench.refresher() {
        let (objects, lists) = (bench.objects(&refresher), bench.lists(&refresher));
        bench.refresh(&refresher);
        drop(bench);
        ask(false, "while there is a refresher");
        drop((objects, lists, refresher));
    }
    ask(true, "after everything is released");
}
