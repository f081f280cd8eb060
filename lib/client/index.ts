export type { ListCall } from "./caller";
export {
  BrimError,
  InvalidRequestError,
  type Issue,
  NoAnswerError,
  PaymentRequiredError,
  RateLimitedError,
} from "./errors";
export * from "./generated/brim";
export type { BrimOptions, CallOptions, KeyedCallOptions } from "./options";
export { randomKey } from "./random-key";
