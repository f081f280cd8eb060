import type { OperatorActor } from "@/lib/auth";
import { readCustomerAccount } from "@/lib/customers";
import { recordAction } from "@/lib/operator-actions";
import { withTransaction } from "@/lib/platform/db";
import { normalizeEmail } from "@/lib/platform/email-address";
import { env } from "@/lib/platform/env";
import { invalidField } from "@/lib/platform/errors";
import { newToken, tokenHash } from "./token";

/** The page that a link leads to first. Opening it uses nothing up, so a preview of the link does no harm. */
export const BILLING_LINK_PATH = "/billing-link";

const LIFE_MS = 10 * 60_000;

/** A link to be made. */
export interface NewBillingLink {
  customerId: string;
  /** Whose login it opens; the customer's own address when it is left out. */
  email?: string | undefined;
  /** Where it leads: `/billing` or a path below it, with a query if need be. */
  returnPath?: string | undefined;
}

/**
 * Makes a way into the billing page of one customer, for whoever the operator's product has signed in. It works once
 * and for ten minutes, and what it opens is a session for this customer alone.
 *
 * @throws NotFoundError there is no such customer
 * @throws InvalidRequestError naming `return_path`: it leads elsewhere
 */
export async function createBillingLink(
  by: OperatorActor,
  input: NewBillingLink,
  now: Date,
): Promise<{ url: string; expiresAt: Date }> {
  const returnPath = readReturnPath(input.returnPath);
  const customer = await readCustomerAccount(input.customerId);
  const { customerId } = customer;
  const token = newToken();
  const expiresAt = new Date(now.getTime() + LIFE_MS);
  const email = normalizeEmail(input.email ?? customer.email);
  await withTransaction(async (tx) => {
    await tx.billingLink.create({
      data: {
        customerId,
        tokenHash: tokenHash(token),
        email,
        returnPath,
        apiKeyId: by.apiKeyId,
        createdAt: now,
        expiresAt,
      },
    });
    await recordAction(tx, { verb: "create_billing_link", by, subjectId: customerId, customerId });
  });
  const query = new URLSearchParams({ customer: customerId, token });
  return { url: `${env().APP_URL}${BILLING_LINK_PATH}?${query}`, expiresAt };
}

/** As a browser reads it: what looks like a path of ours may name another site. */
function readReturnPath(asked = "/billing"): string {
  const base = "https://brim.invalid";
  const url = asked.startsWith("/") && URL.canParse(asked, base) ? new URL(asked, base) : null;
  if (url?.origin !== base || !/^\/billing(\/|$)/.test(url.pathname)) {
    throw invalidField("return_path", "Use /billing or a path below it, such as /billing?topup=cancelled.");
  }
  return `${url.pathname}${url.search}`;
}
