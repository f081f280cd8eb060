import type { ClientBase } from "pg";
import { IdempotencyConflictError } from "@/lib/platform/errors";
import { isKeyTaken } from "./failures";
import { pool, preparesStatements } from "./pool";
import type { Tx } from "./prisma";
import { repeatConflicts } from "./repeat-conflicts";

/**
 * A statement with a fixed text. `name` makes node-postgres prepare it once a connection. Values go in as text and are
 * cast in the SQL (`$1::bigint`), results come out as text (`::text`): so one text gives the same answer through both
 * drivers, and nobody's type parsers are touched.
 */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** Runs statements: each by itself on the pool, or in a transaction. */
export interface Queryable {
  run<Row>(statement: Statement, values: readonly (string | null)[]): Promise<Row[]>;
}

/** Translates the error of a key that belongs to another kind of request. */
function refuseTakenKey(error: unknown): never {
  throw isKeyTaken(error) ? new IdempotencyConflictError() : error;
}

/** Runs each statement in a transaction of its own, and retries it after a conflict with another one. */
export function onPool(): Queryable {
  return {
    async run<Row>(statement: Statement, values: readonly (string | null)[]) {
      const name = preparesStatements() ? { name: statement.name } : {};
      const query = { ...name, text: statement.text, values: [...values] };
      const result = await repeatConflicts(() => pool().query(query)).catch(refuseTakenKey);
      return result.rows as Row[];
    },
  };
}

/** Runs statements as part of a transaction. */
export function inTransaction(tx: Tx): Queryable {
  return {
    run<Row>(statement: Statement, values: readonly (string | null)[]) {
      return tx.$queryRawUnsafe<Row[]>(statement.text, ...values);
    },
  };
}

/** Runs statements on a connection that the caller holds, such as in a transaction without time limits. */
export function onClient(client: ClientBase): Queryable {
  return {
    async run<Row>({ text }: Statement, values: readonly (string | null)[]) {
      return (await client.query(text, [...values])).rows as Row[];
    },
  };
}
