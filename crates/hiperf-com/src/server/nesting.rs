//! What may be nested in a client's refresher: any `IWbemRefresher`, but no
//! cycle, and not without end.
//!
//! Of refreshers of ours the whole tree is known. Whoever adds one holds his
//! own lock and takes that of each refresher below, one after the other, so of
//! two threads that would close a cycle together at least one finds the other
//! inside. A stranger's refresher is opaque: should it lead back to its parent,
//! the parent is busy when it is asked again, and the refresh is partial.
//!
//! Depth is bounded, because a refresh and the last release go down the tree by
//! recursion; so is the number of refreshers below one.
//!
//! Source: lifecycle.md section 8. `WBEM_E_CIRCULAR_REFERENCE` is documented
//! as "attempt was made to create a circular reference".

use hiperf_cim::{Error, Result, Status};

use super::refresher::{ClientRefresher, RefresherObject};
use crate::{ComPtr, IWbemRefresher, downcast};

/// Levels of refreshers below one that nobody nests. People nest one.
pub(super) const MAX_DEPTH: u32 = 32;
/// Refreshers that are nested at once, each counted as often as it would be
/// refreshed.
const MAX_BELOW: usize = 4096;

/// Checks that `child` may be nested in `parent`, whose lock is held, and
/// counts the levels above everything below it anew.
///
/// # Errors
/// * `WBEM_E_CIRCULAR_REFERENCE`: the parent is the child or below it.
/// * `WBEM_E_REFRESHER_BUSY`: a thread is in one of those below.
/// * `WBEM_E_QUOTA_VIOLATION`: they would be nested too deep, or too many.
pub(super) fn admit<R: ClientRefresher>(
    parent: &RefresherObject<R>,
    child: &ComPtr<IWbemRefresher>,
) -> Result<()> {
    let mut found = Vec::new();
    descend(parent, child, parent.depth() + 1, &mut found)?;
    for (refresher, depth) in &found {
        if let Some(own) = downcast::<RefresherObject<R>>(refresher.as_unknown()) {
            own.raise_depth(*depth);
        }
    }
    Ok(())
}

fn descend<R: ClientRefresher>(
    parent: &RefresherObject<R>,
    at: &ComPtr<IWbemRefresher>,
    depth: u32,
    found: &mut Vec<(ComPtr<IWbemRefresher>, u32)>,
) -> Result<()> {
    if depth > MAX_DEPTH || found.len() >= MAX_BELOW {
        let message = format!(
            "refreshers may be nested {MAX_DEPTH} levels deep and {MAX_BELOW} at once; \
             add the objects to fewer refreshers"
        );
        return Err(Error::new(Status::WBEM_E_QUOTA_VIOLATION, message));
    }
    if let Some(own) = downcast::<RefresherObject<R>>(at.as_unknown()) {
        if std::ptr::eq(own, parent) {
            let message = "the refresher to be nested is its own parent, or has it below itself";
            return Err(Error::new(Status::WBEM_E_CIRCULAR_REFERENCE, message));
        }
        for child in own.enter()?.nested() {
            descend(parent, &child, depth + 1, found)?;
        }
    }
    found.push((at.clone(), depth));
    Ok(())
}
