import qs from "qs";
import type { TestSandbox } from "../test-sandbox";
import type { Dice } from "./dice";
import type { KnownObjects } from "./known-objects";
import { nextCall, spoiled } from "./next-call";
import { controls, type RandomCall } from "./recipes";

/** Long enough for a busy machine, short enough to detect a hang. */
const ANSWER_MS = 15_000;

/**
 * Makes one API call or submits one form, and records the IDs in the response.
 *
 * @returns the response's status
 * @throws Error on a failure of the sandbox, a response that is not in Stripe's shape, or a timeout
 */
export async function makeRandomCall(sandbox: TestSandbox, dice: Dice, known: KnownObjects): Promise<number> {
  if (dice.chance(0.06)) return press(sandbox, dice.pick(controls)(dice, known));
  const call = spoiled(dice, nextCall(dice, known));
  const answer = await inTime(send(sandbox, call)).catch((error: Error) => {
    throw new Error(`${describe(call)}\n${error.message}`);
  });
  if (answer.status >= 500) throw new Error(`${describe(call)}\n${JSON.stringify(answer.json)}`);
  known.learn(answer.json);
  return answer.status;
}

function send(sandbox: TestSandbox, { method, path, params }: RandomCall) {
  const form = qs.stringify(params, { arrayFormat: "indices" });
  return method === "POST"
    ? sandbox.call(method, path, form)
    : sandbox.call(method, form ? `${path}?${form}` : path);
}

/** The control API may return a 4xx, but must not fail. */
async function press(sandbox: TestSandbox, { path, params }: RandomCall): Promise<number> {
  const response = await inTime(
    fetch(`${sandbox.url}/_control${path}`, { method: "POST", body: JSON.stringify(params) }),
  );
  if (response.status >= 500)
    throw new Error(`control ${path} ${JSON.stringify(params)}: ${response.status}`);
  return response.status;
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer after ${ANSWER_MS} ms`)), ANSWER_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function describe({ method, path, params }: RandomCall): string {
  return `${method} ${path} ${JSON.stringify(params)}`;
}
