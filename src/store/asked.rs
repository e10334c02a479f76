//! Questions whose text depends on what is asked for: pieces of fixed SQL, with bound values between them.

use diesel::backend::Backend;
use diesel::deserialize::QueryableByName;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, Binary, HasSqlType, Text, Untyped};

/// A piece of a question. Whatever comes from outside is bound: SQL is text of this program only.
#[derive(Debug)]
enum Piece {
    Sql(&'static str),
    Text(String),
    Bytes(Vec<u8>),
    Number(i64),
}

/// A question. Few shapes exist, so each stays prepared.
#[derive(Debug)]
pub(super) struct Asked(Vec<Piece>);

impl Asked {
    pub(super) fn new(sql: &'static str) -> Self {
        Self(vec![Piece::Sql(sql)])
    }

    pub(super) fn sql(mut self, sql: &'static str) -> Self {
        self.0.push(Piece::Sql(sql));
        self
    }

    pub(super) fn text(mut self, value: impl Into<String>) -> Self {
        self.0.push(Piece::Text(value.into()));
        self
    }

    pub(super) fn bytes(mut self, value: &[u8]) -> Self {
        self.0.push(Piece::Bytes(value.to_vec()));
        self
    }

    pub(super) fn number(mut self, value: i64) -> Self {
        self.0.push(Piece::Number(value));
        self
    }

    /// The same question, of which the database says how it would answer it.
    #[cfg(test)]
    pub(super) fn explained(mut self, engine: super::Engine) -> Self {
        let ask = match engine {
            super::Engine::Sqlite => "EXPLAIN QUERY PLAN ",
            super::Engine::Postgres => "EXPLAIN (COSTS OFF) ",
        };
        self.0.insert(0, Piece::Sql(ask));
        self
    }

    /// Asks, and reads the rows by the names of their columns.
    pub(super) fn rows<R>(self, db: &mut super::Connection) -> super::Result<Vec<R>>
    where
        R: QueryableByName<diesel::sqlite::Sqlite> + QueryableByName<diesel::pg::Pg> + 'static,
    {
        super::each!(db, c => self.load::<R>(c))
    }
}

impl<DB> QueryFragment<DB> for Asked
where
    DB: Backend + HasSqlType<Text> + HasSqlType<Binary> + HasSqlType<BigInt>,
    String: ToSql<Text, DB>,
    Vec<u8>: ToSql<Binary, DB>,
    i64: ToSql<BigInt, DB>,
{
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        for piece in &self.0 {
            match piece {
                Piece::Sql(sql) => pass.push_sql(sql),
                Piece::Text(value) => pass.push_bind_param::<Text, _>(value)?,
                Piece::Bytes(value) => pass.push_bind_param::<Binary, _>(value)?,
                Piece::Number(value) => pass.push_bind_param::<BigInt, _>(value)?,
            }
        }
        Ok(())
    }
}

/// It is found again by its text.
impl QueryId for Asked {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for Asked {
    type SqlType = Untyped;
}

impl<C> RunQueryDsl<C> for Asked {}
