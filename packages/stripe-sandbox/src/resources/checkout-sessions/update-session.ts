import type { ApiRequest } from "../../api/operation";
import { invalidRequest } from "../../api/stripe-error";
import type { Tx } from "../../runtime";
import { updateObject } from "../../store/objects";
import { loadLive } from "../load-object";
import { mergeMetadata } from "../merge-metadata";
import type { Session } from "./session";

const UPDATABLE = ["metadata", "expand"];

export function checkSessionUpdate({ params }: ApiRequest): void {
  const other = Object.keys(params).find((name) => !UPDATABLE.includes(name));
  if (other) throw invalidRequest(`This sandbox does not support updating ${other} yet.`, other);
}

export async function updateSession(tx: Tx, { params, ids }: ApiRequest): Promise<Session> {
  const { data: before } = await loadLive<Session>(tx, "checkout.session", ids.session ?? "");
  const after: Session = { ...before, metadata: mergeMetadata(before.metadata, params.metadata) };
  await updateObject(tx, after);
  return after;
}
