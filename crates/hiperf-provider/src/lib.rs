//! The SDK for authors of high-performance providers.
//!
//! A provider has a [`Source`], which reads what there is to read at one
//! moment; [classes](crate::class!), each declared as the structure of its
//! rows; and for each class [`Instances`], which says what the instances are
//! and what a sample says of each. The rest is here: the MOF, the COM objects,
//! property handles, refreshers, enumerators that follow the instances as they
//! come and go, queries and single objects.
//!
//! ```
//! use hiperf_provider::{Instance, Instances, Result, Source, Timestamps, Visit, Wanted};
//!
//! hiperf_provider::class! {
//!     /// The queues of an application.
//!     #[class(Example_PerfRawData_Queue, display = "Queue", key = "Name of the queue.")]
//!     pub struct Queue {
//!         /// Messages in the queue now.
//!         #[counter(Depth, PERF_COUNTER_LARGE_RAWCOUNT, unit = "Messages", perf_default)]
//!         pub depth: u64,
//!     }
//! }
//!
//! /// What one refresher reads; here two queues that fill by themselves.
//! #[derive(Default)]
//! pub struct Queues { depths: [u64; 2] }
//!
//! impl Source for Queues {
//!     fn sample(&mut self, _: Wanted) -> Result<Timestamps> {
//!         self.depths[0] += 1;
//!         self.depths[1] += 10;
//!         Ok(Timestamps::now())
//!     }
//! }
//!
//! impl Instances<Queue> for Queues {
//!     fn for_each(&self, visit: &mut Visit<'_, Queue>) {
//!         for (name, depth) in ["in", "out"].into_iter().zip(self.depths) {
//!             visit(Instance::named(name), &Queue { depth });
//!         }
//!     }
//! }
//!
//! hiperf_provider::provider! {
//!     /// The queues of an application.
//!     pub struct Example {
//!         name: "Example",
//!         host: "6E3F1C52-5C0B-4F0E-9A0B-0C6F4B1B7A10",
//!         client: "6E3F1C52-5C0B-4F0E-9A0B-0C6F4B1B7A11",
//!         source: Queues,
//!         classes: [Queue],
//!     }
//! }
//! ```
//!
//! A library of its own exports the provider with [`export!`]; a program that
//! contains it calls `Example::register`. Whoever has the MOF of the classes
//! already implements [`Provider`] and [`CounterClass`] by hand; then the two
//! are compared when the provider is initialised.
//!
//! What a provider must not do: change anything of an object outside a
//! refresh. It can't here, because it never holds one.
#![forbid(unsafe_code)]

mod class;
pub mod declaration;
mod export;
mod field;
mod instance;
mod provider;
mod refresher;
pub mod security;
mod text;
mod timestamps;
mod wanted;

pub use class::{Counter, CounterClass, ServedClass, served};
pub use declaration::{CounterValue, Instances, Visit, WithBase};
pub use export::register;
pub use field::Field;
pub use hiperf_cim::cook::CounterType;
pub use hiperf_cim::{Error, Reason, Result, Status};
pub use hiperf_com::Guid;
pub use instance::{Instance, Key, KeyValue};
pub use provider::{Provider, Source};
pub use text::TextValue;
pub use timestamps::Timestamps;
pub use wanted::{Wanted, WantedCounters};

#[doc(hidden)]
pub mod private {
    pub use crate::provider::CounterProvider;
    pub use hiperf_com::{dll_exports, dll_mof};
}
