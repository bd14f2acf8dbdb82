//! The command `rolecall`: commands, arguments, output formats, exit codes.
fn main() {}
