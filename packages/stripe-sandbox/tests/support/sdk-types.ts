import { join } from "node:path";
import ts from "typescript";

/** The SDK's type for each value of `object`. */
const SDK_TYPES: Record<string, string> = {
  balance: "Balance",
  balance_transaction: "BalanceTransaction",
  "billing_portal.configuration": "BillingPortal.Configuration",
  "billing_portal.session": "BillingPortal.Session",
  charge: "Charge",
  "checkout.session": "Checkout.Session",
  credit_note: "CreditNote",
  credit_note_line_item: "CreditNoteLineItem",
  customer: "Customer",
  customer_balance_transaction: "CustomerBalanceTransaction",
  dispute: "Dispute",
  invoice: "Invoice",
  invoice_payment: "InvoicePayment",
  invoiceitem: "InvoiceItem",
  item: "LineItem",
  line_item: "InvoiceLineItem",
  mandate: "Mandate",
  payment_intent: "PaymentIntent",
  payment_method: "PaymentMethod",
  payout: "Payout",
  price: "Price",
  product: "Product",
  "radar.early_fraud_warning": "Radar.EarlyFraudWarning",
  refund: "Refund",
  setup_attempt: "SetupAttempt",
  setup_intent: "SetupIntent",
  tax_id: "TaxId",
  webhook_endpoint: "WebhookEndpoint",
};

const ROOT = join(import.meta.dirname, "../..");

/**
 * Returns the compiler's errors when raw API responses are assigned to the SDK's types: a field that is missing,
 * unknown or of another type. Empty if there are none.
 *
 * @throws Error for an object type without a type in the SDK
 */
export function compileAnswers(answers: readonly { object: string }[]): string[] {
  const file = join(ROOT, "tests/answers.virtual.ts");
  return diagnosticsOf(file, [HEADER, ...answers.map(statementOf)].join("\n"));
}

// The SDK parses decimals into objects; over HTTP they are strings.
const HEADER = `import type Stripe from "stripe";
declare function decimal(text: string): NonNullable<Stripe.Price["unit_amount_decimal"]>;`;

function statementOf(answer: { object: string }): string {
  const type = sdkTypeOf(answer);
  if (!type) throw new Error(`The SDK's name for ${answer.object} is not known here.`);
  const literal = JSON.stringify(answer).replace(/("\w+_decimal"):("[^"]*")/g, "$1:decimal($2)");
  return `(${literal}) satisfies ${type};`;
}

function sdkTypeOf({ object, type }: { object: string; type?: unknown }): string | undefined {
  // Comparing with all eighty event types at once is slow.
  if (object === "event") return `Extract<Stripe.Event, { type: ${JSON.stringify(type)} }>`;
  return SDK_TYPES[object] && `Stripe.${SDK_TYPES[object]}`;
}

function diagnosticsOf(file: string, text: string): string[] {
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    types: ["node"],
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.getSourceFile = (name, version, ...rest) =>
    name === file
      ? ts.createSourceFile(name, text, version)
      : getSourceFile.call(host, name, version, ...rest);
  host.fileExists = (name) => name === file || fileExists.call(host, name);
  host.readFile = (name) => (name === file ? text : readFile.call(host, name));
  const program = ts.createProgram([file], options, host);
  return ts
    .getPreEmitDiagnostics(program)
    .map(
      ({ messageText, start }) =>
        `${objectAt(text, start)}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`,
    );
}

/** The line in which a diagnostic starts identifies the object. */
function objectAt(text: string, start: number | undefined): string {
  const line = text.slice(0, start).split("\n").length - 1;
  return /"object":"([\w.]+)"/.exec(text.split("\n")[line] ?? "")?.[1] ?? "the test itself";
}
