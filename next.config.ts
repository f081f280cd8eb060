import type { NextConfig } from "next";

const isDevelopment = process.env.NODE_ENV === "development";

/**
 * What a page may load and where it may send: ourselves only. Going to Checkout is a navigation of the top window, which
 * no directive here forbids.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  // Next writes its data into inline scripts. A nonce would need a proxy in front of each page; all text is escaped.
  `script-src 'self' 'unsafe-inline'${isDevelopment ? " 'unsafe-eval'" : ""}`,
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  // Browsers hold this against redirects too: signing in with these two starts with a form of ours.
  "form-action 'self' https://github.com https://accounts.google.com",
  "base-uri 'none'",
  "object-src 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** Sent with every page. Stripe.js is not needed by hosted Checkout, so nothing from outside may load. */
const SECURITY_HEADERS = [
  { key: "Content-Security-Policy", value: CONTENT_SECURITY_POLICY },
  { key: "X-Content-Type-Options", value: "nosniff" },
  { key: "X-Frame-Options", value: "DENY" },
  { key: "Referrer-Policy", value: "strict-origin-when-cross-origin" },
];

const config: NextConfig = {
  poweredByHeader: false,
  // Brim shows no pictures that need it, and Next's optimizer fetches, and writes into the log, what anybody asks for.
  images: { unoptimized: true },
  // Linted and checked by our own scripts, with our own rules.
  typescript: { ignoreBuildErrors: true },
  serverExternalPackages: [
    "pg",
    "graphile-worker",
    "pino",
    "prom-client",
    "@prisma/client",
    "@prisma/adapter-pg",
    "@prisma/schema-engine-wasm",
  ],
  headers: async () => [
    { source: "/(.*)", headers: SECURITY_HEADERS },
    // Parts of the reference's renderer have a hash in their name; what loads them is asked for again each time.
    {
      source: "/api-reference/chunks/(.*)",
      headers: [{ key: "Cache-Control", value: "public, max-age=31536000, immutable" }],
    },
    // The address of a billing link is a secret until it is used.
    { source: "/billing-link", headers: [{ key: "Referrer-Policy", value: "no-referrer" }] },
  ],
};

export default config;
