import type { OpenChallenge } from "../payments/read-challenge";
import { describeCard } from "./card-fields";
import { formatMoney } from "./format-money";
import { layout } from "./layout";
import { html, type Markup } from "./markup";

/** The question of the cardholder's bank, with both answers to choose from. */
export function challengePage({ asked, method }: OpenChallenge, path: string): string {
  return layout(
    "3-D Secure",
    html`<main class="narrow"><div class="panel">
<h1 class="heading">Your bank asks: is this you?</h1>
<p class="soft">This page stands in for the bank of your test card (3-D Secure).</p>
<dl class="lines">
${what(asked)}
<div><dt>Card</dt><dd>${describeCard(method)}</dd></div>
</dl>
<form method="post" action="${path}">
<button class="primary" type="submit" name="answer" value="complete">Complete</button>
<button class="secondary wide" type="submit" name="answer" value="fail">Fail</button>
</form>
</div></main>`,
  );
}

function what(asked: OpenChallenge["asked"]): Markup {
  if (asked.kind === "setup") return html`<div><dt>For</dt><dd class="words">saving this card</dd></div>`;
  const { amount, currency, presentment_details: local } = asked.intent;
  const shown = local
    ? formatMoney(local.presentment_amount, local.presentment_currency)
    : formatMoney(amount, currency);
  return html`<div><dt>Amount</dt><dd>${shown}</dd></div>`;
}
