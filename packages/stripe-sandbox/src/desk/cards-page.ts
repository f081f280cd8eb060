import { testCards } from "../cards/test-cards";
import { html } from "../pages/markup";
import { deskPage } from "./desk-layout";
import { table } from "./tables";

/** The numbers to type into Checkout, and what each of them does. */
export function cardsPage(): string {
  return deskPage(
    "Test cards",
    "/desk/cards",
    html`<h1>Test cards</h1><p class="soft">Any expiry in the future and any security code are right. The names stand for a card in the API.</p>
${table(
  "Test cards",
  ["Number", "What it does", "Name in the API"],
  testCards.map((card) => [
    html`<span class="number">${card.number.replace(/(\d{4})(?=\d)/g, "$1 ")}</span>`,
    card.label,
    html`<code>${(card.aliases ?? []).join(", ")}</code>`,
  ]),
)}`,
  );
}
