//! Chores of the repository: generated documents and tidiness.
fn main() {}
