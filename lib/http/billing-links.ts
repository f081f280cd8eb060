import { z } from "zod";
import * as billingLinks from "@/lib/billing-links";
import { operatorRoute } from "./route";
import { pathId } from "./schemas/request-fields";
import { exampleId, timeField } from "./schemas/response-fields";
import { emailInput } from "./schemas/text";

const billingLinkBody = z
  .strictObject({
    email: emailInput.optional().meta({
      description:
        "The email address of the person who is signed in to your product. Defaults to the customer's own address.",
      examples: ["ada@acme.example"],
    }),
    return_path: z
      .string({ error: "Write the path as a string." })
      .max(500, "The path may have at most 500 characters.")
      .optional()
      .meta({
        description: "The page to open: `/billing`, or a path below it, with an optional query.",
        examples: ["/billing"],
      }),
  })
  .meta({
    id: "BillingLinkInput",
    description: "Who signs in, and which page to open.",
    examples: [{ email: "ada@acme.example" }],
  });

const billingLinkResponse = z
  .strictObject({
    url: z.url().meta({
      description:
        "Redirect the browser to it right away. It can be used once; previewing it does not use it up.",
      examples: [`https://billing.example.com/billing-link?customer=${exampleId("customer")}&token=Zm9vYmFy`],
    }),
    expires_at: timeField("When the link expires: after ten minutes.", "2026-11-22T18:40:00.000Z"),
  })
  .meta({ id: "BillingLink", description: "A one-time link to a customer's billing page." });

export const createBillingLink = operatorRoute(
  {
    method: "POST",
    path: "/api/v1/admin/customers/{customer_id}/billing-link",
    operationId: "createBillingLink",
    tag: "Admin",
    summary: "Create a one-time link to a customer's billing page",
    description: [
      "For a button in your own product: create a link when it is clicked, and redirect the browser to it. The user does not have to sign in again.",
      "The link works once, for ten minutes. It opens a session for this customer only, even if the person belongs to other customers, and makes the person a member: the owner if the address is the customer's own, otherwise with the role `billing`. Existing members keep their role.",
    ].join("\n\n"),
    params: z.object({ customer_id: pathId("customer", "customer") }),
    body: billingLinkBody,
    mayOmitBody: true,
    response: billingLinkResponse,
  },
  async ({ actor, params, body }) => {
    const input = { customerId: params.customer_id, email: body.email, returnPath: body.return_path };
    return presentBillingLink(await billingLinks.createBillingLink(actor, input, new Date()));
  },
);

function presentBillingLink(link: { url: string; expiresAt: Date }) {
  return { url: link.url, expires_at: link.expiresAt.toISOString() } satisfies z.input<
    typeof billingLinkResponse
  >;
}
