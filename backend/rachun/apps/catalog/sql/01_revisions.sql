-- Whoever keeps a prepared price table in memory asks for its revision. It changes with every statement that changes a
-- rate or a band, whoever sends it, and is seen when the change is; a revision that was rolled back never comes again.

CREATE OR REPLACE FUNCTION renew_table_revision() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE catalog_destinationtable SET revision = gen_random_uuid() WHERE id IN (SELECT table_id FROM changed);
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER rates_added AFTER INSERT ON catalog_destinationrate
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION renew_table_revision();
CREATE OR REPLACE TRIGGER rates_changed AFTER UPDATE ON catalog_destinationrate
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION renew_table_revision();
CREATE OR REPLACE TRIGGER rates_removed AFTER DELETE ON catalog_destinationrate
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION renew_table_revision();
CREATE OR REPLACE TRIGGER bands_added AFTER INSERT ON catalog_timeband
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION renew_table_revision();
CREATE OR REPLACE TRIGGER bands_changed AFTER UPDATE ON catalog_timeband
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION renew_table_revision();
CREATE OR REPLACE TRIGGER bands_removed AFTER DELETE ON catalog_timeband
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION renew_table_revision();
