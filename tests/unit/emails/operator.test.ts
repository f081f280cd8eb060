import { expect, it } from "vitest";
import { readOperator } from "@/lib/emails/operator";
import { applySettings, changeSettings } from "@/tests/support/settings";

applySettings({ DATABASE_URL: "postgresql://brim@localhost/brim", SMTP_URL: "smtp://localhost" });

it.each([
  ["Acme <billing@example.com>", "Acme"],
  ['"Acme, Inc." <billing@example.com>', "Acme, Inc."],
  ["billing@example.com", "Brim"],
  ["<billing@example.com>", "Brim"],
])("emails from %s are signed %s", (MAIL_FROM, name) => {
  changeSettings({ MAIL_FROM });
  expect(readOperator().name).toBe(name);
});
