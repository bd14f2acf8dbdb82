//! Booleans: a request's value other than `true` counts as false (rule 5.7).

/// Reads a policy's value; none for anything but `true` and `false`, in any letter case.
#[must_use]
pub fn parse(text: &str) -> Option<bool> {
    [true, false].into_iter().find(|value| text.eq_ignore_ascii_case(if *value { "true" } else { "false" }))
}

/// Whether a request's value is true.
#[must_use]
pub fn is_true(text: &str) -> bool {
    text.eq_ignore_ascii_case("true")
}
