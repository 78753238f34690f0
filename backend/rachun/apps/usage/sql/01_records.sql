-- A batch's records become usage only when every one of them owns its key.

CREATE OR REPLACE FUNCTION check_load_usage_usagerecord(load_table text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    records bigint;
    keys bigint;
BEGIN
    EXECUTE format('SELECT count(*) FROM %I', load_table) INTO records;
    EXECUTE format('SELECT count(*) FROM usage_usagekey WHERE load_key = (SELECT load_key FROM %I LIMIT 1)', load_table)
        INTO keys;
    IF records > 0 AND records <> keys THEN
        RAISE EXCEPTION 'batch has % records and % keys', records, keys USING ERRCODE = 'RA003';
    END IF;
END $$;
