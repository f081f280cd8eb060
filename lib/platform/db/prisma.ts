import { PrismaPg } from "@prisma/adapter-pg";
import { Prisma, PrismaClient } from "@/prisma/generated/client";
import { isRetryable } from "./failures";
import { closePool, pool } from "./pool";

const shared = globalThis as typeof globalThis & { brimPrisma?: PrismaClient };

/** Prisma on the shared pool: for everything but the statements that post. */
export function prisma(): PrismaClient {
  shared.brimPrisma ??= new PrismaClient({ adapter: new PrismaPg(pool()), errorFormat: "minimal" });
  return shared.brimPrisma;
}

/** A transaction of the database. Passed first to whatever takes part in it. */
export type Tx = Prisma.TransactionClient;

const MAX_TRIES = 5;

/**
 * Runs `body` in one READ COMMITTED transaction and again when the database chose it as the victim of a deadlock.
 * So the body must be repeatable and must not call the network.
 */
export async function withTransaction<T>(body: (tx: Tx) => Promise<T>): Promise<T> {
  for (let tryNumber = 1; ; tryNumber++) {
    try {
      return await prisma().$transaction(body, { maxWait: 5_000, timeout: 15_000 });
    } catch (error) {
      if (tryNumber >= MAX_TRIES || !isRetryable(error)) throw error;
    }
  }
}

/** Closes Prisma and the pool; for the end of a process or of a test. */
export async function closeDatabase(): Promise<void> {
  const client = shared.brimPrisma;
  shared.brimPrisma = undefined;
  await client?.$disconnect();
  await closePool();
}

export { Prisma };
