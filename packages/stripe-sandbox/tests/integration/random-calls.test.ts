import { afterAll, beforeAll, expect, it } from "vitest";
import { atDepth } from "@/tests/support/depth";
import { diceOf } from "../support/random-calls/dice";
import { expectBooksInOrder } from "../support/random-calls/expect-books-in-order";
import { KnownObjects } from "../support/random-calls/known-objects";
import { makeRandomCall } from "../support/random-calls/make-random-call";
import { startTestSandbox, type TestSandbox } from "../support/test-sandbox";

const CALLS = atDepth({ ci: 400, deep: 20_000 });
const CLIENTS = 8;
const CALLS_EACH = atDepth({ ci: 15, deep: 600 });
/** Operations that are only certain to occur in thousands of calls. */
const RARER_TYPES = ["payment_intent", "charge", "checkout.session", "refund", "dispute"];
/** Enough to show what is wrong. */
const MOST_FAILURES = 10;

let sandbox: TestSandbox;

beforeAll(async () => {
  sandbox = await startTestSandbox({ seed: "random calls", redirectWaitMs: 0 });
});
afterAll(() => sandbox.stop());

it(`answers ${CALLS} random calls without a failure, in Stripe's shapes, with consistent balances`, async () => {
  const seed = Number(process.env.TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));
  console.log(`random calls: TEST_SEED=${seed} repeats them`);
  const dice = diceOf(seed);
  const known = new KnownObjects();
  const statuses = new Map<number, number>();
  const failures: string[] = [];

  for (let made = 0; made < CALLS && failures.length < MOST_FAILURES; made += 1) {
    const status = await makeRandomCall(sandbox, dice, known).catch((error: Error) => {
      failures.push(`call ${made}: ${error.message}`);
      return 0;
    });
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
  }
  expect(failures).toEqual([]);

  console.log(`answers: ${[...statuses].map(([status, count]) => `${count} × ${status}`).join(", ")}`);
  // Otherwise all calls were rejected early and nothing above was tested.
  expect(statuses.get(200) ?? 0).toBeGreaterThan(CALLS / 10);
  expect(known.types).toEqual(expect.arrayContaining(atDepth({ ci: ["payment_intent"], deep: RARER_TYPES })));
  await expectBooksInOrder(sandbox);
});

it(`keeps balances consistent when ${CLIENTS} clients make random calls concurrently`, async () => {
  const known = new KnownObjects();
  const failures: string[] = [];
  const client = async (seed: number) => {
    const dice = diceOf(seed);
    for (let made = 0; made < CALLS_EACH && failures.length < MOST_FAILURES; made += 1) {
      await makeRandomCall(sandbox, dice, known).catch((error: Error) => failures.push(error.message));
    }
  };

  // How the calls interleave depends on the machine, so no seed can reproduce it.
  await Promise.all(Array.from({ length: CLIENTS }, (_, index) => client(index)));

  expect(failures).toEqual([]);
  await expectBooksInOrder(sandbox);
});
