ALTER TABLE "payment_method"
  ADD CONSTRAINT "payment_method_customer" FOREIGN KEY ("customer_id") REFERENCES "customer" ("customer_id") ON DELETE RESTRICT;
