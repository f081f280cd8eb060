import { z } from "zod";
import { makeDefaultCard } from "@/lib/auto-charge";
import { CARD_EXPIRIES, listCardPage, removeCard, type SavedCard } from "@/lib/payment-methods";
import type { Page } from "@/lib/platform/paging";
import { giver } from "./auto-top-up";
import { customerRoute } from "./route";
import { type ListScope, listQuery, nextCursor, nextCursorField, readPageRequest } from "./schemas/lists";
import { timeField } from "./schemas/response-fields";

const paymentMethodResponse = z
  .strictObject({
    payment_method_id: z.string().meta({
      description: "Stripe's id of the card.",
      examples: ["pm_1QxK2eLkdIwHu7ixabcd1234"],
    }),
    card_brand: z.string().meta({ description: "The card brand, as Stripe names it.", examples: ["visa"] }),
    card_last4: z
      .string()
      .regex(/^\d{4}$/)
      .meta({ description: "The last four digits.", examples: ["4242"] }),
    card_exp_month: z
      .int()
      .min(1)
      .max(12)
      .meta({ description: "The expiration month.", examples: [12] }),
    card_exp_year: z
      .int()
      .min(2000)
      .max(9999)
      .meta({ description: "The expiration year.", examples: [2030] }),
    expiry: z.enum(CARD_EXPIRIES).meta({
      description: "`expiring` in the last 30 days before the card expires.",
      examples: ["valid"],
    }),
    is_default: z.boolean().meta({ description: "Whether this card is charged by default." }),
    created_at: timeField("When the card was saved."),
  })
  .meta({ id: "PaymentMethod", description: "A saved card." });

const paymentMethodListResponse = z
  .strictObject({
    payment_methods: z.array(paymentMethodResponse).meta({ description: "Newest first." }),
    next_cursor: nextCursorField,
  })
  .meta({ id: "PaymentMethodList", description: "A page of the customer's saved cards." });

function presentPaymentMethod(card: SavedCard) {
  return {
    payment_method_id: card.paymentMethodId,
    card_brand: card.brand,
    card_last4: card.last4,
    card_exp_month: card.expMonth,
    card_exp_year: card.expYear,
    expiry: card.expiry,
    is_default: card.isDefault,
    created_at: card.createdAt.toISOString(),
  } satisfies z.input<typeof paymentMethodResponse>;
}

export const listPaymentMethods = customerRoute(
  {
    method: "GET",
    path: "/api/v1/billing/payment-methods",
    operationId: "listPaymentMethods",
    tag: "Billing",
    summary: "List saved cards, newest first",
    description: "Lists all cards that can be charged. A card that was saved twice is listed once.",
    scope: "billing:read",
    query: z.strictObject(listQuery),
    response: paymentMethodListResponse,
  },
  async ({ actor, query }) => {
    const scope = { list: "payment-methods", owner: actor.customerId };
    const page = await listCardPage(actor.customerId, readPageRequest(scope, query));
    return presentPaymentMethods(scope, page);
  },
);

function presentPaymentMethods(scope: ListScope, page: Page<SavedCard>) {
  return {
    payment_methods: page.items.map(presentPaymentMethod),
    next_cursor: nextCursor(scope, page),
  } satisfies z.input<typeof paymentMethodListResponse>;
}

const paymentMethodPath = z.object({
  payment_method_id: z
    .string()
    .regex(/^[A-Za-z0-9_]{1,255}$/, "There is no such payment method.")
    .meta({ description: "Stripe's id of the card.", examples: ["pm_1QxK2eLkdIwHu7ixabcd1234"] }),
});

export const removePaymentMethod = customerRoute(
  {
    method: "DELETE",
    path: "/api/v1/billing/payment-methods/{payment_method_id}",
    operationId: "removePaymentMethod",
    tag: "Billing",
    summary: "Remove a saved card",
    description:
      "Detaches the card at Stripe, so that it can no longer be charged. If the card was saved twice, both are removed. Removing a card again has no effect. If the default card is removed, no other card becomes the default. If auto top-up charges the card, it is disabled with the reason `payment_method_detached`.",
    params: paymentMethodPath,
    scope: "billing:write",
    response: null,
    errors: ["not_found", "service_unavailable"],
  },
  async ({ actor, params }) => {
    await removeCard(actor.customerId, params.payment_method_id, new Date());
    return undefined;
  },
);

export const setDefaultPaymentMethod = customerRoute(
  {
    method: "POST",
    path: "/api/v1/billing/payment-methods/{payment_method_id}/default",
    operationId: "setDefaultPaymentMethod",
    tag: "Billing",
    summary: "Make a saved card the default",
    description:
      "The default card is charged unless another card is specified. If auto top-up charges the default card, it charges the new one from now on, and retries a declined charge with it at once. Repeating the request has no effect.",
    params: paymentMethodPath,
    scope: "billing:write",
    response: paymentMethodResponse,
    errors: ["not_found", "service_unavailable"],
  },
  async ({ actor, params, request }) => {
    const consentGiver = giver({ actor, request });
    return presentPaymentMethod(
      await makeDefaultCard(actor, params.payment_method_id, consentGiver, new Date()),
    );
  },
);
