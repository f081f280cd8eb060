export { type DisabledReason, disableAutoTopUp, lockAutoTopUpRule } from "./disable-auto-top-up";
