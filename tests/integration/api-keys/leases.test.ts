import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createApiKey, revokeApiKey, verifyApiKey } from "@/lib/api-keys";
import { UnauthorizedError } from "@/lib/auth";
import { prisma } from "@/lib/platform/db";
import { blockDatabase } from "../../support/database";
import { testDatabase } from "../../support/settings";

const database = testDatabase();
beforeAll(() => database.ready);
afterAll(() => database.drop());

const aKey = () => createApiKey({ customerId: null, name: "test", scopes: "all" });

/** Uses a key repeatedly until it is stopped. Returns when each use started and how it ended. */
function keepUsing(secret: string) {
  const uses: { begunAt: number; isTaken: boolean }[] = [];
  let isDone = false;
  const loop = async () => {
    while (!isDone) {
      const begunAt = performance.now();
      const isTaken = await verifyApiKey(secret).then(
        () => true,
        () => false,
      );
      uses.push({ begunAt, isTaken });
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  };
  const running = Promise.all([loop(), loop(), loop()]);
  return async () => {
    isDone = true;
    await running;
    return uses;
  };
}

describe("a cached key", () => {
  it("is rejected as soon as its revocation has returned", async () => {
    const { apiKeyId, secret } = await aKey();
    const stop = keepUsing(secret);
    await expect.poll(() => verifyApiKey(secret)).toBeTruthy();

    await revokeApiKey(apiKeyId, new Date(), { force: true });
    const revokedAt = performance.now();
    await new Promise((resolve) => setTimeout(resolve, 200));

    const uses = await stop();
    expect(uses.some(({ isTaken }) => isTaken)).toBe(true);
    const after = uses.filter(({ begunAt }) => begunAt >= revokedAt);
    expect(after.length).toBeGreaterThan(0);
    expect(after.filter(({ isTaken }) => isTaken)).toEqual([]);
  });

  it("updates its last use at most once a minute", async () => {
    const { apiKeyId, secret } = await aKey();
    const lastUse = async () =>
      (await prisma().apiKey.findUniqueOrThrow({ where: { apiKeyId } })).lastUsedAt?.getTime();
    const start = Date.now();
    await verifyApiKey(secret, new Date(start));

    for (const seconds of [1, 30, 59]) await verifyApiKey(secret, new Date(start + seconds * 1_000));
    const withinAMinute = await lastUse();
    await verifyApiKey(secret, new Date(start + 61_000));

    expect(withinAMinute).toBe(start);
    expect(await lastUse()).toBe(start + 61_000);
  });

  it("is rejected once it expires while it is cached", async () => {
    const { apiKeyId, secret } = await aKey();
    const expiresAt = new Date(Date.now() + 60_000);
    await prisma().apiKey.update({ where: { apiKeyId }, data: { expiresAt } });
    await verifyApiKey(secret, new Date(expiresAt.getTime() - 1));

    await expect(verifyApiKey(secret, expiresAt)).rejects.toThrow(UnauthorizedError);
  });

  it("does not accept another secret with the same prefix", async () => {
    const { secret } = await aKey();
    await verifyApiKey(secret);
    const forged = `${secret.slice(0, -1)}${secret.endsWith("A") ? "B" : "A"}`;

    await expect(verifyApiKey(forged)).rejects.toThrow(UnauthorizedError);
  });
});

it("accepts a new key immediately, even if it was looked up before it existed", async () => {
  const { apiKeyId, secret } = await aKey();
  const row = await prisma().apiKey.delete({ where: { apiKeyId } });
  await expect(verifyApiKey(secret)).rejects.toThrow(UnauthorizedError);

  await prisma().apiKey.create({ data: row });

  await expect(verifyApiKey(secret)).resolves.toMatchObject({ apiKeyId });
});

it("does not cache failures: the key is accepted right after a database outage", async () => {
  const { apiKeyId, secret } = await aKey();
  const letIn = await blockDatabase(process.env.DATABASE_URL as string);
  await expect(verifyApiKey(secret)).rejects.not.toThrow(UnauthorizedError);

  await letIn();

  await expect(verifyApiKey(secret)).resolves.toMatchObject({ apiKeyId });
});
