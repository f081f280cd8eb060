import { Hono } from "hono";
import { z } from "zod";
import { ACCOUNT_CHANGES, type AccountChange, recordAccountChange } from "../resources/balance/account-funds";
import { createPayout, endPayout, PAYOUT_ENDS } from "../resources/payouts/payout";
import { inTransaction, NO_REQUEST, type Runtime } from "../runtime";
import { type ControlEnv, readJson } from "./control-request";

/** `/_control`: payouts, and changes of the balance that no payment causes. */
export function createBalanceControl(runtime: Runtime): Hono<ControlEnv> {
  const control = new Hono<ControlEnv>();
  control.post("/balance_transactions", async (c) => {
    const { type, amount, currency, description } = accountChangeInput.parse(await readJson(c));
    const change = { type, amountCents: amount, currency, description };
    return c.json(await inTransaction(runtime, NO_REQUEST, (tx) => recordAccountChange(tx, change)));
  });
  control.post("/payouts", async (c) => {
    const { amount, currency } = payoutInput.parse(await readJson(c));
    const input = { amountCents: amount, currency };
    return c.json(await inTransaction(runtime, NO_REQUEST, (tx) => createPayout(tx, input)));
  });
  for (const end of PAYOUT_ENDS) {
    control.post(`/payouts/:id/${end}`, async (c) =>
      c.json(await inTransaction(runtime, NO_REQUEST, (tx) => endPayout(tx, c.req.param("id"), end))),
    );
  }
  return control;
}

const accountChangeInput = z.strictObject({
  type: z.enum(Object.keys(ACCOUNT_CHANGES) as AccountChange[]).default("stripe_fee"),
  /** Cents; negative for what Stripe takes. */
  amount: z.int(),
  currency: z.string().default("usd"),
  description: z.string().nullable().default(null),
});

const payoutInput = z.strictObject({
  /** Cents. Default: everything available, as an automatic payout. */
  amount: z.int().min(1).optional(),
  currency: z.string().default("usd"),
});
