import { describe, expect, it } from "vitest";
import type { MailProps } from "@/lib/emails";
import { renderCustomerMail, renderSignInLink } from "@/lib/emails/templates/render";
import { MAIL_KINDS, SAMPLE_MAILS } from "@/tests/support/sample-mails";

const OPERATOR = {
  appUrl: "https://billing.example.com",
  name: "Acme, Inc.",
  address: "Acme, Inc., 1 Market Street, San Francisco, CA 94105",
  supportUrl: "mailto:help@example.com",
};

const CONTEXT = {
  operator: OPERATOR,
  customerId: "cust_01m81xgxrcexrs47sfmrsawft1",
  customerName: "Northwind AI",
};

const HOSTILE = `<img src=x onerror=alert(1)></td></table><script>alert("'&amp;")</script>`;

const TIME = /^\d{4}-\d\d-\d\dT/;

/** Times are shown to the minute, and a top-up's id only in its link. */
const shownValues = (mail: object) =>
  Object.values(mail)
    .flatMap((value) => (value && typeof value === "object" ? Object.values(value) : [value]))
    .filter((value) => typeof value === "string" && !TIME.test(value))
    .map(String);

const linksOf = (html: string) =>
  [...html.matchAll(/href="([^"]*)"/g)].map(([, href]) => String(href).replaceAll("&amp;", "&"));

/** What a person reads of the HTML: without tags, and with the entities of our texts replaced. */
const readable = (html: string) =>
  html
    .replace(/<head>.*<\/head>/s, "")
    .replace(/<!--.*?-->/gs, "")
    .replace(/<[^>]*>/g, " ")
    .replaceAll("&amp;", "&")
    .replace(/\s+/g, " ");

describe.each(MAIL_KINDS)("the email %s", (kind) => {
  it("says the same in both parts, with every amount, card and link", async () => {
    const mail = SAMPLE_MAILS[kind];

    const { subject, html, text } = await renderCustomerMail(kind, mail, CONTEXT);

    const read = readable(html);
    const links = linksOf(html);
    for (const value of shownValues(mail)) {
      expect(text).toContain(value);
      expect([...links, read].some((part) => part.includes(value))).toBe(true);
    }
    const times = Object.values(mail).filter((value) => TIME.test(String(value)));
    for (const part of [text, read]) {
      expect(part).toContain(subject);
      expect(part).toContain(
        "You receive this because you manage the billing of Northwind AI at billing.example.com.",
      );
      if (times.length > 0) expect(part).toMatch(/Nov (29|30), 2026, 9:05 PM UTC/);
    }
    expect(links).toEqual([links[0], OPERATOR.supportUrl]);
    for (const link of links) expect(text).toContain(link.replace("mailto:", ""));
    for (const part of [text, read]) expect(part).toContain(OPERATOR.address);
    expect(text).not.toMatch(/undefined|null|\[object/);
  });

  it("names the customer in its links, and loads nothing from the network", async () => {
    const { html } = await renderCustomerMail(kind, SAMPLE_MAILS[kind], CONTEXT);

    expect(html).not.toMatch(
      /<(img|link|script|iframe|object|embed|video|audio|base)\b|\bsrc=|url\(|@import|@font-face/i,
    );
    const [link = ""] = linksOf(html);
    if (kind === "auto_topup_action_required") expect(link).toBe(SAMPLE_MAILS[kind].confirmUrl);
    else {
      expect(new URL(link).origin).toBe(OPERATOR.appUrl);
      expect(new URL(link).searchParams.get("customer")).toBe(CONTEXT.customerId);
    }
  });

  it("escapes whatever it is given", async () => {
    const entries = Object.entries(SAMPLE_MAILS[kind]).map(([name, value]) => [
      name,
      typeof value === "string" && !TIME.test(value) ? HOSTILE : value,
    ]);
    const hostile = Object.fromEntries(entries) as MailProps[typeof kind];
    const operator = { ...OPERATOR, name: HOSTILE, address: HOSTILE };

    const context = { ...CONTEXT, operator, customerName: HOSTILE };
    const { html, text } = await renderCustomerMail(kind, hostile, context);

    expect(html).not.toMatch(/<(script|img)/);
    expect(html).toContain("&lt;img src=x onerror=alert(1)&gt;");
    expect(text).toContain(`the billing of ${HOSTILE} at`);
  });
});

describe("the sign-in email", () => {
  it("carries the link unchanged in the text and escaped in the HTML", async () => {
    const url = 'https://brim.example/api/auth/callback/email?token=abc&email=a%40b.co"><script>';

    const { subject, html, text } = await renderSignInLink({ url, operator: OPERATOR });

    expect(subject).toBe("Sign in to billing.example.com");
    expect(text).toContain(`Sign in ${url}\n`);
    expect(linksOf(html)[0]).toBe(url.replace('"><script>', "&quot;&gt;&lt;script&gt;"));
    expect(html).not.toContain("<script");
    for (const part of [text, readable(html)]) expect(part).toContain("expires after 24 hours");
  });
});
