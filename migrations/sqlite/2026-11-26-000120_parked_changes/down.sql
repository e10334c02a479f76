DROP TABLE parked_changes;
