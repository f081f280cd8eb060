import type { Operation } from "../../api/operation";
import { retrieveBalance } from "./retrieve-balance";

export const balanceOperations: readonly Operation[] = [{ id: "Balance.retrieve", run: retrieveBalance }];
