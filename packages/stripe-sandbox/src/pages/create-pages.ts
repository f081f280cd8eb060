import { Hono } from "hono";
import type { Runtime } from "../runtime";
import { messagePage } from "./closed-page";
import { createChallengePages } from "./create-challenge-pages";
import { createCheckoutPages } from "./create-checkout-pages";
import { createInvoicePages } from "./create-invoice-pages";
import { createPortalPages } from "./create-portal-pages";
import { type PageEnv, show } from "./show";

/** Pages for customers and cardholders. */
export function createPages(runtime: Runtime): Hono<PageEnv> {
  const pages = new Hono<PageEnv>();
  pages.route("/", createCheckoutPages(runtime));
  pages.route("/", createChallengePages(runtime));
  pages.route("/", createInvoicePages(runtime));
  pages.route("/", createPortalPages(runtime));
  pages.notFound((c) =>
    show(c, messagePage("Nothing here", "This address leads nowhere in the sandbox."), 404),
  );
  return pages;
}
