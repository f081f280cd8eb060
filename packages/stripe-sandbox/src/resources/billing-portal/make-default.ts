import { changedAttributes, recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import { findObjects, updateObject } from "../../store/objects";
import { loadLive } from "../load-object";
import { type Configuration, configurationSaveOptions } from "./configuration";

const TYPE = "billing_portal.configuration";

/**
 * Makes a configuration the one for sessions that name none. With Stripe, saving the portal's settings in the
 * Dashboard does that; the API cannot.
 *
 * @throws StripeError 404 for an unknown configuration
 */
export async function makeDefaultConfiguration(tx: Tx, id: string): Promise<Configuration> {
  const { data: chosen } = await loadLive<Configuration>(tx, TYPE, id);
  for (const { data } of await findObjects<Configuration>(tx, TYPE, { is_default: true })) {
    if (data.id !== id) await setDefault(tx, data, false);
  }
  return chosen.is_default ? chosen : setDefault(tx, chosen, true);
}

async function setDefault(tx: Tx, before: Configuration, isDefault: boolean): Promise<Configuration> {
  const after: Configuration = { ...before, is_default: isDefault, updated: tx.now };
  await updateObject(tx, after, configurationSaveOptions(after));
  await recordEvent(tx, "billing_portal.configuration.updated", after, changedAttributes(before, after));
  return after;
}
