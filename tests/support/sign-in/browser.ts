/** The page a browser ended up on. */
export interface Visit {
  url: URL;
  response: Response;
}

/** A minimal browser for sign-in: it stores cookies per origin and follows redirects. */
export class Browser {
  private readonly jars = new Map<string, Map<string, string>>();

  /** Returns the `Cookie` header for a URL. */
  cookieFor(url: string): string {
    return [...this.jarOf(url)].map(([name, value]) => `${name}=${value}`).join("; ");
  }

  /** Sets cookies copied from another browser. */
  setCookies(url: string, header: string): void {
    for (const pair of header.split("; ").filter(Boolean)) this.keep(url, pair);
  }

  /** Sends one request and stores the cookies of the response. */
  async send(url: string, init: RequestInit = {}): Promise<Response> {
    const headers = { accept: "text/html", ...init.headers, cookie: this.cookieFor(url) };
    const response = await fetch(url, { ...init, headers, redirect: "manual" });
    for (const line of response.headers.getSetCookie()) this.keep(url, line);
    return response;
  }

  /** Opens a URL and follows redirects, up to `stopAt` or a page. */
  async open(url: string, stopAt: (url: URL) => boolean = () => false): Promise<Visit> {
    return this.follow(url, await this.send(url), stopAt);
  }

  /** Posts a form and follows redirects. */
  async post(
    url: string,
    form: Record<string, string>,
    stopAt: (url: URL) => boolean = () => false,
  ): Promise<Visit> {
    const headers = { origin: new URL(url).origin, "content-type": "application/x-www-form-urlencoded" };
    const body = new URLSearchParams(form).toString();
    return this.follow(url, await this.send(url, { method: "POST", headers, body }), stopAt);
  }

  private async follow(from: string, first: Response, stopAt: (url: URL) => boolean): Promise<Visit> {
    let [url, response] = [new URL(from), first];
    for (let redirects = 0; redirects < 20; redirects++) {
      const location = response.headers.get("location");
      if (location === null) return { url, response };
      url = new URL(location, url);
      if (stopAt(url)) return { url, response };
      response = await this.send(url.href);
    }
    throw new Error(`Too many redirects; the last one to ${url.href}.`);
  }

  private keep(url: string, line: string): void {
    const [pair = "", ...attributes] = line.split(";").map((part) => part.trim());
    const [name = "", ...value] = pair.split("=");
    const isGone = attributes.some(
      (attribute) =>
        /^max-age=0$/i.test(attribute) ||
        (/^expires=/i.test(attribute) && Date.parse(attribute.slice(8)) < Date.now()),
    );
    if (isGone) this.jarOf(url).delete(name);
    else this.jarOf(url).set(name, value.join("="));
  }

  private jarOf(url: string): Map<string, string> {
    const { origin } = new URL(url);
    const jar = this.jars.get(origin) ?? new Map<string, string>();
    this.jars.set(origin, jar);
    return jar;
  }
}
