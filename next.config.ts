import type { NextConfig } from "next";

const isDevelopment = process.env.NODE_ENV === "development";

/** Allows our own origin only. Redirects to Checkout are top-level navigations, which no directive here blocks. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  // Next writes its data into inline scripts. A nonce would need a proxy for every page. All text is escaped.
  `script-src 'self' 'unsafe-inline'${isDevelopment ? " 'unsafe-eval'" : ""}`,
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  // Browsers apply this to redirects too. Sign-in with these providers starts with our form.
  "form-action 'self' https://github.com https://accounts.google.com",
  "base-uri 'none'",
  "object-src 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** Sent with every page. Hosted Checkout does not need Stripe.js, so no third-party code may load. */
const SECURITY_HEADERS = [
  { key: "Content-Security-Policy", value: CONTENT_SECURITY_POLICY },
  { key: "X-Content-Type-Options", value: "nosniff" },
  { key: "X-Frame-Options", value: "DENY" },
  { key: "Referrer-Policy", value: "strict-origin-when-cross-origin" },
];

const config: NextConfig = {
  poweredByHeader: false,
  // Brim has no images to optimize, and Next's optimizer fetches and logs whatever URL a caller passes.
  images: { unoptimized: true },
  // `npm run types` checks types.
  typescript: { ignoreBuildErrors: true },
  serverExternalPackages: [
    "pg",
    "graphile-worker",
    "pino",
    "prom-client",
    "@prisma/client",
    "@prisma/adapter-pg",
    "@prisma/schema-engine-wasm",
    "@react-email/components",
    "@react-email/render",
  ],
  headers: async () => [
    { source: "/(.*)", headers: SECURITY_HEADERS },
    // Chunks of the reference renderer have a hash in their name. Their entry module does not and is revalidated each time.
    {
      source: "/api-reference/chunks/(.*)",
      headers: [{ key: "Cache-Control", value: "public, max-age=31536000, immutable" }],
    },
    // The URL of a billing link is secret until the link is used.
    { source: "/billing-link", headers: [{ key: "Referrer-Policy", value: "no-referrer" }] },
  ],
};

export default config;
