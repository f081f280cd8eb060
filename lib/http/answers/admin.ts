import { z } from "zod";
import { ACCOUNT_STATUSES } from "@/lib/ledger";
import {
  exampleId,
  idField,
  instantField,
  nextCursorField,
  orNull,
  positiveUsdField,
  usdField,
} from "../fields/fields";

/** A customer as the operator sees it. */
export const customerAnswer = z
  .strictObject({
    customer_id: idField("customer", "The customer."),
    name: z.string().meta({ description: "Shown on its pages and invoices.", examples: ["Acme AI"] }),
    email: z.string().meta({
      description: "In lower case. Whoever proves it at sign-in becomes the customer's owner.",
      examples: ["billing@acme.example"],
    }),
    status: z.enum(ACCOUNT_STATUSES).meta({
      description: "From a `frozen` or `closed` account nothing new can be spent.",
      examples: ["active"],
    }),
    balance_usd: usdField("The balance. Below zero the customer owes.", "24.9625"),
    held_usd: positiveUsdField("What is reserved by holds.", "5.00"),
    available_usd: usdField("What can be spent: the balance less what is held.", "19.9625"),
    created_at: instantField("When it was made."),
  })
  .meta({ id: "Customer", description: "A party that owns one balance." });

/** A page of customers. */
export const customersAnswer = z
  .strictObject({
    customers: z.array(customerAnswer).meta({ description: "Newest first." }),
    next_cursor: nextCursorField,
  })
  .meta({ id: "CustomerList", description: "A page of customers." });

const adjusted = {
  adjustment_id: idField("transfer", "The adjustment. In the customer's records it is the `record_id`."),
  customer_id: idField("customer", "Whose balance was adjusted."),
  amount_usd: usdField("What the balance gained; with a minus sign, what it lost.", "-1.50"),
  reason: z.string().meta({
    description: "Why. The customer reads it in its activity.",
    examples: ["Charged twice on 3 November"],
  }),
  created_at: instantField("When it was recorded."),
};

/** An adjustment that was made. */
export const adjustmentAnswer = z
  .strictObject({
    ...adjusted,
    balance_usd: usdField("The balance right after it.", "24.9625"),
    available_usd: usdField("What could be spent right after it: the balance less what is held.", "19.9625"),
  })
  .meta({ id: "Adjustment", description: "A balance put right by hand." });

const listedAdjustment = z
  .strictObject({
    ...adjusted,
    balance_after_usd: usdField("The balance right after it.", "24.9625"),
    api_key_id: orNull(idField("apiKey", "The key that asked for it.")),
  })
  .meta({ id: "ListedAdjustment", description: "A balance put right by hand, and by whose key." });

/** A page of adjustments. */
export const adjustmentsAnswer = z
  .strictObject({
    adjustments: z.array(listedAdjustment).meta({ description: "Newest first." }),
    next_cursor: nextCursorField,
  })
  .meta({ id: "AdjustmentList", description: "A page of adjustments." });

/** A way into a customer's billing page. */
export const billingLinkAnswer = z
  .strictObject({
    url: z.url().meta({
      description: "Send the browser there at once. It can be used once; fetching it uses nothing up.",
      examples: [`https://billing.example.com/billing-link?customer=${exampleId("customer")}&token=Zm9vYmFy`],
    }),
    expires_at: instantField("Until when it can be used: ten minutes.", "2026-11-22T18:40:00.000Z"),
  })
  .meta({ id: "BillingLink", description: "A one-time way into the billing page of one customer." });
