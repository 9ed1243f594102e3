//! [`Random`], the row of `Linux_PerfRawData_OS_KernelRandom`: the random number
//! generator.

use hiperf_provider::Instance;

use crate::area::Class;
use crate::kernel_state::KernelState;
use crate::property::{Property, Sources};

/// How much the generator knows that nobody can guess.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Random {
    /// Bits that can't be guessed.
    pub entropy_bits: Option<u64>,
    /// The most that there can be.
    pub pool_bits: Option<u64>,
}

impl Class for Random {
    type Area = KernelState;
    type Row = Random;
    const NAME: &'static str = "Linux_PerfRawData_OS_KernelRandom";
    const INSTANCES: Sources = Sources::NONE;
    const PROPERTIES: &'static [Property<Random>] = &[
        Property::new("EntropyBits", KernelState::ENTROPY, |random| random.entropy_bits),
        Property::new("PoolBits", KernelState::POOL_SIZE, |random| random.pool_bits),
    ];

    fn for_each(kernel: &KernelState, visit: &mut dyn FnMut(Instance<'_>, &Random)) {
        visit(Instance::singleton(), &kernel.random());
    }
}
