/** Collects what next-auth's handler writes to Node's response, and converts it to a web-standard `Response`. */
export class ResponseCollector {
  private readonly headers = new Headers();
  private cookies: string[] = [];
  private statusCode = 200;
  private body: string | null = null;

  status(code: number): this {
    this.statusCode = code;
    return this;
  }

  getHeader(name: string): string | string[] | undefined {
    return name.toLowerCase() === "set-cookie" ? [...this.cookies] : (this.headers.get(name) ?? undefined);
  }

  setHeader(name: string, value: string | string[]): this {
    if (name.toLowerCase() === "set-cookie") this.cookies = [value].flat();
    else this.headers.set(name, String(value));
    return this;
  }

  json(body: unknown): void {
    this.headers.set("content-type", "application/json");
    this.send(body);
  }

  send(body: unknown): void {
    if (body !== undefined && body !== null)
      this.body = typeof body === "string" ? body : JSON.stringify(body);
  }

  end(): void {}

  toResponse(): Response {
    for (const cookie of this.cookies) this.headers.append("set-cookie", cookie);
    return new Response(this.body, { status: this.statusCode, headers: this.headers });
  }
}
