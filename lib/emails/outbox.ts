import { prisma } from "@/lib/platform/db";
import { env } from "@/lib/platform/env";
import { newId } from "@/lib/platform/ids";
import type { Mail } from "./mail";

/** An email in the demo's outbox. */
export interface OutboxMail {
  outboxMailId: string;
  recipient: string;
  subject: string;
  text: string;
  html: string;
  sentAt: Date;
}

/** The newest emails that are listed and kept. */
const KEPT_MAILS = 100;

/**
 * Whether emails are stored for the page `/outbox` instead of being sent. It shows sign-in links to everyone, so the settings
 * allow it only in the demo, on a server that listens on this machine only.
 */
export function isOutboxEnabled(): boolean {
  return env().MAIL_OUTBOX;
}

/** Stores an email. The same email, by its Message-ID, is stored once, as a recipient's server does. */
export async function storeInOutbox({ to, subject, text, html, messageId }: Mail): Promise<void> {
  const outboxMailId = newId("outboxMail");
  await prisma().outboxMail.createMany({
    data: { outboxMailId, recipient: to, subject, text, html, messageId: messageId ?? outboxMailId },
    skipDuplicates: true,
  });
  const oldest = await prisma().outboxMail.findFirst({
    orderBy: { outboxMailId: "desc" },
    skip: KEPT_MAILS,
  });
  if (!oldest) return;
  await prisma().outboxMail.deleteMany({ where: { outboxMailId: { lte: oldest.outboxMailId } } });
}

/** Lists the emails, newest first, without their content. */
export function listOutbox(): Promise<Omit<OutboxMail, "text" | "html">[]> {
  return prisma().outboxMail.findMany({
    select: { outboxMailId: true, recipient: true, subject: true, sentAt: true },
    orderBy: { outboxMailId: "desc" },
    take: KEPT_MAILS,
  });
}

/** Returns one email, or null. */
export function findOutboxMail(outboxMailId: string): Promise<OutboxMail | null> {
  return prisma().outboxMail.findUnique({ where: { outboxMailId } });
}
