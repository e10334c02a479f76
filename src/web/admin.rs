//! The administration, in the shapes of Ory's APIs.

use actix_web::web::ServiceConfig;

/// The routes of the administration.
pub(super) fn routes(_config: &mut ServiceConfig) {}
