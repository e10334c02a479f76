DROP INDEX events_by_kind;
DROP TABLE webhook_deliveries;
