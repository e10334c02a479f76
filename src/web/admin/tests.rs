//! The admin listener as its callers see it.

mod answers;
mod credentials;
mod external_ids;
mod identities;
mod keys;
mod lock;
mod world;
