import { NOTHING, type OperationSpec } from "./operation-spec";
import type { RequestSchema } from "./request-schema";

const EXPAND: RequestSchema = { type: "array", items: { type: "string" } };

/** Operations missing from spec.json: a few that Stripe documents, and some that only its command-line tool calls. */
export const undocumented: readonly OperationSpec[] = [
  {
    id: "Events.retry",
    method: "POST",
    path: "/v1/events/{id}/retry",
    query: NOTHING,
    body: {
      type: "object",
      properties: { account: { type: "string" }, webhook_endpoint: { type: "string" }, expand: EXPAND },
      additionalProperties: false,
    },
  },
  {
    id: "PaymentPages.retrieve",
    method: "GET",
    path: "/v1/payment_pages/{session}",
    query: { type: "object", properties: { expand: EXPAND }, additionalProperties: false },
    body: NOTHING,
  },
  {
    id: "PaymentPages.confirm",
    method: "POST",
    path: "/v1/payment_pages/{session}/confirm",
    query: NOTHING,
    body: {
      type: "object",
      properties: {
        expected_amount: { type: "integer" },
        payment_method: { type: "string" },
        expand: EXPAND,
      },
      required: ["payment_method"],
      additionalProperties: false,
    },
  },
  {
    id: "BillingPortal.Configurations.retrieve",
    method: "GET",
    path: "/v1/billing_portal/configurations/{configuration}",
    query: { type: "object", properties: { expand: EXPAND }, additionalProperties: false },
    body: NOTHING,
  },
  {
    id: "Customers.retrieveTaxId",
    method: "GET",
    path: "/v1/customers/{customer}/tax_ids/{id}",
    query: { type: "object", properties: { expand: EXPAND }, additionalProperties: false },
    body: NOTHING,
  },
  {
    id: "Customers.deleteTaxId",
    method: "DELETE",
    path: "/v1/customers/{customer}/tax_ids/{id}",
    query: NOTHING,
    body: NOTHING,
  },
];
