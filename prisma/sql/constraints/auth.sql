ALTER TABLE "app_user"
  ADD CONSTRAINT "app_user_email_is_lower_case" CHECK ("email" = lower("email"));

ALTER TABLE "user_session"
  ADD CONSTRAINT "user_session_customer" FOREIGN KEY ("only_customer_id") REFERENCES "customer" ("customer_id") ON DELETE CASCADE,
  ADD CONSTRAINT "user_session_expires_later" CHECK ("expires_at" > "created_at");
