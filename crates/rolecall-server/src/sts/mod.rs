//! Operations of STS, one file each (reference sts.md).

pub mod assume_role;
pub mod assume_role_with_web_identity;
pub mod get_access_key_info;
pub mod get_caller_identity;
pub mod get_federation_token;
pub mod get_session_token;
pub mod issued;
pub mod role_arn;
pub mod session_limits;
