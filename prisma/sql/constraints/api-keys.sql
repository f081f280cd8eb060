-- A customer's key cannot have the scope `admin`, and an operator's key cannot use billing as a customer.
ALTER TABLE "api_key"
  ADD CONSTRAINT "api_key_customer" FOREIGN KEY ("customer_id") REFERENCES "customer" ("customer_id") ON DELETE RESTRICT,
  ADD CONSTRAINT "api_key_hash_is_sha256" CHECK (octet_length("secret_hash") = 32),
  ADD CONSTRAINT "api_key_rolled_from_another" CHECK ("rolled_from" <> "api_key_id"),
  ADD CONSTRAINT "api_key_scopes" CHECK (
    cardinality("scopes") > 0 AND CASE
      WHEN "customer_id" IS NULL THEN "scopes" <@ ARRAY['usage:read', 'usage:write', 'admin']
      ELSE "scopes" <@ ARRAY['billing:read', 'billing:write', 'usage:read', 'usage:write']
    END
  );
