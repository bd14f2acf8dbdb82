//! AWS bytes: protocols, XML, SigV4, the table of operations.
