import { type Context, Hono } from "hono";
import type { CheckoutForm } from "../checkout/checkout-form";
import { addressFields, withTestCard } from "../checkout/prefill-form";
import { type Portal, readPortal } from "../portal/read-portal";
import { type SubmittedPortal, submitPortalForm } from "../portal/submit-portal-form";
import { inTransaction, NO_REQUEST, type Runtime } from "../runtime";
import { messagePage, type PageEnv, type PageStatus, show } from "./layout";
import { type PortalView, portalPage } from "./portal-page";
import { readCardForm } from "./read-form";

/** Creates the pages of the customer portal. */
export function createPortalPages(runtime: Runtime): Hono<PageEnv> {
  const pages = new Hono<PageEnv>();
  pages.get("/p/session/:token", (c) => openPortal(runtime, c));
  pages.post("/p/session/:token", (c) => submitPortal(runtime, c));
  return pages;
}

async function openPortal(runtime: Runtime, c: Context<PageEnv>): Promise<Response> {
  const portal = await read(runtime, c);
  if (!portal) return expiredPortal(c);
  const hasFailed = c.req.query("failed") !== undefined;
  return showPortal(c, portal, {
    notice: c.req.query("done"),
    alert: hasFailed ? "The bank did not confirm the card. It was not saved." : undefined,
  });
}

async function submitPortal(runtime: Runtime, c: Context<PageEnv>): Promise<Response> {
  const body = new URLSearchParams(await c.req.text());
  const form = readCardForm(body);
  const fill = body.get("fill");
  if (fill) {
    const portal = await read(runtime, c);
    if (!portal) return expiredPortal(c);
    return showPortal(c, portal, { card: withTestCard(form, fill, runtime.clock.now()) });
  }
  const press = { action: body.get("action") ?? "", card: body.get("card") ?? "", form };
  const used = await submitPortalForm(runtime, c.req.param("token") ?? "", press);
  return used ? respond(c, used, press.action, form) : expiredPortal(c);
}

function respond(
  c: Context<PageEnv>,
  { portal, outcome }: SubmittedPortal,
  action: string,
  form: CheckoutForm,
): Response {
  switch (outcome.kind) {
    case "done":
      return c.redirect(`${portal.session.url}?done=${outcome.notice}`, 303);
    case "authenticate":
      return c.redirect(outcome.url, 303);
    case "declined":
      return showPortal(c, portal, { card: form, alert: `${outcome.message} The card was not saved.` }, 402);
    case "invalid": {
      const typed =
        action === "add-card"
          ? { card: form, cardErrors: outcome.errors }
          : { details: form, detailErrors: outcome.errors };
      return showPortal(c, portal, { ...typed, alert: "Some fields need another look." }, 422);
    }
    case "refused":
      return showPortal(c, portal, { alert: "This action is not available." }, 409);
    default:
      return outcome satisfies never;
  }
}

function showPortal(
  c: Context<PageEnv>,
  portal: Portal,
  notes: Partial<PortalView>,
  status: PageStatus = 200,
): Response {
  const view: PortalView = {
    ...portal,
    details: knownDetails(portal),
    card: readCardForm(new URLSearchParams()),
    detailErrors: {},
    cardErrors: {},
    alert: undefined,
    notice: undefined,
    ...notes,
  };
  return show(c, portalPage(view), status);
}

/** Returns the initial values of the details form. */
function knownDetails({ customer, taxIds }: Portal): CheckoutForm {
  return {
    ...readCardForm(new URLSearchParams()),
    name: customer.name ?? "",
    email: customer.email ?? "",
    ...addressFields(customer.address),
    taxId: taxIds[0]?.value ?? "",
  };
}

function read(runtime: Runtime, c: Context<PageEnv>): Promise<Portal | undefined> {
  const token = c.req.param("token") ?? "";
  return inTransaction(runtime, NO_REQUEST, (tx) => readPortal(tx, token));
}

function expiredPortal(c: Context<PageEnv>): Response {
  const text =
    "Links to the billing portal are short-lived. Go back to the seller's site and open a new one.";
  return show(c, messagePage("This link has expired", text), 410);
}
