//! libhiperf.
