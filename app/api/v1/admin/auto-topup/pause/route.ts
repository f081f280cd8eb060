import { pauseAllAutoTopUps, serve } from "@/lib/http";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(pauseAllAutoTopUps);
