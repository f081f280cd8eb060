import type { ApiRequest, Operation } from "../../api/operation";
import { changedAttributes, recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import { insertObject, updateObject } from "../../store/objects";
import { loadLive } from "../load-object";
import { listOperation, retrieveOperation } from "../read-operations";
import { checkConfiguration } from "./check-configuration";
import {
  applyConfigurationParams,
  type Configuration,
  configurationSaveOptions,
  emptyConfiguration,
} from "./configuration";
import { checkPortalSession, createPortalSession } from "./session";

const TYPE = "billing_portal.configuration";
const CAN_UNSET = ["default_return_url", "name"];

export const billingPortalOperations: readonly Operation[] = [
  {
    id: "BillingPortal.Configurations.create",
    canUnset: CAN_UNSET,
    check: checkConfiguration,
    run: createConfiguration,
  },
  {
    id: "BillingPortal.Configurations.update",
    canUnset: CAN_UNSET,
    check: checkConfiguration,
    run: updateConfiguration,
  },
  retrieveOperation("BillingPortal.Configurations.retrieve", TYPE, "configuration"),
  listOperation("BillingPortal.Configurations.list", TYPE, ["active", "is_default"]),
  { id: "BillingPortal.Sessions.create", check: checkPortalSession, run: createPortalSession },
];

async function createConfiguration(tx: Tx, { params }: ApiRequest): Promise<Configuration> {
  const configuration = applyConfigurationParams(tx, emptyConfiguration(tx), params);
  await insertObject(tx, configuration, configurationSaveOptions(configuration));
  await recordEvent(tx, "billing_portal.configuration.created", configuration);
  return configuration;
}

async function updateConfiguration(tx: Tx, { params, ids }: ApiRequest): Promise<Configuration> {
  const { data: before } = await loadLive<Configuration>(tx, TYPE, ids.configuration ?? "");
  const after = applyConfigurationParams(tx, before, params);
  await updateObject(tx, after, configurationSaveOptions(after));
  await recordEvent(tx, "billing_portal.configuration.updated", after, changedAttributes(before, after));
  return after;
}
