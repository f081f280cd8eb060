import { openPortal } from "@/lib/customer-portal";
import { portalSessionAnswer } from "../answers/billing";
import { presentPortal } from "../present/billing";
import { customerRoute } from "../route";

export const createPortalSession = customerRoute(
  {
    method: "POST",
    path: "/api/v1/billing/portal-session",
    operationId: "createPortalSession",
    tag: "Billing",
    summary: "Open Stripe's portal, where a customer manages cards, invoices and billing details",
    description: [
      "Make one when the customer presses a button, and send the browser to `url`: whoever holds the address is let in. The portal adds and removes cards, chooses the default, shows invoices, and changes name, e-mail, address and tax id; then it leads back to the billing page.",
      "What was changed is in `GET /billing/payment-methods` a moment later, when Stripe has told us. 503 with the reason `stripe_setup` means that the operator must correct the settings.",
    ].join("\n\n"),
    scope: "billing:write",
    answer: portalSessionAnswer,
  },
  async ({ actor }) => ({ body: presentPortal(await openPortal(actor.customerId, new Date())) }),
);
