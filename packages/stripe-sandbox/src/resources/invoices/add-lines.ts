import { bracketPath } from "../../api/bracket-path";
import type { ApiRequest } from "../../api/operation";
import type { Tx } from "../../runtime";
import { itemFromParams } from "../invoice-items/item-from-params";
import { mergeMetadata } from "../merge-metadata";
import { listOf, mapOf } from "../param-readers";
import type { Invoice } from "./invoice";
import { insertLine } from "./invoice-lines";
import { loadDraft } from "./load-invoice";
import { repriceDraft } from "./reprice-draft";

/** Adds lines to a draft and prices it anew. */
export async function addLines(tx: Tx, { params, ids }: ApiRequest): Promise<Invoice> {
  const loaded = await loadDraft(tx, ids.invoice ?? "", "This invoice is no longer editable");
  const { invoice } = loaded;
  for (const [index, entry] of (listOf(params.lines) ?? []).entries()) {
    const { item, inclusive } = await itemFromParams(tx, mapOf(entry) ?? {}, {
      customer: String(invoice.customer),
      invoice: invoice.id,
      currency: invoice.currency,
      path: bracketPath("lines", index),
    });
    await insertLine(tx, invoice.id, item, inclusive);
  }
  const metadata = mergeMetadata(invoice.metadata, params.invoice_metadata);
  return repriceDraft(tx, loaded, { ...invoice, metadata });
}
