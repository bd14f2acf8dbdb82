//! Changing the world: consent, compare, act, look again, undo.
