export { openBillingLink as POST } from "@/lib/http";
