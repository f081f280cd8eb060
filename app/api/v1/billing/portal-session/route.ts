export { door as POST } from "@/lib/http";
