//! The admin listener as its callers see it.

mod answers;
mod identities;
mod keys;
mod lock;
mod world;
