//! Statements that stay prepared although Diesel would prepare them each time.

use diesel::backend::Backend;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};

/// A hot UPDATE as text, with a value behind each piece but the last. Diesel keeps none of its own UPDATEs, as one that
/// leaves columns out could have any number of texts; to prepare it takes longer than to run it, and on PostgreSQL it
/// takes a round trip.
pub(super) struct Kept<'a, DB: Backend> {
    /// What stands around the values.
    pub(super) text: &'static [&'static str],
    /// The values, each of the type of its column.
    pub(super) values: &'a [&'a dyn QueryFragment<DB>],
}

impl<DB: Backend> QueryFragment<DB> for Kept<'_, DB> {
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        for (n, piece) in self.text.iter().enumerate() {
            pass.push_sql(piece);
            if let Some(value) = self.values.get(n) {
                value.walk_ast(pass.reborrow())?;
            }
        }
        Ok(())
    }
}

/// It is found again by its text.
impl<DB: Backend> QueryId for Kept<'_, DB> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<DB: Backend, C> RunQueryDsl<C> for Kept<'_, DB> {}
