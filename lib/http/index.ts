export { CUSTOMER_HEADER } from "./authenticate";
export { apiListener, door, isApiPath } from "./doors";
export { presentBalance, presentCard, presentCheckout, presentTopUp } from "./present";
export type { Route } from "./route";
export { ROUTES } from "./routes";
export { readSessionUser } from "./session";
