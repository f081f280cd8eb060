import { z } from "zod";
import { listRecords, TRANSFER_KINDS, type TransferKind } from "@/lib/ledger";
import { listQuery, readPage } from "../list-query";
import { presentRecords } from "../present-record";
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
      examples: ["credit,refund"],
    }),
  ...listQuery,
});

export const listBillingRecords = customerRoute(
  {
    method: "GET",
    path: "/api/v1/billing/records",
    operationId: "listRecords",
    summary: "List everything that moved the balance, newest first",
    scope: "billing:read",
    query: recordsQuery,
  },
  async ({ actor, query }) => {
    const of = { list: "records", owner: actor.customerId };
    const { limit, position } = readPage(of, query);
    const page = await listRecords(actor.customerId, {
      limit,
      ...(position !== null && { before: BigInt(position) }),
      ...(query.type !== undefined && { kinds: query.type.split(",") as TransferKind[] }),
    });
    return { body: presentRecords(of, page) };
  },
);
