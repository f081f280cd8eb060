import { PrismaPg } from "@prisma/adapter-pg";
import { Prisma, PrismaClient } from "@/prisma/generated/client";
import { databaseTimeouts } from "./deadline";
import { closePool, pool } from "./pool";
import { repeatConflicts } from "./repeat-conflicts";

const shared = globalThis as typeof globalThis & { brimPrisma?: PrismaClient };

/** Prisma on the shared pool: for everything but the statements that post. */
export function prisma(): PrismaClient {
  shared.brimPrisma ??= new PrismaClient({ adapter: new PrismaPg(pool()), errorFormat: "minimal" });
  return shared.brimPrisma;
}

/** A transaction of the database. Passed first to whatever takes part in it. */
export type Tx = Prisma.TransactionClient;

/**
 * Runs `body` in one transaction, READ COMMITTED as its session says, and again when the database undid it only because of another one.
 * So the body must be repeatable and must not call the network.
 *
 * @throws DatabaseBusyError others were in its way until the deadline; nothing was written
 */
export function withTransaction<T>(body: (tx: Tx) => Promise<T>): Promise<T> {
  const { connect, transaction } = databaseTimeouts();
  return repeatConflicts(() => prisma().$transaction(body, { maxWait: connect, timeout: transaction }));
}

/** Closes Prisma and the pool; for the end of a process or of a test. */
export async function closeDatabase(): Promise<void> {
  const client = shared.brimPrisma;
  shared.brimPrisma = undefined;
  await client?.$disconnect();
  await closePool();
}

export { Prisma };
