//! Several refreshers, and much coming and going.

use std::thread;

use hiperf_com::live_objects;
use hiperf_com::probe::{ProbedProvider, SinkRecord, Wanted, refusals};

use super::super::bench::{Bench, block, path, refresh};

const REFRESHERS: usize = 4;
const REFRESHES: usize = 100;
const ROUNDS: usize = 60;

/// Refreshers beside each other on one thread.
pub fn several(bench: &Bench<'_>) {
    let mut made = Vec::new();
    for _ in 0..REFRESHERS {
        let Some(refresher) = bench.refresher() else { return };
        let (objects, lists) = (bench.objects(&refresher), bench.lists(&refresher));
        made.push((refresher, objects, lists));
    }
    for n in 0..REFRESHERS {
        let before: Vec<Vec<_>> = made
            .iter()
            .map(|(_, objects, _)| objects.iter().map(|one| block(&one.object)).collect())
            .collect();
        bench.refresh(&made[n].0);
        for (m, (_, objects, _)) in made.iter().enumerate().filter(|(m, _)| *m != n) {
            for (one, before) in objects.iter().zip(&before[m]) {
                bench.journal.expect(block(&one.object) == *before, || {
                    format!("Refresh of one refresher writes {} of another one", path(&one.template))
                });
            }
        }
    }
    // Those that are left go on, whoever goes.
    while let Some(gone) = made.pop() {
        bench.journal.doing("the last Release of one of several refreshers");
        drop(gone);
        made.iter().for_each(|(refresher, ..)| {
            bench.refresh(refresher);
        });
    }
}

/// Refreshers on threads of their own, while this one makes others.
pub fn threads(bench: &Bench<'_>) {
    let mut made = Vec::new();
    for _ in 0..REFRESHERS {
        let Some(refresher) = bench.refresher() else { return };
        made.push((bench.objects(&refresher), bench.lists(&refresher), refresher));
    }
    bench
        .journal
        .doing(format!("{REFRESHERS} threads refresh, each its own refresher, while others are made"));
    thread::scope(|scope| {
        let running: Vec<_> = made
            .into_iter()
            .map(|mine| {
                scope.spawn(move || {
                    let mut worst = None;
                    for _ in 0..REFRESHES {
                        let status = refresh(&mine.2);
                        worst = worst.or(status.is_error().then_some(status));
                    }
                    // The last Release comes on this thread too.
                    drop(mine);
                    worst
                })
            })
            .collect();
        while running.iter().any(|thread| !thread.is_finished()) {
            beside(bench, &bench.provider);
        }
        for thread in running {
            match thread.join() {
                Ok(None) => {}
                Ok(Some(status)) => {
                    bench.journal.fail(format!("Refresh on a thread beside others: {status}"))
                }
                Err(_) => bench.journal.fail("a thread that refreshes ended by a panic"),
            }
        }
    });
    bench.journal.expect(refusals::count() == 0, || {
        format!("{} calls were refused; the last one with {}", refusals::count(), refusals::last())
    });
}

/// What another client does in the meantime, without a word to the journal.
fn beside(bench: &Bench<'_>, provider: &ProbedProvider) {
    let services = Some(bench.services());
    for class in bench.classes() {
        provider.query_instances(services, Some(class.name()), Some(&SinkRecord::default()));
    }
    let Ok(refresher) = provider.create_refresher(services) else { return };
    for class in bench.classes() {
        let target = hiperf_com::enumeration::ObjectList::new(class.clone()).for_provider();
        provider.create_enum(services, Some(class.name()), Some(&refresher), Some(&target), Wanted::Both);
    }
    refresh(&refresher);
}

/// Much coming and going in one refresher, and what is left of it.
pub fn churn(bench: &Bench<'_>) {
    let Some(refresher) = bench.refresher() else { return };
    let mut after_warming = None;
    for round in 0..ROUNDS {
        let (objects, lists) = (bench.objects(&refresher), bench.lists(&refresher));
        bench.refresh(&refresher);
        // Some in the order in which they came, some in the other.
        let mut ids: Vec<i32> =
            objects.iter().map(|one| one.id).chain(lists.iter().map(|one| one.id)).collect();
        if round % 2 == 1 {
            ids.reverse();
        }
        for id in ids {
            bench.journal.doing(format!("StopRefreshing of {id}, in round {round}"));
            let status = bench.provider.stop(Some(&refresher), id);
            bench.journal.expect(!status.is_error(), || format!("StopRefreshing of {id}: {status}"));
        }
        drop((objects, lists));
        bench.refresh(&refresher);
        if round == ROUNDS / 2 {
            after_warming = Some(live_objects());
        }
    }
    let (half, whole) = (after_warming.unwrap_or_default(), live_objects());
    // Instances of the machine come and go by themselves; one a round doesn't.
    bench.journal.expect(whole < half + ROUNDS / 2, || {
        format!("{} objects are left of {} rounds of adding and stopping", whole - half, ROUNDS / 2)
    });
}
