import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { demo } from "./support/demo";
import { expect, test } from "./support/journey";

/** A plain JavaScript program that uses the installed package. */
const PROGRAM = `
import { Brim, BrimError, PaymentRequiredError } from "brim/client";

const baseUrl = process.env.BRIM_URL;
const operator = new Brim({ baseUrl, apiKey: process.env.BRIM_OPERATOR_KEY });
const brim = new Brim({ baseUrl, apiKey: process.env.BRIM_API_KEY });
const { customer_id } = await brim.getBalance();
await operator.createAdjustment({ customer_id, amount_usd: "1.00", reason: "Welcome" });
const charge = await brim.createCharge({ amount_usd: "0.0375", description: "1,250 tokens of text" });
let newest;
for await (const record of brim.listRecords.all({ type: ["charge"], limit: 1 })) {
  newest = record;
  break;
}
const refused = await brim.createCharge({ amount_usd: "999999" }).catch((error) => error);
console.log(JSON.stringify({
  customer_id,
  isNewest: newest.charge_id === charge.charge_id,
  isRefused: refused instanceof PaymentRequiredError && refused instanceof BrimError,
  topupUrl: refused.topupUrl,
}));
`;

test("a program can spend with the client of the built package", async () => {
  const { appUrl, otherCustomerApiKey, otherCustomerId, operatorApiKey } = demo();

  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", PROGRAM], {
    env: {
      ...process.env,
      BRIM_URL: appUrl,
      BRIM_API_KEY: otherCustomerApiKey,
      BRIM_OPERATOR_KEY: operatorApiKey,
    },
  });

  expect(JSON.parse(stdout)).toEqual({
    customer_id: otherCustomerId,
    isNewest: true,
    isRefused: true,
    topupUrl: `${appUrl}/billing?customer=${otherCustomerId}`,
  });
});
