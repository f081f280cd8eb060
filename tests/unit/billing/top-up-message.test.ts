import { describe, expect, it } from "vitest";
import { describeTopUp, type TopUpState } from "@/components/billing/top-up-message";

const payment = (status: string, failure: TopUpState["failure"] = null): TopUpState => ({
  status,
  mode: "payment",
  amount_usd: "25.00",
  failure,
});

const setup = (status: string): TopUpState => ({ status, mode: "setup", amount_usd: null, failure: null });

describe("describeTopUp", () => {
  it("reports a credit only for succeeded", () => {
    const statuses = ["created", "open", "processing", "failed", "expired", "canceled", "needs_review"];
    const others = [...statuses, "action_required", "refunded", "disputed", "something_new"];

    expect(describeTopUp(payment("succeeded"), null).title).toBe("$25.00 added to your balance");
    for (const status of others) expect(describeTopUp(payment(status), null).title).not.toContain("added");
  });

  it.each(["created", "open", "processing", "something_new"])("keeps polling while %s", (status) => {
    const message = describeTopUp(payment(status), null);

    expect(message.isFinal).toBe(false);
    expect(message.title).toContain("processing");
  });

  it("shows the API's message for a decline, never the code", () => {
    const failure = { code: "insufficient_funds", message: "The card has insufficient funds." };
    const message = describeTopUp(payment("failed", failure), null);

    expect(message.text).toBe("The card has insufficient funds. Nothing was added to your balance.");
  });

  it("names the saved card if it is known", () => {
    expect(describeTopUp(setup("open"), null).title).toBe("Your card is being saved");
    expect(describeTopUp(setup("succeeded"), null).title).toBe("Your card is saved");
    expect(describeTopUp(setup("succeeded"), "Visa •••• 4242").title).toBe("Visa •••• 4242 is saved");
  });
});
