//! The service: STS and IAM over HTTP.
