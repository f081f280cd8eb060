import { createHash } from "node:crypto";
import { Prisma, prisma, withTransaction } from "@/lib/platform/db";
import { env } from "@/lib/platform/env";
import { ServiceUnavailableError } from "@/lib/platform/errors";
import type { CustomerId } from "@/lib/platform/ids";
import type { QueuedTask, TaskPayload } from "@/lib/platform/jobs";
import { type DetailsOf, enqueueMail, MAIL_TASK, type MailFact } from "./mail-facts";
import { readOperator } from "./operator";
import { MailRefusedError, sendMail } from "./send-mail";
import type { MailKind, MailProps } from "./templates/props";

/** Who receives a customer's emails. */
export interface MailRecipients {
  customerName: string;
  addresses: string[];
}

/** A fact with what was stored with it. */
export interface StoredMail<Kind extends MailKind = MailKind> extends MailFact<Kind> {
  details: DetailsOf<Kind>;
}

/**
 * Reads what one kind of email shows, when it is sent.
 *
 * @returns null when the fact no longer holds, so that there is nothing to send
 */
export type MailReaders = {
  readonly [Kind in MailKind]: (mail: StoredMail<Kind>, now: Date) => Promise<MailProps[Kind] | null>;
};

type FindRecipients = (customerId: CustomerId) => Promise<MailRecipients>;

/** How long a process may take to send one. After that it has crashed. */
const CLAIM_MINUTES = 15;

/**
 * Returns the task that sends the emails to customers.
 *
 * @param findRecipients called before each copy is sent, so that nobody gets one who is no longer a member
 */
export function customerMailTask(findRecipients: FindRecipients, readers: MailReaders): QueuedTask {
  return {
    name: MAIL_TASK,
    async run(payload) {
      const fact = factOf(payload);
      const claimed = await claim(fact);
      if (!claimed) return;
      try {
        await send(claimed, findRecipients, readers);
      } catch (error) {
        await prisma().customerMail.update({ where: keyOf(fact), data: { claimedAt: null } });
        throw error;
      }
      await prisma().customerMail.update({ where: keyOf(fact), data: { sentAt: new Date() } });
    },
  };
}

/**
 * Enqueues the emails again whose process crashed while it sent them. Their own tasks stay locked for hours.
 *
 * @returns their number
 */
export function resumeCustomerMails(): Promise<number> {
  return withTransaction(async (tx) => {
    const facts = await tx.$queryRaw<MailFact[]>(Prisma.sql`
      UPDATE customer_mail SET claimed_at = NULL
      WHERE sent_at IS NULL AND claimed_at < clock_timestamp() - ${CLAIM_MINUTES}::int * interval '1 minute'
      RETURNING customer_id AS "customerId", kind, subject_id AS "subjectId"`);
    for (const fact of facts) await enqueueMail(tx, fact);
    return facts.length;
  });
}

interface ClaimedMail extends StoredMail {
  /** The addresses that have got it, in tries that failed for others. */
  sentTo: string[];
}

/** Sends one copy to each recipient. An address that is refused does not keep the others from getting theirs. */
async function send(mail: ClaimedMail, findRecipients: FindRecipients, readers: MailReaders): Promise<void> {
  const read = readers[mail.kind] as (mail: StoredMail, now: Date) => Promise<MailProps[MailKind] | null>;
  const props = await read(mail, new Date());
  if (props === null) return;
  const done = new Set(mail.sentTo);
  const refused: unknown[] = [];
  for (;;) {
    const { customerName, addresses } = await findRecipients(mail.customerId);
    const to = addresses.find((address) => !done.has(address));
    if (to === undefined) break;
    done.add(to);
    // React and the email components are loaded when the first email is written, not when the worker starts.
    const { renderCustomerMail } = await import("./templates/render");
    const context = { operator: readOperator(), customerId: mail.customerId, customerName };
    const content = await renderCustomerMail(mail.kind, props, context);
    try {
      await sendMail({ to, ...content, messageId: messageIdOf(mail, to) });
    } catch (error) {
      if (!(error instanceof MailRefusedError)) throw error;
      refused.push(error);
      continue;
    }
    await prisma().customerMail.update({ where: keyOf(mail), data: { sentTo: { push: to } } });
  }
  if (refused.length > 0) throw refused[0];
}

/**
 * Claims an email for this process.
 *
 * @returns null when it was sent
 * @throws ServiceUnavailableError another process is sending it
 */
async function claim(fact: MailFact): Promise<ClaimedMail | null> {
  const { customerId, kind, subjectId } = fact;
  const [claimed] = await prisma().$queryRaw<Pick<ClaimedMail, "details" | "sentTo">[]>(Prisma.sql`
    UPDATE customer_mail SET claimed_at = clock_timestamp()
    WHERE customer_id = ${customerId} AND kind = ${kind} AND subject_id = ${subjectId} AND sent_at IS NULL
      AND (claimed_at IS NULL OR claimed_at < clock_timestamp() - ${CLAIM_MINUTES}::int * interval '1 minute')
    RETURNING details, sent_to AS "sentTo"`);
  if (claimed) return { ...fact, ...claimed };
  const row = await prisma().customerMail.findUnique({ where: keyOf(fact) });
  if (!row || row.sentAt) return null;
  throw new ServiceUnavailableError("Another process is sending this email.");
}

function factOf({ customerId = "", kind = "", subjectId = "" }: TaskPayload): MailFact {
  return { customerId: customerId as CustomerId, kind: kind as MailKind, subjectId };
}

function keyOf({ customerId, kind, subjectId }: MailFact) {
  return { customerId_kind_subjectId: { customerId, kind, subjectId } };
}

/** The same for each try: when a process crashes after sending, the recipient's server recognizes the second copy. */
function messageIdOf({ customerId, kind, subjectId }: MailFact, to: string): string {
  // A subject may be a time, and a Message-ID allows no colons.
  const subject = subjectId.replace(/[^\w.-]/g, "-");
  const recipient = createHash("sha256").update(to).digest("hex").slice(0, 12);
  return `<${kind}.${subject}.${recipient}.${customerId}@${new URL(env().APP_URL).hostname}>`;
}
