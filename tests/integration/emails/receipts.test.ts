import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { aMember, type Mailbox, repeatMailTask, startMailbox } from "@/tests/support/mailbox";
import { aPaidTopUp, balanceOf, creditTopUp } from "@/tests/support/paid-top-up";
import { changeSettings } from "@/tests/support/settings";
import { runTasks } from "@/tests/support/tasks";

let mailbox: Mailbox;

beforeAll(async () => {
  mailbox = await startMailbox();
});
afterAll(() => mailbox.stop());

describe("the receipt of a top-up", () => {
  it("is sent once, after the credit, to the members who manage billing", async () => {
    const { brim, mailsOf } = mailbox;
    const topUp = await aPaidTopUp(brim, { country: "DE", credit: false });
    const { customer, topUpIntentId } = topUp;
    const [payer, viewer] = [await aMember(customer, "billing"), await aMember(customer, "viewer")];
    await runTasks();
    expect(await mailsOf(payer)).toEqual([]);

    await creditTopUp(brim, topUp);
    await creditTopUp(brim, topUp);
    await runTasks();
    const { customerId } = customer;
    await repeatMailTask({ customerId, kind: "topup_credited", subjectId: topUpIntentId });

    const [mail, ...others] = await mailsOf(payer);
    expect(others).toEqual([]);
    expect(await mailsOf(viewer)).toEqual([]);
    expect(mail).toMatchObject({
      subject: "Receipt: $20.00 added to your balance",
      from: { text: '"Acme" <billing@brim.example>' },
      to: { text: payer },
      attachments: [],
    });
    expect(mail?.headers.get("auto-submitted")).toBe("auto-generated");
    const link = `${brim.url}/billing/top-ups/${topUpIntentId}?customer=${customerId}`;
    expect(mail?.html).toContain(`href="${link}"`);
    for (const line of [/^Paid +\$23\.80$/m, /^Tax included +\$3\.80$/m, /^Balance after +\$20\.00$/m]) {
      expect(mail?.text).toMatch(line);
    }
    expect(mail?.text).toContain(link);
  });

  it("never delays the credit: it is sent when the mail server works again", async () => {
    const { brim, mailsOf, server } = mailbox;
    const topUp = await aPaidTopUp(brim, { credit: false });
    const payer = await aMember(topUp.customer);
    server.refuse = true;

    await creditTopUp(brim, topUp);
    await runTasks();
    await runTasks();
    server.refuse = false;

    expect(await balanceOf(topUp)).toBe("20.00");
    expect(await mailsOf(payer)).toEqual([]);
    for (let run = 0; run < 3; run++) await runTasks();
    expect(await mailsOf(payer)).toHaveLength(1);
  });

  it("is not sent when the operator switched receipts off", async () => {
    const { brim, mailsOf } = mailbox;
    changeSettings({ TOP_UP_RECEIPTS: "false" });
    const topUp = await aPaidTopUp(brim);
    const payer = await aMember(topUp.customer);
    changeSettings({ TOP_UP_RECEIPTS: "" });

    await runTasks();

    expect(await mailsOf(payer)).toEqual([]);
    expect(await balanceOf(topUp)).toBe("20.00");
  });
});
