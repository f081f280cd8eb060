import { Prisma, prisma, type Tx } from "@/lib/platform/db";
import { env } from "@/lib/platform/env";
import { ServiceUnavailableError } from "@/lib/platform/errors";
import type { CustomerId } from "@/lib/platform/ids";
import { enqueueTask, type QueuedTask } from "@/lib/platform/jobs";
import { type Mail, sendMail } from "./send-mail";

/** An email to a customer about one fact. */
export interface CustomerMail {
  customerId: CustomerId;
  /** What it is about, such as `refund_succeeded`. */
  kind: string;
  /** The id of the fact, such as that of the refund. */
  subjectId: string;
}

/** How long a process may take to send one. After that it has crashed. */
const CLAIM_MINUTES = 15;

/**
 * Enqueues an email in the transaction that writes its fact. A second call for the same fact does nothing. Without a mail
 * server nothing is enqueued.
 */
export async function enqueueCustomerMail(tx: Tx, mail: CustomerMail): Promise<void> {
  if (!env().SMTP_URL) return;
  const { count } = await tx.customerMail.createMany({ data: mail, skipDuplicates: true });
  if (count === 0) return;
  const { customerId, kind, subjectId } = mail;
  await enqueueTask(tx, {
    name: taskName(kind),
    payload: { customerId, subjectId },
    key: `${customerId}:${subjectId}`,
  });
}

/**
 * Returns the task that sends the emails of one kind.
 *
 * @param compose writes the email from what is known now; null when there is nothing to send any more
 */
export function customerMailTask(
  kind: string,
  compose: (customerId: CustomerId, subjectId: string) => Promise<Mail | null>,
): QueuedTask {
  return {
    name: taskName(kind),
    async run({ customerId = "", subjectId = "" }) {
      const mail = { customerId: customerId as CustomerId, kind, subjectId };
      if (!(await claim(mail))) return;
      try {
        const composed = await compose(mail.customerId, subjectId);
        if (composed) await sendMail({ ...composed, messageId: messageIdOf(mail) });
      } catch (error) {
        await prisma().customerMail.update({ where: keyOf(mail), data: { claimedAt: null } });
        throw error;
      }
      await prisma().customerMail.update({ where: keyOf(mail), data: { sentAt: new Date() } });
    },
  };
}

/**
 * Claims an email for this process.
 *
 * @returns false when it was sent
 * @throws ServiceUnavailableError another process is sending it
 */
async function claim({ customerId, kind, subjectId }: CustomerMail): Promise<boolean> {
  const claimed = await prisma().$executeRaw(Prisma.sql`
    UPDATE customer_mail SET claimed_at = clock_timestamp()
    WHERE customer_id = ${customerId} AND kind = ${kind} AND subject_id = ${subjectId} AND sent_at IS NULL
      AND (claimed_at IS NULL OR claimed_at < clock_timestamp() - ${CLAIM_MINUTES}::int * interval '1 minute')`);
  if (claimed > 0) return true;
  const row = await prisma().customerMail.findUnique({ where: keyOf({ customerId, kind, subjectId }) });
  if (!row || row.sentAt) return false;
  throw new ServiceUnavailableError("Another process is sending this email.");
}

function keyOf({ customerId, kind, subjectId }: CustomerMail) {
  return { customerId_kind_subjectId: { customerId, kind, subjectId } };
}

/** The same for each try: when a process crashes after sending, the recipient's server recognizes the second copy. */
function messageIdOf({ customerId, kind, subjectId }: CustomerMail): string {
  return `<${kind}.${subjectId}.${customerId}@${new URL(env().APP_URL).hostname}>`;
}

function taskName(kind: string): string {
  return `mail:${kind}`;
}
