//! Shapes that several families of IAM operations share (reference iam.md §2).

use super::shape::{Shape, integer, list, matching, required, text};
use crate::constraint::pattern;

pub(super) const PATH: Shape = matching(1, 512, &pattern::PATH);
pub(super) const ROLE_NAME: Shape = matching(1, 64, &pattern::NAME);
pub(super) const POLICY_DOCUMENT: Shape = matching(1, 131072, &pattern::DOCUMENT);
pub(super) const ARN: Shape = text(20, 2048);
pub(super) const TAG_KEY: Shape = matching(1, 128, &pattern::TAG_KEY);
pub(super) const TAG_VALUE: Shape = matching(0, 256, &pattern::TAG_VALUE);
pub(super) const TAG: Shape = Shape::Structure(&[required("Key", TAG_KEY), required("Value", TAG_VALUE)]);
pub(super) const TAG_LIST: Shape = list(0, 50, &TAG);
pub(super) const PATH_PREFIX: Shape = matching(1, 512, &pattern::PATH_PREFIX);
pub(super) const MARKER: Shape = matching(1, 320, &pattern::PRINTABLE);
pub(super) const MAX_ITEMS: Shape = integer(1, 1000);
pub(super) const POLICY_NAME: Shape = matching(1, 128, &pattern::NAME);
pub(super) const POLICY_PATH: Shape = matching(1, 512, &pattern::POLICY_PATH);
pub(super) const TAG_KEY_LIST: Shape = list(0, 50, &TAG_KEY);
pub(super) const GROUP_NAME: Shape = matching(1, 128, &pattern::NAME);
pub(super) const ENTITY: Shape =
    Shape::Choice(&["User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy"]);
pub(super) const EXISTING_USER_NAME: Shape = matching(1, 128, &pattern::NAME);
