import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { readJsonFile, writeSecretJsonFile } from "./json-file";

/** Random values, generated at the first start and then kept. */
export interface DemoSecrets {
  stripeSecretKey: string;
  webhookSecret: string;
  nextAuthSecret: string;
  userPassword: string;
}

/** Reads the secrets of a data folder and generates the missing ones. */
export function provideSecrets(dataDir: string): DemoSecrets {
  const file = join(dataDir, "secrets.json");
  const kept = readJsonFile(file) ?? {};
  const keepOr = (name: keyof DemoSecrets, generate: () => string) => {
    const value = kept[name];
    return typeof value === "string" && value ? value : generate();
  };
  const secrets: DemoSecrets = {
    stripeSecretKey: keepOr("stripeSecretKey", () => `sk_test_${randomBytes(24).toString("hex")}`),
    webhookSecret: keepOr("webhookSecret", () => `whsec_${randomBytes(24).toString("hex")}`),
    nextAuthSecret: keepOr("nextAuthSecret", () => randomBytes(32).toString("hex")),
    userPassword: keepOr("userPassword", () => randomBytes(9).toString("base64url")),
  };
  writeSecretJsonFile(file, secrets);
  return secrets;
}
