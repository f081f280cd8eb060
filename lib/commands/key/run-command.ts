import {
  type ApiKey,
  apiKeyStatus,
  issueApiKey,
  listApiKeys,
  revokeApiKey,
  rollApiKey,
} from "@/lib/api-keys";
import type { KeyCommand } from "./arguments";

/** Runs a command. Only the secret goes to stdout, so that it can be piped; everything else goes to stderr. */
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
      console.error(`The key ${apiKeyId} expires at ${previous.expiresAt?.toISOString()}.`);
      return;
    }
    case "revoke": {
      const { apiKeyId, isForced, reason } = command;
      const revoked = await revokeApiKey(apiKeyId, now, { force: isForced, reason });
      console.error(`${describe(revoked)} was revoked at ${revoked.revokedAt?.toISOString()}.`);
      return;
    }
    case "list":
      return printKeys(command.customerId ?? undefined, now);
  }
}

function printSecret(key: ApiKey, secret: string | null): void {
  console.log(secret);
  const end = key.expiresAt ? `expires ${key.expiresAt.toISOString()}` : "never expires";
  console.error(`${describe(key)}: ${key.scopes.join(", ")}, ${end}.`);
  console.error("The secret above is shown only once. Store it safely.");
}

async function printKeys(customerId: ApiKey["customerId"] | undefined, now: Date): Promise<void> {
  let before: string | undefined;
  do {
    const page = await listApiKeys({ customerId: customerId ?? undefined, before, limit: 100 });
    for (const key of page.items) console.log(lineOf(key, now));
    before = page.nextBefore ?? undefined;
  } while (before !== undefined);
}

/** Returns one line with tab-separated columns. */
function lineOf(key: ApiKey, now: Date): string {
  return [
    key.apiKeyId,
    `${key.prefix}…`,
    apiKeyStatus(key, now),
    key.customerId ?? "operator",
    key.scopes.join(","),
    key.expiresAt ? `expires ${key.expiresAt.toISOString()}` : "never expires",
    key.lastUsedAt ? `used ${key.lastUsedAt.toISOString()}` : "never used",
    key.name,
  ].join("\t");
}

function describe({ apiKeyId, name, customerId }: ApiKey): string {
  return `The key ${apiKeyId} "${name}" of ${customerId ?? "the operator"}`;
}
