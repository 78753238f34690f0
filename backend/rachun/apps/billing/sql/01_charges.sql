-- A run's charges become part of the books only when they are exactly its issued bills.

DROP FUNCTION IF EXISTS check_load_billing_charge(text);
CREATE OR REPLACE FUNCTION check_load_billing_charge(load_table text, row_count bigint) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    wrong uuid;
BEGIN
    EXECUTE format($query$
        SELECT coalesce(c.bill_id, b.id)
        FROM (SELECT bill_id, min(load_key::text)::uuid AS load_key, count(*) AS lines, sum(net_minor) AS net,
                     sum(tax_minor) AS tax, sum(gross_minor) AS gross
              FROM %1$I GROUP BY bill_id) c
        FULL JOIN (SELECT * FROM billing_bill WHERE run_id = (SELECT load_key FROM %1$I LIMIT 1)) b ON b.id = c.bill_id
        WHERE b.id IS NULL OR c.bill_id IS NULL OR b.line_count <> c.lines
           OR b.net_minor <> c.net OR b.tax_minor <> c.tax OR b.gross_minor <> c.gross
        LIMIT 1 $query$, load_table) INTO wrong;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION 'bill % differs from its charges', wrong USING ERRCODE = 'RA002';
    END IF;
END $$;
