//! Records from files: JSON lines, `Records` objects, arrays, LookupEvents output, gzip or plain.
