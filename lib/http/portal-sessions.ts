import { z } from "zod";
import { openPortal } from "@/lib/customer-portal";
import { customerRoute } from "./route";

const portalSessionResponse = z
  .strictObject({
    url: z.url().meta({
      description:
        "Stripe's page. Redirect the customer's browser to it right away: it expires within minutes.",
      examples: ["https://billing.stripe.com/p/session/test_a1b2c3"],
    }),
  })
  .meta({
    id: "PortalSession",
    description: "A Stripe page where the customer manages cards, invoices and billing details.",
  });

export const createPortalSession = customerRoute(
  {
    method: "POST",
    path: "/api/v1/billing/portal-session",
    operationId: "createPortalSession",
    tag: "Billing",
    summary: "Open Stripe's customer portal",
    description: [
      "Create a session when the customer clicks a button, and redirect the browser to `url`. Anyone who has the URL can use it. In the portal the customer adds and removes cards, chooses the default card, views invoices, and changes name, email, address and tax ID. A link leads back to the billing page.",
      "Changes appear in `GET /billing/payment-methods` a moment later, when Stripe has notified us. 503 with the reason `stripe_setup` means that the operator must correct the Stripe settings.",
    ].join("\n\n"),
    scope: "billing:write",
    response: portalSessionResponse,
  },
  async ({ actor }) => presentPortalSession(await openPortal(actor.customerId, new Date())),
);

function presentPortalSession(url: string) {
  return { url } satisfies z.input<typeof portalSessionResponse>;
}
