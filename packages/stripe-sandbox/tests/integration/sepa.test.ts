import { afterAll, beforeAll, expect, it } from "vitest";
import { pageFields } from "../support/checkout-params";
import { startTestSandbox, type TestSandbox } from "../support/test-sandbox";

/** Calls the API without a pinned version, like the Stripe CLI. */
const UNPINNED = { "Stripe-Version": "2025-12-15.clover" };

let sandbox: TestSandbox;

beforeAll(async () => {
  sandbox = await startTestSandbox();
});
afterAll(() => sandbox.stop());

const anAccount = (iban: string) =>
  sandbox.call(
    "POST",
    "/v1/payment_methods",
    `type=sepa_debit&sepa_debit[iban]=${iban}&billing_details[name]=Bob&billing_details[email]=bob@example.com`,
  );

const aSession = async () => {
  const item = "line_items[0][price_data]";
  const { json } = await sandbox.call(
    "POST",
    "/v1/checkout/sessions",
    `mode=payment&success_url=http://127.0.0.1:9/&payment_method_types[]=sepa_debit&line_items[0][quantity]=1&${item}[currency]=eur&${item}[unit_amount]=1500&${item}[product_data][name]=Credit`,
    UNPINNED,
  );
  return json;
};

const confirm = (session: string, form: string) =>
  sandbox.call("POST", `/v1/payment_pages/${session}/confirm`, form);

it.each([
  ["AT611904300234573201", "checkout.session.async_payment_succeeded", "paid"],
  ["AT861904300235473202", "checkout.session.async_payment_failed", "unpaid"],
])("debits %s, with an outcome after days", async (iban, event, status) => {
  const session = await aSession();
  const { json: method } = await anAccount(iban);

  const confirmed = await confirm(session.id, `payment_method=${method.id}&expected_amount=1500`);
  await sandbox.control("POST", "/clock", { advance_seconds: 7 * 86_400 });

  expect(session.payment_method_types).toEqual(["sepa_debit"]);
  expect(confirmed.json).toMatchObject({ status: "complete", payment_status: "unpaid" });
  expect((await sandbox.stripe.checkout.sessions.retrieve(session.id)).payment_status).toBe(status);
  const [told] = (await sandbox.stripe.events.list({ type: event })).data;
  expect(told?.data.object).toMatchObject({ id: session.id, payment_status: status });
});

it("rejects a card where only bank debits are allowed, and shows the error on the page", async () => {
  const session = await aSession();

  const answer = await sandbox.submit(session.id, pageFields);

  expect(answer.status).toBe(422);
  expect(await answer.text()).toContain("takes no cards here");
  expect((await sandbox.stripe.checkout.sessions.retrieve(session.id)).status).toBe("open");
});

it("rejects a mismatched amount, a second confirmation and an unknown session", async () => {
  const session = await aSession();
  const { json: method } = await anAccount("AT611904300234573201");

  const other = await confirm(session.id, `payment_method=${method.id}&expected_amount=1499`);
  await confirm(session.id, `payment_method=${method.id}`);
  const second = await confirm(session.id, `payment_method=${method.id}`);
  const unknown = await confirm("cs_test_nothing", `payment_method=${method.id}`);

  expect(other).toMatchObject({ status: 400, json: { error: { param: "expected_amount" } } });
  expect(second.status).toBe(400);
  expect(unknown).toMatchObject({ status: 404, json: { error: { code: "resource_missing" } } });
});

it("rejects an account without a name or with an invalid IBAN, and cannot save one for a customer", async () => {
  const nameless = await sandbox.call(
    "POST",
    "/v1/payment_methods",
    "type=sepa_debit&sepa_debit[iban]=AT611904300234573201",
  );
  const { json: method } = await anAccount("AT611904300234573201");
  const customer = await sandbox.stripe.customers.create({});

  expect(nameless).toMatchObject({ status: 400, json: { error: { param: "billing_details[name]" } } });
  expect(await anAccount("XX")).toMatchObject({
    status: 400,
    json: { error: { param: "sepa_debit[iban]" } },
  });
  await expect(
    sandbox.stripe.paymentMethods.attach(method.id, { customer: customer.id }),
  ).rejects.toMatchObject({ statusCode: 400 });
});
