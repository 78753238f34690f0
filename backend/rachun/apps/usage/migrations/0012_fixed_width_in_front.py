"""Columns of fixed width come first, texts behind them: what indexes and foreign keys read of a row is then found
without going through its texts. PostgreSQL keeps the order that a table was made with, so the tables are made anew,
parent and leaves, with all that they hold.
"""

from django.db import migrations

MAKE_ANEW = """
DO $anew$
DECLARE
    names constant text := 'load_key, source_id, agreement_id, occurred_at, quantity_micro, amount_micro, recorded_at, '
        'record_no, usage_date, duration_s, billed_s, covered_s, bill_id, state, kind, component, reason, caller, '
        'called, destination, prefix, item, document, raw';
    columns text;
    additions text[];
    leaf record;
    addition text;
BEGIN
    SELECT string_agg(format('%I %s%s', name, format_type(a.atttypid, a.atttypmod),
                             CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END), ', ' ORDER BY place)
      INTO columns
      FROM unnest(string_to_array(names, ', ')) WITH ORDINALITY AS n (name, place)
      JOIN pg_attribute a ON a.attrelid = 'usage_usagerecord'::regclass AND a.attname = name AND a.attnum > 0;
    IF (SELECT count(*) FROM pg_attribute WHERE attrelid = 'usage_usagerecord'::regclass AND attnum > 0
        AND NOT attisdropped AND attname <> ALL (string_to_array(names, ', '))) > 0 THEN
        RAISE EXCEPTION 'usage_usagerecord has columns that this migration does not know';
    END IF;
    SELECT array_agg(definition ORDER BY definition) INTO additions FROM (
        SELECT format('ALTER TABLE usage_usagerecord ADD CONSTRAINT %I %s', conname, pg_get_constraintdef(oid))
          FROM pg_constraint
         WHERE conrelid = 'usage_usagerecord'::regclass AND contype IN ('p', 'f', 'c') AND conparentid = 0
        UNION ALL
        SELECT replace(pg_get_indexdef(indexrelid), ' ON ONLY ', ' ON ')
          FROM pg_index WHERE indrelid = 'usage_usagerecord'::regclass AND NOT indisprimary) AS d (definition);
    CREATE TEMPORARY TABLE usage_leaves ON COMMIT DROP AS
    SELECT c.relname AS name, pg_get_expr(c.relpartbound, c.oid) AS bound,
           (SELECT array_agg(format('ADD CONSTRAINT %I %s', conname, pg_get_constraintdef(k.oid)) ORDER BY conname)
              FROM pg_constraint k
             WHERE k.conrelid = c.oid AND k.contype = 'c' AND k.conislocal AND k.coninhcount = 0) AS checks
      FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'usage_usagerecord'::regclass;
    FOR leaf IN SELECT * FROM usage_leaves LOOP
        EXECUTE format('ALTER TABLE usage_usagerecord DETACH PARTITION %I', leaf.name);
        EXECUTE format('ALTER TABLE %I RENAME TO %I', leaf.name, 'before_' || leaf.name);
    END LOOP;
    DROP TABLE usage_usagerecord;
    EXECUTE format('CREATE TABLE usage_usagerecord (%s) PARTITION BY LIST (load_key)', columns);
    FOREACH addition IN ARRAY additions LOOP
        EXECUTE addition;
    END LOOP;
    FOR leaf IN SELECT * FROM usage_leaves LOOP
        EXECUTE format('CREATE TABLE %I (LIKE usage_usagerecord INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', leaf.name);
        IF leaf.checks IS NOT NULL THEN
            EXECUTE format('ALTER TABLE %I %s', leaf.name, array_to_string(leaf.checks, ', '));
        END IF;
        EXECUTE format('INSERT INTO %1$I (%2$s) SELECT %2$s FROM %3$I', leaf.name, names, 'before_' || leaf.name);
        EXECUTE format('DROP TABLE %I', 'before_' || leaf.name);
        EXECUTE format('ALTER TABLE usage_usagerecord ATTACH PARTITION %I %s', leaf.name, leaf.bound);
    END LOOP;
    DROP TABLE usage_leaves;
END $anew$
"""


class Migration(migrations.Migration):
    dependencies = [("usage", "0011_source_of_batch")]

    operations = [migrations.RunSQL(MAKE_ANEW, migrations.RunSQL.noop)]
