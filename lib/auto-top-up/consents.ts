import { type Cents, cents } from "@/lib/money";
import { type Prisma, prisma, type Tx } from "@/lib/platform/db";
import { type CustomerId, newId } from "@/lib/platform/ids";
import { CONSENT_TEXT_VERSION } from "./consent-text";
import type { AutoTopUpRule } from "./rule";
import type { AutoTopUpTerms } from "./rules";

/** A row of `auto_topup_consent`. */
export type AutoTopUpConsent = Prisma.AutoTopUpConsentGetPayload<object>;

/** Who consents, and from where. */
export interface ConsentGiver {
  /** The id of the user or API key. */
  by: string;
  ipAddress: string | null;
}

/** How long `allow_more` raises the daily caps. */
const RAISED_FOR_MS = 24 * 3_600_000;

/**
 * Stores the customer's consent to these terms, in the transaction that sets them.
 *
 * @param raised the daily caps that the customer allows for the next 24 hours instead
 */
export async function giveConsent(
  tx: Tx,
  customerId: CustomerId,
  consent: {
    terms: AutoTopUpTerms;
    cardBrand: string;
    giver: ConsentGiver;
    raised?: { dailyCap: bigint; dailyCount: number };
  },
  now: Date,
): Promise<AutoTopUpConsent> {
  const { terms, cardBrand, giver, raised } = consent;
  return tx.autoTopUpConsent.create({
    data: {
      customerId,
      consentId: newId("consent"),
      kind: raised ? "allow_more" : "terms",
      ...columnsOf(terms),
      ...(raised && { dailyCapCents: Number(raised.dailyCap), dailyCapCount: raised.dailyCount }),
      cardBrand,
      givenBy: giver.by,
      ipAddress: giver.ipAddress,
      textVersion: CONSENT_TEXT_VERSION,
      givenAt: now,
      endsAt: raised ? new Date(now.getTime() + RAISED_FOR_MS) : null,
    },
  });
}

/** Amounts fit in 32 bits. */
function columnsOf(terms: AutoTopUpTerms) {
  return {
    thresholdCents: Number(terms.threshold),
    amountCents: Number(terms.amount),
    monthlyCapCents: Number(terms.monthlyCap),
    dailyCapCents: Number(terms.dailyCap),
    dailyCapCount: terms.dailyCount,
    paymentMethodId: terms.paymentMethodId,
  };
}

/** Reads the consent that a rule or a top-up names. */
export async function findConsent(
  { customerId, consentId }: Pick<AutoTopUpRule, "customerId" | "consentId">,
  tx: Tx = prisma(),
): Promise<AutoTopUpConsent | null> {
  if (consentId === null) return null;
  return tx.autoTopUpConsent.findUnique({ where: { customerId_consentId: { customerId, consentId } } });
}

/** Whether a consent is to exactly these terms, with a card of this brand. */
export function coversTerms(
  consent: AutoTopUpConsent | null,
  terms: AutoTopUpTerms,
  cardBrand: string | null,
): boolean {
  if (consent?.kind !== "terms" || consent.cardBrand !== cardBrand) return false;
  return Object.entries(columnsOf(terms)).every(
    ([name, value]) => consent[name as keyof AutoTopUpConsent] === value,
  );
}

/** Returns the daily caps that the customer has raised for now, under otherwise equal terms, and until when. */
export async function findRaisedCaps(
  tx: Tx,
  customerId: CustomerId,
  terms: AutoTopUpTerms,
  now: Date,
): Promise<{ dailyCap: Cents; dailyCount: number; until: Date | null } | null> {
  const { dailyCapCents: _cap, dailyCapCount: _count, ...others } = columnsOf(terms);
  const raised = await tx.autoTopUpConsent.findFirst({
    where: { customerId, kind: "allow_more", endsAt: { gt: now }, givenAt: { lte: now }, ...others },
    orderBy: { consentId: "desc" },
  });
  return (
    raised && {
      dailyCap: cents(BigInt(raised.dailyCapCents)),
      dailyCount: raised.dailyCapCount,
      until: raised.endsAt,
    }
  );
}
