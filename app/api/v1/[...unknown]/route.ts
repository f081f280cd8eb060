import { ROUTES, serve } from "@/lib/http";

/** Paths that no other file has: 404, or a route whose path was written with unusual escapes. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(...ROUTES);
