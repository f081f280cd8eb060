/** An endpoint that exists from the start, without having been made through the API. */
export interface ConfiguredEndpoint {
  url: string;
  secret: string;
  enabledEvents?: string[];
}
