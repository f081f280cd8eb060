import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  anAutoCustomer,
  autoTopUps,
  availableOf,
  invoicesAtStripe,
  mailKindsOf,
  outcomesOf,
  ruleOf,
  spend,
} from "@/tests/support/auto-top-up";
import { type RunningBrim, startBrim } from "@/tests/support/brim";
import { expectLedgerVerified } from "@/tests/support/expect-ledger-verified";
import { runTasks } from "@/tests/support/tasks";

let brim: RunningBrim;

beforeAll(async () => {
  brim = await startBrim();
  await brim.control("/deliveries/mode", { mode: "drop" });
});
afterEach(() => expectLedgerVerified());
afterAll(() => brim.stop());

describe("a debit that takes the balance below the threshold", () => {
  it("charges the card once and credits the amount without tax, even if no webhook arrives", async () => {
    const customer = await anAutoCustomer(brim, { country: "DE" });

    await spend(customer, "25.00");
    await runTasks();
    await runTasks();

    expect(await availableOf(customer)).toBe("25.00");
    expect(await invoicesAtStripe(brim, customer)).toEqual(["paid 2380"]);
    expect(await outcomesOf(customer)).toEqual(["above_threshold", "fired"]);
    const [topUp] = await autoTopUps(customer);
    expect(topUp).toMatchObject({ status: "succeeded", amountCents: 2000, totalCents: 2380, taxCents: 380 });
    expect(await mailKindsOf(customer)).toEqual(["auto_topup_succeeded"]);
    expect(await ruleOf(customer)).toBe("on");
  });

  it("charges once for 64 debits at the same time", async () => {
    const customer = await anAutoCustomer(brim, { balance: 74 });

    await Promise.all(Array.from({ length: 64 }, () => spend(customer, "1.00")));
    await spend(customer, "1.00");
    await Promise.all([runTasks(), runTasks()]);

    expect(await invoicesAtStripe(brim, customer)).toEqual(["paid 2000"]);
    expect(await availableOf(customer)).toBe("29.00");
  });
});
