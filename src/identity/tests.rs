//! Use cases of people on a real, fresh database.
