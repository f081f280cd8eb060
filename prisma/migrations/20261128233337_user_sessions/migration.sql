-- CreateTable
CREATE TABLE "user_session" (
    "session_id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "only_customer_id" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "user_session_pkey" PRIMARY KEY ("session_id")
);

-- CreateIndex
CREATE INDEX "user_session_user_id_idx" ON "user_session"("user_id");

-- AddForeignKey
ALTER TABLE "user_session" ADD CONSTRAINT "user_session_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "app_user"("user_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- From here on by hand: what Prisma cannot express.

ALTER TABLE "user_session"
  ADD CONSTRAINT "user_session_customer" FOREIGN KEY ("only_customer_id") REFERENCES "customer" ("customer_id") ON DELETE CASCADE,
  ADD CONSTRAINT "user_session_expires_later" CHECK ("expires_at" > "created_at");

-- A link to a login at GitHub or Google could be made by whoever held any session of the user. Each is made again at the
-- next sign-in, by the e-mail address that the provider has verified.
DELETE FROM "oauth_account";
