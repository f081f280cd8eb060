import { getAutoTopUp, serve, updateAutoTopUp } from "@/lib/http";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(getAutoTopUp, updateAutoTopUp);
