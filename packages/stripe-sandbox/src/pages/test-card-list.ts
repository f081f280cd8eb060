import { testCards } from "../cards/test-cards";
import { html, type Markup } from "./markup";

/** Buttons that fill a form with a test card. */
export function testCardList({ folded = false } = {}): Markup {
  return html`<details class="test-cards"${!folded && html` open`}>
<summary>Test cards</summary>
<p class="soft">Choosing one fills in its number, with a future date and a CVC.</p>
<ul>
${testCards.map(
  (card) =>
    html`<li><button type="submit" name="fill" value="${card.number}"><span class="number">${grouped(card.number)}</span><span class="soft">${card.label}</span></button></li>`,
)}
</ul>
</details>`;
}

function grouped(number: string): string {
  return number.length === 15
    ? number.replace(/^(\d{4})(\d{6})(\d{5})$/, "$1 $2 $3")
    : number.replace(/(\d{4})(?=\d)/g, "$1 ");
}
