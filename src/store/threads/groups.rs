//! SQLite's one writer: whatever waits shares a commit (group commit).

use std::sync::mpsc::Receiver;

use diesel::backend::Backend;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::{QueryResult, RunQueryDsl};

use super::job::Job;
use crate::store::{Connection, Result, each};

/// The most jobs that share one commit.
const BATCH: usize = 128;

/// A statement that each connection prepares once: to read it anew for each job costs as much as a small query.
macro_rules! prepared {
    ($name:ident, $sql:literal) => {
        #[derive(QueryId)]
        struct $name;

        impl<DB: Backend> QueryFragment<DB> for $name {
            fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
                out.push_sql($sql);
                Ok(())
            }
        }

        impl<C> RunQueryDsl<C> for $name {}

        impl $name {
            fn run(self, db: &mut Connection) -> Result<()> {
                each!(db, c => self.execute(c)).map(drop)
            }
        }
    };
}

prepared!(Begin, "BEGIN IMMEDIATE");
prepared!(Savepoint, "SAVEPOINT job");
prepared!(Release, "RELEASE job");
prepared!(Commit, "COMMIT");

/// The life of the SQLite writer: it ends when no handle is left.
pub(super) fn write_in_groups(db: &mut Connection, queue: &Receiver<Box<dyn Job>>) {
    while let Ok(first) = queue.recv() {
        let mut jobs = vec![first];
        while jobs.len() < BATCH {
            match queue.try_recv() {
                Ok(job) => jobs.push(job),
                Err(_) => break,
            }
        }
        let outcome = commit_together(db, &mut jobs);
        if outcome.is_err() {
            // Whatever state the transaction is in, it ends here. If there is none, SQLite says so and that is fine.
            let _already_over = db.batch("ROLLBACK");
        }
        for job in jobs {
            job.answer(outcome.as_ref().err());
        }
    }
}

fn commit_together(db: &mut Connection, jobs: &mut [Box<dyn Job>]) -> Result<()> {
    Begin.run(db)?;
    if let [only] = jobs {
        return if only.run(db) { Commit.run(db) } else { db.batch("ROLLBACK") };
    }
    for job in jobs {
        Savepoint.run(db)?;
        if !job.run(db) {
            db.batch("ROLLBACK TO job")?;
        }
        Release.run(db)?;
    }
    Commit.run(db)
}
