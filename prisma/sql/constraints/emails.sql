ALTER TABLE "customer_mail"
  ADD CONSTRAINT "customer_mail_customer" FOREIGN KEY ("customer_id") REFERENCES "customer" ("customer_id") ON DELETE RESTRICT;
