import type { NextRequest } from "next/server";
import NextAuth from "next-auth";
import { authOptions, limitSignIn } from "@/lib/http";

async function handler(
  request: NextRequest,
  context: { params: Promise<{ nextauth: string[] }> },
): Promise<Response> {
  return (await limitSignIn(request)) ?? NextAuth(request, context, authOptions());
}

export { handler as GET, handler as POST };
