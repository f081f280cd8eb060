import type { ModuleChecks } from "@/lib/ledger";
import { REVERSAL_CHECKS } from "@/lib/reversals";
import { TOP_UP_CHECKS } from "@/lib/top-ups";
import { USAGE_CHECKS } from "@/lib/usage";

/** The rules that other modules add to the verification of the ledger. */
export const LEDGER_CHECKS: readonly ModuleChecks[] = [TOP_UP_CHECKS, REVERSAL_CHECKS, USAGE_CHECKS];
