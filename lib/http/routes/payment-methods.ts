import { z } from "zod";
import { chooseDefaultCard, listCardPage, removeCard } from "@/lib/payment-methods";
import { paymentMethodAnswer, paymentMethodsAnswer } from "../answers/billing";
import { listQuery, readPage } from "../lists/list-query";
import { presentCard, presentCards } from "../present/billing";
import { customerRoute } from "../route";

export const listPaymentMethods = customerRoute(
  {
    method: "GET",
    path: "/api/v1/billing/payment-methods",
    operationId: "listPaymentMethods",
    tag: "Billing",
    summary: "List the saved cards, newest first",
    description: "All that can be charged. A card that was saved twice is there once.",
    scope: "billing:read",
    query: z.strictObject(listQuery),
    answer: paymentMethodsAnswer,
  },
  async ({ actor, query }) => {
    const of = { list: "payment-methods", owner: actor.customerId };
    const { limit, position } = readPage(of, query);
    const page = await listCardPage(actor.customerId, { limit, before: position ?? undefined });
    return { body: presentCards(of, page) };
  },
);

const cardPath = z.object({
  payment_method_id: z
    .string()
    .regex(/^[A-Za-z0-9_]{1,255}$/, "There is no such payment method.")
    .meta({ description: "Stripe's name for the card.", examples: ["pm_1QxK2eLkdIwHu7ixabcd1234"] }),
});

export const removePaymentMethod = customerRoute(
  {
    method: "DELETE",
    path: "/api/v1/billing/payment-methods/{payment_method_id}",
    operationId: "removePaymentMethod",
    tag: "Billing",
    summary: "Remove a saved card",
    description:
      "Removes it at Stripe, so that it cannot be charged any more, and here; a card that was saved twice goes as a whole. Removing it again changes nothing. A default that is removed is not replaced by another card.",
    params: cardPath,
    scope: "billing:write",
    answer: null,
    refusals: ["not_found", "service_unavailable"],
  },
  async ({ actor, params }) => {
    await removeCard(actor.customerId, params.payment_method_id ?? "", new Date());
    return { status: 204, body: null };
  },
);

export const setDefaultPaymentMethod = customerRoute(
  {
    method: "POST",
    path: "/api/v1/billing/payment-methods/{payment_method_id}/default",
    operationId: "setDefaultPaymentMethod",
    tag: "Billing",
    summary: "Make a saved card the default",
    description: "The default is used unless another card is named. Doing it again changes nothing.",
    params: cardPath,
    scope: "billing:write",
    answer: paymentMethodAnswer,
    refusals: ["not_found", "service_unavailable"],
  },
  async ({ actor, params }) => ({
    body: presentCard(await chooseDefaultCard(actor.customerId, params.payment_method_id ?? "", new Date())),
  }),
);
