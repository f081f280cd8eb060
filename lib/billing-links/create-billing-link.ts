import type { OperatorActor } from "@/lib/auth";
import { readCustomerAccount } from "@/lib/customers";
import { recordAction } from "@/lib/operator-actions";
import { withTransaction } from "@/lib/platform/db";
import { normalizeEmail } from "@/lib/platform/email-address";
import { env } from "@/lib/platform/env";
import { invalidField } from "@/lib/platform/errors";
import { newToken, tokenHash } from "./token";

/** The page of a link. Opening it does not redeem the link, so a link preview does no harm. */
export const BILLING_LINK_PATH = "/billing-link";

const LIFETIME_MS = 10 * 60_000;

export interface NewBillingLink {
  customerId: string;
  /** The user who signs in. Default: the customer's own address. */
  email?: string | undefined;
  /** Where the link leads: `/billing` or a path below it, with an optional query. */
  returnPath?: string | undefined;
}

/**
 * Creates a link to a customer's billing page, for a user whom the operator's product has signed in. The link works once,
 * within ten minutes, and opens a session for this customer only.
 *
 * @throws NotFoundError the customer does not exist
 * @throws InvalidRequestError `return_path` is not a billing page
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
  const expiresAt = new Date(now.getTime() + LIFETIME_MS);
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

/** Parses the path as a browser does, because `//example.com` looks like a path but is another site. */
function readReturnPath(asked = "/billing"): string {
  const base = "https://brim.invalid";
  const url = asked.startsWith("/") && URL.canParse(asked, base) ? new URL(asked, base) : null;
  if (url?.origin !== base || !/^\/billing(\/|$)/.test(url.pathname)) {
    throw invalidField(
      "return_path",
      "Must be /billing or a path below it, such as /billing?topup=cancelled.",
    );
  }
  return `${url.pathname}${url.search}`;
}
