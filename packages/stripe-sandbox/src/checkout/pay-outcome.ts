import type { Decline } from "../cards/declines";
import type { Session } from "../resources/checkout-sessions/session";
import type { FieldErrors } from "./checkout-form";

/** What became of one press of the Pay button. */
export type PayOutcome =
  | { kind: "completed"; session: Session; eventId: string }
  /** The bank wants to see the customer first, on its own page. */
  | { kind: "authenticate"; session: Session; url: string }
  | { kind: "declined"; session: Session; decline: Decline }
  | { kind: "invalid"; errors: FieldErrors }
  /** Nothing happened, for a reason that no field can cure. */
  | { kind: "unavailable"; message: string }
  /** Paid or expired before this press. */
  | { kind: "closed"; session: Session };
