import {
  type ApiKey,
  apiKeyStatus,
  issueApiKey,
  listApiKeys,
  revokeApiKey,
  rollApiKey,
} from "@/lib/api-keys";
import type { KeyCommand } from "./arguments";

/** A key's secret goes to stdout and all that is for people to stderr, so that the first can be piped. */
export async function runCommand(command: KeyCommand, now: Date): Promise<void> {
  switch (command.verb) {
    case "create": {
      const { customerId, name, scopes, lifeMs } = command;
      const expiresAt = lifeMs === null ? null : new Date(now.getTime() + lifeMs);
      const { apiKey, secret } = await issueApiKey(
        null,
        { customerId, name, scopes, expiresAt },
        { idempotencyKey: null, now },
      );
      printSecret(apiKey, secret);
      return;
    }
    case "roll": {
      const { apiKeyId, graceMs, lifeMs } = command;
      const expiresAt = lifeMs === null ? null : new Date(now.getTime() + lifeMs);
      const { apiKey, secret, previous } = await rollApiKey(
        null,
        { apiKeyId, graceSeconds: graceMs / 1_000, expiresAt },
        { idempotencyKey: null, now },
      );
      printSecret(apiKey, secret);
      console.error(`The key ${apiKeyId} ends at ${previous.expiresAt?.toISOString()}.`);
      return;
    }
    case "revoke": {
      const { apiKeyId, isForced, reason } = command;
      const revoked = await revokeApiKey(apiKeyId, now, { force: isForced, reason });
      console.error(`${describe(revoked)} is revoked since ${revoked.revokedAt?.toISOString()}.`);
      return;
    }
    case "list":
      return printKeys(command.customerId ?? undefined, now);
  }
}

function printSecret(key: ApiKey, secret: string | null): void {
  console.log(secret);
  const end = key.expiresAt ? `until ${key.expiresAt.toISOString()}` : "without an end";
  console.error(`${describe(key)}: ${key.scopes.join(", ")}, ${end}.`);
  console.error("The secret above is shown once and cannot be read again: keep it safe.");
}

async function printKeys(customerId: ApiKey["customerId"] | undefined, now: Date): Promise<void> {
  let before: string | undefined;
  do {
    const page = await listApiKeys({ customerId: customerId ?? undefined, before, limit: 100 });
    for (const key of page.apiKeys) console.log(lineOf(key, now));
    before = page.nextBefore ?? undefined;
  } while (before !== undefined);
}

/** One line, its columns apart by tabs: for eyes, and for `cut` and `awk`. */
function lineOf(key: ApiKey, now: Date): string {
  return [
    key.apiKeyId,
    `${key.prefix}…`,
    apiKeyStatus(key, now),
    key.customerId ?? "operator",
    key.scopes.join(","),
    key.expiresAt ? `ends ${key.expiresAt.toISOString()}` : "no end",
    key.lastUsedAt ? `used ${key.lastUsedAt.toISOString()}` : "never used",
    key.name,
  ].join("\t");
}

function describe({ apiKeyId, name, customerId }: ApiKey): string {
  return `The key ${apiKeyId} "${name}" of ${customerId ?? "the operator"}`;
}
