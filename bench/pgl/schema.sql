-- What the peer needs to answer the same questions: a page by its key, and the score of one month as one object.
DROP SCHEMA IF EXISTS bench_peer CASCADE;
CREATE SCHEMA bench_peer;
CREATE FUNCTION bench_peer.employees_after(after_id bigint) RETURNS SETOF public.employee
  LANGUAGE sql STABLE ROWS 50
  AS 'SELECT * FROM public.employee WHERE id > after_id ORDER BY id LIMIT 50';
COMMENT ON FUNCTION bench_peer.employees_after(bigint) IS E'@name employees_after';
