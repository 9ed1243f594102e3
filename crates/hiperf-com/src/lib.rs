//! hiperf-com.
