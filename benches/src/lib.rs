//! Nothing is built here: the benches are under `benches/`, so that what they compare with stays out of other builds.
