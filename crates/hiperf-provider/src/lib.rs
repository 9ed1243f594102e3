//! The SDK for authors of high-performance providers.
//!
//! A provider has a [`Source`], which reads what there is to read at one
//! moment, and for each of its classes a [`CounterClass`], which says what the
//! instances are and how a sample becomes the values of their properties. The
//! rest is here: the COM objects, property handles, refreshers, enumerators
//! that follow the instances as they come and go, queries and single objects.
//!
//! ```
//! use hiperf_provider::{Counter, CounterClass, Instance, Provider, Result, Source, Timestamps, Wanted};
//! use hiperf_provider::{ServedClass, served};
//!
//! /// What one refresher reads; here two queues that fill by themselves.
//! #[derive(Default)]
//! struct Queues { depths: [u64; 2] }
//!
//! impl Source for Queues {
//!     fn sample(&mut self, _: Wanted) -> Result<Timestamps> {
//!         self.depths[0] += 1;
//!         self.depths[1] += 10;
//!         Ok(Timestamps::now())
//!     }
//! }
//!
//! /// class Example_PerfRawData_Queues : Win32_PerfRawData
//! struct QueueClass;
//!
//! impl CounterClass<Queues> for QueueClass {
//!     type Row = u64;
//!     const NAME: &'static str = "Example_PerfRawData_Queues";
//!
//!     fn counters(&self) -> Vec<Counter<u64>> {
//!         vec![Counter::new("Depth", |depth| Some(*depth))]
//!     }
//!
//!     fn for_each(&self, queues: &Queues, visit: &mut dyn FnMut(Instance<'_>, &u64)) {
//!         for (name, depth) in ["in", "out"].into_iter().zip(&queues.depths) {
//!             visit(Instance::named(name), depth);
//!         }
//!     }
//! }
//!
//! #[derive(Default)]
//! struct Example;
//!
//! impl Provider for Example {
//!     type Source = Queues;
//!     fn open(&self) -> Result<Queues> { Ok(Queues::default()) }
//!     fn classes(&self) -> Vec<Box<dyn ServedClass<Queues>>> { vec![served(QueueClass)] }
//! }
//! ```
//!
//! A library of its own exports the provider with [`export!`]; a program that
//! contains it calls [`register`].
//!
//! What a provider must not do: change anything of an object outside a
//! refresh. It can't here, because it never holds one.
#![forbid(unsafe_code)]

mod class;
mod export;
mod provider;
mod refresher;
mod timestamps;

pub use class::{Counter, CounterClass, Instance, ServedClass, served};
pub use export::register;
pub use hiperf_cim::{Error, Result, Status};
pub use hiperf_com::Guid;
pub use provider::{Provider, Source, Wanted};
pub use timestamps::Timestamps;

#[doc(hidden)]
pub mod private {
    pub use crate::provider::CounterProvider;
    pub use hiperf_com::dll_exports;
}
