import { redirect } from "next/navigation";

/** Billing is where people live. */
export default function HomePage() {
  redirect("/billing");
}
