import { connect, type Socket } from "node:net";

/**
 * A keep-alive connection that sends requests and reads responses. Deliberately minimal, because on a small machine the client
 * competes with the server for CPU time.
 */
export class KeepAliveConnection {
  private received = "";
  private resolveStatus: ((status: number) => void) | null = null;
  private broken: ((error: Error) => void) | null = null;

  private constructor(private readonly socket: Socket) {
    socket.setNoDelay(true);
    socket.setEncoding("latin1");
    socket.on("data", (text) => this.read(String(text)));
    socket.on("error", (error) => this.broken?.(error));
    socket.on("close", () => this.broken?.(new Error("The server closed the connection.")));
  }

  static open(host: string, port: number): Promise<KeepAliveConnection> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, host, () => resolve(new KeepAliveConnection(socket)));
      socket.once("error", reject);
    });
  }

  /** Sends one request and returns the status of the response. One request at a time. */
  send(request: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.resolveStatus = resolve;
      this.broken = reject;
      this.socket.write(request, "latin1");
    });
  }

  close(): void {
    this.broken = null;
    this.socket.destroy();
  }

  private read(text: string): void {
    this.received = this.received === "" ? text : this.received + text;
    if (!isComplete(this.received)) return;
    const status = Number(this.received.slice(9, 12));
    this.received = "";
    this.resolveStatus?.(status);
  }
}

function isComplete(response: string): boolean {
  const headEnd = response.indexOf("\r\n\r\n");
  if (headEnd < 0) return false;
  const head = response.slice(0, headEnd);
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length !== undefined) return response.length >= headEnd + 4 + Number(length);
  if (/\r\ntransfer-encoding: *chunked/i.test(head)) return response.endsWith("\r\n0\r\n\r\n");
  throw new Error("The response has neither a content length nor chunks.");
}
