-- A batch is of one source. Its table says which, so a query for a source does not look at the batches of others.
CREATE OR REPLACE FUNCTION state_source(table_name text, source uuid) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    EXECUTE format('ALTER TABLE %I ADD CONSTRAINT source_is_of_batch CHECK (source_id = %L)', table_name, source);
END $$;

-- What all records of a batch have in common its table knows: who copies into it sends only what differs. The batch
-- itself may not be committed yet; attaching the table holds it to the batch.
DROP FUNCTION IF EXISTS open_usage_load(uuid);
CREATE OR REPLACE FUNCTION open_usage_load(batch uuid, source uuid, kind text, recorded_at timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    table_name text := load_table_name('usage_usagerecord', batch);
    is_new boolean := to_regclass(table_name) IS NULL;
BEGIN
    PERFORM open_load('usage_usagerecord', batch);
    IF is_new THEN
        PERFORM state_source(table_name, source);
        EXECUTE format(
            'ALTER TABLE %I ALTER load_key SET DEFAULT %L, ALTER source_id SET DEFAULT %L, ALTER kind SET DEFAULT %L, '
            'ALTER recorded_at SET DEFAULT %L, ALTER item SET DEFAULT %L, ALTER document SET DEFAULT %L',
            table_name, batch, source, kind, recorded_at, '', '');
    END IF;
    RETURN table_name;
END $$;

-- A table that is filled beside its batch's transaction is committed before it is attached. While the batch is being
-- taken this lock says so; a table without it, left by a load that died, is nobody's.
CREATE OR REPLACE FUNCTION claim_usage_load(batch uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('claim:' || load_table_name('usage_usagerecord', batch), 0));
END $$;

CREATE OR REPLACE FUNCTION drop_forsaken_usage() RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    table_name text;
    dropped integer := 0;
BEGIN
    FOR table_name IN
        SELECT relname FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND NOT relispartition
          AND relname ~ '^usage_usagerecord_[0-9a-f]{32}$' ORDER BY relname
    LOOP
        -- Its load may have attached it since it was listed: with the lock in hand it is looked at again.
        IF pg_try_advisory_xact_lock(hashtextextended('claim:' || table_name, 0)) AND NOT load_is_attached(table_name)
        THEN
            EXECUTE format('DROP TABLE IF EXISTS %I', table_name);
            dropped := dropped + 1;
        END IF;
    END LOOP;
    RETURN dropped;
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
        PERFORM state_source(table_name, (SELECT source_id FROM usage_usagebatch WHERE id = batch));
    END IF;
END $$;

DROP FUNCTION IF EXISTS state_source_of_batch(text, uuid);
REVOKE ALL ON FUNCTION state_source(text, uuid), open_usage_load(uuid, uuid, text, timestamptz), claim_usage_load(uuid),
    drop_forsaken_usage(), ensure_live_usage(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION open_usage_load(uuid, uuid, text, timestamptz), claim_usage_load(uuid), drop_forsaken_usage(),
    ensure_live_usage(uuid) TO rachun_app, rachun_worker;

-- A batch's records become usage only when they are of its source and every one of them owns its key.

DROP FUNCTION IF EXISTS check_load_usage_usagerecord(text);
CREATE OR REPLACE FUNCTION check_load_usage_usagerecord(load_table text, row_count bigint) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    keys bigint;
    is_strange boolean;
BEGIN
    IF row_count = 0 THEN
        RETURN;
    END IF;
    EXECUTE format('SELECT count(*) FROM usage_usagekey WHERE load_key = (SELECT load_key FROM %I LIMIT 1)', load_table)
        INTO keys;
    IF row_count <> keys THEN
        RAISE EXCEPTION 'batch has % records and % keys', row_count, keys USING ERRCODE = 'RA003';
    END IF;
    EXECUTE format(
        'SELECT NOT EXISTS (SELECT FROM (SELECT load_key, source_id FROM %I LIMIT 1) r '
        'JOIN usage_usagebatch b ON b.id = r.load_key AND b.source_id = r.source_id)', load_table) INTO is_strange;
    IF is_strange THEN
        RAISE EXCEPTION 'records of another source than their batch' USING ERRCODE = 'RA003';
    END IF;
END $$;
