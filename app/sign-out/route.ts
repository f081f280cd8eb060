export { signOut as POST } from "@/lib/http";
