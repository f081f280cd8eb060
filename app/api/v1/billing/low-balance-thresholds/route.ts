import { getLowBalanceThresholds, serve, setLowBalanceThresholds } from "@/lib/http";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  getLowBalanceThresholds,
  setLowBalanceThresholds,
);
