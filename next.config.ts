import type { NextConfig } from "next";

/** Sent with every page. Stripe.js is not needed by hosted Checkout, so nothing from outside may load. */
const SECURITY_HEADERS = [
  { key: "X-Content-Type-Options", value: "nosniff" },
  { key: "X-Frame-Options", value: "DENY" },
  { key: "Referrer-Policy", value: "strict-origin-when-cross-origin" },
];

const config: NextConfig = {
  poweredByHeader: false,
  // Linted and checked by our own scripts, with our own rules.
  typescript: { ignoreBuildErrors: true },
  serverExternalPackages: [
    "pg",
    "graphile-worker",
    "pino",
    "@prisma/client",
    "@prisma/adapter-pg",
    "@prisma/schema-engine-wasm",
  ],
  headers: async () => [{ source: "/(.*)", headers: SECURITY_HEADERS }],
};

export default config;
