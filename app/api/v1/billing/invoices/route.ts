export { door as GET } from "@/lib/http";
