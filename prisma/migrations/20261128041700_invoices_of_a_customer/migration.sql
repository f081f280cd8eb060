-- By hand throughout: nothing here that Prisma can express.

-- Invoices are listed newest top-up first. Without it a page reads every attempt that the customer ever left unpaid.
CREATE INDEX "topup_intent_invoice" ON "topup_intent" ("customer_id", "topup_intent_id" DESC)
  WHERE "invoice_hosted_url" IS NOT NULL;
