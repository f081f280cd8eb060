export type { ListCall } from "./caller";
export {
  BrimError,
  type FailureCode,
  InvalidRequestError,
  type Issue,
  NoAnswerError,
  PaymentRequiredError,
  RateLimitedError,
} from "./errors";
export * from "./generated/brim";
export type { ErrorCode } from "./generated/error-code";
export type { BrimOptions, CallOptions, KeyedCallOptions } from "./options";
export { randomKey } from "./random-key";
