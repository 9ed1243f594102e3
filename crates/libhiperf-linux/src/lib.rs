//! The built-in provider as an in-process server of its own:
//! `libhiperf_linux.so` with DllGetClassObject and DllCanUnloadNow.
//!
//! The provider is `hiperf-linux`. Its exports are here and not there, because
//! their names are global: a program that contains several providers has no
//! room for the exports of each.
#![deny(unsafe_code)]

#[allow(unsafe_code)]
mod sys;
