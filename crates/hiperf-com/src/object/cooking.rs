//! Cooking from object to object: what a lane does with instances, done with
//! the objects they are in.
//!
//! The lane's loops take two values at once with what every x86-64 processor has,
//! and four with AVX2, so they are compiled for both. It is one code, and its
//! results are the same: no operation is fused, reordered or rounded otherwise.

use hiperf_cim::cook::{Lane, LaneSample, Left, Pace};
use hiperf_cim::{Instance, Status};

use super::Object;

impl Object {
    /// Takes a sample of this object and writes what it comes to to `target`, an
    /// instance of ours. See [`Lane::cook`].
    ///
    /// # Errors
    /// `WBEM_E_INVALID_CLASS`: one of the two is of another class;
    /// `WBEM_E_INVALID_OBJECT`: they are the same object.
    #[inline]
    pub fn cook(
        &self,
        lane: &Lane,
        sample: &mut LaneSample,
        target: &Object,
        pace: &mut Pace,
        left: &mut Vec<Left>,
    ) -> Result<(), Status> {
        if self.object == target.object {
            return Err(Status::WBEM_E_INVALID_OBJECT);
        }
        self.inner().with(|raw| target.inner().with_mut(|target| cook(lane, raw, sample, target, pace, left)))
    }

    /// Takes a sample of this object for a target that is a stranger's. See
    /// [`Lane::cook_singly`].
    ///
    /// # Errors
    /// `WBEM_E_INVALID_CLASS`: it is of another class.
    pub fn cook_singly(
        &self,
        lane: &Lane,
        sample: &mut LaneSample,
        left: &mut Vec<Left>,
    ) -> Result<(), Status> {
        self.inner().with(|raw| lane.cook_singly(raw, sample, left))
    }
}

/// [`Lane::cook`], by the widest registers that it is compiled for.
#[inline(always)]
fn cook(
    lane: &Lane,
    raw: &Instance,
    sample: &mut LaneSample,
    target: &mut Instance,
    pace: &mut Pace,
    left: &mut Vec<Left>,
) -> Result<(), Status> {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has what the function is compiled for; of its
        // parameters it asks nothing more than their types say.
        return unsafe { cook_by_fours(lane, raw, sample, target, pace, left) };
    }
    lane.cook(raw, sample, target, pace, left)
}

/// [`Lane::cook`], compiled for processors that have AVX2.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn cook_by_fours(
    lane: &Lane,
    raw: &Instance,
    sample: &mut LaneSample,
    target: &mut Instance,
    pace: &mut Pace,
    left: &mut Vec<Left>,
) -> Result<(), Status> {
    lane.cook(raw, sample, target, pace, left)
}
