//! hiperf.
