import { afterAll, beforeAll, describe, expect, it } from "vitest";
import OutboxPage from "@/app/outbox/page";
import { findOutboxMail, listOutbox, mailCustomer, sendSignInLink } from "@/lib/emails";
import { prisma, withTransaction } from "@/lib/platform/db";
import { aMember, type Mailbox, repeatMailTask, startMailbox } from "@/tests/support/mailbox";
import { aPaidTopUp } from "@/tests/support/paid-top-up";
import { changeSettings } from "@/tests/support/settings";
import { runTasks } from "@/tests/support/tasks";

let mailbox: Mailbox;

beforeAll(async () => {
  mailbox = await startMailbox();
});
afterAll(() => mailbox.stop());

const NOT_FOUND = { digest: "NEXT_HTTP_ERROR_FALLBACK;404" };

const openPage = (query: Record<string, string> = {}) => OutboxPage({ searchParams: Promise.resolve(query) });

describe("the outbox", () => {
  it("does not exist in production: the page is not found even if a demo has stored emails", async () => {
    const data = { messageId: "old", recipient: "a@example.com", subject: "Old", text: "", html: "" };
    await prisma().outboxMail.create({ data: { ...data, outboxMailId: "mail_old" } });

    for (const query of [undefined, { mail: "mail_old" }]) {
      await expect(openPage(query)).rejects.toMatchObject(NOT_FOUND);
    }
    await prisma().outboxMail.deleteMany();
  });

  it("stores each email once, newest first, and nothing is sent", async () => {
    changeSettings({ SMTP_URL: "", MAIL_FROM: "", MAIL_OUTBOX: "1", BRIM_DEMO: "1", HOST: "localhost" });
    const { customer, topUpIntentId: subjectId } = await aPaidTopUp(mailbox.brim);
    const { customerId } = customer;
    const owner = await aMember(customer);

    await runTasks();
    const fact = { customerId, kind: "topup_credited", subjectId } as const;
    await withTransaction((tx) => mailCustomer(tx, fact));
    await repeatMailTask(fact);
    await sendSignInLink({ to: owner, url: `${mailbox.brim.url}/api/auth/callback/email?token=1` });

    const [link, ...receipts] = await listOutbox();
    expect(link).toMatchObject({ recipient: owner, subject: expect.stringMatching(/^Sign in to /) });
    expect(receipts.map(({ recipient }) => recipient).sort()).toEqual(["acme@example.com", owner]);
    expect((await findOutboxMail(String(receipts[0]?.outboxMailId)))?.text).toContain("$20.00");
    await expect(openPage({ mail: "mail_none" })).rejects.toMatchObject(NOT_FOUND);
    expect(await openPage()).toBeTruthy();
    expect(await mailbox.mailsOf(owner)).toEqual([]);
  });

  it("keeps the newest hundred emails", async () => {
    const old = (n: number) => ({
      outboxMailId: `mail_00${100 + n}`,
      messageId: `${n}`,
      recipient: "old@example.com",
    });
    await prisma().outboxMail.createMany({
      data: Array.from({ length: 105 }, (_, n) => ({ ...old(n), subject: "Old", text: "", html: "" })),
    });
    await sendSignInLink({ to: "new@example.com", url: mailbox.brim.url });

    const kept = await listOutbox();

    expect(await prisma().outboxMail.count()).toBe(100);
    expect(kept[0]?.recipient).toBe("new@example.com");
  });
});
