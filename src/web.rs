//! HTTP in, HTTP out: routes, extractors, pages, JSON, errors, headers.

pub mod assets;
pub mod demo;
pub mod page;
