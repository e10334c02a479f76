DROP TABLE trusted_devices;
DROP TABLE backup_codes;
DROP TABLE factor_setups;
ALTER TABLE credentials DROP COLUMN last_step;
