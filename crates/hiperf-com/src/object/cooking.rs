//! Cooking from object to object: what a lane does with instances, done with
//! the objects they are in.

use hiperf_cim::Status;
use hiperf_cim::cook::{Lane, LaneSample, Left, Pace};

use super::Object;

impl Object {
    /// Takes a sample of this object and writes what it comes to to `target`, an
    /// object of ours. See [`Lane::cook`].
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
        target.inner().check_writable()?;
        self.inner().with(|raw| target.inner().with_mut(|target| lane.cook(raw, sample, target, pace, left)))
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
