import type { Tx } from "../runtime";
import type { Row } from "../store/database";
import type { StripeObject } from "../store/objects";
import { createdConditions, type ListResponse, readPage } from "./list";
import type { ApiRequest } from "./operation";

interface DataRow extends Row {
  data: StripeObject;
}

/**
 * Lists one type of object.
 *
 * @param options.filters names of parameters that filter by a ref of the same name
 */
export function listObjects(
  tx: Tx,
  request: ApiRequest,
  options: { type: string; noun: string; filters?: readonly string[]; refs?: Record<string, string> },
): Promise<ListResponse> {
  const refs: Record<string, unknown> = { ...options.refs };
  for (const name of options.filters ?? []) {
    const value = request.params[name];
    if (value !== undefined && value !== null) refs[name] = value;
  }
  const values: unknown[] = [options.type];
  const where = ["object.type = $1", "NOT object.deleted"];
  if (Object.keys(refs).length > 0) {
    values.push(JSON.stringify(refs));
    where.push(`object.refs @> $${values.length}::jsonb`);
  }
  where.push(...createdConditions(request, "object", values));
  return readPage<DataRow>(tx, request, {
    table: "object",
    columns: "object.data",
    noun: options.noun,
    type: options.type,
    where,
    values,
    present: (row) => row.data,
  });
}
