/** An email as text and HTML. */
export interface Mail {
  to: string;
  subject: string;
  text: string;
  html: string;
  /** Generated when it is left out. */
  messageId?: string;
}
