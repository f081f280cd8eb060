import { z } from "zod";
import { isAutoTopUpOn } from "@/lib/auto-charge";
import { ACCOUNT_STATUSES, type Balance, readBalance } from "@/lib/ledger";
import { formatUsd } from "@/lib/money";
import { customerRoute } from "./route";
import { idField, positiveUsdField, usdField } from "./schemas/response-fields";

/** The amounts of a balance, which a customer has too. */
export const balanceAmountFields = {
  balance_usd: usdField("The balance. Negative if the customer owes money.", "24.9625"),
  held_usd: positiveUsdField("The amount reserved by open holds.", "5.00"),
  available_usd: usdField("The amount that can be spent: the balance minus holds.", "19.9625"),
};

export function presentBalanceAmounts(balance: Balance) {
  return {
    balance_usd: formatUsd(balance.balance),
    held_usd: formatUsd(balance.held),
    available_usd: formatUsd(balance.available),
  };
}

export const accountStatusField = z.enum(ACCOUNT_STATUSES).meta({
  description: "A `frozen` or `closed` account cannot spend.",
  examples: ["active"],
});

const balanceResponse = z
  .strictObject({
    customer_id: idField("customer", "The customer."),
    ...balanceAmountFields,
    currency: z.literal("usd").meta({ description: "Balances are in US dollars." }),
    charge_method: z.literal("prepaid").meta({ description: "Customers pay before they spend." }),
    auto_topup_enabled: z
      .boolean()
      .meta({ description: "Whether the saved card is charged when the balance runs low." }),
    status: accountStatusField,
  })
  .meta({ id: "Balance", description: "A customer's balance, and how much of it can be spent." });

export const getBalance = customerRoute(
  {
    method: "GET",
    path: "/api/v1/billing/balance",
    operationId: "getBalance",
    tag: "Billing",
    summary: "Get the balance",
    description:
      "The balance is exact: it includes everything that was confirmed before the request was sent.",
    scope: "billing:read",
    response: balanceResponse,
  },
  async ({ actor: { customerId } }) => {
    const [balance, isOn] = await Promise.all([readBalance(customerId), isAutoTopUpOn(customerId)]);
    return presentBalance(customerId, balance, isOn);
  },
);

function presentBalance(customerId: string, balance: Balance, isOn: boolean) {
  return {
    customer_id: customerId,
    ...presentBalanceAmounts(balance),
    currency: "usd",
    charge_method: "prepaid",
    auto_topup_enabled: isOn,
    status: balance.status,
  } satisfies z.input<typeof balanceResponse>;
}
