-- A closed period takes no entry, whoever writes it and by whatever way.

CREATE OR REPLACE FUNCTION refuse_closed_period(entity uuid, area text, accounting_date date) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    -- Shared with other writers, exclusive for whoever closes the month: no entry slips in beside a close.
    PERFORM pg_advisory_xact_lock_shared(
        hashtextextended('period:' || entity || area || to_char(accounting_date, 'YYYY-MM'), 0));
    IF EXISTS (
        SELECT FROM ledger_accountingperiod p
        WHERE p.legal_entity_id = entity AND p.area = refuse_closed_period.area AND p.state = 'CLOSED'
          AND p.month = date_trunc('month', accounting_date)::date
    ) THEN
        RAISE EXCEPTION 'period % of % is closed', to_char(accounting_date, 'YYYY-MM'), area USING ERRCODE = 'RA001';
    END IF;
END $$;

-- Once for each month that a statement writes into: a chunk of bills is one month.
CREATE OR REPLACE FUNCTION entries_need_open_period() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse_closed_period(a.legal_entity_id, a.area, a.month)
    FROM (SELECT DISTINCT legal_entity_id, area, date_trunc('month', accounting_date)::date AS month FROM added) a;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION posting_needs_open_period() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    parent record;
BEGIN
    SELECT legal_entity_id, area, accounting_date INTO parent FROM ledger_entry WHERE id = NEW.entry_id;
    PERFORM refuse_closed_period(parent.legal_entity_id, parent.area, parent.accounting_date);
    RETURN NEW;
END $$;

DROP TRIGGER IF EXISTS entry_needs_open_period ON ledger_entry;
DROP TRIGGER IF EXISTS entries_need_open_period ON ledger_entry;
CREATE TRIGGER entries_need_open_period AFTER INSERT ON ledger_entry REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION entries_need_open_period();
DROP TRIGGER IF EXISTS posting_needs_open_period ON ledger_posting;
CREATE TRIGGER posting_needs_open_period BEFORE INSERT ON ledger_posting
    FOR EACH ROW EXECUTE FUNCTION posting_needs_open_period();

-- Triggers do not fire on ATTACH: the load is checked as a set.
DROP FUNCTION IF EXISTS check_load_ledger_posting(text);
CREATE OR REPLACE FUNCTION check_load_ledger_posting(load_table text, row_count bigint) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    closed text;
BEGIN
    EXECUTE format($query$
        SELECT to_char(p.month, 'YYYY-MM')
        FROM (SELECT DISTINCT entry_id FROM %I) l
        JOIN ledger_entry e ON e.id = l.entry_id
        JOIN ledger_accountingperiod p ON p.legal_entity_id = e.legal_entity_id AND p.area = e.area
             AND p.month = date_trunc('month', e.accounting_date)::date AND p.state = 'CLOSED'
        LIMIT 1 $query$, load_table) INTO closed;
    IF closed IS NOT NULL THEN
        RAISE EXCEPTION 'period % is closed', closed USING ERRCODE = 'RA001';
    END IF;
END $$;
