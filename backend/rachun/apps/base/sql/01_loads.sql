-- Bulk loads into partitioned leaves. A worker copies into one bare table per load; one finisher checks and attaches it.
-- Every function runs as the owner of the tables, because ATTACH needs the owner; the application roles own nothing.

CREATE OR REPLACE FUNCTION load_table_name(parent text, load_key uuid) RETURNS text
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF parent NOT IN ('billing_charge', 'ledger_posting', 'usage_usagerecord') THEN
        RAISE EXCEPTION 'no loads into %', parent USING ERRCODE = 'RA100';
    END IF;
    RETURN parent || '_' || replace(load_key::text, '-', '');
END $$;

CREATE OR REPLACE FUNCTION open_load(parent text, load_key uuid) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    table_name text := load_table_name(parent, load_key);
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('load:' || table_name, 0));
    IF to_regclass(table_name) IS NULL THEN
        EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', table_name, parent);
        EXECUTE format('ALTER TABLE %I ADD CONSTRAINT %I CHECK (load_key = %L)', table_name, 'load_key_is_own', load_key);
        EXECUTE format('GRANT SELECT, INSERT ON %I TO rachun_app, rachun_worker', table_name);
    END IF;
    RETURN table_name;
END $$;

CREATE OR REPLACE FUNCTION load_is_attached(table_name text) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT relispartition FROM pg_class WHERE oid = to_regclass(table_name)), false)
$$;

CREATE OR REPLACE FUNCTION drop_load(parent text, load_key uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    table_name text := load_table_name(parent, load_key);
BEGIN
    IF load_is_attached(table_name) THEN
        RAISE EXCEPTION 'load % is attached', table_name USING ERRCODE = 'RA101';
    END IF;
    EXECUTE format('DROP TABLE IF EXISTS %I', table_name);
END $$;

-- The columns that queries choose rows of a table by. The others are looked at by the server's own ANALYZE, later, and
-- these once more: finish_load reads a tenth of the rows that it reads.
CREATE OR REPLACE FUNCTION columns_of_indexes(table_name text) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT string_agg(DISTINCT quote_ident(a.attname), ', ')
    FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
    WHERE i.indrelid = to_regclass(table_name)
$$;

-- Keys, foreign keys, indexes and statistics of a load that nobody writes into any more, as its parent has them: what
-- ATTACH then finds made. Safe to repeat. The load may be committed before it is attached; nobody looks at it until then.
-- Keys of a million rows are sorted in memory; there is one finisher at a time, so this memory is asked for once.
CREATE OR REPLACE FUNCTION finish_load(parent text, load_key uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET maintenance_work_mem = '256MB'
    SET default_statistics_target = 10 AS $$
DECLARE
    table_name text := load_table_name(parent, load_key);
    definition text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('attach_load', 0));
    IF load_is_attached(table_name) OR EXISTS (
        SELECT FROM pg_constraint WHERE conrelid = to_regclass(table_name) AND contype = 'p') THEN
        RETURN;
    END IF;
    EXECUTE format('REVOKE INSERT ON %I FROM rachun_app, rachun_worker', table_name);
    FOR definition IN
        SELECT format('ALTER TABLE %I ADD %s', table_name, pg_get_constraintdef(oid))
        FROM pg_constraint WHERE conrelid = to_regclass(parent) AND contype IN ('p', 'f') AND conparentid = 0
        ORDER BY contype DESC
    LOOP
        EXECUTE definition;
    END LOOP;
    FOR definition IN
        SELECT format('CREATE INDEX ON %I USING %s', table_name, split_part(pg_get_indexdef(indexrelid), ' USING ', 2))
        FROM pg_index WHERE indrelid = to_regclass(parent) AND NOT indisunique
    LOOP
        EXECUTE definition;
    END LOOP;
    EXECUTE format('ANALYZE %I (%s)', table_name, columns_of_indexes(table_name));
END $$;

-- check_load_<parent>(table, number of its rows) raises when the rows as a set must not become part of the books.
CREATE OR REPLACE FUNCTION attach_load(parent text, load_key uuid) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    table_name text := load_table_name(parent, load_key);
    row_count bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('attach_load', 0));
    IF to_regclass(table_name) IS NULL THEN
        RAISE EXCEPTION 'load % was never opened', table_name USING ERRCODE = 'RA102';
    END IF;
    EXECUTE format('REVOKE INSERT ON %I FROM rachun_app, rachun_worker', table_name);
    EXECUTE format('SELECT count(*) FROM %I', table_name) INTO row_count;
    IF load_is_attached(table_name) THEN
        RETURN row_count;
    END IF;
    EXECUTE format('SELECT %I(%L, %L)', 'check_load_' || parent, table_name, row_count);
    PERFORM finish_load(parent, load_key);
    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES IN (%L)', parent, table_name, load_key);
    RETURN row_count;
END $$;

CREATE OR REPLACE FUNCTION ensure_live_partition(parent text, load_key uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    table_name text := load_table_name(parent, load_key);
BEGIN
    IF to_regclass(table_name) IS NOT NULL THEN
        RETURN;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('attach_load', 0));
    IF to_regclass(table_name) IS NULL THEN
        EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES IN (%L)', table_name, parent, load_key);
    END IF;
END $$;

REVOKE ALL ON FUNCTION open_load(text, uuid), drop_load(text, uuid), finish_load(text, uuid), attach_load(text, uuid),
    ensure_live_partition(text, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION open_load(text, uuid), drop_load(text, uuid), finish_load(text, uuid), attach_load(text, uuid),
    ensure_live_partition(text, uuid) TO rachun_app, rachun_worker;
