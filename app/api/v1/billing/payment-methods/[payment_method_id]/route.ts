export { door as DELETE } from "@/lib/http";
