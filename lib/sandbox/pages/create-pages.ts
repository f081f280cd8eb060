import type { HttpBindings } from "@hono/node-server";
import { type Context, Hono } from "hono";
import { StripeError } from "../api/stripe-error";
import {
  type CheckoutForm,
  isCheckoutDetails,
  readCheckoutForm,
  readFormAddress,
} from "../checkout/checkout-form";
import { paySession } from "../checkout/pay-session";
import { prefillForm, withTestCard } from "../checkout/prefill-form";
import { type Checkout, readCheckout } from "../checkout/read-checkout";
import { successAddress } from "../checkout/success-address";
import type { Session } from "../resources/checkout-sessions/session";
import { calculateTotals } from "../resources/checkout-sessions/totals";
import { inTransaction, NO_REQUEST, type Runtime } from "../runtime";
import { readTaxId } from "../tax/tax-table";
import { checkoutPage } from "./checkout-page";
import type { CheckoutView } from "./checkout-view";
import { messagePage } from "./closed-page";
import { homePage } from "./home-page";

type Env = { Bindings: HttpBindings };
type Status = 200 | 402 | 404 | 409 | 410 | 422;

/** Pages for people: the hosted Checkout and the sandbox's front page. */
export function createPages(runtime: Runtime): Hono<Env> {
  const pages = new Hono<Env>();
  pages.get("/", async (c) => show(c, await homePage(runtime)));
  pages.get("/c/pay/:session", (c) => openCheckout(runtime, c));
  pages.post("/c/pay/:session", (c) => submitCheckout(runtime, c));
  pages.notFound((c) =>
    show(c, messagePage("Nothing here", "This address leads nowhere in the sandbox."), 404),
  );
  return pages;
}

function show(c: Context<Env>, page: string, status: Status = 200): Response {
  // No form-action: browsers apply it to the redirect to the success page too, which is on another origin.
  c.header(
    "Content-Security-Policy",
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; frame-ancestors 'none'",
  );
  c.header("Cache-Control", "no-store");
  c.header("Referrer-Policy", "no-referrer");
  return c.html(page, status);
}

async function openCheckout(runtime: Runtime, c: Context<Env>): Promise<Response> {
  const checkout = await read(runtime, c.req.param("session") ?? "");
  if (!checkout) return unknownSession(c);
  if (checkout.session.status !== "open") return closedSession(c, checkout.session);
  const form = prefillForm(checkout.session, checkout.customer, checkout.savedCards);
  return show(c, checkoutPage(viewOf(checkout, form)));
}

async function submitCheckout(runtime: Runtime, c: Context<Env>): Promise<Response> {
  const id = c.req.param("session") ?? "";
  const body = new URLSearchParams(await c.req.text());
  const checkout = await read(runtime, id);
  if (!checkout) return unknownSession(c);
  if (checkout.session.status !== "open") return closedSession(c, checkout.session);
  const form = readForm(body);
  const fill = body.get("fill");
  if (fill) return show(c, checkoutPage(viewOf(checkout, withTestCard(form, fill, runtime.clock.now()))));
  if (body.get("action") !== "pay")
    return show(c, checkoutPage(viewOf(checkout, form, addressErrors(checkout, form, runtime))));
  return pay(runtime, c, checkout, form);
}

async function pay(
  runtime: Runtime,
  c: Context<Env>,
  checkout: Checkout,
  form: CheckoutForm,
): Promise<Response> {
  try {
    const outcome = await paySession(runtime, checkout.session.id, form);
    switch (outcome.kind) {
      case "completed":
        return leave(c, outcome.session);
      case "declined":
        return show(
          c,
          checkoutPage(
            viewOf(checkout, form, {
              alert: `${outcome.decline.message} Nothing was charged; you can try another card.`,
            }),
          ),
          402,
        );
      case "unavailable":
        return show(c, checkoutPage(viewOf(checkout, form, { alert: outcome.message })), 422);
      case "invalid":
        return show(
          c,
          checkoutPage(
            viewOf(checkout, form, { errors: outcome.errors, alert: "Some fields need another look." }),
          ),
          422,
        );
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

function leave(c: Context<Env>, session: Session): Response {
  const address = successAddress(session);
  if (!address) return closedSession(c, session);
  return c.redirect(address, 303);
}

function read(runtime: Runtime, id: string): Promise<Checkout | undefined> {
  return inTransaction(runtime, NO_REQUEST, (tx) => readCheckout(tx, id));
}

function viewOf(
  checkout: Checkout,
  form: CheckoutForm,
  notes: { errors?: CheckoutView["errors"]; alert?: string } = {},
): CheckoutView {
  const { session } = checkout;
  const address = readFormAddress(form);
  const isKnown = Boolean(address.postal_code && address.line1);
  const taxId = session.tax_id_collection?.enabled ? readTaxId(form.country, form.taxId) : undefined;
  return {
    session,
    totals: calculateTotals(checkout.items, session.automatic_tax.enabled, isKnown ? address : null, taxId),
    form,
    errors: notes.errors ?? {},
    alert: notes.alert,
    savedCards: checkout.savedCards,
    emailIsFixed: Boolean(checkout.customer?.email),
    offSession: checkout.offSession,
  };
}

/** Of "Update tax" only the address matters; the card may still be empty. */
function addressErrors(
  checkout: Checkout,
  form: CheckoutForm,
  runtime: Runtime,
): { errors: CheckoutView["errors"] } {
  const result = readCheckoutForm(form, checkout.session, runtime.clock.now());
  if (isCheckoutDetails(result)) return { errors: {} };
  const { country, line1, city, state, postalCode, taxId } = result;
  return { errors: { country, line1, city, state, postalCode, taxId } };
}

function readForm(body: URLSearchParams): CheckoutForm {
  const text = (name: string) => (body.get(name) ?? "").slice(0, 500);
  return {
    email: text("email"),
    name: text("name"),
    country: text("country"),
    line1: text("line1"),
    line2: text("line2"),
    city: text("city"),
    state: text("state"),
    postalCode: text("postalCode"),
    taxId: text("taxId"),
    cardNumber: text("cardNumber"),
    expiry: text("expiry"),
    cvc: text("cvc"),
    savedCard: text("savedCard"),
    save: body.get("save") === "on",
  };
}

function unknownSession(c: Context<Env>): Response {
  return show(c, messagePage("No such checkout", "There is no Checkout session at this address."), 404);
}

function closedSession(c: Context<Env>, session: Session): Response {
  if (session.status === "complete") {
    const href = successAddress(session);
    const text =
      session.mode === "setup"
        ? "This card has already been saved."
        : "This payment has already been made. You were not charged again.";
    return show(c, messagePage("All done", text, href ? { href, label: "Continue" } : undefined));
  }
  const link = session.cancel_url ? { href: session.cancel_url, label: "Go back" } : undefined;
  return show(
    c,
    messagePage("This checkout has expired", "Nothing was charged. Go back and start again.", link),
    410,
  );
}
