//! The service's own state behind one trait.
