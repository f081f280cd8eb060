import type { ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import type { SignInMethods } from "@/lib/http";

/** Hidden fields of every form: next-auth's CSRF token and the page to return to. */
interface HiddenFields {
  csrfToken: string;
  callbackUrl: string;
}

interface SignInFormsProps extends HiddenFields {
  ways: SignInMethods;
  /** The demo user's email address, prefilled in the password form. */
  demoEmail: string;
}

/** Shows a form for each enabled sign-in method. Plain forms, so that they work without JavaScript. */
export function SignInForms({ ways, demoEmail, ...hidden }: SignInFormsProps) {
  const hasForm = ways.password || ways.email;
  const hasProvider = ways.github || ways.google;
  if (!hasForm && !hasProvider) {
    return (
      <p className="mt-4 text-soft">
        No sign-in method is configured. Ask the operator of this service to set up email, GitHub or Google
        sign-in.
      </p>
    );
  }
  return (
    <div className="mt-8 space-y-8">
      {ways.password && <PasswordForm demoEmail={demoEmail} {...hidden} />}
      {ways.email && <EmailForm isMain={!ways.password} {...hidden} />}
      {hasProvider && (
        <div className="space-y-3">
          {hasForm && <Divider />}
          {ways.github && <ProviderForm id="github" name="GitHub" {...hidden} />}
          {ways.google && <ProviderForm id="google" name="Google" {...hidden} />}
        </div>
      )}
    </div>
  );
}

function PasswordForm({ demoEmail, ...hidden }: HiddenFields & { demoEmail: string }) {
  return (
    <AuthForm action="/api/auth/callback/credentials" {...hidden}>
      <p className="rounded-xl bg-well px-4 py-3 text-sm text-soft">
        This is a demo. Sign in as <span className="font-medium text-ink">{demoEmail}</span> with the password
        printed in the terminal.
      </p>
      <Field
        id="email"
        name="email"
        type="email"
        label="Email"
        autoComplete="username"
        defaultValue={demoEmail}
        required
      />
      <Field
        id="password"
        name="password"
        type="password"
        label="Password"
        autoComplete="current-password"
        required
      />
      <Button type="submit" look="primary" className="w-full">
        Sign in
      </Button>
    </AuthForm>
  );
}

function EmailForm({ isMain, ...hidden }: HiddenFields & { isMain: boolean }) {
  return (
    <AuthForm action="/api/auth/signin/email" {...hidden}>
      <Field
        id="link-email"
        name="email"
        type="email"
        label={isMain ? "Email" : "Email for a sign-in link"}
        autoComplete="email"
        required
      />
      <Button type="submit" look={isMain ? "primary" : "secondary"} className="w-full">
        Email me a sign-in link
      </Button>
    </AuthForm>
  );
}

function ProviderForm({ id, name, ...hidden }: HiddenFields & { id: string; name: string }) {
  return (
    <AuthForm action={`/api/auth/signin/${id}`} {...hidden}>
      <Button type="submit" className="w-full">
        Continue with {name}
      </Button>
    </AuthForm>
  );
}

function AuthForm({
  action,
  csrfToken,
  callbackUrl,
  children,
}: HiddenFields & { action: string; children: ReactNode }) {
  return (
    <form method="post" action={action} className="space-y-5">
      <input type="hidden" name="csrfToken" value={csrfToken} />
      <input type="hidden" name="callbackUrl" value={callbackUrl} />
      {children}
    </form>
  );
}

function Divider() {
  return (
    <p className="flex items-center gap-4 text-sm text-faint before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line">
      or
    </p>
  );
}
