import { z } from "zod";
import { listRecords, TRANSFER_KINDS, type TransferKind } from "@/lib/ledger";
import { recordsAnswer } from "../answers/record";
import { listQuery, readPage } from "../lists/list-query";
import { presentRecords } from "../present/record";
import { customerRoute } from "../route";

const KINDS = Object.keys(TRANSFER_KINDS) as TransferKind[];
const anyKind = KINDS.join("|");

const recordsQuery = z.strictObject({
  type: z
    .string({ error: "Send this parameter once: several types are separated by commas." })
    .regex(
      new RegExp(`^(${anyKind})(,(${anyKind}))*$`),
      `Use one or more of these, separated by commas: ${KINDS.join(", ")}.`,
    )
    .optional()
    .meta({
      description: "Only these types, separated by commas. All when it is left out.",
      asParameter: {
        type: "array",
        items: { type: "string", enum: KINDS },
        examples: [["credit", "refund"]],
      },
    }),
  ...listQuery,
});

export const listBillingRecords = customerRoute(
  {
    method: "GET",
    path: "/api/v1/billing/records",
    operationId: "listRecords",
    tag: "Billing",
    summary: "List everything that moved the balance, newest first",
    description:
      "Top-ups, charges, refunds and everything else that changed the balance, with the balance after each. Records are never changed: what is added while you read on moves nothing.",
    scope: "billing:read",
    query: recordsQuery,
    answer: recordsAnswer,
  },
  async ({ actor, query }) => {
    const of = { list: "records", owner: actor.customerId };
    const { limit, position } = readPage(of, query);
    const page = await listRecords(actor.customerId, {
      limit,
      before: position ?? undefined,
      ...(query.type !== undefined && { kinds: query.type.split(",") as TransferKind[] }),
    });
    return { body: presentRecords(of, page) };
  },
);
