ALTER TABLE "billing_link"
  ADD CONSTRAINT "billing_link_customer" FOREIGN KEY ("customer_id") REFERENCES "customer" ("customer_id") ON DELETE RESTRICT,
  ADD CONSTRAINT "billing_link_hash_is_sha256" CHECK (octet_length("token_hash") = 32),
  ADD CONSTRAINT "billing_link_email_is_lower_case" CHECK ("email" = lower("email")),
  ADD CONSTRAINT "billing_link_path_is_ours" CHECK ("return_path" ~ '^/billing($|[/?])'),
  ADD CONSTRAINT "billing_link_expires_later" CHECK ("expires_at" > "created_at"),
  ADD CONSTRAINT "billing_link_used_in_time" CHECK ("used_at" < "expires_at");
