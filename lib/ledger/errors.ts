import { AppError } from "@/lib/platform/errors";

/** The same fact was to be posted a second time. The first transfer stands; nothing was changed. */
export class AlreadyPostedError extends AppError {
  readonly kind = "conflict";

  constructor(options: { cause: unknown }) {
    super("This was already posted.", options);
  }
}
