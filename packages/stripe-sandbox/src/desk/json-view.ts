import { html, type Markup } from "../pages/markup";

/** Words that begin the ids of objects; `evt` is looked up among the events. */
const ID =
  /"((?:evt|cus|cs_test|pi|seti|ch|py|pm|txn|re|pyr|du|dp|in|il|ii|inpay|we|price|prod|li|bps|bpc|txi|mandate|setatt|trr)_[A-Za-z0-9]+)"/g;

/** JSON as the API would answer it, in which every id leads to its object. */
export function jsonView(value: unknown): Markup {
  const parts = JSON.stringify(value, null, 2).split(ID);
  // `split` with one group puts the ids at the odd places.
  return html`<pre class="json" tabindex="0">${parts.map((part, index) => (index % 2 === 0 ? part : html`"${idLink(part)}"`))}</pre>`;
}

function idLink(id: string): Markup {
  return html`<a href="/desk/${id.startsWith("evt_") ? "events" : "objects"}/${id}">${id}</a>`;
}
