import { ConflictError } from "@/lib/platform/errors";

/**
 * Stripe opens no portal, and will not until whoever runs Brim changes something: the key may lack the permission, or the
 * configuration of the settings may not be there. Trying again helps nobody, so it is no outage.
 */
export class PortalRefusedError extends ConflictError {
  constructor(options: { cause: unknown }) {
    super(
      "The payment provider does not open its billing portal. Whoever runs this service finds the reason in its log.",
      options,
    );
  }

  override get details() {
    return { reason: "portal_refused" };
  }
}
