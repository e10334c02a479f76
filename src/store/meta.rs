//! Facts about the installation itself, by name.

use diesel::prelude::*;

use super::schema::meta;
use super::{Connection, Result, each};

/// The value of `name`.
pub fn find(db: &mut Connection, name: &str) -> Result<Option<String>> {
    each!(db, c => meta::table.find(name).select(meta::value).get_result::<String>(c).optional())
}

/// Writes the value of `name` unless it has one; answers the value that stands.
pub fn insert_once(db: &mut Connection, name: &str, value: &str) -> Result<String> {
    each!(db, c => diesel::insert_into(meta::table)
        .values((meta::name.eq(name), meta::value.eq(value)))
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(find(db, name)?.unwrap_or_else(|| value.to_owned()))
}

/// Writes another value of `name`.
pub fn replace(db: &mut Connection, name: &str, value: &str) -> Result<()> {
    each!(db, c => diesel::update(meta::table.find(name)).set(meta::value.eq(value)).execute(c))?;
    Ok(())
}

/// Writes the value of `name`, whether it has one or not.
pub fn put(db: &mut Connection, name: &str, value: &str) -> Result<()> {
    each!(db, c => diesel::insert_into(meta::table)
        .values((meta::name.eq(name), meta::value.eq(value)))
        .on_conflict(meta::name)
        .do_update()
        .set(meta::value.eq(value))
        .execute(c))?;
    Ok(())
}

/// Everything: names and values. There are a few only.
pub fn all(db: &mut Connection) -> Result<Vec<(String, String)>> {
    each!(db, c => meta::table.select((meta::name, meta::value)).load::<(String, String)>(c))
}

/// Forgets `name`: `false` if it has no value.
pub fn delete(db: &mut Connection, name: &str) -> Result<bool> {
    Ok(each!(db, c => diesel::delete(meta::table.find(name)).execute(c))? == 1)
}
