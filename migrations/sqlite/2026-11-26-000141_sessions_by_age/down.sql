DROP INDEX sessions_by_age;
