export { door as GET, door as POST } from "@/lib/http";
