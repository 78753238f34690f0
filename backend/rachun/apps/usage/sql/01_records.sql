-- A batch is of one source. Its table says which, so a query for a source does not look at the batches of others.
CREATE OR REPLACE FUNCTION state_source_of_batch(table_name text, batch uuid) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    source uuid;
BEGIN
    SELECT source_id INTO STRICT source FROM usage_usagebatch WHERE id = batch;
    EXECUTE format('ALTER TABLE %I ADD CONSTRAINT source_is_of_batch CHECK (source_id = %L)', table_name, source);
END $$;

-- What all records of a batch have in common its table knows: who copies into it sends only what differs.
CREATE OR REPLACE FUNCTION state_common_values(table_name text, batch uuid) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    common record;
BEGIN
    SELECT b.source_id, b.received_at, s.kind INTO STRICT common
      FROM usage_usagebatch b JOIN usage_usagesource s ON s.id = b.source_id WHERE b.id = batch;
    EXECUTE format(
        'ALTER TABLE %I ALTER load_key SET DEFAULT %L, ALTER source_id SET DEFAULT %L, ALTER kind SET DEFAULT %L, '
        'ALTER recorded_at SET DEFAULT %L, ALTER item SET DEFAULT %L, ALTER document SET DEFAULT %L',
        table_name, batch, common.source_id, common.kind, common.received_at, '', '');
END $$;

CREATE OR REPLACE FUNCTION open_usage_load(batch uuid) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    table_name text := load_table_name('usage_usagerecord', batch);
    is_new boolean := to_regclass(table_name) IS NULL;
BEGIN
    PERFORM open_load('usage_usagerecord', batch);
    IF is_new THEN
        PERFORM state_source_of_batch(table_name, batch);
        PERFORM state_common_values(table_name, batch);
    END IF;
    RETURN table_name;
END $$;

CREATE OR REPLACE FUNCTION ensure_live_usage(batch uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    table_name text := load_table_name('usage_usagerecord', batch);
BEGIN
    IF to_regclass(table_name) IS NOT NULL THEN
        RETURN;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('attach_load', 0));
    IF to_regclass(table_name) IS NULL THEN
        PERFORM ensure_live_partition('usage_usagerecord', batch);
        PERFORM state_source_of_batch(table_name, batch);
    END IF;
END $$;

REVOKE ALL ON FUNCTION state_source_of_batch(text, uuid), state_common_values(text, uuid), open_usage_load(uuid),
    ensure_live_usage(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION open_usage_load(uuid), ensure_live_usage(uuid) TO rachun_app, rachun_worker;

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
