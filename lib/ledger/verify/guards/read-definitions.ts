import type { ClientBase } from "pg";

/** A definition in the database that refuses wrong rows, or that one depends on. */
export interface Definition {
  kind: GuardKind;
  /** The table or domain that it belongs to; null for what stands alone. */
  owner: string | null;
  name: string;
  /** The definition, without the name of its schema (except in the text of a function). */
  text: string;
}

export type GuardKind =
  | "table"
  | "column"
  | "constraint"
  | "unique_index"
  | "trigger"
  | "rule"
  | "view"
  | "domain"
  | "domain_constraint"
  | "function";

/**
 * Everything in a schema that decides which rows it accepts. Postgres writes the definitions; it leaves out the name of a
 * schema that is in the search path. A column of newer versions of Postgres is read through JSON, so that older ones do
 * not mind.
 */
const DEFINITIONS = `
  WITH relations AS (
    SELECT oid, relname AS name, relkind AS kind, relpersistence AS persistence, relrowsecurity OR relforcerowsecurity AS has_policies
    FROM pg_class WHERE relnamespace = $1::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f')
  )
  SELECT 'table' AS kind, NULL AS owner, name,
         concat_ws(', ', 'kind ' || kind::text, 'persistence ' || persistence::text, CASE WHEN has_policies THEN 'row security' END, (
           SELECT 'inherited by ' || string_agg(inhrelid::regclass::text, ', ' ORDER BY inhrelid::regclass::text)
           FROM pg_inherits WHERE inhparent = r.oid
         )) AS text
  FROM relations r
  UNION ALL
  SELECT 'column', r.name, a.attname, concat_ws(' ',
           format_type(a.atttypid, a.atttypmod),
           CASE WHEN a.attcollation <> t.typcollation THEN 'COLLATE ' || a.attcollation::regcollation::text END,
           CASE WHEN a.attnotnull THEN 'NOT NULL' END,
           'DEFAULT ' || pg_get_expr(d.adbin, d.adrelid),
           nullif('IDENTITY ' || a.attidentity::text, 'IDENTITY '),
           nullif('GENERATED ' || a.attgenerated::text, 'GENERATED '))
  FROM relations r JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
  JOIN pg_type t ON t.oid = a.atttypid
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  WHERE r.kind IN ('r', 'p')
  UNION ALL
  -- A NOT NULL is told with its column: only newer versions keep it as a constraint too.
  SELECT 'constraint', r.name, c.conname, concat_ws(' ',
           pg_get_constraintdef(c.oid),
           CASE WHEN NOT c.convalidated OR to_jsonb(c)->>'conenforced' = 'false' THEN '(not enforced on all rows)' END,
           CASE WHEN c.conislocal THEN NULL ELSE '(inherited)' END,
           -- Postgres keeps foreign keys with triggers of its own, which DISABLE TRIGGER ALL switches off.
           (SELECT '(switched off)' FROM pg_trigger g WHERE g.tgconstraint = c.oid AND g.tgisinternal AND g.tgenabled <> 'O' LIMIT 1))
  FROM relations r JOIN pg_constraint c ON c.conrelid = r.oid AND c.contype <> 'n'
  UNION ALL
  SELECT 'unique_index', r.name, i.indexrelid::regclass::text, concat_ws(' ',
           pg_get_indexdef(i.indexrelid, 0, true),
           CASE WHEN NOT (i.indisvalid AND i.indisready AND i.indimmediate) THEN '(not in force)' END)
  FROM relations r JOIN pg_index i ON i.indrelid = r.oid AND i.indisunique
  WHERE NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexrelid AND c.contype IN ('p', 'u', 'x'))
  UNION ALL
  SELECT 'trigger', r.name, g.tgname, concat_ws(' ', pg_get_triggerdef(g.oid, true), CASE g.tgenabled
           WHEN 'O' THEN NULL WHEN 'A' THEN '(always)' WHEN 'R' THEN '(on replicas only)' ELSE '(switched off)' END)
  FROM relations r JOIN pg_trigger g ON g.tgrelid = r.oid AND NOT g.tgisinternal
  UNION ALL
  SELECT 'rule', r.name, w.rulename, pg_get_ruledef(w.oid, true)
  FROM relations r JOIN pg_rewrite w ON w.ev_class = r.oid AND w.rulename <> '_RETURN'
  UNION ALL
  SELECT 'view', NULL, r.name, pg_get_viewdef(r.oid, true) FROM relations r WHERE r.kind IN ('v', 'm')
  UNION ALL
  SELECT 'domain', NULL, t.typname, concat_ws(' ',
           format_type(t.typbasetype, t.typtypmod), CASE WHEN t.typnotnull THEN 'NOT NULL' END, 'DEFAULT ' || t.typdefault)
  FROM pg_type t WHERE t.typnamespace = $1::regnamespace AND t.typtype = 'd'
  UNION ALL
  SELECT 'domain_constraint', t.typname, c.conname,
         concat_ws(' ', pg_get_constraintdef(c.oid), CASE WHEN NOT c.convalidated THEN '(not enforced on all rows)' END)
  FROM pg_type t JOIN pg_constraint c ON c.contypid = t.oid AND c.contype <> 'n'
  WHERE t.typnamespace = $1::regnamespace
  UNION ALL
  SELECT 'function', NULL, p.oid::regprocedure::text, concat_ws(' ',
           p.prokind, pg_get_function_arguments(p.oid), pg_get_function_result(p.oid), l.lanname, p.provolatile, p.proparallel,
           p.prosecdef, p.proisstrict, p.proleakproof, (SELECT string_agg(s, ' ' ORDER BY s) FROM unnest(p.proconfig) s),
           p.prosrc, to_jsonb(p)->>'prosqlbody')
  FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
  WHERE p.pronamespace = $1::regnamespace AND p.prokind IN ('f', 'p')
  ORDER BY 1, 2, 3`;

/** Reads all definitions of a schema. Must run in a transaction, whose search path it leaves as it was. */
export async function readDefinitions(client: ClientBase, schema: string): Promise<Definition[]> {
  const { rows } = await client.query<{ path: string }>("SELECT current_setting('search_path') AS path");
  // What Postgres prints depends on these.
  await client.query(
    "SELECT set_config('search_path', quote_ident($1), true), set_config('quote_all_identifiers', 'off', true)",
    [schema],
  );
  const found = await client.query<Definition>(DEFINITIONS, [schema]);
  await client.query("SELECT set_config('search_path', $1, true)", [rows[0]?.path ?? ""]);
  return found.rows;
}
