import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  FIRST_CHARGE_USD,
  type QuickStartStep,
  quickStartSteps,
  REMAINING_USD,
} from "@/app/docs/quick-start/steps";
import { type CustomerId, isId } from "@/lib/platform/ids";
import { expectLedgerVerified } from "@/tests/support/expect-ledger-verified";
import { missingPython, openPython, type Python } from "@/tests/support/python";
import { usualKey } from "@/tests/support/refusals/valid-request";
import { keyOf } from "@/tests/support/refusals/world";
import { SAMPLED, type SampleWorld, sampleOf, startSampleWorld } from "@/tests/support/samples";
import { topUp } from "@/tests/support/spending";

const missing = missingPython();

/** Brim does not need Python, so these tests are skipped without it. In CI that is a failure. */
const mayBeMissing = !process.env.CI;

it.skipIf(missing && mayBeMissing)(`Python is available${missing ? `: ${missing}` : ""}`, () => {
  expect(missing).toBeUndefined();
});

// The line above reports that all of these are skipped.
if (!missing)
  describe("in Python", () => {
    let samples: SampleWorld;
    let python: Python;

    beforeAll(async () => {
      samples = await startSampleWorld();
      python = openPython();
    });
    afterAll(async () => {
      python.close();
      await samples.stop();
    });

    describe("the samples, run in sequence", () => {
      it.each(SAMPLED)("%s succeeds", async (_id, route) => {
        const source = await sampleOf(route, "Python", samples.world);

        const printed = await python.run(source, {
          environment: { BRIM_API_KEY: usualKey(route, samples.world) },
          isNew: true,
        });

        expect(printed === "").toBe(!route.response);
        expect(printed).not.toContain("'ok': False"); // a rejected item of a batch
      });

      it("leave the ledger consistent", () => expectLedgerVerified());
    });

    describe("the quick start", () => {
      it("works exactly as shown, with a top-up in between", async () => {
        const steps = new Map(quickStartSteps(samples.brim.url).map((step) => [step.id, step.python]));
        const environment = { BRIM_API_KEY: await keyOf(null) };
        const follow = (id: QuickStartStep["id"]) => python.run(steps.get(id) ?? "", { environment });

        expect(await follow("key")).toBe("");
        const customerId = (await follow("customer")) as CustomerId;
        expect(isId("customer", customerId)).toBe(true);
        expect(await follow("link")).toContain(
          `${samples.brim.url}/billing-link?customer=${customerId}&token=`,
        );
        expect(await follow("refused")).toContain("'error': 'PAYMENT_REQUIRED'");
        await topUp(customerId, "25.00");
        const charged = await follow("charge");
        expect(charged).toContain(`'amount_usd': '${FIRST_CHARGE_USD}'`);
        expect(await follow("charge")).toBe(charged);
        expect(await follow("balance")).toBe(REMAINING_USD);
      });

      it("covers every step that calls the API", () => {
        for (const { id, typeScript, python: source } of quickStartSteps(samples.brim.url)) {
          expect(`${id} ${source !== undefined}`).toBe(`${id} ${typeScript !== undefined}`);
        }
      });
    });
  });
