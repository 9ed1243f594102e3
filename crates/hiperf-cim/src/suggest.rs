//! Near names.
/// The closest of `candidates`.
pub fn closest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates.into_iter().find(|c| c.eq_ignore_ascii_case(name))
}
