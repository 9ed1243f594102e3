//! A complete provider: an application's queues and its workers, who come and go.
#![forbid(unsafe_code)]

use hiperf_provider::{Instance, Instances, Result, Source, Timestamps, Visit, Wanted, WithBase};

hiperf_provider::class! {
    /// The queues of an application, as they count.
    #[class(Example_PerfRawData_SampleQueue, display = "Queue", key = "Name of the queue.", perf_default)]
    struct Queue {
        /// Messages that came.
        #[counter(EnqueuedPersec, PERF_COUNTER_BULK_COUNT, display = "Enqueued/sec", unit = "Messages", perf_default)]
        enqueued: u64,
        /// Mean time that a message waited.
        #[counter(WaitTime100ns, PERF_AVERAGE_BULK, display = "Average Wait", unit = "100 nanoseconds", perf_default)]
        wait_100ns: WithBase<u64>,
    }
}

hiperf_provider::class! {
    /// The workers of an application: one instance for each that is there now.
    #[class(Example_PerfRawData_SampleWorker, display = "Worker", key = "Name of the worker.")]
    struct Worker {
        /// Jobs that the worker has before it; none are known while it starts.
        #[counter(Backlog, PERF_COUNTER_RAWCOUNT, unit = "Jobs", perf_default)]
        backlog: Option<u32>,
    }
}

/// What one refresher reads. An application's own would look at its queues and workers here.
#[derive(Default)]
pub struct Application {
    samples: u64,
}

impl Source for Application {
    fn sample(&mut self, _: Wanted) -> Result<Timestamps> {
        self.samples += 1;
        Ok(Timestamps::now())
    }
}

impl Instances<Queue> for Application {
    fn for_each(&self, visit: &mut Visit<'_, Queue>) {
        let (value, base) = (self.samples * 2_000, self.samples * 100);
        visit(Instance::named("orders"), &Queue { enqueued: base, wait_100ns: WithBase { value, base } });
    }
}

impl Instances<Worker> for Application {
    fn for_each(&self, visit: &mut Visit<'_, Worker>) {
        // Every fourth sample another one is hired: it has the name of the last, not its counts.
        let hired = self.samples / 4;
        visit(Instance::identified("worker", hired), &Worker { backlog: (hired > 0).then_some(7) });
    }
}

hiperf_provider::provider! {
    /// An application that is made up.
    pub struct Sample {
        name: "ExampleSample",
        host: "57C5F4B7-8E0C-4C69-B6B2-1D3B2B6F5C01",
        client: "57C5F4B7-8E0C-4C69-B6B2-1D3B2B6F5C02",
        source: Application,
        classes: [Queue, Worker],
    }
}

hiperf_provider::export!(Sample);
