import { z } from "zod";
import { findPause, pauseAutoTopUp, resumeAutoTopUp } from "@/lib/auto-top-up";
import { readCustomerAccount } from "@/lib/customers";
import type { CustomerId } from "@/lib/platform/ids";
import { reasonBody } from "./customers";
import { operatorRoute } from "./route";
import { pathId } from "./schemas/request-fields";
import { idField, orNull, timeField } from "./schemas/response-fields";

const pauseResponse = z
  .strictObject({
    customer_id: orNull(idField("customer", "The customer. Null if it concerns all customers.")),
    paused: z
      .boolean()
      .meta({ description: "Whether automatic charges are paused by the operator.", examples: [true] }),
    reason: z
      .string()
      .nullable()
      .meta({ description: "The reason, or null.", examples: ["Card testing on 3 November"] }),
    paused_at: orNull(timeField("Since when, or null.")),
  })
  .meta({ id: "AutoTopUpPause", description: "The operator's pause of automatic charges." });

const customerPath = z.object({ customer_id: pathId("customer", "customer") });

const EFFECT =
  "No new automatic charge is started; one that was already sent to Stripe is completed. Rules keep their settings, and customers see `paused_by_operator`.";

export const pauseAllAutoTopUps = operatorRoute(
  {
    method: "POST",
    path: "/api/v1/admin/auto-topup/pause",
    operationId: "pauseAllAutoTopUps",
    tag: "Admin",
    summary: "Pause all automatic charges",
    description: `${EFFECT} Pausing again only changes the reason.`,
    body: reasonBody,
    response: pauseResponse,
    responseDescription: "The pause of all customers.",
  },
  async ({ actor, body }) => {
    await pauseAutoTopUp(actor, { customerId: null, reason: body.reason }, new Date());
    return presentPause(null);
  },
);

export const resumeAllAutoTopUps = operatorRoute(
  {
    method: "POST",
    path: "/api/v1/admin/auto-topup/resume",
    operationId: "resumeAllAutoTopUps",
    tag: "Admin",
    summary: "Resume all automatic charges",
    description:
      "Customers whose balance is below their threshold are charged within a minute or two. Pauses of single customers stay. Has no effect if nothing is paused.",
    body: reasonBody,
    response: pauseResponse,
    responseDescription: "No pause of all customers.",
  },
  async ({ actor, body }) => {
    await resumeAutoTopUp(actor, { customerId: null, reason: body.reason });
    return presentPause(null);
  },
);

export const pauseAutoTopUpOfCustomer = operatorRoute(
  {
    method: "POST",
    path: "/api/v1/admin/customers/{customer_id}/auto-topup/pause",
    operationId: "pauseAutoTopUpOfCustomer",
    tag: "Admin",
    summary: "Pause a customer's automatic charges",
    description: EFFECT,
    params: customerPath,
    body: reasonBody,
    response: pauseResponse,
    responseDescription: "The customer's pause.",
  },
  async ({ actor, params, body }) => {
    const { customerId } = await readCustomerAccount(params.customer_id);
    await pauseAutoTopUp(actor, { customerId, reason: body.reason }, new Date());
    return presentPause(customerId);
  },
);

export const resumeAutoTopUpOfCustomer = operatorRoute(
  {
    method: "POST",
    path: "/api/v1/admin/customers/{customer_id}/auto-topup/resume",
    operationId: "resumeAutoTopUpOfCustomer",
    tag: "Admin",
    summary: "Resume a customer's automatic charges",
    description:
      "If the balance is below the threshold, the card is charged at once. A pause of all customers stays. Has no effect if the customer is not paused.",
    params: customerPath,
    body: reasonBody,
    response: pauseResponse,
    responseDescription: "No pause of the customer.",
  },
  async ({ actor, params, body }) => {
    const { customerId } = await readCustomerAccount(params.customer_id);
    await resumeAutoTopUp(actor, { customerId, reason: body.reason });
    return presentPause(customerId);
  },
);

async function presentPause(customerId: CustomerId | null) {
  const pause = await findPause(customerId);
  return {
    customer_id: customerId,
    paused: pause !== null,
    reason: pause?.reason ?? null,
    paused_at: pause?.pausedAt.toISOString() ?? null,
  } satisfies z.input<typeof pauseResponse>;
}
