import { hasScope, ROLES, scopesOfRole } from "@/lib/auth";
import { env } from "@/lib/platform/env";
import { CUSTOMER_HEADER } from "../pipeline/authenticate";
import type { Route } from "../route";
import type { Json } from "./types";

/** The ways to say who is calling. */
export function securitySchemes(): Record<string, { description: string } & Json> {
  const isSecure = env().APP_URL.startsWith("https:");
  return {
    apiKey: {
      type: "http",
      scheme: "bearer",
      description: [
        "An API key, `brim_sk_…`, as `Authorization: Bearer brim_sk_…`. It is shown once, when it is made.",
        "A key of a **customer** acts on that customer's balance. A key of the **operator** has no customer: it names one in `customer_id`, or manages them with the scope `admin`.",
        "Each call says which scope it needs: `billing:read`, `billing:write`, `usage:read`, `usage:write` or `admin`. A `write` includes the `read` beside it.",
      ].join("\n\n"),
    },
    session: {
      type: "apiKey",
      in: "cookie",
      name: `${isSecure ? "__Secure-" : ""}next-auth.session-token`,
      description: `The browser session of a member, for pages of this site. It names its customer in the header \`${CUSTOMER_HEADER}\`. Everything but reading needs our own \`Origin\`, or \`Sec-Fetch-Site: same-origin\`, which browsers send by themselves.`,
    },
    stripeSignature: {
      type: "apiKey",
      in: "header",
      name: "Stripe-Signature",
      description:
        "Stripe's signature over the exact bytes of the body, made with the webhook endpoint's secret.",
    },
  };
}

/** Which of these ways a route takes; one of them is enough. */
export function securityOf(route: Route): Record<string, string[]>[] {
  switch (route.access.kind) {
    case "public":
      return [];
    case "stripe":
      return [{ stripeSignature: [] }];
    default:
      return [{ apiKey: [] }, ...(takesSession(route) ? [{ session: [] }] : [])];
  }
}

/** Whether a member of some role may call a route from a browser. */
export function takesSession({ access }: Route): boolean {
  if (access.kind !== "customer" && access.kind !== "any_key") return false;
  return ROLES.some((role) => hasScope({ scopes: scopesOfRole(role) }, access.scope));
}

/** Whose key and which scope a route needs, in a sentence; empty where it needs neither. */
export function permissionOf({ access }: Route): string {
  switch (access.kind) {
    case "customer":
      return `Needs a key of a customer with the scope \`${access.scope}\`.`;
    case "any_key":
      return `Needs a key of a customer or of the operator with the scope \`${access.scope}\`.`;
    case "operator":
      return `Needs a key of the operator with the scope \`${access.scope}\`.`;
    default:
      return "";
  }
}
