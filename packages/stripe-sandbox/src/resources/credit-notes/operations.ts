import { pageOf } from "../../api/list-page";
import type { Operation } from "../../api/operation";
import { listOperation, loadObject, retrieveOperation } from "../load-object";
import {
  checkCreditNote,
  createCreditNote,
  previewCreditNote,
  updateCreditNote,
  voidCreditNote,
} from "./create-credit-note";
import type { CreditNote } from "./credit-note";

export const creditNoteOperations: readonly Operation[] = [
  { id: "CreditNotes.create", check: checkCreditNote, run: createCreditNote },
  // Before the operation with an id, which would match "preview".
  { id: "CreditNotes.preview", check: checkCreditNote, run: previewCreditNote },
  retrieveOperation("CreditNotes.retrieve", "credit_note", "id"),
  listOperation("CreditNotes.list", "credit_note", ["customer", "invoice"]),
  { id: "CreditNotes.update", canUnset: ["memo"], run: updateCreditNote },
  { id: "CreditNotes.voidCreditNote", run: voidCreditNote },
  {
    id: "CreditNotes.listLineItems",
    run: async (tx, request) => {
      const { data } = await loadObject<CreditNote>(tx, "credit_note", request.ids.credit_note ?? "");
      return pageOf(data.lines.data, request);
    },
  },
];
