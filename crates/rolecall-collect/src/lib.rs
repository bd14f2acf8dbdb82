//! Looking at the world, read only: evidence folders and pasted texts.
//!
//! A folder may come from a stranger: links that leave it, devices and pipes are refused, sizes are bounded, secrets are
//! struck out of every text before anything else sees it, and no socket is opened.

#![cfg_attr(test, allow(clippy::string_slice))]

mod cloudtrail;
mod debug_log;
mod environment;
pub mod error_text;
mod folder;
mod lines;
mod paste;
mod redact;
mod request;
mod shape;
mod text;
mod yaml;

pub use folder::{Files, FolderError, Limits, folder_files, known_name, read_files, read_folder, same_place};
pub use paste::read_text;
pub use redact::redact;
pub use text::decode;
pub use yaml::parse as parse_yaml;
