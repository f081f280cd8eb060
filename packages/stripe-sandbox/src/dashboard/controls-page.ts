import { html } from "hono/html";
import { RATE_LIMITS } from "../api/call-meter";
import { PERMISSIONS } from "../api/permissions";
import type { Markup } from "../pages/layout";
import { ACCOUNT_CHANGES } from "../resources/balance/account-funds";
import type { Runtime } from "../runtime";
import { BEHAVIOR_CHOICES } from "../store/behavior";
import type { DeliveryLoop } from "../webhooks/delivery-loop";
import { controlField, controlForm } from "./control-form";
import { dashboardPage } from "./layout";
import { table, timeOf } from "./tables";

const HERE = "/dashboard/controls";

/** The active faults, and forms for the control API. */
export function controlsPage(runtime: Runtime, deliveries: DeliveryLoop, notice: string | undefined): string {
  return dashboardPage(
    "Controls",
    HERE,
    html`<h1>Controls</h1><p class="soft">The same as the control API below <code>${runtime.publicUrl}/_control</code>. A restart clears all faults.</p>
<h2>Active faults</h2>
${activeFaults(runtime)}
<h2>Switches</h2>
<div class="tiles">${[clockTile(runtime), modeTile(deliveries), apiFaultTile(), deliveryFaultTile(), balanceTile(), behaviorTile(), limitTile(runtime), permissionTile(runtime), resetTile()]}</div>`,
    notice,
  );
}

function activeFaults(runtime: Runtime): Markup {
  const api = runtime.faults.list();
  const onDeliveries = runtime.deliveryFaults.list();
  return html`${table(
    "Faults",
    ["Where", "What", "Hits", "How many more", "Chance"],
    [
      ...api.map((fault) => [
        "API",
        [fault.status, fault.reset && "reset", fault.delayMs && `${fault.delayMs} ms later`, fault.when]
          .filter(Boolean)
          .join(", "),
        [fault.match.method, fault.match.path].filter(Boolean).join(" ") || "every request",
        String(fault.times),
        percent(fault.chance),
      ]),
      ...onDeliveries.map((fault) => [
        "Webhooks",
        fault.action,
        [fault.match.type, fault.match.endpoint].filter(Boolean).join(" ") || "every event",
        fault.times === null ? "all" : String(fault.times),
        percent(fault.chance),
      ]),
    ],
  )}
<div class="actions">${api.length > 0 && controlForm({ path: "/faults", method: "DELETE" }, "Remove API faults", HERE)}
${onDeliveries.length > 0 && controlForm({ path: "/deliveries/faults", method: "DELETE" }, "Remove webhook faults", HERE)}</div>`;
}

function percent(chance: number): string {
  return `${Math.round(chance * 100)} %`;
}

function clockTile({ clock }: Runtime): Markup {
  return html`<section class="tile"><h3>Clock</h3><p class="soft">It is ${timeOf(clock.now())} UTC. The clock only moves forward; work that becomes due runs at once.</p>${controlForm(
    { path: "/clock" },
    "Move the clock",
    HERE,
    controlField("number:advance_seconds", "Seconds", { value: "3600" }),
  )}</section>`;
}

function modeTile(deliveries: DeliveryLoop): Markup {
  return html`<section class="tile"><h3>Webhooks</h3><p class="soft">Hold delays deliveries, drop discards them.</p>${controlForm(
    { path: "/deliveries/mode" },
    "Set",
    HERE,
    controlField("text:mode", "Mode", { value: deliveries.mode(), list: ["deliver", "hold", "drop"] }),
  )}</section>`;
}

function apiFaultTile(): Markup {
  return html`<section class="tile"><h3>API fault</h3><p class="soft">Fails the next requests, before their work or after it is committed.</p>${controlForm(
    { path: "/faults" },
    "Add the API fault",
    HERE,
    html`${controlField("number:status", "Answer", { list: ["500", "429", "409"] })}
${controlField("text:when", "When", { list: ["before", "after_commit", "remembered"] })}
${controlField("text:match.path", "Path (may end with *)", { placeholder: "/v1/checkout/sessions" })}
${controlField("number:times", "Requests", { value: "1" })}
${controlField("number:chance", "Chance, from 0 to 1", { value: "1" })}`,
  )}
${controlForm({ path: "/faults", values: { reset: true, when: "after_commit" } }, "Cut the next connection after its work", HERE)}
${controlForm({ path: "/faults", values: { delayMs: 5_000 } }, "Delay the next request by 5 seconds", HERE)}</section>`;
}

function deliveryFaultTile(): Markup {
  return html`<section class="tile"><h3>Webhook fault</h3><p class="soft">Affects the next deliveries of matching events.</p>${controlForm(
    { path: "/deliveries/faults" },
    "Add the webhook fault",
    HERE,
    html`${controlField("text:action", "What", { list: ["drop", "delay", "duplicate", "copy", "reorder"] })}
${controlField("text:match.type", "Event type (may end with *)", { placeholder: "checkout.session.completed" })}
${controlField("number:times", "Deliveries, or all", { value: "1" })}
${controlField("number:delayMs", "Delay in milliseconds", { value: "10000" })}
${controlField("number:copies", "Copies of a duplicate", { value: "1" })}
${controlField("boolean:parallel", "Copies at once", { list: ["no", "yes"] })}
${controlField("number:chance", "Chance, from 0 to 1", { value: "1" })}`,
  )}</section>`;
}

function balanceTile(): Markup {
  return html`<section class="tile"><h3>Balance</h3><p class="soft">Changes that no payment causes.</p>${controlForm(
    { path: "/balance_transactions" },
    "Change the balance",
    HERE,
    html`${controlField("text:type", "Type", { list: Object.keys(ACCOUNT_CHANGES) })}
${controlField("number:amount", "Cents, negative for a fee", { value: "-200" })}`,
  )}
${controlForm({ path: "/payouts" }, "Pay out what is available", HERE)}</section>`;
}

function behaviorTile(): Markup {
  return html`<section class="tile"><h3>Behavior</h3><p class="soft">Where Stripe's behavior depends on the account or is not documented.</p>${Object.entries(
    BEHAVIOR_CHOICES,
  ).map(([name, choices]) =>
    controlForm(
      { path: "/behavior" },
      `Set ${name}`,
      HERE,
      controlField(`text:${name}`, name, { list: choices }),
    ),
  )}</section>`;
}

function limitTile({ calls }: Runtime): Markup {
  const { limits, total } = calls.report();
  return html`<section class="tile"><h3>Rate limits</h3><p class="soft">${limits.total === null ? "No limit" : `${limits.total} calls a second`}. ${total.calls} calls so far, ${total.rejected} rejected, at most ${total.busiest_second} in a second.</p>${controlForm(
    { path: "/rate_limits" },
    "Set the limits",
    HERE,
    controlField("text:mode", "Mode", { list: Object.keys(RATE_LIMITS) }),
  )}
${controlForm({ path: "/calls", method: "DELETE" }, "Count from zero", HERE)}</section>`;
}

function permissionTile({ withheldPermissions }: Runtime): Markup {
  return html`<section class="tile"><h3>Permissions</h3><p class="soft">${withheldPermissions.size === 0 ? "The key may do everything." : `The key lacks ${[...withheldPermissions].join(", ")}.`}</p>${controlForm(
    { path: "/permissions" },
    "Withhold",
    HERE,
    controlField("text:withhold", "Permission", { list: PERMISSIONS }),
  )}
${controlForm({ path: "/permissions", method: "DELETE" }, "Grant all", HERE)}</section>`;
}

function resetTile(): Markup {
  return html`<section class="tile"><h3>Start over</h3><p class="soft">Deletes all objects, events and deliveries. The secret key and the configured endpoint stay.</p>${controlForm({ path: "/reset" }, "Empty the sandbox", HERE)}</section>`;
}
