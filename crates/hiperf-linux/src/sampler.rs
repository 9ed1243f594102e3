//! [`Sampler`]: one sample of the machine at one moment, area by area.
//!
//! Every source that is wanted is read once, so that numerator and denominator
//! of a value, and all instances of a class, belong together. What could not be
//! read, or was not wanted, is empty and never what an earlier sample left.
//!
//! A sampler belongs to one reader: it keeps descriptors, which bear the rights
//! of who opened them, and nothing of it is shared or locked.

use std::io;

use hiperf_provider::{ServedClass, Wanted};

use crate::area::{Area, Entry, Moment, Sampled, Units};
use crate::cgroups::Cgroups;
use crate::clock::{Clock, Timestamps};
use crate::disks::Disks;
use crate::kernel_state::KernelState;
use crate::machine::Machine;
use crate::memory::MemoryArea;
use crate::network::Network;
use crate::pressure::Pressure;
use crate::process::Processes;
use crate::property::Sources;
use crate::root::Root;
use crate::sensors::Sensors;

/// What is a part of the sampler.
pub trait InSampler: Sized {
    /// This part, as the sampler has it.
    fn of(sampler: &Sampler) -> &Self;
}

/// The machine and the areas beside it: a field here is all that makes an area
/// part of the sampler and its classes part of the provider. Their order is
/// that of reading.
macro_rules! areas {
    ($machine:ident: $Machine:ty, $($area:ident: $Area:ty,)*) => {
        #[derive(Debug, Default)]
        struct Areas {
            $machine: $Machine,
            $($area: $Area,)*
        }

        /// What a sample is to read, by area.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
        pub struct WantedSources {
            #[doc = concat!("Of [`", stringify!($Machine), "`].")]
            pub $machine: Sources,
            $(#[doc = concat!("Of [`", stringify!($Area), "`].")]
            pub $area: Sources,)*
        }

        impl WantedSources {
            /// Everything there is.
            #[must_use]
            pub const fn all() -> WantedSources {
                WantedSources { $machine: Sources::ALL, $($area: Sources::ALL,)* }
            }

            /// What the wanted counters need. The classes are numbered as in
            /// [`classes`].
            #[must_use]
            pub fn of(wanted: Wanted<'_>) -> WantedSources {
                let mut all = WantedSources::default();
                let mut index = 0;
                let each = [&mut all.$machine, $(&mut all.$area),*];
                for (sources, (_, classes)) in each.into_iter().zip(AREAS) {
                    for class in *classes {
                        *sources |= class.sources(index, wanted);
                        index += 1;
                    }
                }
                all
            }
        }

        /// The areas by name, each with its classes.
        pub const AREAS: &[(&str, &[Entry])] = &[
            (stringify!($machine), <$Machine>::CLASSES),
            $((stringify!($area), <$Area>::CLASSES),)*
        ];

        impl Areas {
            fn sample(&mut self, root: &mut Root, at: Timestamps, units: Units, wanted: &WantedSources) {
                let of_machine = wanted.$machine $(| <$Area>::of_machine(wanted.$area))*;
                self.$machine.sample(root, units, of_machine);
                $(
                    let mut moment = Moment { root: &mut *root, at, units, machine: &self.$machine };
                    self.$area.sample(&mut moment, wanted.$area);
                )*
            }

            fn reanchor(&mut self) {
                self.$machine.reanchor();
                $(self.$area.reanchor();)*
            }
        }

        impl InSampler for $Machine {
            fn of(sampler: &Sampler) -> &$Machine {
                &sampler.areas.$machine
            }
        }

        $(impl InSampler for $Area {
            fn of(sampler: &Sampler) -> &$Area {
                &sampler.areas.$area
            }
        })*
    };
}

areas! {
    machine: Machine,
    memory: MemoryArea,
    kernel_state: KernelState,
    disks: Disks,
    sensors: Sensors,
    process: Processes,
    network: Network,
    pressure: Pressure,
    cgroups: Cgroups,
}

/// The classes of all areas, in the order of [`AREAS`], as the provider serves
/// them.
#[must_use]
pub fn classes() -> Vec<Box<dyn ServedClass<Sampler>>> {
    AREAS.iter().flat_map(|(_, classes)| *classes).map(Entry::served).collect()
}

/// Reads the kernel files beneath a root and keeps what the areas make of them.
#[derive(Debug)]
pub struct Sampler {
    root: Root,
    clock: Clock,
    units: Units,
    areas: Areas,
}

impl Sampler {
    /// A sampler of the running machine.
    ///
    /// # Errors
    /// What the operating system says if `/` cannot be opened.
    pub fn system() -> io::Result<Sampler> {
        Ok(Sampler::new(Root::system()?, Clock::start()))
    }

    /// A sampler of the files beneath `root`, with time stamps from `clock`.
    #[must_use]
    pub fn new(root: Root, clock: Clock) -> Sampler {
        Sampler { root, clock, units: Units::of_this_machine(), areas: Areas::default() }
    }

    /// The same for files of a machine with other units than this one: clock
    /// ticks per second and bytes of a page.
    #[must_use]
    pub fn with_units(mut self, ticks_per_second: u64, page_size_bytes: u64) -> Sampler {
        self.units = Units { ticks_per_second, page_size_bytes };
        self
    }

    /// Reads what is wanted, each source once, and returns the moment of the
    /// sample, taken just before the first read.
    pub fn sample(&mut self, wanted: &WantedSources) -> Timestamps {
        let at = self.clock.now();
        self.sample_at(wanted, at);
        at
    }

    /// Reads what is wanted as a sample of the moment `at`.
    pub fn sample_at(&mut self, wanted: &WantedSources, at: Timestamps) {
        self.root.begin_sample(at);
        self.areas.sample(&mut self.root, at, self.units, wanted);
    }

    /// An area as the last sample left it.
    #[must_use]
    pub fn area<A: Area>(&self) -> &A {
        A::of(self)
    }

    /// Anchors the clock to the time of day anew. Earlier samples must not be
    /// compared with later ones.
    pub fn reanchor(&mut self) {
        self.clock = Clock::start();
        self.areas.reanchor();
    }

    /// The clock that the samples' time stamps are from.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The root that the files are beneath.
    #[must_use]
    pub fn root(&self) -> &Root {
        &self.root
    }

    /// The same, to change what it copies and keeps open.
    pub fn root_mut(&mut self) -> &mut Root {
        &mut self.root
    }
}
