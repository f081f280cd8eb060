import { ConflictError } from "@/lib/platform/errors";

/** Revoking the key would leave nobody able to call the admin routes. Nothing was changed. */
export class LastAdminKeyError extends ConflictError {
  constructor() {
    super(
      "This is the last active key with the scope admin. Create another one first, or send force: true. After that, only `npm run key` on the server can create a new one.",
    );
  }
}

/** The key is revoked, expired or already rolled. Nothing was changed. */
export class KeyNotRollableError extends ConflictError {
  constructor(state: "revoked" | "expired" | "rolled") {
    super(
      state === "rolled"
        ? "This key was rolled before. Roll the key that replaced it."
        : `This key is ${state} and cannot be rolled. Create a new one.`,
    );
  }
}
