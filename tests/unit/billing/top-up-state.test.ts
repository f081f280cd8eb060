import { describe, expect, it } from "vitest";
import { describeTopUp, type TopUpState } from "@/components/billing/top-up-state";

const payment = (status: string, failure: TopUpState["failure"] = null): TopUpState => ({
  status,
  mode: "payment",
  amount_usd: "25.00",
  failure,
});

const setup = (status: string): TopUpState => ({ status, mode: "setup", amount_usd: null, failure: null });

describe("describeTopUp", () => {
  it("claims credit for one status only", () => {
    const statuses = ["created", "open", "processing", "failed", "expired", "canceled", "needs_review"];
    const others = [...statuses, "action_required", "refunded", "disputed", "something_new"];

    expect(describeTopUp(payment("succeeded"), null).title).toBe("$25.00 added to your balance");
    for (const status of others) expect(describeTopUp(payment(status), null).title).not.toContain("added");
  });

  it.each(["created", "open", "processing", "retry_wait", "something_new"])(
    "goes on waiting in %s",
    (status) => {
      const words = describeTopUp(payment(status), null);

      expect(words.isFinal).toBe(false);
      expect(words.title).toContain("processing");
    },
  );

  it("tells a decline in the words of the API and never by its code", () => {
    const failure = { code: "insufficient_funds", message: "The card has insufficient funds." };
    const words = describeTopUp(payment("failed", failure), null);

    expect(words.text).toBe("The card has insufficient funds. Nothing was added to your balance.");
  });

  it("names the card that was saved once it is known", () => {
    expect(describeTopUp(setup("open"), null).title).toBe("Your card is being saved");
    expect(describeTopUp(setup("succeeded"), null).title).toBe("Your card is saved");
    expect(describeTopUp(setup("succeeded"), "Visa •••• 4242").title).toBe("Visa •••• 4242 is saved");
  });
});
