import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type CustomerMail, mailCustomer, resumeCustomerMails } from "@/lib/emails";
import { pool, prisma, withTransaction } from "@/lib/platform/db";
import type { CustomerId } from "@/lib/platform/ids";
import { aCustomer } from "@/tests/support/brim";
import { aMember, type Mailbox, removeMember, repeatMailTask, startMailbox } from "@/tests/support/mailbox";
import { changeSettings } from "@/tests/support/settings";
import { runTasks } from "@/tests/support/tasks";

let mailbox: Mailbox;

beforeAll(async () => {
  mailbox = await startMailbox();
});
afterEach(() => mailbox.server.refused.clear());
afterAll(() => mailbox.stop());

const enqueue = (mail: CustomerMail) => withTransaction((tx) => mailCustomer(tx, mail));

/** A balance that is below a level of its customer: a fact that there is an email about. */
async function aFact(customerId: CustomerId, thresholdCents = 2_000) {
  const crossedAt = new Date();
  await prisma().lowBalanceThreshold.create({ data: { customerId, thresholdCents, crossedAt } });
  const subjectId = `${thresholdCents}:${crossedAt.toISOString()}`;
  return { customerId, kind: "low_balance", subjectId, details: { thresholdCents } } as const;
}

const rowOf = (customerId: CustomerId) => prisma().customerMail.findFirstOrThrow({ where: { customerId } });

describe("an email to a customer", () => {
  it("is sent if and only if its transaction commits", async () => {
    const customer = await aCustomer(mailbox.brim);
    const owner = await aMember(customer);
    const fact = await aFact(customer.customerId);

    await expect(
      withTransaction(async (tx) => {
        await mailCustomer(tx, fact);
        throw new Error("rolled back");
      }),
    ).rejects.toThrow("rolled back");
    await runTasks();
    expect(await mailbox.mailsOf(owner)).toEqual([]);

    await enqueue(fact);
    await runTasks();
    expect(await mailbox.mailsOf(owner)).toHaveLength(1);
  });

  it("is sent once per fact, even if several transactions enqueue it and several workers send it", async () => {
    const customer = await aCustomer(mailbox.brim);
    const owner = await aMember(customer);
    const fact = await aFact(customer.customerId);

    await Promise.all(Array.from({ length: 4 }, () => enqueue(fact)));
    await enqueue(await aFact(customer.customerId, 1_000));
    await Promise.all([repeatMailTask(fact, 4), runTasks(), runTasks()]);
    await runTasks();

    expect((await mailbox.subjectsOf(owner)).sort()).toEqual([
      "Your balance is below $10.00",
      "Your balance is below $20.00",
    ]);
  });

  it("that a process was sending when it crashed is sent again by another, with the same Message-ID", async () => {
    const customer = await aCustomer(mailbox.brim);
    const owner = await aMember(customer);
    const fact = await aFact(customer.customerId);
    await enqueue(fact);
    await runTasks();
    // As if it had died between the answer of the mail server and the next statement.
    const crashed = (ago: string) =>
      pool().query(
        "UPDATE customer_mail SET sent_at = NULL, sent_to = '{}', claimed_at = now() - $2::interval WHERE customer_id = $1",
        [customer.customerId, ago],
      );

    await crashed("14 minutes");
    expect(await resumeCustomerMails()).toBe(0);
    await crashed("16 minutes");
    expect(await resumeCustomerMails()).toBe(1);
    expect(await resumeCustomerMails()).toBe(0);
    await runTasks();

    const [one, other, ...others] = await mailbox.mailsOf(owner);
    expect(others).toEqual([]);
    expect(one?.messageId).toMatch(/^<low_balance\.2000-.+@127\.0\.0\.1>$/);
    expect(other?.messageId).toBe(one?.messageId);
    expect((await rowOf(customer.customerId)).sentAt).not.toBeNull();
  });

  it("reaches the other recipients when one address is refused, and that one later, each once", async () => {
    const customer = await aCustomer(mailbox.brim);
    const [refused, other] = [await aMember(customer, "owner"), await aMember(customer, "billing")];
    mailbox.server.refused.add(refused);

    await enqueue(await aFact(customer.customerId));
    await runTasks();
    await runTasks();
    expect(await mailbox.mailsOf(other)).toHaveLength(1);
    expect((await rowOf(customer.customerId)).sentAt).toBeNull();
    mailbox.server.refused.clear();
    await runTasks();

    const [[one], [another]] = [await mailbox.mailsOf(refused), await mailbox.mailsOf(other)];
    expect(await mailbox.mailsOf(other)).toHaveLength(1);
    expect(await mailbox.mailsOf(refused)).toHaveLength(1);
    expect(one?.messageId).not.toBe(another?.messageId);
  });

  it("is not sent to a member who was removed before it is sent, even with the customer's own address", async () => {
    const customer = await aCustomer(mailbox.brim);
    const { customerId } = customer;
    const [owner, removed] = [await aMember(customer, "owner"), await aMember(customer, "billing")];
    await prisma().customer.update({ where: { customerId }, data: { email: removed } });
    await enqueue(await aFact(customerId));

    await removeMember(removed);
    await runTasks();

    expect(await mailbox.mailsOf(removed)).toEqual([]);
    expect(await mailbox.mailsOf(owner)).toHaveLength(1);
  });

  it("is not sent to a member who was removed between two attempts", async () => {
    const customer = await aCustomer(mailbox.brim);
    const removed = await aMember(customer);
    mailbox.server.refused.add(removed);
    await enqueue(await aFact(customer.customerId));
    await runTasks();

    await removeMember(removed);
    mailbox.server.refused.clear();
    await runTasks();

    expect(await mailbox.mailsOf(removed)).toEqual([]);
    expect((await rowOf(customer.customerId)).sentAt).not.toBeNull();
  });

  it("without any recipient left is finished", async () => {
    const customer = await aCustomer(mailbox.brim);
    const { customerId } = customer;
    const owner = await aMember(customer);
    await prisma().customer.update({ where: { customerId }, data: { email: owner } });
    const fact = await aFact(customerId);
    await enqueue(fact);

    await removeMember(owner);
    await runTasks();
    const { id: userId } = await prisma().user.findUniqueOrThrow({ where: { email: owner } });
    await prisma().membership.create({ data: { customerId, userId, role: "owner" } });
    await repeatMailTask(fact);

    expect(await mailbox.mailsOf(owner)).toEqual([]);
    expect((await rowOf(customerId)).sentAt).not.toBeNull();
  });

  it("is not sent later if there was no mail server", async () => {
    const customer = await aCustomer(mailbox.brim);
    const owner = await aMember(customer);
    const { SMTP_URL = "", MAIL_FROM = "" } = process.env;
    changeSettings({ SMTP_URL: "", MAIL_FROM: "" });
    await enqueue(await aFact(customer.customerId));
    changeSettings({ SMTP_URL, MAIL_FROM });

    await resumeCustomerMails();
    await runTasks();

    expect(await mailbox.mailsOf(owner)).toEqual([]);
  });
});
