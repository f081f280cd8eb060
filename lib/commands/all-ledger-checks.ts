import type { ModuleChecks } from "@/lib/ledger";
import { REVERSAL_CHECKS } from "@/lib/reversals";
import { TOP_UP_CHECKS } from "@/lib/top-ups";
import { USAGE_CHECKS } from "@/lib/usage";

/** The ledger checks of other modules. */
export const LEDGER_CHECKS: readonly ModuleChecks[] = [TOP_UP_CHECKS, REVERSAL_CHECKS, USAGE_CHECKS];
