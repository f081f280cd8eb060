import { expect, test } from "@playwright/test";
import { type BrimProcesses, startProcesses } from "./support/processes";

const LIMIT = 40;
const MINUTE_MS = 60_000;

let brim: BrimProcesses;
/** Two processes of one Brim. */
let addresses: string[];

test.beforeAll(async () => {
  brim = await startProcesses({ RATE_LIMIT_STORE: "postgres", RATE_LIMIT_READS: String(LIMIT) });
  addresses = [brim.appUrl, await brim.startAnotherApp()];
});
test.afterAll(() => brim.stop());

const ask = (address: string) =>
  fetch(`${address}/api/v1/billing/balance`, { headers: { authorization: `Bearer ${brim.customerKey}` } });

test("two processes share one limit, exactly, however many requests come at once", async () => {
  const startedAt = Date.now();
  const requests = Array.from({ length: 2 * LIMIT }, (_, n) => ask(addresses[n % 2] ?? ""));

  const answers = await Promise.all(requests);

  const late = await Promise.all(addresses.map(ask));
  expect(Date.now() - startedAt, "a minute must not end meanwhile").toBeLessThan(MINUTE_MS);
  const passed = answers.filter(({ status }) => status === 200);
  const refused = answers.filter(({ status }) => status === 429);
  expect([passed.length, refused.length]).toEqual([LIMIT, LIMIT]);
  // Each number once: no two requests, in whichever process, were counted as the same one.
  const left = passed.map(({ headers }) => Number(headers.get("x-ratelimit-remaining")));
  expect(left.sort((a, b) => a - b)).toEqual(Array.from({ length: LIMIT }, (_, n) => n));
  // Both took part: each let some through, and each refuses now.
  const hosts = new Set(passed.map(({ url }) => new URL(url).port));
  expect(hosts.size).toBe(2);
  expect(late.map(({ status }) => status)).toEqual([429, 429]);
});
