//! hiperf-provider.
