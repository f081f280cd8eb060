import type { ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import type { SignInWays } from "@/lib/http";

/** What each form sends along: next-auth's token, and where to go afterwards. */
interface FormFacts {
  csrfToken: string;
  callbackUrl: string;
}

interface SignInFormsProps extends FormFacts {
  ways: SignInWays;
  /** The login of the demo, shown and filled in; its password is not. */
  demoEmail: string;
}

/** Every way to sign in that is switched on. Plain forms: they work before and without JavaScript. */
export function SignInForms({ ways, demoEmail, ...facts }: SignInFormsProps) {
  const hasForm = ways.password || ways.email;
  const hasProvider = ways.github || ways.google;
  if (!hasForm && !hasProvider) {
    return (
      <p className="mt-4 text-soft">
        No way to sign in is set up here yet. Whoever runs this service must add a mail server, GitHub or
        Google.
      </p>
    );
  }
  return (
    <div className="mt-8 space-y-8">
      {ways.password && <PasswordForm demoEmail={demoEmail} {...facts} />}
      {ways.email && <EmailForm isMain={!ways.password} {...facts} />}
      {hasProvider && (
        <div className="space-y-3">
          {hasForm && <Divider />}
          {ways.github && <ProviderForm id="github" name="GitHub" {...facts} />}
          {ways.google && <ProviderForm id="google" name="Google" {...facts} />}
        </div>
      )}
    </div>
  );
}

function PasswordForm({ demoEmail, ...facts }: FormFacts & { demoEmail: string }) {
  return (
    <AuthForm action="/api/auth/callback/credentials" {...facts}>
      <p className="rounded-xl bg-well px-4 py-3 text-sm text-soft">
        This is a demo. Sign in as <span className="font-medium text-ink">{demoEmail}</span>; the password is
        in the terminal.
      </p>
      <Field
        id="email"
        name="email"
        type="email"
        label="E-mail"
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

function EmailForm({ isMain, ...facts }: FormFacts & { isMain: boolean }) {
  return (
    <AuthForm action="/api/auth/signin/email" {...facts}>
      <Field
        id="link-email"
        name="email"
        type="email"
        label={isMain ? "E-mail" : "E-mail for a sign-in link"}
        autoComplete="email"
        required
      />
      <Button type="submit" look={isMain ? "primary" : "secondary"} className="w-full">
        E-mail me a sign-in link
      </Button>
    </AuthForm>
  );
}

function ProviderForm({ id, name, ...facts }: FormFacts & { id: string; name: string }) {
  return (
    <AuthForm action={`/api/auth/signin/${id}`} {...facts}>
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
}: FormFacts & { action: string; children: ReactNode }) {
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
