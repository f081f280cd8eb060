import { hasScope, ROLES, scopesOfRole } from "@/lib/auth";
import { env } from "@/lib/platform/env";
import { CUSTOMER_HEADER } from "../pipeline/authenticate";
import type { Route } from "../route";
import type { Json } from "./types";

/** Returns the security schemes of the document. */
export function securitySchemes(): Record<string, { description: string } & Json> {
  const isSecure = env().APP_URL.startsWith("https:");
  return {
    apiKey: {
      type: "http",
      scheme: "bearer",
      description: [
        "An API key, sent as `Authorization: Bearer brim_sk_…`. It is shown only once, when it is created.",
        "A **customer key** acts on the balance of its customer. An **operator key** has no customer: it names one in `customer_id`, or manages customers with the scope `admin`.",
        "Each operation requires a scope: `billing:read`, `billing:write`, `usage:read`, `usage:write` or `admin`. A `write` scope includes the corresponding `read` scope.",
      ].join("\n\n"),
    },
    session: {
      type: "apiKey",
      in: "cookie",
      name: `${isSecure ? "__Secure-" : ""}next-auth.session-token`,
      description: `The browser session of a member, for pages of this site. The header \`${CUSTOMER_HEADER}\` must name the customer. Requests that change something need our own \`Origin\` or \`Sec-Fetch-Site: same-origin\`, which browsers send automatically.`,
    },
    stripeSignature: {
      type: "apiKey",
      in: "header",
      name: "Stripe-Signature",
      description:
        "Stripe's signature over the exact bytes of the body, made with the secret of the webhook endpoint.",
    },
  };
}

/** Returns the security schemes that a route accepts. One of them is enough. */
export function securityOf(route: Route): Record<string, string[]>[] {
  switch (route.access.kind) {
    case "public":
      return [];
    case "stripe":
      return [{ stripeSignature: [] }];
    default:
      return [{ apiKey: [] }, ...(acceptsSession(route) ? [{ session: [] }] : [])];
  }
}

/** Whether some role allows members to call the route from a browser. */
export function acceptsSession({ access }: Route): boolean {
  if (access.kind !== "customer" && access.kind !== "any_key") return false;
  return ROLES.some((role) => hasScope({ scopes: scopesOfRole(role) }, access.scope));
}

/** Describes which API key and scope a route requires. Empty if it requires none. */
export function permissionOf({ access }: Route): string {
  switch (access.kind) {
    case "customer":
      return `Requires a customer key with the scope \`${access.scope}\`.`;
    case "any_key":
      return `Requires a customer key or an operator key with the scope \`${access.scope}\`.`;
    case "operator":
      return `Requires an operator key with the scope \`${access.scope}\`.`;
    default:
      return "";
  }
}
