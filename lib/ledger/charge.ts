import { performance } from "node:perf_hooks";
import { isDatabaseUnavailable } from "@/lib/platform/db";
import { ServiceUnavailableError } from "@/lib/platform/errors";
import { type ChargeRequest, chargeAlone, type PostedCharge } from "./charge-alone";
import { chargeBatch } from "./charge-batch";

/** A charge that waits for its turn, and how its caller hears of it. */
interface Waiting {
  request: ChargeRequest;
  /** By the clock of this process, in milliseconds. */
  since: number;
  resolve(charge: PostedCharge): void;
  reject(error: unknown): void;
}

/**
 * What waits while a charge of the same customer by the same caller is being written; no entry when none is. It holds
 * nothing but requests that are still unanswered: a process that dies takes no money with it.
 */
const queues = new Map<string, Waiting[]>();

/** A hundred are written in a few milliseconds: nobody waits long for those before. */
const MAX_TOGETHER = 100;

/** As long as for a connection: behind a database that hangs, those who wait must not become ever more. */
const MAX_WAIT_MS = 5_000;

/**
 * Takes money from a balance: the whole amount or nothing, and for one key only once, whatever races.
 *
 * Charges of one customer wait for each other in any case, at the lock of its row. Here those that come while one is being
 * written wait in this process and are then written by one statement, each with a result of its own. So a busy customer
 * costs one commit for many charges, and holds one connection instead of all.
 *
 * @throws InsufficientBalanceError less is available and overdraft is not allowed
 * @throws AccountNotActiveError the account is frozen or closed
 * @throws IdempotencyConflictError the key was used for another request
 * @throws UnknownCustomerError there is no such customer
 * @throws BalanceOutOfRangeError the balance would leave what the ledger can count
 * @throws ServiceUnavailableError those before took too long; nothing was tried
 */
export function charge(request: ChargeRequest): Promise<PostedCharge> {
  return new Promise((resolve, reject) => {
    const one: Waiting = { request, since: performance.now(), resolve, reject };
    const name = `${request.customerId} ${request.owner} ${request.apiKeyId}`;
    const queue = queues.get(name);
    if (queue) queue.push(one);
    else void workThrough(name, one);
  });
}

/** Writes the first, then what has gathered meanwhile, until nothing has. */
async function workThrough(name: string, first: Waiting): Promise<void> {
  const queue: Waiting[] = [];
  queues.set(name, queue);
  let together = [first];
  while (together.length > 0) {
    await write(together);
    together = takeNext(queue);
  }
  queues.delete(name);
}

/** Takes those whose turn it is. Who has waited for too long is sent away: nothing of theirs was tried. */
function takeNext(queue: Waiting[]): Waiting[] {
  const inTime = queue.findIndex(({ since }) => performance.now() - since <= MAX_WAIT_MS);
  for (const { reject } of queue.splice(0, inTime === -1 ? queue.length : inTime)) {
    reject(new ServiceUnavailableError("This balance is very busy at the moment. Please try again."));
  }
  return queue.splice(0, MAX_TOGETHER);
}

/** Writes some charges and tells each caller what became of its own. Does not throw. */
async function write(together: readonly Waiting[]): Promise<void> {
  const [first] = together;
  if (!first || together.length === 1) return writeOneByOne(together);
  try {
    const { owner, apiKeyId } = first.request;
    const results = await chargeBatch(
      together.map(({ request }) => request),
      { owner, apiKeyId },
    );
    together.forEach(({ resolve, reject }, index) => {
      const result = results[index];
      if (result?.ok) resolve(result.charge);
      else reject(result?.error ?? new Error("A charge of a batch was left without a result."));
    });
  } catch (error) {
    // A database that is away is so for all, and nobody knows what it has written: the key tells, when they ask again.
    if (isDatabaseUnavailable(error)) for (const { reject } of together) reject(error);
    // Anything else is the fault of one of them, and the others must not suffer for it.
    else await writeOneByOne(together);
  }
}

async function writeOneByOne(together: readonly Waiting[]): Promise<void> {
  for (const { request, resolve, reject } of together) await chargeAlone(request).then(resolve, reject);
}
