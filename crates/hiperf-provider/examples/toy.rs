//! A complete provider in a library of its own: the queues of an application.
//!
//! `toy.mof` beside this file defines its classes and registers it. The queues
//! are made up: every sample finds them a little further, and `burst` is there
//! in every other sample only.
#![forbid(unsafe_code)]

use hiperf_provider::{Counter, CounterClass, Guid, Instance, Provider, Result, ServedClass, Source};
use hiperf_provider::{Timestamps, Wanted, served};

/// The COM classes that `toy.mof` names, for a provider host and for a client.
const CLSIDS: [Guid; 2] = [
    Guid::parse("A1C63C9C-8C0B-4B0E-9C41-5D3B8E6F7A01"),
    Guid::parse("A1C63C9C-8C0B-4B0E-9C41-5D3B8E6F7A02"),
];

hiperf_provider::export! { Toy::default: CLSIDS[0], CLSIDS[1]; mof = include_str!("toy.mof") }

/// What one sample says of a queue: one field for each counter.
struct Queue {
    enqueued: u64,
    depth: u32,
    wait_100ns: u64,
}

/// What one refresher reads. An application's own would look at its queues here.
#[derive(Default)]
struct Queues {
    samples: u64,
}

impl Source for Queues {
    fn sample(&mut self, _: Wanted) -> Result<Timestamps> {
        self.samples += 1;
        Ok(Timestamps::now())
    }
}

/// `Example_PerfRawData_Queue`.
struct QueueClass;

impl CounterClass<Queues> for QueueClass {
    type Row = Queue;
    const NAME: &'static str = "Example_PerfRawData_Queue";

    fn counters(&self) -> Vec<Counter<Queue>> {
        vec![
            Counter::new("Enqueued", |queue| Some(queue.enqueued)),
            Counter::new("Depth", |queue| Some(queue.depth.into())),
            Counter::new("WaitTime100ns", |queue| Some(queue.wait_100ns)),
            Counter::new("WaitTime100ns_Base", |queue| Some(queue.enqueued)),
        ]
    }

    fn for_each(&self, queues: &Queues, visit: &mut dyn FnMut(Instance<'_>, &Queue)) {
        let n = queues.samples;
        visit(Instance::named("orders"), &Queue { enqueued: n * 100, depth: 7, wait_100ns: n * 2_000 });
        if n.is_multiple_of(2) {
            // Every burst is another one: it has the name of the last, not its counts.
            let burst = Queue { enqueued: 1_000, depth: 900, wait_100ns: 50_000 };
            visit(Instance::identified("burst", n), &burst);
        }
    }
}

#[derive(Default)]
struct Toy;

impl Provider for Toy {
    type Source = Queues;

    fn open(&self) -> Result<Queues> {
        Ok(Queues::default())
    }

    fn classes(&self) -> Vec<Box<dyn ServedClass<Queues>>> {
        vec![served(QueueClass)]
    }
}
