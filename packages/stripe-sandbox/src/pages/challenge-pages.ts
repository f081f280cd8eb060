import { type Context, Hono } from "hono";
import { html } from "hono/html";
import { answerChallenge, type OpenChallenge, readChallenge } from "../payments/answer-challenge";
import { inTransaction, NO_REQUEST, type Runtime } from "../runtime";
import { describeCard } from "./card-fields";
import { formatMoney } from "./format";
import { layout, type Markup, messagePage, type PageEnv, show } from "./layout";

/** The bank's 3-D Secure page, with buttons to complete or fail it. */
function challengePage({ challenged, method }: OpenChallenge, path: string): string {
  return layout(
    "3-D Secure",
    html`<main class="narrow"><div class="panel">
<h1 class="heading">Your bank asks: is this you?</h1>
<p class="soft">This page simulates the bank of your test card (3-D Secure).</p>
<dl class="lines">
${subjectOf(challenged)}
<div><dt>Card</dt><dd>${describeCard(method)}</dd></div>
</dl>
<form method="post" action="${path}">
<button class="primary" type="submit" name="answer" value="complete">Complete</button>
<button class="secondary wide" type="submit" name="answer" value="fail">Fail</button>
</form>
</div></main>`,
  );
}

function subjectOf(challenged: OpenChallenge["challenged"]): Markup {
  if (challenged.kind === "setup")
    return html`<div><dt>For</dt><dd class="words">saving this card</dd></div>`;
  const { amount, currency, presentment_details: local } = challenged.intent;
  const shown = local
    ? formatMoney(local.presentment_amount, local.presentment_currency)
    : formatMoney(amount, currency);
  return html`<div><dt>Amount</dt><dd>${shown}</dd></div>`;
}

/** Creates the bank's pages for 3-D Secure, to which Checkout, the hosted invoice and the API redirect. */
export function createChallengePages(runtime: Runtime): Hono<PageEnv> {
  const pages = new Hono<PageEnv>();
  pages.get("/3d-secure/:intent/:token", async (c) => {
    const open = await read(runtime, c.req.param("intent"), c.req.param("token"));
    return open ? show(c, challengePage(open, c.req.path)) : challengeClosed(c);
  });
  pages.post("/3d-secure/:intent/:token", async (c) => {
    const passed = new URLSearchParams(await c.req.text()).get("answer") === "complete";
    const answered = await answerChallenge(runtime, c.req.param("intent"), c.req.param("token"), passed);
    if (!answered) return challengeClosed(c);
    return answered.redirectUrl === null
      ? show(c, resultPage(answered.intent.status))
      : c.redirect(answered.redirectUrl, 303);
  });
  return pages;
}

function read(runtime: Runtime, intentId: string, token: string): Promise<OpenChallenge | undefined> {
  return inTransaction(runtime, NO_REQUEST, (tx) => readChallenge(tx, intentId, token, "read"));
}

function challengeClosed(c: Context<PageEnv>): Response {
  return show(
    c,
    messagePage("Nothing to confirm", "There is no open 3-D Secure challenge, or it was already answered."),
    410,
  );
}

function resultPage(status: string): string {
  return status === "succeeded" || status === "requires_capture"
    ? messagePage("Confirmed", "Your bank approved it. You can close this page.")
    : messagePage("Not confirmed", "Nothing was charged or saved. You can close this page.");
}
