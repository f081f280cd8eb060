import type { Check } from "../finding";

/** What the database itself must refuse, by table. A migration that takes one of them away has to say so here. */
export const CONSTRAINTS: Readonly<Record<string, readonly string[]>> = {
  ledger_account: ["ledger_account_pkey", "ledger_account_customer"],
  ledger_transfer: ["ledger_transfer_pkey"],
  ledger_hold: [
    "ledger_hold_pkey",
    "ledger_hold_amount_positive",
    "ledger_hold_amount_at_most",
    "ledger_hold_status",
    "ledger_hold_captured",
    "ledger_hold_captured_positive",
    "ledger_hold_closed",
    "ledger_hold_key_has_owner",
  ],
  ledger_charge_refund: ["ledger_charge_refund_pkey", "ledger_charge_refund_in_range"],
  topup_intent: [
    "topup_intent_pkey",
    "topup_intent_customer",
    "topup_intent_mode",
    "topup_intent_source",
    "topup_intent_status",
    "topup_intent_amount",
    "topup_intent_credit",
    "topup_intent_succeeded",
    "topup_intent_reversed",
    "topup_intent_open_has_session",
    "topup_intent_review_has_reason",
    "topup_intent_key_has_owner",
  ],
};

/** Constraints that a column has from its type, a domain: by table and column. */
export const DOMAIN_CONSTRAINTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ledger_account: {
    balance_nanos: "ledger_account_balance_in_range",
    held_nanos: "ledger_account_held_not_negative",
    last_seq: "ledger_account_seq_not_negative",
    status: "ledger_account_status",
  },
};

/** Unique indexes that are no constraints. */
export const UNIQUE_INDEXES: Readonly<Record<string, readonly string[]>> = {
  ledger_transfer: [
    "ledger_transfer_customer_id_transfer_id_key",
    "ledger_transfer_source",
    "ledger_transfer_idempotency",
  ],
  ledger_hold: ["ledger_hold_idempotency"],
  topup_intent: ["topup_intent_customer_id_idempotency_owner_idempotency_key_key"],
};

/** Triggers that refuse any change of what was written. */
export const APPEND_ONLY_TRIGGERS: Readonly<Record<string, readonly string[]>> = {
  ledger_transfer: ["ledger_transfer_append_only", "ledger_transfer_no_truncate"],
  topup_timeline: ["topup_timeline_append_only"],
  operator_action: ["operator_action_append_only", "operator_action_no_truncate"],
};

/**
 * Triggers that look at each new row: whether it is lawful, and whether its idempotency key names another of a charge, a hold
 * and a top-up. With what stands after FOR EACH ROW.
 */
export const ROW_TRIGGERS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ledger_transfer: { ledger_transfer_is_lawful: "EXECUTE FUNCTION ledger_transfer_is_lawful()" },
  ledger_hold: {
    ledger_hold_key_is_no_transfer:
      "WHEN (new.idempotency_key IS NOT NULL) EXECUTE FUNCTION ledger_refuse_key_of_transfer()",
  },
  topup_intent: {
    topup_intent_key_is_no_spending:
      "WHEN (new.idempotency_key IS NOT NULL) EXECUTE FUNCTION topup_refuse_key_of_spending()",
  },
};

/**
 * What the functions say that triggers call, as the MD5 of their source without its layout. A migration that changes one of
 * them has to say so here.
 */
export const GUARD_FUNCTIONS: Readonly<Record<string, string>> = {
  ledger_transfer_is_lawful: "0f08d42a6d6c48d9c3e02c83d54310b0",
  ledger_key_names_hold: "50817297296e564da8602c78b659b95c",
  ledger_refuse_key_of_transfer: "12cb4a3c6be8d56d9e690ec77993f986",
  refuse_key_of_topup: "ff9f1a763736f9deaf360815638d15cd",
  topup_refuse_key_of_spending: "a3917221118af8c8934c3721e51a3b4c",
  refuse_change: "2116c680d08170d2b639d1ef204c10dd",
};

/** What guards the books is there and switched on. */
export const SAFEGUARD_CHECKS: readonly Check[] = [
  {
    name: "constraint",
    // A column of newer versions of Postgres is read through JSON, so that older ones do not mind.
    sql: `
      SELECT NULL AS customer_id, NULL AS seq, e.name AS subject_id,
             format('The constraint %s of the table %s %s.', e.name, e.relation,
                    CASE WHEN c.oid IS NULL THEN 'is missing' ELSE 'is not enforced on all rows' END) AS message
      FROM (VALUES ${pairs(CONSTRAINTS)}) AS e(relation, name)
      LEFT JOIN pg_constraint c ON c.conrelid = to_regclass(e.relation) AND c.conname = e.name
      WHERE c.oid IS NULL OR NOT c.convalidated OR to_jsonb(c)->>'conenforced' = 'false'`,
  },
  {
    name: "domain_constraint",
    sql: `
      SELECT NULL AS customer_id, NULL AS seq, e.name AS subject_id,
             format('The constraint %s of the column %s of the table %s %s.', e.name, e.field, e.relation,
                    CASE WHEN c.oid IS NULL THEN 'is missing' ELSE 'is not enforced on all rows' END) AS message
      FROM (VALUES ${triples(DOMAIN_CONSTRAINTS)}) AS e(relation, field, name)
      LEFT JOIN pg_attribute a ON a.attrelid = to_regclass(e.relation) AND a.attname = e.field
      LEFT JOIN pg_constraint c ON c.contypid = a.atttypid AND c.conname = e.name
      WHERE c.oid IS NULL OR NOT c.convalidated`,
  },
  {
    name: "unique_index",
    sql: `
      SELECT NULL AS customer_id, NULL AS seq, e.name AS subject_id,
             format('The unique index %s of the table %s %s.', e.name, e.relation,
                    CASE WHEN i.indexrelid IS NULL THEN 'is missing' ELSE 'is not in force' END) AS message
      FROM (VALUES ${pairs(UNIQUE_INDEXES)}) AS e(relation, name)
      LEFT JOIN pg_index i ON i.indrelid = to_regclass(e.relation) AND i.indexrelid = to_regclass(e.name)
      WHERE i.indexrelid IS NULL OR NOT (i.indisunique AND i.indisvalid AND i.indisready)`,
  },
  {
    name: "append_only",
    sql: `
      SELECT NULL AS customer_id, NULL AS seq, e.name AS subject_id,
             format('The trigger %s of the table %s %s.', e.name, e.relation, CASE
               WHEN t.oid IS NULL THEN 'is missing'
               WHEN t.tgenabled NOT IN ('O', 'A') THEN 'is switched off'
               ELSE 'does not refuse every change' END) AS message
      FROM (VALUES ${pairs(APPEND_ONLY_TRIGGERS)}) AS e(relation, name)
      LEFT JOIN pg_trigger t ON t.tgrelid = to_regclass(e.relation) AND t.tgname = e.name
      LEFT JOIN pg_proc p ON p.oid = t.tgfoid
      WHERE t.oid IS NULL OR t.tgenabled NOT IN ('O', 'A') OR t.tgqual IS NOT NULL OR p.prosrc NOT LIKE '%RAISE EXCEPTION%'`,
  },
  {
    name: "row_trigger",
    sql: `
      SELECT NULL AS customer_id, NULL AS seq, e.name AS subject_id,
             format('The trigger %s of the table %s %s.', e.name, e.relation, CASE
               WHEN t.oid IS NULL THEN 'is missing'
               WHEN t.tgenabled NOT IN ('O', 'A') THEN 'is switched off'
               ELSE 'does not do what it should' END) AS message
      FROM (VALUES ${triples(ROW_TRIGGERS)}) AS e(relation, name, action)
      LEFT JOIN pg_trigger t ON t.tgrelid = to_regclass(e.relation) AND t.tgname = e.name
      WHERE t.oid IS NULL OR t.tgenabled NOT IN ('O', 'A')
        OR pg_get_triggerdef(t.oid, true) <> format(
          'CREATE TRIGGER %s BEFORE INSERT ON %s FOR EACH ROW %s', e.name, e.relation, e.action)`,
  },
  {
    name: "late_trigger",
    // They run in the order of their names, and each sees the row as the one before it has left it.
    sql: `
      SELECT NULL AS customer_id, NULL AS seq, t.tgname AS subject_id,
             format('The trigger %s of the table ledger_transfer can change a row after it was found lawful.', t.tgname) AS message
      FROM pg_trigger t
      WHERE t.tgrelid = to_regclass('ledger_transfer') AND t.tgname > 'ledger_transfer_is_lawful' AND t.tgenabled <> 'D'
        AND pg_get_triggerdef(t.oid) ~ ' BEFORE .*INSERT.* FOR EACH ROW '`,
  },
  {
    name: "guard_function",
    sql: `
      SELECT NULL AS customer_id, NULL AS seq, e.name AS subject_id,
             format('The function %s %s.', e.name,
                    CASE WHEN p.oid IS NULL THEN 'is missing' ELSE 'does not say what it should' END) AS message
      FROM (VALUES ${functions()}) AS e(name, source)
      LEFT JOIN pg_proc p ON p.proname = e.name AND p.pronamespace = current_schema()::regnamespace
      WHERE p.oid IS NULL OR md5(regexp_replace(p.prosrc, '\\s+', ' ', 'g')) <> e.source`,
  },
  {
    name: "foreign_key_trigger",
    // Postgres keeps foreign keys with triggers of its own, which DISABLE TRIGGER ALL switches off without a trace elsewhere.
    sql: `
      SELECT NULL AS customer_id, NULL AS seq, c.conname AS subject_id,
             format('The foreign key %s of the table %s is switched off.', c.conname, c.conrelid::regclass) AS message
      FROM pg_constraint c
      WHERE c.conrelid IN (SELECT to_regclass(name) FROM (VALUES ${relations()}) AS e(name))
        AND EXISTS (SELECT 1 FROM pg_trigger t WHERE t.tgconstraint = c.oid AND t.tgenabled NOT IN ('O', 'A'))`,
  },
];

/** `('ledger_hold', 'ledger_hold_pkey'), …` */
function pairs(names: Readonly<Record<string, readonly string[]>>): string {
  return Object.entries(names)
    .flatMap(([relation, ofRelation]) => ofRelation.map((name) => `('${relation}', '${name}')`))
    .join(", ");
}

/** `('ledger_account', 'status', 'ledger_account_status'), …` */
function triples(entries: Readonly<Record<string, Readonly<Record<string, string>>>>): string {
  return Object.entries(entries)
    .flatMap(([relation, ofRelation]) =>
      Object.entries(ofRelation).map(([name, value]) => `('${relation}', '${name}', '${value}')`),
    )
    .join(", ");
}

/** `('refuse_change', '…'), …` */
function functions(): string {
  return Object.entries(GUARD_FUNCTIONS)
    .map(([name, source]) => `('${name}', '${source}')`)
    .join(", ");
}

function relations(): string {
  return Object.keys(CONSTRAINTS)
    .map((relation) => `('${relation}')`)
    .join(", ");
}
