import { expect, it } from "vitest";
import { escapeHtml } from "@/lib/emails/markup";
import { signInMail } from "@/lib/emails/sign-in-link";

it("carries the link unchanged in the text and escaped in the HTML", () => {
  const url = 'https://brim.example/api/auth/callback/email?token=abc&email=a%40b.co"><script>';
  const mail = signInMail({ to: "a@b.co", url, host: "brim.example" });

  expect(mail.text).toContain(url);
  expect(mail.html).toContain(escapeHtml(url));
  expect(mail.html).not.toContain("<script>");
  expect(mail.subject).toBe("Sign in to brim.example");
});

it("escapes everything that could end a text or an attribute", () => {
  expect(escapeHtml(`<a href="x" title='y'>&</a>`)).toBe(
    "&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;&lt;/a&gt;",
  );
});
