import { isDatabaseUnavailable } from "@/lib/platform/db";
import { type Queued, RequestQueue } from "@/lib/platform/request-queue";
import { type ChargeRequest, chargeAlone, type PostedCharge } from "./charge-alone";
import { chargeBatch } from "./charge-batch";

type QueuedCharge = Queued<ChargeRequest, PostedCharge>;

/** What waits while a charge of the same customer by the same caller is being written; no entry when none is. */
const queues = new Map<string, RequestQueue<ChargeRequest, PostedCharge>>();

/** A hundred are written in a few milliseconds: nobody waits long for those before. */
const MAX_TOGETHER = 100;

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
  const name = `${request.customerId} ${request.owner} ${request.apiKeyId}`;
  const queue = queues.get(name);
  if (queue) return queue.enqueue(request);
  return writeFirst(name, request);
}

/** Writes one that nobody is ahead of. What comes meanwhile is written after it. */
function writeFirst(name: string, request: ChargeRequest): Promise<PostedCharge> {
  const queue = new RequestQueue<ChargeRequest, PostedCharge>();
  queues.set(name, queue);
  const first = chargeAlone(request);
  const next = () => writeRest(name, queue);
  first.then(next, next);
  return first;
}

/** Writes what has gathered, until nothing has. Does not throw. */
async function writeRest(name: string, queue: RequestQueue<ChargeRequest, PostedCharge>): Promise<void> {
  for (let next = queue.dequeue(MAX_TOGETHER); next.length > 0; next = queue.dequeue(MAX_TOGETHER)) {
    await write(next);
  }
  queues.delete(name);
}

/** Writes some charges and tells each caller what became of its own. Does not throw. */
async function write(together: readonly QueuedCharge[]): Promise<void> {
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

async function writeOneByOne(together: readonly QueuedCharge[]): Promise<void> {
  for (const { request, resolve, reject } of together) await chargeAlone(request).then(resolve, reject);
}
