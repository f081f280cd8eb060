import type { Tx } from "../runtime";
import { findObjects, type StripeObject } from "../store/objects";

type Include = (tx: Tx, holder: StripeObject) => Promise<unknown>;

/** Fields that an answer shows only when `expand[]` names them. */
export const includable: Record<string, Include> = {
  "checkout.session.line_items": async (tx, session) => {
    const items = await findObjects(tx, "item", { session: session.id });
    return {
      object: "list",
      data: items.map((item) => item.data).reverse(),
      has_more: false,
      url: `/v1/checkout/sessions/${session.id}/line_items`,
    };
  },
  "charge.refunds": async (_tx, charge) => ({
    object: "list",
    data: [],
    has_more: false,
    url: `/v1/charges/${charge.id}/refunds`,
  }),
};
