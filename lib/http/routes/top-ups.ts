import { z } from "zod";
import { AFTERWARDS, listTopUps, readTopUp, TOP_UP_MODES, TOP_UP_STATUSES } from "@/lib/top-ups";
import { topUpAnswer, topUpsAnswer } from "../answers/top-up";
import { pathId } from "../fields/fields";
import { listQuery, readPage } from "../lists/list-query";
import { presentTopUp, presentTopUps } from "../present/top-up";
import { customerRoute } from "../route";

const MODES = [...TOP_UP_MODES, "all"] as const;
const STATUSES = [...TOP_UP_STATUSES, ...AFTERWARDS] as const;

const topUpsQuery = z.strictObject({
  mode: z
    .enum(MODES, { error: `Use one of these: ${MODES.join(", ")}.` })
    .default("payment")
    .meta({
      description: "`payment` added money or tried to, `setup` saved a card; `all` is both.",
      examples: ["payment"],
    }),
  status: z
    .enum(STATUSES, { error: `Use one of these: ${STATUSES.join(", ")}.` })
    .optional()
    .meta({ description: "Only attempts that are shown with this status.", examples: ["succeeded"] }),
  ...listQuery,
});

export const listAttempts = customerRoute(
  {
    method: "GET",
    path: "/api/v1/billing/topups",
    operationId: "listTopUps",
    tag: "Billing",
    summary: "List top-ups, newest first",
    description:
      "Every attempt as we know it, also those that failed or expired. Asking for one of them also looks at Stripe and tells its timeline.",
    scope: "billing:read",
    query: topUpsQuery,
    answer: topUpsAnswer,
  },
  async ({ actor, query }) => {
    const of = { list: "topups", owner: actor.customerId };
    const { limit, position } = readPage(of, query);
    const { mode, status } = query;
    const page = await listTopUps(actor.customerId, { mode, status, limit, before: position ?? undefined });
    return { body: presentTopUps(of, page) };
  },
);

const topUpPath = z.object({ topup_intent_id: pathId("topUp", "top-up") });

export const getTopUp = customerRoute(
  {
    method: "GET",
    path: "/api/v1/billing/topups/{topup_intent_id}",
    operationId: "getTopUp",
    tag: "Billing",
    summary: "Read one top-up with its timeline",
    description:
      "While the attempt is undecided this also looks at Stripe, at most every few seconds, so that a late notification does not keep the customer waiting.",
    params: topUpPath,
    scope: "billing:read",
    answer: topUpAnswer,
  },
  async ({ actor, params }) => ({
    body: presentTopUp(await readTopUp(actor.customerId, params.topup_intent_id ?? "")),
  }),
);
