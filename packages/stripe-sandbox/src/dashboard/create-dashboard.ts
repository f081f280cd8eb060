import type { HttpBindings } from "@hono/node-server";
import { type Context, Hono } from "hono";
import { html } from "hono/html";
import { createControlRoutes } from "../control/create-control";
import { messagePage, type PageStatus, show } from "../pages/layout";
import type { Runtime } from "../runtime";
import type { DeliveryLoop } from "../webhooks/delivery-loop";
import { readControlBody } from "./control-form";
import { controlsPage } from "./controls-page";
import { dashboardPage } from "./layout";
import { cardsPage, deliveriesPage, eventsPage, objectsPage } from "./list-pages";
import { eventPage, jsonView, objectPage } from "./object-page";
import { overviewPage } from "./overview-page";

/** Creates the dashboard. */
export function createDashboard(runtime: Runtime, deliveries: DeliveryLoop): Hono<DashboardEnv> {
  const dashboard = new Hono<DashboardEnv>();
  const control = createControlRoutes(runtime, deliveries);
  const page = (path: string, write: (c: Context<DashboardEnv>) => Promise<string | undefined> | string) =>
    dashboard.get(path, async (c) => {
      if (!isOwnHost(runtime, c)) return wrongHost(c);
      const text = await write(c);
      return text === undefined ? notFound(c) : respond(c, text);
    });
  const done = (c: Context<DashboardEnv>) => {
    const label = c.req.query("done");
    return label ? `Done: ${label}.` : undefined;
  };
  page("/", (c) => overviewPage(runtime, deliveries, done(c)));
  page("/dashboard/objects", (c) => objectsPage(runtime, c.req.query("type"), cursor(c)));
  page("/dashboard/objects/:id", (c) => objectPage(runtime, c.req.param("id") ?? "", done(c)));
  page("/dashboard/events", (c) => eventsPage(runtime, cursor(c)));
  page("/dashboard/events/:id", (c) => eventPage(runtime, c.req.param("id") ?? "", done(c)));
  page("/dashboard/deliveries", (c) => deliveriesPage(runtime, cursor(c)));
  page("/dashboard/controls", (c) => controlsPage(runtime, deliveries, done(c)));
  page("/dashboard/cards", cardsPage);
  dashboard.post("/dashboard/actions", async (c) => {
    if (!isOwnForm(runtime, c)) return respond(c, messagePage("Forbidden", WRONG_ORIGIN), 403);
    return runControlCall(control, c);
  });
  return dashboard;
}

const WRONG_ORIGIN = "This form was sent by another site or without an Origin header. Nothing was done.";

/** Makes the call of the clicked button and redirects back to its page. */
async function runControlCall(
  control: ReturnType<typeof createControlRoutes>,
  c: Context<DashboardEnv>,
): Promise<Response> {
  const form = new URLSearchParams(await c.req.text());
  const back = localPath(form.get("back"));
  const method = form.get("method") === "DELETE" ? "DELETE" : "POST";
  const response = await control.request(localPath(form.get("path")), {
    method,
    ...(method === "POST" && { body: JSON.stringify(readControlBody(form)) }),
  });
  if (response.ok && form.get("shows") !== "response") {
    return c.redirect(`${back}?done=${encodeURIComponent(form.get("label") ?? "")}`, 303);
  }
  const title = response.ok ? "Done" : "Request failed";
  const result: unknown = await response.json().catch(() => null);
  return respond(
    c,
    dashboardPage(
      title,
      "",
      html`<h1>${title}</h1>${!response.ok && html`<p class="alert" role="alert">${reasonOf(result)}</p>`}
${jsonView(result)}<p><a class="more" href="${back}">Back</a></p>`,
    ),
    response.ok ? 200 : 422,
  );
}

function reasonOf(result: unknown): string {
  const { error, message, outcome } = (result ?? {}) as Record<string, unknown>;
  if (typeof error === "string") return error;
  const inner = (error as { message?: unknown } | undefined)?.message;
  return String(inner ?? message ?? outcome ?? "The sandbox rejected the request.");
}

/** Returns the path if it is one of this server, otherwise `/`. */
function localPath(value: string | null): string {
  return value && /^\/[\w./-]*$/.test(value) && !value.startsWith("//") ? value : "/";
}

function cursor(c: Context<DashboardEnv>): string | undefined {
  const before = c.req.query("before");
  return before && /^\d{1,18}$/.test(before) ? before : undefined;
}

function respond(c: Context<DashboardEnv>, page: string, status: PageStatus = 200): Response {
  const response = show(c, page, status);
  // Browsers must send Origin with forms of these pages.
  response.headers.set("Referrer-Policy", "same-origin");
  return response;
}

function notFound(c: Context<DashboardEnv>): Response {
  return respond(c, messagePage("Not found", "There is no object with this ID."), 404);
}

function wrongHost(c: Context<DashboardEnv>): Response {
  const text = "The dashboard responds only under this machine's name or the sandbox's public address.";
  return respond(c, messagePage("Wrong host", text), 421);
}

type DashboardEnv = { Bindings: HttpBindings };

/**
 * The dashboard shows everything, so it responds only under this machine's name or the public address. Any
 * other name may be an attack by DNS rebinding.
 */
function isOwnHost({ publicUrl }: Runtime, c: Context<DashboardEnv>): boolean {
  const host = c.req.header("host") ?? "";
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/.test(host) || host === new URL(publicUrl).host;
}

/** Tells whether a form came from the dashboard itself: browsers send Origin with every POST. */
function isOwnForm(runtime: Runtime, c: Context<DashboardEnv>): boolean {
  const host = c.req.header("host") ?? "";
  const origin = c.req.header("origin");
  return isOwnHost(runtime, c) && (origin === `http://${host}` || origin === `https://${host}`);
}
