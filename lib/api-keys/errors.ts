import { ConflictError } from "@/lib/platform/errors";

/** Without this key nobody could call the admin routes any more. Nothing was changed. */
export class LastAdminKeyError extends ConflictError {
  constructor() {
    super(
      "This is the only usable key with the scope admin. Make another one first, or send force: true; then only `npm run key` on the server can make the next.",
    );
  }
}

/** The key cannot be rolled: it opens nothing any more, or another one has taken its place. Nothing was changed. */
export class KeyNotRollableError extends ConflictError {
  constructor(state: "revoked" | "expired" | "rolled") {
    super(
      state === "rolled"
        ? "This key was rolled before. Roll the one that took its place."
        : `This key is ${state} and cannot be rolled. Make a new one.`,
    );
  }
}
