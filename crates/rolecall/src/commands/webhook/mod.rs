//! `rolecall webhook`: the mutating admission webhook of IRSA, and what it would do to the pods of a file.

mod batch;
mod certificates;
mod cluster;
mod flags;
mod instance;
mod review;
mod serve;
mod time;

pub use flags::Arguments;

use super::Done;

/// Runs the command.
pub fn run(arguments: &Arguments) -> Done {
    match arguments.review.as_slice() {
        [] => serve::run(arguments),
        files => review::run(files, &arguments.injection),
    }
}
