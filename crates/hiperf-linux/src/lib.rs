//! hiperf-linux.
