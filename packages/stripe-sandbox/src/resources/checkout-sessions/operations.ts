import { listObjects } from "../../api/list-objects";
import { pageOf } from "../../api/list-page";
import type { ApiRequest, Operation } from "../../api/operation";
import type { Tx } from "../../runtime";
import { loadObject } from "../load-object";
import { mapOf } from "../param-readers";
import { checkNewSession } from "./check-session";
import { createSession } from "./create-session";
import { expireDueSessions, expireSession } from "./expire-session";
import { readLineItems } from "./line-items";
import { checkSessionUpdate, updateSession } from "./update-session";

const TYPE = "checkout.session";

export const checkoutSessionOperations: readonly Operation[] = [
  { id: "Checkout.Sessions.create", check: checkNewSession, run: createSession },
  { id: "Checkout.Sessions.retrieve", run: retrieveSession },
  { id: "Checkout.Sessions.update", check: checkSessionUpdate, run: updateSession },
  { id: "Checkout.Sessions.list", run: listSessions },
  { id: "Checkout.Sessions.expire", run: expire },
  { id: "Checkout.Sessions.listLineItems", run: listLineItems },
];

async function retrieveSession(tx: Tx, { ids }: ApiRequest) {
  await expireDueSessions(tx);
  return (await loadObject(tx, TYPE, ids.session ?? "")).data;
}

async function expire(tx: Tx, { ids }: ApiRequest) {
  await expireDueSessions(tx);
  return expireSession(tx, ids.session ?? "");
}

async function listSessions(tx: Tx, request: ApiRequest) {
  await expireDueSessions(tx);
  const email = mapOf(request.params.customer_details)?.email;
  return listObjects(tx, request, {
    type: TYPE,
    noun: TYPE,
    filters: ["customer", "payment_intent", "status", "payment_link", "subscription"],
    refs: typeof email === "string" ? { email } : {},
  });
}

/** Line items keep the order in which they were given, unlike every other list. */
async function listLineItems(tx: Tx, request: ApiRequest) {
  const id = request.ids.session ?? "";
  await loadObject(tx, TYPE, id);
  return pageOf(await readLineItems(tx, id), request);
}
