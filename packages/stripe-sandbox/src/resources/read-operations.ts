import { listObjects } from "../api/list-objects";
import type { Operation } from "../api/operation";
import { loadObject, nounOf } from "./load-object";

/** `GET /v1/things/{id}` for a type whose answer is exactly what is stored. */
export function retrieveOperation(id: string, type: string, pathId: string): Operation {
  return {
    id,
    run: async (tx, { ids }) => (await loadObject(tx, type, ids[pathId] ?? "")).data,
  };
}

/** `GET /v1/things` with filters on refs of the same name. */
export function listOperation(id: string, type: string, filters: readonly string[]): Operation {
  return {
    id,
    run: (tx, request) => listObjects(tx, request, { type, noun: nounOf(type), filters }),
  };
}
