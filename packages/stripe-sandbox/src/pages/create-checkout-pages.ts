import { type Context, Hono } from "hono";
import { StripeError } from "../api/stripe-error";
import { type CheckoutForm, isCheckoutDetails, readCheckoutForm } from "../checkout/checkout-form";
import { successUrl } from "../checkout/complete-session";
import { paySession } from "../checkout/pay-session";
import { prefillForm, withTestCard } from "../checkout/prefill-form";
import { type Checkout, readCheckout } from "../checkout/read-checkout";
import type { Session } from "../resources/checkout-sessions/session";
import { inTransaction, NO_REQUEST, type Runtime } from "../runtime";
import { checkoutPage } from "./checkout-page";
import { checkoutView, type ViewNotes } from "./checkout-view";
import { messagePage, type PageEnv, type PageStatus, show } from "./layout";
import { readCheckoutPageForm } from "./read-form";

/** Creates the pages of hosted Checkout. */
export function createCheckoutPages(runtime: Runtime): Hono<PageEnv> {
  const pages = new Hono<PageEnv>();
  pages.get("/c/pay/:session", (c) => openCheckout(runtime, c));
  pages.post("/c/pay/:session", (c) => submitCheckout(runtime, c));
  return pages;
}

async function openCheckout(runtime: Runtime, c: Context<PageEnv>): Promise<Response> {
  const checkout = await read(runtime, c.req.param("session") ?? "");
  if (!checkout) return unknownSession(c);
  if (checkout.session.status !== "open") return closedSession(c, checkout.session);
  const known = prefillForm(checkout.session, checkout.customer, checkout.savedCards, checkout.secrets.payer);
  const form: CheckoutForm = {
    ...known,
    taxId: known.taxId || checkout.taxId,
    location: c.req.query("location"),
  };
  // The bank's page redirects here after a failure.
  const alert = c.req.query("tried") === undefined ? undefined : checkout.lastError;
  return showForm(c, checkout, form, alert ? { alert } : {});
}

async function submitCheckout(runtime: Runtime, c: Context<PageEnv>): Promise<Response> {
  const id = c.req.param("session") ?? "";
  const body = new URLSearchParams(await c.req.text());
  const checkout = await read(runtime, id);
  if (!checkout) return unknownSession(c);
  if (checkout.session.status !== "open") return closedSession(c, checkout.session);
  const form = readCheckoutPageForm(body);
  const fill = body.get("fill");
  if (fill) return showForm(c, checkout, withTestCard(form, fill, runtime.clock.now()));
  if (body.get("action") !== "pay")
    return showForm(c, checkout, form, addressErrors(checkout, form, runtime));
  return pay(runtime, c, checkout, form);
}

async function pay(
  runtime: Runtime,
  c: Context<PageEnv>,
  checkout: Checkout,
  form: CheckoutForm,
): Promise<Response> {
  try {
    const outcome = await paySession(runtime, checkout.session.id, form);
    switch (outcome.kind) {
      case "completed":
        return redirectToSuccess(c, outcome.session);
      case "authenticate":
        return c.redirect(outcome.url, 303);
      case "declined": {
        const alert = `${outcome.decline.message} Nothing was charged; you can try another card.`;
        return showForm(c, checkout, form, { alert }, 402);
      }
      case "unavailable":
        return showForm(c, checkout, form, { alert: outcome.message }, 422);
      case "invalid": {
        const alert = "Some fields need another look.";
        return showForm(c, checkout, form, { errors: outcome.errors, alert }, 422);
      }
      case "closed":
        return closedSession(c, outcome.session);
      default:
        return outcome satisfies never;
    }
  } catch (error) {
    if (error instanceof StripeError && error.status === 404) return unknownSession(c);
    throw error;
  }
}

function showForm(
  c: Context<PageEnv>,
  checkout: Checkout,
  form: CheckoutForm,
  notes: ViewNotes = {},
  status: PageStatus = 200,
): Response {
  return show(c, checkoutPage(checkoutView(checkout, form, notes)), status);
}

function redirectToSuccess(c: Context<PageEnv>, session: Session): Response {
  const address = successUrl(session);
  return address ? c.redirect(address, 303) : closedSession(c, session);
}

function read(runtime: Runtime, id: string): Promise<Checkout | undefined> {
  return inTransaction(runtime, NO_REQUEST, (tx) => readCheckout(tx, id));
}

/** "Update tax" validates the address only; the card may still be empty. */
function addressErrors(checkout: Checkout, form: CheckoutForm, runtime: Runtime): ViewNotes {
  const result = readCheckoutForm(form, checkout.session, runtime.clock.now());
  if (isCheckoutDetails(result)) return {};
  const { country, line1, city, state, postalCode, taxId } = result;
  return { errors: { country, line1, city, state, postalCode, taxId } };
}

function unknownSession(c: Context<PageEnv>): Response {
  return show(c, messagePage("No such checkout", "There is no Checkout session at this address."), 404);
}

function closedSession(c: Context<PageEnv>, session: Session): Response {
  if (session.status === "complete") {
    const href = successUrl(session);
    const link = href ? { href, label: "Continue" } : undefined;
    return show(c, messagePage("All done", doneText(session), link));
  }
  const link = session.cancel_url ? { href: session.cancel_url, label: "Go back" } : undefined;
  return show(
    c,
    messagePage("This checkout has expired", "Nothing was charged. Go back and start again.", link),
    410,
  );
}

function doneText(session: Session): string {
  if (session.mode === "setup") return "This card has already been saved.";
  return session.payment_status === "paid"
    ? "This payment has already been made. You were not charged again."
    : "This payment is on its way. It can take a few days until your bank confirms it.";
}
