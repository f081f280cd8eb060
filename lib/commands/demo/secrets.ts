import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { readJson, writePrivateJson } from "./private-file";

/** Random, made at the first start and kept. */
export interface DemoSecrets {
  stripeSecretKey: string;
  webhookSecret: string;
  nextAuthSecret: string;
  userPassword: string;
}

/** Reads the secrets of this data folder, and makes those that are missing. */
export function provideSecrets(dataDir: string): DemoSecrets {
  const file = join(dataDir, "secrets.json");
  const kept = readJson(file) ?? {};
  const keep = (name: keyof DemoSecrets, make: () => string) => {
    const value = kept[name];
    return typeof value === "string" && value ? value : make();
  };
  const secrets: DemoSecrets = {
    stripeSecretKey: keep("stripeSecretKey", () => `sk_test_${randomBytes(24).toString("hex")}`),
    webhookSecret: keep("webhookSecret", () => `whsec_${randomBytes(24).toString("hex")}`),
    nextAuthSecret: keep("nextAuthSecret", () => randomBytes(32).toString("hex")),
    userPassword: keep("userPassword", () => randomBytes(9).toString("base64url")),
  };
  writePrivateJson(file, secrets);
  return secrets;
}
