import { z } from "zod";
import * as autoCharge from "@/lib/auto-charge";
import { DISABLED_REASONS } from "@/lib/auto-top-up";
import { type Cents, formatCents } from "@/lib/money";
import { invalidField } from "@/lib/platform/errors";
import type { CustomerId } from "@/lib/platform/ids";
import { decisionResponse, presentDecision } from "./auto-top-up-decisions";
import { clientAddress } from "./limits/client-address";
import { customerRoute } from "./route";
import { parseCents, usdInput } from "./schemas/amounts";
import { formatOptionalCents, idField, orNull, positiveUsdField, timeField } from "./schemas/response-fields";

const nextAction = z
  .strictObject({
    action: z.enum(autoCharge.NEXT_ACTIONS).meta({
      description:
        "What happens next (`charge`, `retry`, `wait`), or what somebody has to do (`set_up`, `enable`, `replace_card`, `add_address`, `authenticate`, `allow_more`, `contact_support`). `none` while there is enough balance.",
      examples: ["none"],
    }),
    message: z.string().meta({
      description: "The same in words, for the customer.",
      examples: ["The card is charged when the balance falls below the threshold."],
    }),
    at: orNull(timeField("When it happens by itself. Null if it does not.")),
    url: z
      .url()
      .nullable()
      .meta({ description: "Where the customer can act, or null.", examples: [null] }),
  })
  .meta({ id: "NextAction", description: "What comes next with auto top-up." });

const consent = z
  .strictObject({
    at: timeField("When it was given."),
    by: z.string().meta({
      description: "The id of the user or API key that gave it.",
      examples: ["user_01kaw3h8ezf5vr9q2m7x4c6tnd"],
    }),
  })
  .meta({ id: "AutoTopUpConsent", description: "The customer's consent to the current terms." });

const autoTopUpResponse = z
  .strictObject({
    enabled: z.boolean().meta({
      description: "Whether the card is charged when the balance runs low.",
      examples: [true],
    }),
    threshold_usd: orNull(positiveUsdField("The card is charged when less than this is available.", "10.00")),
    amount_usd: orNull(positiveUsdField("The amount added to the balance. Tax comes on top.", "25.00")),
    monthly_cap_usd: orNull(
      positiveUsdField("The most that the card pays in a calendar month (UTC), including tax.", "200.00"),
    ),
    daily_cap_usd: orNull(
      positiveUsdField("The most that the card pays within 24 hours, including tax.", "100.00"),
    ),
    daily_cap_count: z
      .int()
      .min(1)
      .meta({ description: "The maximum number of charges within 24 hours.", examples: [3] }),
    payment_method_id: z
      .string()
      .nullable()
      .meta({ description: "The card that is charged.", examples: ["pm_1QxK2eLkdIwHu7ixabcd1234"] }),
    currency: z.literal("usd").meta({ description: "Cards are charged in US dollars." }),
    disabled_reason: z
      .enum([...DISABLED_REASONS, "paused_by_operator"])
      .nullable()
      .meta({
        description: "Why it is disabled. Null while enabled, or if the customer disabled it.",
        examples: [null],
      }),
    month_used_usd: positiveUsdField("What counts against the monthly cap, including tax.", "50.00"),
    day_used_usd: positiveUsdField("What counts against the daily cap, including tax.", "25.00"),
    day_used_count: z
      .int()
      .min(0)
      .meta({ description: "The number of charges that count against the daily cap.", examples: [1] }),
    raised_daily_cap_usd: orNull(
      positiveUsdField("The daily cap while the customer allows more, or null.", "200.00"),
    ),
    consent: consent.nullable().meta({ description: "Null before auto top-up was first enabled." }),
    last_decision: decisionResponse.nullable().meta({ description: "The last evaluation, or null." }),
    topup_intent_id: orNull(idField("topUp", "The automatic top-up that is not finished yet, or null.")),
    charges_now_usd: orNull(
      positiveUsdField(
        "The amount, without tax, that enabling would charge at once because the balance is already below the threshold. Null otherwise. Tell the customer before enabling.",
        "25.00",
      ),
    ),
    next_action: nextAction,
  })
  .meta({ id: "AutoTopUp", description: "When the saved card is charged automatically, and why not." });

/** The maximum of a cap: $1,000,000. */
const MAX_CAP_CENTS = 100_000_000n;

const autoTopUpBody = z
  .strictObject({
    enabled: z
      .boolean({ error: "Use true or false." })
      .optional()
      .meta({
        description: "Enabling requires a threshold, an amount, a monthly cap and a saved card.",
        examples: [true],
      }),
    threshold_usd: usdInput.optional().meta({
      description: "From 5.00 to 5000.00, and lower than the amount.",
      examples: ["10.00"],
    }),
    amount_usd: usdInput.optional().meta({ description: "From 5.00 to 5000.00.", examples: ["25.00"] }),
    monthly_cap_usd: usdInput.optional().meta({
      description: "Including tax. At least the amount, at most 1000000.00.",
      examples: ["200.00"],
    }),
    daily_cap_usd: usdInput
      .nullable()
      .optional()
      .meta({
        description: "Including tax. At least the amount. Null for the default, four times the amount.",
        examples: ["100.00"],
      }),
    daily_cap_count: z
      .int({ error: "Use a whole number." })
      .min(1, "The count must be at least 1.")
      .max(100, "The count may be at most 100.")
      .optional()
      .meta({ description: "Defaults to 3.", examples: [3] }),
    payment_method_id: z
      .string({ error: "Write the card's id as a string." })
      .regex(/^[A-Za-z0-9_]{1,255}$/, "There is no such saved card.")
      .optional()
      .meta({
        description: "A card saved for automatic charges. Defaults to the default card.",
        examples: ["pm_1QxK2eLkdIwHu7ixabcd1234"],
      }),
  })
  .meta({
    id: "AutoTopUpInput",
    description: "The settings to change. Fields that are left out stay as they are.",
    examples: [{ threshold_usd: "10.00", amount_usd: "25.00", monthly_cap_usd: "200.00" }],
  });

export const getAutoTopUp = customerRoute(
  {
    method: "GET",
    path: "/api/v1/billing/auto-topup",
    operationId: "getAutoTopUp",
    tag: "Billing",
    summary: "Get auto top-up",
    description: "Returns the settings, what counts against the caps, the last decision and what comes next.",
    scope: "billing:read",
    response: autoTopUpResponse,
  },
  async ({ actor }) => presentAutoTopUp(actor.customerId),
);

export const updateAutoTopUp = customerRoute(
  {
    method: "PUT",
    path: "/api/v1/billing/auto-topup",
    operationId: "updateAutoTopUp",
    tag: "Billing",
    summary: "Change or enable auto top-up",
    description: [
      "Changes the fields that are sent. Sending settings with `enabled: true`, or changing those of an enabled rule, records the customer's consent to charge the card on exactly these terms. Show the terms before you send them.",
      "If less than the threshold is available, **the card is charged at once**: check `charges_now_usd` first. Returns 409 if the operator has paused auto top-up.",
    ].join("\n\n"),
    scope: "billing:write",
    body: autoTopUpBody,
    response: autoTopUpResponse,
    responseDescription: "Auto top-up with the new settings.",
    errors: ["conflict"],
  },
  async ({ actor, body, request }) => {
    const change = {
      enabled: body.enabled,
      threshold: optionalCents("threshold_usd", body.threshold_usd),
      amount: optionalCents("amount_usd", body.amount_usd),
      monthlyCap: optionalCents("monthly_cap_usd", body.monthly_cap_usd),
      dailyCap: body.daily_cap_usd === null ? null : optionalCents("daily_cap_usd", body.daily_cap_usd),
      dailyCount: body.daily_cap_count,
      paymentMethodId: body.payment_method_id,
    };
    await autoCharge.changeAutoTopUp(actor.customerId, change, giver({ actor, request }), new Date());
    return presentAutoTopUp(actor.customerId);
  },
);

export const allowMoreAutoTopUps = customerRoute(
  {
    method: "POST",
    path: "/api/v1/billing/auto-topup/allow-more",
    operationId: "allowMoreAutoTopUps",
    tag: "Billing",
    summary: "Double the daily caps for 24 hours",
    description:
      "Records the customer's consent and evaluates the rule again. The monthly cap stays. While the caps are raised, repeating the request has no effect. Returns 409 if auto top-up is disabled.",
    scope: "billing:write",
    response: autoTopUpResponse,
    responseDescription: "Auto top-up with the raised caps.",
    errors: ["conflict"],
  },
  async ({ actor, request }) => {
    await autoCharge.allowMore(actor.customerId, giver({ actor, request }), new Date());
    return presentAutoTopUp(actor.customerId);
  },
);

type CustomerRequest = Parameters<Parameters<typeof customerRoute>[1]>[0];

/** Returns who consents by a request. */
export function giver({ actor, request }: Pick<CustomerRequest, "actor" | "request">) {
  const address = clientAddress(request.headers);
  return autoCharge.giverOf(actor, address === "unknown" ? null : address);
}

function optionalCents(field: string, input: string | number | undefined): Cents | undefined {
  if (input === undefined) return undefined;
  const amount = parseCents(field, input);
  if (amount > MAX_CAP_CENTS) throw invalidField(field, "The amount may be at most 1000000.00 US dollars.");
  return amount;
}

async function presentAutoTopUp(customerId: CustomerId) {
  const state = await autoCharge.readAutoTopUp(customerId, new Date());
  const { rule, consent, raised, used, nextAction: next } = state;
  const wouldCharge = !state.isOn && state.isBelowThreshold && !state.unresolved;
  return {
    enabled: state.isOn,
    threshold_usd: formatOptionalCents(rule?.thresholdCents ?? null),
    amount_usd: formatOptionalCents(rule?.amountCents ?? null),
    monthly_cap_usd: formatOptionalCents(rule?.monthlyCapCents ?? null),
    daily_cap_usd: state.dailyCap === null ? null : formatCents(state.dailyCap),
    daily_cap_count: state.dailyCount,
    payment_method_id: rule?.paymentMethodId ?? null,
    currency: "usd",
    disabled_reason: state.disabledReason,
    month_used_usd: formatCents(used.month),
    day_used_usd: formatCents(used.day),
    day_used_count: used.dayCount,
    raised_daily_cap_usd: raised && formatCents(raised.dailyCap),
    consent: consent && { at: consent.givenAt.toISOString(), by: consent.givenBy },
    last_decision: state.lastDecision && presentDecision(state.lastDecision),
    topup_intent_id: state.unresolved?.topUpIntentId ?? null,
    charges_now_usd: wouldCharge ? formatOptionalCents(rule?.amountCents ?? null) : null,
    next_action: {
      action: next.action,
      message: next.message,
      at: next.at?.toISOString() ?? null,
      url: next.url,
    },
  } satisfies z.input<typeof autoTopUpResponse>;
}
