import { type Context, Hono } from "hono";
import { createControlRoutes } from "../control/create-control";
import { messagePage } from "../pages/closed-page";
import { html } from "../pages/markup";
import { type PageStatus, show } from "../pages/show";
import type { Runtime } from "../runtime";
import type { DeliveryLoop } from "../webhooks/delivery-loop";
import { cardsPage } from "./cards-page";
import { readControlBody } from "./control-form";
import { controlsPage } from "./controls-page";
import { type DeskEnv, isOwnForm, isOwnHost } from "./desk-guard";
import { deskPage } from "./desk-layout";
import { jsonView } from "./json-view";
import { deliveriesPage, eventsPage, objectsPage } from "./list-pages";
import { eventPage, objectPage } from "./object-page";
import { overviewPage } from "./overview-page";

/** The pages from which people look at the sandbox and steer it. */
export function createDesk(runtime: Runtime, deliveries: DeliveryLoop): Hono<DeskEnv> {
  const desk = new Hono<DeskEnv>();
  const control = createControlRoutes(runtime, deliveries);
  const page = (path: string, write: (c: Context<DeskEnv>) => Promise<string | undefined> | string) =>
    desk.get(path, async (c) => {
      if (!isOwnHost(runtime, c)) return foreignHost(c);
      const text = await write(c);
      return text === undefined ? nothingHere(c) : answer(c, text);
    });
  const done = (c: Context<DeskEnv>) => {
    const label = c.req.query("done");
    return label ? `Done: ${label}.` : undefined;
  };
  page("/", (c) => overviewPage(runtime, deliveries, done(c)));
  page("/desk/objects", (c) => objectsPage(runtime, c.req.query("type"), cursor(c)));
  page("/desk/objects/:id", (c) => objectPage(runtime, c.req.param("id") ?? "", done(c)));
  page("/desk/events", (c) => eventsPage(runtime, cursor(c)));
  page("/desk/events/:id", (c) => eventPage(runtime, c.req.param("id") ?? "", done(c)));
  page("/desk/deliveries", (c) => deliveriesPage(runtime, cursor(c)));
  page("/desk/controls", (c) => controlsPage(runtime, deliveries, done(c)));
  page("/desk/cards", cardsPage);
  desk.post("/desk/act", async (c) => {
    if (!isOwnForm(runtime, c)) return answer(c, messagePage("Not from here", FOREIGN_FORM), 403);
    return act(control, c);
  });
  return desk;
}

const FOREIGN_FORM = "This form was sent by another site, or without saying from where. Nothing was done.";

/** Makes the call that the pressed button stands for, and goes back to the page it was on. */
async function act(control: ReturnType<typeof createControlRoutes>, c: Context<DeskEnv>): Promise<Response> {
  const form = new URLSearchParams(await c.req.text());
  const back = localPath(form.get("back"));
  const method = form.get("method") === "DELETE" ? "DELETE" : "POST";
  const response = await control.request(localPath(form.get("path")), {
    method,
    ...(method === "POST" && { body: JSON.stringify(readControlBody(form)) }),
  });
  if (response.ok && form.get("shows") !== "answer") {
    return c.redirect(`${back}?done=${encodeURIComponent(form.get("label") ?? "")}`, 303);
  }
  const title = response.ok ? "Done" : "That did not work";
  const result: unknown = await response.json().catch(() => null);
  return answer(
    c,
    deskPage(
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
  return String(inner ?? message ?? outcome ?? "The sandbox refused it.");
}

/** A path of this server, whatever the form says. */
function localPath(value: string | null): string {
  return value && /^\/[\w./-]*$/.test(value) && !value.startsWith("//") ? value : "/";
}

function cursor(c: Context<DeskEnv>): string | undefined {
  const before = c.req.query("before");
  return before && /^\d{1,18}$/.test(before) ? before : undefined;
}

function answer(c: Context<DeskEnv>, page: string, status: PageStatus = 200): Response {
  const response = show(c, page, status);
  // Without it browsers would not say where a form of these pages comes from.
  response.headers.set("Referrer-Policy", "same-origin");
  return response;
}

function nothingHere(c: Context<DeskEnv>): Response {
  return answer(c, messagePage("Nothing here", "The sandbox knows nothing by this id."), 404);
}

function foreignHost(c: Context<DeskEnv>): Response {
  const text = "The sandbox shows its pages under this machine's own name or its public address only.";
  return answer(c, messagePage("Not under this name", text), 421);
}
